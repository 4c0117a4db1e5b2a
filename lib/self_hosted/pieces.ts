// What the network delivers, before `ws` puts messages together of it. A message that comes a byte at a time would lie there as
// thousands of pieces, each many times its byte: once that is seen, small pieces are gathered [M1]. Knows lengths alone.

import { Buffer } from "node:buffer";
import { GATHER_BYTES, GATHER_MS, SMALL_PIECE_BYTES, SMALL_PIECES } from "./bounds.ts";

/** One socket's pieces, on their way to `hand`. `stop` clears its timer. */
export class Pieces {
  readonly #hand: (piece: Buffer) => void;
  /** Small pieces since a message was last whole. */
  #smallOnes = 0;
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(hand: (piece: Buffer) => void) {
    this.#hand = hand;
  }

  /** A message, a ping or a pong was whole. */
  onWhole(): void {
    this.#smallOnes = 0;
  }

  /** The next piece, in order. */
  take(piece: Buffer): void {
    const isSmall = piece.length < SMALL_PIECE_BYTES;
    if (isSmall) this.#smallOnes++;
    if (!isSmall || this.#smallOnes <= SMALL_PIECES) {
      this.flush();
      return this.#hand(piece);
    }
    // A copy: what the network hands out may hold on to much more than itself.
    this.#gathered.push(Buffer.from(piece));
    this.#gatheredBytes += piece.length;
    if (this.#gatheredBytes >= GATHER_BYTES) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  /** Hands on what was gathered. */
  flush(): void {
    if (this.#gatheredBytes === 0) return;
    const whole = Buffer.concat(this.#gathered);
    this.stop();
    this.#hand(whole);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#gathered = [];
    this.#gatheredBytes = 0;
  }
}
