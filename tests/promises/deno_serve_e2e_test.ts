// The Deno-native way in: `deno serve _fresh/server.js` answers pages and sockets; its first request makes the bench.

import { assertEquals } from "@std/assert";
import { openSocket, serveArguments, startBench } from "../support/bench_process.ts";
import { assertPromisedHeaders } from "../support/promised_headers.ts";

const [, ...flags] = serveArguments().slice(0, -1);
const args = ["serve", ...flags, "--host", "127.0.0.1", "--port", "0", "_fresh/server.js"];

Deno.test("deno serve runs the build as it is", async () => {
  await using bench = await startBench({ args, env: { BENCH_ID: "native" } });
  for (const path of ["/", "/room", "/health"]) {
    const response = await fetch(bench.url + path);
    assertEquals(response.status, 200);
    assertPromisedHeaders(response.headers, path);
    await response.body?.cancel();
  }
  const socket = openSocket(bench);
  const text = await new Promise<string>((resolve) =>
    socket.onmessage = ({ data }) => resolve(data)
  );
  assertEquals(JSON.parse(text).bench.id, "native");
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
});

Deno.test("a bad setting found at the first request ends the process with its one line", async () => {
  await using bench = await startBench({ args, env: { MAX_FILE_SIZE: "huge" } });
  await fetch(bench.url).then((response) => response.body?.cancel(), () => {});
  const { code, stderr } = await bench.stop("SIGCONT");
  assertEquals(code, 1);
  assertEquals(/^MAX_FILE_SIZE is "huge"; .*$/m.test(stderr), true, stderr);
});
