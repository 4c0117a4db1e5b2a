// `deno task park`: a park on this machine, to see one in a minute. Two NATS servers in a cluster, a bench beside each, and a few lines on
// what to do with them. Everything listens on loopback, nothing is kept, and all of it ends together: at Ctrl-C, at SIGTERM, or when one
// part ends by itself. Ports are 3000 and 3001 where they are free, else what the system gives.

const ROOT = new URL("../", import.meta.url);
const LOOPBACK = "127.0.0.1";
const NATS_SERVER = "nats-server";
const HOW_TO_INSTALL = "apt-get install nats-server, or see https://docs.nats.io";
const WISHED_PORTS = [3000, 3001];
const LABELS = ["north", "south"];
const START_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 5_000;
/** How much later than a part this process may hear of the Ctrl-C that ended both. */
const SIGNAL_GRACE_MS = 1_000;

/** One program of the park. */
interface Part {
  readonly name: string;
  readonly child: Deno.ChildProcess;
  /** Resolves with the first group of `expression` once it was written; rejects when the program ends before. */
  find(expression: RegExp): Promise<string>;
}

const parts: Part[] = [];
const encoder = new TextEncoder();

function print(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

/** Starts a program and keeps what it says. */
function start(
  name: string,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Part {
  const child = new Deno.Command(program, {
    args: [...args],
    env: { ...env },
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let said = "";
  let hasEnded = false;
  const waiting = new Set<() => void>();
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      said += text;
      for (const look of [...waiting]) look();
    }
  };
  void Promise.all([read(child.stdout), read(child.stderr)]).then(() => {
    hasEnded = true;
    for (const look of [...waiting]) look();
  });
  const find = (expression: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const end = (): void => {
        waiting.delete(look);
        clearTimeout(timer);
      };
      const look = (): void => {
        const found = expression.exec(said)?.[1];
        if (found === undefined && !hasEnded) return;
        end();
        if (found !== undefined) resolve(found);
        else reject(new Error(`${name} did not start:\n${said}`));
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`${name} did not start in time:\n${said}`));
      }, START_WITHIN_MS);
      waiting.add(look);
      look();
    });
  const part: Part = { name, child, find };
  parts.push(part);
  return part;
}

/** A port that is free now: the wished one if it is. */
function freePort(wished: number): number {
  for (const port of [wished, 0]) {
    try {
      const listener = Deno.listen({ hostname: LOOPBACK, port });
      const { port: free } = listener.addr as Deno.NetAddr;
      listener.close();
      return free;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("no port is free");
}

/** What follows `deno` in the start task, so that a bench of the park is a bench as everybody starts one. */
async function serveArguments(): Promise<readonly string[]> {
  const manifest = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT))) as {
    readonly tasks: { readonly start: { readonly command: string } };
  };
  return manifest.tasks.start.command.split(/\s+/).slice(1);
}

async function startNats(number: number, routePort: string | null): Promise<{
  readonly clientPort: string;
  readonly routePort: string;
}> {
  const routes = routePort === null ? [] : ["--routes", `nats://127.0.0.1:${routePort}`];
  const cluster = ["--cluster_name", "park", "--cluster", "nats://127.0.0.1:-1"];
  const args = ["-a", "127.0.0.1", "-p", "-1", ...cluster, ...routes];
  const server = start(`NATS server ${number}`, NATS_SERVER, args, {});
  return {
    clientPort: await server.find(/Listening for client connections on 127\.0\.0\.1:(\d+)/),
    routePort: await server.find(/Listening for route connections on 127\.0\.0\.1:(\d+)/),
  };
}

async function startBench(number: number, natsPort: string): Promise<{
  readonly url: string;
  readonly id: string;
}> {
  const port = freePort(WISHED_PORTS[number]!);
  const url = `http://localhost:${port}`;
  const bench = start(`Bench ${LABELS[number]}`, Deno.execPath(), await serveArguments(), {
    HOST: LOOPBACK,
    PORT: String(port),
    BENCH_ID: LABELS[number]!,
    PUBLIC_URL: url,
    NATS_PEERS: `nats://127.0.0.1:${natsPort}`,
  });
  return { url, id: await bench.find(/^Bench ID: (\S+)$/m) };
}

let isStopping = false;

/** Ends everything, benches before their servers, and waits for it; who does not answer is cut off. */
async function stopAll(code: number): Promise<never> {
  if (isStopping) await new Promise(() => undefined);
  isStopping = true;
  for (const { child } of parts.toReversed()) {
    const end = (signal: Deno.Signal): void => {
      try {
        child.kill(signal);
      } catch {
        // It ended already.
      }
    };
    end("SIGTERM");
    const timer = setTimeout(() => end("SIGKILL"), STOP_WITHIN_MS);
    await child.status;
    clearTimeout(timer);
  }
  Deno.exit(code);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => void stopAll(0));
}

try {
  const first = await startNats(1, null);
  const second = await startNats(2, first.routePort);
  const benches = await Promise.all([
    startBench(0, first.clientPort),
    startBench(1, second.clientPort),
  ]);
  print("");
  print("A park of two benches, each beside a NATS server of its own:");
  print("");
  benches.forEach(({ url, id }) => print(`  ${url}   ${id}`));
  print("");
  print(`1. Open ${benches[0].url}, create a room, join it.`);
  print('2. Admin, "Make room public". Then Admin, "Pair with another bench":');
  print(`   type ${benches[1].id}, create the pairing link, copy it.`);
  print("3. Open that link in another window, and accept the pairing.");
  print('4. Open "Room link on the other bench" there, and talk: what is said crosses.');
  print("");
  print("Ctrl-C stops all of it.");
} catch (error) {
  const isMissing = error instanceof Deno.errors.NotFound;
  print(
    isMissing
      ? `This needs ${NATS_SERVER}: ${HOW_TO_INSTALL}`
      : error instanceof Error
      ? error.message
      : "It did not start.",
  );
  await stopAll(1);
}

const [ended] = await Promise.race(
  parts.map(async (part) => [part.name, await part.child.status] as const),
);
// A terminal sends Ctrl-C to every part at once: a part may be gone before this process hears of it.
await new Promise((resolve) => setTimeout(resolve, SIGNAL_GRACE_MS));
if (!isStopping) print(`${ended} ended; so does the park.`);
await stopAll(1);
