// [L1] [L2] [L3] What follows from a room's key, against the known answers.

import { assertEquals } from "@std/assert";
import { deriveRoomKeys, wipeRoomKeys } from "../../lib/crypto/room_key.ts";
import { VECTOR_ROOM_ID, vectors, vectorSecret } from "../support/vectors.ts";

const { room } = vectors;

Deno.test("[L1] [L3] deriveRoomKeys() has the known answers", () => {
  const keys = deriveRoomKeys(vectorSecret());
  assertEquals(keys.join.publicKey.toHex(), room.joinPub);
  assertEquals(keys.messageKey.toHex(), room.msgKey);
  assertEquals(keys.adminFp.toHex(), room.adminFp);
  assertEquals(keys.roomId, VECTOR_ROOM_ID);
});

Deno.test("[L1] neither key is the room's, nor the other", () => {
  const { join, messageKey } = deriveRoomKeys(vectorSecret());
  const seen = [vectorSecret().key, messageKey, join.secretKey.subarray(0, 32)];
  assertEquals(new Set(seen.map((key) => key.toHex())).size, 3);
});

Deno.test("wipeRoomKeys() leaves nothing that opens or proves", () => {
  const keys = deriveRoomKeys(vectorSecret());
  wipeRoomKeys(keys);
  for (const bytes of [keys.messageKey, keys.join.secretKey]) {
    assertEquals(bytes.every((byte) => byte === 0), true);
  }
});
