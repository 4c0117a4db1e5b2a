// Takes fields off a plaintext, front to back, and remembers whether it ever ran out: strangers wrote the bytes, so nothing
// here throws for them. lp(x) = u16 length || x.

import { concatBytes, readU16, u16 } from "../wire/mod.ts";
import type { Bytes } from "../wire/mod.ts";

/** `u16 length || x`. Throws `RangeError` above 65,535 bytes. */
export function lp(bytes: Uint8Array): Bytes {
  return concatBytes(u16(bytes.length), bytes);
}

/** Reads one plaintext once. Every field is a copy. */
export class FieldReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #isShort = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether everything asked for was there, and nothing is left. */
  get isWhole(): boolean {
    return !this.#isShort && this.#at === this.#bytes.length;
  }

  /** Whether more was asked for than was there. */
  get isShort(): boolean {
    return this.#isShort;
  }

  /** The next `length` bytes; zeros once it ran out. */
  take(length: number): Bytes {
    const end = this.#at + length;
    if (end > this.#bytes.length) {
      this.#isShort = true;
      return new Uint8Array(length);
    }
    const taken = new Uint8Array(this.#bytes.subarray(this.#at, end));
    this.#at = end;
    return taken;
  }

  /** The next byte. */
  u8(): number {
    return this.take(1)[0]!;
  }

  /** The next two bytes as a number. */
  u16(): number {
    return readU16(this.take(2), 0);
  }

  /** The next field with its length before it, of at most `most` bytes. */
  lp(most: number): Bytes {
    const length = this.u16();
    if (length > most) {
      this.#isShort = true;
      return new Uint8Array(0);
    }
    return this.take(length);
  }
}
