// A bench's place in the park: the links it holds, the rooms they carry, and what rooms and tabs are told of it. Offering, claiming and
// asking are parts of their own; here they meet the bus, the clock and the rooms. Nothing that comes from the bus is believed
// before a key said so. Above 300 lines, because links and rooms end each other here. Rules: PAIRING.md.

import type { Cancel } from "../clock.ts";
import { TokenBucket } from "../limits/mod.ts";
import { sha512 } from "../nacl.ts";
import { ADMIN_OP, type AdminCommand } from "../proof/mod.ts";
import {
  type AdminRefusal,
  assertNever,
  type Bytes,
  type CarryingBench,
  encodeParkControl,
  equalBytes,
  INBOX_BURST,
  INBOX_PER_SECOND,
  MAX_LINKS,
  type MemberId,
  type ParkRequest,
  type RoomId,
  toHex,
} from "../wire/mod.ts";
import { Asking } from "./asking.ts";
import type { BusStatus, Stop } from "./bus.ts";
import { parseClaim } from "./claim.ts";
import { Claiming } from "./claiming.ts";
import {
  Link,
  LINK_RATES,
  type LinkEnding,
  type LinkPeer,
  type LinkRates,
  newOpening,
  type PendingBytes,
} from "./link.ts";
import type { ListedBench } from "./link_frame.ts";
import { Offering } from "./offering.ts";
import type { ParkAsker, Rooms } from "./park_ports.ts";
import type { ParkPlace } from "./park_place.ts";
import { ENVELOPE_BYTES, openEnvelope } from "./sealed.ts";
import { inboxSubject, WHO_SUBJECT } from "./subjects.ts";

const TICK_MS = 1_000;

/** So many claims under way make each envelope count for one more [Q2]. */
const TRIES_FOR_ONE = 4;

/** Refused links that are kept for their last word, other ended ones counted in [K11]. */
const MOST_REFUSING = 16;

/** Counts and links are told together, so that a class that comes in costs a message each and not a message a pair. */
const TELL_AFTER_MS = 100;

/** What a place in the park is made of. */
export interface ParkOptions extends ParkPlace {
  /** Whether the keeper lets rooms pair. */
  readonly isPairingOn: boolean;
  /** What who accepts here must know besides the link; `null`: nothing. */
  readonly operatorToken: string | null;
  /** What one link may carry; the defaults where it is left out. */
  readonly linkRates?: LinkRates;
}

/** What a park holds now, in totals. */
export interface ParkCounts {
  /** Ended links that still have a last word included. */
  readonly links: number;
  readonly linksUp: number;
  readonly rooms: number;
  readonly offers: number;
  readonly spentTokens: number;
  readonly claims: number;
  readonly pendingBytes: number;
  readonly dropped: number;
}

/** A room that other benches carry as well, or are about to. */
interface Carried {
  /** Links that have not ended, waiting ones included; on a spoke there is one. */
  readonly links: Set<Link>;
  /** On a spoke: what the home said of who carries the room. */
  listed: readonly ListedBench[];
  /** When numbers were last told at once. */
  toldMs: number;
}

/** What becomes of a link, for who began it. */
interface LinkWatch {
  readonly onFirstUp: () => void;
  readonly onNeverUp: (why: LinkEnding) => void;
}

/** One bench in the park. */
export class Park {
  readonly #options: ParkOptions;
  readonly #offering: Offering;
  readonly #claiming: Claiming;
  readonly #asking: Asking;
  readonly #carried = new Map<RoomId, Carried>();
  /** Public rooms of which somebody here was told how the park stands. */
  readonly #shown = new Set<RoomId>();
  /** Every link of which something is left. */
  readonly #links = new Set<Link>();
  readonly #pending: PendingBytes = { total: 0 };
  readonly #opening: TokenBucket;
  readonly #inboxRate: TokenBucket;
  readonly #stops: Stop[] = [];
  readonly #changed = new Set<RoomId>();
  #rooms!: Rooms;
  #droppedByEnded = 0;
  #cancelTick: Cancel | null = null;
  #cancelTell: Cancel | null = null;
  #isStopped = false;

  constructor(options: ParkOptions) {
    this.#options = options;
    this.#opening = newOpening(options.linkRates ?? LINK_RATES, options.clock.nowMs());
    this.#inboxRate = new TokenBucket(INBOX_PER_SECOND, INBOX_BURST, options.clock.nowMs());
    this.#asking = new Asking(options);
    this.#offering = new Offering({
      ...options,
      roomOf: (roomId) => this.#rooms.roomOf(roomId),
      linksOf: (roomId) => this.#carried.get(roomId)?.links.size ?? 0,
      hasRoomForLink: () => this.#hasRoomForLink(),
      onAccepted: ({ roomId }, peer, root, tell) => {
        this.#newLink("hub", roomId, peer, root, {
          onFirstUp: () => tell("paired"),
          onNeverUp: (why) => tell(why === "refused" ? "refused" : "unconfirmed"),
        });
      },
      tellMember: (roomId, memberId, text) => this.#rooms.tellMember(roomId, memberId, text),
    });
    this.#claiming = new Claiming({
      ...options,
      onAccepted: (room, hubFp, root, onUp) => {
        const why = this.#whyNotAdopt(room.roomId, hubFp);
        const adopted = why === null ? this.#rooms.adopt(room) : null;
        const peer = { fp: hubFp, label: "", url: "" };
        if (adopted === "adopted") {
          this.#offering.onRoomGone(room.roomId);
          const former = [...this.#carried.get(room.roomId)?.links ?? []];
          const watch = { onFirstUp: onUp, onNeverUp: () => undefined };
          const link = this.#newLink("spoke", room.roomId, peer, root, watch);
          this.#rooms.attach(room.roomId, link, true);
          // The keys of before are of no use: their other end has made new ones as well.
          for (const each of former) each.end("lost");
          link.confirm();
          return { ok: true, link };
        }
        const refusing = this.#newLink("spoke", null, peer, root, null);
        refusing.end("refused");
        // Who has links refused again and again must not fill the bench with last words.
        const ended = [...this.#links].filter(({ phase }) => phase === "ended");
        if (ended.length > MOST_REFUSING) refusing.wipe();
        if (refusing.isOver) this.#links.delete(refusing);
        return { ok: false, why: why ?? (adopted === "full" ? "too-many" : "expired") };
      },
    });
  }

  /** Begins: listens on the inbox and for its label. `rooms` is asked and told from now on. */
  begin(rooms: Rooms): void {
    this.#rooms = rooms;
    const { bus, identity, isPairingOn } = this.#options;
    bus.onStatus((status) => this.#onBus(status));
    if (!isPairingOn) return;
    this.#stops.push(
      bus.subscribe(inboxSubject(identity.box.publicKey), (bytes) => this.#onInbox(bytes)),
      bus.subscribe(WHO_SUBJECT, (bytes) => {
        if (this.#inboxRate.take(1, this.#options.clock.nowMs())) this.#asking.onQuestion(bytes);
      }),
    );
  }

  /** Where the bus stands. */
  get busStatus(): BusStatus {
    return this.#options.bus.status;
  }

  /** Whether rooms may be made public here at all. */
  get isOpen(): boolean {
    return this.#options.isPairingOn;
  }

  counts(): ParkCounts {
    const links = [...this.#links];
    return {
      links: links.length,
      linksUp: links.filter(({ isUp }) => isUp).length,
      rooms: this.#carried.size,
      ...this.#offering.counts(),
      claims: this.#claiming.size,
      pendingBytes: this.#pending.total,
      dropped: links.reduce((sum, { dropped }) => sum + dropped, this.#droppedByEnded),
    };
  }

  /** Ends every link, says so, and lets go of the bus. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const link of [...this.#links]) {
      link.end("stopping");
      link.wipe();
    }
    this.#links.clear();
    for (const part of [this.#claiming, this.#asking, this.#offering]) part.stop();
    for (const stop of this.#stops) stop();
    this.#cancelTick?.();
    this.#cancelTell?.();
    await this.#options.bus.close();
  }

  // ---- what the relay asks ----------------------------------------------------------------------------------

  /** PAIR_OFFER and PAIR_CANCEL, signed by the admin and checked, in a public room whose home is here [T2]. */
  onPairCommand(
    roomId: RoomId,
    command: AdminCommand,
    frame: Uint8Array,
    by: MemberId,
  ): AdminRefusal | null {
    if (!this.#options.isPairingOn) return "no-park";
    if (command.op === ADMIN_OP.pairOffer && this.busStatus.tag !== "up") return "park-away";
    return this.#offering.onCommand(roomId, command, frame, by);
  }

  /** Whether this room is linked with that bench. */
  hasLink(roomId: RoomId, peerFp: Uint8Array): boolean {
    return this.#linkWith(roomId, peerFp) !== undefined;
  }

  /** The admin ended a link, and members were told. On a spoke `peerFp` says whose: perhaps this bench's own. */
  unpair(roomId: RoomId, peerFp: Uint8Array): void {
    const isOwn = equalBytes(peerFp, this.#options.identity.fingerprint);
    const [first] = this.#carried.get(roomId)?.links ?? [];
    if (first?.side === "spoke") {
      if (isOwn) first.end("unpaired");
      return;
    }
    this.#linkWith(roomId, peerFp)?.end("unpaired");
  }

  /** The room is gone: its offers and links go with it [U3]. */
  onRoomGone(roomId: RoomId, lastWord: Uint8Array | null): void {
    this.#shown.delete(roomId);
    this.#offering.onRoomGone(roomId);
    for (const link of [...this.#carried.get(roomId)?.links ?? []]) link.end("room-gone", lastWord);
  }

  /** How many sit here changed. */
  onLocalCount(roomId: RoomId): void {
    const carried = this.#carried.get(roomId);
    if (carried === undefined) return;
    this.#stateNow(carried, null);
    this.#tellSoon(roomId);
  }

  /** Text of `links`: which benches carry the room. `null` in a private room, of which the park knows nothing. */
  linksText(roomId: RoomId): string | null {
    if (!this.#isPublic(roomId)) return null;
    this.#shown.add(roomId);
    return encodeParkControl({
      t: "links",
      benches: this.#benchesOf(roomId),
      isParkUp: this.busStatus.tag === "up",
    });
  }

  /** A tab asked something [W1] [T3]. */
  onRequest(asker: ParkAsker, request: ParkRequest): void {
    switch (request.t) {
      case "who":
        // A private room puts nothing on the bus, and a bench that does not pair asks nobody [K9] [T12].
        if (this.isOpen && this.#isPublic(asker.roomId)) {
          return this.#asking.ask(asker, request.label);
        }
        return asker.say(encodeParkControl({ t: "whois", label: request.label, found: [] }));
      case "pair_begin":
        return this.#claiming.begin(asker, request);
      case "pair_claim":
        return this.#claiming.onProof(asker, request);
      default:
        return assertNever(request);
    }
  }

  onAskerGone(asker: ParkAsker): void {
    this.#claiming.onAskerGone(asker);
  }

  // ---- the bus ----------------------------------------------------------------------------------------------

  #onBus(status: BusStatus): void {
    if (this.#isStopped) return;
    for (const link of [...this.#links]) link.onBus(status.tag === "up");
    for (const roomId of [...this.#carried.keys(), ...this.#shown]) this.#tellSoon(roomId);
  }

  #onInbox(bytes: Bytes): void {
    // Before any crypto [Q2].
    const { clock, identity } = this.#options;
    // An envelope that is no claim is tried with the key of each claim of ours: it counts for what it costs.
    const cost = 1 + Math.floor(this.#claiming.size / TRIES_FOR_ONE);
    if (bytes.length !== ENVELOPE_BYTES || !this.#inboxRate.take(cost, clock.nowMs())) return;
    const digest = toHex(sha512(bytes).subarray(0, 32));
    if (this.#offering.answerAgain(digest)) return;
    const opened = openEnvelope(bytes, identity.box.secretKey);
    if (opened === null) return this.#claiming.onEnvelope(bytes);
    const claim = parseClaim(opened.plaintext);
    // The key that the claim came under is the one it signed: nobody wraps another's claim anew.
    if (claim === null || !equalBytes(claim.ephemeralPublicKey, opened.ephemeralPublicKey)) return;
    this.#offering.onClaim(claim, digest);
  }

  // ---- links ------------------------------------------------------------------------------------------------

  #hasRoomForLink(): boolean {
    return this.#links.size < MAX_LINKS;
  }

  /** Why this bench cannot carry a room for that hub, or `null` [U2]. A home that fell silent may have begun anew under other keys. */
  #whyNotAdopt(roomId: RoomId, hubFp: Bytes): "elsewhere" | "too-many" | null {
    const links = [...this.#carried.get(roomId)?.links ?? []];
    const isOthers = links.some(({ side, peer, phase }) =>
      side === "hub" || (phase !== "down" && !equalBytes(peer.fp, hubFp))
    );
    if (isOthers) return "elsewhere";
    return this.#hasRoomForLink() ? null : "too-many";
  }

  #linkWith(roomId: RoomId, peerFp: Uint8Array): Link | undefined {
    return [...this.#carried.get(roomId)?.links ?? []].find(({ side, peer, phase }) =>
      side === "hub" && phase !== "waiting" && equalBytes(peer.fp, peerFp)
    );
  }

  /** A link from its keys on. `roomId` is `null` for one that only says no. */
  #newLink(
    side: "hub" | "spoke",
    roomId: RoomId | null,
    peer: LinkPeer,
    root: Bytes,
    watch: LinkWatch | null,
  ): Link {
    const { bus, clock, linkRates } = this.#options;
    let wasUp = false;
    const inRoom = (run: (roomId: RoomId) => void) => {
      if (roomId !== null) run(roomId);
    };
    const link: Link = new Link({
      side,
      peer,
      root,
      bus,
      clock,
      pending: this.#pending,
      opening: this.#opening,
      ...(linkRates === undefined ? {} : { rates: linkRates }),
      events: {
        state: () => this.#stateFor(roomId, link),
        onUp: () =>
          inRoom((id) => {
            if (!wasUp && side === "hub") {
              // In this order: the room may live by them alone [U1].
              this.#rooms.attach(id, link, false);
              this.#endFormer(id, link);
            }
            const isFirst = !wasUp;
            wasUp = true;
            this.#rooms.onLinkChanged(id);
            if (isFirst) watch?.onFirstUp();
            this.#tellSoon(id);
          }),
        onDown: () =>
          inRoom((id) => {
            this.#rooms.onLinkDown(id, link);
            // At once: it may be up again before the next look, and who is here has to say so over there.
            this.#tell(id);
          }),
        onEnd: (why) => inRoom((id) => this.#onLinkEnd(id, link, why, wasUp, watch)),
        onData: (entries) => inRoom((id) => this.#rooms.onData(id, link, entries)),
        onTo: (from, to, box) => inRoom((id) => this.#rooms.onTo(id, link, from, to, box)),
        onLeft: (memberIds) => inRoom((id) => this.#rooms.onFarLeft(id, link, memberIds)),
        onAdmin: (frame) => inRoom((id) => this.#rooms.onAdmin(id, link, frame)),
        onRefused: (ctr, lastCtr, refusal) =>
          inRoom((id) => this.#rooms.onRefused(id, link, ctr, lastCtr, refusal)),
        onCount: () =>
          inRoom((id) => {
            this.#rooms.onLinkChanged(id);
            const carried = this.#carried.get(id);
            if (carried !== undefined) this.#stateNow(carried, link);
            this.#tellSoon(id);
          }),
        onBenches: (benches) => inRoom((id) => this.#onBenches(id, link, benches)),
      },
    });
    this.#links.add(link);
    if (roomId !== null) {
      const carried = this.#carried.get(roomId);
      if (carried === undefined) {
        this.#carried.set(roomId, { links: new Set([link]), listed: [], toldMs: -Infinity });
      } else carried.links.add(link);
    }
    this.#cancelTick ??= clock.every(TICK_MS, () => this.#tick());
    return link;
  }

  /** A bench that pairs again has new keys; what it had before is of no use to it. */
  #endFormer(roomId: RoomId, link: Link): void {
    for (const each of [...this.#carried.get(roomId)?.links ?? []]) {
      if (each !== link && each.phase !== "waiting" && equalBytes(each.peer.fp, link.peer.fp)) {
        each.end("lost");
      }
    }
  }

  #onLinkEnd(
    roomId: RoomId,
    link: Link,
    why: LinkEnding,
    wasUp: boolean,
    watch: LinkWatch | null,
  ): void {
    const carried = this.#carried.get(roomId);
    carried?.links.delete(link);
    if (carried?.links.size === 0) this.#carried.delete(roomId);
    this.#rooms.detach(roomId, link);
    if (!wasUp) watch?.onNeverUp(why);
    this.#tellSoon(roomId);
  }

  #onBenches(roomId: RoomId, link: Link, benches: readonly ListedBench[]): void {
    const carried = this.#carried.get(roomId);
    // Whoever is the home in that list is the one that sent it, or the list is nothing.
    const hub = benches.filter(({ isHub }) => isHub);
    if (carried === undefined || hub.length !== 1) return;
    if (!equalBytes(hub[0]!.fp, link.peer.fp)) return;
    carried.listed = benches;
    this.#tellSoon(roomId);
  }

  #tick(): void {
    for (const link of [...this.#links]) {
      link.tick();
      if (!link.isOver) continue;
      this.#droppedByEnded += link.dropped;
      this.#links.delete(link);
    }
    if (this.#links.size > 0) return;
    this.#cancelTick?.();
    this.#cancelTick = null;
  }

  #isPublic(roomId: RoomId | null): boolean {
    return roomId !== null && (this.#rooms.roomOf(roomId)?.publicFrame ?? null) !== null;
  }

  // ---- what is told -----------------------------------------------------------------------------------------

  /** What STATE says to one link: how many sit here, and how many it cannot count itself [K5]. */
  #stateFor(roomId: RoomId | null, link: Link): {
    readonly local: number;
    readonly total: number;
    readonly isPublic: boolean;
  } {
    const room = roomId === null ? null : this.#rooms.roomOf(roomId);
    const local = room?.members.size ?? 0;
    let total = local;
    if (link.side === "hub") {
      for (const other of this.#carried.get(roomId!)?.links ?? []) {
        if (other !== link && other.isUp) total += other.beyond;
      }
    }
    return {
      local: Math.min(local, 0xffff),
      total: Math.min(total, 0xffff),
      isPublic: (room?.publicFrame ?? null) !== null,
    };
  }

  /**
   * Numbers go out at once, unless they just did: a tab holds its words back for a newcomer as soon as it hears of one [F12], and what is
   * said before that would be unproven over there.
   */
  #stateNow(carried: Carried, from: Link | null): void {
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - carried.toldMs < TELL_AFTER_MS) return;
    carried.toldMs = nowMs;
    for (const link of carried.links) if (link !== from && link.isUp) link.sendState();
  }

  #tellSoon(roomId: RoomId): void {
    this.#changed.add(roomId);
    this.#cancelTell ??= this.#options.clock.after(TELL_AFTER_MS, () => {
      this.#cancelTell = null;
      const changed = [...this.#changed];
      this.#changed.clear();
      for (const each of changed) this.#tell(each);
    });
  }

  #tell(roomId: RoomId): void {
    if (this.#rooms.roomOf(roomId) === null) return;
    const links = [...this.#carried.get(roomId)?.links ?? []];
    const listed = this.#listedOf(roomId);
    for (const link of links) {
      link.sendState();
      if (link.side === "hub") link.sendBenches(listed);
    }
    const text = this.linksText(roomId);
    if (text !== null) this.#rooms.tellAll(roomId, text);
  }

  /** The benches of a room whose home is here, as the spokes are told. */
  #listedOf(roomId: RoomId): readonly ListedBench[] {
    const { identity, label, url } = this.#options;
    const links = [...this.#carried.get(roomId)?.links ?? []]
      .filter(({ side, phase }) => side === "hub" && phase !== "waiting");
    const count = this.#rooms.roomOf(roomId)?.members.size ?? 0;
    return [
      { fp: identity.fingerprint, label, url, count, isUp: true, isHub: true },
      ...links.map(({ peer, count: there, isUp }) => ({
        ...peer,
        count: there,
        isUp,
        isHub: false,
      })),
    ];
  }

  /** The benches of a room as members here are told; empty where this one carries it alone. */
  #benchesOf(roomId: RoomId): readonly CarryingBench[] {
    const [first] = this.#carried.get(roomId)?.links ?? [];
    if (first === undefined) return [];
    const { fingerprint } = this.#options.identity;
    const local = this.#rooms.roomOf(roomId)?.members.size ?? 0;
    if (first.side === "hub") {
      const listed = this.#listedOf(roomId);
      return listed.length < 2 ? [] : listed.map((bench) => ({ ...bench, isThis: bench.isHub }));
    }
    return this.#carried.get(roomId)!.listed.map((bench) => {
      const isThis = equalBytes(bench.fp, fingerprint);
      // While the way to the home is broken nothing comes from further on, either.
      return {
        ...bench,
        count: isThis ? local : bench.count,
        isUp: isThis || (first.isUp && bench.isUp),
        isThis,
      };
    });
  }
}
