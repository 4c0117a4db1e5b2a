// Who may open a socket, and how many that have not joined are borne, by address and in all. Knows addresses only as
// records under a keyed hash; decides, and leaves closing to the relay. Rules: PROTOCOL.md section 7, [M2] [M4] [M5] [M12].

import { AddressBook, type AddressRecord, keyedHash } from "../limits/mod.ts";
import { ADDRESS_KEY_MS, type Limits, MAX_UNJOINED } from "../wire/mod.ts";
import type { Cancel, Clock } from "../clock.ts";

const KEY_BYTES = 32;

/** What an upgrade is refused with, as an HTTP status. */
export type Refusal = 503 | 429;

/** An address as its sockets share it; `null` where none is counted. */
export type Visitor<Socket> = AddressRecord<Socket> | null;

/** What the gate remembers. One timer, only while an address is remembered; `stop` clears it. */
export class Gate<Socket> {
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #book: AddressBook<Socket>;
  /** All that have not joined, oldest first, with their addresses. */
  readonly #unjoined = new Map<Socket, Visitor<Socket>>();
  #cancel: Cancel | null = null;

  constructor(limits: Limits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#book = new AddressBook({
      limits,
      newKey: () => clock.randomBytes(KEY_BYTES),
      hash: keyedHash,
    });
  }

  /** Addresses that are remembered now. */
  get addresses(): number {
    return this.#book.size;
  }

  /** Sockets that have not joined. */
  get unjoined(): number {
    return this.#unjoined.size;
  }

  /** Whether one more socket may be opened, which counts as opened then: its visitor, or the refusal [M4]. */
  admit(address: string | null, sockets: number): { readonly visitor: Visitor<Socket> } | Refusal {
    if (sockets >= this.#limits.maxConnections) return 503;
    const visitor = this.#visitor(address);
    if (visitor !== null && !visitor.newSockets.take(1, this.#clock.nowMs())) return 429;
    return { visitor };
  }

  /** What `admit` would refuse with now, or `null`; counts nothing. */
  wouldRefuse(address: string | null, sockets: number): Refusal | null {
    if (sockets >= this.#limits.maxConnections) return 503;
    const visitor = this.#visitor(address);
    return visitor !== null && visitor.newSockets.fill(this.#clock.nowMs()) < 1 ? 429 : null;
  }

  /** Whether this visitor has as many sockets as it may [M4]. */
  isFull(visitor: Visitor<Socket>): boolean {
    return visitor !== null && visitor.sockets >= this.#limits.maxPerAddress;
  }

  /** A socket is there, and has not joined. Returns those that must make way for it [M2]. */
  onOpen(socket: Socket, visitor: Visitor<Socket>): readonly Socket[] {
    const crowded: Socket[] = [];
    this.#unjoined.set(socket, visitor);
    if (visitor !== null) {
      visitor.sockets++;
      visitor.unjoined.add(socket);
      if (visitor.unjoined.size > this.#limits.maxUnjoinedPerAddress) {
        crowded.push(first(visitor.unjoined));
      }
    }
    if (this.#unjoined.size - crowded.length > MAX_UNJOINED) crowded.push(this.#oldestOfFullest());
    return crowded;
  }

  /** It joined: it holds no place of those that have not. */
  onJoined(socket: Socket): void {
    this.#unjoined.get(socket)?.unjoined.delete(socket);
    this.#unjoined.delete(socket);
  }

  /** It is gone. */
  onGone(socket: Socket, visitor: Visitor<Socket>): void {
    this.onJoined(socket);
    if (visitor !== null) visitor.sockets--;
  }

  /** Forgets every address at once. */
  stop(): void {
    this.#book.forget(Infinity);
    this.#cancel?.();
    this.#cancel = null;
  }

  #visitor(address: string | null): Visitor<Socket> {
    if (address === null) return null;
    const visitor = this.#book.recordOf(address, this.#clock.nowMs());
    this.#cancel ??= this.#clock.after(ADDRESS_KEY_MS, () => this.#forget());
    return visitor;
  }

  #forget(): void {
    const nowMs = this.#clock.nowMs();
    const nextMs = this.#book.forget(nowMs);
    this.#cancel = nextMs === null
      ? null
      : this.#clock.after(Math.max(1, nextMs - nowMs), () => this.#forget());
  }

  /** Those without a counted address are one crowd. */
  #oldestOfFullest(): Socket {
    const crowds = new Map<Visitor<Socket>, Set<Socket>>();
    for (const [socket, visitor] of this.#unjoined) {
      const crowd = crowds.get(visitor);
      if (crowd === undefined) crowds.set(visitor, new Set([socket]));
      else crowd.add(socket);
    }
    let fullest: Set<Socket> | null = null;
    for (const crowd of crowds.values()) {
      if (fullest === null || crowd.size > fullest.size) fullest = crowd;
    }
    return first(fullest!);
  }
}

function first<T>(of: Iterable<T>): T {
  for (const each of of) return each;
  throw new RangeError("nothing is in there");
}
