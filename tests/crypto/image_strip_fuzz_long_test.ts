// Broken and hostile files: whatever is done to a file, nothing throws, nothing planted comes through, and what comes through
// is accepted by the receiver's own check.

import { assert, assertEquals } from "@std/assert";
import { readImageSize } from "../../lib/crypto/image_size.ts";
import { stripImage } from "../../lib/crypto/image_strip.ts";
import { dissect } from "../support/image_anatomy.ts";
import {
  CANARY,
  imageSamples,
  includesBytes,
  latin1,
  seededNumbers,
} from "../support/image_samples.ts";

const canary = latin1(CANARY);
const roundsPerSample = 1_000;

/** One to four small accidents: a byte changed, a bit flipped, bytes cut out, doubled, or a field set to an extreme. */
function mutate(bytes: Uint8Array, next: () => number): Uint8Array {
  let out: number[] = [...bytes];
  for (let n = 1 + next() % 4; n > 0; n--) {
    const at = next() % out.length;
    const length = 1 + next() % 12;
    switch (next() % 6) {
      case 0:
        out[at] = next() & 0xff;
        break;
      case 1:
        out[at] = (out[at] ?? 0) ^ (1 << next() % 8);
        break;
      case 2:
        out = [...out.slice(0, at), ...out.slice(at + length)];
        break;
      case 3:
        out = [...out.slice(0, at + length), ...out.slice(at)];
        break;
      case 4:
        out[at] = [0, 0xff, 0x7f, 0x80, 0xd9, 0x3b][next() % 6] ?? 0;
        break;
      default:
        out = out.slice(0, at + 1);
    }
  }
  return Uint8Array.from(out);
}

for (const sample of imageSamples()) {
  Deno.test(`stripImage() never throws on a mutated ${sample.name}`, () => {
    const next = seededNumbers(sample.name.length * 7_919 + sample.bytes.length);
    let passed = 0;
    for (let round = 0; round < roundsPerSample; round++) {
      const bytes = mutate(round % 2 ? sample.bytes : sample.clean, next);
      readImageSize(bytes);
      const result = stripImage(bytes);
      if (!result.ok) continue;
      passed++;
      // A length changed inside a scan can turn what follows into pixel data; anywhere else nothing planted may be.
      const { rest } = dissect(result.kind, result.bytes);
      assertEquals(includesBytes(rest, canary), false, `round ${round}`);
      assertEquals(readImageSize(result.bytes), { width: result.width, height: result.height });
      const again = stripImage(result.bytes);
      assertEquals(again.ok && again.bytes, result.bytes, `round ${round}`);
    }
    assert(passed > 0, "every mutation was refused: the test looked at nothing");
  });
}

Deno.test("stripImage() and readImageSize() never throw on noise behind a magic number", () => {
  const next = seededNumbers(42);
  const heads = ["\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "GIF89a", "RIFF\xf0\0\0\0WEBPVP8X\x0a\0\0\0"];
  for (let round = 0; round < 4_000; round++) {
    const bytes = new Uint8Array(next() % 300);
    for (let i = 0; i < bytes.length; i++) bytes[i] = next();
    const head = latin1(heads[round % heads.length] ?? "");
    bytes.set(head.subarray(0, bytes.length));
    stripImage(bytes);
    readImageSize(bytes);
  }
});

Deno.test("stripImage() takes time in proportion to the length of a file made of the worst bytes", () => {
  const worst = [
    [latin1("\xff\xd8\xff"), [0xff]], // fill bytes for ever
    [latin1("\xff\xd8\xff"), [0xff, 0x00]], // stuffed bytes outside a scan
    [latin1("\xff\xd8\xff"), [0xff, 0xe2, 0, 2]], // a million empty segments
    [latin1("GIF89a\x01\0\x01\0\0\0\0"), [0x21, 0xfe, 0]], // a million empty comments
    [latin1("\x89PNG\r\n\x1a\n"), [0]],
  ] as const;
  const took = (head: Uint8Array, pattern: readonly number[], length: number): number => {
    const bytes = Uint8Array.from(
      { length },
      (_, i) => head[i] ?? pattern[i % pattern.length] ?? 0,
    );
    const start = performance.now();
    assertEquals(stripImage(bytes).ok, false);
    return performance.now() - start;
  };
  for (const [head, pattern] of worst) {
    took(head, pattern, 100_000);
    const once = took(head, pattern, 500_000);
    const eight = took(head, pattern, 4_000_000);
    // Quadratic time would be 64-fold; what a busy machine adds is far below that.
    assert(eight < 32 * once + 200, `${once.toFixed(1)} ms, then ${eight.toFixed(1)} ms`);
  }
});
