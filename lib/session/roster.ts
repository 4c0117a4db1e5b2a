// Who is proved to be here, and how far their counters are. Pure: no socket, clock or crypto; everything it is told has
// been opened and belongs to its sender, and what changes a counter has been verified.
// Rules: lib/wire/PROTOCOL.md section 4, "Freshness", [F1] to [F12].

import type { Presence } from "../crypto/mod.ts";
import type { MemberId } from "../wire/mod.ts";

/** Records of members kept at most; at the cap everybody proves freshness again [F8]. */
export const MAX_RECORDS = 1_024;

/** Answers to one and the same nonce at most, so that nobody can make us talk [F4]. */
export const MAX_ANSWERS = 3;

/** A silent socket may come back within this before its person is said to have left. */
export const LEFT_GRACE_MS = 4_000;

/** After coming back, who has not answered within this is gone. */
export const ABSENT_AFTER_MS = 6_000;

/** The same where the room itself began anew: everybody has to come back, by waits of up to 20 s [C10]. */
export const ABSENT_AFTER_ANEW_MS = 25_000;

/** Whether somebody is in the room now. */
export type Presentness =
  | { readonly tag: "here" }
  /** The bench said the socket is gone, or ours was. */
  | { readonly tag: "away"; readonly untilMs: number }
  | { readonly tag: "gone" };

/** What is known of one member. Kept as long as the tab lives, so that a departed member cannot be replayed. */
export interface MemberRecord {
  readonly memberId: MemberId;
  name: string;
  isAdmin: boolean;
  /** Has echoed a nonce of ours: it is not a recording. */
  isLive: boolean;
  contentSeq: number;
  signalSeq: number;
  presentness: Presentness;
  /** Its first presence to us did not know our nonce: it came after us. */
  cameAfterUs: boolean;
  /** Whether a line in the log said that it is here. */
  isAnnounced: boolean;
  nonce: string | null;
  /** Number of the presence that brought the nonce: an older one is a recording and brings none [F4]. */
  nonceSeq: number;
  answers: number;
  /** Was answered and is not known to have gone: if it is not a recording, we are live for it [F12]. */
  isAnswered: boolean;
  /** Content numbers its sender may send once more after a drop, because it had no acknowledgement [F10]. */
  readonly mayRepeat: Set<number>;
}

/** What a counter says of content or a signal that just came. */
export type CounterVerdict =
  /** Missing: how many before it did not arrive (content only). */
  | { readonly tag: "new"; readonly missing: number }
  /** Sent again by an honest sender after a drop: dropped without a word. */
  | { readonly tag: "known" }
  | { readonly tag: "repeated" };

/** What a presence changed. */
export interface PresenceOutcome {
  readonly becameLive: boolean;
  /** Content that was sent before this presence and never came [F9]. */
  readonly missing: number;
}

/** Everybody this tab has met since it was loaded. */
export class Roster {
  readonly #records = new Map<MemberId, MemberRecord>();
  readonly #toAnswer = new Set<MemberId>();

  get records(): Iterable<MemberRecord> {
    return this.#records.values();
  }

  get(memberId: MemberId): MemberRecord | undefined {
    return this.#records.get(memberId);
  }

  /** Live members that are here now. */
  liveHereCount(): number {
    let count = 0;
    for (const record of this.#records.values()) {
      if (record.isLive && record.presentness.tag === "here") count++;
    }
    return count;
  }

  /** Live members who were here before a drop, theirs or ours, and have not been heard since. */
  awayCount(): number {
    let count = 0;
    for (const { isLive, presentness } of this.#records.values()) {
      if (isLive && presentness.tag === "away") count++;
    }
    return count;
  }

  /** Who is here as far as we know: live, or at least introduced and answered, so that we are live for them [F12]. */
  metCount(): number {
    let count = 0;
    for (const record of this.#records.values()) {
      const isHere = record.isLive ? record.presentness.tag === "here" : record.isAnswered;
      if (isHere) count++;
    }
    return count;
  }

  /** Judges a content number without changing anything; the sender is live [F7]. */
  judgeContent(record: MemberRecord, seq: number): CounterVerdict {
    if (seq > record.contentSeq) return { tag: "new", missing: seq - record.contentSeq - 1 };
    return record.mayRepeat.has(seq) ? { tag: "known" } : { tag: "repeated" };
  }

  /** A verified content moved its sender's counter. */
  onContent(record: MemberRecord, seq: number): void {
    record.contentSeq = seq;
    record.presentness = { tag: "here" };
  }

  /** A repeat that was allowed is allowed once. */
  onKnownRepeat(record: MemberRecord, seq: number): void {
    record.mayRepeat.delete(seq);
  }

  /** Whether a presence may be looked at: a live sender's number must rise; a recording may only ask [F7]. */
  judgePresence(memberId: MemberId, seq: number): "look" | "repeated" {
    const record = this.#records.get(memberId);
    return record !== undefined && record.isLive && seq <= record.signalSeq ? "repeated" : "look";
  }

  /** Whether there is room for this member; at the cap the caller draws a new nonce and calls `forgetAll` [F8]. */
  hasRoomFor(memberId: MemberId): boolean {
    return this.#records.has(memberId) || this.#records.size < MAX_RECORDS;
  }

  /** A verified presence. `ownNonce` is what makes its sender live when it stands among the echoes [F3]. */
  onPresence(
    memberId: MemberId,
    seq: number,
    presence: Presence,
    isAdmin: boolean,
    ownNonce: string,
  ): PresenceOutcome {
    const knowsUs = presence.echoes.includes(ownNonce);
    let record = this.#records.get(memberId);
    if (record === undefined) {
      record = {
        memberId,
        name: presence.name,
        isAdmin,
        isLive: false,
        contentSeq: 0,
        signalSeq: 0,
        presentness: { tag: "gone" },
        cameAfterUs: !knowsUs,
        isAnnounced: false,
        nonce: null,
        nonceSeq: 0,
        answers: 0,
        isAnswered: false,
        mayRepeat: new Set(),
      };
      this.#records.set(memberId, record);
    }
    const isOtherNonce = record.nonce !== presence.nonce;
    const isNewNonce = isOtherNonce && seq > record.nonceSeq;
    if (isNewNonce) {
      record.nonce = presence.nonce;
      record.nonceSeq = seq;
      record.answers = 0;
    }
    const isOld = isOtherNonce && !isNewNonce;
    const mayAnswer = record.answers === 0 || (presence.asksAgain && record.answers < MAX_ANSWERS);
    if (mayAnswer && !isOld) this.#toAnswer.add(memberId);
    if (!record.isLive && !knowsUs) return { becameLive: false, missing: 0 };
    const becameLive = !record.isLive;
    let missing = 0;
    if (becameLive) {
      record.isLive = true;
      record.contentSeq = presence.contentSeq;
    } else {
      missing = Math.max(0, presence.contentSeq - record.contentSeq);
      if (isNewNonce) this.#allowRepeats(record, presence.contentSeq);
      record.contentSeq = Math.max(record.contentSeq, presence.contentSeq);
    }
    record.signalSeq = seq;
    record.name = presence.name;
    record.isAdmin = isAdmin;
    record.presentness = { tag: "here" };
    return { becameLive, missing };
  }

  /** After a drop the sender may repeat what it had no acknowledgement for: (cs, what we have], each once. */
  #allowRepeats(record: MemberRecord, acknowledgedSeq: number): void {
    record.mayRepeat.clear();
    // An outbox holds at most this many; a larger difference is not an honest drop.
    const first = Math.max(acknowledgedSeq + 1, record.contentSeq - MAX_REPEATS + 1);
    for (let seq = first; seq <= record.contentSeq; seq++) record.mayRepeat.add(seq);
  }

  /** Whom to answer now, with the nonce to echo; each counts as answered [F4]. */
  takeAnswers(): readonly { readonly memberId: MemberId; readonly nonce: string }[] {
    const answers: { memberId: MemberId; nonce: string }[] = [];
    for (const memberId of this.#toAnswer) {
      const record = this.#records.get(memberId);
      if (record === undefined || record.nonce === null) continue;
      record.answers++;
      record.isAnswered = true;
      answers.push({ memberId, nonce: record.nonce });
    }
    this.#toAnswer.clear();
    return answers;
  }

  get hasAnswers(): boolean {
    return this.#toAnswer.size > 0;
  }

  /** The latest nonces of all who may be here, for the first presence after a drop [F11]. */
  knownNonces(most: number): readonly string[] {
    const nonces: string[] = [];
    for (const { nonce, presentness } of this.#records.values()) {
      if (nonce !== null && presentness.tag !== "gone") nonces.push(nonce);
    }
    return nonces.slice(-most);
  }

  /** The bench says that a socket is gone. Its person may be back in a moment. */
  onSocketGone(memberId: MemberId, nowMs: number): void {
    const record = this.#records.get(memberId);
    if (record === undefined) return;
    // What it was answered is remembered: the bench could say this between two recordings of it, again and again [F4].
    record.isAnswered = false;
    if (record.presentness.tag === "here") {
      record.presentness = { tag: "away", untilMs: nowMs + LEFT_GRACE_MS };
    }
  }

  /** A signed goodbye. Returns whether it was still here. */
  onBye(record: MemberRecord): boolean {
    const wasHere = record.presentness.tag !== "gone";
    record.presentness = { tag: "gone" };
    return wasHere;
  }

  /** Our own socket was lost: nobody is known to be here until heard again. */
  onOwnDrop(): void {
    for (const record of this.#records.values()) {
      // An introduction that was not finished begins anew.
      if (!record.isLive) record.answers = 0;
      record.isAnswered = false;
      if (record.presentness.tag === "here") {
        record.presentness = { tag: "away", untilMs: Infinity };
      }
    }
    this.#toAnswer.clear();
  }

  /** We are back: whoever is not heard from in time has left meanwhile, also who spoke in the moment of our drop. */
  onOwnReturn(nowMs: number, absentAfterMs: number): void {
    for (const record of this.#records.values()) {
      if (record.presentness.tag !== "gone") {
        record.presentness = { tag: "away", untilMs: nowMs + absentAfterMs };
      }
    }
  }

  /** Who has been away for too long: now gone. Returned once each. */
  takeDeparted(nowMs: number): readonly MemberRecord[] {
    const departed: MemberRecord[] = [];
    for (const record of this.#records.values()) {
      if (record.presentness.tag !== "away" || nowMs < record.presentness.untilMs) continue;
      record.presentness = { tag: "gone" };
      departed.push(record);
    }
    return departed;
  }

  /** At the cap: everybody has to prove freshness again, under a new nonce that the caller draws [F8]. */
  forgetAll(): void {
    this.#records.clear();
    this.#toAnswer.clear();
  }
}

const MAX_REPEATS = 256;
