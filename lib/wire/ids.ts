// The two ids that cross the wire, as texts that a Map can hold. Both are 16 bytes, spelled base64url (22
// characters), and branded so that one is never passed for the other. The casts live here alone.

import { encodeBase64url, parseBase64url } from "./base64url.ts";
import type { Bytes } from "./bytes.ts";

declare const brand: unique symbol;

/** A room's id, derived from its join key and its admin (PROTOCOL.md [L3]). */
export type RoomId = string & { readonly [brand]: "RoomId" };

/** A member's id, derived from its session key (PROTOCOL.md [J8]). */
export type MemberId = string & { readonly [brand]: "MemberId" };

/** Bytes of a room or member id. */
export const ID_BYTES = 16;

/** The id, or `null` when the text is not 16 canonical bytes. */
export function parseRoomId(text: unknown): RoomId | null {
  return parseBase64url(text, ID_BYTES) === null ? null : text as RoomId;
}

/** The id, or `null` when the text is not 16 canonical bytes. */
export function parseMemberId(text: unknown): MemberId | null {
  return parseBase64url(text, ID_BYTES) === null ? null : text as MemberId;
}

/** The id of 16 bytes. Throws `RangeError` for another length. */
export function roomIdOf(bytes: Uint8Array): RoomId {
  if (bytes.length !== ID_BYTES) throw new RangeError("a room id has 16 bytes");
  return encodeBase64url(bytes) as RoomId;
}

/** The id of 16 bytes. Throws `RangeError` for another length. */
export function memberIdOf(bytes: Uint8Array): MemberId {
  if (bytes.length !== ID_BYTES) throw new RangeError("a member id has 16 bytes");
  return encodeBase64url(bytes) as MemberId;
}

/** The 16 bytes of an id. */
export function idBytes(id: RoomId | MemberId): Bytes {
  return parseBase64url(id, ID_BYTES)!;
}
