// Rewrites a WebP file from the chunks that decoding needs: the picture or the frames, their alpha, the canvas, the colour
// profile, and a minimal EXIF when the file was turned. XMP, EXIF, unknown chunks (inside frames too), reserved bits, pad bytes and
// whatever follows the RIFF size go. Bitstreams are copied byte for byte. Never throws on what a stranger made. Rules: RFC 9649.

import { chunkName, hasTag, sameBytes, u24le } from "./byte_fields.ts";
import { rewriteIccProfile } from "./icc_profile.ts";
import { orientationBlock, readOrientation } from "./strip_orientation.ts";
import { type RemovedKind, StripOutput, type StrippedBytes } from "./strip_output.ts";
import { readBitstreamSize, type RiffChunk, riffChunkAt, riffEnd } from "./webp_chunks.ts";

const VP8X = chunkName("VP8X");
const VP8 = chunkName("VP8 ");
const VP8L = chunkName("VP8L");
const ALPH = chunkName("ALPH");
const ANIM = chunkName("ANIM");
const ANMF = chunkName("ANMF");
const ICCP = chunkName("ICCP");
const EXIF = chunkName("EXIF");
const XMP = chunkName("XMP ");

const PROFILE_FLAG = 0x20;
const ALPHA_FLAG = 0x10;
const EXIF_FLAG = 0x08;
const ANIMATION_FLAG = 0x02;

const riffHeaderBytes = 12;
/** The fixed fields of a frame before its own chunks. */
const frameHeadBytes = 16;

/** The file without metadata; null when it is damaged, truncated, or its chunks stand in a wrong order. */
export function stripWebp(bytes: Uint8Array): StrippedBytes | null {
  const end = riffEnd(bytes);
  const first = end === null ? null : riffChunkAt(bytes, riffHeaderBytes, end);
  if (end === null || first === null) return null;
  const out = new StripOutput(bytes);
  out.keep(0, riffHeaderBytes);
  const whole = first.name === VP8X ? putExtended(out, first, end) : putSimple(out, first, end);
  if (!whole) return null;
  if (end < bytes.length) out.drop("trailing-data");
  out.patchU32le(4, out.length - 8);
  return out.finish();
}

function putSimple(out: StripOutput, first: RiffChunk, end: number): boolean {
  if (readBitstreamSize(out.source, first) === null) return false;
  putChunk(out, first);
  for (let at = first.next; at < end;) {
    const chunk = riffChunkAt(out.source, at, end);
    if (chunk === null || isPicture(chunk.name)) return false;
    out.drop(removedKindOf(chunk.name));
    at = chunk.next;
  }
  return true;
}

function putExtended(out: StripOutput, head: RiffChunk, end: number): boolean {
  const { source } = out;
  if (head.end - head.start !== 10) return false;
  const flags = source[head.start] ?? 0;
  const animated = (flags & ANIMATION_FLAG) !== 0;
  const width = u24le(source, head.start + 4) + 1;
  const height = u24le(source, head.start + 7) + 1;
  const flagsAt = out.length + 8;
  putChunk(out, head);
  for (let i = 1; i < 4; i++) out.patch(flagsAt + i, 0);

  let kept = flags & (ANIMATION_FLAG | ALPHA_FLAG);
  let profileSeen = false;
  let looping = false;
  let alpha: RiffChunk | null = null;
  let pictures = 0;
  let orientation: number | null = null;
  let exif: RiffChunk | null = null;
  for (let at = head.next; at < end;) {
    const chunk = riffChunkAt(source, at, end);
    if (chunk === null) return false;
    const { name } = chunk;
    at = chunk.next;
    if (name === VP8X) return false;
    else if (name === ICCP) {
      const first = pictures === 0 && !looping && alpha === null && !profileSeen;
      if (!first) return false;
      profileSeen = true;
      if ((flags & PROFILE_FLAG) !== 0 && putProfile(out, chunk)) kept |= PROFILE_FLAG;
      else out.drop("colour-profile");
    } else if (name === ANIM) {
      if (!animated || looping || chunk.end - chunk.start !== 6) return false;
      looping = true;
      putChunk(out, chunk);
    } else if (name === ANMF) {
      if (!looping || !putFrame(out, chunk, width, height)) return false;
      pictures++;
    } else if (name === ALPH) {
      if (animated || alpha !== null || pictures > 0) return false;
      alpha = chunk;
    } else if (name === VP8 || name === VP8L) {
      const size = readBitstreamSize(source, chunk);
      if (animated || pictures > 0 || size?.width !== width || size.height !== height) return false;
      if (alpha !== null && name === VP8) putChunk(out, alpha);
      else if (alpha !== null) out.drop("hidden-data"); // a lossless picture has its own
      putChunk(out, chunk);
      pictures++;
    } else if (name === EXIF && exif === null) {
      exif = chunk;
      if ((flags & EXIF_FLAG) !== 0) orientation = orientationIn(source, chunk);
    } else out.drop(removedKindOf(name));
  }
  if (pictures === 0) return false;
  const block = orientation === null ? null : orientationBlock(orientation);
  if (exif !== null && !(block && sameBytes(source, exif.start, exif.end, block))) out.drop("exif");
  if (block !== null) {
    kept |= EXIF_FLAG;
    putNewChunk(out, EXIF, block);
  }
  out.patch(flagsAt, kept);
  return true;
}

/** Writes one frame with its bitstream and alpha alone; false when it is damaged or leaves the canvas. */
function putFrame(out: StripOutput, frame: RiffChunk, width: number, height: number): boolean {
  const { source } = out;
  const { start, end } = frame;
  if (end - start < frameHeadBytes) return false;
  const frameWidth = u24le(source, start + 6) + 1;
  const frameHeight = u24le(source, start + 9) + 1;
  if (u24le(source, start) * 2 + frameWidth > width) return false;
  if (u24le(source, start + 3) * 2 + frameHeight > height) return false;
  const chunkAt = out.length;
  out.keep(start - 8, start + frameHeadBytes);
  out.patch(out.length - 1, (source[start + frameHeadBytes - 1] ?? 0) & 0x03); // six reserved bits

  let alpha: RiffChunk | null = null;
  let drawn = false;
  for (let at = start + frameHeadBytes; at < end;) {
    const chunk = riffChunkAt(source, at, end);
    if (chunk === null) return false;
    at = chunk.next;
    if (chunk.name === ALPH) {
      if (alpha !== null || drawn) return false;
      alpha = chunk;
    } else if (chunk.name === VP8 || chunk.name === VP8L) {
      const size = readBitstreamSize(source, chunk);
      if (drawn || size?.width !== frameWidth || size.height !== frameHeight) return false;
      if (alpha !== null && chunk.name === VP8) putChunk(out, alpha);
      else if (alpha !== null) out.drop("hidden-data");
      putChunk(out, chunk);
      drawn = true;
    } else out.drop(removedKindOf(chunk.name));
  }
  out.patchU32le(chunkAt + 4, out.length - chunkAt - 8);
  return drawn;
}

/** Copies a chunk; its pad byte, if it needs one, is written anew as zero. */
function putChunk(out: StripOutput, { start, end, next }: RiffChunk): void {
  out.keep(start - 8, end);
  if ((end - start) % 2 === 0) return;
  if (next > end && out.source[end] !== 0) out.drop("hidden-data");
  out.put([0]);
}

function putNewChunk(out: StripOutput, name: number, data: Uint8Array): void {
  out.putU32be(name);
  out.putU32le(data.length);
  out.put(data);
  if (data.length % 2 === 1) out.put([0]);
}

/** Writes the profile's colours alone; false when it does not hold together. */
function putProfile(out: StripOutput, { start, end }: RiffChunk): boolean {
  const profile = rewriteIccProfile(out.source.subarray(start, end));
  if (profile === null) return false;
  if (!sameBytes(out.source, start, end, profile)) out.drop("profile-details");
  putNewChunk(out, ICCP, profile);
  return true;
}

/** Some writers put JPEG's "Exif" tag before the block; both are read, and only the block is written. */
function orientationIn(bytes: Uint8Array, { start, end }: RiffChunk): number | null {
  const tagged = hasTag(bytes, start, end, "Exif\0\0");
  return readOrientation(bytes, tagged ? start + 6 : start, end);
}

function isPicture(name: number): boolean {
  return name === VP8 || name === VP8L || name === VP8X || name === ANMF;
}

function removedKindOf(name: number): RemovedKind {
  if (name === EXIF) return "exif";
  if (name === XMP) return "xmp";
  if (name === ICCP) return "colour-profile";
  return name === chunkName("C2PA") ? "provenance" : "application-data";
}
