// The self-hosted entry: reads the settings, builds one bench, opens the listener, shuts down. Needs what
// `deno task build` wrote. Runs without leave to write, run or load libraries, and prints where it listens, that it
// stops, and one line when it cannot start.

import { Bench, complain, type Config, readConfig, say, useBench } from "./lib/bench/mod.ts";

type Handler = (request: Request, info: Deno.ServeHandlerInfo) => Response | Promise<Response>;

/** Sockets get this long to hear 1001; the promise is an end within two seconds. */
const GOODBYE_MS = 1_000;
const LOOK_EVERY_MS = 20;

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

function listen(config: Config, handler: Handler): Deno.HttpServer<Deno.NetAddr> {
  const { host: hostname, port } = config;
  try {
    return Deno.serve({
      hostname,
      port,
      onListen: ({ port }) => say(`BenchTalks is open at ${addressOf(hostname, port)}`),
      onError: () => {
        complain("A request failed inside the bench.");
        return new Response(null, { status: 500 });
      },
    }, handler);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      giveUp(`PORT is ${port}, but something else listens there already; it takes a free port`);
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      giveUp(
        `PORT is ${port}, which this system keeps for its administrator; it takes one from 1024 up`,
      );
    }
    giveUp(`HOST is "${hostname}", which is no address of this machine`);
  }
}

/** The address for a person at this machine. */
function addressOf(hostname: string, port: number): string {
  const everywhere = hostname === "0.0.0.0" || hostname === "::";
  const host = everywhere ? "localhost" : hostname.includes(":") ? `[${hostname}]` : hostname;
  return `http://${host}:${port}`;
}

/** Says goodbye to every socket and ends the process. Time is up for whoever does not answer. */
async function stop(bench: Bench): Promise<void> {
  say("BenchTalks stops");
  bench.stop();
  const endsAtMs = performance.now() + GOODBYE_MS;
  while (bench.openSockets() > 0 && performance.now() < endsAtMs) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  Deno.exit(0);
}

const settings = readConfig();
if (!settings.ok) giveUp(settings.problem);
const bench = new Bench(settings.config);
useBench(bench);
listen(settings.config, await builtHandler());

let stopping = false;
for (const signal of SIGNALS) {
  Deno.addSignalListener(signal, () => {
    // Asked twice, somebody is in a hurry.
    if (stopping) Deno.exit(0);
    stopping = true;
    stop(bench);
  });
}
