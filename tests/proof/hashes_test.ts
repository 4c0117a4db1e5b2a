// [P1] [P2] Labelled hashes and the prf, against node:crypto and the known answers.

import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { createHash, createHmac } from "node:crypto";
import { h16, hmacSha512, prf, sha512Prefix } from "../../lib/proof/mod.ts";
import { concatBytes, utf8 } from "../../lib/wire/mod.ts";
import { Seeded } from "../support/seeded.ts";
import { hex, vectors } from "../support/vectors.ts";

Deno.test("[P1] h16() is the first half of a quarter of SHA-512 over label and data", () => {
  const random = new Seeded(1);
  for (let i = 0; i < 40; i++) {
    const [a, b] = [random.bytes(i), random.bytes(40 - i)];
    const expected = createHash("sha512").update("bt1/some\0").update(a).update(b).digest("hex");
    assertEquals(h16("some", a, b).toHex(), expected.slice(0, 32));
  }
});

Deno.test("[P1] another label is another hash", () => {
  const data = new Uint8Array(16);
  assertNotEquals(h16("room", data), h16("member", data));
  // The zero byte ends the label: a label cannot run into its data.
  assertNotEquals(h16("room", utf8("s")), h16("rooms"));
});

Deno.test("[P2] prf() and hmacSha512() are HMAC-SHA-512 for every key up to a block", () => {
  const random = new Seeded(2);
  for (let length = 0; length <= 128; length++) {
    const [key, data] = [random.bytes(length), random.bytes(200 - length)];
    const expected = createHmac("sha512", key).update(data).digest("hex");
    assertEquals(hmacSha512(key, data.subarray(0, 50), data.subarray(50)).toHex(), expected);
  }
  const key = random.bytes(32);
  const expected = createHmac("sha512", key).update("bt1/msg\0").update("more").digest("hex");
  assertEquals(prf(key, "msg", utf8("more")).toHex(), expected.slice(0, 64));
});

Deno.test("[P2] prf() has the known answers", () => {
  const { inputs, room, invite } = vectors;
  assertEquals(prf(hex(inputs.K), "msg").toHex(), room.msgKey);
  assertEquals(prf(hex(inputs.invite), "inv-claim").toHex(), invite.claim);
});

Deno.test("[P2] a key of the wrong length is a mistake of ours", () => {
  for (const length of [0, 31, 33, 64]) {
    assertThrows(() => prf(new Uint8Array(length), "msg"), RangeError);
  }
  assertThrows(() => hmacSha512(new Uint8Array(129)), RangeError);
});

Deno.test("sha512Prefix() is a prefix of SHA-512", () => {
  const bytes = new Seeded(3).bytes(300);
  const whole = createHash("sha512").update(bytes).digest("hex");
  for (const length of [16, 24, 32] as const) {
    assertEquals(
      sha512Prefix(concatBytes(bytes), length).toHex(),
      whole.slice(0, length * 2),
    );
  }
});
