// Finding a secret in bytes, however it is spelled: raw, hex, base64 or base64url at any alignment, percent-encoded or
// escaped as JSON.

import { Buffer } from "node:buffer";

/** How a secret can be written. */
export type Spelling = "raw" | "hex" | "base64" | "base64url" | "percent" | "json" | "utf-16";

/** The spelling in which `secret` (at least 8 bytes) is in `bytes`, or `null`. */
export function findSpelling(bytes: Uint8Array, secret: Uint8Array): Spelling | null {
  const hay = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const [spelling, needle] of spellingsOf(secret)) if (hay.includes(needle)) return spelling;
  return null;
}

const known = new Map<Uint8Array, readonly (readonly [Spelling, Buffer])[]>();

function spellingsOf(secret: Uint8Array): readonly (readonly [Spelling, Buffer])[] {
  const before = known.get(secret);
  if (before !== undefined) return before;
  const raw = Buffer.from(secret);
  const text = raw.toString("utf8");
  const spellings: (readonly [Spelling, Buffer])[] = [["raw", raw]];
  for (const hex of [raw.toString("hex"), raw.toString("hex").toUpperCase()]) {
    spellings.push(["hex", Buffer.from(hex)]);
  }
  for (const [spelling, base] of [["base64url", "base64url"], ["base64", "base64"]] as const) {
    // Within a longer text a secret stands at one of three alignments; its edges mix with the neighbours.
    for (const skip of [0, 1, 2]) {
      const inner = Buffer.concat([Buffer.alloc(skip), raw]).toString(base).replace(/=+$/, "");
      const from = Math.ceil((skip * 8) / 6);
      const whole = Math.floor(((raw.length + skip) * 8) / 6);
      spellings.push([spelling, Buffer.from(inner.slice(from, whole))]);
    }
  }
  if (Buffer.from(text).equals(raw)) {
    spellings.push(["percent", Buffer.from(encodeURIComponent(text))]);
    spellings.push(["json", Buffer.from(JSON.stringify(text).slice(1, -1))]);
    spellings.push(["utf-16", Buffer.from(text, "utf16le")]);
  }
  known.set(secret, spellings);
  return spellings;
}
