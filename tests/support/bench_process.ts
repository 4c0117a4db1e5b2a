// A real bench in a process of its own: the very command that `deno task start` ends in, on a port that the system
// chooses. Tests read where it listens from what it prints, and end it by its signal.

import { fromRepository, tasks } from "./repository.ts";

/** How a bench ended. */
export interface Ending {
  readonly code: number;
  /** From the signal to the end. */
  readonly tookMs: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A bench that runs. */
export interface BenchProcess extends AsyncDisposable {
  /** `http://localhost:PORT`, as it printed it. */
  readonly url: string;
  readonly webSocketUrl: string;
  readonly pid: number;
  /** Resolves when it ends by itself. */
  readonly ended: Promise<Omit<Ending, "tookMs">>;
  /** Asks it to stop and waits for the end. Harmless when it ended already. */
  stop(signal?: Deno.Signal): Promise<Ending>;
}

/** What a bench may be started with, besides its settings. */
export interface StartOptions {
  /** Settings; whatever the tests' own environment holds is not passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** Takes the place of the `start` task's command, for other ways in. */
  readonly args?: readonly string[];
}

/** What a process needs to find Deno's cache, and nothing else. */
const PASSED_ON = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR"];

/** Arguments of the command that serves, out of deno.json: everything after `deno`. */
export function serveArguments(): readonly string[] {
  const { command } = tasks().start!;
  const [deno, ...args] = command.split(/\s+/);
  if (deno !== "deno") throw new Error("the start task no longer begins with deno");
  return args;
}

let built: Promise<void> | null = null;

/** Builds if the sources changed, once for all tests of this process. */
export function ensureBuilt(): Promise<void> {
  built ??= (async () => {
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--allow-all", "tools/build_if_needed.ts"],
      cwd: fromRepository("./"),
    }).spawn().status;
    if (!success) throw new Error("the build failed");
  })();
  return built;
}

/** Starts the command without waiting for anything it says. */
export function spawnBench({ env = {}, args = serveArguments() }: StartOptions): Deno.ChildProcess {
  const kept = PASSED_ON.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: fromRepository("./"),
    clearEnv: true,
    env: { ...Object.fromEntries(kept), NO_COLOR: "1", PORT: "0", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Starts a bench and waits until it said where it listens. Throws with what it printed when it ends before that. */
export async function startBench(options: StartOptions = {}): Promise<BenchProcess> {
  await ensureBuilt();
  const child = spawnBench(options);
  const said = { stdout: "", stderr: "" };
  const { promise: listening, resolve: onAddress } = Promise.withResolvers<string | null>();
  const read = async (from: ReadableStream<Uint8Array<ArrayBuffer>>, name: keyof typeof said) => {
    for await (const text of from.pipeThrough(new TextDecoderStream())) {
      said[name] += text;
      const address = /http:\/\/\S+(?=\s)/.exec(said[name])?.[0];
      if (address !== undefined) onAddress(address.replace(/\/$/, ""));
    }
  };
  const ended = Promise.all([
    read(child.stdout, "stdout"),
    read(child.stderr, "stderr"),
    child.status,
  ]);
  ended.then(() => onAddress(null));
  const url = await listening;
  if (url === null) throw new Error(`the bench did not start: ${said.stdout}${said.stderr}`);

  const stop = async (signal: Deno.Signal = "SIGTERM"): Promise<Ending> => {
    const askedAtMs = performance.now();
    try {
      child.kill(signal);
    } catch {
      // It ended by itself.
    }
    const [, , { code }] = await ended;
    return { code, tookMs: performance.now() - askedAtMs, ...said };
  };
  return {
    url,
    webSocketUrl: `${url.replace(/^http/, "ws")}/ws`,
    pid: child.pid,
    ended: ended.then(([, , { code }]) => ({ code, ...said })),
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

/** A socket to the bench as one of its own pages opens it. */
export function openSocket({ url, webSocketUrl }: BenchProcess): WebSocket {
  const options = { protocols: ["bt1"], headers: { origin: url } };
  // Deno takes headers here; the DOM's types, which the islands need, do not know that.
  const socket = new WebSocket(webSocketUrl, options as unknown as string[]);
  socket.binaryType = "arraybuffer";
  return socket;
}
