// Fields off a stranger's plaintext, front to back: what is there comes out, what is not is remembered and never throws.

import { assertEquals, assertThrows } from "@std/assert";
import { FieldReader, lp } from "../../lib/park/field_reader.ts";
import { Seeded } from "../support/seeded.ts";

Deno.test("fields come out in their order, and whole means that nothing is left", () => {
  const fields = new FieldReader(new Uint8Array([7, 1, 2, ...lp(new Uint8Array([9, 8])), 5, 6]));
  assertEquals([fields.u8(), fields.u16()], [7, 0x0102]);
  assertEquals(fields.lp(2), new Uint8Array([9, 8]));
  assertEquals([fields.isWhole, fields.isShort], [false, false]);
  assertEquals(fields.take(2), new Uint8Array([5, 6]));
  assertEquals([fields.isWhole, fields.isShort], [true, false]);
});

Deno.test("what runs out reads as zeros, and is never whole again", () => {
  const fields = new FieldReader(new Uint8Array([1, 2]));
  assertEquals(fields.take(3), new Uint8Array(3));
  assertEquals(fields.take(2), new Uint8Array([1, 2]));
  assertEquals([fields.isWhole, fields.isShort], [false, true]);
});

Deno.test("a field longer than its bound is short, whatever is there", () => {
  const fields = new FieldReader(lp(new Uint8Array(5)));
  assertEquals(fields.lp(4), new Uint8Array(0));
  assertEquals([fields.isWhole, fields.isShort], [false, true]);
});

Deno.test("every field is a copy", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const taken = new FieldReader(bytes).take(3);
  bytes.fill(0);
  assertEquals(taken, new Uint8Array([1, 2, 3]));
});

Deno.test("lp() takes 65,535 bytes and throws for one more: it is ours to call", () => {
  assertEquals(lp(new Uint8Array(65_535)).length, 65_537);
  assertThrows(() => lp(new Uint8Array(65_536)), RangeError);
});

Deno.test("no bytes and no order of questions throw, or read beyond the end", () => {
  const random = new Seeded(3);
  for (let round = 0; round < 3_000; round++) {
    const bytes = random.bytes(random.below(40));
    const fields = new FieldReader(bytes);
    let read = 0;
    for (let i = 0; i < 8; i++) {
      const wasShort = fields.isShort;
      const part = random.below(2) === 0 ? fields.take(random.below(12)) : fields.lp(12);
      if (!fields.isShort && !wasShort) read += part.length;
    }
    assertEquals(read <= bytes.length, true);
  }
});
