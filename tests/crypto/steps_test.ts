import { assert, assertEquals } from "@std/assert";
import { crc32 } from "../../lib/crypto/crc32.ts";
import { runSteps, type Steps, stripImage, stripImageInSteps } from "../../lib/crypto/mod.ts";
import { imageSamples, makeNoisePng, pngChunk } from "../support/image_samples.ts";
import { concatBytes } from "../../lib/wire/mod.ts";

Deno.test("runSteps() takes every step and returns the result", () => {
  const taken: number[] = [];
  function* work(): Steps<string> {
    for (let i = 0; i < 3; i++) {
      taken.push(i);
      yield;
    }
    return "done";
  }
  assertEquals(runSteps(work()), "done");
  assertEquals(taken, [0, 1, 2]);
});

Deno.test("stripImageInSteps() comes to what stripImage() says, for every kind", () => {
  for (const { name, bytes } of imageSamples()) {
    assertEquals(runSteps(stripImageInSteps(bytes)), stripImage(bytes), name);
  }
});

Deno.test("stripImageInSteps() pauses within a large PNG, also when its data is one chunk", () => {
  const png = makeNoisePng(2 * 1024 * 1024, 3);
  // Its one IDAT has a false CRC, so that it is refused there and all counted steps are of this chunk.
  const damaged = concatBytes(png.subarray(0, 33), pngChunk("IDAT", new Uint8Array(2_000_000)));
  damaged[damaged.length - 1]! ^= 1;
  const tail = concatBytes(damaged, pngChunk("IEND", new Uint8Array()));
  for (const file of [png, tail]) {
    const steps = stripImageInSteps(file);
    let count = 0;
    let step = steps.next();
    for (; !step.done; step = steps.next()) count++;
    assert(count >= 8, `${count} steps`);
    assertEquals(step.value.ok, file === png);
  }
});

Deno.test("crc32() goes on from the bytes in front", () => {
  const bytes = makeNoisePng(5_000, 1);
  for (const at of [0, 1, 7, 8, 9, 2_500, bytes.length]) {
    const before = crc32(bytes, 0, at);
    assertEquals(crc32(bytes, at, bytes.length, before), crc32(bytes), `at ${at}`);
  }
});
