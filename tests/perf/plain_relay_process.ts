// The plain relay as its own process, under Node: start it, learn where it listens, end it. The `ws` that it gets is the one of
// Deno's cache, of a fixed version, so that nothing has to be installed beside the repository.

import { fromRepository } from "../support/repository.ts";

const WS = "npm:ws@8.23.0";

/** A plain relay that runs. */
export interface PlainRelayProcess extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly pid: number;
}

let wsPath: Promise<string> | null = null;

/** Where Deno keeps `ws`, fetched if need be. */
export function findWs(): Promise<string> {
  wsPath ??= (async () => {
    const run = async (...args: readonly string[]) => {
      const { success, stdout } = await new Deno.Command(Deno.execPath(), {
        args: [...args],
        stderr: "inherit",
      }).output();
      if (!success) throw new Error(`deno ${args[0]} failed for ${WS}`);
      return new TextDecoder().decode(stdout);
    };
    await run("cache", "--no-config", "--no-lock", "--quiet", WS);
    const { npmPackages } = JSON.parse(
      await run("info", "--no-config", "--no-lock", "--json", WS),
    ) as {
      readonly npmPackages: Readonly<Record<string, { readonly localPath?: string }>>;
    };
    const path = npmPackages[WS.slice("npm:".length)]?.localPath;
    if (path === undefined) throw new Error(`deno does not say where ${WS} is`);
    return `${path}/wrapper.mjs`;
  })();
  return wsPath;
}

/** Starts one and waits until it said where it listens. */
export async function startPlainRelay(): Promise<PlainRelayProcess> {
  const child = new Deno.Command("node", {
    args: [fromRepository("tests/perf/plain_relay.mjs"), await findWs()],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!said.endsWith("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("the plain relay did not start");
    said += value;
  }
  return {
    url: said.trim(),
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await Promise.all([child.status, reader.cancel()]);
    },
  };
}
