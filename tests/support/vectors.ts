// The known answers of tests/vectors.json, and what most tests build out of them.

import { encodeBase64url, parseRoomId, type RoomId } from "../../lib/wire/mod.ts";
import type { AdminSeed, RoomKey, RoomSecret } from "../../lib/crypto/mod.ts";
import vectors from "../vectors.json" with { type: "json" };

export { vectors };

/** Bytes of a hex text. */
export function hex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(text);
}

/** The room of the vectors, as its link says it. A new copy each time: tests may wipe it. */
export function vectorSecret(): RoomSecret {
  return { key: hex(vectors.inputs.K) as RoomKey, adminFp: hex(vectors.room.adminFp) };
}

/** The admin's seed of the vectors. */
export function vectorAdminSeed(): AdminSeed {
  return hex(vectors.inputs.adminSeed) as AdminSeed;
}

/** The room id of the vectors. */
export const VECTOR_ROOM_ID: RoomId = parseRoomId(encodeBase64url(hex(vectors.room.roomId)))!;
