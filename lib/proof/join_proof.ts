// The proof that a tab holds the room's key, bound to this connection, this room, this page and this origin.
// Rules: lib/wire/PROTOCOL.md section 3, [J2] to [J5].

import { sha512 } from "../nacl.ts";
import { type Bytes, concatBytes, idBytes, type Join, utf8 } from "../wire/mod.ts";
import type { RoomId } from "../wire/mod.ts";
import type { VerifySync } from "./ed25519.ts";
import { deriveRoomId } from "./room_ids.ts";

const CONTEXT = utf8("bt1/join\0");

/** T = `"bt1/join\0" || connNonce || roomId || signPub || SHA-512(utf8(origin))[0:32]` [J3]. */
export function joinTranscript(
  connNonce: Uint8Array,
  roomId: RoomId,
  signPublicKey: Uint8Array,
  origin: string,
): Bytes {
  const originHash = sha512(utf8(origin)).subarray(0, 32);
  return concatBytes(CONTEXT, connNonce, idBytes(roomId), signPublicKey, originHash);
}

/**
 * Whether a join proves the room's key and the session's [J2] [J4]. Cheapest first: the id must follow from the
 * keys before any signature is looked at. Says nothing of whether the room exists.
 */
export function checkJoinProof(
  join: Join,
  connNonce: Uint8Array,
  origin: string,
  verify: VerifySync,
): boolean {
  if (deriveRoomId(join.joinPublicKey, join.adminFp) !== join.roomId) return false;
  const transcript = joinTranscript(connNonce, join.roomId, join.signPublicKey, origin);
  return verify(join.joinPublicKey, transcript, join.joinSignature) &&
    verify(join.signPublicKey, transcript, join.sessionSignature);
}
