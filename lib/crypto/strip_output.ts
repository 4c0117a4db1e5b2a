// Where a stripped picture is written: one buffer as large as the input, and the list of what was left out. A stripper leaves out
// or shortens; what it writes anew (an orientation, a rewritten colour profile) fits in the spare bytes, or the buffer grows once.

import type { Bytes } from "../wire/mod.ts";

/** What a stripper can leave out of a file; closed, so that a page can put each into words. */
export type RemovedKind =
  | "exif" // camera, place, time, thumbnail and maker notes; a rotation is written back
  | "xmp"
  | "iptc"
  | "comment"
  | "text"
  | "time"
  | "thumbnail"
  | "second-image"
  | "provenance" // C2PA / JUMBF
  | "colour-profile" // only one that does not hold together
  | "profile-details" // names, dates and makers' fields inside a colour profile; its colours stay
  | "application-data" // any other block that decoding does not need
  | "hidden-data" // bytes no decoder reads: between segments, or past the end of a field
  | "trailing-data"; // bytes after the end of the picture

/** A file without its metadata, and what went; null stands for a damaged file wherever this type is returned. */
export interface StrippedBytes {
  readonly bytes: Bytes;
  readonly removed: readonly RemovedKind[];
}

// What is commonly written beyond what was read: a rotation block whose original lacked its last pointer, a pad byte, constant
// names in a colour profile, and a profile of a few kilobytes that was compressed before.
const spareBytes = 4_096;

/** Collects the kept bytes of one file. */
export class StripOutput {
  #buffer: Bytes;
  readonly #removed = new Set<RemovedKind>();
  #length = 0;

  /** `source` is the file to be copied from; it is read and never changed. */
  constructor(readonly source: Uint8Array) {
    this.#buffer = new Uint8Array(source.length + spareBytes);
  }

  get length(): number {
    return this.#length;
  }

  /** What has been written so far: a view, valid until `finish`. */
  get written(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Copies `source[start, end)`. */
  keep(start: number, end: number): void {
    this.put(this.source.subarray(start, end));
  }

  /** Writes bytes that are not taken from the source. */
  put(bytes: ArrayLike<number>): void {
    if (this.#length + bytes.length > this.#buffer.length) this.#grow(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Overwrites one byte written earlier. */
  patch(at: number, byte: number): void {
    this.#buffer[at] = byte;
  }

  /** Writes a 32-bit number, big-endian. */
  putU32be(value: number): void {
    this.put([value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff]);
  }

  /** Writes a 32-bit number, little-endian. */
  putU32le(value: number): void {
    this.put([value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24]);
  }

  /** Overwrites four bytes written earlier with a 32-bit number, little-endian. */
  patchU32le(at: number, value: number): void {
    for (let i = 0; i < 4; i++) this.patch(at + i, (value >>> (8 * i)) & 0xff);
  }

  /** Notes that something of this kind was left out. */
  drop(kind: RemovedKind): void {
    this.#removed.add(kind);
  }

  /** The finished file, in memory of its own where that frees much of the buffer; little is not worth copying all. */
  finish(): StrippedBytes {
    const isMostlyFull = this.#length > this.#buffer.length * 0.9;
    const bytes = isMostlyFull
      ? this.#buffer.subarray(0, this.#length)
      : this.#buffer.slice(0, this.#length);
    return { bytes, removed: [...this.#removed] };
  }

  #grow(more: number): void {
    const larger = new Uint8Array(Math.max(this.#length + more, this.#buffer.length * 1.25));
    larger.set(this.written);
    this.#buffer = larger;
  }
}
