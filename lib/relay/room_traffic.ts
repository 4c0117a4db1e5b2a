// What is under way in one room within one turn: boxes gather here and leave as one frame a member [D7]. Knows boxes
// by length alone. Keeps nothing once a turn is over.

import {
  type Bytes,
  encodeBatch,
  encodeEntryHead,
  ENTRY_HEAD_BYTES,
  idBytes,
  MAX_ECHOED_BOX_BYTES,
  MAX_MESSAGE_BYTES,
  type MemberId,
} from "../wire/mod.ts";

/** One box on its way. */
interface Pending<Connection> {
  readonly head: Bytes;
  readonly box: Uint8Array;
  /** Who does not get it: the sender of a large box, which is acknowledged by count instead [D8]. */
  readonly without: Connection | null;
  /** The only one who gets it, for 0x03 [D9]. */
  readonly only: Connection | null;
}

/** Boxes of one room that wait for the end of the turn, in the order of their arrival. */
export class RoomTraffic<Connection> {
  #pending: Pending<Connection>[] = [];

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  /** Queues a box for everybody. Returns whether the sender will see it come back. */
  addToAll(from: MemberId, sender: Connection, box: Uint8Array): boolean {
    const isEchoed = box.length <= MAX_ECHOED_BOX_BYTES;
    this.#add(from, box, isEchoed ? null : sender, null);
    return isEchoed;
  }

  /** Queues a box for one member. */
  addToOne(from: MemberId, to: Connection, box: Uint8Array): void {
    this.#add(from, box, null, to);
  }

  #add(from: MemberId, box: Uint8Array, without: Connection | null, only: Connection | null): void {
    this.#pending.push({ head: encodeEntryHead(idBytes(from), box.length), box, without, only });
  }

  /**
   * Empties the queue: calls `send` with the frames of each member, in room order. Members for whom nothing was left
   * out or added get the very same bytes.
   */
  flush(members: Iterable<Connection>, send: (to: Connection, frame: Bytes) => void): void {
    const pending = this.#pending;
    if (pending.length === 0) return;
    this.#pending = [];
    const special = new Set<Connection>();
    for (const { without, only } of pending) {
      if (without !== null) special.add(without);
      if (only !== null) special.add(only);
    }
    let shared: readonly Bytes[] | null = null;
    for (const member of members) {
      let frames: readonly Bytes[];
      if (special.has(member)) {
        frames = encodeFrames(
          pending.filter(({ without, only }) =>
            without !== member && (only === null || only === member)
          ),
        );
      } else {
        shared ??= encodeFrames(pending.filter(({ only }) => only === null));
        frames = shared;
      }
      for (const frame of frames) send(member, frame);
    }
  }
}

/** As few frames as hold the entries, none above one message. */
function encodeFrames(
  entries: readonly { readonly head: Bytes; readonly box: Uint8Array }[],
): readonly Bytes[] {
  const frames: Bytes[] = [];
  let start = 0;
  let length = 1;
  for (let i = 0; i < entries.length; i++) {
    const size = ENTRY_HEAD_BYTES + entries[i]!.box.length;
    if (i > start && length + size > MAX_MESSAGE_BYTES) {
      frames.push(encodeBatch(entries.slice(start, i)));
      start = i;
      length = 1;
    }
    length += size;
  }
  if (start < entries.length) frames.push(encodeBatch(entries.slice(start)));
  return frames;
}
