// The side that made a pairing link: takes the admin's offers, judges claims, and answers them. A claim is judged in one tick, so
// nothing comes between the look at an offer and its burning. Rules: PAIRING.md, [T2] to [T7] [T10] [T11].

import type { Cancel } from "../clock.ts";
import { boxKeyPair, type KeyPair } from "../nacl.ts";
import { ADMIN_OP, type AdminCommand, benchFingerprint, parsePairOffer } from "../proof/mod.ts";
import {
  type AdminRefusal,
  type Bytes,
  CONFIRM_WITHIN_MS,
  encodeParkControl,
  equalBytes,
  MAX_LINKS_OF_ROOM,
  MAX_SPENT_TOKENS,
  type MemberId,
  type OfferEvent,
  type RoomId,
  SPENT_TOKEN_MS,
} from "../wire/mod.ts";
import {
  type Claim,
  claimHash,
  encodeAccept,
  encodeReject,
  type HubKeys,
  linkRoot,
  provesBench,
  provesSecret,
  type Rejection,
} from "./claim.ts";
import type { LinkPeer } from "./link.ts";
import {
  addOffer,
  burnOffer,
  cancelOffer,
  dropOffersOf,
  expireOffers,
  lookUpToken,
  newOfferBook,
  nextOfferEnd,
  noteFull,
  noteLeak,
  noteUsedAgain,
  type Offer,
  type OfferMaker,
} from "./offers.ts";
import type { RoomFacts } from "./park_ports.ts";
import type { ParkPlace } from "./park_place.ts";
import { sealEnvelope } from "./sealed.ts";
import { inboxSubject } from "./subjects.ts";

/** Answers that are kept for repeats of their claims, at most; beyond it the oldest goes. */
const MAX_ANSWERED = 256;

/** Offers that one room may make while their tokens are remembered: nobody's room fills the book for all [Q1]. */
const MAX_REMEMBERED_OF_ROOM = MAX_SPENT_TOKENS / 16;

/** What offering needs. */
export interface OfferingOptions extends Pick<ParkPlace, "bus" | "identity" | "clock" | "verify"> {
  roomOf(roomId: RoomId): RoomFacts | null;
  linksOf(roomId: RoomId): number;
  /** Whether this bench takes one link more [Q1]. */
  hasRoomForLink(): boolean;
  /** A claim was accepted: a link with these keys stands from now on, and the maker of the offer hears what becomes of it. */
  onAccepted(
    offer: Offer,
    peer: LinkPeer,
    root: Bytes,
    tell: (event: OfferEvent) => void,
  ): void;
  tellMember(roomId: RoomId, memberId: MemberId, text: string): void;
}

/** The offers of one bench. */
export class Offering {
  readonly #options: OfferingOptions;
  readonly #own: HubKeys;
  readonly #book = newOfferBook();
  /** Digest of a claim's bytes -> the very bytes it was answered with [T7]. */
  readonly #answered = new Map<
    string,
    { readonly subject: string; readonly envelope: Bytes; readonly untilMs: number }
  >();
  /** Offers that were taken of late, oldest first; no more than tokens are remembered. */
  #made: { readonly roomId: RoomId; readonly atMs: number }[] = [];
  #cancel: Cancel | null = null;
  #isStopped = false;

  constructor(options: OfferingOptions) {
    this.#options = options;
    const { sign, box } = options.identity;
    this.#own = { sign: sign.publicKey, box: box.publicKey };
  }

  /** Offers that are good, and tokens that are remembered. */
  counts(): { readonly offers: number; readonly spentTokens: number } {
    return { offers: this.#book.open.size, spentTokens: this.#book.spent.size };
  }

  /** PAIR_OFFER or PAIR_CANCEL, signed by the admin and checked, in a public room whose home is here [T2]. */
  onCommand(
    roomId: RoomId,
    command: AdminCommand,
    frame: Uint8Array,
    by: MemberId,
  ): AdminRefusal | null {
    const { clock, identity: { fingerprint }, linksOf, hasRoomForLink } = this.#options;
    this.#expire();
    const nowMs = clock.nowMs();
    if (command.op === ADMIN_OP.pairCancel) {
      const isTaken = command.args.length === 32 &&
        cancelOffer(this.#book, roomId, command.args, nowMs);
      this.#arm();
      return isTaken ? null : "spent";
    }
    const offer = parsePairOffer(command.args);
    if (offer === null) return "malformed";
    if (!equalBytes(offer.hubFp, fingerprint) || equalBytes(offer.peerFp, fingerprint)) {
      return "wrong-bench";
    }
    if (!hasRoomForLink()) return "too-many";
    this.#made = this.#made.filter(({ atMs }) => nowMs < atMs + SPENT_TOKEN_MS);
    const ofRoom = this.#made.filter((each) => each.roomId === roomId).length;
    if (ofRoom >= MAX_REMEMBERED_OF_ROOM) return "too-many";
    const added = addOffer(
      this.#book,
      {
        tokenHash: offer.tokenHash.slice(),
        claimPublicKey: offer.claimPublicKey.slice(),
        peerFp: offer.peerFp.slice(),
        roomId,
        madeBy: by,
        frame,
      },
      linksOf(roomId),
      MAX_LINKS_OF_ROOM,
      nowMs,
    );
    this.#arm();
    if (added !== "taken") return added;
    this.#made.push({ roomId, atMs: nowMs });
    return null;
  }

  /** The room is gone, or its home is elsewhere from now on. */
  onRoomGone(roomId: RoomId): void {
    dropOffersOf(this.#book, roomId, this.#options.clock.nowMs());
    this.#arm();
  }

  /** Answers a claim that was answered before with the very same bytes. `false` when it was not [T7]. */
  answerAgain(digest: string): boolean {
    const { clock, bus } = this.#options;
    const answered = this.#answered.get(digest);
    if (answered === undefined || clock.nowMs() >= answered.untilMs) return false;
    bus.publish(answered.subject, answered.envelope);
    return true;
  }

  /** Judges a claim [T4]. Who does not hold the secret hears nothing [T11]. */
  onClaim(claim: Claim, digest: string): void {
    const { clock, verify, roomOf, hasRoomForLink } = this.#options;
    this.#expire();
    const state = lookUpToken(this.#book, claim.tokenHash);
    if (state === null) return;
    const { claimPublicKey } = state.tag === "open" ? state.offer : state;
    if (!provesSecret(claim, this.#own, claimPublicKey, verify)) return;
    if (!provesBench(claim, this.#own, verify)) return;
    if (state.tag === "spent") {
      const maker = noteUsedAgain(this.#book, claim.tokenHash, digest);
      if (maker !== null) this.#tell(maker, "used-again");
      return this.#reject(claim, digest, state.why);
    }
    const { offer } = state;
    const room = roomOf(offer.roomId);
    if (room === null || room.publicFrame === null) return this.#reject(claim, digest, "expired");
    const fp = benchFingerprint(claim.benchSignPublicKey, claim.benchBoxPublicKey);
    if (!equalBytes(fp, offer.peerFp)) {
      if (noteLeak(this.#book, claim.tokenHash)) this.#tell(offer, "leaked");
      return this.#reject(claim, digest, "wrong-bench");
    }
    if (!hasRoomForLink()) {
      if (noteFull(this.#book, claim.tokenHash)) this.#tell(offer, "full");
      return this.#reject(claim, digest, "too-many");
    }
    burnOffer(this.#book, claim.tokenHash, digest, clock.nowMs());
    this.#arm();
    this.#accept(claim, digest, offer, { ...room, publicFrame: room.publicFrame }, fp);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
    this.#cancel = null;
    this.#answered.clear();
  }

  #accept(
    claim: Claim,
    digest: string,
    offer: Offer,
    room: RoomFacts & { readonly publicFrame: Uint8Array },
    fp: Bytes,
  ): void {
    const { clock, identity, onAccepted } = this.#options;
    const ephemeral = boxKeyPair(clock.randomBytes(32));
    const th2 = claimHash(claim, this.#own);
    const plaintext = encodeAccept(
      {
        th2,
        roomId: offer.roomId,
        joinPublicKey: room.joinPublicKey as Bytes,
        adminFp: room.adminFp as Bytes,
        roomNonce: room.roomNonce as Bytes,
        offerFrame: offer.frame as Bytes,
        publicFrame: room.publicFrame as Bytes,
      },
      identity.sign,
      ephemeral.publicKey,
    );
    const root = linkRoot(ephemeral.secretKey, claim.ephemeralPublicKey, th2, plaintext);
    // A key of small order, signed by the bench and by the secret's holder: they do not want a link.
    if (root === null) return;
    const peer = { fp, label: claim.label, url: claim.url };
    onAccepted(offer, peer, root, (event) => this.#tell(offer, event));
    this.#answer(claim, digest, plaintext, ephemeral);
  }

  #reject(claim: Claim, digest: string, why: Rejection): void {
    const { clock, identity } = this.#options;
    const plaintext = encodeReject(claimHash(claim, this.#own), why, identity.sign);
    this.#answer(claim, digest, plaintext, boxKeyPair(clock.randomBytes(32)));
  }

  #answer(claim: Claim, digest: string, plaintext: Bytes, ephemeral: KeyPair): void {
    const { clock, bus } = this.#options;
    const nowMs = clock.nowMs();
    const to = claim.ephemeralPublicKey;
    const envelope = sealEnvelope(plaintext, to, ephemeral, clock.randomBytes(24));
    ephemeral.secretKey.fill(0);
    if (envelope === null) return;
    for (const [key, { untilMs }] of this.#answered) {
      if (nowMs >= untilMs || this.#answered.size >= MAX_ANSWERED) this.#answered.delete(key);
    }
    const subject = inboxSubject(claim.benchBoxPublicKey);
    this.#answered.set(digest, { subject, envelope, untilMs: nowMs + CONFIRM_WITHIN_MS });
    bus.publish(subject, envelope);
  }

  #tell(offer: OfferMaker, event: OfferEvent): void {
    const tokenHash = offer.tokenHash as Bytes;
    const text = encodeParkControl({ t: "offer", tokenHash, event });
    this.#options.tellMember(offer.roomId, offer.madeBy, text);
  }

  #expire(): void {
    for (const offer of expireOffers(this.#book, this.#options.clock.nowMs())) {
      this.#tell(offer, "expired");
    }
  }

  /** One timer for whatever ends next. */
  #arm(): void {
    const { clock } = this.#options;
    this.#cancel?.();
    this.#cancel = null;
    const nextMs = nextOfferEnd(this.#book);
    // Rooms still end after that.
    if (nextMs === null || this.#isStopped) return;
    this.#cancel = clock.after(Math.max(0, nextMs - clock.nowMs()), () => {
      this.#expire();
      this.#arm();
    });
  }
}
