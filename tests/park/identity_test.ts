// A bench's identity against the known answers, and where it is spoken to.

import { assertEquals, assertThrows } from "@std/assert";
import { newBenchIdentity } from "../../lib/park/identity.ts";
import { inboxSubject } from "../../lib/park/subjects.ts";
import { fullBenchId } from "../../lib/wire/mod.ts";
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

Deno.test("[B4] an inbox is found by the box key, and by nothing that people type", () => {
  for (const { seed, label } of CASES) {
    const { box } = newBenchIdentity(Uint8Array.fromHex(seed));
    assertEquals(
      inboxSubject(box.publicKey),
      label === inputs.labelA ? benches.inboxA : benches.inboxB,
    );
    assertEquals(inboxSubject(box.publicKey).includes(label), false);
  }
});
