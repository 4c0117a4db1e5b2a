// Binary WebSocket messages: one op byte, then its payload. Knows lengths and headers, never what is in a box.
// Rules: PROTOCOL.md section 4, [D1] to [D9].
//
//   0x01 || box                      tab -> bench   to everybody in the room
//   0x02 || adminPub32 || sig64 || cmd   tab -> bench   an admin command (0x82 from the bench)
//   0x03 || to16 || box              tab -> bench   to one member
//   0x81 || (from16 || len u32 || box)+  bench -> tab   entries in the room's order

import { type Bytes, concatBytes, readU32 } from "./bytes.ts";
import { ID_BYTES, idBytes, type MemberId, memberIdOf } from "./ids.ts";
import { BOX_BYTES, MAX_ADMIN_BYTES, MAX_MESSAGE_BYTES } from "./limits.ts";

const OP_TO_ALL = 0x01;
const OP_ADMIN = 0x02;
const OP_TO_ONE = 0x03;
const OP_BATCH = 0x81;
const OP_ADMIN_RELAYED = 0x82;

/** What a tab sends. Every byte string is a view into the received frame. */
export type TabFrame =
  | { readonly tag: "all"; readonly box: Uint8Array }
  | { readonly tag: "one"; readonly to: MemberId; readonly box: Uint8Array }
  | { readonly tag: "admin"; readonly command: Uint8Array };

/** One box as the bench hands it on. */
export interface Entry {
  readonly from: MemberId;
  readonly box: Uint8Array;
}

/** What a bench sends. Every byte string is a view into the received frame. */
export type BenchFrame =
  | { readonly tag: "batch"; readonly entries: readonly Entry[] }
  | { readonly tag: "admin"; readonly command: Uint8Array };

/** Bytes before the box in one entry of a batch. */
export const ENTRY_HEAD_BYTES = ID_BYTES + 4;

/** Whether a bench may relay a box of this length [D2]. */
export function isBoxLength(length: number): boolean {
  return BOX_BYTES.includes(length);
}

/** A tab's frame, or `null` for what no tab of ours sends (4400). */
export function parseTabFrame(bytes: Uint8Array): TabFrame | null {
  switch (bytes[0]) {
    case OP_TO_ALL: {
      const box = bytes.subarray(1);
      return isBoxLength(box.length) ? { tag: "all", box } : null;
    }
    case OP_TO_ONE: {
      const box = bytes.subarray(1 + ID_BYTES);
      if (!isBoxLength(box.length)) return null;
      return { tag: "one", to: memberIdOf(bytes.subarray(1, 1 + ID_BYTES)), box };
    }
    case OP_ADMIN: {
      const command = bytes.subarray(1);
      return command.length <= MAX_ADMIN_BYTES ? { tag: "admin", command } : null;
    }
    default:
      return null;
  }
}

/** A bench's frame, or `null` for what no honest bench sends. */
export function parseBenchFrame(bytes: Uint8Array): BenchFrame | null {
  if (bytes[0] === OP_ADMIN_RELAYED) {
    const command = bytes.subarray(1);
    return command.length <= MAX_ADMIN_BYTES ? { tag: "admin", command } : null;
  }
  if (bytes[0] !== OP_BATCH || bytes.length > MAX_MESSAGE_BYTES) return null;
  // A box of another length is the receiver's to count and to show; the others of the batch stand.
  const entries = parseEntries(bytes.subarray(1), () => true);
  return entries === null ? null : { tag: "batch", entries };
}

/**
 * `(from16 || len u32 || box)+`, or `null` for what is anything else, or has a box of a length that may not be, found before
 * the boxes behind it are looked at. Boxes are views.
 */
export function parseEntries(
  bytes: Uint8Array,
  mayHaveLength: (length: number) => boolean,
): readonly Entry[] | null {
  const entries: Entry[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + ENTRY_HEAD_BYTES > bytes.length) return null;
    const from = memberIdOf(bytes.subarray(at, at + ID_BYTES));
    const length = readU32(bytes, at + ID_BYTES);
    at += ENTRY_HEAD_BYTES;
    if (!mayHaveLength(length) || at + length > bytes.length) return null;
    entries.push({ from, box: bytes.subarray(at, at + length) });
    at += length;
  }
  return entries.length > 0 ? entries : null;
}

/** `0x01 || box`. */
export function encodeToAll(box: Uint8Array): Bytes {
  return concatBytes(new Uint8Array([OP_TO_ALL]), box);
}

/** `0x03 || to16 || box`. */
export function encodeToOne(to: MemberId, box: Uint8Array): Bytes {
  return concatBytes(new Uint8Array([OP_TO_ONE]), idBytes(to), box);
}

/** `0x02 || command`, as the admin's tab sends it. */
export function encodeAdminCommand(command: Uint8Array): Bytes {
  return concatBytes(new Uint8Array([OP_ADMIN]), command);
}

/** `0x82 || command`, as the bench relays it word for word. */
export function encodeAdminRelayed(command: Uint8Array): Bytes {
  return concatBytes(new Uint8Array([OP_ADMIN_RELAYED]), command);
}

/** A box with its sender's id of 16 bytes, as a bench puts it into a batch. */
export interface OutgoingEntry {
  readonly from: Uint8Array;
  readonly box: Uint8Array;
}

/** Entries as one batch, each box copied once. Throws `RangeError` when they do not fit one message; the relay splits before. */
export function encodeBatch(entries: readonly OutgoingEntry[]): Bytes {
  return encodeEntries(OP_BATCH, entries, MAX_MESSAGE_BYTES);
}

/** `op u8 || (from16 || len u32 || box)+`, each box copied once. Throws `RangeError` beyond `maxBytes`, the op counted. */
export function encodeEntries(
  op: number,
  entries: readonly OutgoingEntry[],
  maxBytes: number,
): Bytes {
  let length = 1;
  for (const { box } of entries) length += ENTRY_HEAD_BYTES + box.length;
  if (length > maxBytes) throw new RangeError("entries outgrew one message");
  const out = new Uint8Array(length);
  out[0] = op;
  let at = 1;
  const words = new DataView(out.buffer);
  for (const { from, box } of entries) {
    out.set(from, at);
    words.setUint32(at + ID_BYTES, box.length);
    out.set(box, at + ENTRY_HEAD_BYTES);
    at += ENTRY_HEAD_BYTES + box.length;
  }
  return out;
}
