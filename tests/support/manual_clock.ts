// A clock that stands until a test moves it, and turns that end when a test says so. Timers that were not cancelled can be
// counted, so that one left behind is seen.

import type { Cancel, Clock } from "../../lib/clock.ts";
import type { Bytes } from "../../lib/wire/mod.ts";
import { Seeded } from "./seeded.ts";

interface Timer {
  dueMs: number;
  readonly periodMs: number | null;
  readonly run: () => void;
}

/** Time, turns and seeded randomness, moved by hand. */
export class ManualClock implements Clock {
  readonly #timers = new Set<Timer>();
  readonly #random: Seeded;
  #nowMs: number;
  #turn: (() => void)[] = [];

  constructor(startMs = 1_000_000, seed = 1) {
    this.#nowMs = startMs;
    this.#random = new Seeded(seed);
  }

  /** Timers that are still armed. */
  get timers(): number {
    return this.#timers.size;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  atEndOfTurn(run: () => void): void {
    this.#turn.push(run);
  }

  /** Ends the turn: runs what was put off until now. Returns how many asked. */
  endTurn(): number {
    const turn = this.#turn;
    this.#turn = [];
    for (const run of turn) run();
    return turn.length;
  }

  after(delayMs: number, run: () => void): Cancel {
    return this.#arm(delayMs, null, run);
  }

  every(periodMs: number, run: () => void): Cancel {
    return this.#arm(periodMs, periodMs, run);
  }

  randomBytes(length: number): Bytes {
    return this.#random.bytes(length);
  }

  /** Moves the time on, running each timer at its own moment. Turns do not end by it. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (;;) {
      let next: Timer | null = null;
      for (const timer of this.#timers) {
        if (timer.dueMs <= untilMs && (next === null || timer.dueMs < next.dueMs)) next = timer;
      }
      if (next === null) break;
      this.#nowMs = next.dueMs;
      if (next.periodMs === null) this.#timers.delete(next);
      else next.dueMs += next.periodMs;
      next.run();
    }
    this.#nowMs = untilMs;
  }

  #arm(delayMs: number, periodMs: number | null, run: () => void): Cancel {
    if (!(delayMs >= 0)) throw new RangeError("a delay of at least zero");
    const timer: Timer = { dueMs: this.#nowMs + delayMs, periodMs, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }
}
