// A bench's identity against the known answers, and base32 against RFC 4648.

import { assertEquals, assertThrows } from "@std/assert";
import { encodeBase32, fullBenchId, newBenchIdentity } from "../../lib/park/identity.ts";
import vectors from "../vectors.json" with { type: "json" };

const { inputs, benches } = vectors;

const CASES = [
  {
    seed: inputs.benchASeed,
    label: inputs.labelA,
    signPub: benches.signPubA,
    boxPub: benches.boxPubA,
    id: benches.A,
  },
  {
    seed: inputs.benchBSeed,
    label: inputs.labelB,
    signPub: benches.signPubB,
    boxPub: benches.boxPubB,
    id: benches.B,
  },
];

for (const { seed, label, signPub, boxPub, id } of CASES) {
  Deno.test(`[B1] [B2] [B3] bench ${label} has the keys and the full id of the vectors`, () => {
    const identity = newBenchIdentity(Uint8Array.fromHex(seed));
    assertEquals(identity.sign.publicKey.toHex(), signPub);
    assertEquals(identity.box.publicKey.toHex(), boxPub);
    assertEquals(fullBenchId(label, identity.fingerprint), id);
  });
}

Deno.test("another seed is another bench, and a seed of another length is a mistake of ours", () => {
  const seed = Uint8Array.fromHex(inputs.benchASeed);
  const before = newBenchIdentity(seed).fingerprint.toHex();
  seed[31]! ^= 1;
  assertEquals(newBenchIdentity(seed).fingerprint.toHex() === before, false);
  assertThrows(() => newBenchIdentity(seed.subarray(1)), RangeError);
});

Deno.test("[B3] base32 spells the RFC's examples in lower case without padding", () => {
  const spelled = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map((text) =>
    encodeBase32(new TextEncoder().encode(text))
  );
  assertEquals(spelled, ["", "my", "mzxq", "mzxw6", "mzxw6yq", "mzxw6ytb", "mzxw6ytboi"]);
  assertEquals(encodeBase32(new Uint8Array(16)).length, 26);
});
