// Acknowledging large boxes: counted for their sender once they have left for everybody, or after two seconds, so that
// a slow phone slows a picture down instead of being cut off, and cannot stop it either [D8].

import { ACK_AFTER_MS } from "../wire/mod.ts";
import type { Cancel, Clock } from "./clock.ts";

/** A reader with less than this in its queue counts as reached: a quarter of the largest box. */
const REACHED_BYTES = 65_536;
const LOOK_EVERY_MS = 20;

/** Whoever is sent to. */
interface Reader {
  readonly bufferedBytes: number;
}

interface Waiting<Sender> {
  readonly sender: Sender;
  readonly readers: readonly Reader[];
  readonly sinceMs: number;
}

/** Boxes whose senders wait for a count. One timer, only while something waits; `stop` clears it. */
export class LargeAcks<Sender> {
  readonly #clock: Clock;
  readonly #acknowledge: (sender: Sender) => void;
  #waiting: Waiting<Sender>[] = [];
  #cancel: Cancel | null = null;

  constructor(clock: Clock, acknowledge: (sender: Sender) => void) {
    this.#clock = clock;
    this.#acknowledge = acknowledge;
  }

  /** One box of `sender` was handed to `readers`. Its senders are told in the order of their boxes. */
  add(sender: Sender, readers: readonly Reader[]): void {
    this.#waiting.push({ sender, readers, sinceMs: this.#clock.nowMs() });
    this.#look();
  }

  /** The sender is gone: nothing is owed to it. */
  drop(sender: Sender): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting.sender !== sender);
    this.#arm();
  }

  stop(): void {
    this.#waiting = [];
    this.#arm();
  }

  #look(): void {
    const nowMs = this.#clock.nowMs();
    const stillWaiting = new Set<Sender>();
    this.#waiting = this.#waiting.filter((waiting) => {
      const isDue = nowMs - waiting.sinceMs >= ACK_AFTER_MS ||
        waiting.readers.every((reader) => reader.bufferedBytes < REACHED_BYTES);
      // In order: a later box of the same sender does not overtake an earlier one.
      if (!isDue || stillWaiting.has(waiting.sender)) {
        stillWaiting.add(waiting.sender);
        return true;
      }
      this.#acknowledge(waiting.sender);
      return false;
    });
    this.#arm();
  }

  #arm(): void {
    if (this.#waiting.length > 0) {
      this.#cancel ??= this.#clock.every(LOOK_EVERY_MS, () => this.#look());
    } else {
      this.#cancel?.();
      this.#cancel = null;
    }
  }
}
