// Ids that commit to keys: who the admin is, what a room is called, who a member is.
// Rules: lib/wire/PROTOCOL.md sections 2 and 3, [L2] [L3] [J8].

import { type Bytes, type MemberId, memberIdOf, type RoomId, roomIdOf } from "../wire/mod.ts";
import { h16 } from "./hashes.ts";

/** `H16("admin", adminPub)`, 16 bytes [L2]. */
export function adminFingerprint(adminPublicKey: Uint8Array): Bytes {
  return h16("admin", adminPublicKey);
}

/** `H16("room", joinPub || adminFp)` [L3]: nobody can hold an id with another key or another admin. */
export function deriveRoomId(joinPublicKey: Uint8Array, adminFp: Uint8Array): RoomId {
  return roomIdOf(h16("room", joinPublicKey, adminFp));
}

/** `H16("member", signPub)` [J8]. */
export function deriveMemberId(signPublicKey: Uint8Array): MemberId {
  return memberIdOf(h16("member", signPublicKey));
}
