// How many requests are answered at the same time. Pages cost work that nobody counts against anybody, so they take turns
// with each other, and between two of them everything else of the bench has its own.

/** Lets up to `atOnce` through; the others wait in the order in which they came. */
export class Turnstile {
  readonly #atOnce: number;
  readonly #later: (run: () => void) => void;
  readonly #waiting = new Set<() => void>();
  #inside = 0;

  /** `later` runs something when everybody else had a turn. */
  constructor(atOnce: number, later: (run: () => void) => void) {
    this.#atOnce = atOnce;
    this.#later = later;
  }

  /** Those who wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Runs `begin`, now or when there is room. `end` must be called once for each that has begun. */
  enter(begin: () => void): void {
    if (this.#inside < this.#atOnce) {
      this.#inside++;
      begin();
    } else {
      this.#waiting.add(begin);
    }
  }

  /** It waits no more; `false` when it has begun. */
  giveUp(begin: () => void): boolean {
    return this.#waiting.delete(begin);
  }

  /** One that had begun is done. */
  end(): void {
    this.#later(() => {
      for (const next of this.#waiting) {
        this.#waiting.delete(next);
        next();
        return;
      }
      this.#inside--;
    });
  }
}
