// Reading numbers and tags out of picture files. Nothing here throws: a place outside the bytes reads as zero, so a caller
// compares its own bounds first and these stay free of branches.

/** Unsigned 16 bits, big-endian. */
export function u16be(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** Unsigned 16 bits, little-endian. */
export function u16le(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

/** Unsigned 24 bits, little-endian (WebP's canvas and frame fields). */
export function u24le(bytes: Uint8Array, at: number): number {
  return u16le(bytes, at) | ((bytes[at + 2] ?? 0) << 16);
}

/** Unsigned 32 bits, big-endian. */
export function u32be(bytes: Uint8Array, at: number): number {
  return ((u16be(bytes, at) << 16) | u16be(bytes, at + 2)) >>> 0;
}

/** Unsigned 32 bits, little-endian. */
export function u32le(bytes: Uint8Array, at: number): number {
  return ((u16le(bytes, at + 2) << 16) | u16le(bytes, at)) >>> 0;
}

/** True when the Latin-1 characters of `text` stand at `at` and end before `end`. */
export function hasTag(bytes: Uint8Array, at: number, end: number, text: string): boolean {
  if (at + text.length > end || end > bytes.length) return false;
  for (let i = 0; i < text.length; i++) {
    if (bytes[at + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}

/** True when two ranges hold the same bytes. */
export function sameBytes(a: Uint8Array, aStart: number, aEnd: number, b: Uint8Array): boolean {
  if (aEnd - aStart !== b.length) return false;
  for (let i = 0; i < b.length; i++) {
    if (a[aStart + i] !== b[i]) return false;
  }
  return true;
}

/** The 32-bit number a four-letter chunk name reads as, big-endian. */
export function chunkName(text: string): number {
  return ((text.charCodeAt(0) << 24) | (text.charCodeAt(1) << 16) | (text.charCodeAt(2) << 8) |
    text.charCodeAt(3)) >>> 0;
}
