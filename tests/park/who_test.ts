// A question for a label and its answer, against values computed apart from the code under test, and every way of answering falsely.

import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import nacl from "tweetnacl";
import { boxKeyPair } from "../../lib/nacl.ts";
import { ENVELOPE_BYTES, openEnvelope, sealEnvelope } from "../../lib/park/sealed.ts";
import { answerSubject } from "../../lib/park/subjects.ts";
import {
  asksFor,
  encodeQuestion,
  openWhoAnswer,
  parseQuestion,
  sealWhoAnswer,
} from "../../lib/park/who.ts";
import { newBenchIdentity } from "../../lib/park/mod.ts";
import { verifyWithNode } from "../../lib/relay/mod.ts";
import { type Bytes, encodeBase64url, parseBase64url, utf8 } from "../../lib/wire/mod.ts";
import { Seeded } from "../support/seeded.ts";
import { hex, vectors } from "../support/vectors.ts";

const { inputs } = vectors;
const random = new Seeded(81);
const asker = boxKeyPair(hex(inputs.eA));
const nonce = hex(inputs.nB) as Bytes;
const bench = newBenchIdentity(hex(inputs.benchBSeed));
const BENCH = { identity: bench, label: "my-bench", url: "https://b.example" };
const ASKED = { label: "my-bench", ephemeral: asker, nonce };

/** H16 by node: SHA-512("bt1/<label>\0" || parts), first 16 bytes. The prefix is what the vectors were made with. */
function h16(label: string, ...parts: Uint8Array[]): string {
  const hash = createHash("sha512").update(utf8(`bt1/${label}\0`));
  for (const part of parts) hash.update(part);
  return hash.digest("hex").slice(0, 32);
}
const question = () => parseQuestion(encodeQuestion("my-bench", asker.publicKey, nonce))!;
const answer = (how: Partial<typeof BENCH> = {}) =>
  sealWhoAnswer(question(), { ...BENCH, ...how }, boxKeyPair(random.bytes(32)), random.bytes(24))!;
const open = (envelope: Uint8Array, asked: Partial<typeof ASKED> = {}) =>
  openWhoAnswer(envelope, { ...ASKED, ...asked }, verifyWithNode);
const lp = (bytes: Uint8Array) => new Uint8Array([0, bytes.length, ...bytes]);

/** An answer with JSON fields of one's own, sealed rightly. */
function sealed(fields: unknown): Bytes {
  const text = typeof fields === "string" ? fields : JSON.stringify(fields);
  return sealEnvelope(utf8(text), asker.publicKey, boxKeyPair(random.bytes(32)), random.bytes(24))!;
}
const fieldsOf = (envelope: Uint8Array) =>
  JSON.parse(
    new TextDecoder().decode(openEnvelope(envelope, asker.secretKey)!.plaintext),
  ) as Record<
    string,
    unknown
  >;

Deno.test("[W1] a question is JSON with a fresh key, a nonce, and the label's hash under it: nothing of the label", () => {
  const bytes = encodeQuestion("my-bench", asker.publicKey, nonce);
  const text = new TextDecoder().decode(bytes);
  assertEquals(JSON.parse(text), {
    v: 1,
    e: encodeBase64url(asker.publicKey),
    n: encodeBase64url(nonce),
    tag: encodeBase64url(hex(h16("who", nonce, utf8("my-bench")))),
  });
  assertEquals(text.includes("my-bench"), false);
  assertEquals(answerSubject(asker.publicKey), `bt1.r.${h16("r", asker.publicKey)}`);
});

Deno.test("[W1] [W4] a question is for the label whose hash it holds, which whoever tries labels can tell", () => {
  assertEquals(asksFor(question(), "my-bench"), true);
  for (const label of ["my-benc", "my-bench1", "My-bench", ""]) {
    assertEquals(asksFor(question(), label), false);
  }
  // Under another nonce the hash is another: questions for one label do not look alike.
  const again = parseQuestion(encodeQuestion("my-bench", asker.publicKey, random.bytes(16)))!;
  assert(encodeBase64url(again.tag) !== encodeBase64url(question().tag));
});

Deno.test("[W1] what is no question is none: every byte cut, another version, longer than 512 bytes, rubbish", () => {
  const bytes = encodeQuestion("my-bench", asker.publicKey, nonce);
  for (let length = 0; length < bytes.length; length++) {
    assertEquals(parseQuestion(bytes.subarray(0, length)), null);
  }
  const fields = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  for (
    const change of [{ v: 2 }, { v: "1" }, { e: "AA" }, { n: null }, { tag: "!" }, { e: undefined }]
  ) {
    assertEquals(parseQuestion(utf8(JSON.stringify({ ...fields, ...change }))), null);
  }
  const padded = (length: number) =>
    utf8(JSON.stringify({ ...fields, x: "" }).replace(/""/, `"${"x".repeat(length)}"`));
  const room = 512 - padded(0).length;
  assert(parseQuestion(padded(room)) !== null);
  assertEquals(parseQuestion(padded(room + 1)), null);
  for (let round = 0; round < 2_000; round++) {
    assertEquals(parseQuestion(random.bytes(random.below(200))), null);
  }
  for (const text of ["null", "[]", "7", '"x"']) assertEquals(parseQuestion(utf8(text)), null);
});

Deno.test("[W3] the answer is an envelope of one length, signed over this question by the keys of the fingerprint", () => {
  const envelope = answer();
  assertEquals(envelope.length, ENVELOPE_BYTES);
  const fields = fieldsOf(envelope);
  assertEquals(Object.keys(fields).toSorted(), ["bp", "label", "sig", "sp", "url"]);
  // Put together and verified apart from the code under test.
  const text = new Uint8Array([
    ...utf8("bt1/who\0"),
    ...asker.publicKey,
    ...nonce,
    ...lp(utf8("my-bench")),
    ...bench.sign.publicKey,
    ...bench.box.publicKey,
    ...lp(utf8("https://b.example")),
  ]);
  const signature = parseBase64url(fields.sig, 64)!;
  assert(nacl.sign.detached.verify(text, signature, bench.sign.publicKey));
  assertEquals(open(envelope), {
    label: "my-bench",
    fp: bench.fingerprint,
    url: "https://b.example",
  });
  assertEquals(answer({ url: "" }).length, envelope.length);
});

Deno.test("[W3] a recorded answer answers no other question: another nonce, another key, another label", () => {
  const envelope = answer();
  assertEquals(open(envelope, { nonce: random.bytes(16) }), null);
  assertEquals(open(envelope, { label: "oak" }), null);
  assertEquals(open(envelope, { ephemeral: boxKeyPair(random.bytes(32)) }), null);
  // Sealed anew to the asker under a new question, by whoever recorded it.
  const fields = fieldsOf(envelope);
  assert(open(sealed(fields)) !== null);
  assertEquals(open(sealed(fields), { nonce: random.bytes(16) }), null);
});

Deno.test("[W3] an answer with another key, label, address or signature than was signed is none", () => {
  const fields = fieldsOf(answer());
  const other = newBenchIdentity(hex(inputs.benchASeed));
  const forged = parseBase64url(fields.sig, 64)!;
  forged[5]! ^= 1;
  const changes: Record<string, unknown>[] = [
    { sp: encodeBase64url(other.sign.publicKey) },
    { bp: encodeBase64url(other.box.publicKey) },
    { label: "oak" },
    { label: "o k" },
    { url: "https://evil.example" },
    { url: 7 },
    { url: "x".repeat(257) },
    { sig: encodeBase64url(forged) },
    { sig: undefined },
    { sp: "AA" },
  ];
  for (const change of changes) assertEquals(open(sealed({ ...fields, ...change })), null);
  for (const text of ["null", "[]", "x", "{}", ""]) assertEquals(open(sealed(text)), null);
});

Deno.test("[W3] one flipped bit anywhere opens to nothing", () => {
  const envelope = answer();
  for (let at = 0; at < envelope.length; at += 7) {
    const changed = envelope.slice();
    changed[at]! ^= 2;
    assertEquals(open(changed), null, `byte ${at}`);
  }
  assertEquals(open(envelope.subarray(1)), null);
});

Deno.test("[B5] [W3] an address that nobody may show comes as none, whoever signed it", () => {
  for (const url of ["http://evil.example", "javascript:alert(1)", "https://b.example/x"]) {
    assertEquals(open(answer({ url }))?.url, "");
  }
});

Deno.test("[P4] a question under a key of small order gets no answer", () => {
  const small = parseQuestion(encodeQuestion("my-bench", new Uint8Array(32), nonce))!;
  const sealedAnswer = sealWhoAnswer(small, BENCH, boxKeyPair(random.bytes(32)), random.bytes(24));
  assertEquals(sealedAnswer, null);
});
