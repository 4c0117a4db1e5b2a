// What a fuzzer does to something that was right. A mutation is never what it began with, so that whatever is accepted
// of it is a find. Follows from its seed alone.

import type { Bytes } from "../../lib/wire/mod.ts";
import type { Seeded } from "../support/seeded.ts";

/** Bytes with a bit changed, a piece cut off, some put in or some overwritten. */
export function mutatedBytes(random: Seeded, bytes: Uint8Array): Bytes {
  const at = random.below(bytes.length);
  switch (random.below(5)) {
    case 0: {
      const out = new Uint8Array(bytes);
      out[at]! ^= 1 << random.below(8);
      return out;
    }
    case 1:
      return bytes.slice(0, at) as Bytes;
    case 2: {
      const out = new Uint8Array(bytes.length + 1 + random.below(9));
      out.set(bytes.subarray(0, at));
      out.set(bytes.subarray(at), out.length - (bytes.length - at));
      return out;
    }
    case 3: {
      const out = new Uint8Array(bytes);
      const length = Math.min(1 + random.below(16), bytes.length - at);
      for (let i = 0; i < length; i++) out[at + i]! ^= 1 + random.below(255);
      return out;
    }
    default:
      return bytes.slice(1 + at) as Bytes;
  }
}

/** A text with a character changed, a piece cut off, or one put in. */
export function mutatedText(random: Seeded, text: string): string {
  const at = random.below(text.length);
  const other = random.text('AZaz09-_"{}[]:,\\ ü', 1);
  switch (random.below(4)) {
    case 0:
      return text.slice(0, at) + (other === text[at] ? "!" : other) + text.slice(at + 1);
    case 1:
      return text.slice(0, at);
    case 2:
      return text.slice(0, at) + other + text.slice(at);
    default:
      return text.slice(1 + at);
  }
}
