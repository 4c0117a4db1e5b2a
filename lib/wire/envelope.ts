// What lies inside an opened box: padding and content layouts, as bytes only. No crypto and no meaning here.
// Rules: PROTOCOL.md section 4, [D3] to [D6].
//
//   padded   u32 length || content || zeros                      256, 1024, ... 262144 bytes in all
//   signed   0x01 || sig64 || signPub32 || type u8 || seq u64 || body
//   chunk    0x02 || transfer16 || index u16 || data

import { type Bytes, concatBytes, readU16, readU32, readU64, u16, u64 } from "./bytes.ts";
import { PADDED_BYTES } from "./limits.ts";

const KIND_SIGNED = 0x01;
const KIND_CHUNK = 0x02;
const SIGNED_HEAD_BYTES = 1 + 64 + 32 + 1 + 8;
const CHUNK_HEAD_BYTES = 1 + 16 + 2;

/** Content types below 0x80 are counted content; from 0x80 on they are passing signals [D5]. */
export const TYPE = {
  text: 1,
  imageHead: 2,
  bye: 3,
  void: 4,
  imageCancel: 5,
  presence: 0x81,
} as const;

/** First type that is a signal and not content. */
export const FIRST_SIGNAL_TYPE = 0x80;

/** The most bytes of body a signed content can hold: the largest padding less length word and head. */
export const MAX_BODY_BYTES = PADDED_BYTES[5] - 4 - SIGNED_HEAD_BYTES;

/** The most bytes of a picture one chunk can hold: 262144 - 4 - 19. */
export const MAX_CHUNK_BYTES = PADDED_BYTES[5] - 4 - CHUNK_HEAD_BYTES;

/** A signed content, taken apart but not yet verified. Views into the opened box. */
export interface SignedContent {
  readonly tag: "signed";
  readonly signature: Uint8Array;
  readonly signPublicKey: Uint8Array;
  readonly type: number;
  readonly seq: number;
  readonly body: Uint8Array;
}

/** A piece of a picture. Its hash stands in the signed head. */
export interface ChunkContent {
  readonly tag: "chunk";
  readonly transfer: Uint8Array;
  readonly index: number;
  readonly data: Uint8Array;
}

/** `u32 length || content || zeros` in the smallest padding that holds it. Throws `RangeError` when none does. */
export function padContent(content: Uint8Array): Bytes {
  const size = PADDED_BYTES.find((padded) => padded >= content.length + 4);
  if (size === undefined) throw new RangeError("content larger than the largest box");
  const out = new Uint8Array(size);
  new DataView(out.buffer).setUint32(0, content.length);
  out.set(content, 4);
  return out;
}

/** The content, a view; or `null` when the length is false, the padding not zero or not the smallest [D3]. */
export function unpadContent(padded: Uint8Array): Uint8Array | null {
  if (padded.length < 4) return null;
  const length = readU32(padded, 0);
  if (PADDED_BYTES.find((size) => size >= length + 4) !== padded.length) return null;
  for (let i = 4 + length; i < padded.length; i++) if (padded[i] !== 0) return null;
  return padded.subarray(4, 4 + length);
}

/** Bytes of a signed content. */
export function encodeSigned(content: Omit<SignedContent, "tag">): Bytes {
  return concatBytes(
    new Uint8Array([KIND_SIGNED]),
    content.signature,
    content.signPublicKey,
    new Uint8Array([content.type]),
    u64(content.seq),
    content.body,
  );
}

/** Bytes of a chunk. */
export function encodeChunk(transfer: Uint8Array, index: number, data: Uint8Array): Bytes {
  return concatBytes(new Uint8Array([KIND_CHUNK]), transfer, u16(index), data);
}

/** Takes content apart; `null` for what no member of ours makes. Nothing is verified here. */
export function parseContent(bytes: Uint8Array): SignedContent | ChunkContent | null {
  if (bytes[0] === KIND_SIGNED && bytes.length >= SIGNED_HEAD_BYTES) {
    const seq = readU64(bytes, 98);
    if (seq === null || seq < 1) return null;
    return {
      tag: "signed",
      signature: bytes.subarray(1, 65),
      signPublicKey: bytes.subarray(65, 97),
      type: bytes[97]!,
      seq,
      body: bytes.subarray(SIGNED_HEAD_BYTES),
    };
  }
  if (bytes[0] === KIND_CHUNK && bytes.length > CHUNK_HEAD_BYTES) {
    return {
      tag: "chunk",
      transfer: bytes.subarray(1, 17),
      index: readU16(bytes, 17),
      data: bytes.subarray(CHUNK_HEAD_BYTES),
    };
  }
  return null;
}
