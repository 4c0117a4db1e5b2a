// [L2] [L3] [J8] Ids that commit to keys, against the known answers.

import { assertEquals, assertNotEquals } from "@std/assert";
import { adminFingerprint, deriveMemberId, deriveRoomId } from "../../lib/proof/mod.ts";
import { idBytes } from "../../lib/wire/mod.ts";
import { hex, VECTOR_ROOM_ID, vectors } from "../support/vectors.ts";

const { room, join } = vectors;

Deno.test("[L2] adminFingerprint() has the known answer", () => {
  assertEquals(adminFingerprint(hex(room.adminPub)).toHex(), room.adminFp);
});

Deno.test("[L3] deriveRoomId() has the known answer and follows from key and admin alike", () => {
  const [joinPub, adminFp] = [hex(room.joinPub), hex(room.adminFp)];
  assertEquals(deriveRoomId(joinPub, adminFp), VECTOR_ROOM_ID);
  assertEquals(idBytes(VECTOR_ROOM_ID).toHex(), room.roomId);
  joinPub[0]! ^= 1;
  assertNotEquals(deriveRoomId(joinPub, adminFp), VECTOR_ROOM_ID);
  joinPub[0]! ^= 1;
  adminFp[15]! ^= 1;
  assertNotEquals(deriveRoomId(joinPub, adminFp), VECTOR_ROOM_ID);
});

Deno.test("[J8] deriveMemberId() has the known answer", () => {
  assertEquals(idBytes(deriveMemberId(hex(join.signPub))).toHex(), join.memberId);
});
