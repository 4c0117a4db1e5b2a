// Acknowledging large boxes: counted for their sender, in order, once they have left for whoever they wait for, and
// while the sender is within its rate, so that an honest sender is slowed by its own waiting and by nothing harder [D8] [M7].

import type { Cancel, Clock } from "../clock.ts";

const LOOK_EVERY_MS = 20;

/** Whoever is sent to. */
export interface LargeReader {
  /** Whether a box handed out at `sinceMs` still waits for this reader. */
  holdsUp(sinceMs: number, nowMs: number): boolean;
}

/** What is asked and told about a sender. */
export interface LargeSenderRules<Sender> {
  /** Whether it must wait on account of its own rate or its room's. */
  mustWait(sender: Sender, nowMs: number): boolean;
  /** So many more of its boxes are done. */
  acknowledge(sender: Sender, boxes: number): void;
}

/** A box on its way. */
interface OnItsWay {
  /** Every socket that held it let go of it. */
  readonly isFree: boolean;
}

interface Waiting {
  readonly box: OnItsWay;
  readonly readers: readonly LargeReader[];
  readonly sinceMs: number;
}

/** Boxes whose senders wait for a count. One timer, only while something waits; `stop` clears it. */
export class LargeAcks<Sender> {
  readonly #clock: Clock;
  readonly #rules: LargeSenderRules<Sender>;
  /** Oldest first: a later box of the same sender does not overtake an earlier one. */
  readonly #waiting = new Map<Sender, Waiting[]>();
  #cancel: Cancel | null = null;

  constructor(clock: Clock, rules: LargeSenderRules<Sender>) {
    this.#clock = clock;
    this.#rules = rules;
  }

  /** One box of `sender` was handed to `readers`. */
  add(sender: Sender, box: OnItsWay, readers: readonly LargeReader[]): void {
    const waiting: Waiting = { box, readers, sinceMs: this.#clock.nowMs() };
    const queue = this.#waiting.get(sender);
    if (queue === undefined) this.#waiting.set(sender, [waiting]);
    else queue.push(waiting);
    this.look(sender);
    this.#arm();
  }

  /** Acknowledges what is done. Called when a box became free, and by the timer. */
  look(sender: Sender): void {
    const queue = this.#waiting.get(sender);
    if (queue === undefined) return;
    const nowMs = this.#clock.nowMs();
    let due = 0;
    if (!this.#rules.mustWait(sender, nowMs)) {
      while (due < queue.length && !isHeldUp(queue[due]!, nowMs)) due++;
    }
    if (due === queue.length) this.#waiting.delete(sender);
    else queue.splice(0, due);
    if (due > 0) this.#rules.acknowledge(sender, due);
  }

  /** The sender is gone: nothing is owed to it. */
  drop(sender: Sender): void {
    if (this.#waiting.delete(sender)) this.#arm();
  }

  stop(): void {
    this.#waiting.clear();
    this.#arm();
  }

  #arm(): void {
    if (this.#waiting.size > 0) {
      this.#cancel ??= this.#clock.every(LOOK_EVERY_MS, () => {
        for (const sender of [...this.#waiting.keys()]) this.look(sender);
        this.#arm();
      });
    } else {
      this.#cancel?.();
      this.#cancel = null;
    }
  }
}

function isHeldUp({ box, readers, sinceMs }: Waiting, nowMs: number): boolean {
  return !box.isFree && readers.some((reader) => reader.holdsUp(sinceMs, nowMs));
}
