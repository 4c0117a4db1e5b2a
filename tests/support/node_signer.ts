// Signatures by node:crypto, for tests that need thousands: an implementation apart from the one under test.

import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import type { Bytes } from "../../lib/wire/mod.ts";

const PKCS8_HEAD = "302e020100300506032b657004220420";

/** A key that signs at once. */
export interface NodeSigner {
  readonly publicKey: Bytes;
  signSync(message: Uint8Array): Bytes;
  sign(message: Uint8Array): Promise<Bytes>;
}

/** The Ed25519 key of a 32-byte seed. */
export function nodeSigner(seed: Uint8Array): NodeSigner {
  const key = createPrivateKey({
    key: Buffer.from(PKCS8_HEAD + seed.toHex(), "hex"),
    format: "der",
    type: "pkcs8",
  });
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  const signSync = (message: Uint8Array): Bytes => new Uint8Array(sign(null, message, key));
  return {
    publicKey: new Uint8Array(spki.subarray(-32)),
    signSync,
    sign: (message) => Promise.resolve(signSync(message)),
  };
}
