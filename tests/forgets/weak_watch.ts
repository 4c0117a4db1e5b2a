// Watching things without holding them: what is filed under a room's or a member's id in any map, whoever has a socket of ours in
// any set, and whatever a test names. Runs in a process of its own, with --expose-gc, because it looks over the shoulder of
// every Map and Set.

/** How often a collector is asked before something counts as held. */
const ROUNDS = 10;

interface Watched {
  readonly what: string;
  readonly ref: WeakRef<object>;
}

/** What is watched, and what of it is still there. */
export class WeakWatch {
  #watched: Watched[] = [];
  readonly #ids = new Set<string>();
  readonly #ports = new WeakSet<object>();
  readonly #setAdd = Set.prototype.add;

  constructor() {
    const { set } = Map.prototype;
    const onFiled = (key: unknown, value: unknown) => this.#onFiled(key, value);
    Map.prototype.set = function (this: Map<unknown, unknown>, key: unknown, value: unknown) {
      onFiled(key, value);
      return set.call(this, key, value);
    };
    const add = this.#setAdd;
    const onAdded = (value: unknown) => this.#onAdded(value);
    Set.prototype.add = function (this: Set<unknown>, value: unknown) {
      onAdded(value);
      return add.call(this, value);
    };
  }

  /** From now on, what is filed under this id is watched. */
  addId(id: string): void {
    this.#setAdd.call(this.#ids, id);
  }

  /** From now on, whoever has this as `port` is watched when a set takes it. And the port itself. */
  addPort(port: object): void {
    this.#ports.add(port);
    this.add("port", port);
  }

  add(what: string, thing: object): void {
    this.#watched.push({ what, ref: new WeakRef(thing) });
  }

  #onFiled(key: unknown, value: unknown): void {
    if (typeof key !== "string" || typeof value !== "object" || value === null) return;
    if (this.#ids.has(key)) this.add(`${value.constructor.name} under an id`, value);
  }

  #onAdded(value: unknown): void {
    if (typeof value !== "object" || value === null) return;
    const { port } = value as { readonly port?: unknown };
    if (typeof port !== "object" || port === null || !this.#ports.has(port)) return;
    this.add(value.constructor.name, value);
  }

  /** What was watched so far, by kind, and what a collection leaves of it. */
  async look(): Promise<WatchReport> {
    for (let round = 0; round < ROUNDS; round++) {
      // References that were followed in this turn keep their targets until its end.
      await new Promise((resolve) => setTimeout(resolve, 0));
      (globalThis as unknown as { readonly gc: () => void }).gc();
      if (this.#held().length === 0) break;
    }
    return { watched: countsOf(this.#watched), held: countsOf(this.#held()) };
  }

  /** Watches nothing of what was watched so far. */
  reset(): void {
    this.#watched = [];
  }

  /** Watches on only what is still held. */
  keepHeld(): void {
    this.#watched = [...this.#held()];
  }

  #held(): readonly Watched[] {
    return this.#watched.filter(({ ref }) => ref.deref() !== undefined);
  }
}

/** How many things of each kind. */
export type Counts = Readonly<Record<string, number>>;

/** What was watched and what is held. */
export interface WatchReport {
  readonly watched: Counts;
  readonly held: Counts;
}

function countsOf(watched: readonly Watched[]): Counts {
  const counts: Record<string, number> = {};
  for (const { what } of watched) counts[what] = (counts[what] ?? 0) + 1;
  return counts;
}
