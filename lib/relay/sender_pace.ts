// How fast one socket may send: messages and bytes, each with a bucket. Tells how long it must wait; somebody else stops reading or closes.
// Pure but for its own memory; the time is a parameter. Rule: PROTOCOL.md section 7, [M7].

import { TokenBucket } from "../limits/mod.ts";
import {
  bytesBurst,
  FRAMES_BURST_SECONDS,
  KEEPS_ON_MS,
  LIGHT_SENDER_BYTES,
  LIGHT_SENDER_BYTES_PER_SECOND,
  type Limits,
  MAX_BYTES_BEHIND,
  MAX_FRAMES_BEHIND_SECONDS,
} from "../wire/mod.ts";

/** One socket's buckets. */
export class SenderPace {
  readonly #messages: TokenBucket;
  readonly #bytes: TokenBucket;
  readonly #mostBehind: number;
  readonly #recovered: number;
  #recentBytes = 0;
  #recentAtMs: number;
  /** Since when it has been over its rate of messages without a pause of its own. */
  #overSinceMs: number | null = null;

  constructor(limits: Limits, maxFileBytes: number, nowMs: number) {
    const perSecond = limits.maxFramesPerSecond;
    const burst = perSecond * FRAMES_BURST_SECONDS;
    this.#messages = new TokenBucket(perSecond, burst, nowMs);
    this.#bytes = new TokenBucket(limits.maxBytesPerSecond, bytesBurst(maxFileBytes), nowMs);
    this.#recentAtMs = nowMs;
    this.#mostBehind = perSecond * MAX_FRAMES_BEHIND_SECONDS;
    this.#recovered = burst / 2;
  }

  /** Counts one message. `false`: it is so far over its rate, or has been for so long, that it must go (4429). */
  onMessage(lengthBytes: number, nowMs: number): boolean {
    this.#messages.spend(1, nowMs);
    this.#bytes.spend(lengthBytes, nowMs);
    const behind = this.#messages.debt(nowMs);
    if (behind > 0) {
      this.#overSinceMs ??= nowMs;
      return behind <= this.#mostBehind && nowMs - this.#overSinceMs < KEEPS_ON_MS;
    }
    if (this.#overSinceMs !== null && this.#messages.fill(nowMs) >= this.#recovered) {
      this.#overSinceMs = null;
    }
    return true;
  }

  /** Milliseconds until both buckets are level; 0 when they are. */
  waitMs(nowMs: number): number {
    return Math.max(this.#messages.waitMs(nowMs), this.#bytes.waitMs(nowMs));
  }

  /** Whether with this message it sent so little of late that what is too much came from others [M8] [M15]. */
  isLight(lengthBytes: number, nowMs: number): boolean {
    return this.#recent(nowMs) + lengthBytes <= LIGHT_SENDER_BYTES;
  }

  /** A message was handed on, which may be long after it came: only then does it count for `isLight`. */
  onTaken(lengthBytes: number, nowMs: number): void {
    // Bounded, so that who sent a picture counts as light again soon.
    this.#recentBytes = Math.min(2 * LIGHT_SENDER_BYTES, this.#recent(nowMs) + lengthBytes);
    this.#recentAtMs = nowMs;
  }

  #recent(nowMs: number): number {
    const forgotten = (nowMs - this.#recentAtMs) * LIGHT_SENDER_BYTES_PER_SECOND / 1000;
    return Math.max(0, this.#recentBytes - forgotten);
  }

  /** Whether it is so far behind that it must go where reading cannot be paused. */
  isFarBehind(nowMs: number): boolean {
    return this.#bytes.debt(nowMs) > MAX_BYTES_BEHIND;
  }
}
