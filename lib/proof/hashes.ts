// The derivations of bt1: labelled hashes and the keyed prf. Rules: lib/wire/PROTOCOL.md section 1, [P1] [P2].

import { sha512 } from "../nacl.ts";
import { type Bytes, concatBytes, utf8 } from "../wire/mod.ts";

const HASH_BLOCK_BYTES = 128;

function labelled(label: string): Bytes {
  return utf8(`bt1/${label}\0`);
}

/** `SHA-512("bt1/" label 0x00 d...)[0:16]` [P1]. */
export function h16(label: string, ...data: readonly Uint8Array[]): Bytes {
  return sha512(concatBytes(labelled(label), ...data)).slice(0, 16);
}

/** HMAC-SHA-512 (RFC 2104), 64 bytes. Throws `RangeError` for a key longer than a block. */
export function hmacSha512(key: Uint8Array, ...data: readonly Uint8Array[]): Bytes {
  if (key.length > HASH_BLOCK_BYTES) throw new RangeError("an HMAC key of at most one block");
  const inner = new Uint8Array(HASH_BLOCK_BYTES).fill(0x36);
  const outer = new Uint8Array(HASH_BLOCK_BYTES).fill(0x5c);
  for (let i = 0; i < key.length; i++) {
    inner[i]! ^= key[i]!;
    outer[i]! ^= key[i]!;
  }
  return sha512(concatBytes(outer, sha512(concatBytes(inner, ...data))));
}

/** `HMAC-SHA-512(key, "bt1/" label 0x00 d)[0:32]` [P2]. Throws `RangeError` unless the key has 32 bytes. */
export function prf(key: Uint8Array, label: string, data: Uint8Array = new Uint8Array(0)): Bytes {
  if (key.length !== 32) throw new RangeError("a prf key has 32 bytes");
  return hmacSha512(key, labelled(label), data).slice(0, 32);
}

/** The first `length` bytes of SHA-512. */
export function sha512Prefix(bytes: Uint8Array, length: 16 | 24 | 32): Bytes {
  return sha512(bytes).slice(0, length);
}
