// A bench's full id as people copy it: its label, which proves nothing, `~`, and the fingerprint of its keys, which does.
// Rules: lib/park/PAIRING.md, [B2] [B3].

import type { Bytes } from "./bytes.ts";
import { parseBenchLabel } from "./park_control.ts";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/** Bytes of a bench's fingerprint. */
export const BENCH_FP_BYTES = 16;

/** What somebody typed or pasted for a bench. `fp` is `null` where only a label stands there. */
export interface TypedBenchId {
  readonly label: string;
  readonly fp: Bytes | null;
}

/** RFC 4648 base32 in lower case, without padding. */
export function encodeBase32(bytes: Uint8Array): string {
  let out = "";
  let held = 0;
  let heldBits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    heldBits += 8;
    while (heldBits >= 5) {
      heldBits -= 5;
      out += ALPHABET[(held >>> heldBits) & 31];
    }
  }
  return heldBits === 0 ? out : out + ALPHABET[(held << (5 - heldBits)) & 31];
}

/** The bytes, or `null` for anything that is not the canonical text of exactly `length` bytes. Capitals are forgiven. */
export function parseBase32(text: string, length: number): Bytes | null {
  const out = new Uint8Array(length);
  let at = 0;
  let held = 0;
  let heldBits = 0;
  for (const character of text.toLowerCase()) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return null;
    held = ((held << 5) | value) & 0xfff;
    heldBits += 5;
    if (heldBits >= 8) {
      if (at === length) return null;
      heldBits -= 8;
      out[at++] = (held >>> heldBits) & 0xff;
    }
  }
  return at === length && encodeBase32(out) === text.toLowerCase() ? out : null;
}

/** The label, `~`, and 26 characters of fingerprint [B3]. */
export function fullBenchId(label: string, fingerprint: Uint8Array): string {
  return `${label}~${encodeBase32(fingerprint)}`;
}

/** Reads a full id, or a label alone; `null` for what is neither. Spaces around it are forgiven. */
export function parseTypedBenchId(text: string): TypedBenchId | null {
  const typed = text.trim();
  const at = typed.indexOf("~");
  const label = parseBenchLabel(at < 0 ? typed : typed.slice(0, at));
  if (label === null) return null;
  if (at < 0) return { label, fp: null };
  const fp = parseBase32(typed.slice(at + 1), BENCH_FP_BYTES);
  return fp === null ? null : { label, fp };
}
