// The Deno-native way in: `deno serve _fresh/server.js` answers pages and sockets; its first request makes the bench.

import { assertEquals } from "@std/assert";
import { ensureBuilt, openSocket, serveArguments, startBench } from "../support/bench_process.ts";
import { assertPromisedHeaders } from "../support/promised_headers.ts";
import { fromRepository } from "../support/repository.ts";

const [, ...allFlags] = serveArguments().slice(0, -1);
/** Without the leave that `ws` needs to be loaded at all. */
const flags = allFlags.map((flag) => flag.replace(/,WS_\w+/g, ""));
/** `ws` itself, as `deno info` names it. */
const WS = /^npm:\/?ws@/;
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

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier?: string };
    readonly isDynamic?: boolean;
  }[];
}

/** Every module that loads with the first of `roots`, without those that are asked for later. */
function loadedAtOnce(modules: readonly Module[], roots: readonly string[]): readonly string[] {
  const byName = new Map(modules.map((each) => [each.specifier, each]));
  const loaded = new Set(roots);
  for (const name of loaded) {
    for (const { code, isDynamic } of byName.get(name)?.dependencies ?? []) {
      if (isDynamic !== true && code?.specifier !== undefined) loaded.add(code.specifier);
    }
  }
  return [...loaded];
}

Deno.test("it loads nothing of the self-hosted listener, and ws only for a NATS server that is reached over WebSocket", async () => {
  await ensureBuilt();
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "_fresh/server.js"],
    cwd: fromRepository("./"),
  }).output();
  const { modules, roots } = JSON.parse(new TextDecoder().decode(stdout)) as {
    readonly modules: readonly Module[];
    readonly roots: readonly string[];
  };
  const names = modules.map(({ specifier }) => specifier);
  const foreign = /^node:(https|net|tls|stream)$|\/ws[@/]|^npm:ws|remix-run|self_hosted/;
  assertEquals(names.filter((name) => foreign.test(name) && !WS.test(name)), []);
  // Without the importers of `ws` this would look at nothing.
  assertEquals(names.some((name) => WS.test(name)), true);
  const atOnce = loadedAtOnce(modules, roots);
  assertEquals(atOnce.length > 1, true);
  assertEquals(
    atOnce.filter((name) => WS.test(name) || /@nats-io|nats_client|nats_bus/.test(name)),
    [],
  );
});

Deno.test("a bad setting found at the first request ends the process with its one line", async () => {
  await using bench = await startBench({ args, env: { MAX_FILE_SIZE: "huge" } });
  await fetch(bench.url).then((response) => response.body?.cancel(), () => {});
  const { code, stderr } = await bench.stop("SIGCONT");
  assertEquals(code, 1);
  assertEquals(/^MAX_FILE_SIZE is "huge"; .*$/m.test(stderr), true, stderr);
});
