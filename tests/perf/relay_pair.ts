// The bench and the plain relay, each as a process of its own, and one load generator beside them. What the bench allows is raised for
// the run, because the load would otherwise meet the limits and not the relay; RAISED is printed with the figures.

import { type BenchProcess, startBench } from "../support/bench_process.ts";
import { LoadGenerator } from "./load/generator_process.ts";
import type { Target } from "./load/target.ts";
import { type PlainRelayProcess, startPlainRelay } from "./plain_relay_process.ts";

/** Settings of the bench under test; 0 switches a limit off. The generator names an address for each room. */
export const RAISED: Readonly<Record<string, string>> = {
  MAX_PER_ADDRESS: "0",
  MAX_UNJOINED_PER_ADDRESS: "0",
  MAX_JOINS_PER_MINUTE: "0",
  MAX_FRAMES_PER_SECOND: "0",
  MAX_BYTES_PER_SECOND: "0",
  MAX_ROOM_BYTES_PER_SECOND: "0",
  MAX_MEMBERS: "0",
  MAX_ROOMS: "0",
  MAX_CONNECTIONS: "0",
  TRUST_PROXY: "1",
};

/** The two that are compared. */
export const SIDES = ["bench", "plain"] as const;
export type Side = typeof SIDES[number];

/** One value for each. */
export type Both<T> = { readonly [Name in Side]: T };

/** Awaits one after the other, the bench first in even runs and the plain relay in odd ones. */
export async function inTurn<T>(run: number, work: (side: Side) => Promise<T>): Promise<Both<T>> {
  if (run % 2 === 1) {
    const plain = await work("plain");
    return { bench: await work("bench"), plain };
  }
  const bench = await work("bench");
  return { bench, plain: await work("plain") };
}

/** Connections that the generator opens at once: below the 200 that a bench lets wait for their join. */
export const AT_ONCE = 40;

/** Three processes. */
export class RelayPair implements AsyncDisposable {
  readonly generator: LoadGenerator;
  readonly targets: Both<Target>;
  readonly pids: Both<number>;
  readonly #bench: BenchProcess;
  readonly #plain: PlainRelayProcess;

  private constructor(bench: BenchProcess, plain: PlainRelayProcess, generator: LoadGenerator) {
    this.#bench = bench;
    this.#plain = plain;
    this.generator = generator;
    this.targets = { bench: targetOf("bench", bench.url), plain: targetOf("plain", plain.url) };
    this.pids = { bench: bench.pid, plain: plain.pid };
  }

  static async start(): Promise<RelayPair> {
    const bench = await startBench({ env: RAISED });
    return new RelayPair(bench, await startPlainRelay(), new LoadGenerator());
  }

  /** Rooms of so many members at both; answers their names. */
  async openRooms(rooms: number, members: number): Promise<Both<readonly number[]>> {
    return await inTurn(0, async (side) => {
      const target = this.targets[side];
      const opened = await this.generator.order({
        tag: "open",
        target,
        rooms,
        members,
        atOnce: AT_ONCE,
      });
      return opened.rooms;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // First the members, so that a relay is not asked to stop with a thousand of them in it.
    await this.generator[Symbol.asyncDispose]();
    await Promise.all([this.#bench.stop(), this.#plain[Symbol.asyncDispose]()]);
  }
}

function targetOf(dialect: Side, url: string): Target {
  return { dialect, hostname: "127.0.0.1", port: Number(new URL(url).port), origin: url };
}
