// [C1] On a real bench: a socket from a foreign origin gets 403 before any upgrade, the bench's own does not, also
// behind a proxy that ends TLS.

import { assertEquals } from "@std/assert";
import { type BenchProcess, openSocket, startBench } from "../support/bench_process.ts";

/** The status of a handshake with these headers, as it comes over the wire. */
async function handshake(
  bench: BenchProcess,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const { hostname, port } = new URL(bench.url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const lines = Object.entries({
    host: `${hostname}:${port}`,
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": btoa("sixteen bytes ok"),
    "sec-websocket-protocol": "bt1",
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  await connection.write(new TextEncoder().encode(`GET /ws HTTP/1.1\r\n${lines.join("")}\r\n`));
  const bytes = new Uint8Array(1024);
  const length = await connection.read(bytes) ?? 0;
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(new TextDecoder().decode(bytes.subarray(0, length)))
    ?.[1];
  return Number(status);
}

Deno.test("[C1] without PUBLIC_URL the host of the Host header decides", async () => {
  await using bench = await startBench();
  const own = bench.url;
  assertEquals(await handshake(bench, { origin: own }), 101);
  assertEquals(await handshake(bench, { origin: "http://evil.example" }), 403);
  assertEquals(await handshake(bench, { origin: "null" }), 403);
  assertEquals(await handshake(bench, {}), 403);
  assertEquals(await handshake(bench, { origin: `${own}.evil.example` }), 403);
  // A proxy that ends TLS hands on the Host that the browser asked for, and the browser's Origin.
  const proxied = { host: "bench.example", "x-forwarded-proto": "https" };
  assertEquals(await handshake(bench, { ...proxied, origin: "https://bench.example" }), 101);
  assertEquals(await handshake(bench, { ...proxied, origin: "https://evil.example" }), 403);
});

Deno.test("[C1] with PUBLIC_URL its origin alone is taken", async () => {
  await using bench = await startBench({ env: { PUBLIC_URL: "https://bench.example" } });
  // Also where a proxy puts a Host of its own.
  assertEquals(await handshake(bench, { origin: "https://bench.example" }), 101);
  assertEquals(
    await handshake(bench, { origin: "https://bench.example", host: "inner:3000" }),
    101,
  );
  assertEquals(await handshake(bench, { origin: bench.url }), 403);
  assertEquals(await handshake(bench, { origin: "http://bench.example" }), 403);
});

Deno.test("without the subprotocol, or with another, nothing is upgraded", async () => {
  await using bench = await startBench();
  assertEquals(await handshake(bench, { origin: bench.url, "sec-websocket-protocol": "bt2" }), 400);
  assertEquals(
    await handshake(bench, { origin: bench.url, "sec-websocket-protocol": "x, bt1" }),
    101,
  );
});

Deno.test("a socket that nobody greets back hears hi, and nothing of rooms", async () => {
  await using bench = await startBench({ env: { BENCH_ID: "my-bench", MAX_FILE_SIZE: "12345" } });
  const socket = openSocket(bench);
  const text = await new Promise<string>((resolve) =>
    socket.onmessage = ({ data }) => resolve(data)
  );
  const hi = JSON.parse(text);
  assertEquals([hi.t, hi.v, hi.bench.id, hi.lim.file, hi.park], [
    "hi",
    1,
    "my-bench",
    12345,
    false,
  ]);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
});
