// A park for tests: NATS servers in one cluster and a bench beside each, benches as processes by the start task's own command.
// Everything listens on loopback or on ports that the system chose; ends nothing but what it started.

import { type BenchProcess, startBench } from "./bench_process.ts";
import { type NatsServer, startCluster } from "./nats_server.ts";

/** A bench that joins joins within this on a busy machine. */
const JOIN_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 50;

/** What `/health` says of a bench and the park. */
export type FederationWord = "standalone" | "away" | "refused" | "joined";

/** One bench, over all its starts at one address. */
export class ParkBench implements AsyncDisposable {
  /** `http://localhost:PORT`; also its PUBLIC_URL. */
  readonly url: string;
  /** BENCH_ID. */
  readonly label: string;
  readonly #env: Readonly<Record<string, string>>;
  #process: BenchProcess | null = null;
  #id = "";

  /** Starts one; resolves once it listens. `env` are its settings beside label and addresses. */
  static async start(label: string, env: Readonly<Record<string, string>>): Promise<ParkBench> {
    const bench = new ParkBench(label, env);
    await bench.restart();
    return bench;
  }

  private constructor(label: string, env: Readonly<Record<string, string>>) {
    const port = freePort();
    this.url = `http://localhost:${port}`;
    this.label = label;
    this.#env = { PORT: `${port}`, BENCH_ID: label, PUBLIC_URL: this.url, ...env };
  }

  /** The full Bench ID of its newest start. */
  get id(): string {
    return this.#id;
  }

  /** Ends it as `signal` does and waits until it is gone. */
  async kill(signal: Deno.Signal = "SIGKILL"): Promise<void> {
    await this.#process?.stop(signal);
    this.#process = null;
  }

  /** Starts it again at the same address; without BENCH_KEY its id is another then. */
  async restart(): Promise<void> {
    await this.kill();
    this.#process = await startBench({ env: this.#env });
    this.#id = await shownId(this.url);
  }

  /** Resolves once `/health` says so. */
  async federationIs(wanted: FederationWord, withinMs = JOIN_WITHIN_MS): Promise<void> {
    const endMs = performance.now() + withinMs;
    let seen = "";
    while (performance.now() < endMs) {
      seen = await federationOf(this.url);
      if (seen === wanted) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    throw new Error(`bench ${this.label} is ${seen}, not ${wanted}, after ${withinMs} ms`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill("SIGTERM");
  }
}

/** Benches and their servers, in the order of the settings. */
export interface ParkOfBenches extends AsyncDisposable {
  readonly benches: readonly ParkBench[];
  /** `servers[i]` is the one beside `benches[i]`. */
  readonly servers: readonly NatsServer[];
  /** What pages of this park may ask anything of. */
  readonly origins: readonly string[];
}

/** One bench's label, and settings beyond what makes it a bench of the park. */
export interface ParkBenchSetup {
  readonly label: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts as many servers as benches; resolves once every bench has joined. */
export async function startParkBenches(setups: readonly ParkBenchSetup[]): Promise<ParkOfBenches> {
  const servers = await startCluster(setups.length);
  const started: ParkBench[] = [];
  const dispose = async () => {
    await Promise.all(started.map((bench) => bench[Symbol.asyncDispose]()));
    await servers[Symbol.asyncDispose]();
  };
  try {
    const starts = await Promise.allSettled(setups.map(async ({ label, env = {} }, index) => {
      const bench = await ParkBench.start(label, { NATS_PEERS: servers[index]!.address, ...env });
      started.push(bench);
      return bench;
    }));
    const benches = starts.map((start) => {
      if (start.status === "rejected") throw start.reason;
      return start.value;
    });
    await Promise.all(benches.map((bench) => bench.federationIs("joined")));
    const origins = benches.map(({ url }) => url);
    return { benches, servers, origins, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** What `/health` of a bench says of the park. */
export async function federationOf(url: string): Promise<FederationWord> {
  const answer = await fetch(`${url}/health`);
  return (await answer.json() as { readonly federation: FederationWord }).federation;
}

/** The full id that `/bench` shows. */
export async function shownId(url: string): Promise<string> {
  const page = await (await fetch(`${url}/bench`)).text();
  const id = /value="([^"~]+~[a-z2-7]{26})"/.exec(page)?.[1];
  if (id === undefined) throw new Error("/bench shows no full Bench ID");
  return id;
}

/** A port that was free a moment ago: PUBLIC_URL has to be known before the bench starts. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "0.0.0.0", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
