// [D3] [D5] Padding and content layouts: one spelling for one content, and nothing lenient.

import { assertEquals, assertThrows } from "@std/assert";
import {
  encodeChunk,
  encodeSigned,
  MAX_BODY_BYTES,
  MAX_CHUNK_BYTES,
  padContent,
  PADDED_BYTES,
  parseContent,
  u32,
  unpadContent,
} from "../../lib/wire/mod.ts";
import { Seeded } from "../support/seeded.ts";
import { hex, vectors } from "../support/vectors.ts";

Deno.test("[D3] padContent() takes the smallest padding that holds, at each edge", () => {
  for (const [i, size] of PADDED_BYTES.entries()) {
    for (const length of [size - 5, size - 4]) assertEquals(padded(length), size);
    const next = PADDED_BYTES[i + 1];
    if (next === undefined) {
      assertThrows(() => padContent(new Uint8Array(size - 3)), RangeError);
    } else assertEquals(padded(size - 3), next);
  }
  assertEquals(padded(0), 256);

  function padded(length: number): number {
    const content = new Seeded(length).bytes(length);
    const out = padContent(content);
    assertEquals(unpadContent(out), content);
    return out.length;
  }
});

Deno.test("[D3] unpadContent() refuses a false length, a padding that is not the smallest, and one that is not zero", () => {
  const content = new Seeded(1).bytes(300);
  const good = padContent(content);
  assertEquals(good.length, 1024);
  const withLength = (length: number) => {
    const out = good.slice();
    out.set(u32(length), 0);
    return out;
  };
  // Shorter: the rest of the content is then padding that is not zero. Longer than what fits, or another padding's.
  for (const length of [0, 1, 252, 299, 1021, 1024, 4096, 0x7fffffff, 0xffffffff]) {
    assertEquals(unpadContent(withLength(length)), null);
  }
  // Longer within the padding: other content, which the signature inside refuses.
  assertEquals(unpadContent(withLength(1020))?.length, 1020);
  for (let at = 304; at < 1024; at++) {
    const out = good.slice();
    out[at] = 1;
    assertEquals(unpadContent(out), null);
  }
  const roomy = new Uint8Array(4096);
  roomy.set(good);
  assertEquals(unpadContent(roomy), null);
});

Deno.test("[D3] unpadContent() refuses every length that is no padding", () => {
  for (let length = 0; length < 1200; length++) {
    const isPadding = length === 256;
    assertEquals(unpadContent(new Uint8Array(length)) !== null, isPadding);
  }
});

Deno.test("[D5] parseContent() takes the vectors' text apart", () => {
  const bytes = hex(vectors.data.text_hello_bench_seq1_content);
  const content = parseContent(bytes);
  assertEquals(content?.tag, "signed");
  if (content?.tag !== "signed") return;
  assertEquals(content.type, 1);
  assertEquals(content.seq, 1);
  assertEquals(content.signPublicKey.toHex(), vectors.join.signPub);
  assertEquals(new TextDecoder().decode(content.body), "hello bench");
  assertEquals(encodeSigned(content), bytes);
});

Deno.test("[D5] parseContent() answers cut-off content, other kinds and counters out of range with null", () => {
  const bytes = hex(vectors.data.text_hello_bench_seq1_content);
  const head = bytes.length - "hello bench".length;
  for (let length = 0; length < head; length++) {
    assertEquals(parseContent(bytes.subarray(0, length)), null);
  }
  assertEquals(parseContent(bytes.subarray(0, head)) === null, false);
  for (let kind = 0; kind < 256; kind++) {
    bytes[0] = kind;
    assertEquals(parseContent(bytes) !== null, kind === 1 || kind === 2);
  }
  bytes[0] = 1;
  for (const seq of ["0000000000000000", "0020000000000000", "ffffffffffffffff"]) {
    bytes.set(hex(seq), 98);
    assertEquals(parseContent(bytes), null);
  }
});

Deno.test("[I1] a chunk comes back; one without data is none", () => {
  const random = new Seeded(9);
  const [transfer, data] = [random.bytes(16), random.bytes(100)];
  const bytes = encodeChunk(transfer, 0xfffe, data);
  assertEquals(parseContent(bytes), { tag: "chunk", transfer, index: 0xfffe, data });
  for (let length = 0; length <= 19; length++) {
    assertEquals(parseContent(bytes.subarray(0, length)), null);
  }
});

Deno.test("[I1] the largest body and the largest chunk fill the largest padding to the last byte", () => {
  assertEquals(MAX_CHUNK_BYTES, 262_121);
  const chunk = encodeChunk(new Uint8Array(16), 0, new Uint8Array(MAX_CHUNK_BYTES));
  assertEquals(chunk.length, 262_144 - 4);
  const signed = encodeSigned({
    signature: new Uint8Array(64),
    signPublicKey: new Uint8Array(32),
    type: 1,
    seq: 1,
    body: new Uint8Array(MAX_BODY_BYTES),
  });
  assertEquals(signed.length, 262_144 - 4);
});
