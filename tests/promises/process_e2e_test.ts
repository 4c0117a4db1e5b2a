// The process: it says that it starts, where, and that it stops; it ends in time; a bad setting is one line; and it can
// neither write, run nor load anything.

import { assertEquals, assertMatch } from "@std/assert";
import { VARIABLES } from "../../lib/bench/mod.ts";
import { LIMITS } from "../../lib/wire/mod.ts";
import {
  ensureBuilt,
  openSocket,
  serveArguments,
  spawnBench,
  startBench,
} from "../support/bench_process.ts";

const STOPS_WITHIN_MS = 2_000;

/** As many as one address may open without joining. */
const SOCKETS = LIMITS.maxUnjoinedPerAddress;

/** What `ws` looks at as it is loaded; it would not start without leave to. */
const ASKED_FOR_BY_WS = ["WS_NO_BUFFER_UTIL", "WS_NO_UTF_8_VALIDATE"];

/** What a bench printed, without the two lines about its id. Throws where they do not stand. */
function withoutId(stdout: string): string {
  const lines = /^Bench ID: \S+~[a-z2-7]{26}\nIt changes at every start: .*\n/m;
  if (!lines.test(stdout)) throw new Error("the bench did not say who it is");
  return stdout.replace(lines, "");
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`${signal} closes sockets with 1001 and ends within two seconds`, async () => {
    await using bench = await startBench();
    const sockets = Array.from({ length: SOCKETS }, () => openSocket(bench));
    const closed = sockets.map((socket) =>
      new Promise<CloseEvent>((resolve) => socket.onclose = resolve)
    );
    await Promise.all(
      sockets.map((socket) => new Promise((resolve) => socket.onmessage = resolve)),
    );
    const { code, tookMs, stdout, stderr } = await bench.stop(signal);
    assertEquals((await Promise.all(closed)).map(({ code }) => code), Array(SOCKETS).fill(1001));
    assertEquals(code, 0);
    assertEquals(tookMs < STOPS_WITHIN_MS, true, `it took ${tookMs} ms`);
    assertEquals(stderr, "");
    assertEquals(withoutId(stdout), `BenchTalks is open at ${bench.url}\nBenchTalks stops\n`);
  });
}

Deno.test("a socket that does not answer holds up nobody", async () => {
  await using bench = await startBench();
  const { hostname, port } = new URL(bench.url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(
    new TextEncoder().encode(
      `GET /ws HTTP/1.1\r\nhost: ${hostname}:${port}\r\norigin: ${bench.url}\r\nconnection: Upgrade\r\n` +
        "upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: c2l4dGVlbiBieXRlcyBvaw==\r\n" +
        "sec-websocket-protocol: bt1\r\n\r\n",
    ),
  );
  await connection.read(new Uint8Array(64));
  const { code, tookMs } = await bench.stop();
  assertEquals(code, 0);
  assertEquals(tookMs < STOPS_WITHIN_MS, true, `it took ${tookMs} ms`);
});

Deno.test("whatever strangers ask for, nothing of it is printed", async () => {
  await using bench = await startBench();
  const marks = ["marked-path", "marked-agent", "marked-body", "marked-query"];
  for (const path of ["/", "/room", "/marked-path?x=marked-query", "/ws", "/%zz"]) {
    for (const method of ["GET", "POST"]) {
      const response = await fetch(bench.url + path, {
        method,
        headers: { "user-agent": "marked-agent" },
        ...(method === "POST" ? { body: "marked-body" } : {}),
      });
      await response.body?.cancel();
    }
  }
  const socket = openSocket(bench);
  await new Promise((resolve) => socket.onmessage = resolve);
  const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  socket.send("marked-body {");
  assertEquals((await closed).code, 4400);
  const { stdout, stderr } = await bench.stop();
  for (const mark of marks) assertEquals((stdout + stderr).includes(mark), false);
  assertEquals(stderr, "");
  assertEquals(withoutId(stdout), `BenchTalks is open at ${bench.url}\nBenchTalks stops\n`);
});

/** Runs a bench that must end by itself. */
async function failedStart(env: Readonly<Record<string, string>>) {
  await ensureBuilt();
  const { code, stdout, stderr } = await spawnBench({ env }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("a bad setting ends the start with one line", async () => {
  for (
    const [name, value] of [["PORT", "http"], ["MAX_FILE_SIZE", "10MB"], [
      "NATS_PEERS",
      "http://a",
    ]] as const
  ) {
    const { code, stdout, stderr } = await failedStart({ [name]: value });
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, new RegExp(`^${name} is "${value}".*takes.*\\n$`));
  }
});

Deno.test("a port that is taken and a host that is not ours end the start with one line", async () => {
  await using bench = await startBench();
  const taken = await failedStart({ PORT: new URL(bench.url).port });
  assertEquals([taken.code, taken.stdout], [1, ""]);
  assertMatch(taken.stderr, /^PORT is \d+, .*\n$/);
  const foreign = await failedStart({ HOST: "192.0.2.1" });
  assertEquals([foreign.code, foreign.stdout], [1, ""]);
  assertMatch(foreign.stderr, /^HOST is "192\.0\.2\.1", .*\n$/);
});

for (const how of ["throw", "reject", "emit"]) {
  Deno.test(`a mistake of ours that nobody caught (${how}) ends the process with one line and nothing of itself`, async () => {
    const args = [...serveArguments().slice(0, -1), "tests/support/failing_bench.ts"];
    await using bench = await startBench({ args, env: { BENCH_ID: how } });
    await fetch(bench.url).then((response) => response.body?.cancel(), () => {});
    const { code, stdout, stderr } = await bench.ended;
    assertEquals(code, 1);
    assertEquals(withoutId(stdout), `BenchTalks is open at ${bench.url}\n`);
    assertEquals(stderr, "The bench failed and stops.\n");
  });
}

Deno.test("limits that are switched off are named at the start", async () => {
  await using bench = await startBench({ env: { MAX_ROOMS: "0", MAX_PER_ADDRESS: "0" } });
  const { stdout } = await bench.stop();
  const kept = withoutId(stdout);
  assertMatch(kept, /^Switched off, .*: MAX_PER_ADDRESS, MAX_ROOMS\nBenchTalks is open at /);
});

Deno.test("[B3] the full Bench ID is printed, and that it changes unless there is a key; with one it stays", async () => {
  const key = new Uint8Array(32).fill(7).toBase64({ alphabet: "base64url", omitPadding: true });
  const ids: string[] = [];
  const keys: readonly Readonly<Record<string, string>>[] = [
    {},
    {},
    { BENCH_KEY: key },
    { BENCH_KEY: key },
  ];
  for (const env of keys) {
    await using bench = await startBench({ env: { BENCH_ID: "oak", ...env } });
    const { stdout } = await bench.stop();
    ids.push(/^Bench ID: (oak~[a-z2-7]{26})$/m.exec(stdout)?.[1] ?? "");
    assertEquals(/^It changes at every start: .*BENCH_KEY/m.test(stdout), !("BENCH_KEY" in env));
    // The key itself is nobody's to read.
    assertEquals(stdout.includes(key), false);
  }
  assertEquals(new Set(ids).size, 3);
  assertEquals(ids[2], ids[3]);
});

Deno.test("the flags name what a bench may do, and nothing more", () => {
  const flags = serveArguments().filter((each) => each.startsWith("-")).map((each) =>
    each.split("=")
  );
  const names = flags.map(([name]) => name);
  assertEquals(names, ["--no-prompt", "--allow-net", "--allow-env", "--allow-read"]);
  assertEquals(flags.find(([name]) => name === "--allow-env")?.[1]?.split(","), [
    ...VARIABLES,
    ...ASKED_FOR_BY_WS,
  ]);
  assertEquals((flags.find(([name]) => name === "--allow-read")?.[1] ?? "") !== "", true);
});

Deno.test("under these flags nothing can be written, run, loaded or read elsewhere", async () => {
  await ensureBuilt();
  const args = [...serveArguments().slice(0, -1), "tests/support/permission_probe.ts"];
  assertEquals(serveArguments().at(-1), "serve.ts");
  const { stdout } = await spawnBench({ args }).output();
  const { readOwnBuild, ...forbidden } = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(readOwnBuild, "done");
  assertEquals(Object.keys(forbidden).length, 9);
  for (const [name, outcome] of Object.entries(forbidden)) {
    assertEquals(outcome, "NotCapable", name);
  }
});
