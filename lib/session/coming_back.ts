// The wait between a drop and the next attempt, and the one question why the last one failed. It decides when, never
// whether. Rules: lib/wire/PROTOCOL.md [C10] and [M4], reconnect.ts.

import { delayAfterRefusalMs } from "./reconnect.ts";
import type { UpgradeRefusal, World } from "./world.ts";

/** What coming back is made with. */
export interface ComingBackOptions {
  readonly world: Pick<World, "nowMs" | "after" | "chance" | "askWhyRefused">;
  readonly connect: () => void;
  /** What the bench said to the question; `null` when nothing. Not called once the next attempt has begun. */
  readonly onAnswer: (refusal: UpgradeRefusal | null) => void;
}

interface Wait {
  dueMs: number;
  cancel: () => void;
}

/** The attempts of one stay. Its timer ends with `stop`. */
export class ComingBack {
  readonly #options: ComingBackOptions;
  #failures = 0;
  #wait: Wait | null = null;

  constructor(options: ComingBackOptions) {
    this.#options = options;
  }

  /** Attempts that failed since the last time in the room. */
  get failures(): number {
    return this.#failures;
  }

  /** Joined: the waits after the next drop are short again. */
  onLive(): void {
    this.#failures = 0;
    this.stop();
  }

  /** No attempt is made any more, unless one is asked for. */
  stop(): void {
    this.#wait?.cancel();
    this.#wait = null;
  }

  /** Connects after `delayMs`. `asksWhy`: asks the bench meanwhile, once, and waits as long as it names. */
  begin(delayMs: number, asksWhy: boolean): void {
    const { world, onAnswer } = this.#options;
    this.stop();
    this.#failures++;
    const wait: Wait = { dueMs: world.nowMs() + delayMs, cancel: () => undefined };
    this.#wait = wait;
    this.#arm(wait);
    if (!asksWhy) return;
    void world.askWhyRefused().then((refusal) => {
      if (this.#wait !== wait) return;
      onAnswer(refusal);
      // Whoever was told may have ended the stay.
      if (this.#wait !== wait || refusal === null || refusal.retryAfterMs === null) return;
      const leastMs = delayAfterRefusalMs(refusal.retryAfterMs, world.chance());
      if (world.nowMs() + leastMs <= wait.dueMs) return;
      wait.cancel();
      wait.dueMs = world.nowMs() + leastMs;
      this.#arm(wait);
    });
  }

  #arm(wait: Wait): void {
    const { world, connect } = this.#options;
    wait.cancel = world.after(wait.dueMs - world.nowMs(), () => {
      this.#wait = null;
      connect();
    });
  }
}
