// [P3] The bench's Ed25519. The forgeries that every back end must refuse stand in tests/proof/ed25519_test.ts; here is
// what is this one's own.

import { assert, assertEquals } from "@std/assert";
import { naclSigner } from "../../lib/proof/mod.ts";
import { verifyWithNode } from "../../lib/relay/node_ed25519.ts";
import { Seeded } from "../support/seeded.ts";

Deno.test("[P3] verifyWithNode() takes what TweetNaCl signs, for messages of many lengths", () => {
  const random = new Seeded(9);
  const signer = naclSigner(random.bytes(32));
  for (const length of [0, 1, 63, 64, 65, 111, 112, 127, 128, 1_000, 32_768]) {
    const message = random.bytes(length);
    const signature = signer.signSync(message);
    assert(verifyWithNode(signer.publicKey, message, signature));
    const longer = new Uint8Array(length + 1);
    longer.set(message);
    assertEquals(verifyWithNode(signer.publicKey, longer, signature), false);
  }
});

Deno.test("[P3] verifyWithNode() reads views in the middle of a larger buffer", () => {
  const random = new Seeded(10);
  const signer = naclSigner(random.bytes(32));
  const message = random.bytes(40);
  const frame = new Uint8Array(7 + 32 + 64 + 40);
  frame.set(signer.publicKey, 7);
  frame.set(signer.signSync(message), 39);
  frame.set(message, 103);
  assert(
    verifyWithNode(frame.subarray(7, 39), frame.subarray(103), frame.subarray(39, 103)),
  );
});

Deno.test("[P3] verifyWithNode() answers a canonical key that is on no curve with false", () => {
  const signer = naclSigner(new Uint8Array(32).fill(1));
  const signature = signer.signSync(new Uint8Array(1));
  for (let y = 2; y < 60; y++) {
    const key = new Uint8Array(32);
    key[0] = y;
    assertEquals(verifyWithNode(key, new Uint8Array(1), signature), false);
  }
});
