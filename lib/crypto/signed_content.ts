// Signed content: what a member says, under its session's signature, bound to the room, its type and its number.
// Rules: lib/wire/PROTOCOL.md section 4, [D4].
//
//   sig = Ed25519(session, "bt1/msg\0" || roomId || signPub || type || seq || SHA-512(body))

import { sha512 } from "../nacl.ts";
import type { Signer, Verify } from "../proof/mod.ts";
import {
  type Bytes,
  concatBytes,
  encodeSigned,
  idBytes,
  type RoomId,
  type SignedContent,
  u64,
  utf8,
} from "../wire/mod.ts";

const CONTEXT = utf8("bt1/msg\0");

function transcript(
  roomId: RoomId,
  signPublicKey: Uint8Array,
  type: number,
  seq: number,
  body: Uint8Array,
): Bytes {
  return concatBytes(
    CONTEXT,
    idBytes(roomId),
    signPublicKey,
    new Uint8Array([type]),
    u64(seq),
    sha512(body),
  );
}

/** Content bytes, signed by this session. `seq` rises from 1 in its own row: content below type 0x80, signals above. */
export async function signContent(
  signer: Signer,
  roomId: RoomId,
  type: number,
  seq: number,
  body: Uint8Array,
): Promise<Bytes> {
  const signPublicKey = signer.publicKey;
  const signature = await signer.sign(transcript(roomId, signPublicKey, type, seq, body));
  return encodeSigned({ signature, signPublicKey, type, seq, body });
}

/** Whether the signature of `content` holds in this room, under the strict rule. */
export function verifyContent(
  content: SignedContent,
  roomId: RoomId,
  verify: Verify,
): Promise<boolean> {
  const { signPublicKey, type, seq, body, signature } = content;
  return verify(signPublicKey, transcript(roomId, signPublicKey, type, seq, body), signature);
}
