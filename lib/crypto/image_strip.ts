// Takes the metadata out of a picture before it is sealed, by rewriting the file's own segments: place, camera, times, names,
// comments, thumbnails, histories, and anything hidden behind the end. Pixels are never decoded or compressed anew, so they stay
// what they were bit by bit. What decoding needs is listed (in strip_*.ts) and everything else goes; a file that cannot be followed
// to its end is refused, never passed on. Works on what a stranger made: never throws, linear time. Rules: lib/wire/PROTOCOL.md, "Images".
//
// What stays and might still tell something, said here so that nobody believes more:
// - the pixels: faces, places, screens, watermarks, the noise of a sensor, how an encoder works;
// - a colour profile's curves and primaries, because without them wide colours change: they can point to a make of screen or phone,
//   and one calibrated by hand to a single screen. Its names, dates and makers' fields go; one that does not hold together goes;
// - bytes inside compressed data after its last pixel (JPEG scans, IDAT, LZW, VP8), and tables or palette entries no pixel uses:
//   to see them, one would have to decode;
// - an animated PNG's still picture for old viewers, and loop counts, delays and resolution (pHYs) as numbers.

import { assertNever, type Bytes, MAX_IMAGE_SIDE_PX } from "../wire/mod.ts";
import { type ImageKind, sniffImageKind } from "./image_kind.ts";
import { readImageSize } from "./image_size.ts";
import { runSteps, type Steps } from "./steps.ts";
import { stripGif } from "./strip_gif.ts";
import { stripJpeg } from "./strip_jpeg.ts";
import type { RemovedKind, StrippedBytes } from "./strip_output.ts";
import { stripPngInSteps } from "./strip_png.ts";
import { stripWebp } from "./strip_webp.ts";

export type { RemovedKind } from "./strip_output.ts";

/** Why a file is not sent: no picture we carry, a picture that cannot be followed to its end, or more than 8192 px on a side. */
export type StripRefusal = "not-an-image" | "damaged" | "too-large-side";

/**
 * A stripped picture in memory of its own, its stored size in pixels (an orientation that turns it is kept, not applied), and what
 * kinds of metadata went; or why there is none.
 */
export type StripResult =
  | {
    readonly ok: true;
    readonly kind: ImageKind;
    readonly bytes: Bytes;
    readonly width: number;
    readonly height: number;
    readonly removed: readonly RemovedKind[];
  }
  | { readonly ok: false; readonly reason: StripRefusal };

/** Strips one file; `bytes` is only read and stays the caller's. Stripping the result again changes nothing. */
export function stripImage(bytes: Uint8Array): StripResult {
  return runSteps(stripImageInSteps(bytes));
}

/** The same in steps, for a page that has to go on answering; `bytes` must not change before the last one. */
export function* stripImageInSteps(bytes: Uint8Array): Steps<StripResult> {
  const kind = sniffImageKind(bytes);
  if (kind === null) return { ok: false, reason: "not-an-image" };
  const stripped = yield* stripKind(kind, bytes);
  yield;
  // Asked of the stripped file: what a sender lets through is by this what a receiver accepts.
  const size = stripped === null ? null : readImageSize(stripped.bytes);
  if (stripped === null || size === null) return { ok: false, reason: "damaged" };
  if (size.width > MAX_IMAGE_SIDE_PX || size.height > MAX_IMAGE_SIDE_PX) {
    return { ok: false, reason: "too-large-side" };
  }
  return { ok: true, kind, ...stripped, ...size };
}

function* stripKind(kind: ImageKind, bytes: Uint8Array): Steps<StrippedBytes | null> {
  switch (kind) {
    case "jpeg":
      return stripJpeg(bytes);
    case "png":
      return yield* stripPngInSteps(bytes);
    case "webp":
      return stripWebp(bytes);
    case "gif":
      return stripGif(bytes);
    default:
      return assertNever(kind);
  }
}
