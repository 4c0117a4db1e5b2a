// How well one socket reads what the bench has for it: reached, slow but moving, or stuck. Decides whether a picture waits
// for it [D8] and when it is cut [M10]. Pure but for its own memory; bytes and time are parameters.

import {
  ACK_AFTER_MS,
  MAX_CHUNKS_IN_FLIGHT,
  MAX_MESSAGE_BYTES,
  MAX_READER_BYTES,
  PACED_READER_BYTES,
  SLOW_READER_BYTES,
  SLOW_READER_BYTES_PER_SECOND,
  SLOW_READER_MS,
} from "../wire/mod.ts";

/**
 * A reader with no more than this waiting counts as reached: as much as one sender has under way. Less would make fast
 * senders wait a turn of the network for every few boxes.
 */
export const REACHED_BYTES = MAX_CHUNKS_IN_FLIGHT * MAX_MESSAGE_BYTES;

const MOVING_BYTES = SLOW_READER_BYTES_PER_SECOND * ACK_AFTER_MS / 1000;
const SLOW_WINDOW_BYTES = SLOW_READER_BYTES_PER_SECOND * SLOW_READER_MS / 1000;

/** Where a stretch of watching began. */
interface Mark {
  readonly atMs: number;
  readonly readBytes: number;
}

/** One reader, looked at from time to time while something waits for it. */
export class ReaderWatch {
  #move: Mark | null = null;
  #slow: Mark | null = null;
  #isMoving = true;

  /**
   * Takes a look: `sentBytes` is all that was ever queued for it, `waitingBytes` what of that still waits. Returns
   * whether it must be cut.
   */
  look(sentBytes: number, waitingBytes: number, nowMs: number): boolean {
    const now: Mark = { atMs: nowMs, readBytes: sentBytes - waitingBytes };
    if (waitingBytes <= REACHED_BYTES) {
      this.#move = null;
      this.#isMoving = true;
    } else if (this.#move === null) {
      this.#move = now;
    } else if (nowMs - this.#move.atMs >= ACK_AFTER_MS) {
      this.#isMoving = now.readBytes - this.#move.readBytes >= MOVING_BYTES;
      this.#move = now;
    }
    if (waitingBytes > MAX_READER_BYTES) return true;
    if (waitingBytes <= SLOW_READER_BYTES) {
      this.#slow = null;
    } else if (this.#slow === null) {
      this.#slow = now;
    } else if (nowMs - this.#slow.atMs >= SLOW_READER_MS) {
      if (now.readBytes - this.#slow.readBytes < SLOW_WINDOW_BYTES) return true;
      this.#slow = now;
    }
    return false;
  }

  /** Whether a large box that was handed out at `sinceMs` still waits for this reader. */
  holdsUp(waitingBytes: number, sinceMs: number, nowMs: number): boolean {
    // Who does not move at all is cut before long [M10]. The network takes in lumps, so that 2 s tell little of a phone.
    if (waitingBytes > PACED_READER_BYTES) return true;
    if (waitingBytes <= REACHED_BYTES || !this.#isMoving) return false;
    return nowMs - sinceMs < ACK_AFTER_MS;
  }
}
