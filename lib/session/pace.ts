// What keeps a tab within the messages that a bench reads of one socket [M7], so that an honest tab is never paused or
// closed for speed: a bucket of its own, a little smaller and slower than the one that the bench says it keeps. Pure.
// Rules: lib/wire/PROTOCOL.md section 7, [M7].

import { FRAMES_BURST_SECONDS, LIMITS } from "../wire/mod.ts";

/** Nine tenths of the bench's rate and burst: the rest is for what is not counted here (beats, admin commands). */
const SHARE = 0.9;

/** The join, which goes before everything that is paced. */
const JOIN_FRAMES = 1;

/** What part of its burst each kind leaves to those before it: who is here, then what is said, then pictures. */
export const KEPT_FREE = { presence: 0, content: 1 / 9, chunk: 2 / 9 } as const;

/** A kind of frame, as far as pace goes. */
export type PacedKind = keyof typeof KEPT_FREE;

/** The frames of one socket. */
export class Pace {
  #perSecond = 0;
  #burst = 0;
  #tokens = 0;
  #atMs = 0;

  constructor(nowMs: number) {
    this.restart(LIMITS.maxFramesPerSecond, nowMs);
  }

  /**
   * A new socket, of which the bench reads `framesPerSecond`, and counts from nothing. A bench that reads more than the
   * default, or says so, makes no tab faster: what others have to read would be its word alone.
   */
  restart(framesPerSecond: number, nowMs: number): void {
    if (!(framesPerSecond >= 1)) throw new RangeError("a socket is read once a second at least");
    this.#perSecond = SHARE * Math.min(framesPerSecond, LIMITS.maxFramesPerSecond);
    this.#burst = this.#perSecond * FRAMES_BURST_SECONDS;
    this.#tokens = this.#burst - JOIN_FRAMES;
    this.#atMs = nowMs;
  }

  /** How many frames of this kind may go now. */
  spare(kind: PacedKind, nowMs: number): number {
    this.#refill(nowMs);
    return Math.max(0, Math.floor(this.#tokens - this.#keptFree(kind)));
  }

  /** Milliseconds until one frame of this kind may go: 0 when it may now. */
  waitMs(kind: PacedKind, nowMs: number): number {
    this.#refill(nowMs);
    const missing = this.#keptFree(kind) + 1 - this.#tokens;
    return missing <= 0 ? 0 : Math.ceil(missing / this.#perSecond * 1_000);
  }

  /** One frame went, of whatever kind. */
  spend(nowMs: number): void {
    this.#refill(nowMs);
    this.#tokens--;
  }

  #keptFree(kind: PacedKind): number {
    return KEPT_FREE[kind] * this.#burst;
  }

  #refill(nowMs: number): void {
    const gained = (nowMs - this.#atMs) / 1_000 * this.#perSecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + gained);
    this.#atMs = nowMs;
  }
}
