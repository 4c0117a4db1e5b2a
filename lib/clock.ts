// Time, turns and randomness for the relay and the park, as one parameter: tests pass a clock that they move by hand.

import { setImmediate } from "node:timers";
import { randomBytes } from "./nacl.ts";
import type { Bytes } from "./wire/mod.ts";

/** Stops a timer; harmless afterwards. */
export type Cancel = () => void;

/** What a bench takes from the outside world besides sockets and the bus. */
export interface Clock {
  /** Milliseconds that only rise. */
  nowMs(): number;
  /** Runs at the end of this turn of the event loop, after the input that has already arrived. */
  atEndOfTurn(run: () => void): void;
  after(delayMs: number, run: () => void): Cancel;
  every(periodMs: number, run: () => void): Cancel;
  randomBytes(length: number): Bytes;
}

/** The real one. An immediate runs once the socket events that have already come were handed out, and waits for nothing. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  atEndOfTurn: (run) => void setImmediate(run),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    // What is forgotten in ten minutes is no reason to stay: a bench that was asked to stop ends with its last socket.
    Deno.unrefTimer(timer);
    return () => clearTimeout(timer);
  },
  every: (periodMs, run) => {
    const timer = setInterval(run, periodMs);
    return () => clearInterval(timer);
  },
  randomBytes,
};
