// [D4] Signed content: the known answers, and everything that a signature is bound to.

import { assert, assertEquals } from "@std/assert";
import { openBox, sealBox } from "../../lib/crypto/box.ts";
import { signContent, verifyContent } from "../../lib/crypto/signed_content.ts";
import { sha512 } from "../../lib/nacl.ts";
import { deriveRoomId, naclSigner, verifyWithNacl } from "../../lib/proof/mod.ts";
import { verifyWithNode } from "../../lib/relay/node_ed25519.ts";
import {
  concatBytes,
  encodeSigned,
  parseContent,
  type SignedContent,
  utf8,
} from "../../lib/wire/mod.ts";
import { nodeSigner } from "../support/node_signer.ts";
import { hex, VECTOR_ROOM_ID, vectors } from "../support/vectors.ts";

const { inputs, room, data } = vectors;
const SESSION = nodeSigner(hex(inputs.sessionSignSeed));
const verify = (key: Uint8Array, message: Uint8Array, signature: Uint8Array) =>
  Promise.resolve(verifyWithNode(key, message, signature));

const parsed = (bytes: Uint8Array): SignedContent => {
  const content = parseContent(bytes);
  if (content?.tag !== "signed") throw new Error("signed content expected");
  return content;
};

Deno.test("[D4] signContent() makes the vectors' text byte for byte, and it verifies", async () => {
  const bytes = await signContent(
    naclSigner(hex(inputs.sessionSignSeed)),
    VECTOR_ROOM_ID,
    1,
    1,
    utf8("hello bench"),
  );
  assertEquals(bytes.toHex(), data.text_hello_bench_seq1_content);
  assert(await verifyContent(parsed(bytes), VECTOR_ROOM_ID, verify));
  assert(
    await verifyContent(
      parsed(bytes),
      VECTOR_ROOM_ID,
      (...all) => Promise.resolve(verifyWithNacl(...all)),
    ),
  );
});

Deno.test("[D3] [D4] the vectors' body of 2,000 bytes has their box length and hash", async () => {
  const body = Uint8Array.from({ length: 2_000 }, (_, i) => (7 + i) & 0xff);
  const content = await signContent(SESSION, VECTOR_ROOM_ID, 1, 2, body);
  const box = sealBox(content, hex(room.msgKey), hex(inputs.boxNonce));
  assertEquals(box.length, data.body_2000_bytes_rising_from_07_seq2_box_length);
  assertEquals(sha512(box).toHex().slice(0, 32), data.its_box_sha512_first16);
  assertEquals(openBox(box, hex(room.msgKey)), content);
});

Deno.test("[D4] a signature is bound to room, sender, type, number and body", async () => {
  const honest = parsed(hex(data.text_hello_bench_seq1_content));
  const holds = (content: SignedContent, roomId = VECTOR_ROOM_ID) =>
    verifyContent(content, roomId, verify);
  assert(await holds(honest));
  const other = nodeSigner(new Uint8Array(32).fill(1));
  const elsewhere = deriveRoomId(other.publicKey, hex(room.adminFp));
  assertEquals(await holds(honest, elsewhere), false);
  assertEquals(await holds({ ...honest, signPublicKey: other.publicKey }), false);
  for (const type of [0, 2, 3, 4, 5, 0x81, 0xff]) {
    assertEquals(await holds({ ...honest, type }), false);
  }
  for (const seq of [2, 256, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]) {
    assertEquals(await holds({ ...honest, seq }), false);
  }
  for (const body of ["", "hello benc", "hello bench ", "Hello bench"]) {
    assertEquals(await holds({ ...honest, body: utf8(body) }), false);
  }
});

Deno.test("[D4] one flipped bit anywhere in a content is never the sender's word", async () => {
  const bytes = hex(data.text_hello_bench_seq1_content);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    const content = parseContent(bytes);
    if (content?.tag === "signed") {
      assertEquals(await verifyContent(content, VECTOR_ROOM_ID, verify), false);
    }
    bytes[bit >> 3]! ^= 1 << (bit & 7);
  }
});

Deno.test("[D4] a session's signature for a join or a badge is no content", async () => {
  const honest = parsed(hex(data.text_hello_bench_seq1_content));
  for (const context of ["bt1/join\0", "bt1/admin-session\0", "bt1/admin\0", ""]) {
    const signature = SESSION.signSync(
      concatBytes(
        utf8(context),
        hex(room.roomId),
        honest.signPublicKey,
        new Uint8Array([1]),
        hex("0000000000000001"),
        sha512(honest.body),
      ),
    );
    assertEquals(await verifyContent({ ...honest, signature }, VECTOR_ROOM_ID, verify), false);
  }
});

Deno.test("[P3] a member with a small-order key has no signature that fits all it is made to say", async () => {
  const neutral = new Uint8Array(32);
  neutral[0] = 1;
  const signature = new Uint8Array(64);
  signature[0] = 1;
  const content = parsed(
    encodeSigned({ signature, signPublicKey: neutral, type: 1, seq: 1, body: utf8("anything") }),
  );
  assertEquals(await verifyContent(content, VECTOR_ROOM_ID, verify), false);
});
