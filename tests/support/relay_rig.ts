// A relay with nothing real around it: manual clock, memory sockets, and tabs that can prove what they should, or
// something else. Signatures come from node:crypto, so that a room of 256 is made in a moment.

import {
  ADMIN_OP,
  adminFingerprint,
  deriveMemberId,
  deriveRoomId,
  joinTranscript,
} from "../../lib/proof/mod.ts";
import {
  Relay,
  type RelayVisitor,
  type SocketEvents,
  verifyWithNode,
} from "../../lib/relay/mod.ts";
import {
  concatBytes,
  DEFAULT_MAX_FILE_BYTES,
  encodeAdminCommand,
  encodeJoin,
  encodeToAll,
  encodeToOne,
  idBytes,
  type Join,
  LIMITS,
  type Limits,
  type MemberId,
  type RoomId,
  u64,
  utf8,
} from "../../lib/wire/mod.ts";
import type { ParkPort } from "../../lib/relay/park_port.ts";
import { ManualClock } from "./manual_clock.ts";
import { MemorySocket } from "./memory_socket.ts";
import { type NodeSigner, nodeSigner } from "./node_signer.ts";
import { Seeded } from "./seeded.ts";

/** Where the tabs of the rig say that they come from. */
export const RIG_ORIGIN = "https://bench.example";

/** A room as its creator knows it. */
export interface RigRoom {
  readonly roomId: RoomId;
  readonly adminFp: Uint8Array<ArrayBuffer>;
  readonly join: NodeSigner;
  readonly admin: NodeSigner;
}

/** A room whose keys follow from a number. */
export function rigRoom(seed: number): RigRoom {
  const random = new Seeded(seed);
  const join = nodeSigner(random.bytes(32));
  const admin = nodeSigner(random.bytes(32));
  const adminFp = adminFingerprint(admin.publicKey);
  return { roomId: deriveRoomId(join.publicKey, adminFp), adminFp, join, admin };
}

/** A session key that follows from a number. */
export function rigSession(seed: number): NodeSigner {
  return nodeSigner(new Seeded(seed ^ 0x5e55).bytes(32));
}

/** A socket that was accepted, and the page at its other end. */
export class RigTab {
  readonly socket = new MemorySocket();
  readonly events: SocketEvents;
  readonly connNonce: Uint8Array;
  readonly session: NodeSigner;

  constructor(relay: Relay, session: NodeSigner, origin: string, visitor: RelayVisitor = null) {
    this.session = session;
    this.events = relay.accept(this.socket, origin, visitor);
    this.connNonce = this.socket.controlsOf("hi")[0]?.connNonce ?? new Uint8Array(32);
    this.socket.take();
  }

  get memberId(): MemberId {
    return deriveMemberId(this.session.publicKey);
  }

  /** The code that the relay closed this socket with, or `null` while it is open. */
  get closedWith(): number | null {
    if (this.socket.closes.length > 1) throw new Error("the relay closed a socket twice");
    return this.socket.closes[0] ?? null;
  }

  /** A join whose proof holds, with some fields said otherwise. */
  newJoin(room: RigRoom, create: boolean, origin = RIG_ORIGIN): Omit<Join, "t"> {
    const transcript = joinTranscript(
      this.connNonce,
      room.roomId,
      this.session.publicKey,
      origin,
    );
    return {
      roomId: room.roomId,
      joinPublicKey: room.join.publicKey,
      adminFp: room.adminFp,
      signPublicKey: this.session.publicKey,
      joinSignature: room.join.signSync(transcript),
      sessionSignature: this.session.signSync(transcript),
      create,
    };
  }

  /** Proves itself and enters, or is closed. */
  join(room: RigRoom, create = true): this {
    this.events.onText(encodeJoin(this.newJoin(room, create)));
    return this;
  }

  sayAll(box: Uint8Array): void {
    this.events.onBinary(encodeToAll(box));
  }

  sayOne(to: MemberId, box: Uint8Array): void {
    this.events.onBinary(encodeToOne(to, box));
  }
}

/** One relay, and tabs as many as a test opens. */
export class RelayRig {
  readonly clock = new ManualClock();
  readonly relay: Relay;
  /** How often a signature was looked at. */
  looks = 0;
  /** Mistakes of ours that the relay told of. */
  faults = 0;
  #sessions = 0;

  /** `park`: what stands for the other benches; by itself without. */
  constructor(limits: Partial<Limits> = {}, park: ParkPort | null = null) {
    this.relay = new Relay({
      card: {
        label: "oak",
        fp: new Uint8Array(16),
        signPublicKey: new Uint8Array(32),
        boxPublicKey: new Uint8Array(32),
        instance: "first",
        maxFileBytes: DEFAULT_MAX_FILE_BYTES,
        framesPerSecond: limits.maxFramesPerSecond ?? LIMITS.maxFramesPerSecond,
        park: false,
      },
      limits: { ...LIMITS, ...limits },
      verify: (...all) => {
        this.looks++;
        return verifyWithNode(...all);
      },
      clock: this.clock,
      onFault: () => this.faults++,
      park,
    });
  }

  /** What it holds of rooms and sockets; that nothing waits and no address is remembered is looked at where it matters. */
  get counts(): { readonly rooms: number; readonly sockets: number; readonly tombstones: number } {
    const { rooms, sockets, tombstones } = this.relay.counts();
    return { rooms, sockets, tombstones };
  }

  /** Opens a socket under a session key of its own, or under one that was there before. */
  tab(session: NodeSigner = rigSession(++this.#sessions), origin = RIG_ORIGIN): RigTab {
    return new RigTab(this.relay, session, origin);
  }

  /** A socket from an address, as far as the gate lets it: else the status that its upgrade is refused with. */
  tabFrom(address: string, session: NodeSigner = rigSession(++this.#sessions)): RigTab | number {
    const admitted = this.relay.admit(address);
    if (typeof admitted === "number") return admitted;
    return new RigTab(this.relay, session, RIG_ORIGIN, admitted.visitor);
  }

  /** `count` members in one room, with the turn ended and nothing left in their lists. */
  members(room: RigRoom, count: number): RigTab[] {
    const tabs = Array.from({ length: count }, () => this.tab().join(room));
    this.clock.endTurn();
    for (const tab of tabs) tab.socket.take();
    return tabs;
  }
}

/** The nonce of a room's instance, as a new member hears it. That member leaves again. */
export function roomNonceOf(rig: RelayRig, room: RigRoom): Uint8Array {
  const tab = rig.tab().join(room, false);
  const { roomNonce } = tab.socket.controlsOf("ok")[0]!;
  tab.events.onClose();
  rig.clock.endTurn();
  return roomNonce;
}

/** Bytes of a signed admin frame, without op byte, made apart from newAdminCommand(). */
export function rigAdminCommand(
  signer: NodeSigner,
  roomId: RoomId,
  roomNonce: Uint8Array,
  ctr: number,
  op: number = ADMIN_OP.delete,
  args: Uint8Array = new Uint8Array(0),
): Uint8Array<ArrayBuffer> {
  const command = concatBytes(idBytes(roomId), roomNonce, u64(ctr), new Uint8Array([op]), args);
  const signature = signer.signSync(concatBytes(utf8("bt1/admin\0"), command));
  return concatBytes(signer.publicKey, signature, command);
}

/** The WebSocket message of an admin frame. */
export function adminMessage(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  return encodeAdminCommand(frame);
}
