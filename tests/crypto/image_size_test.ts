// What a receiver asks before it lets a browser decode; the files here are made by somebody who wants a kinder answer.

import { assertEquals } from "@std/assert";
import { concatBytes } from "../../lib/wire/mod.ts";
import { readImageSize } from "../../lib/crypto/image_size.ts";
import {
  frameHeader,
  imageSamples,
  jpegSegment,
  latin1,
  losslessBits,
  makeGif,
  makeJpeg,
  makePng,
  makeWebp,
  pngChunk,
  riffChunk,
  riffFile,
} from "../support/image_samples.ts";

const size = { width: 16, height: 8 };

/** The same bytes with some written over. */
function patched(bytes: Uint8Array, at: number, values: readonly number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}

/** Bytes put in at one place. */
function inserted(bytes: Uint8Array, at: number, more: Uint8Array): Uint8Array {
  return concatBytes(bytes.subarray(0, at), more, bytes.subarray(at));
}

Deno.test("readImageSize() reads clean files of every kind, and others not at all", () => {
  for (const { name, clean, width, height } of imageSamples()) {
    assertEquals(readImageSize(clean), { width, height }, name);
  }
  assertEquals(readImageSize(latin1("<svg width='1' height='1'/>")), null);
  assertEquals(readImageSize(new Uint8Array()), null);
});

Deno.test("readImageSize() refuses a JPEG that says its size twice, or later, or between the lines", () => {
  const clean = makeJpeg(size);
  const frame = clean.length - scanAndEnd(clean) - frameHeader(0xc0, 16, 8).length;
  assertEquals(readImageSize(clean), size);
  assertEquals(readImageSize(inserted(clean, 2, frameHeader(0xc0, 60_000, 60_000))), null);
  assertEquals(readImageSize(inserted(clean, 2, frameHeader(0xc2, 16, 8))), null);
  assertEquals(readImageSize(inserted(clean, clean.length - 2, frameHeader(0xc0, 9, 9))), null);
  assertEquals(readImageSize(patched(clean, frame + 5, [0, 0])), null); // no height
  assertEquals(readImageSize(patched(clean, frame + 7, [0, 0])), null); // no width
  const lineCount = jpegSegment(0xdc, Uint8Array.of(0xff, 0xff));
  assertEquals(readImageSize(inserted(clean, clean.length - 2, lineCount)), null);
  const hierarchical = jpegSegment(0xde, frameHeader(0xc0, 60_000, 60_000).subarray(4));
  assertEquals(readImageSize(inserted(clean, 2, hierarchical)), null);
  assertEquals(readImageSize(inserted(clean, 2, latin1("stray"))), null);
  assertEquals(readImageSize(inserted(clean, 2, Uint8Array.of(0xff, 0xd8))), null);
  assertEquals(
    readImageSize(concatBytes(clean.subarray(0, frame), clean.subarray(frame + 13))),
    null,
  );
});

Deno.test("readImageSize() refuses a JPEG of more scans than a picture needs", () => {
  const clean = makeJpeg({ ...size, progressive: true });
  const scan = concatBytes(
    jpegSegment(0xda, Uint8Array.of(1, 1, 0, 1, 63, 0)),
    Uint8Array.of(0x3f),
  );
  const withScans = (count: number) =>
    inserted(clean, clean.length - 2, concatBytes(...Array.from({ length: count }, () => scan)));
  assertEquals(readImageSize(withScans(64 - 3)), size);
  assertEquals(readImageSize(withScans(64 - 2)), null);
});

Deno.test("readImageSize() takes the largest thing a PNG speaks of", () => {
  const clean = makePng(size);
  const header = clean.subarray(8, 8 + 25);
  assertEquals(readImageSize(patched(clean, 16, [0x7f, 0xff, 0xff, 0xff])), {
    width: 0x7fffffff,
    height: 8,
  });
  assertEquals(readImageSize(patched(clean, 16, [0, 0, 0, 0])), null);
  assertEquals(readImageSize(patched(clean, 20, [0, 0, 0, 0])), null);
  assertEquals(readImageSize(inserted(clean, 8 + 25, header)), null);
  assertEquals(readImageSize(inserted(clean, 8, pngChunk("tEXt", latin1("first")))), null);
  const frame = new Uint8Array(26);
  frame.set([0, 1, 0, 0], 4); // 65,536 wide
  frame.set([0, 0, 0, 8], 8);
  frame.set([0, 0, 0, 9], 12); // 9 to the right
  assertEquals(readImageSize(inserted(clean, 8 + 25, pngChunk("fcTL", frame))), {
    width: 65_536 + 9,
    height: 8,
  });
});

Deno.test("readImageSize() takes a GIF's screen or its widest frame, whichever is larger", () => {
  const clean = makeGif({ ...size, frames: 2 });
  const frame = 13 + 6 + 8; // behind the header, two colours and the first timing
  assertEquals(clean[frame], 0x2c);
  assertEquals(readImageSize(patched(clean, 6, [0xff, 0x7f])), { width: 32_767, height: 8 });
  assertEquals(readImageSize(patched(clean, frame + 5, [0xff, 0xff])), {
    width: 65_535,
    height: 8,
  });
  assertEquals(readImageSize(patched(clean, frame + 3, [0, 0x80])), {
    width: 16,
    height: 32_768 + 8,
  });
  assertEquals(readImageSize(patched(clean, 6, [0, 0])), null);
  assertEquals(readImageSize(patched(clean, frame + 7, [0, 0])), null);
});

Deno.test("readImageSize() takes a WebP's canvas or what a bitstream says, whichever is larger", () => {
  const canvas = riffChunk("VP8X", Uint8Array.of(0, 0, 0, 0, 15, 0, 0, 7, 0, 0));
  const still = (sides: typeof size) => riffChunk("VP8L", losslessBits(sides));
  assertEquals(readImageSize(riffFile(canvas, still(size))), size);
  const wide = { width: 9_000, height: 2 };
  assertEquals(readImageSize(riffFile(canvas, still(wide))), { width: 9_000, height: 8 });
  const frame = riffChunk(
    "ANMF",
    concatBytes(Uint8Array.of(0, 1, 0, 0, 0, 0, 15, 0, 0, 7, 0, 0, 9, 0, 0, 0), still(wide)),
  );
  assertEquals(readImageSize(riffFile(canvas, frame)), { width: 9_000, height: 8 });
  const offset = riffChunk(
    "ANMF",
    concatBytes(Uint8Array.of(0, 64, 0, 0, 0, 0, 15, 0, 0, 7, 0, 0, 9, 0, 0, 0), still(size)),
  );
  assertEquals(readImageSize(riffFile(canvas, offset)), { width: 32_768 + 16, height: 8 });
  assertEquals(readImageSize(riffFile(canvas)), null);
  assertEquals(readImageSize(riffFile(still(size), canvas)), null);
  assertEquals(readImageSize(riffFile(riffChunk("VP8 ", new Uint8Array(20)))), null);
  assertEquals(readImageSize(makeWebp(size).subarray(0, -1)), null);
});

/** Bytes from the scan header on. */
function scanAndEnd(jpeg: Uint8Array): number {
  for (let at = 2;;) {
    if (jpeg[at + 1] === 0xda) return jpeg.length - at;
    at += 2 + ((jpeg[at + 2] ?? 0) << 8) + (jpeg[at + 3] ?? 0);
  }
}
