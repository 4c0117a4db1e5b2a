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

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** RFC 4648 base32 in lower case, without padding. */
export function encodeBase32(bytes: Uint8Array): string {
  let out = "";
  let held = 0;
  let heldBits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    heldBits += 8;
    while (heldBits >= 5) {
      heldBits -= 5;
      out += BASE32[(held >>> heldBits) & 31];
    }
  }
  return heldBits === 0 ? out : out + BASE32[(held << (5 - heldBits)) & 31];
}

/** The full Bench ID: the label, which proves nothing, `~`, and 26 characters of fingerprint, which do. */
export function fullBenchId(label: string, fingerprint: Uint8Array): string {
  return `${label}~${encodeBase32(fingerprint)}`;
}
