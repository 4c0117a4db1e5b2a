// How an address is remembered: as a hash under a key that lives in this process alone and for minutes, so that what
// memory holds can neither be turned back into an address nor be compared with another hour [M12].

import { createHmac } from "node:crypto";
import type { Bytes } from "../wire/mod.ts";

/** 128 bits: among 65,536 addresses two fall together with a chance of 2^-97. */
const HASH_BYTES = 16;

/** The first 16 bytes of HMAC-SHA-512 of `text` under `key`, as base64url. */
export function keyedHash(key: Bytes, text: string): string {
  // Cut as bytes: a part of a string would keep the whole one alive.
  return createHmac("sha512", key).update(text).digest().subarray(0, HASH_BYTES)
    .toString("base64url");
}
