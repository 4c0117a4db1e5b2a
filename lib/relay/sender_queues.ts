// Senders that wait for their room or for the bench, with one timer for all: each with its own would wake a crowd for one
// message. Decides who goes next; how long anybody must wait is its owner's rule. Rules: PROTOCOL.md section 7, [M8] [M15].

import type { RoomId } from "../wire/mod.ts";
import type { Cancel, Clock } from "../clock.ts";

/** What is asked and told about those who wait. */
export interface QueueRules<Sender> {
  /** Milliseconds that this sender must still wait; 0 when it may go on. */
  waitMs(sender: Sender, nowMs: number): number;
  /** Milliseconds that everybody who sent much must wait for the bench. */
  benchWaitMs(nowMs: number): number;
  /** It waits no more. It may come to wait again within this call. */
  goOn(sender: Sender): void;
}

/** Those who wait, by room, the longest waiting first. */
export class SenderQueues<Sender> {
  readonly #clock: Clock;
  readonly #rules: QueueRules<Sender>;
  readonly #queues = new Map<RoomId, Set<Sender>>();
  #cancel: Cancel | null = null;
  #dueMs = 0;

  constructor(clock: Clock, rules: QueueRules<Sender>) {
    this.#clock = clock;
    this.#rules = rules;
  }

  /** It waits from now on, `waitMs` at least. Returns how it leaves without its turn. */
  add(roomId: RoomId, sender: Sender, waitMs: number): Cancel {
    let queue = this.#queues.get(roomId);
    if (queue === undefined) this.#queues.set(roomId, queue = new Set());
    queue.add(sender);
    this.#arm(waitMs);
    return () => this.#remove(roomId, sender);
  }

  #remove(roomId: RoomId, sender: Sender): void {
    const queue = this.#queues.get(roomId);
    queue?.delete(sender);
    if (queue?.size === 0) this.#queues.delete(roomId);
    if (this.#queues.size > 0) return;
    this.#cancel?.();
    this.#cancel = null;
  }

  /** For the earliest moment at which one of them may go on. */
  #arm(waitMs: number): void {
    const dueMs = this.#clock.nowMs() + waitMs;
    if (this.#cancel !== null && this.#dueMs <= dueMs) return;
    this.#cancel?.();
    this.#dueMs = dueMs;
    this.#cancel = this.#clock.after(waitMs, () => {
      this.#cancel = null;
      this.#serve();
    });
  }

  /** Lets on whoever may, room by room, until the bench has enough. */
  #serve(): void {
    let soonestMs = Infinity;
    let benchMs = 0;
    for (const roomId of [...this.#queues.keys()]) {
      soonestMs = Math.min(soonestMs, this.#serveRoom(roomId));
      benchMs = this.#rules.benchWaitMs(this.#clock.nowMs());
      if (benchMs > 0) break;
    }
    if (this.#queues.size > 0) this.#arm(benchMs > 0 ? benchMs : Math.max(1, soonestMs));
  }

  /** Milliseconds until this room's next may go on; `Infinity` when nobody waits there. */
  #serveRoom(roomId: RoomId): number {
    for (let isServed = false;; isServed = true) {
      const queue = this.#queues.get(roomId);
      if (queue === undefined) return Infinity;
      const [next] = queue;
      const waitMs = this.#rules.waitMs(next!, this.#clock.nowMs());
      if (waitMs > 0) {
        // A room that was served goes behind the others next time.
        if (isServed && this.#queues.delete(roomId)) this.#queues.set(roomId, queue);
        return waitMs;
      }
      this.#remove(roomId, next!);
      this.#rules.goOn(next!);
    }
  }
}
