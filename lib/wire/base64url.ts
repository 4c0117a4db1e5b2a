// base64url without padding (RFC 4648 section 5), canonical only: one text for one byte string, so that an
// id or a key cannot be spelled in two ways. Written out here because the platform's decoders are lenient.

import type { Bytes } from "./bytes.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUES = new Int16Array(128).fill(-1);
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

/** Unpadded base64url of any bytes. */
export function encodeBase64url(bytes: Uint8Array): string {
  let out = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    out += ALPHABET[group >>> 18]! + ALPHABET[(group >>> 12) & 63]!;
    if (left > 1) out += ALPHABET[(group >>> 6) & 63]!;
    if (left > 2) out += ALPHABET[group & 63]!;
  }
  return out;
}

/**
 * The bytes, or `null` for anything that is not the canonical text of exactly `length` bytes (any length
 * when it is not given).
 */
export function parseBase64url(text: unknown, length?: number): Bytes | null {
  if (typeof text !== "string" || text.length % 4 === 1) return null;
  const size = Math.floor((text.length * 3) / 4);
  if (length !== undefined && size !== length) return null;
  const out = new Uint8Array(size);
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const value = code < 128 ? VALUES[code]! : -1;
    if (value < 0) return null;
    bits = ((bits << 6) | value) & 0xffffff;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      out[at++] = (bits >>> bitCount) & 0xff;
    }
  }
  // Left-over bits must be zero, or two texts would mean the same bytes.
  return (bits & ((1 << bitCount) - 1)) === 0 ? out : null;
}
