// How large a picture claims to be, read from its own fields. A receiver asks this before it lets a browser decode: the file may be
// made by an enemy, so where a file could be read in two ways (two frame headers, bytes between segments, a frame larger than its
// canvas, parts missing) the answer is null or the larger number, never the kinder one. Never decodes, never throws, linear time.

import { assertNever } from "../wire/mod.ts";
import { chunkName, u16be, u16le, u24le, u32be } from "./byte_fields.ts";
import { sniffImageKind } from "./image_kind.ts";
import { EOI, isFrameHeader, isRestart, nextSegment, SOS, walkScan } from "./jpeg_markers.ts";
import { readFrame, subBlocksEnd } from "./strip_gif.ts";
import { readBitstreamSize, riffChunkAt, riffEnd } from "./webp_chunks.ts";

/** Pixels, as stored: an orientation that turns the picture is not applied. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Cameras and encoders use up to about 12; thousands of tiny scans of one large picture would keep a decoder busy for minutes. */
const maxJpegScans = 64;

/** The size in pixels, both sides at least 1; null when the bytes are no picture, incomplete, or contradict themselves. */
export function readImageSize(bytes: Uint8Array): ImageSize | null {
  const kind = sniffImageKind(bytes);
  if (kind === null) return null;
  const size = sizeOf(kind, bytes);
  return size === null || size.width < 1 || size.height < 1 ? null : size;
}

function sizeOf(kind: NonNullable<ReturnType<typeof sniffImageKind>>, bytes: Uint8Array) {
  switch (kind) {
    case "jpeg":
      return jpegSize(bytes);
    case "png":
      return pngSize(bytes);
    case "webp":
      return webpSize(bytes);
    case "gif":
      return gifSize(bytes);
    default:
      return assertNever(kind);
  }
}

function jpegSize(bytes: Uint8Array): ImageSize | null {
  let size: ImageSize | null = null;
  let scans = 0;
  for (let at = 2;;) {
    const segment = nextSegment(bytes, at);
    if (segment === null || segment.stray) return null;
    const { marker, body, end } = segment;
    at = end;
    if (marker === EOI) return scans > 0 ? size : null;
    if (marker === SOS) {
      if (size === null || ++scans > maxJpegScans) return null;
      const scan = walkScan(bytes, end, () => {});
      if (scan === null) return null;
      at = scan.end;
    } else if (isFrameHeader(marker)) {
      if (size !== null || end - body < 6) return null;
      size = { height: u16be(bytes, body + 1), width: u16be(bytes, body + 3) };
    } else if (!isHarmless(marker)) return null;
  }
}

/** Tables, application segments and comments; not a second start, a hierarchical frame or a line count sent later. */
function isHarmless(marker: number): boolean {
  return marker === 0xc4 || marker === 0xcc || marker === 0xdb || marker === 0xdd ||
    (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe || marker === 0x01 || isRestart(marker);
}

function pngSize(bytes: Uint8Array): ImageSize | null {
  let size: ImageSize | null = null;
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = u32be(bytes, at);
    const name = u32be(bytes, at + 4);
    if (length > bytes.length - at - 12) return null;
    if ((name === chunkName("IHDR")) !== (size === null)) return null;
    if (size === null) {
      if (length !== 13) return null;
      size = { width: u32be(bytes, at + 8), height: u32be(bytes, at + 12) };
    } else if (name === chunkName("fcTL") && length >= 20) {
      size = larger(size, {
        width: u32be(bytes, at + 20) + u32be(bytes, at + 12),
        height: u32be(bytes, at + 24) + u32be(bytes, at + 16),
      });
    } else if (name === chunkName("IEND")) return size;
    at += 12 + length;
  }
  return null;
}

function gifSize(bytes: Uint8Array): ImageSize | null {
  const packed = bytes[10] ?? 0;
  let size: ImageSize = { width: u16le(bytes, 6), height: u16le(bytes, 8) };
  if (size.width === 0 || size.height === 0) return null;
  let frames = 0;
  for (let at = 13 + (packed & 0x80 ? 3 << ((packed & 0x07) + 1) : 0);;) {
    const block = bytes[at];
    if (block === 0x3b) return frames > 0 ? size : null;
    if (block === 0x2c) {
      const frame = readFrame(bytes, at);
      if (frame === null) return null;
      size = larger(size, { width: frame.right, height: frame.bottom });
      frames++;
      at = frame.end;
    } else if (block === 0x21) {
      const end = subBlocksEnd(bytes, at + 2);
      if (end === null) return null;
      at = end;
    } else return null;
  }
}

function webpSize(bytes: Uint8Array): ImageSize | null {
  const end = riffEnd(bytes);
  if (end === null) return null;
  let size: ImageSize = { width: 0, height: 0 };
  let pictures = 0;
  // Frames hold chunks of their own; stepping past a frame's fixed fields walks those as if they stood in the file.
  for (let at = 12; at < end;) {
    const chunk = riffChunkAt(bytes, at, end);
    if (chunk === null) return null;
    const { name, start } = chunk;
    at = chunk.next;
    if (name === chunkName("VP8X")) {
      if (start !== 20 || chunk.end - start !== 10) return null;
      size = { width: u24le(bytes, start + 4) + 1, height: u24le(bytes, start + 7) + 1 };
    } else if (name === chunkName("ANMF")) {
      if (chunk.end - start < 16) return null;
      size = larger(size, {
        width: u24le(bytes, start) * 2 + u24le(bytes, start + 6) + 1,
        height: u24le(bytes, start + 3) * 2 + u24le(bytes, start + 9) + 1,
      });
      at = start + 16;
    } else if (name === chunkName("VP8 ") || name === chunkName("VP8L")) {
      const own = readBitstreamSize(bytes, chunk);
      if (own === null) return null;
      size = larger(size, own);
      pictures++;
    }
  }
  return pictures > 0 ? size : null;
}

function larger(a: ImageSize, b: ImageSize): ImageSize {
  return { width: Math.max(a.width, b.width), height: Math.max(a.height, b.height) };
}
