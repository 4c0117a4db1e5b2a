// What a bench reads and runs, as Deno and V8 record it: every file that it reads is among what `compile` puts into the
// binary, and no page that it draws runs what belongs into tabs alone.

import { assertEquals } from "@std/assert";
import { startBench } from "../support/bench_process.ts";
import { filesBelow, fromRepository, moduleGraph, tasks } from "../support/repository.ts";

const ROOT = fromRepository("./");

/** Starts a bench with `env`, asks it for every page and file, and stops it. */
async function useBench(env: Readonly<Record<string, string>>): Promise<void> {
  const bench = await startBench({ env });
  const files = (await filesBelow("_fresh/static")).map((path) =>
    path.slice("_fresh/static".length)
  );
  for (const path of ["/", "/room", "/health", "/nothing", "/ws", ...files]) {
    await (await fetch(bench.url + path)).arrayBuffer();
  }
  await bench.stop();
}

/** What a bench reads, by path from the root: out of Deno's own record of permissions. */
async function readByBench(): Promise<ReadonlySet<string>> {
  const record = await Deno.makeTempFile();
  try {
    await useBench({ DENO_AUDIT_PERMISSIONS: record });
    const lines = (await Deno.readTextFile(record)).trim().split("\n");
    const entries = lines.map((line): { permission: string; value: string } => JSON.parse(line));
    const read = entries.filter(({ permission }) => permission === "read").map(({ value }) =>
      value
    );
    assertEquals(read.filter((path) => !path.startsWith(ROOT)), []);
    // What serve.ts names itself needs no permission, and so stands in no record.
    const named = await moduleGraph("serve.ts");
    return new Set([...named, ...read.map((path) => path.slice(ROOT.length))]);
  } finally {
    await Deno.remove(record);
  }
}

/** The modules that a bench runs, by path from the root: V8 counts in each of them. */
async function runByBench(): Promise<ReadonlySet<string>> {
  const folder = await Deno.makeTempDir();
  try {
    await useBench({ DENO_COVERAGE_DIR: folder });
    const modules = new Set<string>();
    for await (const { name } of Deno.readDir(folder)) {
      const { url } = JSON.parse(await Deno.readTextFile(`${folder}/${name}`));
      if (url.startsWith(`file://${ROOT}`)) modules.add(url.slice(`file://${ROOT}`.length));
    }
    return modules;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What the `compile` task puts into the binary: its entry, what that loads, and what it is told to include. */
async function compiledFiles(): Promise<ReadonlySet<string>> {
  const words = tasks().compile!.command.split(/\s+/);
  const included = words.flatMap((word, at) => words[at - 1] === "--include" ? [word] : []);
  const found = new Set<string>();
  for (const path of [words.at(-1)!, ...included]) {
    for (const file of await filesBelow(path)) found.add(file);
    if (/\.[jt]sx?$/.test(path)) { for (const file of await moduleGraph(path)) found.add(file); }
  }
  return found;
}

Deno.test("every file that a bench reads is among what compile includes", async () => {
  const read = await readByBench();
  const compiled = await compiledFiles();
  // Proof that the record works: code, pages, styles and scripts are in it.
  for (const path of ["serve.ts", "main.ts", "routes/room.tsx", "_fresh/server.js"]) {
    assertEquals(read.has(path), true, path);
  }
  assertEquals([...read].some((path) => /^_fresh\/static\/.*\.css$/.test(path)), true);
  assertEquals([...read].some((path) => /^_fresh\/static\/.*\.js$/.test(path)), true);
  assertEquals([...read].filter((path) => !compiled.has(path)), []);
});

Deno.test("no page drawn on the bench runs lib/crypto or lib/session", async () => {
  const run = await runByBench();
  // Proof that the count works: the island and the relay are in it.
  for (const path of ["islands/ChatRoom.tsx", "lib/relay/relay.ts", "routes/room.tsx"]) {
    assertEquals(run.has(path), true, path);
  }
  assertEquals([...run].filter((path) => /^lib\/(?:crypto|session)\//.test(path)), []);
});
