// What is under way in one room within one turn: small boxes gather here and leave as one frame a member [D7]. Knows boxes
// by length alone, copies each once, into the frame. Keeps nothing once a turn is over.

import {
  encodeBatch,
  ENTRY_HEAD_BYTES,
  MAX_MESSAGE_BYTES,
  type OutgoingEntry,
} from "../wire/mod.ts";
import { type HeldBytes, Outgoing } from "./outgoing.ts";

/** Where a sender stands in this turn. */
interface Place {
  round: number;
  /** Whether it said something to one in this round. */
  hasSpokenToOne: boolean;
}

/** Boxes of one round: those for everybody, and after them those for one. */
interface Round<Connection> {
  readonly toAll: OutgoingEntry[];
  readonly toOne: Map<Connection, OutgoingEntry[]>;
}

/**
 * Boxes of one room that wait for the end of the turn. What goes to everybody comes in the order of arrival, and what one sender
 * said stays in its order, also between boxes to all and boxes to one: a sender that says something to all after
 * something to one opens a new round. So a box to one costs its own bytes and no copy of others', and a turn has as many
 * rounds as one sender changed its mind.
 */
export class RoomTraffic<Connection> {
  readonly #held: HeldBytes;
  #rounds: Round<Connection>[] = [];
  readonly #places = new Map<Uint8Array, Place>();

  constructor(held: HeldBytes) {
    this.#held = held;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#rounds.length === 0;
  }

  /** Queues a box for everybody; `from` is the sender's id of 16 bytes, the same object for all it sends. */
  addToAll(from: Uint8Array, box: Uint8Array): void {
    const place = this.#placeOf(from);
    if (place.hasSpokenToOne) {
      place.round++;
      place.hasSpokenToOne = false;
    }
    this.#round(place.round).toAll.push({ from, box });
  }

  /** Queues a box for one member. */
  addToOne(from: Uint8Array, to: Connection, box: Uint8Array): void {
    const place = this.#placeOf(from);
    place.hasSpokenToOne = true;
    const { toOne } = this.#round(place.round);
    const entries = toOne.get(to);
    if (entries === undefined) toOne.set(to, [{ from, box }]);
    else entries.push({ from, box });
  }

  /**
   * Empties the queue: calls `send` with the frames of each member, in room order. What goes to everybody is the very
   * same bytes for each.
   */
  flush(members: Iterable<Connection>, send: (to: Connection, message: Outgoing) => void): void {
    const rounds = this.#rounds;
    if (rounds.length === 0) return;
    this.#rounds = [];
    this.#places.clear();
    const everybody = new Set(members);
    for (const { toAll, toOne } of rounds) {
      for (const frame of this.#encode(toAll)) {
        for (const member of everybody) send(member, frame);
      }
      for (const [to, entries] of toOne) {
        if (!everybody.has(to)) continue;
        for (const frame of this.#encode(entries)) send(to, frame);
      }
    }
  }

  #placeOf(from: Uint8Array): Place {
    let place = this.#places.get(from);
    if (place === undefined) this.#places.set(from, place = { round: 0, hasSpokenToOne: false });
    return place;
  }

  #round(number: number): Round<Connection> {
    while (this.#rounds.length <= number) this.#rounds.push({ toAll: [], toOne: new Map() });
    return this.#rounds[number]!;
  }

  /** As few frames as hold the entries, none above one message. */
  #encode(entries: readonly OutgoingEntry[]): readonly Outgoing[] {
    const frames: Outgoing[] = [];
    const add = (part: readonly OutgoingEntry[]) =>
      frames.push(new Outgoing(this.#held, encodeBatch(part)));
    let start = 0;
    let length = 1;
    for (let i = 0; i < entries.length; i++) {
      const size = ENTRY_HEAD_BYTES + entries[i]!.box.length;
      if (i > start && length + size > MAX_MESSAGE_BYTES) {
        add(entries.slice(start, i));
        start = i;
        length = 1;
      }
      length += size;
    }
    if (start < entries.length) add(entries.slice(start));
    return frames;
  }
}
