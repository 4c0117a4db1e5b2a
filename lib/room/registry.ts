// Which rooms there are, who is in them, and the rules of entering, leaving, deleting and being carried by other benches. No clock, no socket, no
// randomness, no crypto: the caller proves first (lib/proof), passes the time and a fresh nonce, and acts on what
// comes back. Rules change the registry they are given in place, because a bench of many rooms would
// otherwise copy its maps at every join. Rules: lib/wire/PROTOCOL.md, [R1] to [R9]; lib/park/PAIRING.md, [U1] to [U4].

import {
  CLOSE,
  equalBytes,
  MAX_TOMBSTONES,
  type MemberId,
  type RoomId,
  TOMBSTONE_MS,
} from "../wire/mod.ts";

/** One instance of a room. It dies with its last member; opened again, it is another instance with another nonce. */
export interface Room<Connection> {
  readonly id: RoomId;
  readonly joinPublicKey: Uint8Array;
  readonly adminFp: Uint8Array;
  readonly roomNonce: Uint8Array;
  readonly members: ReadonlyMap<MemberId, Connection>;
  /** Highest admin counter taken. */
  readonly lastAdminCtr: number;
  /** The admin's signed MAKE_PUBLIC; `null` in a private room [A8]. */
  readonly publicFrame: Uint8Array | null;
  /** Members on other benches, as far as links are up. */
  readonly farCount: number;
  /** Whether links keep the room although nobody is left here [U1]. */
  readonly isKept: boolean;
}

type OwnRoom<Connection> =
  & {
    -readonly [Key in keyof Room<Connection>]: Room<Connection>[Key];
  }
  & { readonly members: Map<MemberId, Connection> };

/** All rooms of one bench, and the ids that are refused for a while. `Connection` is whatever the caller calls one. */
export interface Registry<Connection> {
  readonly rooms: ReadonlyMap<RoomId, Room<Connection>>;
  /** Deleted ids and the millisecond from which they may be used again. Oldest first. */
  readonly tombstones: ReadonlyMap<RoomId, number>;
}

type OwnRegistry<Connection> = {
  readonly rooms: Map<RoomId, OwnRoom<Connection>>;
  readonly tombstones: Map<RoomId, number>;
};

// The one cast: callers hold a read-only view, the rules in this file write.
function own<Connection>(registry: Registry<Connection>): OwnRegistry<Connection> {
  return registry as OwnRegistry<Connection>;
}

/** An empty registry. */
export function newRegistry<Connection>(): Registry<Connection> {
  return { rooms: new Map(), tombstones: new Map() };
}

/** A join whose proof holds. */
export interface ProvedJoin {
  readonly roomId: RoomId;
  readonly joinPublicKey: Uint8Array;
  readonly adminFp: Uint8Array;
  readonly memberId: MemberId;
  readonly create: boolean;
}

/** How many there may be; `mayOpen` is whether this visitor may open one more room [M6]. */
export interface RoomBounds {
  readonly maxMembers: number;
  readonly maxRooms: number;
  readonly mayOpen: boolean;
}

/** What becomes of a proved join. */
export type JoinVerdict<Connection> =
  | { readonly tag: "refused"; readonly code: JoinRefusal }
  | {
    readonly tag: "entered";
    readonly room: Room<Connection>;
    readonly created: boolean;
    /** An older connection of the same member, which the caller closes with 4409 [R5]. */
    readonly replaced: Connection | null;
  };

/** Codes a proved join can be refused with. */
export type JoinRefusal =
  | typeof CLOSE.deletedOrMoved
  | typeof CLOSE.roomFull
  | typeof CLOSE.benchFull
  | typeof CLOSE.noSuchRoom;

/**
 * Lets a proved join in, or says why not: tombstone, then full, then enter or create [R1] to [R5] [M6].
 * `newRoomNonce` is used only if a room is created.
 */
export function onJoin<Connection>(
  registry: Registry<Connection>,
  join: ProvedJoin,
  connection: Connection,
  bounds: RoomBounds,
  newRoomNonce: Uint8Array,
  nowMs: number,
): JoinVerdict<Connection> {
  const { rooms } = own(registry);
  if (isTombstoned(registry, join.roomId, nowMs)) {
    return { tag: "refused", code: CLOSE.deletedOrMoved };
  }
  const room = rooms.get(join.roomId);
  if (room === undefined) {
    if (!join.create) return { tag: "refused", code: CLOSE.noSuchRoom };
    if (rooms.size >= bounds.maxRooms || !bounds.mayOpen) {
      return { tag: "refused", code: CLOSE.benchFull };
    }
    const created: OwnRoom<Connection> = {
      id: join.roomId,
      joinPublicKey: join.joinPublicKey,
      adminFp: join.adminFp,
      roomNonce: newRoomNonce,
      members: new Map([[join.memberId, connection]]),
      lastAdminCtr: 0,
      publicFrame: null,
      farCount: 0,
      isKept: false,
    };
    rooms.set(join.roomId, created);
    return { tag: "entered", room: created, created: true, replaced: null };
  }
  const replaced = room.members.get(join.memberId) ?? null;
  // All benches together [U4].
  if (replaced === null && room.members.size + room.farCount >= bounds.maxMembers) {
    return { tag: "refused", code: CLOSE.roomFull };
  }
  room.members.set(join.memberId, connection);
  return { tag: "entered", room, created: false, replaced };
}

/**
 * A connection is gone. `false` when it no longer stood for that member: a replaced socket closes after its
 * successor joined, and must not take the member along [R5]. The last leave forgets the room at once [R6], unless
 * people on other benches keep it [U1].
 */
export function onLeave<Connection>(
  registry: Registry<Connection>,
  roomId: RoomId,
  memberId: MemberId,
  connection: Connection,
): boolean {
  const { rooms } = own(registry);
  const room = rooms.get(roomId);
  if (room === undefined || room.members.get(memberId) !== connection) return false;
  room.members.delete(memberId);
  if (room.members.size === 0 && !room.isKept) rooms.delete(roomId);
  return true;
}

/** Links changed: how many sit elsewhere, and whether that keeps the room. Returns whether the room stands [U1]. */
export function onLinks<Connection>(
  registry: Registry<Connection>,
  roomId: RoomId,
  farCount: number,
  isKept: boolean,
): boolean {
  const { rooms } = own(registry);
  const room = rooms.get(roomId);
  if (room === undefined) return false;
  room.farCount = farCount;
  room.isKept = isKept;
  if (room.members.size === 0 && !isKept) return !rooms.delete(roomId);
  return true;
}

/** The admin made the room public; there is no way back [A8]. The latest signed word is the one kept. */
export function onMakePublic<Connection>(
  registry: Registry<Connection>,
  roomId: RoomId,
  frame: Uint8Array,
): void {
  const room = own(registry).rooms.get(roomId);
  if (room !== undefined) room.publicFrame = frame;
}

/** A room as its home hands it to another bench [U2]. The admin's signatures were checked. */
export interface Adoption {
  readonly roomId: RoomId;
  readonly joinPublicKey: Uint8Array;
  readonly adminFp: Uint8Array;
  readonly roomNonce: Uint8Array;
  readonly lastAdminCtr: number;
  readonly publicFrame: Uint8Array;
}

/**
 * This bench carries a room whose home is another [U2]: opens it, or takes over nonce, counter and publicness where it is
 * open here. Refused for a deleted id and for one room too many. The caller attaches the link in the same tick.
 */
export function onAdopt<Connection>(
  registry: Registry<Connection>,
  adoption: Adoption,
  maxRooms: number,
  nowMs: number,
): "adopted" | "deleted" | "full" {
  const { rooms } = own(registry);
  if (isTombstoned(registry, adoption.roomId, nowMs)) return "deleted";
  const { roomId, roomNonce, lastAdminCtr, publicFrame } = adoption;
  const room = rooms.get(roomId);
  if (room === undefined) {
    if (rooms.size >= maxRooms) return "full";
    rooms.set(roomId, {
      id: roomId,
      joinPublicKey: adoption.joinPublicKey,
      adminFp: adoption.adminFp,
      roomNonce,
      members: new Map(),
      lastAdminCtr,
      publicFrame,
      farCount: 0,
      isKept: true,
    });
    return "adopted";
  }
  // Of one instance the counter never falls, or what was done could be done again.
  const isSame = equalBytes(room.roomNonce, roomNonce);
  room.lastAdminCtr = isSame ? Math.max(room.lastAdminCtr, lastAdminCtr) : lastAdminCtr;
  room.roomNonce = roomNonce;
  room.publicFrame = publicFrame;
  return "adopted";
}

/** An admin command was taken: its counter becomes the room's last [A3]. Throws `RangeError` if it does not rise. */
export function onAdminCounter<Connection>(
  registry: Registry<Connection>,
  roomId: RoomId,
  ctr: number,
): void {
  const room = own(registry).rooms.get(roomId);
  if (room === undefined) return;
  if (ctr <= room.lastAdminCtr) throw new RangeError("an admin counter only rises");
  room.lastAdminCtr = ctr;
}

/** The admin deleted the room: forgotten at once, its id refused for ten minutes [R7]. Returns who was in it. */
export function onDelete<Connection>(
  registry: Registry<Connection>,
  roomId: RoomId,
  nowMs: number,
): readonly Connection[] {
  const { rooms, tombstones } = own(registry);
  const room = rooms.get(roomId);
  if (room === undefined) return [];
  rooms.delete(roomId);
  forgetOldTombstones(registry, nowMs);
  if (tombstones.size >= MAX_TOMBSTONES) tombstones.delete(tombstones.keys().next().value!);
  tombstones.set(roomId, nowMs + TOMBSTONE_MS);
  return [...room.members.values()];
}

/** Whether the id is refused now; free again from the exact millisecond of expiry [R7]. */
export function isTombstoned<Connection>(
  registry: Registry<Connection>,
  roomId: RoomId,
  nowMs: number,
): boolean {
  const untilMs = registry.tombstones.get(roomId);
  return untilMs !== undefined && nowMs < untilMs;
}

/** Drops expired tombstones; they stand in the order of their expiry. Returns when the next one expires, or `null`. */
export function forgetOldTombstones<Connection>(
  registry: Registry<Connection>,
  nowMs: number,
): number | null {
  const { tombstones } = own(registry);
  for (const [roomId, untilMs] of tombstones) {
    if (nowMs < untilMs) return untilMs;
    tombstones.delete(roomId);
  }
  return null;
}
