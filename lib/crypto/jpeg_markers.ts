// Walking a JPEG file from marker to marker, as decoders do: fill bytes and stray bytes before a marker are passed over and
// reported, so that the stripper can leave them out and the size reader can refuse them. No decoding. Rules: ITU T.81 annex B.

import { u16be } from "./byte_fields.ts";

export const SOI = 0xd8;
export const EOI = 0xd9;
export const SOS = 0xda;
export const DHT = 0xc4;
export const DAC = 0xcc;
export const DQT = 0xdb;
export const DRI = 0xdd;

/** One marker and its fields; `body` is after the two length bytes. `stray`: bytes stood before it that no segment owns. */
export interface JpegSegment {
  readonly marker: number;
  readonly body: number;
  readonly end: number;
  readonly filled: boolean;
  readonly stray: boolean;
}

/** True for RST0..RST7. */
export function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}

/**
 * True for the frame headers a picture of its own can have: baseline, extended, progressive and lossless, Huffman or
 * arithmetic. The differential ones belong to hierarchical files, which no browser shows.
 */
export function isFrameHeader(marker: number): boolean {
  return (marker >= 0xc0 && marker <= 0xc3) || (marker >= 0xc9 && marker <= 0xcb);
}

/** The next marker at or after `at`, or null when the file ends before the segment does. */
export function nextSegment(bytes: Uint8Array, at: number): JpegSegment | null {
  let from = at;
  let stray = false;
  let filled = false;
  for (;;) {
    const prefix = bytes.indexOf(0xff, from);
    if (prefix < 0) return null;
    if (prefix > from) stray = true;
    let code = prefix + 1;
    while (bytes[code] === 0xff) code++;
    if (code > prefix + 1) filled = true;
    const marker = bytes[code];
    if (marker === undefined) return null;
    if (marker === 0) { // a stuffed byte outside a scan belongs to nothing
      stray = true;
      from = code + 1;
      continue;
    }
    if (marker === SOI || marker === EOI || marker === 0x01 || isRestart(marker)) {
      return { marker, body: code + 1, end: code + 1, filled, stray };
    }
    const end = code + 1 + u16be(bytes, code + 1);
    if (end < code + 3 || end > bytes.length) return null;
    return { marker, body: code + 3, end, filled, stray };
  }
}

/** What one scan's entropy-coded bytes hold. */
export interface ScanRun {
  /** Where the scan ends: the 0xFF of the next marker that is no restart. */
  readonly end: number;
  readonly restarts: boolean;
}

/**
 * Passes over one scan that starts at `at`; null when the file ends in it. `onRange` is told, in order, the ranges that make up
 * the scan without the fill bytes (extra 0xFF) inside it.
 */
export function walkScan(
  bytes: Uint8Array,
  at: number,
  onRange: (start: number, end: number, gap: boolean) => void,
): ScanRun | null {
  let kept = at;
  let from = at;
  let restarts = false;
  for (;;) {
    const prefix = bytes.indexOf(0xff, from);
    if (prefix < 0) return null;
    let code = prefix + 1;
    while (bytes[code] === 0xff) code++;
    const next = bytes[code];
    if (next === undefined) return null;
    if (next !== 0 && !isRestart(next)) {
      onRange(kept, prefix, false);
      return { end: prefix, restarts };
    }
    if (next !== 0) restarts = true;
    if (code > prefix + 1) { // several 0xFF count as one
      onRange(kept, prefix + 1, true);
      kept = code;
    }
    from = code + 1;
  }
}
