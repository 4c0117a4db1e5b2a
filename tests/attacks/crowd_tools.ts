// What every crowd is made of: addresses of its own, a bound on how much goes on at once, time that ends, and a tally of
// what the bench did about it.

import { setImmediate } from "node:timers";
import { LoadTab } from "../support/load_tab.ts";
import type { Entered, Knock } from "../support/load_tab.ts";
import type { NodeSigner } from "../support/node_signer.ts";
import { RawSocket, type RawTarget } from "../support/raw_socket.ts";
import type { RigRoom } from "../support/relay_rig.ts";

/** What a crowd saw. */
export interface Report {
  /** How often something happened, by what it was: `open`, `status 429`, `closed 4408`, ... */
  readonly counts: Readonly<Record<string, number>>;
  readonly sentBytes: number;
}

/** Attacks may not run on. */
const LONGEST_MS = 60_000;

/** Counts what happens to a crowd, and its time. */
export class Crowd {
  sentBytes = 0;
  readonly port: number;
  readonly #counts = new Map<string, number>();
  readonly #endsAtMs: number;

  constructor(port: number, forMs: number) {
    if (!(forMs <= LONGEST_MS)) throw new RangeError("an attack of at most a minute");
    this.port = port;
    this.#endsAtMs = performance.now() + forMs;
  }

  get isTimeUp(): boolean {
    return performance.now() >= this.#endsAtMs;
  }

  /** Resolves when the time is up. */
  get end(): Promise<void> {
    return pause(Math.max(0, this.#endsAtMs - performance.now()));
  }

  add(what: string, times = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + times);
  }

  /** A place to come from: 127.0.0.2 is number 0, one of some sixty thousand. */
  from(address: number, more: Partial<RawTarget> = {}): RawTarget {
    const host = address + 2;
    return {
      port: this.port,
      localAddress: `127.0.${host >> 8 & 0xff}.${host & 0xff}`,
      ...more,
    };
  }

  /** Opens a socket and counts what became of that; `null` when there is none. */
  async open(target: RawTarget): Promise<RawSocket | null> {
    try {
      const opening = await RawSocket.open(target);
      if (opening.tag === "refused") {
        this.add(`status ${opening.status}`);
        return null;
      }
      this.add("open");
      const { socket } = opening;
      socket.closed.then((code) => this.add(`closed ${code}`));
      return socket;
    } catch {
      this.add("no connection");
      return null;
    }
  }

  /** Joins a room and counts what became of that; `null` when it did not. */
  async enter(
    target: RawTarget,
    room: RigRoom,
    session: NodeSigner,
    knock: Knock = {},
  ): Promise<LoadTab | null> {
    let entered: Entered;
    try {
      entered = await LoadTab.enter(target, room, session, knock);
    } catch {
      this.add("no connection");
      return null;
    }
    switch (entered.tag) {
      case "in":
        this.add("in");
        entered.tab.socket.closed.then((code) => this.add(`closed ${code}`));
        return entered.tab;
      case "refused":
        this.add(`status ${entered.status}`);
        return null;
      case "closed":
        this.add(`closed ${entered.code}`);
        return null;
    }
  }

  /** Writes without end, as fast as the bench reads, until the time is up or the socket is gone. */
  async pour(socket: RawSocket, next: (nth: number) => Uint8Array): Promise<void> {
    for (let i = 0; socket.isOpen && !this.isTimeUp; i++) {
      const bytes = next(i);
      this.sentBytes += bytes.length;
      if (!socket.write(bytes)) await Promise.race([socket.drained(), this.end]);
      // A socket that takes everything at once, or that is ended, is heard of at the next turn.
      if (i % 4 === 3) await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** What was seen. Call last. */
  report(): Report {
    return { counts: Object.fromEntries(this.#counts), sentBytes: this.sentBytes };
  }
}

export function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}

/** Runs `count` tasks, `width` at a time, in order of their numbers; stops handing out when `isOver`. */
export async function inParallel(
  count: number,
  width: number,
  task: (nth: number) => Promise<void>,
  isOver: () => boolean = () => false,
): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: width }, async () => {
    while (next < count && !isOver()) await task(next++);
  }));
}
