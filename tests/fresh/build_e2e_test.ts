// The fixture app through a real build: what is written, that it is the same each time, and what it answers.
// Needs esbuild and `deno` as subprocesses, so it is not part of the fast gate.

import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { dirname } from "node:path";
import { Builder } from "fresh/dev";
import { buildFixture, fixtureDir, serveBuild } from "./built_fixture.ts";

async function filesBelow(folder: string, prefix = ""): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    const name = `${prefix}${entry.name}`;
    if (entry.isFile) files.set(name, await Deno.readTextFile(path));
    else for (const [deep, text] of await filesBelow(path, `${name}/`)) files.set(deep, text);
  }
  return files;
}

async function buildIdOf(outDir: string): Promise<string> {
  const names = await Array.fromAsync(Deno.readDir(`${outDir}/static/_fresh/js`));
  assertEquals(names.length, 1);
  return names[0]?.name ?? "";
}

/** A copy of the fixture as a project of its own, somewhere else on the disk, with the same versions. */
async function moveFixture(folder: string): Promise<string> {
  const project = new URL("../../", import.meta.url);
  const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", project)));
  config.links = config.links?.map((link: string) => new URL(link, project).pathname);
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
  await Deno.copyFile(new URL("deno.lock", project), `${folder}/deno.lock`);
  const root = `${folder}/some/where`;
  for (const [name, text] of await filesBelow(fixtureDir)) {
    await Deno.mkdir(dirname(`${root}/${name}`), { recursive: true });
    await Deno.writeTextFile(`${root}/${name}`, text);
  }
  return root;
}

Deno.test("equal sources give equal builds wherever they lie, changed ones another id", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using first = await buildFixture();
    const files = await filesBelow(`${first.outDir}/static`);
    await using second = await buildFixture();
    assertEquals(await filesBelow(`${second.outDir}/static`), files, "built again");

    const root = await moveFixture(folder);
    await new Builder({ root }).build();
    assertEquals(await filesBelow(`${root}/_fresh/static`), files, "built elsewhere");

    await Deno.writeTextFile(`${root}/static/style.css`, "body { margin: 1px }");
    await new Builder({ root }).build();
    const id = await buildIdOf(first.outDir);
    const changedId = await buildIdOf(`${root}/_fresh`);
    assert(changedId !== id, "a static file counts");
    await Deno.writeTextFile(`${root}/islands/Unused.tsx`, "export default () => null;");
    await new Builder({ root }).build();
    assert(await buildIdOf(`${root}/_fresh`) !== changedId, "an island counts");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a build is quick, whole, and free of what only the build needs", async () => {
  const started = performance.now();
  await using built = await buildFixture();
  assert(
    performance.now() - started < 10_000,
    "a build takes under a second where nothing else runs",
  );
  const files = await filesBelow(built.outDir);
  const id = await buildIdOf(built.outDir);
  const scripts = [...files.keys()].filter((name) => name.endsWith(".js"));
  for (const name of ["boot", "island-Counter", "island-Frame", "island-Unused"]) {
    assert(scripts.includes(`static/_fresh/js/${id}/${name}.js`), name);
  }
  assert(files.has("static/nested/a file.txt"));
  for (const [name, text] of files) {
    assertFalse(text.includes("esbuild"), `${name} must not know the bundler`);
    if (name.startsWith("static/")) assertFalse(/\bfile:\/\/|\/lib\/fresh/.test(text), name);
    if (name.endsWith(".js")) assertFalse(/\beval\(|new Function\(/.test(text), name);
  }
  const preactCopies = [...files].filter(([name, text]) =>
    name.startsWith("static/_fresh/") && text.includes("http://www.w3.org/2000/svg")
  );
  assertEquals(preactCopies.length, 1, "one copy of Preact");
});

Deno.test("listen() builds and serves the app that it is given", async () => {
  const outDir = await Deno.makeTempDir();
  const stop = new AbortController();
  try {
    const builder = new Builder({ root: fixtureDir, outDir });
    const address = Promise.withResolvers<Deno.NetAddr>();
    const served = builder.listen(() => import("./fixture/main.ts"), {
      ...{ hostname: "127.0.0.1", port: 0, signal: stop.signal, onListen: address.resolve },
    });
    const origin = `http://127.0.0.1:${(await address.promise).port}`;
    assertStringIncludes(await (await fetch(`${origin}/plain`)).text(), "app at /plain");
    assertEquals(await (await fetch(`${origin}/nested/a%20file.txt`)).text(), "deep\n");
    stop.abort();
    await served;
  } finally {
    await Deno.remove(outDir, { recursive: true });
  }
});

interface Expectation {
  readonly path: string;
  readonly method?: string;
  readonly status: number;
  readonly says?: string;
  readonly headers?: Readonly<Record<string, string | null>>;
}

const expectations: readonly Expectation[] = [
  { path: "/plain", status: 200, says: "<p>app at /plain</p>", headers: { "x-app": "seen" } },
  { path: "/info/about", status: 200, says: '<body class="all"><article><p>About</p></article>' },
  {
    path: "/rooms/red",
    status: 203,
    says: '<section data-room="red"><p>red: app,rooms,second</p></section>',
    headers: { "x-page": "data", "x-rooms": "seen" },
  },
  { path: "/rooms/lobby", status: 200, says: "the lobby", headers: { "x-rooms": "seen" } },
  { path: "/rooms/broken", status: 500, says: '<p id="rooms-error">TypeError</p>' },
  { path: "/rooms/a/b", status: 404, says: '<p id="rooms-error">HttpError</p>' },
  {
    path: "/rooms/red",
    method: "POST",
    status: 303,
    headers: { location: "/evil.example/red" },
  },
  { path: "/plain", method: "DELETE", status: 405, says: '<h1 id="error">Error 405</h1>' },
  { path: "/throws", status: 500, says: '<h1 id="error">Error 500</h1>' },
  {
    path: "/nope",
    status: 404,
    says: '<h1 id="error">Error 404</h1>',
    headers: { "x-app": "seen" },
  },
  { path: "/by-hand/a%20b", status: 200, says: "by hand: a b" },
  { path: "/gone", status: 410, says: "Gone" },
  { path: "/style.css", status: 200, says: "margin", headers: { "cache-control": "no-cache" } },
  { path: "/server.js", status: 404 },
  { path: "/..%2fserver.js", status: 404 },
];

Deno.test("deno serve runs the build with no right to write or to run", async () => {
  await using built = await buildFixture();
  await using bench = await serveBuild(built.outDir);
  for (const { path, method = "GET", status, says = "", headers = {} } of expectations) {
    const response = await fetch(bench.origin + path, { method, redirect: "manual" });
    const text = await response.text();
    assertEquals(response.status, status, path);
    assertStringIncludes(text, says, path);
    assertFalse(text.includes("secret"), path);
    for (const [name, value] of Object.entries(headers)) {
      assertEquals(response.headers.get(name), value, `${path} ${name}`);
    }
  }
  const page = await (await fetch(bench.origin)).text();
  const named = /src="(\/_fresh\/js\/[0-9a-f]+\/boot\.js)"/.exec(page)?.[1];
  const boot = await fetch(bench.origin + named);
  assertEquals(boot.headers.get("content-type"), "text/javascript; charset=utf-8");
  assertMatch(boot.headers.get("cache-control") ?? "", /immutable/);
  await boot.body?.cancel();
  const tag = boot.headers.get("etag") ?? "";
  const again = await fetch(bench.origin + named, { headers: { "if-none-match": tag } });
  assertEquals([again.status, await again.text()], [304, ""]);
  for (const link of page.matchAll(/rel="modulepreload" href="([^"]+)"/g)) {
    const script = await fetch(bench.origin + link[1], { method: "HEAD" });
    assertEquals(script.status, 200, link[1]);
    assertFalse(link[1]?.includes("Unused"));
  }
});

Deno.test("a WebSocket passes through middlewares and csp untouched", async () => {
  await using built = await buildFixture();
  await using bench = await serveBuild(built.outDir);
  const socket = new WebSocket(`${bench.origin.replace("http", "ws")}/ws`);
  const echoed = await new Promise<unknown>((resolve, reject) => {
    socket.onopen = () => socket.send("hello");
    socket.onmessage = (event) => resolve(event.data);
    socket.onerror = () => reject(new Error("the socket failed"));
  });
  assertEquals(echoed, "echo hello");
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
  const refused = await fetch(`${bench.origin}/ws`);
  assertEquals(refused.status, 400);
  await refused.body?.cancel();
});
