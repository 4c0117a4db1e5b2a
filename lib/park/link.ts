// One side of a link: two benches, one room. It numbers and seals what goes, opens what comes, keeps within its rates and its
// window, and says whether the other bench is there. It never looks into a box, never waits for the bus, and keeps nothing
// for later: what does not fit is dropped, and shows as a gap between members. Above 300 lines, because the way out and the way
// in share one state. Rules: PAIRING.md, [K1] to [K14] and [Q6] [Q7].
//
//            first frame of the other side            30 s of silence, the bus is away, or CONFIRM
//   waiting ------------------------------> up <---------------------------------------------> down
//      |  30 s without one                   |  any frame that opens, but for CONFIRM            | 5 min
//      `-----------> ended <-----------------'  CLOSE, UNPAIR, the room gone <-------------------'
//                      | whoever still speaks is told again why, for 5 minutes at most [K11]
//                      `-> over: the keys are wiped

import type { Cancel, Clock } from "../clock.ts";
import { TokenBucket } from "../limits/mod.ts";
import {
  type AdminRefusal,
  assertNever,
  type Bytes,
  CONFIRM_AGAIN_MS,
  CONFIRM_WITHIN_MS,
  type Entry,
  ENTRY_HEAD_BYTES,
  ID_BYTES,
  LINK_BYTES_PER_SECOND,
  LINK_DOWN_AFTER_MS,
  LINK_FRAMES_PER_SECOND,
  LINK_LOST_AFTER_MS,
  LINK_PACED_BYTES,
  LINK_STATE_EVERY_MS,
  LINK_TAKEN_EVERY_BYTES,
  LINK_WINDOW_BYTES,
  LINKS_OPENED_AT_ONCE,
  MAX_ECHOED_BOX_BYTES,
  MAX_LINK_DATA_BYTES,
  MAX_LINK_PENDING_BYTES,
  MAX_LINKS,
  MAX_PENDING_BYTES,
  type MemberId,
  memberIdOf,
  MOST_MEMBERS,
  type OutgoingEntry,
} from "../wire/mod.ts";
import type { Bus, Stop } from "./bus.ts";
import {
  encodeData,
  encodeLinkMessage,
  encodeTo,
  type LinkEnd,
  linkKeys,
  type LinkMessage,
  LinkOpener,
  LinkSealer,
  type ListedBench,
  MAX_LEFT_IDS,
  MAX_LINK_FRAME_BYTES,
  parseLinkMessage,
} from "./link_frame.ts";
import { linkSubjects } from "./subjects.ts";

/** What comes may be as fast as what goes, twice over: what the bus gathered arrives at once. */
const RECEIVE_SLACK = 2;

/** A full window that nobody moved for so long is asked about [K7]. */
const STALLED_MS = 2_000;

/** Who speaks to an ended link is told so at most this often [K11]. */
const LAST_WORDS_AGAIN_MS = 1_000;

/**
 * A LEFT that is lost would leave somebody in the room over there for ever. It is said again for so long: if none of them arrives, that
 * side heard nothing for LINK_DOWN_AFTER_MS, and counts everybody here as gone [K14].
 */
const FAREWELL_MS = LINK_DOWN_AFTER_MS + LINK_STATE_EVERY_MS;

/** Half is for whoever comes first, the other half in equal parts: benches that take nothing must not silence the rest [Q7]. */
const SHARED_PENDING_BYTES = MAX_PENDING_BYTES / 2;
const OWN_PENDING_BYTES = (MAX_PENDING_BYTES - SHARED_PENDING_BYTES) / MAX_LINKS;

/** A link that took nothing for so long holds up nobody [K8]. */
const PATIENCE_MS = 5_000;

/** A large box, as whoever sent it counts who still holds it. */
export interface Held {
  hold(): void;
  release(): void;
}

/** Bytes that wait at all links of a bench together [Q7]. */
export interface PendingBytes {
  total: number;
}

/** Who is at the other end. Label and address are its own words; the fingerprint is proved. */
export interface LinkPeer {
  readonly fp: Bytes;
  readonly label: string;
  readonly url: string;
}

/** How far a link is. */
export type LinkPhase = "waiting" | "up" | "down" | "ended";

/** Why a link ended, as its own side knows it. */
export type LinkEnding = LinkEnd | "unconfirmed";

/** What a link reports, in order. After `onEnd` nothing else comes. */
export interface LinkEvents {
  /** What STATE says now: how many sit here, and how many the other side cannot count itself, those included [K5]. */
  state(): { readonly local: number; readonly total: number; readonly isPublic: boolean };
  onUp(): void;
  onDown(): void;
  onEnd(why: LinkEnding): void;
  onData(entries: readonly Entry[]): void;
  onTo(from: MemberId, to: MemberId, box: Uint8Array): void;
  onLeft(memberIds: readonly MemberId[]): void;
  onAdmin(frame: Uint8Array): void;
  onRefused(ctr: number, lastCtr: number, why: AdminRefusal): void;
  /** The count of the other side changed. */
  onCount(): void;
  onBenches(benches: readonly ListedBench[]): void;
}

/** What a link carries each way, of this bench's own settings; Infinity where a limit is switched off [Q6]. */
export interface LinkRates {
  readonly framesPerSecond: number;
  readonly bytesPerSecond: number;
}

/** What it carries where nothing else is set. */
export const LINK_RATES: LinkRates = {
  framesPerSecond: LINK_FRAMES_PER_SECOND,
  bytesPerSecond: LINK_BYTES_PER_SECOND,
};

/** What a link is made of. `root` is wiped here. */
export interface LinkOptions {
  readonly side: "hub" | "spoke";
  readonly peer: LinkPeer;
  readonly root: Bytes;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly pending: PendingBytes;
  /** What all links of the bench may open together, in bytes [Q6]. */
  readonly opening: TokenBucket;
  readonly events: LinkEvents;
  readonly rates?: LinkRates;
}

/** Something that waits to go. An entry shares a frame with its neighbours, and so does one who left; `inner` goes alone. */
type Waiting =
  | { readonly tag: "entry"; readonly entry: OutgoingEntry; readonly held: Held | null }
  | { readonly tag: "left"; readonly memberId: MemberId }
  | { readonly tag: "inner"; readonly inner: Bytes };

/** When somebody left, and when that was last said. */
interface Farewell {
  readonly leftMs: number;
  readonly saidMs: number;
}

/** A frame whose large boxes are still being handed out here. */
interface Taking {
  readonly seq: number;
  readonly bytes: number;
  largeLeft: number;
}

/** What all links of a bench may open together, at these rates of each. */
export function newOpening({ bytesPerSecond }: LinkRates, nowMs: number): TokenBucket {
  const bytes = LINKS_OPENED_AT_ONCE * bytesPerSecond;
  return new TokenBucket(bytes, Math.max(bytes, MAX_LINK_FRAME_BYTES), nowMs);
}

/** One side of a link, from its keys to their wiping. */
export class Link {
  readonly side: "hub" | "spoke";
  readonly peer: LinkPeer;
  readonly #options: LinkOptions;
  readonly #sealer: LinkSealer;
  readonly #opener: LinkOpener;
  readonly #subject: string;
  readonly #stopListening: Stop;
  readonly #framesOut: TokenBucket;
  readonly #bytesOut: TokenBucket;
  readonly #framesIn: TokenBucket;
  readonly #bytesIn: TokenBucket;
  /** What it may open however much the others bring. */
  readonly #ownOpening: TokenBucket;
  #phase: LinkPhase = "waiting";
  #count = 0;
  #beyond = 0;
  #wasCounted = false;
  /** What an ended link still says to who speaks to it; `null` once it is over. */
  #lastWords: readonly Bytes[] | null = null;
  #lastWordsMs = -Infinity;
  #endedMs = 0;
  readonly #bornMs: number;
  #heardMs: number;
  /** Whether what the other side says arrives. */
  #hears = false;
  /** When the other side was last believed that it heard nothing, whether it said so again since, and whether that was its last word. */
  #unheardMs = -Infinity;
  #wasUnheard = false;
  #isUnheard = false;
  #saidStateMs = -Infinity;
  #saidConfirmMs = -Infinity;
  #downSinceMs = 0;

  /** Who left of late, in the order in which it is said again. */
  readonly #farewells = new Map<MemberId, Farewell>();
  #queue: Waiting[] = [];
  #pendingBytes = 0;
  #dropped = 0;
  #onTheirWay: { readonly seq: number; readonly bytes: number }[] = [];
  #bytesOnTheirWay = 0;
  #movedMs: number;
  #isPumpDue = false;
  #cancelPump: Cancel | null = null;

  #taking: Taking[] = [];
  #takenSeq = 0;
  #takenSince = 0;

  constructor(options: LinkOptions) {
    const { side, peer, root, bus, clock } = options;
    this.#options = options;
    this.side = side;
    this.peer = peer;
    const nowMs = clock.nowMs();
    const keys = linkKeys(root);
    const subjects = linkSubjects(root);
    root.fill(0);
    const isHub = side === "hub";
    this.#sealer = new LinkSealer(isHub ? keys.hubToSpoke : keys.spokeToHub);
    this.#opener = new LinkOpener(isHub ? keys.spokeToHub : keys.hubToSpoke);
    this.#subject = isHub ? subjects.hubToSpoke : subjects.spokeToHub;
    const { framesPerSecond: frames, bytesPerSecond: bytes } = options.rates ?? LINK_RATES;
    const slack = RECEIVE_SLACK;
    this.#framesOut = new TokenBucket(frames, frames, nowMs);
    this.#bytesOut = new TokenBucket(bytes, bytes, nowMs);
    this.#framesIn = new TokenBucket(slack * frames, slack * frames, nowMs);
    // Never less than one whole frame, however little a bench lets pass in a second.
    const leastBytes = Math.max(slack * bytes, MAX_LINK_FRAME_BYTES);
    this.#bytesIn = new TokenBucket(slack * bytes, leastBytes, nowMs);
    const ownBytes = bytes * LINKS_OPENED_AT_ONCE / MAX_LINKS;
    const ownBurst = Math.max(ownBytes, MAX_LINK_FRAME_BYTES);
    this.#ownOpening = new TokenBucket(ownBytes, ownBurst, nowMs);
    this.#bornMs = nowMs;
    this.#heardMs = nowMs;
    this.#movedMs = nowMs;
    this.#stopListening = bus.subscribe(
      isHub ? subjects.spokeToHub : subjects.hubToSpoke,
      (frame) => this.#onFrame(frame),
    );
  }

  get phase(): LinkPhase {
    return this.#phase;
  }

  /** Whether words reach the other bench. */
  get isUp(): boolean {
    return this.#phase === "up";
  }

  /** Whether nothing of it is left: it ended, and has nothing more to say. */
  get isOver(): boolean {
    return this.#phase === "ended" && this.#lastWords === null;
  }

  /** How many sit at the other end, as it said last. */
  get count(): number {
    return this.#count;
  }

  /** How many sit behind it, at the other end and further on. */
  get beyond(): number {
    return this.#beyond;
  }

  /** Whether it keeps a room in which nobody is left here [U1]. */
  get keepsRoom(): boolean {
    if (this.side === "spoke") return this.#phase === "up" || this.#phase === "waiting";
    // Before its first STATE nobody knows that nobody is there.
    return this.#phase === "up" && (this.#beyond > 0 || !this.#wasCounted);
  }

  /** Bytes that wait to go. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Boxes and words that did not fit, or came while the link was down. */
  get dropped(): number {
    return this.#dropped;
  }

  // ---- the way out ------------------------------------------------------------------------------------------

  /** A box for everybody there. `held` is let go of when the box left or was given up. */
  sendAll(from: Uint8Array, box: Uint8Array, held: Held | null): void {
    if (!this.#hasRoomFor(ENTRY_HEAD_BYTES + box.length)) return;
    this.#isBack(from);
    held?.hold();
    this.#wait({ tag: "entry", entry: { from, box }, held });
  }

  /** A box for one member there. */
  sendOne(from: Uint8Array, to: Uint8Array, box: Uint8Array): void {
    if (!this.#hasRoomFor(2 * ID_BYTES + box.length)) return;
    this.#isBack(from);
    this.#wait({ tag: "inner", inner: encodeTo(from, to, box) });
  }

  /** Members are gone; behind what they said, and again for a while [K14]. */
  sendLeft(memberIds: readonly MemberId[]): void {
    if (!this.isUp) return;
    const nowMs = this.#options.clock.nowMs();
    for (const memberId of memberIds) {
      this.#sayFarewell(memberId, { leftMs: nowMs, saidMs: nowMs });
    }
  }

  /** The admin's word, at once and twice: its number makes the second nothing. `false` when the link is not up. */
  sendAdmin(frame: Uint8Array): boolean {
    if (!this.isUp) return false;
    for (let times = 0; times < 2; times++) this.#say({ tag: "admin", frame });
    return true;
  }

  /** Why an admin's word that came over this link was not taken. */
  sendRefused(ctr: number, lastCtr: number, why: AdminRefusal): void {
    if (this.isUp) this.#say({ tag: "refused", ctr, lastCtr, why });
  }

  /** Which benches carry the room: the hub to its spokes. */
  sendBenches(benches: readonly ListedBench[]): void {
    if (this.isUp) this.#say({ tag: "benches", benches });
  }

  /** The number of people here, or whether the room is public, changed. Who hears nothing says CONFIRM instead [K5]. */
  sendState(): void {
    if (this.#phase === "waiting" || this.#phase === "ended") return;
    this.#saidStateMs = this.#options.clock.nowMs();
    if (this.#hears) this.#say({ tag: "state", ...this.#options.events.state() });
    else this.#say({ tag: "confirm" });
  }

  /** Whether a large box handed to this link still holds up its sender [K8]. */
  holdsUp(_sinceMs: number, nowMs: number): boolean {
    return this.isUp && this.#pendingBytes > LINK_PACED_BYTES &&
      nowMs - this.#movedMs < PATIENCE_MS;
  }

  /** So many more large boxes of this link have left for everybody here: the other side may send on [K7]. */
  onTaken(boxes: number): void {
    let left = boxes;
    for (const frame of this.#taking) {
      const done = Math.min(left, frame.largeLeft);
      frame.largeLeft -= done;
      left -= done;
      if (left === 0) break;
    }
    this.#advanceTaken();
  }

  /**
   * Ends the link. Says why, after the admin's `lastWord` if there is one, and again to whoever still speaks: the first time
   * may have been lost [K11].
   */
  end(why: LinkEnding, lastWord: Uint8Array | null = null): void {
    if (this.#phase === "ended") return;
    const isSaid = why !== "unconfirmed" && why !== "lost";
    if (isSaid) {
      this.#lastWords = [
        ...(lastWord === null ? [] : [encodeLinkMessage({ tag: "admin", frame: lastWord })]),
        encodeLinkMessage({ tag: "close", why, ...(lastWord === null ? {} : { lastWord }) }),
      ];
      this.#sayLastWords();
    }
    this.#onEnded(why);
    if (!isSaid) this.wipe();
  }

  /** Lets go of keys and subject at once. */
  wipe(): void {
    this.#phase = "ended";
    this.#lastWords = null;
    this.#letGo();
    this.#stopListening();
    this.#sealer.wipe();
    this.#opener.wipe();
  }

  #hasEnded(): boolean {
    return this.#phase === "ended";
  }

  #onEnded(why: LinkEnding): void {
    this.#phase = "ended";
    this.#endedMs = this.#options.clock.nowMs();
    this.#letGo();
    this.#options.events.onEnd(why);
  }

  #sayLastWords(): void {
    this.#lastWordsMs = this.#options.clock.nowMs();
    for (const words of this.#lastWords ?? []) this.#publish(words);
  }

  /** The bus came or went. */
  onBus(isUp: boolean): void {
    if (isUp) return this.sendState();
    this.#hears = false;
    if (this.#phase === "up") this.#goDown();
  }

  /** Looks at the time; called every second or so. */
  tick(): void {
    const nowMs = this.#options.clock.nowMs();
    switch (this.#phase) {
      case "waiting":
        if (nowMs - this.#bornMs >= CONFIRM_WITHIN_MS) return this.end("unconfirmed");
        if (this.side === "spoke") this.confirm();
        return;
      case "up":
        if (nowMs - this.#heardMs >= LINK_DOWN_AFTER_MS) {
          this.#hears = false;
          this.#goDown();
          return this.sendState();
        }
        if (this.#wasUnheard && nowMs - this.#unheardMs >= LINK_STATE_EVERY_MS) {
          return this.#onUnheard();
        }
        this.#repeatFarewells(nowMs);
        if (nowMs - this.#saidStateMs >= LINK_STATE_EVERY_MS || this.#isStalled(nowMs)) {
          this.sendState();
        }
        return;
      case "down":
        if (nowMs - this.#downSinceMs >= LINK_LOST_AFTER_MS) return this.end("lost");
        if (nowMs - this.#heardMs >= LINK_DOWN_AFTER_MS) this.#hears = false;
        if (nowMs - this.#saidStateMs >= LINK_STATE_EVERY_MS) this.sendState();
        return;
      case "ended":
        if (this.#lastWords !== null && nowMs - this.#endedMs >= LINK_LOST_AFTER_MS) this.wipe();
        return;
      default:
        return assertNever(this.#phase);
    }
  }

  /** The spoke says that it is there, until it is heard [T9]. */
  confirm(): void {
    const nowMs = this.#options.clock.nowMs();
    if (this.#phase !== "waiting" || nowMs - this.#saidConfirmMs < CONFIRM_AGAIN_MS) return;
    this.#saidConfirmMs = nowMs;
    this.#say({ tag: "confirm" });
  }

  #hasRoomFor(bytes: number): boolean {
    const { pending } = this.#options;
    const fits = this.isUp && this.#pendingBytes + bytes <= MAX_LINK_PENDING_BYTES &&
      pending.total + bytes <= MAX_PENDING_BYTES &&
      (pending.total + bytes <= SHARED_PENDING_BYTES ||
        this.#pendingBytes + bytes <= OWN_PENDING_BYTES);
    if (!fits) this.#dropped++;
    return fits;
  }

  #sayFarewell(memberId: MemberId, farewell: Farewell): void {
    this.#farewells.delete(memberId);
    this.#farewells.set(memberId, farewell);
    if (this.#hasRoomFor(ID_BYTES)) this.#wait({ tag: "left", memberId });
  }

  #repeatFarewells(nowMs: number): void {
    for (const [memberId, { leftMs, saidMs }] of this.#farewells) {
      // Who was said last stands last.
      if (nowMs - saidMs < LINK_STATE_EVERY_MS) return;
      if (nowMs - leftMs > FAREWELL_MS) this.#farewells.delete(memberId);
      else this.#sayFarewell(memberId, { leftMs, saidMs: nowMs });
    }
  }

  /** Who speaks did not leave, or is here again. */
  #isBack(from: Uint8Array): void {
    if (this.#farewells.size > 0) this.#farewells.delete(memberIdOf(from));
  }

  #wait(waiting: Waiting): void {
    const bytes = bytesOf(waiting);
    this.#queue.push(waiting);
    this.#pendingBytes += bytes;
    this.#options.pending.total += bytes;
    if (this.#isPumpDue || this.#cancelPump !== null) return;
    this.#isPumpDue = true;
    this.#options.clock.atEndOfTurn(() => {
      this.#isPumpDue = false;
      this.#pump();
    });
  }

  /** Sends what may go now, in order; arms a timer for the rest where only time is missing. */
  #pump(): void {
    const { clock } = this.#options;
    this.#cancelPump?.();
    this.#cancelPump = null;
    while (this.#queue.length > 0 && this.isUp) {
      const nowMs = clock.nowMs();
      const waitMs = Math.max(this.#framesOut.waitMs(nowMs), this.#bytesOut.waitMs(nowMs));
      if (waitMs > 0) {
        this.#cancelPump = clock.after(waitMs, () => {
          this.#cancelPump = null;
          this.#pump();
        });
        return;
      }
      // The next TAKEN goes on with it.
      if (this.#isWindowFull()) return;
      this.#sendNext();
    }
  }

  #sendNext(): void {
    const { inner, taken } = this.#nextInner();
    const sent = this.#queue.splice(0, taken);
    const bytes = inner.length - 1;
    this.#pendingBytes -= bytes;
    this.#options.pending.total -= bytes;
    if (this.#publish(inner)) {
      if (this.#bytesOnTheirWay === 0) this.#movedMs = this.#options.clock.nowMs();
      this.#onTheirWay.push({ seq: this.#sealer.seq, bytes });
      this.#bytesOnTheirWay += bytes;
    } else {
      this.#dropped += sent.length;
    }
    for (const each of sent) if (each.tag === "entry") each.held?.release();
  }

  /** What stands in front, with as many of its kind behind it as share its frame. */
  #nextInner(): { readonly inner: Bytes; readonly taken: number } {
    const first = this.#queue[0]!;
    if (first.tag === "inner") return { inner: first.inner, taken: 1 };
    const entries: OutgoingEntry[] = [];
    const memberIds: MemberId[] = [];
    const most = Math.min(
      first.tag === "left" ? MAX_LEFT_IDS * ID_BYTES : MAX_LINK_DATA_BYTES,
      LINK_WINDOW_BYTES - this.#bytesOnTheirWay,
    );
    let bytes = 0;
    for (const next of this.#queue) {
      if (next.tag !== first.tag || bytes + bytesOf(next) > most) break;
      bytes += bytesOf(next);
      if (next.tag === "entry") entries.push(next.entry);
      else if (next.tag === "left") memberIds.push(next.memberId);
    }
    return first.tag === "left"
      ? { inner: encodeLinkMessage({ tag: "left", memberIds }), taken: memberIds.length }
      : { inner: encodeData(entries), taken: entries.length };
  }

  #say(message: Exclude<LinkMessage, { readonly tag: "data" | "to" }>): void {
    this.#publish(encodeLinkMessage(message));
  }

  #publish(inner: Uint8Array): boolean {
    const nowMs = this.#options.clock.nowMs();
    const frame = this.#sealer.seal(inner);
    this.#framesOut.spend(1, nowMs);
    this.#bytesOut.spend(frame.length, nowMs);
    return this.#options.bus.publish(this.#subject, frame);
  }

  #isStalled(nowMs: number): boolean {
    return this.#isWindowFull() && nowMs - this.#movedMs >= STALLED_MS &&
      nowMs - this.#saidStateMs >= STALLED_MS;
  }

  /** Whether what waits in front would not fit into the window any more. */
  #isWindowFull(): boolean {
    const first = this.#queue[0];
    if (first === undefined) return false;
    return this.#bytesOnTheirWay + bytesOf(first) > LINK_WINDOW_BYTES;
  }

  /** Lets go of all that waits: when the link is down nothing is kept for later. */
  #letGo(): void {
    this.#cancelPump?.();
    this.#cancelPump = null;
    const queue = this.#queue;
    this.#queue = [];
    this.#farewells.clear();
    this.#dropped += queue.length;
    this.#options.pending.total -= this.#pendingBytes;
    this.#pendingBytes = 0;
    this.#onTheirWay = [];
    this.#bytesOnTheirWay = 0;
    for (const each of queue) if (each.tag === "entry") each.held?.release();
  }

  // ---- the way in -------------------------------------------------------------------------------------------

  #onFrame(frame: Bytes): void {
    const nowMs = this.#options.clock.nowMs();
    if (this.isOver || frame.length > MAX_LINK_FRAME_BYTES) return;
    // Before any crypto: whoever reads the bus knows this subject.
    if (this.#framesIn.fill(nowMs) < 1 || this.#bytesIn.fill(nowMs) < frame.length) return;
    const mayOpen = this.#options.opening.take(frame.length, nowMs) ||
      this.#ownOpening.take(frame.length, nowMs);
    if (!mayOpen) return;
    this.#framesIn.spend(1, nowMs);
    this.#bytesIn.spend(frame.length, nowMs);
    const inner = this.#opener.open(frame);
    if (inner === null) return;
    this.#heardMs = nowMs;
    const message = parseLinkMessage(inner);
    if (message === null) return;
    if (this.#phase === "ended") {
      if (message.tag === "close") this.wipe();
      else if (nowMs - this.#lastWordsMs >= LAST_WORDS_AGAIN_MS) this.#sayLastWords();
      return;
    }
    const didHear = this.#hears;
    this.#hears = true;
    this.#isUnheard = message.tag === "confirm" && this.#phase !== "waiting";
    if (this.#isUnheard) return this.#onUnheard();
    if (this.#phase !== "up" && message.tag !== "close") this.#goUp(didHear);
    this.#onMessage(message, inner.length);
  }

  /**
   * The other side heard nothing of us: what was said here is lost, and nobody here seems to be there to them. Believed every ten
   * seconds at most: everybody in the room is told.
   */
  #onUnheard(): void {
    const nowMs = this.#options.clock.nowMs();
    this.#wasUnheard = this.#phase === "up" && nowMs - this.#unheardMs < LINK_STATE_EVERY_MS;
    if (this.#phase === "up" && !this.#wasUnheard) {
      this.#unheardMs = nowMs;
      this.#goDown();
    }
    // It may have been heard since it said so.
    if (this.#phase === "down" && !this.#isUnheard) return this.#goUp(true);
    this.sendState();
  }

  #onMessage(message: LinkMessage, bytes: number): void {
    const { events } = this.#options;
    switch (message.tag) {
      case "data":
        this.#take(bytes, message.entries.filter(({ box }) => isLarge(box)).length);
        return events.onData(message.entries);
      case "to":
        this.#take(bytes, 0);
        return events.onTo(message.from, message.to, message.box);
      case "left":
        return events.onLeft(message.memberIds);
      case "admin":
        return events.onAdmin(message.frame);
      case "state": {
        // Whoever asks is told how far we are: numbers that were lost count as taken [K7].
        if (this.#taking.length === 0) this.#takenSeq = this.#opener.seq;
        this.#sayTaken();
        // A bench's word, and never more than a room may hold: else one bench could fill another's room by a number.
        const local = Math.min(message.local, MOST_MEMBERS);
        const total = Math.min(Math.max(message.total, local), MOST_MEMBERS);
        const isOther = !this.#wasCounted || local !== this.#count || total !== this.#beyond;
        this.#wasCounted = true;
        this.#count = local;
        this.#beyond = total;
        return isOther ? events.onCount() : undefined;
      }
      case "taken":
        return this.#onTakenUpTo(message.seq);
      case "benches":
        return this.side === "spoke" ? events.onBenches(message.benches) : undefined;
      case "refused":
        return this.side === "spoke"
          ? events.onRefused(message.ctr, message.lastCtr, message.why)
          : undefined;
      case "confirm":
        return;
      case "close":
        // It ends the room, and so this link, where it is the admin's and was not heard before.
        if (message.lastWord !== undefined) events.onAdmin(message.lastWord);
        if (!this.#hasEnded()) this.#onEnded(message.why);
        return this.wipe();
      default:
        return assertNever(message);
    }
  }

  #goUp(didHear: boolean): void {
    // Else the other side would not know of it, and nobody there would say that they are still here.
    if (this.#phase === "down" && !didHear) this.#say({ tag: "confirm" });
    this.#phase = "up";
    this.#movedMs = this.#options.clock.nowMs();
    this.sendState();
    this.#options.events.onUp();
  }

  #goDown(): void {
    this.#phase = "down";
    this.#wasUnheard = false;
    this.#downSinceMs = this.#options.clock.nowMs();
    this.#letGo();
    this.#options.events.onDown();
  }

  #take(bytes: number, large: number): void {
    this.#taking.push({ seq: this.#opener.seq, bytes, largeLeft: large });
    if (large === 0) this.#advanceTaken();
  }

  /** What is in front and done counts as taken; the other side hears of it once that is a chunk's worth. */
  #advanceTaken(): void {
    while (this.#taking.length > 0 && this.#taking[0]!.largeLeft === 0) {
      const { seq, bytes } = this.#taking.shift()!;
      this.#takenSeq = seq;
      this.#takenSince += bytes;
    }
    if (this.#takenSince >= LINK_TAKEN_EVERY_BYTES) this.#sayTaken();
  }

  #sayTaken(): void {
    // A link that is down says nothing that could be taken for hearing; STATE asks for it later.
    if (this.#takenSeq === 0 || !this.isUp) return;
    this.#takenSince = 0;
    this.#say({ tag: "taken", seq: this.#takenSeq });
  }

  #onTakenUpTo(seq: number): void {
    const before = this.#onTheirWay.length;
    while (this.#onTheirWay.length > 0 && this.#onTheirWay[0]!.seq <= seq) {
      this.#bytesOnTheirWay -= this.#onTheirWay.shift()!.bytes;
    }
    if (this.#onTheirWay.length === before) return;
    this.#movedMs = this.#options.clock.nowMs();
    this.#pump();
  }
}

/** As it is counted out: without the kind byte of its frame. */
function bytesOf(waiting: Waiting): number {
  switch (waiting.tag) {
    case "entry":
      return ENTRY_HEAD_BYTES + waiting.entry.box.length;
    case "left":
      return ID_BYTES;
    case "inner":
      return waiting.inner.length - 1;
    default:
      return assertNever(waiting);
  }
}

function isLarge(box: Uint8Array): boolean {
  return box.length > MAX_ECHOED_BOX_BYTES;
}
