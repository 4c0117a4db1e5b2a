// What holds for every format: the promise of the preview ("place, camera and times are removed") as properties.

import { assert, assertEquals } from "@std/assert";
import { MAX_IMAGE_SIDE_PX } from "../../lib/wire/mod.ts";
import { readImageSize } from "../../lib/crypto/image_size.ts";
import { stripImage, type StripResult } from "../../lib/crypto/image_strip.ts";
import { readOrientation } from "../../lib/crypto/strip_orientation.ts";
import { dissect } from "../support/image_anatomy.ts";
import {
  CANARY,
  imageSamples,
  includesBytes,
  latin1,
  makeGif,
  makeJpeg,
  makeNoisePng,
  makePng,
  makeWebp,
} from "../support/image_samples.ts";

const canary = latin1(CANARY);

function stripped(bytes: Uint8Array): Extract<StripResult, { ok: true }> {
  const result = stripImage(bytes);
  if (!result.ok) throw new RangeError(`refused: ${result.reason}`);
  return result;
}

/** The one TIFF block in a stripped file, as an orientation; 1 when there is none. */
function orientationIn(bytes: Uint8Array): number {
  const heads = ["II*\0", "MM\0*"].filter((head) => includesBytes(bytes, latin1(head)));
  if (heads.length === 0) return 1;
  for (let at = 0; at < bytes.length; at++) {
    const found = readOrientation(bytes, at, bytes.length);
    if (found !== null) return found;
  }
  return 1;
}

for (const sample of imageSamples()) {
  Deno.test(`stripImage() leaves no metadata in a ${sample.name}`, () => {
    assert(includesBytes(sample.bytes, canary));
    const result = stripped(sample.bytes);
    assertEquals(includesBytes(result.bytes, canary), false);
    assertEquals(result.kind, sample.kind);
    assertEquals([result.width, result.height], [sample.width, sample.height]);
    assert(result.removed.includes("trailing-data"));
    assertEquals(result.bytes.buffer.byteLength, result.bytes.length);
  });

  Deno.test(`stripImage() keeps pixels and orientation of a ${sample.name}`, () => {
    const { bytes } = stripped(sample.bytes);
    assertEquals(dissect(sample.kind, bytes).pixels, dissect(sample.kind, sample.clean).pixels);
    assertEquals(orientationIn(bytes), sample.orientation);
  });

  Deno.test(`stripImage() changes a stripped ${sample.name} no further`, () => {
    const once = stripped(sample.bytes);
    const twice = stripped(once.bytes);
    assertEquals(twice.bytes, once.bytes);
    assertEquals(twice.removed, []);
  });

  Deno.test(`stripImage() refuses every truncation of a ${sample.name}`, () => {
    const { bytes } = stripped(sample.bytes);
    for (let length = 0; length < bytes.length; length++) {
      const result = stripImage(bytes.subarray(0, length));
      assertEquals(result.ok, false, `${length} of ${bytes.length}`);
      assertEquals(readImageSize(bytes.subarray(0, length)), null, `${length} of ${bytes.length}`);
    }
    for (let length = 0; length < sample.bytes.length; length++) {
      const result = stripImage(sample.bytes.subarray(0, length));
      // Only what was cut out of the tail behind the picture's end may be missing.
      if (result.ok) assertEquals(result.bytes, bytes);
    }
  });

  Deno.test(`stripImage() only reads a ${sample.name}, wherever it lies in memory`, () => {
    const around = new Uint8Array(sample.bytes.length + 32).fill(0xff);
    around.set(sample.bytes, 16);
    const before = around.slice();
    const inside = around.subarray(16, 16 + sample.bytes.length);
    assertEquals(stripImage(inside), stripImage(sample.bytes));
    assertEquals(around, before);
  });
}

Deno.test("stripImage() gives an encoder's clean file back byte for byte", () => {
  for (const { name, clean } of imageSamples()) {
    const result = stripped(clean);
    assertEquals(result.bytes, clean, name);
    assertEquals(result.removed, [], name);
  }
});

Deno.test("stripImage() refuses what is no picture", () => {
  const others = ["", "<svg/>", "<!doctype html>", "BM\0\0", "\0\0\0\x18ftypheic", "GIF"];
  for (const text of others) {
    assertEquals(stripImage(latin1(text)), { ok: false, reason: "not-an-image" });
  }
  for (const text of ["\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "GIF89a", "RIFF\0\0\0\0WEBP"]) {
    assertEquals(stripImage(latin1(text)), { ok: false, reason: "damaged" });
  }
});

Deno.test("stripImage() refuses a side above the limit, and not one at it", () => {
  const side = MAX_IMAGE_SIDE_PX;
  const makers = [
    (width: number) => makeJpeg({ width, height: 8 }),
    (width: number) => makePng({ width, height: 1 }),
    (width: number) => makeGif({ width, height: 1, frames: 1 }),
    (width: number) => makeWebp({ width, height: 1 }),
  ];
  for (const make of makers) {
    assertEquals(stripped(make(side)).width, side);
    assertEquals(stripImage(make(side + 8)), { ok: false, reason: "too-large-side" });
  }
});

Deno.test("makeNoisePng() makes what the browser tests need: 9.9 MiB, stripped in one short step", () => {
  const target = Math.floor(9.9 * 1024 * 1024);
  const bytes = makeNoisePng(target, 1);
  assert(Math.abs(bytes.length - target) < target / 100);
  assert(includesBytes(bytes, canary));
  const result = stripped(bytes);
  assertEquals(includesBytes(result.bytes, canary), false);
  assert(bytes.length - result.bytes.length < 10_000);
  assertEquals(makeNoisePng(100_000, 3), makeNoisePng(100_000, 3));
});
