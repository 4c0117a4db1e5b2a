// X25519 with the one check it needs: an all-zero result means a small-order key and is refused [P4].

import { scalarMultLoose } from "../nacl.ts";
import type { Bytes } from "../wire/mod.ts";

/** The shared 32 bytes, or `null` when the other side's key is of small order. */
export function sharedSecret(secret: Uint8Array, publicKey: Uint8Array): Bytes | null {
  if (secret.length !== 32 || publicKey.length !== 32) return null;
  const shared = scalarMultLoose(secret, publicKey);
  return shared.some((byte) => byte !== 0) ? shared : null;
}
