// Bodies of signed content: presence, text and picture heads, to bytes and back. A member wrote them, and a member can
// be hostile: every field is checked, and `null` is the answer to all that is not exactly right.
// Rules: lib/wire/PROTOCOL.md section 4, [F1] [I1] [I2].

import { adminFingerprint, type Signer, type Verify } from "../proof/mod.ts";
import {
  type Bytes,
  concatBytes,
  encodeBase64url,
  equalBytes,
  idBytes,
  MAX_CHUNK_BYTES,
  MAX_IMAGE_SIDE_PX,
  parseBase64url,
  parseUtf8,
  type RoomId,
  utf8,
} from "../wire/mod.ts";
import type { ImageKind } from "./image_kind.ts";
import { cleanName } from "./name.ts";

const BADGE_CONTEXT = utf8("bt1/admin-session\0");

/** Nonces one presence echoes at most: a room of 500 fits the 16 KiB box. */
export const MAX_ECHOES = 512;

/** `{adminPub, Ed25519(admin, "bt1/admin-session\0" || roomId || signPub)}` [F6]. */
export interface AdminBadge {
  readonly adminPublicKey: Bytes;
  readonly signature: Bytes;
}

/** Who a tab is and whose nonces it has seen. */
export interface Presence {
  /** This tab's own freshness nonce, base64url of 16 bytes. */
  readonly nonce: string;
  /** X25519 key, for later changes of the locks. */
  readonly boxPublicKey: Bytes;
  readonly name: string;
  /** Counter of the last content it sent. */
  readonly contentSeq: number;
  readonly echoes: readonly string[];
  readonly badge: AdminBadge | null;
  /** Not everybody has answered: answer once more [F4]. */
  readonly asksAgain: boolean;
}

/** What the picture's sender signs once for all its chunks. */
export interface ImageHead {
  /** base64url of 16 bytes. */
  readonly transfer: string;
  readonly kind: ImageKind;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly totalBytes: number;
  /** SHA-512(chunk)[0:32] of each chunk, in order. */
  readonly chunkHashes: readonly Bytes[];
}

type Fields = Readonly<Record<string, unknown>>;

function parseJson(body: Uint8Array): Fields | null {
  const text = parseUtf8(body);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as Fields
      : null;
  } catch {
    return null;
  }
}

const isCount = (value: unknown, least: number, most: number): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most;

/** JSON bytes of a presence. */
export function encodePresence(presence: Presence): Bytes {
  return utf8(JSON.stringify({
    n: presence.nonce,
    box: encodeBase64url(presence.boxPublicKey),
    name: presence.name,
    cs: presence.contentSeq,
    echo: presence.echoes,
    ...(presence.asksAgain ? { q: 1 } : {}),
    ...(presence.badge === null ? {} : {
      adm: [
        encodeBase64url(presence.badge.adminPublicKey),
        encodeBase64url(presence.badge.signature),
      ],
    }),
  }));
}

/** A presence with its name cleaned, or `null`. */
export function parsePresence(body: Uint8Array): Presence | null {
  const fields = parseJson(body);
  if (fields === null) return null;
  const { n: nonce, name, cs: contentSeq, echo, adm } = fields;
  const boxPublicKey = parseBase64url(fields.box, 32);
  if (
    typeof nonce !== "string" || parseBase64url(nonce, 16) === null || boxPublicKey === null ||
    typeof name !== "string" || !isCount(contentSeq, 0, Number.MAX_SAFE_INTEGER) ||
    !Array.isArray(echo) || echo.length > MAX_ECHOES ||
    !echo.every((one): one is string => typeof one === "string" && one.length === 22)
  ) return null;
  let badge: AdminBadge | null = null;
  if (adm !== undefined) {
    const adminPublicKey = Array.isArray(adm) ? parseBase64url(adm[0], 32) : null;
    const signature = Array.isArray(adm) ? parseBase64url(adm[1], 64) : null;
    if (adminPublicKey === null || signature === null) return null;
    badge = { adminPublicKey, signature };
  }
  return {
    nonce,
    boxPublicKey,
    name: cleanName(name),
    contentSeq,
    echoes: echo,
    badge,
    asksAgain: fields.q === 1,
  };
}

/** The admin's word that this session is the admin's [F6]. */
export async function newBadge(
  admin: Signer,
  roomId: RoomId,
  signPublicKey: Uint8Array,
): Promise<AdminBadge> {
  const signed = concatBytes(BADGE_CONTEXT, idBytes(roomId), signPublicKey);
  return { adminPublicKey: admin.publicKey, signature: await admin.sign(signed) };
}

/** Whether a badge is the room's admin's, for this session in this room. */
export async function checkBadge(
  badge: AdminBadge,
  adminFp: Uint8Array,
  roomId: RoomId,
  signPublicKey: Uint8Array,
  verify: Verify,
): Promise<boolean> {
  const { adminPublicKey, signature } = badge;
  if (!equalBytes(adminFingerprint(adminPublicKey), adminFp)) return false;
  const signed = concatBytes(BADGE_CONTEXT, idBytes(roomId), signPublicKey);
  return await verify(adminPublicKey, signed, signature);
}

/** JSON bytes of a picture's head. */
export function encodeImageHead(head: ImageHead): Bytes {
  return utf8(JSON.stringify({
    x: head.transfer,
    m: head.kind,
    w: head.widthPx,
    h: head.heightPx,
    s: head.totalBytes,
    c: head.chunkHashes.map(encodeBase64url),
  }));
}

/** How many chunks a picture of so many bytes has. */
export function chunkCount(totalBytes: number): number {
  return Math.ceil(totalBytes / MAX_CHUNK_BYTES);
}

/** A head whose numbers fit each other, or `null`. Whether it is too big for this room is the caller's to judge. */
export function parseImageHead(body: Uint8Array): ImageHead | null {
  const fields = parseJson(body);
  if (fields === null) return null;
  const { x: transfer, m: kind, w: widthPx, h: heightPx, s: totalBytes, c: hashes } = fields;
  if (
    typeof transfer !== "string" || parseBase64url(transfer, 16) === null ||
    (kind !== "jpeg" && kind !== "png" && kind !== "webp" && kind !== "gif") ||
    !isCount(widthPx, 1, MAX_IMAGE_SIDE_PX) || !isCount(heightPx, 1, MAX_IMAGE_SIDE_PX) ||
    !isCount(totalBytes, 1, 2 ** 31) || !Array.isArray(hashes) ||
    hashes.length !== chunkCount(totalBytes)
  ) return null;
  const chunkHashes: Bytes[] = [];
  for (const text of hashes) {
    const hash = parseBase64url(text, 32);
    if (hash === null) return null;
    chunkHashes.push(hash);
  }
  return { transfer, kind, widthPx, heightPx, totalBytes, chunkHashes };
}
