// Where a message is sealed: padded content into a box, and back. XSalsa20-Poly1305 by TweetNaCl, a random nonce.
// Rules: lib/wire/PROTOCOL.md section 4, [D1] to [D3].
//
//   box   nonce24 || secretbox(padded, nonce24, msgKey)

import { openSecretbox, randomBytes, secretbox } from "../nacl.ts";
import { type Bytes, concatBytes, isBoxLength, padContent, unpadContent } from "../wire/mod.ts";

const NONCE_BYTES = 24;

/** Seals content into the smallest box that holds it. Throws `RangeError` when none does. */
export function sealBox(
  content: Uint8Array,
  messageKey: Uint8Array,
  nonce: Uint8Array = randomBytes(NONCE_BYTES),
): Bytes {
  if (nonce.length !== NONCE_BYTES) throw new RangeError("a box nonce has 24 bytes");
  return concatBytes(nonce, secretbox(padContent(content), nonce, messageKey));
}

/** The content (a new array), or `null` for any box that was not sealed whole with this key. */
export function openBox(box: Uint8Array, messageKey: Uint8Array): Uint8Array | null {
  if (!isBoxLength(box.length)) return null;
  const padded = openSecretbox(box.subarray(NONCE_BYTES), box.subarray(0, NONCE_BYTES), messageKey);
  return padded === null ? null : unpadContent(padded);
}
