// The relay: sockets to rooms. It proves joins, hands boxes on, checks admin commands and forgets. It never opens,
// keeps or prints what passes. The rules stand in lib/room and lib/proof; this is their rim, above 300 lines because
// every event of a socket meets every part of a room here.
// Rules: lib/wire/PROTOCOL.md sections 3 to 5.

import {
  ADMIN_OP,
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
  type Registry,
  type Room,
} from "../room/mod.ts";
import {
  assertNever,
  BEAT,
  BEAT_EVERY_MS,
  type BenchCard,
  type Bytes,
  CLOSE,
  type CloseCode,
  encodeAck,
  encodeAdminAnswer,
  encodeAdminRelayed,
  encodeCount,
  encodeHi,
  encodeLeft,
  encodeOk,
  HANDSHAKE_MS,
  type Join,
  MAX_MESSAGE_BYTES,
  type MemberId,
  parseTabControl,
  parseTabFrame,
  type RoomId,
} from "../wire/mod.ts";
import type { Cancel, Clock } from "./clock.ts";
import { LargeAcks } from "./large_acks.ts";
import { RoomTraffic } from "./room_traffic.ts";
import type { SocketEvents, SocketPort } from "./socket_port.ts";

/** Where a socket stands. */
type Standing =
  | { readonly tag: "unjoined"; readonly connNonce: Bytes; readonly cancelDeadline: Cancel }
  | { readonly tag: "joined"; readonly roomId: RoomId; readonly memberId: MemberId }
  | { readonly tag: "closed" };

/** One socket, as the relay knows it. */
interface Connection {
  readonly port: SocketPort;
  readonly origin: string;
  standing: Standing;
  /** Large boxes acknowledged on this socket so far. */
  largeAcked: number;
}

/** What a relay is built from. */
export interface RelayOptions {
  readonly card: BenchCard;
  /** Strict Ed25519 of this platform. */
  readonly verify: VerifySync;
  readonly clock: Clock;
}

/** One bench's rooms and the sockets in them. */
export class Relay {
  readonly #card: BenchCard;
  readonly #verify: VerifySync;
  readonly #clock: Clock;
  readonly #registry: Registry<Connection> = newRegistry();
  readonly #sockets = new Set<Connection>();
  readonly #traffic = new Map<RoomId, RoomTraffic<Connection>>();
  /** Rooms whose head count is to be told at the end of this turn. */
  readonly #countChanged = new Set<RoomId>();
  readonly #acks: LargeAcks<Connection>;
  #cancelBeat: Cancel | null = null;
  #cancelTombstones: Cancel | null = null;
  #isTurnEndDue = false;

  constructor(options: RelayOptions) {
    this.#card = options.card;
    this.#verify = options.verify;
    this.#clock = options.clock;
    this.#acks = new LargeAcks(options.clock, (sender) => {
      sender.largeAcked++;
      sender.port.send(encodeAck(sender.largeAcked));
    });
  }

  /** Totals, for health and tests. */
  counts(): { readonly rooms: number; readonly sockets: number; readonly tombstones: number } {
    return {
      rooms: this.#registry.rooms.size,
      sockets: this.#sockets.size,
      tombstones: this.#registry.tombstones.size,
    };
  }

  /** Takes an upgraded socket; `origin` is the validated Origin, word for word [C1]. Sends `hi`. */
  readonly accept = (port: SocketPort, origin: string): SocketEvents => {
    const connNonce = this.#clock.randomBytes(32);
    const connection: Connection = {
      port,
      origin,
      standing: {
        tag: "unjoined",
        connNonce,
        cancelDeadline: this.#clock.after(
          HANDSHAKE_MS,
          () => this.#close(connection, CLOSE.handshakeTimeout),
        ),
      },
      largeAcked: 0,
    };
    this.#sockets.add(connection);
    this.#cancelBeat ??= this.#clock.every(BEAT_EVERY_MS, () => {
      for (const { port } of this.#sockets) port.send(BEAT);
    });
    port.send(encodeHi(this.#card, connNonce));
    return {
      onText: (text) => this.#onText(connection, text),
      onBinary: (bytes) => this.#onBinary(connection, bytes),
      onClose: () => this.#forget(connection),
    };
  };

  /** Closes every socket and lets go of every room and timer: the bench stops. */
  closeAll(code: CloseCode): void {
    for (const connection of [...this.#sockets]) this.#close(connection, code);
    this.#acks.stop();
    this.#cancelTombstones?.();
    this.#cancelTombstones = null;
  }

  #onText(connection: Connection, text: string): void {
    const { standing } = connection;
    if (standing.tag === "closed") return;
    const control = parseTabControl(text);
    if (control === null) return this.#close(connection, CLOSE.malformed);
    switch (control.t) {
      case "beat":
        return connection.port.send(BEAT);
      case "join":
        if (standing.tag === "joined") return this.#close(connection, CLOSE.malformed);
        return this.#onJoin(connection, control, standing.connNonce);
      default:
        return assertNever(control);
    }
  }

  #onJoin(connection: Connection, join: Join, connNonce: Bytes): void {
    if (!checkJoinProof(join, connNonce, connection.origin, this.#verify)) {
      return this.#close(connection, CLOSE.proofFailed);
    }
    // What is under way belongs to those who were here when it was said.
    this.#flush(join.roomId);
    const memberId = deriveMemberId(join.signPublicKey);
    const verdict = onJoin(
      this.#registry,
      { roomId: join.roomId, adminFp: join.adminFp, memberId, create: join.create },
      connection,
      this.#clock.randomBytes(32),
      this.#clock.nowMs(),
    );
    switch (verdict.tag) {
      case "refused":
        return this.#close(connection, verdict.code);
      case "entered": {
        if (connection.standing.tag === "unjoined") connection.standing.cancelDeadline();
        connection.standing = { tag: "joined", roomId: join.roomId, memberId };
        if (verdict.replaced !== null) this.#close(verdict.replaced, CLOSE.replaced);
        const { room, created } = verdict;
        connection.port.send(encodeOk({
          memberId,
          roomNonce: room.roomNonce as Bytes,
          lastAdminCtr: room.lastAdminCtr,
          count: room.members.size,
          created,
          isPublic: room.isPublic,
        }));
        return this.#tellCount(join.roomId);
      }
      default:
        return assertNever(verdict);
    }
  }

  #onBinary(connection: Connection, bytes: Uint8Array): void {
    const { standing } = connection;
    if (standing.tag === "closed") return;
    if (bytes.length > MAX_MESSAGE_BYTES) return this.#close(connection, CLOSE.tooBig);
    const frame = parseTabFrame(bytes);
    if (frame === null || standing.tag === "unjoined") {
      return this.#close(connection, CLOSE.malformed);
    }
    const room = this.#registry.rooms.get(standing.roomId);
    // A member's room stands as long as the member is in it.
    if (room === undefined) return this.#close(connection, CLOSE.malformed);
    switch (frame.tag) {
      case "all": {
        const isEchoed = this.#trafficOf(room.id).addToAll(
          standing.memberId,
          connection,
          frame.box,
        );
        if (!isEchoed) {
          // A large box leaves at once: it is acknowledged by what its readers still have queued.
          this.#flush(room.id);
          this.#acks.add(
            connection,
            [...room.members.values()].filter((member) => member !== connection).map(({ port }) =>
              port
            ),
          );
        }
        return this.#atTurnEnd();
      }
      case "one": {
        const to = room.members.get(frame.to);
        if (to !== undefined) this.#trafficOf(room.id).addToOne(standing.memberId, to, frame.box);
        return this.#atTurnEnd();
      }
      case "admin":
        return this.#onAdmin(connection, room, frame.command);
      default:
        return assertNever(frame);
    }
  }

  #onAdmin(connection: Connection, room: Room<Connection>, frame: Uint8Array): void {
    const verdict = checkAdminCommand(frame, { ...room, roomId: room.id }, this.#verify);
    if (!verdict.ok) {
      return connection.port.send(encodeAdminAnswer(verdict.reason, room.lastAdminCtr));
    }
    if (verdict.command.op !== ADMIN_OP.delete) {
      return connection.port.send(encodeAdminAnswer("unsupported", room.lastAdminCtr));
    }
    onAdminCounter(this.#registry, room.id, verdict.command.ctr);
    this.#flush(room.id);
    const relayed = encodeAdminRelayed(frame);
    connection.port.send(encodeAdminAnswer(null, verdict.command.ctr));
    for (const member of onDelete(this.#registry, room.id, this.#clock.nowMs())) {
      member.port.send(relayed);
      this.#close(member, CLOSE.deletedOrMoved);
    }
    this.#traffic.delete(room.id);
    this.#countChanged.delete(room.id);
    this.#armTombstones();
  }

  #trafficOf(roomId: RoomId): RoomTraffic<Connection> {
    let traffic = this.#traffic.get(roomId);
    if (traffic === undefined) this.#traffic.set(roomId, traffic = new RoomTraffic());
    return traffic;
  }

  #flush(roomId: RoomId): void {
    const room = this.#registry.rooms.get(roomId);
    if (room === undefined) return;
    this.#traffic.get(roomId)?.flush(room.members.values(), (to, frame) => to.port.send(frame));
  }

  #tellCount(roomId: RoomId): void {
    this.#countChanged.add(roomId);
    this.#atTurnEnd();
  }

  #atTurnEnd(): void {
    if (this.#isTurnEndDue) return;
    this.#isTurnEndDue = true;
    this.#clock.atEndOfTurn(() => {
      this.#isTurnEndDue = false;
      for (const [roomId, traffic] of this.#traffic) if (!traffic.isEmpty) this.#flush(roomId);
      // A queue that nothing came through in this turn is let go, so that a map of rooms is not kept here too.
      this.#traffic.clear();
      for (const roomId of this.#countChanged) {
        const room = this.#registry.rooms.get(roomId);
        if (room === undefined) continue;
        const text = encodeCount(room.members.size);
        for (const member of room.members.values()) member.port.send(text);
      }
      this.#countChanged.clear();
    });
  }

  /** Closes a socket from our side; its member is gone at once, whenever the other side notices. */
  #close(connection: Connection, code: CloseCode): void {
    this.#forget(connection);
    connection.port.close(code);
  }

  #forget(connection: Connection): void {
    const { standing } = connection;
    if (standing.tag === "closed") return;
    connection.standing = { tag: "closed" };
    this.#sockets.delete(connection);
    this.#acks.drop(connection);
    if (this.#sockets.size === 0) {
      this.#cancelBeat?.();
      this.#cancelBeat = null;
    }
    if (standing.tag === "unjoined") return standing.cancelDeadline();
    const { roomId, memberId } = standing;
    // What this member said just before it left is still delivered.
    this.#flush(roomId);
    if (!onLeave(this.#registry, roomId, memberId, connection)) return;
    const room = this.#registry.rooms.get(roomId);
    if (room === undefined) {
      this.#traffic.delete(roomId);
      this.#countChanged.delete(roomId);
      return;
    }
    const left = encodeLeft(memberId);
    for (const member of room.members.values()) member.port.send(left);
    this.#tellCount(roomId);
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
