// Envelopes between benches that have no link yet: one length for whatever is inside, and nothing opens that was touched.

import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import nacl from "tweetnacl";
import { boxKeyPair } from "../../lib/nacl.ts";
import {
  ENVELOPE_BYTES,
  openEnvelope,
  pad,
  SEALED_PADDED_BYTES,
  sealEnvelope,
  unpad,
} from "../../lib/park/sealed.ts";
import { Seeded } from "../support/seeded.ts";

const random = new Seeded(31);
const to = boxKeyPair(random.bytes(32));
const ephemeral = boxKeyPair(random.bytes(32));
const nonce = random.bytes(24);
const seal = (plaintext: Uint8Array) => sealEnvelope(plaintext, to.publicKey, ephemeral, nonce)!;

Deno.test("[T3] every plaintext from 0 to 1022 bytes comes back, out of an envelope of one length", () => {
  assertEquals(ENVELOPE_BYTES, 32 + 24 + 16 + 1_024);
  for (let length = 0; length <= SEALED_PADDED_BYTES - 2; length += length < 4 ? 1 : 73) {
    const plaintext = random.bytes(length);
    const envelope = seal(plaintext);
    assertEquals(envelope.length, ENVELOPE_BYTES);
    assertEquals(openEnvelope(envelope, to.secretKey), {
      ephemeralPublicKey: ephemeral.publicKey,
      plaintext,
    });
  }
  assertThrows(() => seal(new Uint8Array(1_023)), RangeError);
});

Deno.test("[T3] the envelope is eph || nonce || NaCl box of the padded words, as tweetnacl makes it", () => {
  const plaintext = random.bytes(100);
  const padded = new Uint8Array(1_024);
  padded.set([0, 100, ...plaintext]);
  const box = nacl.box(padded, nonce, to.publicKey, ephemeral.secretKey);
  assertEquals(seal(plaintext), new Uint8Array([...ephemeral.publicKey, ...nonce, ...box]));
});

Deno.test("[T3] one flipped bit in any byte opens to nothing, and so does another key or length", () => {
  const envelope = seal(random.bytes(300));
  // All of key, nonce and tag, and of the words every eleventh byte: an opening takes two agreements.
  for (let at = 0; at < envelope.length; at += at < 72 ? 1 : 11) {
    const changed = envelope.slice();
    // Not the top bit of the key's last byte, which the curve itself passes over.
    changed[at]! ^= 1 << (at % 7);
    assertEquals(openEnvelope(changed, to.secretKey), null, `byte ${at}`);
  }
  assertEquals(openEnvelope(envelope, ephemeral.secretKey), null);
  for (let length = 0; length < envelope.length; length += 13) {
    assertEquals(openEnvelope(envelope.subarray(0, length), to.secretKey), null);
  }
  assertEquals(openEnvelope(new Uint8Array([...envelope, 0]), to.secretKey), null);
});

Deno.test("[P4] nothing is sealed to, or opened from, a key of small order", () => {
  const one = new Uint8Array(32);
  one[0] = 1;
  for (const small of [new Uint8Array(32), one]) {
    assertEquals(sealEnvelope(new Uint8Array(4), small, ephemeral, nonce), null);
    const envelope = seal(new Uint8Array(4));
    envelope.set(small);
    assertEquals(openEnvelope(envelope, to.secretKey), null);
  }
});

Deno.test("[T3] padding is a length and zeros, and nothing else", () => {
  assertEquals(unpad(pad(new Uint8Array([1, 2, 3]))), new Uint8Array([1, 2, 3]));
  const padded = pad(new Uint8Array([1, 2, 3]));
  for (const at of [5, 600, 1_023]) {
    const changed = padded.slice();
    changed[at] = 1;
    assertEquals(unpad(changed), null);
  }
  const long = padded.slice();
  long.set([0xff, 0xff]);
  assertEquals(unpad(long), null);
  assertEquals(unpad(padded.subarray(1)), null);
  // A shorter length leaves bytes of the word where zeros belong.
  const shorter = padded.slice();
  shorter[1] = 2;
  assertEquals(unpad(shorter), null);
});

Deno.test("[T3] two envelopes of one plaintext under two keys share no run of bytes", () => {
  const plaintext = random.bytes(200);
  const other = sealEnvelope(plaintext, to.publicKey, boxKeyPair(random.bytes(32)), nonce)!;
  const mine = seal(plaintext);
  assertNotEquals(other.slice(56, 72), mine.slice(56, 72));
  const hex = mine.toHex();
  for (let at = 0; at + 8 <= plaintext.length; at += 8) {
    assertEquals(hex.includes(plaintext.slice(at, at + 8).toHex()), false);
  }
});
