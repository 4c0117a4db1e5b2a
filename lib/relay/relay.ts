// The relay: sockets to rooms. It proves joins, hands boxes on, checks admin commands, holds the limits and forgets. It
// never opens, keeps or prints what passes. The rules stand in lib/room, lib/proof and lib/limits; this is their rim, above 300
// lines because every event of a socket meets every part of a room here.
// Rules: lib/wire/PROTOCOL.md sections 3 to 7.

import { TokenBucket } from "../limits/mod.ts";
import {
  ADMIN_OP,
  type AdminCommand,
  checkAdminCommand,
  checkJoinProof,
  deriveMemberId,
  type VerifySync,
} from "../proof/mod.ts";
import {
  forgetOldTombstones,
  newRegistry,
  onAdminCounter,
  onDelete,
  onJoin,
  onLeave,
  onMakePublic,
  type Registry,
  type Room,
} from "../room/mod.ts";
import {
  type AdminRefusal,
  assertNever,
  BEAT,
  BEAT_EVERY_MS,
  type BenchCard,
  type Bytes,
  CLOSE,
  type CloseCode,
  DEAD_AFTER_MS,
  encodeAck,
  encodeAdminAnswer,
  encodeAdminRelayed,
  encodeBatch,
  encodeCount,
  encodeHi,
  encodeLeft,
  encodeOk,
  encodeParkControl,
  FULL_READER_BYTES,
  FULL_READER_LOOK_MS,
  HANDSHAKE_MS,
  idBytes,
  type Join,
  LIGHT_PATIENCE_MS,
  type Limits,
  MAX_BAD_ADMIN_SIGNATURES,
  MAX_ECHOED_BOX_BYTES,
  MAX_HELD_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_WORK_BEHIND_SECONDS,
  type OutgoingEntry,
  PAIRING_SOCKET_MS,
  type ParkRequest,
  parseTabControl,
  parseTabFrame,
  ROOM_BURST_SECONDS,
  ROOM_WORK_SHARE,
  type RoomId,
  WORK_BURST_SECONDS,
  WORK_OF_READING,
  WORK_SHARE,
} from "../wire/mod.ts";
import type { Cancel, Clock } from "../clock.ts";
import { Connection } from "./connection.ts";
import { FarRooms, isAcrossLinks } from "./far_rooms.ts";
import { Gate, type Refusal, type Visitor } from "./gate.ts";
import { LargeAcks } from "./large_acks.ts";
import { HeldBytes, Outgoing } from "./outgoing.ts";
import type { Asker, ParkPort, RoomLink } from "./park_port.ts";
import { RoomTraffic } from "./room_traffic.ts";
import { SenderQueues } from "./sender_queues.ts";
import type { SocketEvents, SocketPort } from "./socket_port.ts";
import { Totals } from "./totals.ts";

/** A reader with so much waiting is looked at from time to time: a quarter of the largest box. */
const WATCHED_BYTES = 65_536;

/** How often readers with something waiting are looked at. */
const WATCH_EVERY_MS = 100;

/** How often silence is looked for: no socket outlives [M3] by more than this. */
const SILENCE_LOOK_MS = 5_000;

/** A room with more members than this is told its head count every COUNT_EVERY_MS at most. */
const QUICK_COUNT_MEMBERS = 32;
const COUNT_EVERY_MS = 100;

/** What is under way in one room, and how much came into it. */
interface Flow {
  readonly traffic: RoomTraffic<Connection>;
  readonly bytes: TokenBucket;
  readonly work: TokenBucket;
  countToldMs: number;
}

/** What a relay is built from. */
export interface RelayOptions {
  readonly card: BenchCard;
  readonly limits: Limits;
  /** Strict Ed25519 of this platform. */
  readonly verify: VerifySync;
  readonly clock: Clock;
  /** A mistake of ours met one socket, which is cut. */
  readonly onFault: () => void;
  /** `null`: this bench is by itself. */
  readonly park?: ParkPort | null;
}

/** A visitor of the gate, for whoever carries it from `admit` to `accept`. */
export type RelayVisitor = Visitor<Connection>;

/** What a relay holds now. Totals, which tell no room from another. */
export interface RelayCounts {
  readonly rooms: number;
  readonly members: number;
  readonly sockets: number;
  readonly unjoined: number;
  readonly tombstones: number;
  readonly addresses: number;
  /** Bytes that wait at sockets, shared ones once. */
  readonly heldBytes: number;
}

/** One bench's rooms and the sockets in them. */
export class Relay {
  readonly totals = new Totals();
  /** What the park says of rooms, and what comes over links. */
  readonly far: FarRooms;
  readonly #park: ParkPort | null;
  readonly #card: BenchCard;
  readonly #limits: Limits;
  readonly #verify: VerifySync;
  readonly #clock: Clock;
  readonly #onFault: () => void;
  readonly #gate: Gate<Connection>;
  readonly #registry: Registry<Connection> = newRegistry();
  readonly #sockets = new Set<Connection>();
  readonly #flows = new Map<RoomId, Flow>();
  /** Rooms for which something came in this turn. */
  readonly #busy = new Set<RoomId>();
  /** Rooms whose head count is to be told at the end of this turn. */
  readonly #countChanged = new Set<RoomId>();
  /** Readers for whom much waits. */
  readonly #backlogged = new Set<Connection>();
  readonly #held = new HeldBytes();
  /** What the whole bench reads and writes. */
  readonly #work: TokenBucket;
  readonly #mostWorkBehind: number;
  readonly #beat: Outgoing;
  readonly #acks: LargeAcks<Connection>;
  /** The same for what came over links: there the other bench is told. */
  readonly #linkAcks: LargeAcks<RoomLink>;
  #cancelBeat: Cancel | null = null;
  #cancelSilence: Cancel | null = null;
  #cancelWatch: Cancel | null = null;
  #cancelCounts: Cancel | null = null;
  readonly #queues: SenderQueues<Connection>;
  #cancelTombstones: Cancel | null = null;
  #isTurnEndDue = false;

  constructor(options: RelayOptions) {
    this.#card = options.card;
    this.#limits = options.limits;
    this.#verify = options.verify;
    this.#clock = options.clock;
    this.#onFault = options.onFault;
    this.#park = options.park ?? null;
    this.#gate = new Gate(options.limits, options.clock);
    this.#work = this.#newWork(WORK_SHARE);
    this.#mostWorkBehind = options.limits.maxBytesPerSecond * WORK_SHARE * MAX_WORK_BEHIND_SECONDS;
    this.#beat = new Outgoing(this.#held, BEAT);
    this.#queues = new SenderQueues(options.clock, {
      waitMs: (sender, nowMs) => this.#othersWaitMs(sender, sender.waiting[0]!.length, nowMs),
      benchWaitMs: (nowMs) => this.#work.waitMs(nowMs),
      goOn: (sender) => {
        sender.cancelPause = null;
        this.#goOn(sender);
      },
    });
    this.#acks = new LargeAcks(options.clock, {
      mustWait: ({ pace }, nowMs) => pace.waitMs(nowMs) > 0,
      acknowledge: (sender, boxes) => {
        sender.largeAcked += boxes;
        this.#say(sender, encodeAck(sender.largeAcked));
      },
    });
    this.#linkAcks = new LargeAcks<RoomLink>(options.clock, {
      mustWait: (link, nowMs) => this.far.mustWait(link, nowMs),
      acknowledge: (link, boxes) => link.onTaken(boxes),
    });
    this.far = new FarRooms({
      registry: this.#registry,
      verify: options.verify,
      clock: options.clock,
      limits: options.limits,
      say: (to, text) => this.#say(to, text),
      sayAll: (to, text) => this.#sayAll(to, text),
      addToAll: (roomId, from, box) => {
        this.#flowOf(roomId).traffic.addToAll(from, box);
        this.#atTurnEnd(roomId);
      },
      addToOne: (roomId, from, to, box) => {
        this.#flowOf(roomId).traffic.addToOne(from, to, box);
        this.#atTurnEnd(roomId);
      },
      relayLarge: (link, room, entry, links) =>
        this.#relayLarge(this.#linkAcks, link, room, entry, links),
      spend: (roomId, lengthBytes, readers) =>
        this.#spend(this.#flowOf(roomId), lengthBytes, readers),
      flush: (roomId) => this.#flush(roomId),
      tellCount: (roomId) => this.#tellCount(roomId),
      forgetRoom: (roomId) => this.#forgetRoom(roomId, null),
      refusalAtHome: (room, command) => this.#refusalAtHome(room, command),
      applyAdmin: (room, frame, command) => this.#applyAdmin(room, frame, command),
    });
  }

  /** What it holds now, for health and tests. */
  counts(): RelayCounts {
    return {
      rooms: this.#registry.rooms.size,
      members: this.#sockets.size - this.#gate.unjoined,
      sockets: this.#sockets.size,
      unjoined: this.#gate.unjoined,
      tombstones: this.#registry.tombstones.size,
      addresses: this.#gate.addresses,
      heldBytes: this.#heldBytes(),
    };
  }

  /** Whether one more socket may come from `address` (`null`: not counted), which counts as one then [M4]. */
  admit(address: string | null): { readonly visitor: RelayVisitor } | Refusal {
    const admitted = this.#gate.admit(address, this.#sockets.size);
    if (admitted === 429 || admitted === 503) this.totals.refusals[admitted]++;
    return admitted;
  }

  /** What `admit` would refuse with, or `null`. */
  wouldRefuse(address: string | null): Refusal | null {
    return this.#gate.wouldRefuse(address, this.#sockets.size);
  }

  /** Takes an upgraded socket; `origin` is the validated Origin, word for word [C1]. Sends `hi`. */
  accept(port: SocketPort, origin: string, visitor: RelayVisitor = null): SocketEvents {
    const connection = new Connection({
      port,
      origin,
      visitor,
      limits: this.#limits,
      maxFileBytes: this.#card.maxFileBytes,
      nowMs: this.#clock.nowMs(),
    });
    if (this.#gate.isFull(visitor)) {
      this.totals.onClose(CLOSE.tooManyFromOneNetwork);
      port.close(CLOSE.tooManyFromOneNetwork);
    } else {
      this.#open(connection);
    }
    return {
      onText: (text) => this.#onMessage(connection, text),
      onBinary: (bytes) => this.#onMessage(connection, bytes),
      onAlive: () => void (connection.lastHeardMs = this.#clock.nowMs()),
      onClose: () => this.#forget(connection),
    };
  }

  /** Closes every socket and lets go of every room, address and timer: the bench stops. */
  closeAll(code: CloseCode): void {
    for (const connection of [...this.#sockets]) this.#close(connection, code);
    this.#acks.stop();
    this.#linkAcks.stop();
    this.#gate.stop();
    this.#cancelTombstones?.();
    this.#cancelTombstones = null;
  }

  #open(connection: Connection): void {
    const connNonce = this.#clock.randomBytes(32);
    connection.standing = {
      tag: "unjoined",
      connNonce,
      cancelDeadline: this.#clock.after(
        HANDSHAKE_MS,
        () => this.#close(connection, CLOSE.handshakeTimeout),
      ),
    };
    this.#sockets.add(connection);
    for (const crowded of this.#gate.onOpen(connection, connection.visitor)) {
      this.#close(crowded, CLOSE.handshakeTimeout);
    }
    this.#cancelBeat ??= this.#clock.every(BEAT_EVERY_MS, () => {
      for (const socket of this.#sockets) {
        this.#send(socket, this.#beat);
        // Where the platform looks after silence by itself, it is never silence here.
        if (!socket.port.ping()) socket.lastHeardMs = this.#clock.nowMs();
      }
    });
    this.#cancelSilence ??= this.#clock.every(SILENCE_LOOK_MS, () => this.#cutTheSilent());
    this.#say(connection, encodeHi(this.#card, connNonce));
  }

  #cutTheSilent(): void {
    const nowMs = this.#clock.nowMs();
    const sinceMs = nowMs - DEAD_AFTER_MS;
    for (const socket of [...this.#sockets]) {
      // A pong waits behind all that a slow phone has still to read. What the system takes at once says nothing of anybody.
      if (this.#backlogged.has(socket) && socket.hasReadOn()) socket.lastHeardMs = nowMs;
      // Whom the bench itself does not read cannot be heard [M3].
      if (socket.cancelPause === null && socket.lastHeardMs <= sinceMs) this.#cut(socket, null);
    }
  }

  /** A message came. It counts for its sender now; what it does may have to wait, and then so does what is behind it. */
  #onMessage(connection: Connection, message: string | Uint8Array): void {
    if (connection.standing.tag === "closed") return;
    const nowMs = this.#clock.nowMs();
    connection.lastHeardMs = nowMs;
    this.totals.framesIn++;
    this.totals.bytesIn += message.length;
    if (message.length > MAX_MESSAGE_BYTES) return this.#close(connection, CLOSE.tooBig);
    if (!connection.pace.onMessage(message.length, nowMs)) {
      return this.#close(connection, CLOSE.tooFast);
    }
    if (connection.cancelPause === null) this.#take(connection, message);
    else connection.waiting.push(message);
  }

  /** Does what a message says, unless its room or the bench has no room for it now. */
  #take(connection: Connection, message: string | Uint8Array): void {
    const nowMs = this.#clock.nowMs();
    const waitMs = this.#othersWaitMs(connection, message.length, nowMs);
    if (waitMs > 0 && typeof message !== "string" && this.#queue(connection, waitMs)) {
      connection.waiting.unshift(message);
      return;
    }
    connection.pace.onTaken(message.length, nowMs);
    if (typeof message === "string") this.#onText(connection, message);
    else this.#onBinary(connection, message);
    if (connection.standing.tag === "closed") return;
    const ownMs = connection.pace.waitMs(nowMs);
    if (ownMs === 0 || this.#pause(connection, ownMs)) return;
    if (connection.pace.isFarBehind(nowMs)) this.#close(connection, CLOSE.tooFast);
  }

  /** Stops reading for a while, for its own rate. `false` where reading cannot be stopped. */
  #pause(connection: Connection, waitMs: number): boolean {
    if (!connection.port.pause()) return false;
    this.totals.pauses++;
    connection.cancelPause = this.#clock.after(waitMs, () => {
      connection.cancelPause = null;
      this.#goOn(connection);
    });
    return true;
  }

  /** Goes on with what was read already. A mistake of ours ends that socket alone: no listener stands around this [R9]. */
  #goOn(connection: Connection): void {
    try {
      this.#takeWaiting(connection);
    } catch {
      this.#onFault();
      this.#cut(connection, null);
    }
  }

  /** Takes what waits, in order, and then reads on. */
  #takeWaiting(connection: Connection): void {
    // What had been read before the pause came after it, and counted.
    const ownMs = connection.pace.waitMs(this.#clock.nowMs());
    if (ownMs > 0) {
      this.#pause(connection, ownMs);
      return;
    }
    while (connection.waiting.length > 0 && connection.cancelPause === null) {
      this.#take(connection, connection.waiting.shift()!);
      if (connection.standing.tag === "closed") return;
    }
    if (connection.cancelPause !== null) return;
    connection.lastHeardMs = this.#clock.nowMs();
    connection.port.resume();
  }

  /** Stops reading until its room and the bench have room for what it sent. `false` where reading cannot be stopped. */
  #queue(connection: Connection, waitMs: number): boolean {
    const { standing } = connection;
    if (standing.tag !== "joined" || !connection.port.pause()) return false;
    this.totals.pauses++;
    connection.cancelPause = this.#queues.add(standing.roomId, connection, waitMs);
    return true;
  }

  /**
   * How long a sender must wait for its room and the bench [M8] [M15]; 0 when it may go on. Who sent little waits for
   * its room alone, and only when that is far behind.
   */
  #othersWaitMs({ pace, standing }: Connection, lengthBytes: number, nowMs: number): number {
    if (standing.tag !== "joined") return 0;
    const flow = this.#flows.get(standing.roomId);
    const roomMs = Math.max(flow?.bytes.waitMs(nowMs) ?? 0, flow?.work.waitMs(nowMs) ?? 0);
    if (pace.isLight(lengthBytes, nowMs)) return Math.max(0, roomMs - LIGHT_PATIENCE_MS);
    const readerMs = this.#hasFullReader(standing.roomId) ? FULL_READER_LOOK_MS : 0;
    return Math.max(roomMs, this.#work.waitMs(nowMs), readerMs);
  }

  #hasFullReader(roomId: RoomId): boolean {
    for (const { port, standing } of this.#backlogged) {
      const isHere = standing.tag === "joined" && standing.roomId === roomId;
      if (isHere && port.bufferedBytes > FULL_READER_BYTES) return true;
    }
    return false;
  }

  /** Counts what a message costs the room and the bench. */
  #spend(flow: Flow, lengthBytes: number, readers: number): void {
    const nowMs = this.#clock.nowMs();
    const work = lengthBytes * (WORK_OF_READING + readers);
    flow.bytes.spend(lengthBytes, nowMs);
    flow.work.spend(work, nowMs);
    const most = this.#work.fill(nowMs) + this.#mostWorkBehind;
    // Without a bound both are Infinity.
    this.#work.spend(Math.min(work, Math.max(0, most)), nowMs);
  }

  #onText(connection: Connection, text: string): void {
    const { standing } = connection;
    if (standing.tag === "closed") return;
    const control = parseTabControl(text);
    if (control === null) return this.#close(connection, CLOSE.malformed);
    switch (control.t) {
      case "beat":
        return this.#send(connection, this.#beat);
      case "join":
        if (standing.tag === "joined") return this.#close(connection, CLOSE.malformed);
        if (connection.asker !== null) return this.#close(connection, CLOSE.malformed);
        return this.#onJoin(connection, control, standing.connNonce);
      case "who":
      case "pair_begin":
      case "pair_claim":
        return this.#onParkRequest(connection, control);
      default:
        return assertNever(control);
    }
  }

  /** A question for a label from a room, or a pairing from a page that is in none [Q4] [Q5]. */
  #onParkRequest(connection: Connection, request: ParkRequest): void {
    const { standing, visitor } = connection;
    const isFromRoom = standing.tag === "joined";
    if (isFromRoom !== (request.t === "who")) return this.#close(connection, CLOSE.malformed);
    if (this.#park === null) return this.#say(connection, refusalOf(request, "pairing-off"));
    if (request.t !== "pair_claim") {
      const nowMs = this.#clock.nowMs();
      // Whoever asks for a label sits in a room, and is told to wait rather than sent out of it.
      if (visitor !== null && !visitor.pairings.take(1, nowMs)) {
        this.#say(connection, refusalOf(request, "too-fast"));
        return isFromRoom ? undefined : this.#close(connection, CLOSE.tooFast);
      }
    }
    if (request.t === "pair_begin") {
      if (connection.asker !== null || standing.tag !== "unjoined") {
        return this.#close(connection, CLOSE.malformed);
      }
      standing.cancelDeadline();
      connection.standing = {
        ...standing,
        cancelDeadline: this.#clock.after(
          PAIRING_SOCKET_MS,
          () => this.#close(connection, CLOSE.handshakeTimeout),
        ),
      };
    }
    connection.asker ??= this.#newAsker(connection, isFromRoom ? standing.roomId : null);
    this.#park.onRequest(connection.asker, request);
  }

  #newAsker(connection: Connection, roomId: RoomId | null): Asker {
    return {
      roomId,
      say: (text) => {
        if (connection.standing.tag !== "closed") this.#say(connection, text);
      },
      close: (code) => this.#close(connection, code),
    };
  }

  #onJoin(connection: Connection, join: Join, connNonce: Bytes): void {
    const { visitor } = connection;
    const nowMs = this.#clock.nowMs();
    if (visitor !== null && visitor.failedProofs.fill(nowMs) < 1) {
      return this.#close(connection, CLOSE.tooFast);
    }
    if (!checkJoinProof(join, connNonce, connection.origin, this.#verify)) {
      visitor?.failedProofs.take(1, nowMs);
      return this.#close(connection, CLOSE.proofFailed);
    }
    if (this.#heldBytes() > MAX_HELD_BYTES) return this.#close(connection, CLOSE.overloaded);
    // What is under way belongs to those who were here when it was said.
    this.#flush(join.roomId);
    const memberId = deriveMemberId(join.signPublicKey);
    const verdict = onJoin(
      this.#registry,
      { ...join, memberId },
      connection,
      {
        maxMembers: this.#limits.maxMembers,
        maxRooms: this.#limits.maxRooms,
        mayOpen: visitor === null || visitor.newRooms.fill(nowMs) >= 1,
      },
      this.#clock.randomBytes(32),
      nowMs,
    );
    switch (verdict.tag) {
      case "refused":
        return this.#close(connection, verdict.code);
      case "entered": {
        if (connection.standing.tag === "unjoined") connection.standing.cancelDeadline();
        connection.standing = {
          tag: "joined",
          roomId: join.roomId,
          memberId,
          memberIdBytes: idBytes(memberId),
        };
        this.#gate.onJoined(connection);
        const { room, created } = verdict;
        this.totals.joins++;
        if (created) {
          this.totals.roomsOpened++;
          visitor?.newRooms.take(1, nowMs);
        }
        if (verdict.replaced !== null) this.#close(verdict.replaced, CLOSE.replaced);
        this.#say(
          connection,
          encodeOk({
            memberId,
            roomNonce: room.roomNonce as Bytes,
            lastAdminCtr: room.lastAdminCtr,
            count: room.members.size + room.farCount,
            created,
            isPublic: room.publicFrame !== null,
            publicFrame: room.publicFrame as Bytes | null,
          }),
        );
        const links = this.#park?.linksText(room.id) ?? null;
        if (links !== null) this.#say(connection, links);
        this.far.onJoined(room.id, memberId);
        return this.#onLocalCount(room.id);
      }
      default:
        return assertNever(verdict);
    }
  }

  #onBinary(connection: Connection, bytes: Uint8Array): void {
    const { standing } = connection;
    if (standing.tag === "closed") return;
    const frame = parseTabFrame(bytes);
    if (frame === null || standing.tag === "unjoined") {
      return this.#close(connection, CLOSE.malformed);
    }
    const room = this.#registry.rooms.get(standing.roomId);
    // A member's room stands as long as the member is in it.
    if (room === undefined) return this.#close(connection, CLOSE.malformed);
    const flow = this.#flowOf(room.id);
    const links = this.far.linksOf(room.id);
    const readers = room.members.size - 1 + (links?.size ?? 0);
    this.#spend(flow, bytes.length, frame.tag === "one" ? 1 : readers);
    switch (frame.tag) {
      case "all": {
        const entry = { from: standing.memberIdBytes, box: frame.box };
        if (frame.box.length > MAX_ECHOED_BOX_BYTES) {
          return this.#relayLarge(this.#acks, connection, room, entry, [...links ?? []]);
        }
        flow.traffic.addToAll(entry.from, entry.box);
        if (links !== null) this.far.sendAll(room.id, entry.from, entry.box);
        return this.#atTurnEnd(room.id);
      }
      case "one": {
        const to = room.members.get(frame.to);
        if (to === undefined) {
          return this.far.sendOne(room.id, standing.memberIdBytes, frame.to, frame.box);
        }
        flow.traffic.addToOne(standing.memberIdBytes, to, frame.box);
        return this.#atTurnEnd(room.id);
      }
      case "admin":
        return this.#onAdmin(connection, room, frame.command);
      default:
        return assertNever(frame);
    }
  }

  /**
   * A large box leaves at once and alone, to all but its sender, who is told when it has left [D7] [D8]; and over `links`,
   * which hold it up as slow readers do [K8].
   */
  #relayLarge<Sender extends Connection | RoomLink>(
    acks: LargeAcks<Sender>,
    sender: Sender,
    room: Room<Connection>,
    entry: OutgoingEntry,
    links: readonly RoomLink[],
  ): void {
    this.#flush(room.id);
    const message = new Outgoing(this.#held, encodeBatch([entry]), () => acks.look(sender));
    const readers = [...room.members.values()].filter((member) => member !== sender);
    for (const reader of readers) this.#send(reader, message);
    for (const link of links) link.sendAll(entry.from, entry.box, message);
    acks.add(sender, message, [...readers, ...links]);
  }

  #onAdmin(connection: Connection, room: Room<Connection>, frame: Uint8Array): void {
    if (!connection.adminCommands.take(1, this.#clock.nowMs())) {
      return this.#close(connection, CLOSE.tooFast);
    }
    const verdict = checkAdminCommand(frame, { ...room, roomId: room.id }, this.#verify);
    if (!verdict.ok) {
      const isForged = verdict.reason === "bad-signature";
      if (isForged && ++connection.badAdminSignatures > MAX_BAD_ADMIN_SIGNATURES) {
        return this.#close(connection, CLOSE.proofFailed);
      }
      return this.#say(connection, encodeAdminAnswer(verdict.reason, room.lastAdminCtr));
    }
    const { command } = verdict;
    const answer = (refusal: AdminRefusal | null, ctr: number) =>
      this.#say(connection, encodeAdminAnswer(refusal, ctr));
    // The room is kept by what was read of it: the frame it stores must not hold a larger message's bytes.
    const own = frame.slice();
    const refusal = this.#refusalOf(room, command, own, connection);
    if (refusal === "asked") return;
    if (refusal !== null) return answer(refusal, room.lastAdminCtr);
    answer(null, command.ctr);
    this.#applyAdmin(room, own, command);
  }

  /** Why a checked command is not done here and now; "asked": the room's home decides [K10]. Offers are taken here. */
  #refusalOf(
    room: Room<Connection>,
    command: AdminCommand,
    frame: Uint8Array,
    by: Connection,
  ): AdminRefusal | "asked" | null {
    const isOfPairing = command.op === ADMIN_OP.pairOffer || command.op === ADMIN_OP.pairCancel;
    if (!isOfPairing && !isAcrossLinks(command.op)) return "unsupported";
    if (this.far.hubOf(room.id) !== null) {
      if (isOfPairing) return "on-spoke";
      return this.far.askHub(room.id, frame, command.ctr, by) ? "asked" : "hub-away";
    }
    if (!isOfPairing) return this.#refusalAtHome(room, command);
    if (this.#park === null) return "no-park";
    if (room.publicFrame === null) return "not-public";
    const { standing } = by;
    if (standing.tag !== "joined") return "malformed";
    return this.#park.onPairCommand(room.id, command, frame, standing.memberId);
  }

  /** Why the room's home does not do a checked command that takes effect on every bench, whichever bench it came in at [U5]. */
  #refusalAtHome(room: Room<Connection>, command: AdminCommand): AdminRefusal | null {
    switch (command.op) {
      case ADMIN_OP.unpair:
        return this.#park?.hasLink(room.id, command.args) === true ? null : "wrong-bench";
      case ADMIN_OP.makePublic:
        if (command.args.length > 0) return "malformed";
        return this.#park?.isOpen === true ? null : "no-park";
      default:
        return null;
    }
  }

  /** Does what a command says that was checked, here or by the room's home: the same for both [U5]. */
  #applyAdmin(room: Room<Connection>, frame: Uint8Array, command: AdminCommand): void {
    onAdminCounter(this.#registry, room.id, command.ctr);
    if (!isAcrossLinks(command.op)) return;
    this.#flush(room.id);
    this.far.relayAdmin(room.id, frame);
    const relayed = new Outgoing(this.#held, encodeAdminRelayed(frame as Bytes));
    if (command.op !== ADMIN_OP.delete) {
      if (command.op === ADMIN_OP.makePublic) onMakePublic(this.#registry, room.id, frame);
      for (const member of room.members.values()) this.#send(member, relayed);
      if (command.op === ADMIN_OP.makePublic) {
        const links = this.#park?.linksText(room.id) ?? null;
        if (links !== null) this.far.tellAll(room.id, links);
      } else {
        this.#park?.unpair(room.id, command.args);
      }
      return;
    }
    for (const member of onDelete(this.#registry, room.id, this.#clock.nowMs())) {
      this.#send(member, relayed);
      this.#close(member, CLOSE.deletedOrMoved);
    }
    this.#forgetRoom(room.id, frame);
    this.#armTombstones();
  }

  #flowOf(roomId: RoomId): Flow {
    let flow = this.#flows.get(roomId);
    if (flow === undefined) {
      const perSecond = this.#limits.maxRoomBytesPerSecond;
      flow = {
        traffic: new RoomTraffic(this.#held),
        bytes: new TokenBucket(perSecond, perSecond * ROOM_BURST_SECONDS, this.#clock.nowMs()),
        work: this.#newWork(ROOM_WORK_SHARE),
        countToldMs: -Infinity,
      };
      this.#flows.set(roomId, flow);
    }
    return flow;
  }

  #newWork(share: number): TokenBucket {
    const perSecond = this.#limits.maxBytesPerSecond * share;
    return new TokenBucket(perSecond, perSecond * WORK_BURST_SECONDS, this.#clock.nowMs());
  }

  /** A room is gone: what waited for it, and what other benches had to do with it [U3]. */
  #forgetRoom(roomId: RoomId, lastWord: Uint8Array | null): void {
    this.#flows.delete(roomId);
    this.#busy.delete(roomId);
    this.#countChanged.delete(roomId);
    this.#park?.onRoomGone(roomId, lastWord);
    this.far.onRoomGone(roomId);
  }

  #flush(roomId: RoomId): void {
    const room = this.#registry.rooms.get(roomId);
    if (room === undefined) return;
    this.#flows.get(roomId)?.traffic.flush(
      room.members.values(),
      (to, message) => this.#send(to, message),
    );
  }

  #say(to: Connection, text: string): void {
    this.#send(to, new Outgoing(this.#held, text));
  }

  #sayAll(to: Iterable<Connection>, text: string): void {
    const message = new Outgoing(this.#held, text);
    for (const each of to) this.#send(each, message);
  }

  #send(to: Connection, message: Outgoing): void {
    this.totals.framesOut++;
    this.totals.bytesOut += message.bytes.length;
    to.send(message);
    if (to.port.bufferedBytes < WATCHED_BYTES) return;
    this.#backlogged.add(to);
    this.#cancelWatch ??= this.#clock.every(WATCH_EVERY_MS, () => this.#watchReaders());
  }

  /** Cuts who does not read [M10], and the fullest while all together hold too much [M11]. */
  #watchReaders(): void {
    const nowMs = this.#clock.nowMs();
    for (const reader of [...this.#backlogged]) {
      if (reader.watch(nowMs)) this.#cut(reader, CLOSE.tooSlow);
      else if (reader.port.bufferedBytes < WATCHED_BYTES) this.#backlogged.delete(reader);
    }
    let held = this.#heldBytes();
    const waiting = held > MAX_HELD_BYTES
      ? [...this.#backlogged].map((reader) => ({ reader, bytes: reader.port.heldShare }))
        .toSorted((a, b) => b.bytes - a.bytes)
      : [];
    for (const { reader, bytes } of waiting) {
      if (held <= MAX_HELD_BYTES) break;
      // What it shared is free with the last who holds it; the next look sees what is.
      held -= bytes;
      this.#cut(reader, CLOSE.tooSlow);
    }
    if (this.#backlogged.size === 0) {
      this.#cancelWatch?.();
      this.#cancelWatch = null;
    }
  }

  #heldBytes(): number {
    let bytes = this.#held.total;
    for (const { port } of this.#backlogged) if (port.copies) bytes += port.bufferedBytes;
    return bytes;
  }

  /** Somebody came or went here: links hear it, too. */
  #onLocalCount(roomId: RoomId): void {
    this.#tellCount(roomId);
    this.#park?.onLocalCount(roomId);
  }

  #tellCount(roomId: RoomId): void {
    this.#flowOf(roomId);
    this.#countChanged.add(roomId);
    this.#atTurnEnd(roomId);
  }

  #atTurnEnd(roomId: RoomId): void {
    this.#busy.add(roomId);
    if (this.#isTurnEndDue) return;
    this.#isTurnEndDue = true;
    this.#clock.atEndOfTurn(() => {
      this.#isTurnEndDue = false;
      const busy = [...this.#busy];
      this.#busy.clear();
      for (const roomId of busy) this.#flush(roomId);
      this.#tellCounts();
    });
  }

  /** Tells the head counts that are due: in a room that fills or empties fast, telling each would be a message a pair. */
  #tellCounts(): void {
    const nowMs = this.#clock.nowMs();
    for (const roomId of [...this.#countChanged]) {
      const room = this.#registry.rooms.get(roomId);
      const flow = this.#flows.get(roomId);
      if (room === undefined || flow === undefined) continue;
      if (room.members.size > QUICK_COUNT_MEMBERS && nowMs < flow.countToldMs + COUNT_EVERY_MS) {
        this.#cancelCounts ??= this.#clock.after(COUNT_EVERY_MS, () => {
          this.#cancelCounts = null;
          this.#tellCounts();
        });
        continue;
      }
      this.#countChanged.delete(roomId);
      flow.countToldMs = nowMs;
      this.#sayAll(room.members.values(), encodeCount(room.members.size + room.farCount));
    }
  }

  /** Closes a socket from our side; its member is gone at once, whenever the other side notices. */
  #close(connection: Connection, code: CloseCode): void {
    if (connection.standing.tag === "closed") return;
    this.totals.onClose(code);
    this.#forget(connection);
    connection.port.close(code);
  }

  /** Ends a socket without waiting for anybody; the code, if any, has its chance to leave. */
  #cut(connection: Connection, code: CloseCode | null): void {
    if (code === null) this.#forget(connection);
    else this.#close(connection, code);
    connection.port.terminate();
  }

  #forget(connection: Connection): void {
    const { standing, visitor } = connection;
    if (standing.tag === "closed") return;
    connection.standing = { tag: "closed" };
    connection.cancelPause?.();
    connection.cancelPause = null;
    connection.waiting.length = 0;
    this.#sockets.delete(connection);
    this.#backlogged.delete(connection);
    this.#gate.onGone(connection, visitor);
    this.#acks.drop(connection);
    if (this.#sockets.size === 0) this.#stopTimers();
    if (connection.asker !== null) this.#park?.onAskerGone(connection.asker);
    if (standing.tag === "unjoined") return standing.cancelDeadline();
    const { roomId, memberId } = standing;
    // What this member said just before it left is still delivered.
    this.#flush(roomId);
    if (!onLeave(this.#registry, roomId, memberId, connection)) return;
    const room = this.#registry.rooms.get(roomId);
    if (room === undefined) return this.#forgetRoom(roomId, null);
    this.#sayAll(room.members.values(), encodeLeft(memberId));
    this.far.onLeft(roomId, memberId);
    this.#onLocalCount(roomId);
  }

  #stopTimers(): void {
    for (
      const cancel of [
        this.#cancelBeat,
        this.#cancelSilence,
        this.#cancelWatch,
        this.#cancelCounts,
      ]
    ) cancel?.();
    this.#cancelCounts = null;
    this.#cancelBeat = null;
    this.#cancelSilence = null;
    this.#cancelWatch = null;
  }

  /** One timer for the oldest tombstone, so that an id is not remembered a moment longer than it must be. */
  #armTombstones(): void {
    this.#cancelTombstones?.();
    this.#cancelTombstones = null;
    const untilMs = forgetOldTombstones(this.#registry, this.#clock.nowMs());
    if (untilMs === null) return;
    this.#cancelTombstones = this.#clock.after(
      untilMs - this.#clock.nowMs(),
      () => this.#armTombstones(),
    );
  }
}

/** What who asked is told where the park cannot be asked. */
function refusalOf(request: ParkRequest, why: "pairing-off" | "too-fast"): string {
  if (request.t !== "who") return encodeParkControl({ t: "pair_end", failure: why });
  return encodeParkControl({
    t: "whois",
    label: request.label,
    found: why === "too-fast" ? "busy" : [],
  });
}
