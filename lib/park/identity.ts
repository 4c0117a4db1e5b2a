// Who a bench is: two key pairs from one seed, and a fingerprint that commits to both. The seed lives in memory
// only; nothing here writes or prints it. Rules: PAIRING.md, [B1] to [B3].
//
//   seed32 -> prf "bench-sign" -> Ed25519 \
//          -> prf "bench-box"  -> X25519  -> benchFp = H16("bench", signPub || boxPub)

import { boxKeyPair, type KeyPair, signKeyPair } from "../nacl.ts";
import { h16, prf } from "../proof/mod.ts";
import type { Bytes } from "../wire/mod.ts";

/** A bench's keys and the name that follows from them. */
export interface BenchIdentity {
  readonly sign: KeyPair;
  readonly box: KeyPair;
  /** 16 bytes. */
  readonly fingerprint: Bytes;
}

/** Keys and fingerprint of a 32-byte seed, which stays the caller's. Throws `RangeError` for another length. */
export function newBenchIdentity(seed: Uint8Array): BenchIdentity {
  const sign = signKeyPair(prf(seed, "bench-sign"));
  const box = boxKeyPair(prf(seed, "bench-box"));
  return { sign, box, fingerprint: h16("bench", sign.publicKey, box.publicKey) };
}
