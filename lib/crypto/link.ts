// Links to a room: the key and the admin's fingerprint, in the fragment, which no browser sends to a server.
// Must never put anything of it into a path or a query. Rules: lib/wire/PROTOCOL.md section 2, [L4] to [L6].

import { adminFingerprint } from "../proof/mod.ts";
import { randomBytes, signKeyPair } from "../nacl.ts";
import {
  type Bytes,
  concatBytes,
  encodeBase64url,
  equalBytes,
  parseBase64url,
} from "../wire/mod.ts";

declare const brand: unique symbol;

/** The 32 bytes that open a room's boxes. Whoever holds them is a member. */
export type RoomKey = Bytes & { readonly [brand]: "RoomKey" };

/** The 32 bytes that make the admin. Never leaves the creator's tab, except in the admin link. */
export type AdminSeed = Bytes & { readonly [brand]: "AdminSeed" };

/** What a member link says. */
export interface RoomSecret {
  readonly key: RoomKey;
  readonly adminFp: Bytes;
}

/** Characters of the member part: 48 bytes in base64url. */
export const MEMBER_TOKEN_CHARACTERS = 64;

/** Characters of the admin part behind the dot: 32 bytes in base64url. */
export const ADMIN_TOKEN_CHARACTERS = 43;

/** What a pasted or opened token turned out to be. */
export type ParsedToken =
  | { readonly tag: "room"; readonly secret: RoomSecret; readonly adminSeed: AdminSeed | null }
  /** It has the shape of a token and too few (or too many) characters. */
  | { readonly tag: "cut-off"; readonly have: number; readonly want: number }
  | { readonly tag: "none" };

/** A new room, in this browser alone: its key and its admin. */
export function newRoomSecret(): { readonly secret: RoomSecret; readonly adminSeed: AdminSeed } {
  const adminSeed = randomBytes(32) as AdminSeed;
  const key = randomBytes(32) as RoomKey;
  return {
    secret: { key, adminFp: adminFingerprint(signKeyPair(adminSeed).publicKey) },
    adminSeed,
  };
}

/** `b64u(K || adminFp)`, 64 characters [L4]. */
export function encodeMemberToken(secret: RoomSecret): string {
  return encodeBase64url(concatBytes(secret.key, secret.adminFp));
}

/** The member token, a dot, and the admin's seed [L5]. */
export function encodeAdminToken(secret: RoomSecret, adminSeed: AdminSeed): string {
  return `${encodeMemberToken(secret)}.${encodeBase64url(adminSeed)}`;
}

/**
 * Reads a token, with or without the admin part. An admin seed that is not the one the token commits to is a
 * cut-off (or mistyped) link and not a member link in disguise [L6].
 */
export function parseToken(text: string): ParsedToken {
  const token = text.trim();
  if (token === "") return { tag: "none" };
  const [memberPart = "", adminPart, ...rest] = token.split(".");
  const member = parseBase64url(memberPart, 48);
  if (member === null || memberPart.length !== MEMBER_TOKEN_CHARACTERS) {
    return { tag: "cut-off", have: memberPart.length, want: MEMBER_TOKEN_CHARACTERS };
  }
  const secret: RoomSecret = { key: member.slice(0, 32) as RoomKey, adminFp: member.slice(32) };
  if (adminPart === undefined) return { tag: "room", secret, adminSeed: null };
  const adminSeed = parseBase64url(adminPart, 32);
  if (
    adminSeed === null || rest.length > 0 ||
    !equalBytes(adminFingerprint(signKeyPair(adminSeed).publicKey), secret.adminFp)
  ) {
    return {
      tag: "cut-off",
      have: token.length,
      want: MEMBER_TOKEN_CHARACTERS + 1 + ADMIN_TOKEN_CHARACTERS,
    };
  }
  return { tag: "room", secret, adminSeed: adminSeed as AdminSeed };
}

/** Overwrites the secret parts of a link in memory. */
export function wipeSecret(secret: RoomSecret): void {
  secret.key.fill(0);
}
