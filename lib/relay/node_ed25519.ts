// The bench's Ed25519: node:crypto, some 200 times faster than TweetNaCl, behind the same strict rule [P3].

import { Buffer } from "node:buffer";
import { createPublicKey, verify } from "node:crypto";
import { strictSync, type VerifySync } from "../proof/mod.ts";
import { concatBytes } from "../wire/mod.ts";

// SubjectPublicKeyInfo around a raw key (RFC 8410 section 4).
const SPKI_HEAD = new Uint8Array([
  0x30,
  0x2a,
  0x30,
  0x05,
  0x06,
  0x03,
  0x2b,
  0x65,
  0x70,
  0x03,
  0x21,
  0x00,
]);

/** Strict Ed25519 by node:crypto. Never throws on bytes. */
export const verifyWithNode: VerifySync = strictSync((publicKey, message, signature) => {
  const key = createPublicKey({
    key: Buffer.from(concatBytes(SPKI_HEAD, publicKey)),
    format: "der",
    type: "spki",
  });
  return verify(null, message, key, signature);
});
