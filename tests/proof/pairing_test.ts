// What both sides of a pairing derive and sign, against the published values and node's own crypto.

import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import {
  benchFingerprint,
  claimTranscript,
  encodePairOffer,
  naclSigner,
  pairClaimSeed,
  pairTokenHash,
  parsePairOffer,
} from "../../lib/proof/mod.ts";
import { fullBenchId } from "../../lib/wire/mod.ts";
import { Seeded } from "../support/seeded.ts";
import { hex, vectors } from "../support/vectors.ts";

const { inputs, benches, pairing } = vectors;

Deno.test("[B2] a fingerprint commits to both keys, in their order", () => {
  const [sign, box] = [hex(benches.signPubA), hex(benches.boxPubA)];
  assertEquals(fullBenchId(inputs.labelA, benchFingerprint(sign, box)), benches.A);
  assertNotEquals(benchFingerprint(box, sign), benchFingerprint(sign, box));
  for (const key of [0, 1]) {
    const keys = [sign.slice(), box.slice()] as const;
    keys[key]![31]! ^= 1;
    assertNotEquals(benchFingerprint(...keys), benchFingerprint(sign, box));
  }
});

Deno.test("[T1] a bench holds SHA-256 of the secret, and the public key of another derivation", () => {
  const secret = hex(inputs.S);
  assertEquals(pairTokenHash(secret).toHex(), pairing.tokenHash);
  assertEquals(
    pairTokenHash(secret),
    new Uint8Array(createHash("sha256").update(secret).digest()),
  );
  assertEquals(naclSigner(pairClaimSeed(secret)).publicKey.toHex(), pairing.claimPub);
  assertThrows(() => pairClaimSeed(secret.subarray(1)), RangeError);
});

Deno.test("[T3] the text that the secret signs names token, hub, spoke and this try; each change shows", () => {
  const binding = {
    tokenHash: hex(pairing.tokenHash),
    hubSignPublicKey: hex(benches.signPubA),
    hubBoxPublicKey: hex(benches.boxPubA),
    benchSignPublicKey: hex(benches.signPubB),
    benchBoxPublicKey: hex(benches.boxPubB),
    ephemeralPublicKey: hex(pairing.claimT).slice(-48, -16),
    nonce: hex(inputs.nB),
  };
  assertEquals(claimTranscript(binding).toHex(), pairing.claimT);
  for (const name of Object.keys(binding) as (keyof typeof binding)[]) {
    const changed = binding[name].slice();
    changed[0]! ^= 1;
    assertNotEquals(claimTranscript({ ...binding, [name]: changed }).toHex(), pairing.claimT);
  }
});

Deno.test("[T2] an offer's arguments come back, and of another length there are none", () => {
  const random = new Seeded(9);
  const offer = {
    tokenHash: random.bytes(32),
    claimPublicKey: random.bytes(32),
    peerFp: random.bytes(16),
    hubFp: random.bytes(16),
  };
  const args = encodePairOffer(offer);
  assertEquals(parsePairOffer(args), offer);
  for (let length = 0; length < 200; length++) {
    if (length !== 96) assertEquals(parsePairOffer(new Uint8Array(length)), null);
  }
});
