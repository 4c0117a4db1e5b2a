// The stand-in for `@fresh/core/dev`: `Builder` reads routes, islands and static files and writes `_fresh/`, which
// `deno serve _fresh/server.js` runs. It must write nothing outside that folder, and nothing that depends on the clock
// or on where things lie. The running app must never import it: it brings esbuild, and with it running and writing.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build as esbuild, stop } from "esbuild";
import type { App } from "./app.ts";

/** A file, its name relative to its folder and with slashes; a source's without the extension. */
type NamedFile = Readonly<Record<"name" | "path", string>>;

export class Builder {
  readonly #root: string;
  readonly #outDir: string;

  constructor({ root = ".", outDir = "_fresh" }: { root?: string; outDir?: string } = {}) {
    this.#root = resolve(root);
    this.#outDir = resolve(root, outDir);
  }

  /** Writes the build. */
  async build(): Promise<void> {
    const [root, outDir] = [this.#root, this.#outDir];
    const routes = await sourcesBelow(join(root, "routes"));
    const islands = (await sourcesBelow(join(root, "islands")))
      .map(({ name, path }) => ({ name: name.replaceAll("/", "-"), path }));
    const { scripts, specs } = await bundle(root, islands);

    const files = new Map<string, Uint8Array>();
    for (const { name, path } of await filesBelow(join(root, "static"))) {
      files.set(`/${name}`, await readFile(path));
    }
    const tagged = [...files, ...scripts].map(([name, bytes]) => `${name} ${tagOf(bytes)}\n`);
    const buildId = tagOf(tagged.sort().join(""));
    for (const [name, bytes] of scripts) files.set(`/_fresh/js/${buildId}/${name}`, bytes);
    await rm(join(outDir, "static"), { recursive: true, force: true });
    for (const [name, bytes] of files) {
      const path = join(outDir, "static", name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, bytes);
    }

    const tags = Object.fromEntries(files.entries().map(([name, bytes]) => [name, tagOf(bytes)]));
    // Relative, so that a project can be moved with its build.
    const from = (path: string) => `from ${JSON.stringify(relativeUrl(outDir, path))};\n`;
    const server = [
      `import { applyBuild } ${from(pathOf("./build.ts"))}`,
      `import { app } ${from(join(root, "main.ts"))}`,
      ...routes.map(({ path }, at) => `import * as route${at} ${from(path)}`),
      ...islands.map(({ path }, at) => `import island${at} ${from(path)}`),
      `applyBuild({\n  buildId: "${buildId}",\n`,
      `  routes: { ${routes.map(({ name }, at) => `"${name}": route${at}`).join(", ")} },\n`,
      `  islands: [\n`,
      ...specs.map((spec, at) => `    { component: island${at}, ...${JSON.stringify(spec)} },\n`),
      `  ],\n  staticFiles: ${JSON.stringify(tags)},\n`,
      `  staticRoot: new URL("./static/", import.meta.url).href,\n});\n`,
      `const handler = app.handler();\n`,
      `export default { fetch: (req, info) => handler(req, info) };\n`,
    ];
    await writeFile(join(outDir, "server.js"), server.join(""));
  }

  /** Builds and serves for development; `deno run --watch` around it does the rebuilding. */
  async listen<State>(
    importApp: () => Promise<{ readonly app: App<State> }>,
    options: Deno.ServeTcpOptions = {},
  ): Promise<void> {
    await this.build();
    await import(pathToFileURL(join(this.#outDir, "server.js")).href);
    await (await importApp()).app.listen(options);
  }
}

/**
 * The islands as scripts for the browser: boot.js, one entry per island, shared chunks. Equal sources give equal bytes
 * wherever they lie: the bundler's names of chunks hash that place, so they are numbered (below the build's id).
 */
async function bundle(root: string, islands: readonly NamedFile[]) {
  const entryPoints = [
    { in: pathOf("./boot.ts"), out: "boot" },
    ...islands.map(({ name, path }) => ({ in: path, out: `island-${name}` })),
  ];
  const { outputFiles, metafile } = await esbuild({
    entryPoints,
    alias: {
      ...await packagesOf(root, entryPoints.map((entry) => entry.in)),
      "fresh/runtime": pathOf("./runtime.ts"),
    },
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: ["chrome109", "firefox115", "safari16"],
    jsx: "automatic",
    jsxImportSource: "preact",
    chunkNames: "chunk-[hash]",
    outdir: root,
    write: false,
    metafile: true,
  }).finally(stop);

  const outputs = Object.entries(metafile.outputs);
  const importsOf = new Map(outputs.map(([path, { imports }]) => [basename(path), imports]));
  const reached = new Set(entryPoints.map(({ out }) => `${out}.js`));
  // A set grows while it is walked, until all that is imported has its place.
  for (const script of reached) {
    for (const { path } of importsOf.get(script) ?? []) reached.add(basename(path));
  }
  const order = [...reached];
  const numbered = (text: string) =>
    text.replace(
      /chunk-[A-Z0-9]{8}\.js/g,
      (name) => reached.has(name) ? `chunk-${order.indexOf(name)}.js` : name,
    );
  const scripts = outputFiles.map(({ path, text }) =>
    [numbered(basename(path)), new TextEncoder().encode(numbered(text))] as const
  );
  const specs = islands.map(({ name }) => {
    const script = `island-${name}.js`;
    // An entry imports all it needs itself, whatever its chunks import.
    const needed = importsOf.get(script)?.filter(({ kind }) => kind === "import-statement") ?? [];
    return { name, scripts: [script, ...needed.map(({ path }) => numbered(basename(path)))] };
  });
  return { scripts, specs };
}

interface ModuleGraph {
  readonly modules: readonly { readonly npmPackage?: string }[];
  readonly npmPackages: Readonly<Record<string, Record<"name" | "localPath", string>>>;
}

/** Where the packages that these files import lie, asked of Deno itself: tab and bench run the same copies. */
async function packagesOf(root: string, files: readonly string[]): Promise<Record<string, string>> {
  const imports = files.map((file) => `import ${JSON.stringify(pathToFileURL(file).href)};`);
  const entry = `data:text/javascript,${encodeURIComponent(imports.join(""))}`;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
    cwd: root,
    stderr: "inherit",
  });
  const { success, stdout } = await command.output();
  if (!success) throw new Error("deno info could not read the islands' imports");
  const { modules, npmPackages } = JSON.parse(new TextDecoder().decode(stdout)) as ModuleGraph;
  // Those that our modules name come last: they count over other versions of the same name.
  const ids = [...Object.keys(npmPackages), ...modules.flatMap((each) => each.npmPackage ?? [])];
  const packages = ids.flatMap((id) => npmPackages[id] ?? []);
  return Object.fromEntries(packages.map(({ name, localPath }) => [name, localPath]));
}

/** Source files without their extension, tests left out. */
async function sourcesBelow(folder: string): Promise<NamedFile[]> {
  return (await filesBelow(folder)).filter(({ name }) => /(?<![._]test)\.[jt]sx?$/.test(name))
    .map(({ name, path }) => ({ name: name.replace(/\.\w+$/, ""), path }));
}

/** All files below a folder, sorted; none if it does not exist. */
async function filesBelow(folder: string): Promise<NamedFile[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name)).sort()
    .map((path) => ({ name: relativeUrl(folder, path).slice("./".length), path }));
}

/** `path` as seen from a folder, starting with a dot. */
function relativeUrl(folder: string, path: string): string {
  return relative(folder, path).replaceAll("\\", "/").replace(/^(?!\.\.)/, "./");
}

/** The path of a file of this folder. */
function pathOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** A short hash, for addresses and tags. */
function tagOf(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 20);
}
