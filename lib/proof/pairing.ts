// What both sides of a pairing derive and sign, and the arguments of the admin's commands about it. The secret S of a pairing
// link is only ever handed in by a browser; a bench holds its hash and a public key. Rules: lib/park/PAIRING.md, [B2] [T1] to [T4].
//
//   claimT      "bt1/pair-claim\0" || tokenHash || hubSign || hubBox || bSign || bBox || eB || nB
//   PAIR_OFFER  tokenHash32 || claimPub32 || peerFp16 || hubFp16
//   PAIR_CANCEL tokenHash32
//   UNPAIR      peerFp16

import { sha256 } from "../sha256.ts";
import { BENCH_FP_BYTES, type Bytes, concatBytes, utf8 } from "../wire/mod.ts";
import { h16, prf } from "./hashes.ts";

const CLAIM_CONTEXT = utf8("bt1/pair-claim\0");
const KEY_BYTES = 32;
const OFFER_BYTES = 3 * KEY_BYTES;

/** `H16("bench", signPub || boxPub)` [B2]. */
export function benchFingerprint(signPublicKey: Uint8Array, boxPublicKey: Uint8Array): Bytes {
  return h16("bench", signPublicKey, boxPublicKey);
}

/** SHA-256 of the pairing secret: all that a bench keeps of it [T1]. */
export function pairTokenHash(secret: Uint8Array): Bytes {
  return sha256(secret);
}

/** Seed of the key that proves the pairing secret [T1]. Throws `RangeError` unless the secret has 32 bytes. */
export function pairClaimSeed(secret: Uint8Array): Bytes {
  return prf(secret, "pair-claim");
}

/** What a claim is bound to: this token, this hub, this spoke, this try. */
export interface ClaimBinding {
  readonly tokenHash: Uint8Array;
  readonly hubSignPublicKey: Uint8Array;
  readonly hubBoxPublicKey: Uint8Array;
  readonly benchSignPublicKey: Uint8Array;
  readonly benchBoxPublicKey: Uint8Array;
  readonly ephemeralPublicKey: Uint8Array;
  /** 16 bytes. */
  readonly nonce: Uint8Array;
}

/** The text that the key of the pairing secret signs [T3]. */
export function claimTranscript(binding: ClaimBinding): Bytes {
  return concatBytes(
    CLAIM_CONTEXT,
    binding.tokenHash,
    binding.hubSignPublicKey,
    binding.hubBoxPublicKey,
    binding.benchSignPublicKey,
    binding.benchBoxPublicKey,
    binding.ephemeralPublicKey,
    binding.nonce,
  );
}

/** Arguments of PAIR_OFFER. Views into the command. */
export interface PairOffer {
  readonly tokenHash: Uint8Array;
  readonly claimPublicKey: Uint8Array;
  /** The bench that the offer is for. */
  readonly peerFp: Uint8Array;
  /** The bench where the offer is made. */
  readonly hubFp: Uint8Array;
}

/** Bytes of PAIR_OFFER's arguments. */
export function encodePairOffer(offer: PairOffer): Bytes {
  return concatBytes(offer.tokenHash, offer.claimPublicKey, offer.peerFp, offer.hubFp);
}

/** PAIR_OFFER's arguments, or `null`. */
export function parsePairOffer(args: Uint8Array): PairOffer | null {
  if (args.length !== OFFER_BYTES) return null;
  return {
    tokenHash: args.subarray(0, KEY_BYTES),
    claimPublicKey: args.subarray(KEY_BYTES, 2 * KEY_BYTES),
    peerFp: args.subarray(2 * KEY_BYTES, 2 * KEY_BYTES + BENCH_FP_BYTES),
    hubFp: args.subarray(2 * KEY_BYTES + BENCH_FP_BYTES),
  };
}
