// How Deno resolves every import of the islands, asked of Deno itself, as an esbuild plugin.
// It must never resolve anything on its own: import maps, links and npm versions are Deno's to decide, so that
// tab and bench run the same copies. Runs in the build only.
// npm packages lie in Deno's cache without node_modules; a temporary folder of links stands in for it.

import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { OnResolveArgs, Plugin, PluginBuild } from "esbuild";

interface GraphJson {
  readonly modules: readonly {
    readonly specifier: string;
    readonly npmPackage?: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier?: string };
    }[];
  }[];
  readonly redirects: Readonly<Record<string, string>>;
  readonly npmPackages: Readonly<Record<string, NpmPackage>>;
}

interface NpmPackage {
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly localPath: string;
}

/** The nearest deno.json at or above a folder, or null. */
async function configAbove(folder: string): Promise<string | null> {
  for (const name of ["deno.json", "deno.jsonc"]) {
    const path = join(folder, name);
    if (await Deno.stat(path).then((info) => info.isFile, () => false)) {
      return path;
    }
  }
  return dirname(folder) === folder ? null : configAbove(dirname(folder));
}

async function readGraph(entry: string, root: string): Promise<GraphJson> {
  const config = await configAbove(root);
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "info",
      "--json",
      ...(config === null ? [] : ["--config", config]),
      entry,
    ],
    cwd: root,
    stderr: "inherit",
  }).output();
  if (!success) {
    throw new Error("deno info could not read the islands' imports");
  }
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** A plugin that resolves what `entry` imports as Deno does; `close` removes what it left on disk. */
export async function denoResolver(
  entry: string,
  root: string,
): Promise<{ readonly plugin: Plugin; readonly close: () => Promise<void> }> {
  const graph = await readGraph(entry, root);
  const modules = new Map(graph.modules.map((module) => [module.specifier, module]));
  const packages = Object.entries(graph.npmPackages);
  const links = await linkPackages(packages);

  async function resolveNpm(
    build: PluginBuild,
    args: OnResolveArgs,
    id: string,
    specifier: string,
  ) {
    const { kind, importer } = args;
    const resolveDir = join(links, String(packages.findIndex(([known]) => known === id)));
    return await build.resolve(specifier, { kind, importer, resolveDir, pluginData: links });
  }

  const plugin: Plugin = {
    name: "deno",
    setup(build) {
      build.onResolve({ filter: /.*/ }, (args) => {
        if (args.pluginData === links || args.kind === "entry-point") return undefined;
        const importer = modules.get(pathToFileURL(args.importer).href);
        if (importer === undefined) {
          // Inside an npm package: its own dependencies, or itself by name.
          if (/^[./#]/.test(args.path) || isBuiltin(args.path)) return undefined;
          const owner = packages.find(([, { localPath }]) =>
            args.importer.startsWith(localPath + "/")
          );
          if (owner === undefined) return undefined;
          return resolveNpm(build, args, owner[0], args.path);
        }
        const dependency = importer.dependencies?.find(({ specifier }) => specifier === args.path);
        const target = dependency?.code?.specifier;
        if (target === undefined) return undefined;
        const final = graph.redirects[target] ?? target;
        if (final.startsWith("file:")) return { path: fileURLToPath(final) };
        const id = modules.get(final)?.npmPackage;
        const npm = id === undefined ? undefined : graph.npmPackages[id];
        if (id === undefined || npm === undefined) return undefined;
        // npm:/name@1.2.3/sub/path -> name/sub/path
        const subpath = /^npm:\/?(?:@[^/]+\/)?[^/]+(\/.*)?$/.exec(final)?.[1] ?? "";
        return resolveNpm(build, args, id, npm.name + subpath);
      });
    },
  };
  return { plugin, close: () => Deno.remove(links, { recursive: true }) };
}

/** One folder per package, whose node_modules links to the package itself and to what it depends on. */
async function linkPackages(
  packages: readonly (readonly [string, NpmPackage])[],
): Promise<string> {
  const links = await Deno.makeTempDir();
  const byId = new Map(packages);
  for (const [index, [id, npm]] of packages.entries()) {
    const needed = new Map(
      [id, ...npm.dependencies].map((each) => [byId.get(each)?.name, each]),
    );
    // A package by its own name is always itself.
    needed.set(npm.name, id);
    for (const [name, each] of needed) {
      const target = byId.get(each)?.localPath;
      if (name === undefined || target === undefined) continue;
      const link = join(links, String(index), "node_modules", name);
      await Deno.mkdir(dirname(link), { recursive: true });
      await Deno.symlink(target, link, { type: "junction" });
    }
  }
  return links;
}
