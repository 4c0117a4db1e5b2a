// [P4] X25519 against RFC 7748, and the keys that would make the same secret for everybody.

import { assertEquals } from "@std/assert";
import { boxKeyLoose, boxKeyPair, scalarMultLoose } from "../../lib/nacl.ts";
import { sharedBoxKey, sharedSecret } from "../../lib/proof/mod.ts";
import { PRIME, toLittleEndian } from "../support/edwards.ts";
import { hex, vectors } from "../support/vectors.ts";

// RFC 7748 section 5.2, and Bob's pair of section 6.1.
const SCALAR = hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4");
const U = hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c");
const PRODUCT = "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552";
const BOB = hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
const BOB_PUBLIC = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";

Deno.test("[P4] X25519 has RFC 7748's answers, and both sides get the same secret", () => {
  assertEquals(sharedSecret(SCALAR, U)?.toHex(), PRODUCT);
  assertEquals(boxKeyPair(BOB).publicKey.toHex(), BOB_PUBLIC);
  assertEquals(
    sharedSecret(SCALAR, boxKeyPair(BOB).publicKey),
    sharedSecret(BOB, boxKeyPair(SCALAR).publicKey),
  );
});

Deno.test("[P4] the key of a box is that of nacl.box, alike on both sides", () => {
  const [mine, theirs] = [boxKeyPair(SCALAR), boxKeyPair(BOB)];
  const key = sharedBoxKey(SCALAR, theirs.publicKey);
  assertEquals(key, boxKeyLoose(theirs.publicKey, SCALAR));
  assertEquals(key, sharedBoxKey(BOB, mine.publicKey));
});

Deno.test("[P4] the session's box key is the vectors'", () => {
  assertEquals(
    boxKeyPair(hex(vectors.inputs.sessionBoxSecret)).publicKey.toHex(),
    vectors.join.boxPub,
  );
});

Deno.test("[P4] sharedSecret() refuses every key of small order, also above the prime and with the top bit", () => {
  const smallOrder = [
    toLittleEndian(0n),
    toLittleEndian(1n),
    hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    hex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    toLittleEndian(PRIME - 1n),
    toLittleEndian(PRIME),
    toLittleEndian(PRIME + 1n),
  ];
  for (const key of smallOrder) {
    for (const topBit of [0, 0x80]) {
      const publicKey = key.slice();
      publicKey[31]! |= topBit;
      // Without the rule, the secret would be all zeros, whatever ours is.
      assertEquals(scalarMultLoose(SCALAR, publicKey), new Uint8Array(32));
      assertEquals(sharedSecret(SCALAR, publicKey), null);
      assertEquals(sharedBoxKey(SCALAR, publicKey), null);
      assertEquals(sharedBoxKey(BOB, publicKey), null);
    }
  }
});

Deno.test("[P4] sharedSecret() answers keys of another length with null", () => {
  const { publicKey } = boxKeyPair(BOB);
  for (const length of [0, 31, 33]) {
    assertEquals(sharedSecret(SCALAR, new Uint8Array(length).fill(9)), null);
    assertEquals(sharedSecret(new Uint8Array(length).fill(9), publicKey), null);
    assertEquals(sharedBoxKey(SCALAR, new Uint8Array(length).fill(9)), null);
    assertEquals(sharedBoxKey(new Uint8Array(length).fill(9), publicKey), null);
  }
});
