import { assertEquals, assertThrows } from "@std/assert";
import { orientationBlock, readOrientation } from "../../lib/crypto/strip_orientation.ts";
import { cameraTiff, CANARY, includesBytes, latin1 } from "../support/image_samples.ts";

Deno.test("readOrientation() reads either byte order, and nothing but 2..8", () => {
  for (const little of [true, false]) {
    for (let value = 0; value <= 10; value++) {
      const tiff = cameraTiff(value, little);
      const expected = value >= 2 && value <= 8 ? value : null;
      assertEquals(readOrientation(tiff, 0, tiff.length), expected);
    }
  }
});

Deno.test("readOrientation() keeps to its range", () => {
  const tiff = cameraTiff(6);
  const padded = new Uint8Array(tiff.length + 20);
  padded.set(tiff, 10);
  assertEquals(readOrientation(padded, 10, 10 + tiff.length), 6);
  for (let end = 0; end < 34; end++) assertEquals(readOrientation(tiff, 0, end), null);
});

Deno.test("orientationBlock() states an orientation and nothing else", () => {
  for (let value = 2; value <= 8; value++) {
    const block = orientationBlock(value);
    assertEquals(block.length, 26);
    assertEquals(readOrientation(block, 0, block.length), value);
    assertEquals(includesBytes(block, latin1(CANARY)), false);
  }
  for (const wrong of [0, 1, 9, NaN]) assertThrows(() => orientationBlock(wrong), RangeError);
});
