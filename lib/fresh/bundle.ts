// The islands as scripts for the browser: one boot module, one entry per island, shared chunks.
// Equal sources must give equal bytes, wherever project and caches lie: the build's id is made of them.
// Resolution is Deno's (./module_graph.ts); runs in the build only.

import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Metafile, stop } from "esbuild";
import { denoResolver } from "./module_graph.ts";

export interface IslandFile {
  readonly name: string;
  readonly path: string;
}

export interface Bundle {
  /** Scripts by file name. */
  readonly scripts: ReadonlyMap<string, Uint8Array>;
  /** What each island needs, by its name, as file names of scripts. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
}

/** Bundles the islands below `root`; `workDir` is a folder of the build where a source may be written. */
export async function bundleIslands(
  islands: readonly IslandFile[],
  root: string,
  workDir: string,
  target: string | readonly string[],
): Promise<Bundle> {
  const entry = join(workDir, "boot.js");
  await Deno.writeTextFile(entry, bootSource(islands));
  const resolver = await denoResolver(entry, root);
  try {
    const { outputFiles, metafile } = await build({
      entryPoints: [
        { in: entry, out: "boot" },
        ...islands.map(({ name, path }) => ({
          in: path,
          out: scriptName(name),
        })),
      ],
      absWorkingDir: root,
      outdir: join(root, "_fresh"),
      bundle: true,
      splitting: true,
      minify: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "browser",
      target: typeof target === "string" ? target : [...target],
      chunkNames: "chunk-[hash]",
      jsx: "automatic",
      jsxImportSource: "preact",
      // Only what is set here counts, not what a project's own configuration says about JSX.
      tsconfigRaw: {},
      plugins: [resolver.plugin],
      logLevel: "warning",
    });
    const named = stableNames(metafile.outputs);
    const scripts = new Map(outputFiles.map((file) => {
      const text = file.text.replace(chunkName, (name) => named.get(name) ?? name);
      const name = basename(file.path);
      return [named.get(name) ?? name, new TextEncoder().encode(text)];
    }));
    const needs = islands.map(({ name }) => {
      const needed = reachable(metafile.outputs, `${scriptName(name)}.js`, ["import-statement"]);
      return [name, needed.map((script) => named.get(script) ?? script)] as const;
    });
    return { scripts, needs: new Map(needs) };
  } finally {
    await resolver.close();
    await Deno.remove(entry);
    await stop();
  }
}

/** The name of an island's script; folders become part of it. */
function scriptName(island: string): string {
  return `island-${island.replaceAll("/", "-")}`;
}

function bootSource(islands: readonly IslandFile[]): string {
  const boot = fileURLToPath(new URL("./boot.ts", import.meta.url));
  const loaders = islands.map(({ name, path }) =>
    `  ${JSON.stringify(name)}: () => import(${JSON.stringify(pathToFileURL(path).href)}),`
  );
  return `import { boot } from ${JSON.stringify(pathToFileURL(boot).href)};\n` +
    `boot({\n${loaders.join("\n")}\n});\n`;
}

const chunkName = /chunk-[A-Z0-9]{8}\.js/g;

/**
 * Chunks numbered by how they are reached. The bundler's own names hash where the sources lie, which would give
 * every machine names of its own; ours stand below the build's id, so a number is enough.
 */
function stableNames(outputs: Metafile["outputs"]): ReadonlyMap<string, string> {
  const chunks = reachable(outputs, "boot.js", ["import-statement", "dynamic-import"])
    .filter((name) => name.match(chunkName) !== null);
  return new Map(chunks.map((name, index) => [name, `chunk-${index + 1}.js`]));
}

/** A script and what it imports in these ways, directly or not, in the order of the imports. */
function reachable(
  outputs: Metafile["outputs"],
  script: string,
  kinds: readonly string[],
): readonly string[] {
  const byName = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  const reached = new Set<string>();
  const visit = (name: string) => {
    if (reached.has(name)) return;
    reached.add(name);
    for (const { path, kind } of byName.get(name)?.imports ?? []) {
      if (kinds.includes(kind)) visit(basename(path));
    }
  };
  visit(script);
  return [...reached];
}
