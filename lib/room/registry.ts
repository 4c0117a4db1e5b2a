// Which rooms there are, who is in them, and the rules of entering, leaving and deleting. No clock, no socket, no
// randomness, no crypto: the caller proves first (lib/proof), passes the time and a fresh nonce, and acts on what
// comes back. Rules change the registry they are given in place, because a bench of many rooms would
// otherwise copy its maps at every join. Rules: lib/wire/PROTOCOL.md, [R1] to [R9].

import { CLOSE, MAX_TOMBSTONES, type MemberId, type RoomId, TOMBSTONE_MS } from "../wire/mod.ts";

/** One instance of a room. It dies with its last member; opened again, it is another instance with another nonce. */
export interface Room<Connection> {
  readonly id: RoomId;
  readonly adminFp: Uint8Array;
  readonly roomNonce: Uint8Array;
  readonly members: ReadonlyMap<MemberId, Connection>;
  /** Highest admin counter taken. */
  readonly lastAdminCtr: number;
  readonly isPublic: boolean;
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
      adminFp: join.adminFp,
      roomNonce: newRoomNonce,
      members: new Map([[join.memberId, connection]]),
      lastAdminCtr: 0,
      isPublic: false,
    };
    rooms.set(join.roomId, created);
    return { tag: "entered", room: created, created: true, replaced: null };
  }
  const replaced = room.members.get(join.memberId) ?? null;
  if (replaced === null && room.members.size >= bounds.maxMembers) {
    return { tag: "refused", code: CLOSE.roomFull };
  }
  room.members.set(join.memberId, connection);
  return { tag: "entered", room, created: false, replaced };
}

/**
 * A connection is gone. `false` when it no longer stood for that member: a replaced socket closes after its
 * successor joined, and must not take the member along [R5]. The last leave forgets the room at once [R6].
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
  if (room.members.size === 0) rooms.delete(roomId);
  return true;
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
