// Rewrites a JPEG file from the segments that decoding needs: frame and scan headers, tables, the scans themselves byte for
// byte, and three application segments in a canonical form (JFIF, Adobe and a minimal EXIF), because they decide about colours
// and which way is up; a colour profile keeps its colours. Everything else goes, and so do the bytes between segments, fill bytes and
// whatever follows the end marker. Never decodes and never throws on what a stranger made. Rules: ITU T.81 annex B, JFIF 1.02, T.872.

import { concatBytes } from "../wire/mod.ts";
import { hasTag, sameBytes, u16be } from "./byte_fields.ts";
import { rewriteIccProfile } from "./icc_profile.ts";
import {
  DAC,
  DHT,
  DQT,
  DRI,
  EOI,
  isFrameHeader,
  isRestart,
  type JpegSegment,
  nextSegment,
  SOS,
  walkScan,
} from "./jpeg_markers.ts";
import { orientationBlock, readOrientation } from "./strip_orientation.ts";
import { type RemovedKind, StripOutput, type StrippedBytes } from "./strip_output.ts";

const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP11 = 0xeb;
const APP13 = 0xed;
const APP14 = 0xee;
const APP15 = 0xef;
const COM = 0xfe;

const exifTag = "Exif\0\0";
const iccTag = "ICC_PROFILE\0";
/** The tag, then one byte each: this part's number from 1, and how many parts there are. */
const iccHeaderBytes = iccTag.length + 2;
const maxIccPartBytes = 65_533 - iccHeaderBytes;

// JFIF 1.01, no unit, pixels 1:1, no thumbnail. Its mere presence tells a decoder that three components are YCbCr.
// deno-fmt-ignore
const jfifBody = Uint8Array.of(0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0);

/** What the segments before the first scan say that a decoder listens to. */
interface Preamble {
  readonly jfif: boolean;
  readonly orientation: number | null;
  /** Adobe's colour transform, 0..255; null without such a segment. */
  readonly adobe: number | null;
  /** The colour profile, rewritten; null when there is none that holds together. */
  readonly profile: Uint8Array | null;
  /** The file's own profile said more than that. */
  readonly profileChanged: boolean;
}

/** The file without metadata; null when it is damaged, truncated, hierarchical, or of a kind no browser shows. */
export function stripJpeg(bytes: Uint8Array): StrippedBytes | null {
  const preamble = readPreamble(bytes);
  if (preamble === null) return null;
  const out = new StripOutput(bytes);
  out.keep(0, 2);
  if (preamble.jfif) putSegment(out, APP0, jfifBody);
  if (preamble.orientation !== null) putSegment(out, APP1, exifBody(preamble.orientation));
  if (preamble.adobe !== null) putSegment(out, APP14, adobeBody(preamble.adobe));
  if (preamble.profile !== null) putProfile(out, preamble.profile);
  if (preamble.profileChanged) out.drop("profile-details");

  let components = 0;
  let scans = 0;
  let restartEvery = 0;
  for (let at = 2;;) {
    const segment = nextSegment(bytes, at);
    if (segment === null) return null;
    if (segment.filled || segment.stray) out.drop("hidden-data");
    const { marker, body, end } = segment;
    at = end;
    if (marker === EOI) {
      if (scans === 0) return null;
      out.put([0xff, EOI]);
      if (end < bytes.length) out.drop("trailing-data");
      return out.finish();
    } else if (marker === SOS) {
      const inScan = bytes[body] ?? 0;
      if (inScan < 1 || inScan > components || end - body !== 4 + 2 * inScan) return null;
      putSegment(out, SOS, bytes.subarray(body, end));
      const scan = walkScan(bytes, end, (from, to, gap) => {
        out.keep(from, to);
        if (gap) out.drop("hidden-data");
      });
      // A restart that was never announced ends the scan for a decoder: what follows it would be seen by nobody.
      if (scan === null || (scan.restarts && restartEvery === 0)) return null;
      at = scan.end;
      scans++;
    } else if (isFrameHeader(marker)) {
      if (components !== 0) return null;
      components = bytes[body + 5] ?? 0;
      if (components < 1 || components > 4 || end - body !== 6 + 3 * components) return null;
      putSegment(out, marker, bytes.subarray(body, end));
    } else if (isTable(marker)) {
      if (!isWholeTable(bytes, segment)) return null;
      if (marker === DRI) restartEvery = u16be(bytes, body);
      putSegment(out, marker, bytes.subarray(body, end));
    } else if ((marker >= APP0 && marker <= APP15) || marker === COM) {
      const kind = removedKindOf(bytes, segment, preamble, scans > 0);
      if (kind !== null) out.drop(kind);
    } else if (marker === 0x01 || isRestart(marker)) {
      out.drop("hidden-data");
    } else {
      return null; // hierarchical, a second start, a line count sent later, or reserved
    }
  }
}

function readPreamble(bytes: Uint8Array): Preamble | null {
  let jfif = false;
  let exifSeen = false;
  let orientation: number | null = null;
  let adobe: number | null = null;
  const icc: JpegSegment[] = [];
  for (let at = 2;;) {
    const segment = nextSegment(bytes, at);
    if (segment === null || segment.marker === EOI) return null;
    const { marker, body, end } = segment;
    at = end;
    if (marker === SOS) return { jfif, orientation, adobe, ...readProfile(bytes, icc) };
    if (isJfif(bytes, segment)) jfif = true;
    else if (isAdobe(bytes, segment)) adobe = bytes[body + 11] ?? 0;
    else if (marker === APP2 && hasTag(bytes, body, end, iccTag)) icc.push(segment);
    else if (!exifSeen && marker === APP1 && hasTag(bytes, body, end, exifTag)) {
      exifSeen = true; // decoders look at the first one alone
      orientation = readOrientation(bytes, body + exifTag.length, end);
    }
  }
}

/** Puts a profile's parts together, which may stand in any order, and rewrites it. */
function readProfile(
  bytes: Uint8Array,
  parts: readonly JpegSegment[],
): Pick<Preamble, "profile" | "profileChanged"> {
  const none = { profile: null, profileChanged: false };
  const ordered: Uint8Array[] = [];
  for (const { body, end } of parts) {
    const number = bytes[body + iccTag.length] ?? 0;
    if (end - body < iccHeaderBytes || bytes[body + iccTag.length + 1] !== parts.length) {
      return none;
    }
    if (number < 1 || number > parts.length || ordered[number - 1] !== undefined) return none;
    ordered[number - 1] = bytes.subarray(body + iccHeaderBytes, end);
  }
  const whole = concatBytes(...ordered);
  const profile = rewriteIccProfile(whole);
  if (profile === null || profile.length > 255 * maxIccPartBytes) return none;
  return { profile, profileChanged: !sameBytes(whole, 0, whole.length, profile) };
}

function isJfif(bytes: Uint8Array, { marker, body, end }: JpegSegment): boolean {
  return marker === APP0 && end - body >= jfifBody.length && hasTag(bytes, body, end, "JFIF\0");
}

function isAdobe(bytes: Uint8Array, { marker, body, end }: JpegSegment): boolean {
  return marker === APP14 && end - body >= 12 && hasTag(bytes, body, end, "Adobe");
}

function putProfile(out: StripOutput, profile: Uint8Array): void {
  const parts = Math.ceil(profile.length / maxIccPartBytes);
  for (let n = 0; n < parts; n++) {
    const data = profile.subarray(n * maxIccPartBytes, (n + 1) * maxIccPartBytes);
    putSegment(out, APP2, concatBytes(latin1(iccTag), Uint8Array.of(n + 1, parts), data));
  }
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function exifBody(orientation: number): Uint8Array {
  return concatBytes(latin1(exifTag), orientationBlock(orientation));
}

/** "Adobe", version 100, two flag words that decoders ignore, the transform. */
function adobeBody(transform: number): Uint8Array {
  return Uint8Array.of(0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, transform);
}

function putSegment(out: StripOutput, marker: number, body: Uint8Array): void {
  const length = body.length + 2;
  out.put([0xff, marker, length >>> 8, length & 0xff]);
  out.put(body);
}

function isTable(marker: number): boolean {
  return marker === DQT || marker === DHT || marker === DAC || marker === DRI;
}

/** True when the tables fill their segment exactly, so that nothing can stand behind them. */
function isWholeTable(bytes: Uint8Array, { marker, body, end }: JpegSegment): boolean {
  if (marker === DRI) return end - body === 2;
  let at = body;
  while (at < end) {
    const head = bytes[at] ?? 0;
    if ((head & 0x0f) > 3 || head >>> 4 > 1) return false;
    at += 1;
    if (marker === DQT) at += head >>> 4 === 0 ? 64 : 128;
    else if (marker === DAC) at += 1;
    else {
      let values = 0;
      for (let i = 0; i < 16; i++) values += bytes[at + i] ?? 0;
      if (values > 256) return false;
      at += 16 + values;
    }
  }
  return at === end && end > body;
}

/** What leaving this segment out removes; null when it was kept, or written anew with nothing lost. */
function removedKindOf(
  bytes: Uint8Array,
  segment: JpegSegment,
  preamble: Preamble,
  afterScan: boolean,
): RemovedKind | null {
  const { marker, body, end } = segment;
  const is = (tag: string) => hasTag(bytes, body, end, tag);
  if (marker === COM) return "comment";
  if (marker === APP0) {
    if (isJfif(bytes, segment) && !afterScan) {
      return end - body > jfifBody.length ? "thumbnail" : null;
    }
    return is("JFXX\0") ? "thumbnail" : "application-data";
  }
  if (marker === APP1) {
    if (is(exifTag)) {
      const { orientation } = preamble;
      const same = orientation !== null && sameBytes(bytes, body, end, exifBody(orientation));
      return same && !afterScan ? null : "exif";
    }
    return is("http://ns.adobe.com/x") ? "xmp" : "application-data";
  }
  if (marker === APP2) {
    if (is(iccTag)) return preamble.profile !== null && !afterScan ? null : "colour-profile";
    return is("MPF\0") ? "second-image" : "application-data";
  }
  if (marker === APP11) return "provenance";
  if (marker === APP13) return "iptc";
  if (isAdobe(bytes, segment) && !afterScan) return null;
  return "application-data";
}
