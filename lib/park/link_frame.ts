// What two paired benches say to each other about one room, once they share keys: ten kinds, sealed and numbered. A number
// is used once in each direction, so it is the nonce; the keys differ by direction, so nothing can be thrown back.
// Boxes of members pass inside and are opened by nobody here. Rules: PAIRING.md, [K1] to [K3].
//
//   frame  seq u64 || secretbox(inner, "bt1link\0" || 0^8 || seq, key of that direction)
//   inner  0x01 DATA (from16 || len u32 || box)+      0x02 ADMIN frame            0x03 STATE local u16, total u16, public u8
//          0x04 CLOSE why u8 [|| ADMIN's frame]       0x05 CONFIRM                0x06 TO from16 || to16 || box
//          0x07 LEFT (memberId16)+                    0x08 BENCHES (fp16 || count u16 || flags u8 || lp(label) || lp(url))*
//          0x09 TAKEN seq u64                         0x0a REFUSED ctr u64 || last ctr u64 || why u8

import { openSecretbox, secretbox } from "../nacl.ts";
import { prf } from "../proof/mod.ts";
import {
  ADMIN_REFUSALS,
  type AdminRefusal,
  assertNever,
  BENCH_FP_BYTES,
  type Bytes,
  concatBytes,
  encodeEntries,
  type Entry,
  ID_BYTES,
  idBytes,
  isBoxLength,
  MAX_ADMIN_BYTES,
  MAX_BENCHES_OF_ROOM,
  MAX_LINK_DATA_BYTES,
  type MemberId,
  memberIdOf,
  MOST_MEMBERS,
  type OutgoingEntry,
  parseBenchLabel,
  parseBenchUrl,
  parseEntries,
  parseUtf8,
  readU64,
  u16,
  u64,
  utf8,
} from "../wire/mod.ts";
import { FieldReader, lp } from "./field_reader.ts";

const KIND = {
  data: 0x01,
  admin: 0x02,
  state: 0x03,
  close: 0x04,
  confirm: 0x05,
  to: 0x06,
  left: 0x07,
  benches: 0x08,
  taken: 0x09,
  refused: 0x0a,
} as const;

const NONCE_HEAD = concatBytes(utf8("bt1link\0"), new Uint8Array(8));
const SEQ_BYTES = 8;
const TAG_BYTES = 16;
const MAX_LABEL_BYTES = 63;
const MAX_URL_BYTES = 256;
/** An admin frame without arguments: key, signature, room, nonce, number and operation. */
const MIN_ADMIN_BYTES = 32 + 64 + ID_BYTES + 32 + 8 + 1;
/** Members in one LEFT: everybody whom a bench may seat. */
export const MAX_LEFT_IDS = MOST_MEMBERS;
const FLAG_UP = 1;
const FLAG_HUB = 2;

/** Bytes that a frame adds to what is inside. */
export const LINK_FRAME_OVERHEAD_BYTES = SEQ_BYTES + TAG_BYTES;

/** The longest frame: DATA with its kind byte, sealed. */
export const MAX_LINK_FRAME_BYTES = LINK_FRAME_OVERHEAD_BYTES + 1 + MAX_LINK_DATA_BYTES;

/** Why a link ended, by the byte that says so. */
export const LINK_ENDS = {
  /** The admin unpaired the two benches. */
  unpaired: 1,
  /** The room is gone there. */
  "room-gone": 2,
  /** That bench stops. */
  stopping: 3,
  /** That bench could not take the room. */
  refused: 4,
  /** Nothing was heard for too long. */
  lost: 5,
} as const;
export type LinkEnd = keyof typeof LINK_ENDS;

/** A bench as the hub lists it to its spokes. */
export interface ListedBench {
  readonly fp: Bytes;
  readonly label: string;
  readonly url: string;
  readonly count: number;
  readonly isUp: boolean;
  readonly isHub: boolean;
}

/** What one bench says to the other. */
export type LinkMessage =
  | { readonly tag: "data"; readonly entries: readonly Entry[] }
  | { readonly tag: "admin"; readonly frame: Uint8Array }
  | {
    readonly tag: "state";
    readonly local: number;
    readonly total: number;
    readonly isPublic: boolean;
  }
  | {
    readonly tag: "close";
    readonly why: LinkEnd;
    /** The admin's signed word, if that was why: one frame, so that nobody loses the one and lets the other pass [K11]. */
    readonly lastWord?: Uint8Array;
  }
  | { readonly tag: "confirm" }
  | {
    readonly tag: "to";
    readonly from: MemberId;
    readonly to: MemberId;
    readonly box: Uint8Array;
  }
  | { readonly tag: "left"; readonly memberIds: readonly MemberId[] }
  | { readonly tag: "benches"; readonly benches: readonly ListedBench[] }
  | { readonly tag: "taken"; readonly seq: number }
  | {
    readonly tag: "refused";
    readonly ctr: number;
    readonly lastCtr: number;
    readonly why: AdminRefusal;
  };

/** The two keys of a link's root [K1]. */
export function linkKeys(root: Uint8Array): {
  readonly hubToSpoke: Bytes;
  readonly spokeToHub: Bytes;
} {
  return { hubToSpoke: prf(root, "k-hs"), spokeToHub: prf(root, "k-sh") };
}

/** DATA of these entries, each box copied once. Throws `RangeError` beyond MAX_LINK_DATA_BYTES; the link splits before. */
export function encodeData(entries: readonly OutgoingEntry[]): Bytes {
  return encodeEntries(KIND.data, entries, 1 + MAX_LINK_DATA_BYTES);
}

/** TO: one box for one member. */
export function encodeTo(from: Uint8Array, to: Uint8Array, box: Uint8Array): Bytes {
  return concatBytes(new Uint8Array([KIND.to]), from, to, box);
}

/** Every other kind. */
export function encodeLinkMessage(
  message: Exclude<LinkMessage, { readonly tag: "data" | "to" }>,
): Bytes {
  const kind = new Uint8Array([KIND[message.tag]]);
  switch (message.tag) {
    case "admin":
      return concatBytes(kind, message.frame);
    case "state":
      return concatBytes(
        kind,
        u16(message.local),
        u16(message.total),
        new Uint8Array([message.isPublic ? 1 : 0]),
      );
    case "close":
      return concatBytes(
        kind,
        new Uint8Array([LINK_ENDS[message.why]]),
        message.lastWord ?? new Uint8Array(0),
      );
    case "confirm":
      return kind;
    case "left":
      return concatBytes(kind, ...message.memberIds.map(idBytes));
    case "benches":
      return concatBytes(
        kind,
        ...message.benches.map(({ fp, label, url, count, isUp, isHub }) =>
          concatBytes(
            fp,
            u16(count),
            new Uint8Array([(isUp ? FLAG_UP : 0) | (isHub ? FLAG_HUB : 0)]),
            lp(utf8(label)),
            lp(utf8(url)),
          )
        ),
      );
    case "taken":
      return concatBytes(kind, u64(message.seq));
    case "refused":
      return concatBytes(
        kind,
        u64(message.ctr),
        u64(message.lastCtr),
        new Uint8Array([ADMIN_REFUSALS.indexOf(message.why)]),
      );
    default:
      return assertNever(message);
  }
}

/** What stands inside a frame, or `null` for what no bench of ours says. Byte strings are views. */
export function parseLinkMessage(inner: Uint8Array): LinkMessage | null {
  const body = inner.subarray(1);
  switch (inner[0]) {
    case KIND.data: {
      if (body.length > MAX_LINK_DATA_BYTES) return null;
      const entries = parseEntries(body, isBoxLength);
      return entries === null ? null : { tag: "data", entries };
    }
    case KIND.admin:
      return body.length <= MAX_ADMIN_BYTES ? { tag: "admin", frame: body } : null;
    case KIND.state: {
      const fields = new FieldReader(body);
      const [local, total, flag] = [fields.u16(), fields.u16(), fields.u8()];
      return fields.isWhole && flag <= 1
        ? { tag: "state", local, total, isPublic: flag === 1 }
        : null;
    }
    case KIND.close: {
      const why = (Object.keys(LINK_ENDS) as LinkEnd[]).find((end) => LINK_ENDS[end] === body[0]);
      if (why === undefined) return null;
      if (body.length === 1) return { tag: "close", why };
      const lastWord = body.subarray(1);
      const isWord = lastWord.length >= MIN_ADMIN_BYTES && lastWord.length <= MAX_ADMIN_BYTES;
      return isWord ? { tag: "close", why, lastWord } : null;
    }
    case KIND.confirm:
      return body.length === 0 ? { tag: "confirm" } : null;
    case KIND.to: {
      const box = body.subarray(2 * ID_BYTES);
      if (!isBoxLength(box.length)) return null;
      return {
        tag: "to",
        from: memberIdOf(body.subarray(0, ID_BYTES)),
        to: memberIdOf(body.subarray(ID_BYTES, 2 * ID_BYTES)),
        box,
      };
    }
    case KIND.left: {
      const memberIds = parseIds(body);
      return memberIds === null ? null : { tag: "left", memberIds };
    }
    case KIND.benches: {
      const benches = parseBenches(body);
      return benches === null ? null : { tag: "benches", benches };
    }
    case KIND.taken: {
      const seq = body.length === 8 ? readU64(body, 0) : null;
      return seq === null ? null : { tag: "taken", seq };
    }
    case KIND.refused: {
      const ctr = body.length === 17 ? readU64(body, 0) : null;
      const lastCtr = body.length === 17 ? readU64(body, 8) : null;
      const why = ADMIN_REFUSALS[body[16] ?? -1];
      if (ctr === null || lastCtr === null || why === undefined) return null;
      return { tag: "refused", ctr, lastCtr, why };
    }
    default:
      return null;
  }
}

function parseIds(body: Uint8Array): readonly MemberId[] | null {
  const count = body.length / ID_BYTES;
  if (!Number.isInteger(count) || count < 1 || count > MAX_LEFT_IDS) return null;
  return Array.from(
    { length: count },
    (_, at) => memberIdOf(body.subarray(at * ID_BYTES, (at + 1) * ID_BYTES)),
  );
}

function parseBenches(body: Uint8Array): readonly ListedBench[] | null {
  const benches: ListedBench[] = [];
  let at = 0;
  while (at < body.length) {
    if (benches.length === MAX_BENCHES_OF_ROOM) return null;
    const fields = new FieldReader(body.subarray(at));
    const fp = fields.take(BENCH_FP_BYTES);
    const count = fields.u16();
    const flags = fields.u8();
    const labelBytes = fields.lp(MAX_LABEL_BYTES);
    const urlBytes = fields.lp(MAX_URL_BYTES);
    const label = parseBenchLabel(parseUtf8(labelBytes));
    const url = parseUtf8(urlBytes);
    if (fields.isShort || label === null || url === null || flags > (FLAG_UP | FLAG_HUB)) {
      return null;
    }
    benches.push({
      fp,
      label,
      url: parseBenchUrl(url),
      count,
      isUp: (flags & FLAG_UP) !== 0,
      isHub: (flags & FLAG_HUB) !== 0,
    });
    at += BENCH_FP_BYTES + 2 + 1 + 2 + labelBytes.length + 2 + urlBytes.length;
  }
  return benches;
}

/** Seals what goes one way; numbers rise from 1. Owns its key and wipes it at `wipe`. */
export class LinkSealer {
  readonly #key: Bytes;
  #seq = 0;

  constructor(key: Bytes) {
    this.#key = key;
  }

  /** Number of the last frame. */
  get seq(): number {
    return this.#seq;
  }

  seal(inner: Uint8Array): Bytes {
    const seq = u64(++this.#seq);
    return concatBytes(seq, secretbox(inner, concatBytes(NONCE_HEAD, seq), this.#key));
  }

  wipe(): void {
    this.#key.fill(0);
  }
}

/** Opens what comes the other way. The number moves only after a box opened [K2], so that nobody else can move it. */
export class LinkOpener {
  readonly #key: Bytes;
  #seq = 0;

  constructor(key: Bytes) {
    this.#key = key;
  }

  /** Number of the last frame that opened. */
  get seq(): number {
    return this.#seq;
  }

  /** What stands inside, or `null` for what is too long, old, or sealed with another key. Never throws. */
  open(frame: Uint8Array): Bytes | null {
    if (frame.length <= LINK_FRAME_OVERHEAD_BYTES || frame.length > MAX_LINK_FRAME_BYTES) {
      return null;
    }
    const seq = readU64(frame, 0);
    if (seq === null || seq <= this.#seq) return null;
    const nonce = concatBytes(NONCE_HEAD, frame.subarray(0, SEQ_BYTES));
    const inner = openSecretbox(frame.subarray(SEQ_BYTES), nonce, this.#key);
    if (inner === null) return null;
    this.#seq = seq;
    return inner;
  }

  wipe(): void {
    this.#key.fill(0);
  }
}
