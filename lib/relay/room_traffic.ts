// What is under way in one room within one turn: small boxes gather here and leave as one frame a member [D7]. Knows boxes
// by length alone, copies each once, into the frame. Keeps nothing once a turn is over.

import {
  encodeBatch,
  ENTRY_HEAD_BYTES,
  MAX_MESSAGE_BYTES,
  type OutgoingEntry,
} from "../wire/mod.ts";
import { type HeldBytes, Outgoing } from "./outgoing.ts";

/** One box on its way. */
interface Pending<Connection> extends OutgoingEntry {
  /** The only one who gets it, for 0x03 [D9]; `null`: everybody, its sender too [D8]. */
  readonly only: Connection | null;
}

/** Boxes of one room that wait for the end of the turn, in the order of their arrival. */
export class RoomTraffic<Connection> {
  readonly #held: HeldBytes;
  #pending: Pending<Connection>[] = [];

  constructor(held: HeldBytes) {
    this.#held = held;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  /** Queues a box for everybody; `from` is the sender's id of 16 bytes. */
  addToAll(from: Uint8Array, box: Uint8Array): void {
    this.#pending.push({ from, box, only: null });
  }

  /** Queues a box for one member. */
  addToOne(from: Uint8Array, to: Connection, box: Uint8Array): void {
    this.#pending.push({ from, box, only: to });
  }

  /**
   * Empties the queue: calls `send` with the frames of each member, in room order. What goes to all is the very same bytes
   * for all: it is cut where a box for one stands between, so that such a box costs its own bytes and no copy of others.
   */
  flush(members: Iterable<Connection>, send: (to: Connection, message: Outgoing) => void): void {
    const pending = this.#pending;
    if (pending.length === 0) return;
    this.#pending = [];
    const everybody = new Set(members);
    let start = 0;
    const sendToAll = (end: number) => {
      for (const frame of this.#encode(pending.slice(start, end))) {
        for (const member of everybody) send(member, frame);
      }
    };
    for (let i = 0; i < pending.length; i++) {
      const { only } = pending[i]!;
      if (only === null) continue;
      sendToAll(i);
      start = i + 1;
      if (!everybody.has(only)) continue;
      for (const frame of this.#encode([pending[i]!])) send(only, frame);
    }
    sendToAll(pending.length);
  }

  /** As few frames as hold the entries, none above one message. */
  #encode(entries: readonly Pending<Connection>[]): readonly Outgoing[] {
    const frames: Outgoing[] = [];
    const add = (part: readonly Pending<Connection>[]) =>
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
