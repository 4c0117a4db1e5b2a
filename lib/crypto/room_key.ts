// What follows from the room's key: its id, its join key, and the key of its boxes.
// Rules: lib/wire/PROTOCOL.md section 2, [L1] to [L3].

import { type KeyPair, signKeyPair } from "../nacl.ts";
import { deriveRoomId, prf } from "../proof/mod.ts";
import type { Bytes, RoomId } from "../wire/mod.ts";
import type { RoomSecret } from "./link.ts";

/** Everything a member derives once. Wipe with `wipeRoomKeys`. */
export interface RoomKeys {
  readonly roomId: RoomId;
  readonly adminFp: Bytes;
  /** Ed25519 from `prf(K, "join")`. */
  readonly join: KeyPair;
  /** `prf(K, "msg")`. */
  readonly messageKey: Bytes;
}

/** Derives a room's keys from its link. */
export function deriveRoomKeys(secret: RoomSecret): RoomKeys {
  const join = signKeyPair(prf(secret.key, "join"));
  return {
    roomId: deriveRoomId(join.publicKey, secret.adminFp),
    adminFp: secret.adminFp,
    join,
    messageKey: prf(secret.key, "msg"),
  };
}

/** Overwrites what opens boxes and proves joins. */
export function wipeRoomKeys(keys: RoomKeys): void {
  keys.messageKey.fill(0);
  keys.join.secretKey.fill(0);
}
