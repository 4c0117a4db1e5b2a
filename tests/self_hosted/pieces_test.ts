// [M1] What the network delivers reaches `ws` whole and in order, at once while it is honest, gathered when it trickles.

import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { GATHER_BYTES, GATHER_MS, SMALL_PIECES } from "../../lib/self_hosted/bounds.ts";
import { Pieces } from "../../lib/self_hosted/pieces.ts";

function rig() {
  const handed: Buffer[] = [];
  const pieces = new Pieces((piece) => void handed.push(piece));
  return { handed, pieces };
}

Deno.test("[M1] pieces go on at once, the very same bytes, while messages are whole now and then", () => {
  const { handed, pieces } = rig();
  for (let i = 0; i < 1_000; i++) {
    const piece = Buffer.alloc(1 + i % 40, i);
    pieces.take(piece);
    assert(handed.at(-1) === piece);
    if (i % SMALL_PIECES === 0) pieces.onWhole();
  }
});

Deno.test("[M1] a message that trickles is gathered, byte for byte and in order", async () => {
  const { handed, pieces } = rig();
  const bytes = Buffer.from(Array.from({ length: 3 * GATHER_BYTES + 100 }, (_, i) => i % 251));
  for (const byte of bytes) pieces.take(Buffer.from([byte]));
  assert(handed.length <= SMALL_PIECES + 3);
  await new Promise((resolve) => setTimeout(resolve, 2 * GATHER_MS));
  assertEquals(Buffer.concat(handed), bytes);
  assert(handed.length <= SMALL_PIECES + 4);
});

Deno.test("[M1] a large piece behind a trickle does not overtake it", () => {
  const { handed, pieces } = rig();
  for (let i = 0; i < SMALL_PIECES + 10; i++) pieces.take(Buffer.from([1]));
  pieces.take(Buffer.alloc(5_000, 2));
  assertEquals(
    Buffer.concat(handed),
    Buffer.concat([
      Buffer.alloc(SMALL_PIECES + 10, 1),
      Buffer.alloc(5_000, 2),
    ]),
  );
});

Deno.test("stop leaves no timer and hands on nothing more", async () => {
  const { handed, pieces } = rig();
  for (let i = 0; i < SMALL_PIECES + 10; i++) pieces.take(Buffer.from([1]));
  const before = handed.length;
  pieces.stop();
  await new Promise((resolve) => setTimeout(resolve, 2 * GATHER_MS));
  assertEquals(handed.length, before);
});
