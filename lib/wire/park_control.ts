// Control messages about other benches: asking for one by its label, pairing, and which benches carry a room. Their shapes
// and strict parsers; a stranger wrote the text, so a parser answers `null` and never throws.
// Rules: PROTOCOL.md section 3, and lib/park/PAIRING.md.

import { encodeBase64url, parseBase64url } from "./base64url.ts";
import type { Bytes } from "./bytes.ts";
import { type Fields, parseAdminCtr } from "./control_fields.ts";
import { MAX_CONTROL_BYTES } from "./limits.ts";

/** The most benches that may carry one room: its home and 16 links. */
export const MAX_BENCHES_OF_ROOM = 17;

/** Why a pairing that began on the second bench came to nothing. */
export const PAIR_FAILURES = [
  /** Somebody used this link before. */
  "used",
  /** The five minutes are over, or the room is gone. */
  "expired",
  /** The link was made for another bench. */
  "wrong-bench",
  /** The first bench did not answer. */
  "unreachable",
  /** This bench has no way to the others just now. */
  "park-away",
  /** This bench is by itself, or its keeper does not pair. */
  "pairing-off",
  /** This bench's keeper asks for a word that was not given, or a false one. */
  "operator",
  /** This bench carries the room for yet another bench, or is its home with links of its own. */
  "elsewhere",
  /** One of the two benches has as many links, rooms or pairings under way as it takes. */
  "too-many",
  /** Too many tries from this network. */
  "too-fast",
  /** The link is this bench's own. */
  "own-link",
] as const;
export type PairFailure = typeof PAIR_FAILURES[number];

/** What became of an offer, told to the admin who made it. */
export const OFFER_EVENTS = [
  "paired",
  /** The other bench answered, and then was not heard: nothing is paired, the link is used up. */
  "unconfirmed",
  "expired",
  /** Another bench than the one it was made for showed it. It still works for the right one. */
  "leaked",
  /** This bench has as many links as it takes. The offer still works once one of them has ended. */
  "full",
  /** Another claim came after the one that used it up, and was refused. What the first one led to stands. */
  "used-again",
  /** The other bench could not take the room. */
  "refused",
] as const;
export type OfferEvent = typeof OFFER_EVENTS[number];

/** A bench that answered to a label. Its fingerprint proves it; label and address are its own words. */
export interface FoundBench {
  readonly label: string;
  readonly fp: Bytes;
  /** A bare origin, or "" where it said none. */
  readonly url: string;
}

/** A bench that carries a room. */
export interface CarryingBench {
  readonly label: string;
  readonly fp: Bytes;
  /** How many sit there; the last that was heard while the link is down. */
  readonly count: number;
  readonly isUp: boolean;
  /** The room's home, where pairings are made and admin commands take effect. */
  readonly isHub: boolean;
  /** The bench that says this. */
  readonly isThis: boolean;
  /** Its own address, or "". */
  readonly url: string;
}

/** tab -> bench. */
export type ParkRequest =
  /** Who has this label? Asked by the admin's tab. */
  | { readonly t: "who"; readonly label: string }
  /** The pairing page shows what stands in its link, but not the secret. */
  | {
    readonly t: "pair_begin";
    readonly hubSignPublicKey: Bytes;
    readonly hubBoxPublicKey: Bytes;
    readonly tokenHash: Bytes;
    /** OPERATOR_TOKEN where this bench asks for it; "" elsewhere. */
    readonly operatorToken: string;
  }
  /** The secret's proof, over what the bench answered. */
  | { readonly t: "pair_claim"; readonly claimPublicKey: Bytes; readonly signature: Bytes };

/** bench -> tab. */
export type ParkControl =
  | { readonly t: "whois"; readonly label: string; readonly found: readonly FoundBench[] | "busy" }
  | {
    readonly t: "pair_key";
    readonly benchSignPublicKey: Bytes;
    readonly benchBoxPublicKey: Bytes;
    readonly ephemeralPublicKey: Bytes;
    readonly nonce: Bytes;
  }
  | { readonly t: "pair_end"; readonly failure: PairFailure | null }
  | { readonly t: "offer"; readonly tokenHash: Bytes; readonly event: OfferEvent }
  /** Which benches carry the room; empty where only this one does. `park` is whether the way to others is open. */
  | { readonly t: "links"; readonly benches: readonly CarryingBench[]; readonly isParkUp: boolean }
  /** The room is the same, its home is another bench from now on: nonce, counter and all that follows from them. */
  | {
    readonly t: "inst";
    readonly roomNonce: Bytes;
    readonly lastAdminCtr: number;
    readonly publicFrame: Bytes;
  };

const LABEL = /^[A-Za-z0-9._-]{1,63}$/;
const MAX_URL_CHARACTERS = 256;
const MAX_OPERATOR_TOKEN_CHARACTERS = 256;

/** A bench's label (BENCH_ID), or `null`. */
export function parseBenchLabel(value: unknown): string | null {
  return typeof value === "string" && LABEL.test(value) ? value : null;
}

/**
 * A bench's own address as another may show it: a bare https origin, or http for loopback and private hosts, at most 256
 * characters; "" for anything else [B5]. Never `null`: who says nonsense says nothing.
 */
export function parseBenchUrl(value: unknown): string {
  if (typeof value !== "string" || value.length > MAX_URL_CHARACTERS) return "";
  const url = URL.parse(value);
  if (url === null || url.origin !== value) return "";
  if (url.protocol === "https:") return value;
  return url.protocol === "http:" && isNearHost(url.hostname) ? value : "";
}

/** Loopback, private (RFC 1918, RFC 4193), link-local and .local names, as URL spells them. */
function isNearHost(host: string): boolean {
  if (host === "localhost" || host.endsWith(".localhost") || host.endsWith(".local")) return true;
  if (host === "[::1]" || /^\[f[cd][0-9a-f]{2}:/.test(host) || host.startsWith("[fe80:")) {
    return true;
  }
  const octets = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(host);
  if (octets === null) return false;
  const [first, second] = [Number(octets[1]), Number(octets[2])];
  return first === 127 || first === 10 || (first === 192 && second === 168) ||
    (first === 172 && second >= 16 && second <= 31) || (first === 169 && second === 254);
}

function parseSmallCount(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffff
    ? value
    : null;
}

/** A tab's wish about other benches, or `null` (4400). */
export function parseParkRequest(fields: Fields): ParkRequest | null {
  switch (fields.t) {
    case "who": {
      const label = parseBenchLabel(fields.l);
      return label === null ? null : { t: "who", label };
    }
    case "pair_begin": {
      const hubSignPublicKey = parseBase64url(fields.hs, 32);
      const hubBoxPublicKey = parseBase64url(fields.hb, 32);
      const tokenHash = parseBase64url(fields.th, 32);
      const operatorToken = fields.op ?? "";
      if (
        hubSignPublicKey === null || hubBoxPublicKey === null || tokenHash === null ||
        typeof operatorToken !== "string" || operatorToken.length > MAX_OPERATOR_TOKEN_CHARACTERS
      ) return null;
      return { t: "pair_begin", hubSignPublicKey, hubBoxPublicKey, tokenHash, operatorToken };
    }
    case "pair_claim": {
      const claimPublicKey = parseBase64url(fields.cp, 32);
      const signature = parseBase64url(fields.sg, 64);
      if (claimPublicKey === null || signature === null) return null;
      return { t: "pair_claim", claimPublicKey, signature };
    }
    default:
      return null;
  }
}

/** A bench's word about other benches, or `null` for what no honest bench sends. */
export function parseParkControl(fields: Fields): ParkControl | null {
  switch (fields.t) {
    case "whois": {
      const label = parseBenchLabel(fields.l);
      const found = fields.busy === true ? "busy" : parseList(fields.b, parseFoundBench);
      return label === null || found === null ? null : { t: "whois", label, found };
    }
    case "pair_key": {
      const benchSignPublicKey = parseBase64url(fields.bs, 32);
      const benchBoxPublicKey = parseBase64url(fields.bb, 32);
      const ephemeralPublicKey = parseBase64url(fields.e, 32);
      const nonce = parseBase64url(fields.n, 16);
      if (
        benchSignPublicKey === null || benchBoxPublicKey === null || ephemeralPublicKey === null ||
        nonce === null
      ) return null;
      return { t: "pair_key", benchSignPublicKey, benchBoxPublicKey, ephemeralPublicKey, nonce };
    }
    case "pair_end": {
      if (fields.why === undefined) return { t: "pair_end", failure: null };
      const failure = PAIR_FAILURES.find((why) => why === fields.why);
      return failure === undefined ? null : { t: "pair_end", failure };
    }
    case "offer": {
      const tokenHash = parseBase64url(fields.th, 32);
      const event = OFFER_EVENTS.find((each) => each === fields.ev);
      return tokenHash === null || event === undefined ? null : { t: "offer", tokenHash, event };
    }
    case "links": {
      const benches = parseList(fields.b, parseCarryingBench);
      return benches === null ? null : { t: "links", benches, isParkUp: fields.park === true };
    }
    case "inst": {
      const roomNonce = parseBase64url(fields.in, 32);
      const publicFrame = parseBase64url(fields.pf);
      const lastAdminCtr = parseAdminCtr(fields.ac);
      if (roomNonce === null || publicFrame === null || lastAdminCtr === null) return null;
      return { t: "inst", roomNonce, lastAdminCtr, publicFrame };
    }
    default:
      return null;
  }
}

function parseList<Item>(
  value: unknown,
  parse: (fields: Fields) => Item | null,
): readonly Item[] | null {
  if (!Array.isArray(value) || value.length > MAX_BENCHES_OF_ROOM) return null;
  const items: Item[] = [];
  for (const each of value as readonly unknown[]) {
    if (typeof each !== "object" || each === null) return null;
    const item = parse(each as Fields);
    if (item === null) return null;
    items.push(item);
  }
  return items;
}

function parseFoundBench(fields: Fields): FoundBench | null {
  const label = parseBenchLabel(fields.id);
  const fp = parseBase64url(fields.fp, 16);
  return label === null || fp === null ? null : { label, fp, url: parseBenchUrl(fields.url) };
}

function parseCarryingBench(fields: Fields): CarryingBench | null {
  const found = parseFoundBench(fields);
  const count = parseSmallCount(fields.n);
  if (found === null || count === null) return null;
  return {
    ...found,
    count,
    isUp: fields.up === true,
    isHub: fields.hub === true,
    isThis: fields.me === true,
  };
}

/** Text of a tab's wish. */
export function encodeParkRequest(request: ParkRequest): string {
  switch (request.t) {
    case "who":
      return JSON.stringify({ t: "who", l: request.label });
    case "pair_begin":
      return JSON.stringify({
        t: "pair_begin",
        hs: encodeBase64url(request.hubSignPublicKey),
        hb: encodeBase64url(request.hubBoxPublicKey),
        th: encodeBase64url(request.tokenHash),
        ...(request.operatorToken === "" ? {} : { op: request.operatorToken }),
      });
    case "pair_claim":
      return JSON.stringify({
        t: "pair_claim",
        cp: encodeBase64url(request.claimPublicKey),
        sg: encodeBase64url(request.signature),
      });
  }
}

/** Text of a bench's word. */
export function encodeParkControl(control: ParkControl): string {
  switch (control.t) {
    case "whois":
      return JSON.stringify({
        t: "whois",
        l: control.label,
        ...(control.found === "busy" ? { busy: true } : {
          b: control.found.map(({ label, fp, url }) => ({
            id: label,
            fp: encodeBase64url(fp),
            url,
          })),
        }),
      });
    case "pair_key":
      return JSON.stringify({
        t: "pair_key",
        bs: encodeBase64url(control.benchSignPublicKey),
        bb: encodeBase64url(control.benchBoxPublicKey),
        e: encodeBase64url(control.ephemeralPublicKey),
        n: encodeBase64url(control.nonce),
      });
    case "pair_end":
      return JSON.stringify({
        t: "pair_end",
        ...(control.failure === null ? {} : { why: control.failure }),
      });
    case "offer":
      return JSON.stringify({
        t: "offer",
        th: encodeBase64url(control.tokenHash),
        ev: control.event,
      });
    case "links": {
      const text = encodeLinks(control, true);
      // Seventeen long addresses would not fit one control message; names and numbers always do.
      return text.length <= MAX_CONTROL_BYTES ? text : encodeLinks(control, false);
    }
    case "inst":
      return JSON.stringify({
        t: "inst",
        in: encodeBase64url(control.roomNonce),
        ac: control.lastAdminCtr,
        pf: encodeBase64url(control.publicFrame),
      });
  }
}

function encodeLinks(
  { benches, isParkUp }: Extract<ParkControl, { readonly t: "links" }>,
  hasUrls: boolean,
): string {
  return JSON.stringify({
    t: "links",
    park: isParkUp,
    b: benches.map(({ label, fp, count, isUp, isHub, isThis, url }) => ({
      id: label,
      fp: encodeBase64url(fp),
      n: count,
      up: isUp,
      hub: isHub,
      me: isThis,
      ...(hasUrls ? { url } : {}),
    })),
  });
}
