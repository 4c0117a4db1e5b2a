// Envelopes between benches that have no link yet: an ephemeral key, a nonce and a box of one length, so that a claim, an
// answer and a refusal look alike. Small-order keys are refused before any of it [P4]. Rules: PAIRING.md, [T3] [T4] [W1].
//
//   envelope  eph32 || nonce24 || box(pad1024(plaintext), to, eph)          padN(x) = u16 length || x || zeros

import { boxKeyPair, type KeyPair, openSecretbox, secretbox } from "../nacl.ts";
import { sharedBoxKey } from "../proof/mod.ts";
import { type Bytes, concatBytes, readU16, u16 } from "../wire/mod.ts";

const KEY_BYTES = 32;
const NONCE_BYTES = 24;
const TAG_BYTES = 16;

/** Bytes of every plaintext, padding included. */
export const SEALED_PADDED_BYTES = 1_024;

/** Bytes of every envelope. */
export const ENVELOPE_BYTES = KEY_BYTES + NONCE_BYTES + TAG_BYTES + SEALED_PADDED_BYTES;

/** An envelope that opened. */
export interface OpenedEnvelope {
  readonly ephemeralPublicKey: Bytes;
  readonly plaintext: Bytes;
}

/** A key pair for one envelope, of 32 fresh random bytes. */
export function newEphemeral(secret: Bytes): KeyPair {
  return boxKeyPair(secret);
}

/** `u16 length || x || zeros`. Throws `RangeError` when it does not fit. */
export function pad(plaintext: Uint8Array, paddedBytes = SEALED_PADDED_BYTES): Bytes {
  if (plaintext.length > paddedBytes - 2) throw new RangeError("longer than its padding");
  const out = new Uint8Array(paddedBytes);
  out.set(u16(plaintext.length));
  out.set(plaintext, 2);
  return out;
}

/** What was padded, or `null` when the length or the zeros are not right. */
export function unpad(padded: Uint8Array, paddedBytes = SEALED_PADDED_BYTES): Bytes | null {
  if (padded.length !== paddedBytes) return null;
  const length = readU16(padded, 0);
  if (length > paddedBytes - 2) return null;
  for (let i = 2 + length; i < paddedBytes; i++) if (padded[i] !== 0) return null;
  return padded.slice(2, 2 + length);
}

/** Seals to `publicKey`; `null` when that key is of small order. `nonce` has 24 fresh bytes. */
export function sealEnvelope(
  plaintext: Uint8Array,
  publicKey: Uint8Array,
  ephemeral: KeyPair,
  nonce: Uint8Array,
): Bytes | null {
  const key = sharedBoxKey(ephemeral.secretKey, publicKey);
  if (key === null) return null;
  const box = secretbox(pad(plaintext), nonce, key);
  return concatBytes(ephemeral.publicKey, nonce, box);
}

/** Opens with the secret key that it was sealed to, or `null`. Never throws. */
export function openEnvelope(envelope: Uint8Array, secretKey: Uint8Array): OpenedEnvelope | null {
  if (envelope.length !== ENVELOPE_BYTES) return null;
  const ephemeralPublicKey = envelope.slice(0, KEY_BYTES) as Bytes;
  const key = sharedBoxKey(secretKey, ephemeralPublicKey);
  if (key === null) return null;
  const opened = openSecretbox(
    envelope.subarray(KEY_BYTES + NONCE_BYTES),
    envelope.subarray(KEY_BYTES, KEY_BYTES + NONCE_BYTES),
    key,
  );
  const plaintext = opened === null ? null : unpad(opened);
  return plaintext === null ? null : { ephemeralPublicKey, plaintext };
}
