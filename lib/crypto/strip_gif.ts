// Rewrites a GIF file from its screen, colour tables, frames and frame timings, and the loop count in a canonical form. Comments,
// plain text, every other application block (XMP, colour profiles, makers' data), reserved bits and whatever follows the trailer
// go. Frame data is copied byte for byte and never decoded. Never throws on what a stranger made. Rules: GIF89a, sections 17 to 27.

import { hasTag, u16le } from "./byte_fields.ts";
import { type RemovedKind, StripOutput, type StrippedBytes } from "./strip_output.ts";

const headerBytes = 13;
const EXTENSION = 0x21;
const FRAME = 0x2c;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;
const COMMENT = 0xfe;
const APPLICATION = 0xff;

/** The file without metadata; null when it is damaged, truncated or holds no frame. */
export function stripGif(bytes: Uint8Array): StrippedBytes | null {
  const out = new StripOutput(bytes);
  let at = headerBytes + colourTableBytes(bytes[10] ?? 0);
  if (at >= bytes.length) return null;
  out.keep(0, at);
  let frames = 0;
  let looped = false;
  let control: number | null = null; // where the timing of the next frame stands; the last one counts
  for (;;) {
    const block = bytes[at];
    if (block === TRAILER) {
      if (frames === 0) return null;
      if (control !== null) out.drop("hidden-data");
      out.put([TRAILER]);
      if (at + 1 < bytes.length) out.drop("trailing-data");
      return out.finish();
    } else if (block === FRAME) {
      if (control !== null) putControl(out, control);
      control = null;
      const end = putFrame(out, at);
      if (end === null) return null;
      at = end;
      frames++;
    } else if (block === EXTENSION) {
      const label = bytes[at + 1];
      const start = at + 2;
      const end = subBlocksEnd(bytes, start);
      if (end === null) return null;
      if (label === GRAPHIC_CONTROL) {
        if (bytes[start] !== 4) return null;
        if (control !== null || end - start !== 6) out.drop("hidden-data");
        control = start;
      } else {
        const loop = label === APPLICATION ? readLoop(bytes, start, end) : null;
        if (loop === null || looped) out.drop(removedKindOf(bytes, label, start, end));
        else {
          looped = true;
          if (end - start !== 17) out.drop("hidden-data");
          putLoop(out, start, loop);
        }
      }
      at = end;
    } else return null;
  }
}

/** Bytes of the colour table that a packed field announces. */
function colourTableBytes(packed: number): number {
  return packed & 0x80 ? 3 << ((packed & 0x07) + 1) : 0;
}

/** Past the terminator of a run of sub-blocks; null when the file ends in it. */
export function subBlocksEnd(bytes: Uint8Array, start: number): number | null {
  for (let at = start;;) {
    const size = bytes[at];
    if (size === undefined) return null;
    if (size === 0) return at + 1;
    at += 1 + size;
  }
}

/** Where a frame's fields lie: `data` is the code size byte before its sub-blocks. Null when the file ends in it. */
export function readFrame(
  bytes: Uint8Array,
  at: number,
): { readonly right: number; readonly bottom: number; readonly end: number } | null {
  const width = u16le(bytes, at + 5);
  const height = u16le(bytes, at + 7);
  if (width === 0 || height === 0) return null;
  const data = at + 10 + colourTableBytes(bytes[at + 9] ?? 0);
  const codeBits = bytes[data] ?? 0;
  if (codeBits < 1 || codeBits > 11) return null;
  const end = subBlocksEnd(bytes, data + 1);
  if (end === null) return null;
  return { right: u16le(bytes, at + 1) + width, bottom: u16le(bytes, at + 3) + height, end };
}

function putFrame(out: StripOutput, at: number): number | null {
  const frame = readFrame(out.source, at);
  if (frame === null) return null;
  const packed = out.length + 9;
  out.keep(at, frame.end);
  out.patch(packed, (out.source[at + 9] ?? 0) & 0xe7); // two reserved bits
  return frame.end;
}

/** Writes the graphic control whose first sub-block stands at `start`: disposal, transparency, delay. */
function putControl(out: StripOutput, start: number): void {
  const { source } = out;
  out.put([EXTENSION, GRAPHIC_CONTROL, 4, (source[start + 1] ?? 0) & 0x1f]);
  out.keep(start + 2, start + 5);
  out.put([0]);
}

/** How often an animation repeats (0: for ever); null when this is no looping block. */
function readLoop(bytes: Uint8Array, start: number, end: number): number | null {
  const looping = hasTag(bytes, start, end, "\x0bNETSCAPE2.0") ||
    hasTag(bytes, start, end, "\x0bANIMEXTS1.0");
  if (!looping || bytes[start + 12] !== 3 || bytes[start + 13] !== 1) return null;
  return u16le(bytes, start + 14);
}

function putLoop(out: StripOutput, start: number, loop: number): void {
  out.put([EXTENSION, APPLICATION]);
  out.keep(start, start + 12);
  out.put([3, 1, loop & 0xff, loop >>> 8, 0]);
}

function removedKindOf(
  bytes: Uint8Array,
  label: number | undefined,
  start: number,
  end: number,
): RemovedKind {
  if (label === COMMENT) return "comment";
  if (label === 0x01) return "text";
  if (hasTag(bytes, start, end, "\x0bXMP DataXMP")) return "xmp";
  if (hasTag(bytes, start, end, "\x0bICCRGBG1012")) return "colour-profile";
  return "application-data";
}
