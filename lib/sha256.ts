// The one door to @noble/hashes: SHA-256, which TweetNaCl does not have and a page on plain http gets from no platform.

import { sha256 as nobleSha256 } from "@noble/hashes/sha2";
import type { Bytes } from "./wire/bytes.ts";

/** SHA-256 (FIPS 180-4), 32 bytes. */
export function sha256(bytes: Uint8Array): Bytes {
  return nobleSha256(bytes) as Bytes;
}
