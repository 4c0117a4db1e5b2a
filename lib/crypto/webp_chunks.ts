// Walking a WebP file's RIFF chunks, and reading what a bitstream says of its own size. Shared by the stripper and by the size
// reader, so that both see the same file. No decoding. Rules: RFC 9649 section 2, RFC 6386 section 9.1.

import { chunkName, u16le, u32be, u32le } from "./byte_fields.ts";

/** One chunk: its name, its data `[start, end)` and where the next one begins (after a pad byte). */
export interface RiffChunk {
  readonly name: number;
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** Where the RIFF container ends; null when the file is shorter than it says. */
export function riffEnd(bytes: Uint8Array): number | null {
  const end = 8 + u32le(bytes, 4);
  return end > bytes.length ? null : end;
}

/** The chunk at `at`; null when it does not end by `limit`. A last chunk may lack its pad byte. */
export function riffChunkAt(bytes: Uint8Array, at: number, limit: number): RiffChunk | null {
  if (at + 8 > limit) return null;
  const start = at + 8;
  const end = start + u32le(bytes, at + 4);
  if (end > limit) return null;
  return { name: u32be(bytes, at), start, end, next: Math.min(limit, end + (end - start) % 2) };
}

/** Width and height that a `VP8 ` or `VP8L` chunk states itself; null for other chunks and damaged ones. */
export function readBitstreamSize(
  bytes: Uint8Array,
  { name, start, end }: RiffChunk,
): { readonly width: number; readonly height: number } | null {
  if (name === chunkName("VP8L")) {
    // 0x2f, then 14 bits width - 1, 14 bits height - 1, 1 bit alpha, 3 bits version (0)
    if (end - start < 5 || bytes[start] !== 0x2f) return null;
    const bits = u32le(bytes, start + 1);
    if (bits >>> 29 !== 0) return null;
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (name === chunkName("VP8 ")) {
    // a key frame (bit 0 clear), then the start code 9d 01 2a, then two 14-bit sides below two scaling bits
    if (end - start < 10 || ((bytes[start] ?? 0) & 1) !== 0) return null;
    if (u16le(bytes, start + 3) !== 0x019d || bytes[start + 5] !== 0x2a) return null;
    const width = u16le(bytes, start + 6) & 0x3fff;
    const height = u16le(bytes, start + 8) & 0x3fff;
    return width === 0 || height === 0 ? null : { width, height };
  }
  return null;
}
