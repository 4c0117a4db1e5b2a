// What a bench remembers of the addresses that its sockets come from, so that its limits hold for each: counts and
// buckets under keyed hashes, never an address [M12]. It tells nobody what it holds but how much.
//
// Each key is the newest for ADDRESS_KEY_MS; who is looked up moves under the newest. So a record was last looked up at
// least one ADDRESS_KEY_MS before it goes, and every bucket is full again by then: waiting for a new key resets nothing.

import {
  ADDRESS_KEY_MS,
  type Bytes,
  FAILED_PROOFS_PER_MINUTE,
  type Limits,
  MAX_ADDRESSES,
  NEW_ROOMS,
  NEW_ROOMS_WINDOW_MS,
  NEW_SOCKETS_BURST,
  PAIRINGS_BURST,
  PAIRINGS_PER_MINUTE,
} from "../wire/mod.ts";
import { TokenBucket } from "./token_bucket.ts";

/** Keys held at most: one tab that stays for ten hours and a half, and one that came with every key since. */
const MAX_KEYS = 64;

/** How soon to look again at what is kept only because of a socket or of a bucket that is not full. */
const LOOK_AGAIN_MS = 60_000;

/** What is remembered of one address. */
export interface AddressRecord<Socket> {
  /** Sockets of this address; the relay counts up and down. */
  sockets: number;
  /** Those that have not joined, oldest first; the relay's. */
  readonly unjoined: Set<Socket>;
  readonly newSockets: TokenBucket;
  readonly failedProofs: TokenBucket;
  readonly newRooms: TokenBucket;
  /** Pairings and questions for other benches. */
  readonly pairings: TokenBucket;
}

/** What a book is built from. */
export interface AddressBookOptions {
  readonly limits: Limits;
  /** A random key. */
  readonly newKey: () => Bytes;
  readonly hash: (key: Bytes, text: string) => string;
}

/** One key, and who was last looked up while it was the newest. */
interface Generation<Socket> {
  readonly key: Bytes;
  readonly bornAtMs: number;
  readonly records: Map<string, Remembered<Socket>>;
}

/** The addresses of one bench. */
export class AddressBook<Socket> {
  readonly #options: AddressBookOptions;
  /** Newest first. */
  readonly #generations: Generation<Socket>[] = [];
  #size = 0;

  constructor(options: AddressBookOptions) {
    this.#options = options;
  }

  /** Addresses remembered. */
  get size(): number {
    return this.#size;
  }

  /** Keys held. */
  get keys(): number {
    return this.#generations.length;
  }

  /** The record of an address, spelled as `clientAddress` spells it; a fresh one if it is not remembered. */
  recordOf(address: string, nowMs: number): AddressRecord<Socket> {
    const newest = this.#newest(nowMs);
    const hash = this.#options.hash(newest.key, address);
    const record = newest.records.get(hash) ?? this.#takeFromOlder(address);
    if (record !== null) {
      newest.records.set(hash, record);
      return record;
    }
    while (this.#size >= MAX_ADDRESSES) this.#dropOne();
    const fresh = new Remembered<Socket>(this.#options.limits, nowMs);
    newest.records.set(hash, fresh);
    this.#size++;
    return fresh;
  }

  /** Drops what is due. When to call it next, or null when nothing is remembered: then no key is held either. */
  forget(nowMs: number): number | null {
    let nextMs = Infinity;
    for (const { bornAtMs, records } of this.#generations) {
      const dueAtMs = bornAtMs + 2 * ADDRESS_KEY_MS;
      if (nowMs >= dueAtMs) {
        for (const [hash, record] of records) {
          if (record.isIdle(nowMs)) this.#drop(records, hash);
        }
      }
      if (records.size === 0) continue;
      nextMs = Math.min(nextMs, nowMs < dueAtMs ? dueAtMs : nowMs + LOOK_AGAIN_MS);
    }
    this.#dropEmptyKeys();
    return nextMs === Infinity ? null : nextMs;
  }

  #newest(nowMs: number): Generation<Socket> {
    const newest = this.#generations[0];
    if (newest !== undefined && nowMs < newest.bornAtMs + ADDRESS_KEY_MS) return newest;
    this.forget(nowMs);
    if (this.#generations.length >= MAX_KEYS) this.#size -= this.#generations.pop()!.records.size;
    const next = { key: this.#options.newKey(), bornAtMs: nowMs, records: new Map() };
    this.#generations.unshift(next);
    return next;
  }

  /** Takes a record out from under its old key, and that key with it if it was the last. */
  #takeFromOlder(address: string): Remembered<Socket> | null {
    for (const [index, { key, records }] of this.#generations.entries()) {
      if (index === 0) continue;
      const hash = this.#options.hash(key, address);
      const record = records.get(hash);
      if (record === undefined) continue;
      records.delete(hash);
      if (records.size === 0) this.#generations.splice(index, 1);
      return record;
    }
    return null;
  }

  /** The oldest without a socket, or where all have one, the oldest. */
  #dropOne(): void {
    const oldestFirst = this.#generations.toReversed();
    for (const { records } of oldestFirst) {
      for (const [hash, { sockets }] of records) {
        if (sockets === 0) return this.#drop(records, hash);
      }
    }
    for (const { records } of oldestFirst) {
      for (const hash of records.keys()) return this.#drop(records, hash);
    }
  }

  #drop(records: Map<string, Remembered<Socket>>, hash: string): void {
    records.delete(hash);
    this.#size--;
  }

  #dropEmptyKeys(): void {
    const kept = this.#generations.filter(({ records }) => records.size > 0);
    this.#generations.splice(0, Infinity, ...kept);
  }
}

/** A record of which most addresses need little: a bucket that nobody took from yet is not there yet. */
class Remembered<Socket> implements AddressRecord<Socket> {
  sockets = 0;
  readonly newSockets: TokenBucket;
  readonly #sinceMs: number;
  #unjoined: Set<Socket> | null = null;
  #failedProofs: TokenBucket | null = null;
  #newRooms: TokenBucket | null = null;
  #pairings: TokenBucket | null = null;

  constructor({ maxJoinsPerMinute }: Limits, nowMs: number) {
    this.#sinceMs = nowMs;
    // A bench that allows fewer in a minute than the burst means that number, not the burst.
    const burst = Math.min(NEW_SOCKETS_BURST, maxJoinsPerMinute);
    this.newSockets = new TokenBucket(maxJoinsPerMinute / 60, burst, nowMs);
  }

  get unjoined(): Set<Socket> {
    return this.#unjoined ??= new Set();
  }

  get failedProofs(): TokenBucket {
    return this.#failedProofs ??= new TokenBucket(
      FAILED_PROOFS_PER_MINUTE / 60,
      FAILED_PROOFS_PER_MINUTE,
      this.#sinceMs,
    );
  }

  get newRooms(): TokenBucket {
    return this.#newRooms ??= new TokenBucket(
      NEW_ROOMS * 1000 / NEW_ROOMS_WINDOW_MS,
      NEW_ROOMS,
      this.#sinceMs,
    );
  }

  get pairings(): TokenBucket {
    return this.#pairings ??= new TokenBucket(
      PAIRINGS_PER_MINUTE / 60,
      PAIRINGS_BURST,
      this.#sinceMs,
    );
  }

  /** Whether a fresh record would say the same. */
  isIdle(nowMs: number): boolean {
    return this.sockets === 0 &&
      [this.newSockets, this.#failedProofs, this.#newRooms, this.#pairings].every((bucket) =>
        bucket?.isFull(nowMs) ?? true
      );
  }
}
