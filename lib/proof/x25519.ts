// X25519 with the one check it needs: an all-zero result means a small-order key and is refused [P4].

import { boxKeyLoose, scalarMultLoose } from "../nacl.ts";
import { type Bytes, equalBytes } from "../wire/mod.ts";

/** The shared 32 bytes, or `null` when the other side's key is of small order. */
export function sharedSecret(secret: Uint8Array, publicKey: Uint8Array): Bytes | null {
  if (secret.length !== 32 || publicKey.length !== 32) return null;
  const shared = scalarMultLoose(secret, publicKey);
  return shared.some((byte) => byte !== 0) ? shared : null;
}

/** The one key that every agreement with a small-order key gives: its shared secret is all zeros. */
let smallOrderKey: Bytes | null = null;

/** The key of `nacl.box` between two parties, or `null` when the other side's key is of small order [P4]. One X25519. */
export function sharedBoxKey(secret: Uint8Array, publicKey: Uint8Array): Bytes | null {
  if (secret.length !== 32 || publicKey.length !== 32) return null;
  smallOrderKey ??= boxKeyLoose(new Uint8Array(32), new Uint8Array(32));
  const key = boxKeyLoose(publicKey, secret);
  return equalBytes(key, smallOrderKey) ? null : key;
}
