// Ed25519 under one strict rule, whatever does the arithmetic: S < L, and no public key that is small-order or not
// canonically encoded [P3]. TweetNaCl alone accepts both, and platforms differ; so the rule stands in front of all.
// A back end only ever sees input that passed `isStrictInput`. Rules: lib/wire/PROTOCOL.md section 1.

import { signDetached, signKeyPair, verifyDetachedLoose } from "../nacl.ts";
import { type Bytes, concatBytes } from "../wire/mod.ts";

/** Whether `signature` by `publicKey` over `message` is valid under the strict rule. Never throws on bytes. */
export type VerifySync = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean;

/** The same, where the platform answers later. */
export type Verify = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => Promise<boolean>;

/** Makes signatures with one key. */
export interface Signer {
  readonly publicKey: Bytes;
  sign(message: Uint8Array): Promise<Bytes>;
}

const fromHexLittleEndian = (hex: string): bigint => {
  let out = 0n;
  for (let i = hex.length - 2; i >= 0; i -= 2) {
    out = (out << 8n) | BigInt(`0x${hex.slice(i, i + 2)}`);
  }
  return out;
};

// Order of the base point, RFC 8032 section 5.1.
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const P = 2n ** 255n - 19n;
// y coordinates of the eight torsion points; the sign bit of x is masked away before comparing.
const SMALL_ORDER_Y: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  P - 1n,
  fromHexLittleEndian("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
  fromHexLittleEndian("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
]);

function littleEndian(bytes: Uint8Array, clearTopBit: boolean): bigint {
  let out = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) {
    const byte = clearTopBit && i === bytes.length - 1 ? bytes[i]! & 0x7f : bytes[i]!;
    out = (out << 8n) | BigInt(byte);
  }
  return out;
}

/** Whether a public key is canonically encoded and not of small order [P3]. */
export function isStrictPublicKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32) return false;
  const y = littleEndian(publicKey, true);
  return y < P && !SMALL_ORDER_Y.has(y);
}

/** Whether key and signature may be shown to a back end at all [P3]. */
export function isStrictInput(publicKey: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === 64 && littleEndian(signature.subarray(32), false) < L &&
    isStrictPublicKey(publicKey);
}

/** Puts the strict rule in front of a synchronous back end; a back end that throws has refused. */
export function strictSync(backEnd: VerifySync): VerifySync {
  return (publicKey, message, signature) => {
    if (!isStrictInput(publicKey, signature)) return false;
    try {
      return backEnd(publicKey, message, signature);
    } catch {
      return false;
    }
  };
}

/** TweetNaCl: everywhere, about 13 ms a signature. */
export const verifyWithNacl: VerifySync = strictSync((publicKey, message, signature) =>
  verifyDetachedLoose(message, signature, publicKey)
);

/** Signs with TweetNaCl. The seed has 32 bytes and is not copied out. */
export function naclSigner(seed: Uint8Array): Signer & { signSync(message: Uint8Array): Bytes } {
  const pair = signKeyPair(seed);
  const signSync = (message: Uint8Array): Bytes => signDetached(message, pair.secretKey);
  return {
    publicKey: pair.publicKey,
    signSync,
    sign: (message) => Promise.resolve(signSync(message)),
  };
}

const ALGORITHM = { name: "Ed25519" } as const;
const IMPORTED_KEYS = 64;
// PKCS #8 around a raw Ed25519 seed (RFC 8410 section 7).
const PKCS8_HEAD = new Uint8Array([
  0x30,
  0x2e,
  0x02,
  0x01,
  0x00,
  0x30,
  0x05,
  0x06,
  0x03,
  0x2b,
  0x65,
  0x70,
  0x04,
  0x22,
  0x04,
  0x20,
]);

/** WebCrypto: about 0.05 ms a signature. Imported keys are kept for the last 64 members. */
export function webCryptoVerify(subtle: SubtleCrypto): Verify {
  const imported = new Map<string, Promise<CryptoKey>>();
  const keyOf = (publicKey: Uint8Array): Promise<CryptoKey> => {
    const name = publicKey.join();
    const known = imported.get(name);
    if (known !== undefined) return known;
    const key = subtle.importKey("raw", publicKey as Bytes, ALGORITHM, false, ["verify"]);
    if (imported.size >= IMPORTED_KEYS) imported.delete(imported.keys().next().value!);
    imported.set(name, key);
    return key;
  };
  return async (publicKey, message, signature) => {
    if (!isStrictInput(publicKey, signature)) return false;
    try {
      const key = await keyOf(publicKey);
      return await subtle.verify(ALGORITHM, key, signature as Bytes, message as Bytes);
    } catch {
      return false;
    }
  };
}

/** A signer by WebCrypto, whose private key cannot be read back out of it. */
export async function webCryptoSigner(subtle: SubtleCrypto, seed: Uint8Array): Promise<Signer> {
  const publicKey = signKeyPair(seed).publicKey;
  const pkcs8 = concatBytes(PKCS8_HEAD, seed);
  const key = await subtle.importKey("pkcs8", pkcs8, ALGORITHM, false, ["sign"]);
  pkcs8.fill(0);
  return {
    publicKey,
    sign: async (message) => new Uint8Array(await subtle.sign(ALGORITHM, key, message as Bytes)),
  };
}

/** What a browser verifies and signs with: WebCrypto where it has Ed25519, TweetNaCl elsewhere (plain http). */
export interface Ed25519 {
  readonly backEnd: "webcrypto" | "nacl";
  readonly verify: Verify;
  newSigner(seed: Uint8Array): Promise<Signer>;
}

/** Chooses the back end by trying it once. `subtle` is undefined on plain http. */
export async function newEd25519(subtle: SubtleCrypto | undefined): Promise<Ed25519> {
  const byNacl: Ed25519 = {
    backEnd: "nacl",
    verify: (publicKey, message, signature) =>
      Promise.resolve(verifyWithNacl(publicKey, message, signature)),
    newSigner: (seed) => Promise.resolve(naclSigner(seed)),
  };
  if (subtle === undefined) return byNacl;
  try {
    const seed = new Uint8Array(32).fill(7);
    const signer = await webCryptoSigner(subtle, seed);
    const message = new Uint8Array(1);
    const verify = webCryptoVerify(subtle);
    if (!await verify(signer.publicKey, message, await signer.sign(message))) return byNacl;
    return { backEnd: "webcrypto", verify, newSigner: (of) => webCryptoSigner(subtle, of) };
  } catch {
    return byNacl;
  }
}
