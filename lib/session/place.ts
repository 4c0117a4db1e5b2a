// Which room this tab is for: from the fragment, from a code that was pasted, or from a room just made here. The admin's
// part never stays in the address bar, and nothing of a link ever gets into a path or a query.
// Rules: lib/wire/PROTOCOL.md section 2, [L4] to [L8].

import {
  type AdminSeed,
  encodeAdminToken,
  encodeMemberToken,
  newRoomSecret,
  parseToken,
  type RoomSecret,
  wipeSecret,
} from "../crypto/mod.ts";
import { signKeyPair } from "../nacl.ts";
import { adminFingerprint } from "../proof/mod.ts";
import { encodeBase64url, equalBytes, parseBase64url } from "../wire/mod.ts";
import { stash, stashed, unstash } from "./stash.ts";

/** A room this tab can enter. */
export interface RoomPlace {
  readonly secret: RoomSecret;
  readonly adminSeed: AdminSeed | null;
  readonly isAdmin: boolean;
}

/** What the address (or what was pasted) turned out to be. */
export type PlaceResult =
  | { readonly tag: "room"; readonly place: RoomPlace }
  | { readonly tag: "cut-off"; readonly have: number; readonly want: number }
  | { readonly tag: "none" };

/** A room that was just made, in this browser alone. */
export interface NewRoom {
  readonly memberUrl: string;
  readonly adminUrl: string;
  /** Takes this tab there; the admin's part is stashed and never shows. */
  go(): void;
}

/** What became of a pasted link or code. */
export type GoResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: "cut-off" | "not-a-link" }
  /** A link of another bench: `url` is offered as an ordinary link. */
  | { readonly ok: false; readonly reason: "other-bench"; readonly url: string };

const ROOM_PATH = "/room";

/** Reads the address bar and the stash; moves an admin part out of the address bar [L7]. */
export function readPlace(): PlaceResult {
  const fragment = location.hash.slice(1);
  const parsed = parseToken(fragment === "" ? stashed("code") ?? "" : fragment);
  if (parsed.tag !== "room") return parsed;
  const { secret } = parsed;
  if (parsed.adminSeed !== null) {
    stash("admin", encodeBase64url(parsed.adminSeed));
    if (fragment !== "") {
      history.replaceState(null, "", `${location.pathname}#${encodeMemberToken(secret)}`);
    }
  }
  const adminSeed = parsed.adminSeed ?? stashedAdminSeed(secret);
  return { tag: "room", place: { secret, adminSeed, isAdmin: adminSeed !== null } };
}

/** The stashed seed, if it is the one this room commits to; a tab may have been in another room before. */
function stashedAdminSeed(secret: RoomSecret): AdminSeed | null {
  const seed = parseBase64url(stashed("admin") ?? "", 32);
  if (seed === null) return null;
  const isThisRooms = equalBytes(adminFingerprint(signKeyPair(seed).publicKey), secret.adminFp);
  return isThisRooms ? seed as AdminSeed : null;
}

/** Makes a room: 64 random bytes and two links. Nothing is sent anywhere. */
export function newRoomUrl(origin: string): NewRoom {
  const { secret, adminSeed } = newRoomSecret();
  const memberUrl = `${origin}${ROOM_PATH}#${encodeMemberToken(secret)}`;
  const adminUrl = `${origin}${ROOM_PATH}#${encodeAdminToken(secret, adminSeed)}`;
  const seedText = encodeBase64url(adminSeed);
  return {
    memberUrl,
    adminUrl,
    go: () => location.assign(stash("admin", seedText) ? memberUrl : adminUrl),
  };
}

/** Reads a pasted text: a token, or a link around one. Pure. */
export function parsePasted(
  text: string,
  origin: string,
): { readonly tag: "token"; readonly token: string } | Extract<GoResult, { ok: false }> {
  const pasted = text.trim();
  const hashAt = pasted.indexOf("#");
  if (hashAt < 0) {
    if (/^https?:/i.test(pasted) || /[\s/]/.test(pasted)) {
      return { ok: false, reason: "not-a-link" };
    }
    return judge(pasted);
  }
  const token = pasted.slice(hashAt + 1);
  const before = pasted.slice(0, hashAt);
  const judged = judge(token);
  if ("ok" in judged || before === "") return judged;
  const hasScheme = before.includes("://");
  const url = parseHttpUrl(hasScheme ? before : `https://${before}`);
  if (url === null) return { ok: false, reason: "not-a-link" };
  // Typed without its scheme, an address of this host is this bench's, whatever the scheme is.
  const isHere = url.origin === origin ||
    (!hasScheme && url.host === new URL(origin).host);
  if (isHere) return judged;
  return { ok: false, reason: "other-bench", url: `${url.origin}${ROOM_PATH}#${token}` };
}

function judge(
  token: string,
): { readonly tag: "token"; readonly token: string } | Extract<GoResult, { ok: false }> {
  const parsed = parseToken(token);
  if (parsed.tag === "room") return { tag: "token", token: token.trim() };
  const isTokenLike = parsed.tag === "cut-off" && parsed.have >= 8 && /^[\w.-]+$/.test(token);
  return { ok: false, reason: isTokenLike ? "cut-off" : "not-a-link" };
}

function parseHttpUrl(text: string): URL | null {
  try {
    const url = new URL(text);
    return url.protocol === "http:" || url.protocol === "https:" ? url : null;
  } catch {
    return null;
  }
}

/**
 * Goes to the room of a pasted link or code. The key is handed over through the stash, so that neither the address bar
 * nor the history ever holds it [L8].
 */
export function goToCode(text: string): GoResult {
  const pasted = parsePasted(text, location.origin);
  if ("ok" in pasted) return pasted;
  const isKept = stash("code", pasted.token);
  location.assign(isKept ? ROOM_PATH : `${ROOM_PATH}#${pasted.token}`);
  return { ok: true };
}

/** Wipes what this tab kept of the room: the stash, the fragment and the place itself. The name stays for the next room. */
export function clearStay(place: RoomPlace): void {
  wipeSecret(place.secret);
  place.adminSeed?.fill(0);
  unstash("admin");
  unstash("code");
  if (location.hash !== "") history.replaceState(null, "", location.pathname);
}
