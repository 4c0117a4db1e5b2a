// A rate with a burst: a bucket of tokens, full at first, refilled by time [M4] [M5] [M6] [M7] [M8] [M9]. Time is a
// parameter and belongs to a clock that only rises; one that stands still or steps back must never make tokens.

/** Tokens that adding up fractions may lose. Forgiven in questions only and never added, so that nobody gains by it. */
const ROUNDING = 1e-6;

/** One bucket. Who asks says what a token is: a message, a byte, a socket. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #atMs: number;

  /** Both above 0, else a RangeError. With `perSecond` Infinity nothing is ever refused or owed. */
  constructor(perSecond: number, burst: number, nowMs: number) {
    if (!(perSecond > 0) || !(burst > 0)) throw new RangeError("a rate and a burst are above 0");
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  /** Spends `cost` if it is there, and says whether it was. */
  take(cost: number, nowMs: number): boolean {
    if (this.fill(nowMs) < checked(cost) - ROUNDING) return false;
    this.#tokens -= cost;
    return true;
  }

  /** Spends `cost` in any case: for what has been received already. The bucket may go into debt. */
  spend(cost: number, nowMs: number): void {
    this.#refill(nowMs);
    this.#tokens -= checked(cost);
  }

  /** Tokens owed; 0 when level. */
  debt(nowMs: number): number {
    const tokens = this.fill(nowMs);
    return tokens < -ROUNDING ? -tokens : 0;
  }

  /** Milliseconds until nothing is owed, rounded up; 0 when it is so. */
  waitMs(nowMs: number): number {
    return Math.ceil(this.debt(nowMs) * 1000 / this.#perSecond);
  }

  /** Whether it stands as if nobody had ever taken anything: then it need not be remembered. */
  isFull(nowMs: number): boolean {
    return this.fill(nowMs) >= this.#burst - ROUNDING;
  }

  /** Tokens there are now; below 0 in debt, Infinity where the rate is. */
  fill(nowMs: number): number {
    this.#refill(nowMs);
    return this.#tokens;
  }

  #refill(nowMs: number): void {
    if (this.#perSecond === Infinity) {
      this.#tokens = Infinity;
      return;
    }
    const elapsedMs = nowMs - this.#atMs;
    // After a step back, time counts again only from where it already was.
    if (!(elapsedMs > 0)) return;
    this.#atMs = nowMs;
    this.#tokens = Math.min(this.#burst, this.#tokens + elapsedMs * this.#perSecond / 1000);
  }
}

function checked(cost: number): number {
  if (!(cost >= 0 && cost < Infinity)) throw new RangeError("a cost is 0 or more");
  return cost;
}
