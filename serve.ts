// The self-hosted entry: reads the settings, builds one bench, opens the listener, shuts down. Needs what
// `deno task build` wrote. Runs without leave to write, run or load libraries, and prints where it listens, that it
// stops, and one line when it cannot start.

import {
  type Bench,
  complain,
  type Config,
  openBench,
  readConfig,
  readNatsAccess,
  say,
  useBench,
} from "./lib/bench/mod.ts";
import {
  type Handler,
  type Listener,
  ListenError,
  type ListenProblem,
  openListener,
} from "./lib/self_hosted/mod.ts";
import { assertNever } from "./lib/wire/mod.ts";

/** Sockets get this long to hear 1001; the promise is an end within two seconds. */
const GOODBYE_MS = 1_000;

const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM"];

function giveUp(line: string): never {
  complain(line);
  Deno.exit(1);
}

/** What the build made, imported by an address worked out here: it is not there when types are checked. */
async function builtHandler(): Promise<Handler> {
  const built = new URL("./_fresh/server.js", import.meta.url);
  try {
    const { default: server } = await import(built.href) as {
      readonly default: { readonly fetch: Handler };
    };
    return server.fetch;
  } catch (cause) {
    const missing = cause instanceof TypeError && /not found/i.test(cause.message);
    if (missing) {
      giveUp("The bench was not built yet: run `deno task build`, or `deno task start`.");
    }
    throw cause;
  }
}

async function listen(bench: Bench, handler: Handler): Promise<Listener> {
  const { host: hostname, port, limits } = bench.config;
  try {
    return await openListener({
      hostname,
      port,
      maxConnections: limits.maxConnections,
      admit: bench.admit,
      handler,
      onFault: () => bench.onFault(),
    });
  } catch (error) {
    giveUp(wordsFor(error instanceof ListenError ? error.problem : "foreign", bench.config));
  }
}

function wordsFor(problem: ListenProblem, { host, port }: Config): string {
  switch (problem) {
    case "taken":
      return `PORT is ${port}, but something else listens there already; it takes a free port`;
    case "forbidden":
      return `PORT is ${port}, which this system keeps for its administrator; it takes one from 1024 up`;
    case "foreign":
      return `HOST is "${host}", which is no address of this machine`;
    default:
      return assertNever(problem);
  }
}

/** The address for a person at this machine. */
function addressOf(hostname: string, port: number): string {
  const everywhere = hostname === "0.0.0.0" || hostname === "::";
  const host = everywhere ? "localhost" : hostname.includes(":") ? `[${hostname}]` : hostname;
  return `http://${host}:${port}`;
}

/** Says goodbye to every socket and ends the process. Time is up for whoever does not answer. */
async function stop(bench: Bench, listener: Listener): Promise<void> {
  say("BenchTalks stops");
  const closed = Promise.all([listener.close(), bench.stop()]);
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, GOODBYE_MS))]);
  Deno.exit(0);
}

/** What nobody caught may hold anything, so nothing of it is said. */
function fail(event: Event): void {
  event.preventDefault();
  giveUp("The bench failed and stops.");
}

globalThis.addEventListener("error", fail);
globalThis.addEventListener("unhandledrejection", fail);

const settings = readConfig();
if (!settings.ok) giveUp(settings.problem);
const { config } = settings;
const access = config.nats === null ? null : await readNatsAccess(config.nats);
if (access?.ok === false) giveUp(access.problem);
const bench = openBench(config, access === null ? null : Promise.resolve(access));
useBench(bench);
const listener = await listen(bench, await builtHandler());
let stopping = false;
for (const signal of SIGNALS) {
  Deno.addSignalListener(signal, () => {
    // Asked twice, somebody is in a hurry.
    if (stopping) Deno.exit(0);
    stopping = true;
    stop(bench, listener);
  });
}

if (config.switchedOff.length > 0) {
  say(`Switched off, so that nothing is held against strangers: ${config.switchedOff.join(", ")}`);
}
say(`Bench ID: ${bench.fullId}`);
if (!bench.hasLastingId) {
  say("It changes at every start: `deno task bench-key` makes a BENCH_KEY that keeps it.");
}
say(`BenchTalks is open at ${addressOf(config.host, listener.port)}`);
