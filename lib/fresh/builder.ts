// `Builder`: reads routes, islands and static files and writes `_fresh/`, which `deno serve _fresh/server.js` runs.
// It must write nothing outside its output folder, and nothing that depends on the clock or on where things lie.
// Options: Fresh's page on the builder; the files it writes are read by ./snapshot.ts.

import { createHash } from "node:crypto";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { App, ListenOptions } from "./app.ts";
import { bundleIslands, type IslandFile } from "./bundle.ts";
import { applySnapshot, type Snapshot, type StaticFile } from "./snapshot.ts";

export interface BuildOptions {
  /** What esbuild may assume of browsers. */
  readonly target?: string | readonly string[];
  readonly root?: string;
  readonly serverEntry?: string;
  readonly outDir?: string;
  readonly staticDir?: string;
  readonly islandDir?: string;
  readonly routeDir?: string;
  /** Files whose path matches one of these are not there. */
  readonly ignore?: readonly RegExp[];
}

const defaultIgnore: readonly RegExp[] = [/[._]test\.[cm]?[jt]sx?$/];
// Folders beside routes that hold anything but routes.
const privateFolder = /\/\(_[^/]*\)\//;
const source = /\.[jt]sx?$/;

export class Builder {
  readonly #options: Required<BuildOptions>;

  constructor(options: BuildOptions = {}) {
    const root = resolve(options.root ?? Deno.cwd());
    const path = (given: string | undefined, name: string) => resolve(root, given ?? name);
    this.#options = {
      root,
      target: options.target ?? ["chrome109", "firefox115", "safari16"],
      serverEntry: path(options.serverEntry, "main.ts"),
      outDir: path(options.outDir, "_fresh"),
      staticDir: path(options.staticDir, "static"),
      islandDir: path(options.islandDir, "islands"),
      routeDir: path(options.routeDir, "routes"),
      ignore: [...defaultIgnore, ...options.ignore ?? []],
    };
  }

  /** Writes the build. With `snapshot: "memory"` its result gives that build to an app (for tests). */
  async build(
    { mode = "production", snapshot = "disk" }: {
      readonly mode?: Snapshot["mode"];
      readonly snapshot?: "disk" | "memory";
    } = {},
  ): Promise<<State>(app: App<State>) => void> {
    await this.#write(mode);
    if (snapshot === "disk") {
      return () => {
        throw new TypeError(
          'only a build with snapshot "memory" can be applied',
        );
      };
    }
    const written = pathToFileURL(join(this.#options.outDir, "snapshot.js"));
    // A name of its own each time: modules are kept for as long as the process lives.
    written.search = crypto.randomUUID();
    const { default: built } = await import(written.href) as {
      readonly default: Snapshot;
    };
    return (app) => applySnapshot(app, built);
  }

  async #write(mode: Snapshot["mode"]): Promise<void> {
    const { root, outDir, staticDir, islandDir, routeDir, target } = this.#options;
    await Deno.mkdir(outDir, { recursive: true });
    const islands = (await this.#files(islandDir)).filter(isSource).map((
      path,
    ): IslandFile => ({
      path,
      name: nameOf(islandDir, path),
    }));
    const routes = (await this.#files(routeDir)).filter((path) =>
      isSource(path) && !privateFolder.test(slashes(path))
    );
    const bundle = await bundleIslands(islands, root, outDir, target);

    const files = new Map<string, Uint8Array>();
    for (const path of await this.#files(staticDir)) {
      files.set(
        "/" + slashes(relative(staticDir, path)),
        await Deno.readFile(path),
      );
    }
    const buildId = idOf([...files, ...bundle.scripts]);
    for (const [name, bytes] of bundle.scripts) {
      files.set(`/_fresh/js/${buildId}/${name}`, bytes);
    }
    await writeFiles(join(outDir, "static"), files);

    const lib = (name: string) => this.#fromOut(fileURLToPath(new URL(name, import.meta.url)));
    const staticFiles: Record<string, StaticFile> = {};
    for (const [name, bytes] of files) {
      staticFiles[name] = { etag: idOf([[name, bytes]]) };
    }
    const modules = [...islands.map(({ path }) => path), ...routes];
    const at = (path: string) => `m${modules.indexOf(path)}`;
    const snapshot = [
      ...modules.map((path) =>
        `import * as ${at(path)} from ${JSON.stringify(this.#fromOut(path))};`
      ),
      "",
      "export default {",
      `  buildId: ${JSON.stringify(buildId)},`,
      `  mode: ${JSON.stringify(mode)},`,
      "  routes: {",
      ...routes.map((path) => `    ${JSON.stringify(nameOf(routeDir, path))}: ${at(path)},`),
      "  },",
      "  islands: [",
      ...islands.map(({ name, path }) =>
        `    { name: ${JSON.stringify(name)}, component: ${at(path)}.default, ` +
        `scripts: ${JSON.stringify(bundle.needs.get(name) ?? [])} },`
      ),
      "  ],",
      `  staticRoot: new URL("./static/", import.meta.url),`,
      `  staticFiles: ${JSON.stringify(staticFiles, null, 2).replaceAll("\n", "\n  ")},`,
      "};",
      "",
    ];
    const server = [
      `import { applySnapshot } from ${JSON.stringify(lib("./snapshot.ts"))};`,
      `import { app } from ${JSON.stringify(this.#fromOut(this.#options.serverEntry))};`,
      `import snapshot from "./snapshot.js";`,
      "",
      "applySnapshot(app, snapshot);",
      "const handler = app.handler();",
      "export default { fetch: (req, info) => handler(req, info) };",
      "",
    ];
    await Deno.writeTextFile(join(outDir, "snapshot.js"), snapshot.join("\n"));
    await Deno.writeTextFile(join(outDir, "server.js"), server.join("\n"));
  }

  /** Builds and serves for development; `deno run --watch` around it does the rebuilding. */
  async listen<State>(
    importApp: () => Promise<{ readonly app: App<State> }>,
    options: ListenOptions = {},
  ): Promise<void> {
    const apply = await this.build({ mode: "development", snapshot: "memory" });
    const { app } = await importApp();
    apply(app);
    await app.listen(options);
  }

  /** An import specifier, relative to the output folder, so that a project can be moved. */
  #fromOut(path: string): string {
    const specifier = slashes(relative(this.#options.outDir, path));
    return specifier.startsWith(".") ? specifier : `./${specifier}`;
  }

  /** All files below a folder, sorted, none if it does not exist. */
  async #files(folder: string): Promise<string[]> {
    const entries = await Array.fromAsync(Deno.readDir(folder)).catch(
      (error) => {
        if (error instanceof Deno.errors.NotFound) return [];
        throw error;
      },
    );
    const found: string[] = [];
    for (const entry of entries.toSorted((a, b) => a.name < b.name ? -1 : 1)) {
      const path = join(folder, entry.name);
      if (this.#options.ignore.some((pattern) => pattern.test(slashes(path)))) {
        continue;
      }
      if (entry.isDirectory) found.push(...await this.#files(path));
      else if (entry.isFile) found.push(path);
    }
    return found;
  }
}

function isSource(path: string): boolean {
  return source.test(path);
}

function nameOf(folder: string, path: string): string {
  return slashes(relative(folder, path)).replace(source, "");
}

function slashes(path: string): string {
  return path.replaceAll("\\", "/");
}

/** A short hash over names and contents, for addresses and tags. */
function idOf(files: readonly (readonly [string, Uint8Array])[]): string {
  const hash = createHash("sha256");
  for (const [name, bytes] of files.toSorted(([a], [b]) => a < b ? -1 : 1)) {
    hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex").slice(0, 20);
}

/** Replaces the folder's contents. */
async function writeFiles(
  folder: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  for (const [name, bytes] of files) {
    const path = join(folder, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, bytes);
  }
}
