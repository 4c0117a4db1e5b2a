// The one door to tweetnacl: nothing else imports it. What comes out are raw primitives without the strict rules
// of bt1; signatures are checked through lib/proof/ed25519.ts, never from here alone.

import nacl from "tweetnacl";
import type { Bytes } from "./wire/bytes.ts";

/** A key pair. `secretKey` is 32 bytes for X25519 and seed || public (64) for Ed25519. */
export interface KeyPair {
  readonly publicKey: Bytes;
  readonly secretKey: Bytes;
}

// tweetnacl's types predate the ArrayBuffer parameter; it makes plain arrays only.
const plain = (bytes: Uint8Array): Bytes => bytes as Bytes;
const plainPair = (pair: nacl.BoxKeyPair | nacl.SignKeyPair): KeyPair => ({
  publicKey: plain(pair.publicKey),
  secretKey: plain(pair.secretKey),
});

/** `length` bytes from the platform's generator. */
export function randomBytes(length: number): Bytes {
  return plain(nacl.randomBytes(length));
}

/** SHA-512, 64 bytes. */
export function sha512(bytes: Uint8Array): Bytes {
  return plain(nacl.hash(bytes));
}

/** XSalsa20-Poly1305. Throws for a wrong key or nonce length. */
export function secretbox(message: Uint8Array, nonce: Uint8Array, key: Uint8Array): Bytes {
  return plain(nacl.secretbox(message, nonce, key));
}

/** The message, or `null` when the box was not made with this key and nonce. */
export function openSecretbox(box: Uint8Array, nonce: Uint8Array, key: Uint8Array): Bytes | null {
  const opened = nacl.secretbox.open(box, nonce, key);
  return opened === null ? null : plain(opened);
}

/** Ed25519 key pair of a 32-byte seed (RFC 8032). */
export function signKeyPair(seed: Uint8Array): KeyPair {
  return plainPair(nacl.sign.keyPair.fromSeed(seed));
}

/** Ed25519 signature, 64 bytes, by seed || public. */
export function signDetached(message: Uint8Array, secretKey: Uint8Array): Bytes {
  return plain(nacl.sign.detached(message, secretKey));
}

/** Ed25519 check without the strict rules: takes S >= L and small-order keys. Only lib/proof may call it. */
export function verifyDetachedLoose(
  message: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  return nacl.sign.detached.verify(message, signature, publicKey);
}

/** X25519 key pair of a 32-byte secret (RFC 7748). */
export function boxKeyPair(secret: Uint8Array): KeyPair {
  return plainPair(nacl.box.keyPair.fromSecretKey(secret));
}

/** X25519, 32 bytes; all zero for a small-order key, which lib/proof refuses. */
export function scalarMultLoose(secret: Uint8Array, publicKey: Uint8Array): Bytes {
  return plain(nacl.scalarMult(secret, publicKey));
}

/**
 * The secretbox key of an X25519 agreement (`nacl.box.before`): `nacl.box` is `secretbox` under it. For a small-order key it is
 * the same for every secret; lib/proof refuses that.
 */
export function boxKeyLoose(publicKey: Uint8Array, secretKey: Uint8Array): Bytes {
  return plain(nacl.box.before(publicKey, secretKey));
}
