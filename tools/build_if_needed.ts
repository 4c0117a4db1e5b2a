// Builds when what was built no longer fits the sources: for `deno task start`, in a process of its own that ends
// before the bench opens. It compares contents, not times, because a clone, a copy or a container gives files any
// time. The stamp is written last, so a build that was cut off is built again.

const ROOT = new URL("../", import.meta.url);
const OUT = "_fresh";
const STAMP = new URL(`${OUT}/built_from.txt`, ROOT);

/** Everything the build reads. */
const SOURCES = [
  "deno.json",
  "deno.lock",
  "dev.ts",
  "main.ts",
  "islands",
  "lib",
  "routes",
  "static",
];

/** All files at or below a path, sorted by name; none where nothing is. */
async function filesOf(path: string): Promise<string[]> {
  const info = await Deno.stat(new URL(path, ROOT)).catch(() => null);
  if (info === null) return [];
  if (info.isFile) return [path];
  const names = (await Array.fromAsync(Deno.readDir(new URL(`${path}/`, ROOT))))
    .map(({ name }) => name)
    .toSorted();
  return (await Promise.all(names.map((name) => filesOf(`${path}/${name}`)))).flat();
}

/** One hash over names and contents. */
async function hashOf(paths: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (const path of (await Promise.all(paths.map(filesOf))).flat()) {
    if (new URL(path, ROOT).href === STAMP.href) continue;
    const bytes = await Deno.readFile(new URL(path, ROOT));
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    lines.push(`${path} ${digest.toHex()}`);
  }
  const all = new TextEncoder().encode(lines.join("\n"));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all)).toHex();
}

async function stampNow(): Promise<string> {
  return `deno ${Deno.version.deno}\nsources ${await hashOf(SOURCES)}\nbuilt ${await hashOf([
    OUT,
  ])}\n`;
}

const stamped = await Deno.readTextFile(STAMP).catch(() => "");
if (stamped === "" || stamped !== await stampNow()) {
  await Deno.remove(STAMP).catch(() => {});
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-all", "dev.ts", "build"],
    cwd: ROOT,
    stdout: "null",
  }).spawn().status;
  if (code !== 0) Deno.exit(code);
  await Deno.writeTextFile(STAMP, await stampNow());
}
