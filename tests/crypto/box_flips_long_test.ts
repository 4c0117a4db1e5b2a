// One flipped bit in a large box opens to nothing. A file of its own, because it takes as long as all other tests of boxes
// together and the gate runs files side by side.

import { assertEquals, assertNotEquals } from "@std/assert";
import { openBox, sealBox } from "../../lib/crypto/box.ts";
import { BOX_BYTES } from "../../lib/wire/mod.ts";
import { Seeded } from "../support/seeded.ts";
import { hex, vectors } from "../support/vectors.ts";

const KEY = hex(vectors.room.msgKey);

for (const length of BOX_BYTES.slice(1)) {
  Deno.test(`2,000 seeded flips of a box of ${length} bytes open to nothing`, () => {
    const random = new Seeded(length);
    const box = sealBox(random.bytes(length - 44), KEY);
    for (let i = 0; i < 2_000; i++) {
      const bit = random.below(length * 8);
      box[bit >> 3]! ^= 1 << (bit & 7);
      assertEquals(openBox(box, KEY), null);
      box[bit >> 3]! ^= 1 << (bit & 7);
    }
    assertNotEquals(openBox(box, KEY), null);
  });
}
