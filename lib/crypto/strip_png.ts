// Rewrites a PNG file (still or animated) from the chunks that decoding needs, each with a length that fits it, each checked
// against its CRC. Text, time, EXIF (but for the rotation), every chunk not listed here and whatever follows IEND go. Image data
// is copied byte for byte and never inflated. Just above 300 lines: one rule a chunk, read in order. Never throws on what a stranger made. Rules: PNG third edition, sections 5 and 11.

import { chunkName, hasTag, sameBytes, u32be } from "./byte_fields.ts";
import { crc32 } from "./crc32.ts";
import { rewriteIccProfile } from "./icc_profile.ts";
import { inflateZlib, storeZlib } from "./inflate_small.ts";
import { runSteps, type Steps } from "./steps.ts";
import { orientationBlock, readOrientation } from "./strip_orientation.ts";
import { type RemovedKind, StripOutput, type StrippedBytes } from "./strip_output.ts";

const signatureBytes = 8;
const IHDR = chunkName("IHDR");
const PLTE = chunkName("PLTE");
const IDAT = chunkName("IDAT");
const IEND = chunkName("IEND");
const acTL = chunkName("acTL");
const fcTL = chunkName("fcTL");
const fdAT = chunkName("fdAT");
const eXIf = chunkName("eXIf");
const iCCP = chunkName("iCCP");

/** A critical chunk has a capital first letter; one that is not known here cannot be left out. */
const ancillaryBit = 0x20000000;

// The profile's name is free text, often the screen's or the person's; this stands in its place, with its end and the method.
const profileHead = Uint8Array.of(0x69, 0x63, 0x63, 0, 0); // "icc", 0, deflate
/** Unpacked; screens' profiles have 3 to 20 KiB, those with tables for all colours up to some hundreds. */
const maxProfileBytes = 1024 * 1024;

/** Checked in one step. */
const stepBytes = 256 * 1024;

/** Samples for each pixel by colour type; undefined for types that do not exist. */
const channelsOf: readonly (number | undefined)[] = [1, undefined, 3, 1, 2, undefined, 4];
const depthsOf: readonly (readonly number[])[] = [
  [1, 2, 4, 8, 16],
  [],
  [8, 16],
  [1, 2, 4, 8],
  [8, 16],
  [],
  [8, 16],
];

interface Header {
  readonly width: number;
  readonly height: number;
  readonly colourType: number;
}

/** One chunk: the name as a number, its data `[start, end)`; its four CRC bytes follow. */
interface Chunk {
  readonly name: number;
  readonly start: number;
  readonly end: number;
}

/** Order and count of an animation's frames, so that none is left that no viewer plays. */
interface Animation {
  readonly frames: number;
  seen: number;
  sequence: number;
  /** A frame header stands without its data. */
  open: boolean;
}

/** The file without metadata; null when it is damaged, truncated, or has a critical chunk that is not PNG's. */
export function stripPng(bytes: Uint8Array): StrippedBytes | null {
  return runSteps(stripPngInSteps(bytes));
}

/** The same in steps: checking ten megabytes against their CRC takes longer than a page may be silent. */
export function* stripPngInSteps(bytes: Uint8Array): Steps<StrippedBytes | null> {
  const first = chunkAt(bytes, signatureBytes);
  const header = first === null ? null : readHeader(bytes, first);
  if (first === null || header === null || !crcHolds(bytes, first)) return null;
  const out = new StripOutput(bytes);
  out.keep(0, first.end + 4);

  const once = new Set<number>();
  let animation: Animation | null = null;
  let colours = 0;
  let data: "before" | "inside" | "after" = "before";
  for (let at = first.end + 4;;) {
    const chunk = chunkAt(bytes, at);
    if (chunk === null) return null;
    const { name, start, end } = chunk;
    at = end + 4;
    if (data === "inside" && name !== IDAT) data = "after";

    if (name === IEND) {
      if (data !== "after" || end !== start || !crcHolds(bytes, chunk)) return null;
      if (animation !== null && (animation.open || animation.seen !== animation.frames)) {
        return null;
      }
      keepChunk(out, chunk);
      if (at < bytes.length) out.drop("trailing-data");
      return out.finish();
    } else if (name === IDAT) {
      if (data === "after" || !(yield* crcHoldsInSteps(bytes, chunk))) return null;
      if (data === "before" && header.colourType === 3 && colours === 0) return null;
      if (data === "before" && animation?.open) animation.open = false;
      data = "inside";
      keepChunk(out, chunk);
    } else if (name === PLTE) {
      const entries = (end - start) / 3;
      if (data !== "before" || colours !== 0 || !crcHolds(bytes, chunk)) return null;
      if (!Number.isInteger(entries) || entries < 1 || entries > 256) return null;
      if (header.colourType === 0 || header.colourType === 4) return null;
      colours = entries;
      keepChunk(out, chunk);
    } else if ((name & ancillaryBit) === 0) {
      return null;
    } else if (name === acTL && data === "before") {
      if (animation !== null || end - start !== 8 || !crcHolds(bytes, chunk)) return null;
      animation = { frames: u32be(bytes, start), seen: 0, sequence: 0, open: false };
      if (animation.frames === 0) return null;
      keepChunk(out, chunk);
    } else if (animation !== null && (name === fcTL || name === fdAT)) {
      if (!(yield* crcHoldsInSteps(bytes, chunk))) return null;
      if (!takesFrame(bytes, chunk, animation, header, data === "before")) return null;
      keepChunk(out, chunk);
    } else if (name === eXIf && !once.has(eXIf)) {
      once.add(eXIf);
      if (!putOrientation(out, chunk)) return null;
    } else if (name === iCCP && data === "before" && !once.has(iCCP)) {
      once.add(iCCP);
      if (!putProfile(out, chunk)) return null;
    } else if (
      data === "before" && !once.has(name) &&
      fitsSmall(name, end - start, header.colourType, colours)
    ) {
      once.add(name);
      if (!crcHolds(bytes, chunk)) return null;
      keepChunk(out, chunk);
    } else {
      out.drop(removedKindOf(bytes, chunk));
    }
  }
}

function chunkAt(bytes: Uint8Array, at: number): Chunk | null {
  if (at + 12 > bytes.length) return null;
  const length = u32be(bytes, at);
  if (length > bytes.length - at - 12) return null;
  return { name: u32be(bytes, at + 4), start: at + 8, end: at + 8 + length };
}

function crcHolds(bytes: Uint8Array, { start, end }: Chunk): boolean {
  return crc32(bytes, start - 4, end) === u32be(bytes, end);
}

/** The same for chunks of any length: some writers put the whole picture into one. */
function* crcHoldsInSteps(bytes: Uint8Array, { start, end }: Chunk): Steps<boolean> {
  let crc = 0;
  for (let at = start - 4; at < end; at += stepBytes) {
    crc = crc32(bytes, at, Math.min(at + stepBytes, end), crc);
    yield;
  }
  return crc === u32be(bytes, end);
}

function keepChunk(out: StripOutput, { start, end }: Chunk): void {
  out.keep(start - 8, end + 4);
}

/** Writes a chunk of other data than the file's, with its CRC. */
function putChunk(out: StripOutput, name: number, ...parts: readonly Uint8Array[]): void {
  out.putU32be(parts.reduce((length, part) => length + part.length, 0));
  const from = out.length;
  out.putU32be(name);
  for (const part of parts) out.put(part);
  out.putU32be(crc32(out.written, from));
}

function readHeader(bytes: Uint8Array, { name, start, end }: Chunk): Header | null {
  if (name !== IHDR || end - start !== 13) return null;
  const colourType = bytes[start + 9] ?? 0;
  if (!depthsOf[colourType]?.includes(bytes[start + 8] ?? 0)) return null;
  if (bytes[start + 10] !== 0 || bytes[start + 11] !== 0 || (bytes[start + 12] ?? 0) > 1) {
    return null;
  }
  return { width: u32be(bytes, start), height: u32be(bytes, start + 4), colourType };
}

/** True when a frame header or a piece of frame data comes in its turn and stays inside the picture. */
function takesFrame(
  bytes: Uint8Array,
  { name, start, end }: Chunk,
  animation: Animation,
  header: Header,
  beforeData: boolean,
): boolean {
  if (end - start < 4 || u32be(bytes, start) !== animation.sequence) return false;
  animation.sequence++;
  if (name === fdAT) {
    if (beforeData || animation.seen === 0) return false;
    animation.open = false;
    return true;
  }
  if (end - start !== 26 || animation.open) return false;
  animation.open = true;
  animation.seen++;
  const width = u32be(bytes, start + 4);
  const height = u32be(bytes, start + 8);
  const x = u32be(bytes, start + 12);
  const y = u32be(bytes, start + 16);
  if (width === 0 || height === 0 || x + width > header.width || y + height > header.height) {
    return false;
  }
  if (beforeData && (animation.seen > 1 || width !== header.width || height !== header.height)) {
    return false;
  }
  return (bytes[start + 24] ?? 0) <= 2 && (bytes[start + 25] ?? 0) <= 1;
}

/** True for the small chunks that decide about colour and shape, when they have the length that goes with this picture. */
function fitsSmall(name: number, length: number, colourType: number, colours: number): boolean {
  const indexed = colourType === 3;
  const channels = channelsOf[colourType] ?? 0;
  switch (name) {
    case chunkName("tRNS"):
      if (indexed) return length >= 1 && length <= colours;
      return length === (colourType === 0 ? 2 : colourType === 2 ? 6 : -1);
    case chunkName("bKGD"):
      return length === (indexed ? 1 : channels <= 2 ? 2 : 6);
    case chunkName("sBIT"):
      return length === (indexed ? 3 : channels);
    case chunkName("gAMA"):
      return length === 4;
    case chunkName("cHRM"):
      return length === 32;
    case chunkName("sRGB"):
      return length === 1;
    case chunkName("cICP"):
      return length === 4;
    case chunkName("mDCV"):
      return length === 24;
    case chunkName("cLLI"):
      return length === 8;
    case chunkName("pHYs"):
      return length === 9;
    default:
      return false;
  }
}

/** Keeps the rotation of an eXIf chunk, in its place. False: the chunk is damaged. */
function putOrientation(out: StripOutput, chunk: Chunk): boolean {
  const { source } = out;
  if (!crcHolds(source, chunk)) return false;
  const orientation = readOrientation(source, chunk.start, chunk.end);
  const block = orientation === null ? null : orientationBlock(orientation);
  if (block === null || !sameBytes(source, chunk.start, chunk.end, block)) out.drop("exif");
  if (block !== null) putChunk(out, eXIf, block);
  return true;
}

/** Keeps a colour profile's colours, under a constant name. False: the chunk is damaged. */
function putProfile(out: StripOutput, chunk: Chunk): boolean {
  const { source } = out;
  const { start, end } = chunk;
  if (!crcHolds(source, chunk)) return false;
  const nameEnd = source.indexOf(0, start);
  const named = nameEnd > start && nameEnd <= start + 79 && nameEnd + 2 < end;
  const packed = nameEnd + 2;
  const whole = named && source[nameEnd + 1] === 0
    ? inflateZlib(source, packed, end, maxProfileBytes)
    : null;
  const profile = whole === null ? null : rewriteIccProfile(whole);
  if (whole === null || profile === null) {
    out.drop("colour-profile");
    return true;
  }
  const same = sameBytes(source, start, packed, profileHead) &&
    sameBytes(whole, 0, whole.length, profile);
  if (!same) out.drop("profile-details");
  putChunk(out, iCCP, profileHead, storeZlib(profile));
  return true;
}

function removedKindOf(bytes: Uint8Array, { name, start, end }: Chunk): RemovedKind {
  switch (name) {
    case chunkName("iTXt"):
      return hasTag(bytes, start, end, "XML:com.adobe.xmp\0") ? "xmp" : "text";
    case chunkName("tEXt"):
    case chunkName("zTXt"):
      return "text";
    case chunkName("tIME"):
      return "time";
    case eXIf:
      return "exif";
    case chunkName("caBX"):
      return "provenance";
    case acTL:
    case fcTL:
    case fdAT:
      return "second-image";
    default:
      return "application-data";
  }
}
