// The one thing kept of EXIF: which way up the picture is (tag 0x0112 of the first directory). Reads it from a TIFF block and
// writes a block that holds nothing else. Rules: TIFF 6.0 section 2, Exif 2.32 section 4.6.4.

import { hasTag, u16be, u16le, u32be, u32le } from "./byte_fields.ts";

const orientationTag = 0x0112;
const shortType = 3;
const entryBytes = 12;

/** The orientation 2..8 that the TIFF block in `[start, end)` states; null when it states none, 1, or is malformed. */
export function readOrientation(bytes: Uint8Array, start: number, end: number): number | null {
  const little = hasTag(bytes, start, end, "II*\0");
  if (!little && !hasTag(bytes, start, end, "MM\0*")) return null;
  if (end - start < 8) return null;
  const u16 = little ? u16le : u16be;
  const u32 = little ? u32le : u32be;
  const directory = start + u32(bytes, start + 4);
  if (directory + 2 > end) return null;
  const count = u16(bytes, directory);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + i * entryBytes;
    if (entry + entryBytes > end) return null;
    if (u16(bytes, entry) !== orientationTag) continue;
    if (u16(bytes, entry + 2) !== shortType || u32(bytes, entry + 4) !== 1) return null;
    const value = u16(bytes, entry + 8);
    return value >= 2 && value <= 8 ? value : null;
  }
  return null;
}

/** A 26-byte TIFF block (big-endian, one directory, one entry) that states this orientation and nothing else. */
export function orientationBlock(orientation: number): Uint8Array {
  if (!(orientation >= 2 && orientation <= 8)) throw new RangeError("orientation outside 2..8");
  // deno-fmt-ignore
  return Uint8Array.of(
    0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8, // MM, 42, the directory follows at 8
    0, 1, // one entry:
    0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, // tag, SHORT, one value, padded to four bytes
    0, 0, 0, 0, // no further directory
  );
}
