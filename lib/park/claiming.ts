// The side that opened a pairing link: shows it to the bench that made it, again and again for ten seconds, and takes an answer only
// if the key in the link signed it and the room's admin signed what it stands for. Rules: PAIRING.md, [T3] [T7] to [T9] [T12].
//
//   begun --(the page proved the secret)--> sent --(ACCEPT that holds)--> linked --(first word of the hub)--> paired
//                                             `--(REJECT, or ten seconds)--> failed, for one of PAIR_FAILURES

import type { Cancel } from "../clock.ts";
import { TokenBucket } from "../limits/mod.ts";
import { boxKeyPair, type KeyPair, sha512 } from "../nacl.ts";
import {
  ADMIN_OP,
  benchFingerprint,
  checkAdminCommand,
  deriveRoomId,
  parsePairOffer,
} from "../proof/mod.ts";
import {
  type Bytes,
  CLAIM_AGAIN_MS,
  CLAIM_SENDS,
  CLOSE,
  encodeParkControl,
  equalBytes,
  MAX_CLAIMS,
  type PairFailure,
  type ParkRequest,
  utf8,
} from "../wire/mod.ts";
import {
  type Accept,
  type Claim,
  claimHash,
  encodeClaim,
  type HubKeys,
  linkRoot,
  parseAnswer,
  provesSecret,
  signClaim,
} from "./claim.ts";
import type { Link } from "./link.ts";
import type { AdoptedRoom, ParkAsker } from "./park_ports.ts";
import type { ParkPlace } from "./park_place.ts";
import { openEnvelope, sealEnvelope } from "./sealed.ts";
import { inboxSubject } from "./subjects.ts";

/** After an ACCEPT the hub's first word is waited for so long. */
const FIRST_WORD_MS = 10_000;

/** False operator words that are looked at, by all addresses together. */
const OPERATOR_TRIES_PER_SECOND = 1;
const OPERATOR_TRIES_BURST = 60;

/** What claiming needs. */
export interface ClaimingOptions extends ParkPlace {
  readonly isPairingOn: boolean;
  /** What who accepts here must know besides the link; `null`: nothing. */
  readonly operatorToken: string | null;
  /**
   * Takes the room up, and a link with these keys with it; or says why not, having said so over the link. `onUp` is called
   * at the hub's first word.
   */
  onAccepted(
    room: AdoptedRoom,
    hubFp: Bytes,
    root: Bytes,
    onUp: () => void,
  ): { readonly ok: true; readonly link: Link } | { readonly ok: false; readonly why: PairFailure };
}

/** One claim, from `pair_begin` to its end. */
interface Try {
  /** `null` once the page is gone: what was sent goes on. */
  asker: ParkAsker | null;
  readonly hub: HubKeys;
  readonly tokenHash: Bytes;
  readonly ephemeral: KeyPair;
  readonly nonce: Bytes;
  made: {
    readonly claimPublicKey: Bytes;
    readonly th2: Bytes;
    readonly envelope: Bytes;
  } | null;
  link: Link | null;
  sends: number;
  cancel: Cancel | null;
}

/** The claims of one bench. */
export class Claiming {
  readonly #options: ClaimingOptions;
  readonly #tries = new Set<Try>();
  /** False words of operators, from wherever: an address says nothing where a proxy was forgotten [T12]. */
  readonly #operatorTries: TokenBucket;

  constructor(options: ClaimingOptions) {
    this.#options = options;
    const nowMs = options.clock.nowMs();
    this.#operatorTries = new TokenBucket(OPERATOR_TRIES_PER_SECOND, OPERATOR_TRIES_BURST, nowMs);
  }

  /** Claims under way. */
  get size(): number {
    return this.#tries.size;
  }

  /** Somebody tapped "Accept pairing". Answers with what the secret has to sign, or why not. */
  begin(asker: ParkAsker, request: Extract<ParkRequest, { readonly t: "pair_begin" }>): void {
    const { bus, identity, clock, isPairingOn, operatorToken } = this.#options;
    const refuse = (why: PairFailure): void =>
      asker.say(encodeParkControl({ t: "pair_end", failure: why }));
    if (!isPairingOn) return refuse("pairing-off");
    if (operatorToken !== null) {
      // The right word too: else who tries would know it when it is.
      if (this.#operatorTries.fill(clock.nowMs()) < 1) return refuse("too-fast");
      if (!isSame(request.operatorToken, operatorToken)) {
        this.#operatorTries.spend(1, clock.nowMs());
        return refuse("operator");
      }
    }
    if (equalBytes(request.hubBoxPublicKey, identity.box.publicKey)) return refuse("own-link");
    if (bus.status.tag !== "up") return refuse("park-away");
    if (this.#tries.size >= MAX_CLAIMS) return refuse("too-many");
    const begun: Try = {
      asker,
      hub: { sign: request.hubSignPublicKey, box: request.hubBoxPublicKey },
      tokenHash: request.tokenHash,
      ephemeral: boxKeyPair(clock.randomBytes(32)),
      nonce: clock.randomBytes(16),
      made: null,
      link: null,
      sends: 0,
      cancel: null,
    };
    this.#tries.add(begun);
    asker.say(encodeParkControl({
      t: "pair_key",
      benchSignPublicKey: identity.sign.publicKey,
      benchBoxPublicKey: identity.box.publicKey,
      ephemeralPublicKey: begun.ephemeral.publicKey,
      nonce: begun.nonce,
    }));
  }

  /** The page proved the secret: the claim goes out. */
  onProof(asker: ParkAsker, request: Extract<ParkRequest, { readonly t: "pair_claim" }>): void {
    const { identity, label, url, verify, clock } = this.#options;
    const begun = [...this.#tries].find((each) => each.asker === asker);
    if (begun === undefined || begun.made !== null) return asker.close(CLOSE.malformed);
    const claim: Claim = signClaim(
      {
        tokenHash: begun.tokenHash,
        benchSignPublicKey: identity.sign.publicKey,
        benchBoxPublicKey: identity.box.publicKey,
        ephemeralPublicKey: begun.ephemeral.publicKey,
        nonce: begun.nonce,
        claimSignature: request.signature,
        label,
        url,
      },
      begun.hub,
      identity.sign,
    );
    if (!provesSecret(claim, begun.hub, request.claimPublicKey, verify)) {
      this.#drop(begun);
      return asker.close(CLOSE.proofFailed);
    }
    const envelope = sealEnvelope(
      encodeClaim(claim),
      begun.hub.box,
      begun.ephemeral,
      clock.randomBytes(24),
    );
    if (envelope === null) return this.#fail(begun, "unreachable");
    begun.made = {
      claimPublicKey: request.claimPublicKey,
      th2: claimHash(claim, begun.hub),
      envelope,
    };
    this.#send(begun);
  }

  /** A page is gone. A claim that was sent goes on without it: after the tap it completes by itself. */
  onAskerGone(asker: ParkAsker): void {
    for (const begun of [...this.#tries]) {
      if (begun.asker !== asker) continue;
      begun.asker = null;
      if (begun.made === null) this.#drop(begun);
    }
  }

  /** An envelope that is no claim: perhaps the answer to one of ours. */
  onEnvelope(envelope: Bytes): void {
    const { verify } = this.#options;
    for (const begun of this.#tries) {
      if (begun.made === null || begun.link !== null) continue;
      const opened = openEnvelope(envelope, begun.ephemeral.secretKey);
      if (opened === null) continue;
      const { plaintext, ephemeralPublicKey } = opened;
      const answer = parseAnswer(plaintext, begun.hub.sign, ephemeralPublicKey, verify);
      if (answer === null) return;
      if (answer.tag === "accept") {
        return this.#onAccept(begun, begun.made, answer.accept, plaintext, ephemeralPublicKey);
      }
      if (equalBytes(answer.th2, begun.made.th2)) this.#fail(begun, answer.why);
      return;
    }
  }

  stop(): void {
    for (const begun of [...this.#tries]) this.#drop(begun);
  }

  #send(begun: Try): void {
    const { bus, clock } = this.#options;
    if (begun.sends === CLAIM_SENDS) return this.#fail(begun, "unreachable");
    begun.sends++;
    // The same bytes each time: a repeat is no second claim [T7].
    bus.publish(inboxSubject(begun.hub.box), begun.made!.envelope);
    begun.cancel = clock.after(CLAIM_AGAIN_MS, () => this.#send(begun));
  }

  #onAccept(
    begun: Try,
    made: NonNullable<Try["made"]>,
    accept: Accept,
    plaintext: Bytes,
    ephemeralPublicKey: Bytes,
  ): void {
    const { clock, onAccepted } = this.#options;
    const room = this.#checkedRoom(begun, made, accept);
    const root = room === null
      ? null
      : linkRoot(begun.ephemeral.secretKey, ephemeralPublicKey, made.th2, plaintext);
    // What the hub signed and the admin did not is no answer; the true one may still come.
    if (room === null || root === null) return;
    const hubFp = benchFingerprint(begun.hub.sign, begun.hub.box);
    const taken = onAccepted(room, hubFp, root, () => this.#finish(begun, null));
    if (!taken.ok) return this.#fail(begun, taken.why);
    // A bus in the same process may have brought the hub's first word already.
    if (!this.#tries.has(begun)) return;
    begun.link = taken.link;
    begun.cancel?.();
    begun.cancel = clock.after(FIRST_WORD_MS, () => {
      taken.link.end("unconfirmed");
      this.#fail(begun, "unreachable");
    });
  }

  /** The room that an ACCEPT hands over, if the room's admin signed an offer of it for this token, that hub and this bench [T8]. */
  #checkedRoom(
    begun: Try,
    made: NonNullable<Try["made"]>,
    accept: Accept,
  ): AdoptedRoom | null {
    const { verify, identity } = this.#options;
    const { roomId, adminFp, roomNonce, joinPublicKey, publicFrame } = accept;
    if (!equalBytes(accept.th2, made.th2)) return null;
    if (deriveRoomId(joinPublicKey, adminFp) !== roomId) return null;
    const binding = { roomId, adminFp, roomNonce, lastAdminCtr: 0 };
    const offered = checkAdminCommand(accept.offerFrame, binding, verify);
    const madePublic = checkAdminCommand(publicFrame, binding, verify);
    if (!offered.ok || offered.command.op !== ADMIN_OP.pairOffer) return null;
    if (!madePublic.ok || madePublic.command.op !== ADMIN_OP.makePublic) return null;
    const offer = parsePairOffer(offered.command.args);
    const isOurs = offer !== null && equalBytes(offer.tokenHash, begun.tokenHash) &&
      equalBytes(offer.claimPublicKey, made.claimPublicKey) &&
      equalBytes(offer.peerFp, identity.fingerprint) &&
      equalBytes(offer.hubFp, benchFingerprint(begun.hub.sign, begun.hub.box));
    if (!isOurs) return null;
    return {
      roomId,
      joinPublicKey,
      adminFp,
      roomNonce,
      lastAdminCtr: Math.max(offered.command.ctr, madePublic.command.ctr),
      publicFrame,
    };
  }

  #fail(begun: Try, why: PairFailure): void {
    this.#finish(begun, why);
  }

  #finish(begun: Try, failure: PairFailure | null): void {
    if (!this.#tries.has(begun)) return;
    begun.asker?.say(encodeParkControl({ t: "pair_end", failure }));
    this.#drop(begun);
  }

  #drop(begun: Try): void {
    this.#tries.delete(begun);
    begun.cancel?.();
    begun.ephemeral.secretKey.fill(0);
  }
}

/** Compares by hashes, and all of them, so that time tells nothing of how much was right, not even of a hash [T12]. */
function isSame(given: string, wanted: string): boolean {
  const [one, other] = [sha512(utf8(given)), sha512(utf8(wanted))];
  return one.reduce((unlike, byte, at) => unlike | (byte ^ other[at]!), 0) === 0;
}
