// Time, turns and randomness for the relay, as one parameter: tests pass a clock that they move by hand.

import { randomBytes } from "../nacl.ts";
import type { Bytes } from "../wire/mod.ts";

/** Stops a timer; harmless afterwards. */
export type Cancel = () => void;

/** What the relay takes from the outside world besides sockets. */
export interface Clock {
  /** Milliseconds that only rise. */
  nowMs(): number;
  /** Runs at the end of this turn of the event loop, after the input that has already arrived. */
  atEndOfTurn(run: () => void): void;
  after(delayMs: number, run: () => void): Cancel;
  every(periodMs: number, run: () => void): Cancel;
  randomBytes(length: number): Bytes;
}

/** The real one. A timeout of zero runs after the socket events that this turn has already read. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  atEndOfTurn: (run) => void setTimeout(run, 0),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  every: (periodMs, run) => {
    const timer = setInterval(run, periodMs);
    return () => clearInterval(timer);
  },
  randomBytes,
};
