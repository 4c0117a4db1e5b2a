// Byte strings: the few moves every layer needs. Never allocates more than its result; imports nothing.
// All integers on the wire are big-endian (PROTOCOL.md, notation).

/** Bytes that own a plain ArrayBuffer, as WebCrypto and Blob demand. */
export type Bytes = Uint8Array<ArrayBuffer>;

const textEncoder = new TextEncoder();
const strictTextDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 of `text`; a lone surrogate becomes U+FFFD. */
export function utf8(text: string): Bytes {
  return textEncoder.encode(text);
}

/** Text of strict UTF-8, or `null` when the bytes are not that. */
export function parseUtf8(bytes: Uint8Array): string | null {
  try {
    return strictTextDecoder.decode(bytes);
  } catch {
    return null;
  }
}

/** A new array: every part, one after the other. */
export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Whether both hold the same bytes. Not constant in time: for public values only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += byte.toString(16).padStart(2, "0");
  return out;
}

/** Two bytes, big-endian. Throws `RangeError` outside 0..65535. */
export function u16(value: number): Bytes {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff) throw new RangeError("not a u16");
  return new Uint8Array([value >>> 8, value & 0xff]);
}

/** Four bytes, big-endian. Throws `RangeError` outside 0..2^32-1. */
export function u32(value: number): Bytes {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new RangeError("not a u32");
  }
  return new Uint8Array([value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff]);
}

/** Eight bytes, big-endian. Throws `RangeError` outside 0..2^53-1 (counters never get near it). */
export function u64(value: number): Bytes {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError("not a safe u64");
  return concatBytes(u32(Math.floor(value / 0x100000000)), u32(value % 0x100000000));
}

/** Reads a big-endian u16 at `at`. Throws `RangeError` past the end. */
export function readU16(bytes: Uint8Array, at: number): number {
  if (at + 2 > bytes.length) throw new RangeError("past the end");
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** Reads a big-endian u32 at `at`. Throws `RangeError` past the end. */
export function readU32(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) throw new RangeError("past the end");
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>>
    0;
}

/** Reads a big-endian u64 at `at`, or `null` when it is above 2^53-1. Throws `RangeError` past the end. */
export function readU64(bytes: Uint8Array, at: number): number | null {
  const value = readU32(bytes, at) * 0x100000000 + readU32(bytes, at + 4);
  return Number.isSafeInteger(value) ? value : null;
}
