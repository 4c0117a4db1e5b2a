// The admin's side of pairing, in a tab: looks for the other bench, draws the secret of a pairing link, has the bench take the signed
// offer, and follows what becomes of it. The secret stands in the link and nowhere else; the bench gets its hash and a public
// key. Rules: lib/park/PAIRING.md, [T1] [T2] [T4] to [T6] [T10] [W2].

import { encodeMemberToken, encodePairingLink, type RoomSecret } from "../crypto/mod.ts";
import {
  ADMIN_OP,
  encodePairOffer,
  naclSigner,
  pairClaimSeed,
  pairTokenHash,
} from "../proof/mod.ts";
import {
  type Bytes,
  encodeBase64url,
  encodeParkRequest,
  equalBytes,
  type FoundBench,
  fullBenchId,
  OFFER_MS,
  type OfferEvent,
  type ParkControl,
  parseTypedBenchId,
} from "../wire/mod.ts";
import type { AdminActs } from "./admin_acts.ts";
import type { ActResult, FindResult } from "./contract.ts";
import type { PairingOffer, PairingPartner } from "./view_state.ts";
import type { Cancel, World } from "./world.ts";

/** The bench asks for two seconds; a slow line and as much again. */
const FIND_WITHIN_MS = 6_000;

/** What pairing is done with. */
export interface PairingActsOptions {
  readonly world: World;
  readonly secret: RoomSecret;
  readonly adminActs: AdminActs;
  readonly sendText: (text: string) => boolean;
  /** The bench this tab is on. */
  readonly ownBench: () => OwnBench | null;
  readonly isParkAway: () => boolean;
  readonly onChange: () => void;
}

/** The bench of a tab, as it says in `hi`. */
export interface OwnBench {
  readonly label: string;
  readonly fp: Bytes;
  readonly signPublicKey: Bytes;
  readonly boxPublicKey: Bytes;
}

type Whois = Extract<ParkControl, { readonly t: "whois" }>;

/** The pairing links of one stay. */
export class PairingActs {
  readonly #options: PairingActsOptions;
  readonly #hashes = new Map<string, Bytes>();
  readonly #timers = new Set<Cancel>();
  #offers: readonly PairingOffer[] = [];
  #onWhois: ((answer: Whois | null) => void) | null = null;

  constructor(options: PairingActsOptions) {
    this.#options = options;
  }

  /** Oldest first. */
  get offers(): readonly PairingOffer[] {
    return this.#offers;
  }

  /** Looks for the bench that somebody typed. With a full id it is found in any case; whether it answered is said. */
  async find(text: string): Promise<FindResult> {
    const { ownBench, isParkAway } = this.#options;
    const typed = parseTypedBenchId(text);
    const own = ownBench();
    if (typed === null) return { ok: false, reason: "not-an-id" };
    if (own !== null && typed.fp !== null && equalBytes(typed.fp, own.fp)) {
      return { ok: false, reason: "this-bench" };
    }
    if (isParkAway()) return { ok: false, reason: "park-away" };
    const answer = await this.#ask(typed.label);
    if (typed.fp !== null) {
      const { fp } = typed;
      const heard = answer === null || answer.found === "busy"
        ? undefined
        : answer.found.find((bench) => equalBytes(bench.fp, fp));
      return {
        ok: true,
        bench: partnerOf(heard ?? { ...typed, fp, url: "" }, heard !== undefined),
      };
    }
    if (answer === null) return { ok: false, reason: "no-answer" };
    if (answer.found === "busy") return { ok: false, reason: "busy" };
    const [only, ...more] = answer.found;
    if (more.length > 0) return { ok: false, reason: "several" };
    if (only !== undefined) return { ok: true, bench: partnerOf(only, true) };
    return { ok: false, reason: typed.label === own?.label ? "this-bench" : "none" };
  }

  /** Draws a secret, and has the bench take the offer for it. */
  async offer(bench: PairingPartner, withRoomKey: boolean): Promise<ActResult> {
    const { world, secret: roomSecret, adminActs, ownBench } = this.#options;
    const own = ownBench();
    const typed = parseTypedBenchId(bench.id);
    if (own === null || typed === null || typed.fp === null) {
      return { ok: false, reason: "no-answer" };
    }
    const secret = world.randomBytes(32);
    const tokenHash = pairTokenHash(secret);
    const args = encodePairOffer({
      tokenHash,
      claimPublicKey: naclSigner(pairClaimSeed(secret)).publicKey,
      peerFp: typed.fp,
      hubFp: own.fp,
    });
    const roomToken = encodeMemberToken(roomSecret);
    const code = encodePairingLink({
      secret,
      hubSignPublicKey: own.signPublicKey,
      hubBoxPublicKey: own.boxPublicKey,
      roomToken: withRoomKey ? roomToken : "",
      hubLabel: own.label,
    });
    const taken = await adminActs.act(ADMIN_OP.pairOffer, args);
    secret.fill(0);
    if (!taken.ok) return taken;
    const key = encodeBase64url(tokenHash);
    this.#hashes.set(key, tokenHash);
    // Where the other bench's address is not known, our own page asks whoever opens it for theirs.
    const origin = bench.url === "" ? world.origin : bench.url;
    this.#offers = [...this.#offers, {
      key,
      bench,
      link: `${origin}/pair#${code}`,
      endsAtMs: world.nowMs() + OFFER_MS,
      state: "open",
      hasLeaked: false,
      wasFull: false,
      wasUsedAgain: false,
      roomLink: bench.url === "" ? null : `${bench.url}/room#${roomToken}`,
    }];
    // The bench says so, too; its word may be lost on the way.
    const cancel = world.after(OFFER_MS, () => {
      this.#timers.delete(cancel);
      this.#expire(key);
    });
    this.#timers.add(cancel);
    this.#options.onChange();
    return taken;
  }

  /** Takes a link back. */
  async takeBack(key: string): Promise<ActResult> {
    const tokenHash = this.#hashes.get(key);
    if (tokenHash === undefined) return { ok: false, reason: "spent" };
    const taken = await this.#options.adminActs.act(ADMIN_OP.pairCancel, tokenHash);
    if (taken.ok) this.#change(key, (offer) => ({ ...offer, state: "taken-back" }));
    return taken;
  }

  /** Puts an offer out of sight. */
  forget(key: string): void {
    this.#hashes.delete(key);
    this.#offers = this.#offers.filter((offer) => offer.key !== key);
    this.#options.onChange();
  }

  /** The bench tells what became of an offer. */
  onEvent(tokenHash: Bytes, event: OfferEvent): void {
    this.#change(encodeBase64url(tokenHash), (offer) => {
      switch (event) {
        case "leaked":
          return { ...offer, hasLeaked: true };
        case "full":
          return { ...offer, wasFull: true };
        case "used-again":
          return { ...offer, wasUsedAgain: true };
        default:
          return { ...offer, state: event };
      }
    });
  }

  /** The bench says who answered to a label. */
  onWhois(answer: Whois): void {
    this.#onWhois?.(answer);
  }

  onDown(): void {
    this.#onWhois?.(null);
  }

  /** The stay is over: no link of it is kept. */
  stop(): void {
    this.onDown();
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#hashes.clear();
    this.#offers = [];
  }

  #expire(key: string): void {
    const isOpen = this.#offers.some((offer) => offer.key === key && offer.state === "open");
    if (isOpen) this.#change(key, (offer) => ({ ...offer, state: "expired" }));
  }

  #change(key: string, change: (offer: PairingOffer) => PairingOffer): void {
    this.#offers = this.#offers.map((offer) => offer.key === key ? change(offer) : offer);
    this.#options.onChange();
  }

  #ask(label: string): Promise<Whois | null> {
    this.#onWhois?.(null);
    return new Promise((resolve) => {
      const finish = (answer: Whois | null): void => {
        // An answer to an earlier question is not one to this.
        if (answer !== null && answer.label !== label) return;
        cancel();
        if (this.#onWhois === finish) this.#onWhois = null;
        resolve(answer);
      };
      const cancel = this.#options.world.after(FIND_WITHIN_MS, () => finish(null));
      this.#onWhois = finish;
      if (!this.#options.sendText(encodeParkRequest({ t: "who", label }))) finish(null);
    });
  }
}

function partnerOf({ label, fp, url }: FoundBench, isHeard: boolean): PairingPartner {
  return { id: fullBenchId(label, fp), label, url, isHeard };
}
