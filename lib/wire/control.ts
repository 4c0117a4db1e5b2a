// JSON control messages: every shape, in one table, with its strict parser. A stranger wrote the text, so a parser
// answers `null` and never throws. Unknown fields are passed over, so that a later bench can say more.
// Rules: PROTOCOL.md section 3.

import { encodeBase64url, parseBase64url } from "./base64url.ts";
import type { Bytes } from "./bytes.ts";
import { type Fields, parseAdminCtr, parseCount, parseFields } from "./control_fields.ts";
import { type MemberId, parseMemberId, parseRoomId, type RoomId } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import {
  type ParkControl,
  type ParkRequest,
  parseParkControl,
  parseParkRequest,
} from "./park_control.ts";

/** bench -> tab, first message of a connection. */
export interface Hi {
  readonly t: "hi";
  readonly connNonce: Bytes;
  /** Who it says it is; without a proof its word alone. */
  readonly bench: {
    readonly label: string;
    /** 16 bytes that follow from the two keys [B2]. */
    readonly fp: Bytes;
    readonly signPublicKey: Bytes;
    readonly boxPublicKey: Bytes;
  };
  readonly instance: string;
  readonly maxFileBytes: number;
  /** Messages that it reads of one socket in a second [M7]; Infinity where it does not count them. */
  readonly framesPerSecond: number;
  /** Whether it pairs with other benches at all. */
  readonly park: boolean;
}

/** tab -> bench: the proof of section 3. `create` is the protocol's `c`. */
export interface Join {
  readonly t: "join";
  readonly roomId: RoomId;
  readonly joinPublicKey: Bytes;
  readonly adminFp: Bytes;
  readonly signPublicKey: Bytes;
  readonly joinSignature: Bytes;
  readonly sessionSignature: Bytes;
  readonly create: boolean;
}

/** bench -> tab: joined. */
export interface Ok {
  readonly t: "ok";
  readonly memberId: MemberId;
  readonly roomNonce: Bytes;
  readonly lastAdminCtr: number;
  readonly count: number;
  readonly created: boolean;
  readonly isPublic: boolean;
  /** The admin's signed MAKE_PUBLIC, in a public room [A8]. */
  readonly publicFrame: Bytes | null;
}

/** Why a bench did not take an admin command. */
export const ADMIN_REFUSALS = [
  "malformed",
  "not-admin",
  "wrong-room",
  "stale",
  "bad-signature",
  "unsupported",
  /** The room is private: it has to be made public first. */
  "not-public",
  /** This bench is by itself, or its keeper does not pair. */
  "no-park",
  /** There is no way to other benches just now. */
  "park-away",
  /** The room's home is another bench: it is done there. */
  "on-spoke",
  /** The room's home does not answer just now. */
  "hub-away",
  "too-many",
  /** This pairing link was used or is in use. */
  "spent",
  /** It names another bench than this, or this bench as its own partner. */
  "wrong-bench",
] as const;
export type AdminRefusal = typeof ADMIN_REFUSALS[number];

/** bench -> tab: what became of an admin command, and the highest counter taken. */
export interface AdminAnswer {
  readonly t: "adm";
  readonly refusal: AdminRefusal | null;
  readonly lastAdminCtr: number;
}

/** bench -> tab after `hi`. */
export type BenchControl =
  | Hi
  | Ok
  | { readonly t: "cnt"; readonly count: number }
  | { readonly t: "left"; readonly memberId: MemberId }
  | { readonly t: "ack"; readonly count: number }
  | AdminAnswer
  | ParkControl
  | { readonly t: "beat" };

/** tab -> bench. */
export type TabControl = Join | ParkRequest | { readonly t: "beat" };

/** What a bench says of itself in `hi`. */
export interface BenchCard {
  readonly label: string;
  readonly fp: Uint8Array;
  readonly signPublicKey: Uint8Array;
  readonly boxPublicKey: Uint8Array;
  readonly instance: string;
  readonly maxFileBytes: number;
  /** MAX_FRAMES_PER_SECOND, a whole number; Infinity where that limit is switched off. */
  readonly framesPerSecond: number;
  readonly park: boolean;
}

/** A setting of the bench: 0 is a limit switched off; without it the bench is one that says nothing of it. */
function parseLimit(value: unknown, unsaid: number): number | null {
  if (value === undefined) return unsaid;
  const limit = parseCount(value);
  return limit === 0 ? Infinity : limit;
}

/** A tab's control message, or `null` (4400). */
export function parseTabControl(text: string): TabControl | null {
  const fields = parseFields(text);
  if (fields === null) return null;
  if (fields.t === "beat") return { t: "beat" };
  if (fields.t !== "join") return parseParkRequest(fields);
  const roomId = parseRoomId(fields.r);
  const joinPublicKey = parseBase64url(fields.jp, 32);
  const adminFp = parseBase64url(fields.af, 16);
  const signPublicKey = parseBase64url(fields.sp, 32);
  const joinSignature = parseBase64url(fields.sj, 64);
  const sessionSignature = parseBase64url(fields.ss, 64);
  if (
    roomId === null || joinPublicKey === null || adminFp === null || signPublicKey === null ||
    joinSignature === null || sessionSignature === null || (fields.c !== 0 && fields.c !== 1)
  ) return null;
  return {
    t: "join",
    roomId,
    joinPublicKey,
    adminFp,
    signPublicKey,
    joinSignature,
    sessionSignature,
    create: fields.c === 1,
  };
}

/** A bench's control message, or `null` for what no honest bench sends. */
export function parseBenchControl(text: string): BenchControl | null {
  const fields = parseFields(text);
  if (fields === null) return null;
  switch (fields.t) {
    case "hi":
      return parseHi(fields);
    case "ok":
      return parseOk(fields);
    case "cnt": {
      const count = parseCount(fields.cnt);
      return count === null ? null : { t: "cnt", count };
    }
    case "left": {
      const memberId = parseMemberId(fields.m);
      return memberId === null ? null : { t: "left", memberId };
    }
    case "ack": {
      const count = parseCount(fields.n);
      return count === null ? null : { t: "ack", count };
    }
    case "adm": {
      const lastAdminCtr = parseAdminCtr(fields.ac);
      const refusal = fields.why === undefined
        ? null
        : ADMIN_REFUSALS.find((why) => why === fields.why);
      return lastAdminCtr === null || refusal === undefined
        ? null
        : { t: "adm", refusal, lastAdminCtr };
    }
    case "beat":
      return { t: "beat" };
    default:
      return parseParkControl(fields);
  }
}

function parseHi(fields: Fields): Hi | null {
  const connNonce = parseBase64url(fields.n, 32);
  const bench = fields.bench as Fields | null | undefined;
  const lim = fields.lim as Fields | null | undefined;
  const maxFileBytes = parseCount(lim?.file);
  const framesPerSecond = parseLimit(lim?.frames, LIMITS.maxFramesPerSecond);
  const fp = parseBase64url(bench?.fp, 16);
  const signPublicKey = parseBase64url(bench?.sp, 32);
  const boxPublicKey = parseBase64url(bench?.bp, 32);
  if (
    fields.v !== 1 || connNonce === null || maxFileBytes === null || framesPerSecond === null ||
    typeof bench?.id !== "string" || fp === null || signPublicKey === null ||
    boxPublicKey === null ||
    typeof fields.instance !== "string"
  ) return null;
  return {
    t: "hi",
    connNonce,
    bench: { label: bench.id, fp, signPublicKey, boxPublicKey },
    instance: fields.instance,
    maxFileBytes,
    framesPerSecond,
    park: fields.park === true,
  };
}

function parseOk(fields: Fields): Ok | null {
  const memberId = parseMemberId(fields.m);
  const roomNonce = parseBase64url(fields.in, 32);
  const lastAdminCtr = parseAdminCtr(fields.ac);
  const count = parseCount(fields.cnt);
  const publicFrame = parseBase64url(fields.pf);
  if (
    memberId === null || roomNonce === null || lastAdminCtr === null || count === null ||
    (fields.pf !== undefined && publicFrame === null)
  ) return null;
  return {
    t: "ok",
    memberId,
    roomNonce,
    lastAdminCtr,
    count,
    created: fields.created === true,
    isPublic: fields.pub === true,
    publicFrame,
  };
}

/** Text of `hi`. */
export function encodeHi(card: BenchCard, connNonce: Uint8Array): string {
  return JSON.stringify({
    t: "hi",
    v: 1,
    n: encodeBase64url(connNonce),
    bench: {
      id: card.label,
      fp: encodeBase64url(card.fp),
      sp: encodeBase64url(card.signPublicKey),
      bp: encodeBase64url(card.boxPublicKey),
    },
    instance: card.instance,
    lim: {
      file: card.maxFileBytes,
      frames: card.framesPerSecond === Infinity ? 0 : card.framesPerSecond,
    },
    park: card.park,
  });
}

/** Text of `join`. */
export function encodeJoin(join: Omit<Join, "t">): string {
  return JSON.stringify({
    t: "join",
    r: join.roomId,
    jp: encodeBase64url(join.joinPublicKey),
    af: encodeBase64url(join.adminFp),
    sp: encodeBase64url(join.signPublicKey),
    sj: encodeBase64url(join.joinSignature),
    ss: encodeBase64url(join.sessionSignature),
    c: join.create ? 1 : 0,
  });
}

/** Text of `ok`. */
export function encodeOk(ok: Omit<Ok, "t">): string {
  return JSON.stringify({
    t: "ok",
    m: ok.memberId,
    in: encodeBase64url(ok.roomNonce),
    ac: ok.lastAdminCtr,
    cnt: ok.count,
    created: ok.created,
    pub: ok.isPublic,
    ...(ok.publicFrame === null ? {} : { pf: encodeBase64url(ok.publicFrame) }),
  });
}

/** Text of `cnt`: how many members the room has, on all its benches [K5]. */
export function encodeCount(count: number): string {
  return JSON.stringify({ t: "cnt", cnt: count });
}

/** Text of `left`. */
export function encodeLeft(memberId: MemberId): string {
  return JSON.stringify({ t: "left", m: memberId });
}

/** Text of `ack`: how many of this socket's boxes that are not echoed have left, since it joined. */
export function encodeAck(count: number): string {
  return JSON.stringify({ t: "ack", n: count });
}

/** Text of `adm`. */
export function encodeAdminAnswer(refusal: AdminRefusal | null, lastAdminCtr: number): string {
  return JSON.stringify({
    t: "adm",
    ...(refusal === null ? {} : { why: refusal }),
    ac: lastAdminCtr,
  });
}

/** Text of `beat`, either way. */
export const BEAT = JSON.stringify({ t: "beat" });
