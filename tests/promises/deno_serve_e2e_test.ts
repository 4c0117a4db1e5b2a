// The Deno-native way in: `deno serve _fresh/server.js` answers pages and sockets; its first request makes the bench.

import { assertEquals } from "@std/assert";
import { ensureBuilt, openSocket, serveArguments, startBench } from "../support/bench_process.ts";
import { assertPromisedHeaders } from "../support/promised_headers.ts";
import { fromRepository } from "../support/repository.ts";

const [, ...allFlags] = serveArguments().slice(0, -1);
/** Without the leave that `ws` needs to be loaded at all. */
const flags = allFlags.map((flag) => flag.replace(/,WS_\w+/g, ""));
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

Deno.test("it loads nothing of the self-hosted listener, nor ws", async () => {
  await ensureBuilt();
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "_fresh/server.js"],
    cwd: fromRepository("./"),
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    readonly modules: readonly { readonly specifier: string }[];
  };
  const names = modules.map(({ specifier }) => specifier);
  assertEquals(names.length > 0, true);
  const foreign = /^node:(https|net|tls|stream)$|\/ws[@/]|^npm:ws|remix-run|self_hosted/;
  assertEquals(names.filter((name) => foreign.test(name)), []);
});

Deno.test("a bad setting found at the first request ends the process with its one line", async () => {
  await using bench = await startBench({ args, env: { MAX_FILE_SIZE: "huge" } });
  await fetch(bench.url).then((response) => response.body?.cancel(), () => {});
  const { code, stderr } = await bench.stop("SIGCONT");
  assertEquals(code, 1);
  assertEquals(/^MAX_FILE_SIZE is "huge"; .*$/m.test(stderr), true, stderr);
});
