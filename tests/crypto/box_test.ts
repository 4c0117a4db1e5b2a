// [D2] [D3] Boxes: against libsodium in both directions, and that nothing but a whole box opens.

import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import sodium from "libsodium-wrappers";
import { openBox, sealBox } from "../../lib/crypto/box.ts";
import { secretbox } from "../../lib/nacl.ts";
import { BOX_BYTES, concatBytes, padContent, PADDED_BYTES, u32 } from "../../lib/wire/mod.ts";
import { Seeded } from "../support/seeded.ts";
import { hex, vectors } from "../support/vectors.ts";

await sodium.ready;

const KEY = hex(vectors.room.msgKey);
const NONCE = hex(vectors.inputs.boxNonce);

/** A box around padded bytes of any kind, sealed whole. */
const sealPadded = (padded: Uint8Array): Uint8Array =>
  concatBytes(NONCE, secretbox(padded, NONCE, KEY));

/** Content with its padding, written apart from padContent(). */
function paddedApart(content: Uint8Array): Uint8Array {
  let size = 256;
  while (size < content.length + 4) size *= 4;
  const out = new Uint8Array(size);
  out.set(u32(content.length));
  out.set(content, 4);
  return out;
}

Deno.test("[D3] the vectors' text is their box, and opens again", () => {
  const content = hex(vectors.data.text_hello_bench_seq1_content);
  const box = sealBox(content, KEY, NONCE);
  assertEquals(box.toHex(), vectors.data.its_box);
  assertEquals(openBox(box, KEY), content);
});

Deno.test("[D2] the six paddings make the six box lengths", () => {
  for (const [i, padded] of PADDED_BYTES.entries()) {
    assertEquals(sealBox(new Uint8Array(padded - 4), KEY).length, BOX_BYTES[i]);
  }
  assertThrows(() => sealBox(new Uint8Array(262_144 - 3), KEY), RangeError);
});

Deno.test("[D3] libsodium opens what is sealed here and seals what opens here, for every length to 1024 and each edge", () => {
  const random = new Seeded(24);
  const lengths = new Set(Array.from({ length: 1025 }, (_, length) => length));
  for (const padded of PADDED_BYTES) {
    for (const length of [padded - 6, padded - 5, padded - 4, padded - 3, padded - 2]) {
      if (length <= 262_140) lengths.add(length);
    }
  }
  for (const length of lengths) {
    const content = random.bytes(length);
    const nonce = random.bytes(24);
    const padded = paddedApart(content);
    const box = sealBox(content, KEY, nonce);
    const opened: Uint8Array = sodium.crypto_secretbox_open_easy(box.subarray(24), nonce, KEY);
    assertEquals(same(opened, padded), true);
    const theirs: Uint8Array = sodium.crypto_secretbox_easy(padded, nonce, KEY);
    assertEquals(same(openBox(concatBytes(nonce, theirs), KEY), content), true);
  }
});

/** assertEquals on long byte strings takes seconds when it fails and long when it does not. */
function same(a: Uint8Array | null, b: Uint8Array): boolean {
  return a !== null && a.length === b.length && a.every((byte, i) => byte === b[i]);
}

Deno.test("a box has a nonce of its own each time", () => {
  const content = new Uint8Array(3);
  const boxes = Array.from({ length: 50 }, () => sealBox(content, KEY).subarray(0, 24).toHex());
  assertEquals(new Set(boxes).size, 50);
  assertThrows(() => sealBox(content, KEY, new Uint8Array(23)), RangeError);
});

Deno.test("each flipped bit of a 296-byte box opens to nothing", () => {
  const box = hex(vectors.data.its_box);
  assertEquals(box.length, 296);
  for (let bit = 0; bit < 296 * 8; bit++) {
    box[bit >> 3]! ^= 1 << (bit & 7);
    assertEquals(openBox(box, KEY), null);
    box[bit >> 3]! ^= 1 << (bit & 7);
  }
  assertNotEquals(openBox(box, KEY), null);
});

Deno.test("another key, another nonce, a swapped half or a cut opens to nothing", () => {
  const random = new Seeded(5);
  const box = sealBox(random.bytes(2_000), KEY);
  for (let bit = 0; bit < 256; bit++) {
    const key = KEY.slice();
    key[bit >> 3]! ^= 1 << (bit & 7);
    assertEquals(openBox(box, key), null);
  }
  const other = sealBox(random.bytes(2_000), KEY);
  assertEquals(openBox(concatBytes(box.subarray(0, 24), other.subarray(24)), KEY), null);
  for (const cut of [0, 24, 40, 296, 1064, 4135]) {
    assertEquals(openBox(box.subarray(0, cut), KEY), null);
  }
});

Deno.test("[D3] a member that seals a false length opens to nothing", () => {
  const good = padContent(new Uint8Array(300).fill(7));
  assertNotEquals(openBox(sealPadded(good), KEY), null);
  for (const length of [0, 299, 1021, 1024, 5_000, 0x7fffffff, 0xffffffff]) {
    const padded = good.slice();
    padded.set(u32(length));
    assertEquals(openBox(sealPadded(padded), KEY), null);
  }
});

Deno.test("[D3] padding that is larger than needed opens to nothing, so that a length tells one bucket only", () => {
  for (const size of PADDED_BYTES.slice(1)) {
    const padded = new Uint8Array(size);
    padded.set(u32(200));
    padded.fill(7, 4, 204);
    assertEquals(openBox(sealPadded(padded), KEY), null);
  }
});

Deno.test("[D3] padding that is not zero opens to nothing: no room for a hidden channel", () => {
  for (let at = 104; at < 256; at++) {
    const padded = padContent(new Uint8Array(100));
    padded[at] = 0x80;
    assertEquals(openBox(sealPadded(padded), KEY), null);
  }
});

Deno.test("[D2] what was sealed whole at another length than the six opens to nothing", () => {
  for (const size of [0, 3, 4, 100, 255, 257, 512, 2048]) {
    assertEquals(openBox(sealPadded(new Uint8Array(size)), KEY), null);
  }
});

Deno.test("junk of every box length opens to nothing and never throws", () => {
  const random = new Seeded(6);
  for (const length of [0, 1, 23, 24, 39, 40, ...BOX_BYTES]) {
    for (let i = 0; i < 5; i++) assertEquals(openBox(random.bytes(length), KEY), null);
  }
});
