// Which pairing links are good, for whom, and until when: pure rules over a book that they change in place. No clock, no crypto:
// the caller passes the time and says what was proved. A token is here as its hash; the secret never comes near.
// Rules: PAIRING.md, [T2] [T4] [T5] [T6] [T10] [U3] [Q1].
//
//   offered --(first proved claim by the named bench)--> used
//      |----(five minutes; the room gone)--------------> expired      used, expired, taken back: remembered for ten minutes
//      `----(taken back by the admin)------------------> taken back   so that holders of the secret are told, and nobody offers it again

import {
  MAX_OFFERS,
  MAX_OFFERS_OF_ROOM,
  MAX_SPENT_TOKENS,
  type MemberId,
  OFFER_MS,
  type RoomId,
  SPENT_TOKEN_MS,
  toHex,
} from "../wire/mod.ts";

/** One pairing link that is good. */
export interface Offer {
  readonly tokenHash: Uint8Array;
  readonly claimPublicKey: Uint8Array;
  readonly peerFp: Uint8Array;
  readonly roomId: RoomId;
  /** Whoever made it, to be told what becomes of it. */
  readonly madeBy: MemberId;
  /** The admin's signed command, word for word. */
  readonly frame: Uint8Array;
  readonly untilMs: number;
}

/** Who is to be told of an offer. */
export type OfferMaker = Pick<Offer, "tokenHash" | "roomId" | "madeBy">;

/** A token that is good no more. */
interface Spent {
  readonly claimPublicKey: Uint8Array;
  readonly why: "used" | "expired";
  readonly untilMs: number;
}

/** What the maker of an offer is told once, while it is open. */
type Note = "leaked" | "full";

type OwnOffer = Offer & { readonly told: Set<Note> };

/** `used`: by which claim, and who is to be told if another comes; `null` once they were, or their room is gone. */
type OwnSpent = Spent & { used: { readonly by: string; readonly maker: OfferMaker } | null };

/** The offers of one bench, oldest first. */
export interface OfferBook {
  readonly open: ReadonlyMap<string, Offer>;
  readonly spent: ReadonlyMap<string, Spent>;
}

interface OwnBook {
  readonly open: Map<string, OwnOffer>;
  readonly spent: Map<string, OwnSpent>;
}

// The one cast: callers hold a read-only view, the rules in this file write.
const own = (book: OfferBook): OwnBook => book as OwnBook;

/** An empty book. */
export function newOfferBook(): OfferBook {
  return { open: new Map(), spent: new Map() };
}

/** Takes an offer that the admin signed, or says why not [T2]. Call `expireOffers` first. */
export function addOffer(
  book: OfferBook,
  offer: Omit<Offer, "untilMs">,
  linksOfRoom: number,
  mostLinksOfRoom: number,
  nowMs: number,
): "taken" | "spent" | "too-many" {
  const { open, spent } = own(book);
  const key = toHex(offer.tokenHash);
  if (open.has(key) || spent.has(key)) return "spent";
  const ofRoom = [...open.values()].filter(({ roomId }) => roomId === offer.roomId).length;
  if (ofRoom >= MAX_OFFERS_OF_ROOM || open.size >= MAX_OFFERS) return "too-many";
  // An offer that could only end in "too many links" is no offer.
  if (linksOfRoom + ofRoom >= mostLinksOfRoom) return "too-many";
  // Every open offer will be remembered. A book that is full takes none rather than forget one: who is forgotten could be offered again.
  if (spent.size + open.size >= MAX_SPENT_TOKENS) return "too-many";
  open.set(key, { ...offer, untilMs: nowMs + OFFER_MS, told: new Set() });
  return "taken";
}

/** What a claim's token is to this bench. `null`: nothing it ever knew, or has forgotten. */
export type TokenState =
  | { readonly tag: "open"; readonly offer: Offer }
  | {
    readonly tag: "spent";
    readonly why: "used" | "expired";
    readonly claimPublicKey: Uint8Array;
  };

/** Looks a token up; changes nothing. Call `expireOffers` first. */
export function lookUpToken(book: OfferBook, tokenHash: Uint8Array): TokenState | null {
  const key = toHex(tokenHash);
  const offer = book.open.get(key);
  if (offer !== undefined) return { tag: "open", offer };
  const spent = book.spent.get(key);
  return spent === undefined
    ? null
    : { tag: "spent", why: spent.why, claimPublicKey: spent.claimPublicKey };
}

/** The first claim that proved secret and bench: the token is used up, in this very call [T6]. `by` is that claim's digest. */
export function burnOffer(book: OfferBook, tokenHash: Uint8Array, by: string, nowMs: number): void {
  const { open, spent } = own(book);
  const key = toHex(tokenHash);
  const offer = open.get(key);
  if (offer === undefined) return;
  spend(own(book), key, "used", nowMs);
  const { roomId, madeBy } = offer;
  spent.get(key)!.used = { by, maker: { tokenHash: offer.tokenHash, roomId, madeBy } };
}

/**
 * A claim with this digest came for a used token. Returns who is to be told, once an offer; `null` for a copy of the claim that used
 * it, which anybody on the bus can send: nobody tried the link again [T6].
 */
export function noteUsedAgain(
  book: OfferBook,
  tokenHash: Uint8Array,
  by: string,
): OfferMaker | null {
  const spent = own(book).spent.get(toHex(tokenHash));
  if (spent === undefined || spent.used === null || spent.used.by === by) return null;
  const { maker } = spent.used;
  spent.used = null;
  return maker;
}

/** The right secret at the wrong bench: nothing is burned. Returns whether it is the first time for this offer [T10]. */
export function noteLeak(book: OfferBook, tokenHash: Uint8Array): boolean {
  return noteOnce(own(book), tokenHash, "leaked");
}

/** No room for a link: nothing is burned. Returns whether it is the first time for this offer [T4]. */
export function noteFull(book: OfferBook, tokenHash: Uint8Array): boolean {
  return noteOnce(own(book), tokenHash, "full");
}

/** The admin takes a link back. `false` when it is not open, or another room's. */
export function cancelOffer(
  book: OfferBook,
  roomId: RoomId,
  tokenHash: Uint8Array,
  nowMs: number,
): boolean {
  const key = toHex(tokenHash);
  if (book.open.get(key)?.roomId !== roomId) return false;
  spend(own(book), key, "expired", nowMs);
  return true;
}

/** The room is gone: its offers go with it, and who made those that were used [U3]. */
export function dropOffersOf(book: OfferBook, roomId: RoomId, nowMs: number): void {
  const { open, spent } = own(book);
  for (const each of spent.values()) if (each.used?.maker.roomId === roomId) each.used = null;
  for (const [key, offer] of open) {
    if (offer.roomId === roomId) spend(own(book), key, "expired", nowMs);
  }
}

/** Ends what is over: an offer at exactly five minutes [T5]. Returns those offers, to be told of. */
export function expireOffers(book: OfferBook, nowMs: number): readonly Offer[] {
  const { open, spent } = own(book);
  for (const [key, { untilMs }] of spent) if (nowMs >= untilMs) spent.delete(key);
  const over: Offer[] = [];
  for (const [key, offer] of open) {
    if (nowMs < offer.untilMs) continue;
    over.push(offer);
    spend(own(book), key, "expired", nowMs);
  }
  return over;
}

/** When something ends next, or `null`. */
export function nextOfferEnd(book: OfferBook): number | null {
  let nextMs = Infinity;
  for (const { untilMs } of book.open.values()) nextMs = Math.min(nextMs, untilMs);
  for (const { untilMs } of book.spent.values()) nextMs = Math.min(nextMs, untilMs);
  return nextMs === Infinity ? null : nextMs;
}

function spend(book: OwnBook, key: string, why: Spent["why"], nowMs: number): void {
  const offer = book.open.get(key);
  if (offer === undefined) return;
  book.open.delete(key);
  book.spent.set(key, {
    claimPublicKey: offer.claimPublicKey,
    why,
    untilMs: nowMs + SPENT_TOKEN_MS,
    used: null,
  });
}

function noteOnce(book: OwnBook, tokenHash: Uint8Array, note: Note): boolean {
  const offer = book.open.get(toHex(tokenHash));
  if (offer === undefined || offer.told.has(note)) return false;
  offer.told.add(note);
  return true;
}
