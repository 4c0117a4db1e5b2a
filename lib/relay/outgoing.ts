// What leaves for tabs, and how much of it the bench still holds. One message goes to all members of a room as the very
// same bytes, so they are counted once however many sockets they wait at [M11]. Knows lengths, never contents.

import { type Bytes, utf8 } from "../wire/mod.ts";

/** How many bytes wait at sockets, those that sockets share counted once. One for a relay. */
export class HeldBytes {
  #total = 0;

  /** Bytes that wait at some socket now. */
  get total(): number {
    return this.#total;
  }

  /** By `Outgoing` alone. */
  change(byBytes: number): void {
    this.#total += byBytes;
  }
}

/** One message on its way to any number of sockets. Nobody changes its bytes any more. */
export class Outgoing {
  /** A text's bytes are UTF-8. */
  readonly bytes: Bytes;
  readonly isText: boolean;
  readonly #held: HeldBytes;
  readonly #onFree: (() => void) | null;
  #holders = 0;
  #wasHeld = false;

  /** `onFree` is called when the last socket that held it let go. */
  constructor(held: HeldBytes, message: string | Bytes, onFree: (() => void) | null = null) {
    this.#held = held;
    this.#onFree = onFree;
    this.isText = typeof message === "string";
    this.bytes = typeof message === "string" ? utf8(message) : message;
  }

  /** How many sockets hold it. */
  get holders(): number {
    return this.#holders;
  }

  /** Whether sockets held it and all let go. Never so where they copy. */
  get isFree(): boolean {
    return this.#wasHeld && this.#holders === 0;
  }

  /** A socket queued it without copying. */
  hold(): void {
    this.#wasHeld = true;
    if (this.#holders++ === 0) this.#held.change(this.bytes.length);
  }

  /** That socket wrote it or gave it up: once for each `hold`. */
  readonly release = (): void => {
    if (--this.#holders > 0) return;
    this.#held.change(-this.bytes.length);
    this.#onFree?.();
  };
}
