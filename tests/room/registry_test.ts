// [R1] to [R8] [U1] to [U4] The rules of rooms, as pure decisions: connections are plain texts and time is a number.

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  forgetOldTombstones,
  isTombstoned,
  newRegistry,
  onAdminCounter,
  onAdopt,
  onDelete,
  onJoin,
  onLeave,
  onLinks,
  onMakePublic,
  type Registry,
  type RoomBounds,
} from "../../lib/room/mod.ts";
import {
  CLOSE,
  LIMITS,
  MAX_TOMBSTONES,
  type MemberId,
  memberIdOf,
  type RoomId,
  roomIdOf,
  TOMBSTONE_MS,
  u32,
} from "../../lib/wire/mod.ts";
import { concatBytes } from "../../lib/wire/mod.ts";
import { Seeded } from "../support/seeded.ts";

const roomId = (n: number): RoomId => roomIdOf(concatBytes(u32(n), new Uint8Array(12)));
const memberId = (n: number): MemberId => memberIdOf(concatBytes(u32(n), new Uint8Array(12)));
const ADMIN_FP = new Uint8Array(16).fill(1);
const JOIN_KEY = new Seeded(78).bytes(32);
const MAX_MEMBERS = LIMITS.maxMembers;
const BOUNDS: RoomBounds = { maxMembers: MAX_MEMBERS, maxRooms: LIMITS.maxRooms, mayOpen: true };
const nonceOf = (n: number) => new Uint8Array(32).fill(n);

type Reg = Registry<string>;
interface JoinOptions {
  readonly room?: number;
  readonly member?: number;
  readonly as?: string;
  readonly create?: boolean;
  readonly nonce?: number;
  readonly nowMs?: number;
  readonly bounds?: Partial<RoomBounds>;
}
const join = (registry: Reg, options: JoinOptions = {}) => {
  const { room = 1, member = 1, as = `tab ${member}`, create = true, nonce = 9, nowMs = 0 } =
    options;
  return onJoin(
    registry,
    {
      roomId: roomId(room),
      joinPublicKey: JOIN_KEY,
      adminFp: ADMIN_FP,
      memberId: memberId(member),
      create,
    },
    as,
    { ...BOUNDS, ...options.bounds },
    nonceOf(nonce),
    nowMs,
  );
};
const roomOf = (registry: Reg, n = 1) => registry.rooms.get(roomId(n));

Deno.test("[R2] onJoin() creates a room with c:1 alone; with c:0 there is none, and nothing is kept", () => {
  const registry: Reg = newRegistry();
  assertEquals(join(registry, { create: false }), { tag: "refused", code: CLOSE.noSuchRoom });
  assertEquals(registry.rooms.size, 0);
  const verdict = join(registry);
  assert(verdict.tag === "entered");
  if (verdict.tag !== "entered") return;
  assertEquals([verdict.created, verdict.replaced], [true, null]);
  assertEquals(verdict.room.roomNonce, nonceOf(9));
  assertEquals(verdict.room.lastAdminCtr, 0);
  assertEquals(verdict.room.publicFrame, null);
});

Deno.test("[R3] onJoin() gives the first comer nothing that the second has not", () => {
  const registry: Reg = newRegistry();
  join(registry, { member: 1 });
  const second = join(registry, { member: 2, nonce: 5 });
  assert(second.tag === "entered" && !second.created);
  const room = roomOf(registry)!;
  // The room knows its members, its admin's fingerprint (which the id commits to) and its nonce: no creator, no role.
  assertEquals(Object.keys(room).toSorted(), [
    "adminFp",
    "farCount",
    "id",
    "isKept",
    "joinPublicKey",
    "lastAdminCtr",
    "members",
    "publicFrame",
    "roomNonce",
  ]);
  assertEquals(room.roomNonce, nonceOf(9));
  onLeave(registry, roomId(1), memberId(1), "tab 1");
  assertEquals([...roomOf(registry)!.members], [[memberId(2), "tab 2"]]);
});

Deno.test("[R4] onJoin() refuses the member after the 256th, and lets an own older socket be replaced", () => {
  const registry: Reg = newRegistry();
  for (let member = 1; member <= MAX_MEMBERS; member++) {
    assertEquals(join(registry, { member }).tag, "entered");
  }
  assertEquals(join(registry, { member: 257 }), { tag: "refused", code: CLOSE.roomFull });
  assertEquals(join(registry, { member: 257, create: false }), {
    tag: "refused",
    code: CLOSE.roomFull,
  });
  const again = join(registry, { member: 7, as: "tab 7 again" });
  assert(again.tag === "entered" && again.replaced === "tab 7");
  assertEquals(roomOf(registry)!.members.size, MAX_MEMBERS);
  onLeave(registry, roomId(1), memberId(8), "tab 8");
  assertEquals(join(registry, { member: 257 }).tag, "entered");
});

Deno.test("[R5] onLeave() of a replaced socket takes nobody along", () => {
  const registry: Reg = newRegistry();
  join(registry, { as: "old" });
  const verdict = join(registry, { as: "new", nonce: 5 });
  assert(verdict.tag === "entered" && verdict.replaced === "old" && !verdict.created);
  assertEquals(onLeave(registry, roomId(1), memberId(1), "old"), false);
  assertEquals([...roomOf(registry)!.members.values()], ["new"]);
  assertEquals(onLeave(registry, roomId(1), memberId(1), "new"), true);
  assertEquals(registry.rooms.size, 0);
});

Deno.test("[R6] onLeave() of the last member forgets the room; a second leave finds nothing", () => {
  const registry: Reg = newRegistry();
  join(registry, { member: 1 });
  join(registry, { member: 2 });
  assertEquals(onLeave(registry, roomId(1), memberId(1), "tab 1"), true);
  assertEquals(registry.rooms.size, 1);
  assertEquals(onLeave(registry, roomId(1), memberId(2), "tab 2"), true);
  assertEquals([registry.rooms.size, registry.tombstones.size], [0, 0]);
  assertEquals(onLeave(registry, roomId(1), memberId(2), "tab 2"), false);
  assertEquals(onLeave(registry, roomId(2), memberId(2), "tab 2"), false);
});

Deno.test("[R8] a room that is opened again is another instance: another nonce, and its counter from the start", () => {
  const registry: Reg = newRegistry();
  join(registry, { nonce: 1 });
  onAdminCounter(registry, roomId(1), 50);
  onLeave(registry, roomId(1), memberId(1), "tab 1");
  join(registry, { nonce: 2 });
  assertEquals(roomOf(registry)!.roomNonce, nonceOf(2));
  assertEquals(roomOf(registry)!.lastAdminCtr, 0);
});

Deno.test("[A3] onAdminCounter() only rises, and a room that is gone has none", () => {
  const registry: Reg = newRegistry();
  join(registry);
  onAdminCounter(registry, roomId(1), 5);
  assertEquals(roomOf(registry)!.lastAdminCtr, 5);
  assertThrows(() => onAdminCounter(registry, roomId(1), 5), RangeError);
  assertThrows(() => onAdminCounter(registry, roomId(1), 4), RangeError);
  onAdminCounter(registry, roomId(2), 1);
  assertEquals(registry.rooms.size, 1);
});

Deno.test("[R7] onDelete() forgets the room at once and refuses its id until the exact millisecond of expiry", () => {
  const registry: Reg = newRegistry();
  join(registry, { member: 1 });
  join(registry, { member: 2 });
  assertEquals(onDelete(registry, roomId(1), 1_000), ["tab 1", "tab 2"]);
  assertEquals(registry.rooms.size, 0);
  const untilMs = 1_000 + TOMBSTONE_MS;
  assertEquals(TOMBSTONE_MS, 600_000);
  const refused = { tag: "refused" as const, code: CLOSE.deletedOrMoved };
  assertEquals(join(registry, { nowMs: 1_000 }), refused);
  assertEquals(join(registry, { nowMs: untilMs - 1 }), refused);
  assertEquals(join(registry, { nowMs: untilMs - 0.001 }), refused);
  assertEquals(isTombstoned(registry, roomId(1), untilMs - 1), true);
  assertEquals(isTombstoned(registry, roomId(1), untilMs), false);
  assertEquals(join(registry, { nowMs: untilMs }).tag, "entered");
});

Deno.test("[R1] a tombstone refuses before anything else: c:0 and c:1 hear the same", () => {
  const registry: Reg = newRegistry();
  join(registry);
  onDelete(registry, roomId(1), 0);
  for (const create of [true, false]) {
    for (const member of [1, 2]) {
      assertEquals(join(registry, { create, member }), {
        tag: "refused",
        code: CLOSE.deletedOrMoved,
      });
    }
  }
});

Deno.test("[R7] onDelete() of no room leaves no tombstone, so an id cannot be blocked in advance", () => {
  const registry: Reg = newRegistry();
  assertEquals(onDelete(registry, roomId(1), 0), []);
  assertEquals(registry.tombstones.size, 0);
});

Deno.test("[R7] at most 4096 deleted ids are remembered, the oldest goes first, expired ones before it", () => {
  const registry: Reg = newRegistry();
  const deleteAt = (room: number, nowMs: number) => {
    join(registry, { room, nowMs });
    onDelete(registry, roomId(room), nowMs);
  };
  for (let room = 0; room < MAX_TOMBSTONES; room++) deleteAt(room, room);
  assertEquals(registry.tombstones.size, MAX_TOMBSTONES);
  deleteAt(MAX_TOMBSTONES, MAX_TOMBSTONES);
  assertEquals(registry.tombstones.size, MAX_TOMBSTONES);
  assertEquals(isTombstoned(registry, roomId(0), MAX_TOMBSTONES), false);
  assertEquals(isTombstoned(registry, roomId(1), MAX_TOMBSTONES), true);
  deleteAt(90_000, TOMBSTONE_MS + 100);
  // 1 to 100 have expired; 101 to 4096 stand, and the new one.
  assertEquals(registry.tombstones.size, 3_997);
});

Deno.test("[R7] forgetOldTombstones() drops what has expired and says when the next one does", () => {
  const registry: Reg = newRegistry();
  assertEquals(forgetOldTombstones(registry, 0), null);
  for (const [room, nowMs] of [[1, 0], [2, 10], [3, 10]] as const) {
    join(registry, { room });
    onDelete(registry, roomId(room), nowMs);
  }
  assertEquals(forgetOldTombstones(registry, TOMBSTONE_MS - 1), TOMBSTONE_MS);
  assertEquals(forgetOldTombstones(registry, TOMBSTONE_MS), TOMBSTONE_MS + 10);
  assertEquals(registry.tombstones.size, 2);
  assertEquals(forgetOldTombstones(registry, TOMBSTONE_MS + 10), null);
  assertEquals(registry.tombstones.size, 0);
});

Deno.test("[R7] an id deleted a second time stands at the end of the row, for its whole time", () => {
  const registry: Reg = newRegistry();
  join(registry, { room: 1 });
  onDelete(registry, roomId(1), 0);
  join(registry, { room: 2 });
  onDelete(registry, roomId(2), 5);
  join(registry, { room: 1, nowMs: TOMBSTONE_MS });
  onDelete(registry, roomId(1), TOMBSTONE_MS);
  assertEquals([...registry.tombstones.keys()], [roomId(2), roomId(1)]);
  assertEquals(forgetOldTombstones(registry, TOMBSTONE_MS + 5), 2 * TOMBSTONE_MS);
});

Deno.test("[R4] [R6] [R7] whatever happens in whatever order, no empty room, no full one above 256, no id both open and refused", () => {
  const random = new Seeded(6);
  const registry: Reg = newRegistry();
  const inside = new Map<string, { room: number; member: number }>();
  let nowMs = 0;
  for (let step = 0; step < 20_000; step++) {
    nowMs += random.below(2_000);
    const [room, member] = [random.below(6), random.below(300)];
    switch (random.below(40)) {
      case 0:
        for (const gone of onDelete(registry, roomId(room), nowMs)) inside.delete(gone);
        break;
      case 1:
        forgetOldTombstones(registry, nowMs);
        break;
      default:
        if (random.below(5) < 3) {
          const as = `${step}`;
          const create = random.below(2) === 0;
          const verdict = join(registry, { room, member, as, create, nowMs });
          if (verdict.tag === "refused") break;
          inside.set(as, { room, member });
          if (verdict.replaced !== null) assert(inside.delete(verdict.replaced));
        } else if (inside.size > 0) {
          const [as, where] = random.pick([...inside]);
          inside.delete(as);
          assert(onLeave(registry, roomId(where.room), memberId(where.member), as));
        }
    }
    let members = 0;
    for (const [id, { members: here }] of registry.rooms) {
      assert(here.size > 0 && here.size <= MAX_MEMBERS);
      assert(!isTombstoned(registry, id, nowMs));
      members += here.size;
    }
    assertEquals(members, inside.size);
  }
});

Deno.test("[M6] onJoin() opens no room beyond the bench's, nor one that the visitor may not; who comes to one that stands is let in", () => {
  const registry: Reg = newRegistry();
  const full = { tag: "refused", code: CLOSE.benchFull } as const;
  for (let room = 1; room <= 3; room++) {
    assertEquals(join(registry, { room, bounds: { maxRooms: 3 } }).tag, "entered");
  }
  assertEquals(join(registry, { room: 4, bounds: { maxRooms: 3 } }), full);
  assertEquals(join(registry, { room: 4, bounds: { mayOpen: false } }), full);
  assertEquals(registry.rooms.size, 3);
  const bounds = { maxRooms: 3, mayOpen: false };
  assertEquals(join(registry, { room: 3, member: 2, bounds }).tag, "entered");
  // Who only looks is told that nobody is there, full or not.
  assertEquals(join(registry, { room: 4, create: false, bounds }), {
    tag: "refused",
    code: CLOSE.noSuchRoom,
  });
  onLeave(registry, roomId(1), memberId(1), "tab 1");
  assertEquals(join(registry, { room: 4, bounds: { maxRooms: 3 } }).tag, "entered");
});

Deno.test("[M6] onJoin() holds the bound of members that it is given", () => {
  const registry: Reg = newRegistry();
  for (let member = 1; member <= 5; member++) {
    join(registry, { member, bounds: { maxMembers: 5 } });
  }
  assertEquals(join(registry, { member: 6, bounds: { maxMembers: 5 } }), {
    tag: "refused",
    code: CLOSE.roomFull,
  });
});

const adoption = (nonce = 7, lastAdminCtr = 20, room = 1) => ({
  roomId: roomId(room),
  joinPublicKey: JOIN_KEY,
  adminFp: ADMIN_FP,
  roomNonce: nonceOf(nonce),
  lastAdminCtr,
  publicFrame: new Uint8Array(153).fill(nonce),
});
const adopt = (registry: Reg, ...how: Parameters<typeof adoption>) =>
  onAdopt(registry, adoption(...how), LIMITS.maxRooms, 0);

Deno.test("[U1] a room that links keep outlives its last member here, and goes with what kept it", () => {
  const registry: Reg = newRegistry();
  join(registry);
  assertEquals(onLinks(registry, roomId(1), 2, true), true);
  assertEquals(onLeave(registry, roomId(1), memberId(1), "tab 1"), true);
  assertEquals([roomOf(registry)!.members.size, roomOf(registry)!.farCount], [0, 2]);
  // Who comes now comes into the same instance.
  const verdict = join(registry, { member: 2, nonce: 5, create: false });
  assert(verdict.tag === "entered");
  assertEquals(roomOf(registry)!.roomNonce, nonceOf(9));
  onLeave(registry, roomId(1), memberId(2), "tab 2");
  assertEquals(onLinks(registry, roomId(1), 0, false), false);
  assertEquals(registry.rooms.size, 0);
  assertEquals(onLinks(registry, roomId(1), 1, true), false);
  assertEquals(registry.rooms.size, 0);
});

Deno.test("[U1] a room with somebody here stands, whatever becomes of its links", () => {
  const registry: Reg = newRegistry();
  join(registry);
  assertEquals(onLinks(registry, roomId(1), 3, true), true);
  assertEquals(onLinks(registry, roomId(1), 0, false), true);
  assertEquals(roomOf(registry)!.farCount, 0);
  onLeave(registry, roomId(1), memberId(1), "tab 1");
  assertEquals(registry.rooms.size, 0);
});

Deno.test("[U2] an adopted room that is not open here is opened with the home's nonce, counter and publicness, and kept", () => {
  const registry: Reg = newRegistry();
  assertEquals(adopt(registry), "adopted");
  const room = roomOf(registry)!;
  assertEquals([room.roomNonce, room.lastAdminCtr, room.isKept], [nonceOf(7), 20, true]);
  assertEquals(room.publicFrame, adoption().publicFrame);
  assertEquals([room.members.size, room.farCount], [0, 0]);
  assertEquals(join(registry, { create: false }).tag, "entered");
});

Deno.test("[U2] one that is open here takes over nonce and publicness; its own counter only if it is higher and of the same nonce", () => {
  for (
    const [ownNonce, ownCtr, adoptedCtr, expected] of [
      [7, 50, 20, 50],
      [7, 10, 20, 20],
      // Another instance: what was counted there counts for nothing here.
      [9, 50, 20, 20],
    ] as const
  ) {
    const registry: Reg = newRegistry();
    join(registry, { nonce: ownNonce });
    onAdminCounter(registry, roomId(1), ownCtr);
    assertEquals(adopt(registry, 7, adoptedCtr), "adopted");
    const room = roomOf(registry)!;
    assertEquals([room.roomNonce, room.lastAdminCtr], [nonceOf(7), expected]);
    assertEquals(room.publicFrame, adoption(7).publicFrame);
    assertEquals([...room.members.values()], ["tab 1"]);
  }
});

Deno.test("[U2] [R7] a deleted id is not adopted until its time is over, and none beyond the bench's rooms", () => {
  const registry: Reg = newRegistry();
  join(registry);
  onDelete(registry, roomId(1), 0);
  const at = (nowMs: number, maxRooms = 10) => onAdopt(registry, adoption(), maxRooms, nowMs);
  assertEquals(at(TOMBSTONE_MS - 1), "deleted");
  assertEquals(registry.rooms.size, 0);
  assertEquals(at(TOMBSTONE_MS), "adopted");
  assertEquals(onAdopt(registry, adoption(7, 20, 2), 1, TOMBSTONE_MS), "full");
  assertEquals(registry.rooms.size, 1);
  // One that is open already takes no further room.
  assertEquals(at(TOMBSTONE_MS, 1), "adopted");
});

Deno.test("[U4] the bound on members counts all benches together, also for who comes back under another socket", () => {
  const registry: Reg = newRegistry();
  const bounds = { maxMembers: 5 };
  join(registry, { member: 1, bounds });
  onLinks(registry, roomId(1), 3, true);
  assertEquals(join(registry, { member: 2, bounds }).tag, "entered");
  assertEquals(join(registry, { member: 3, bounds }), { tag: "refused", code: CLOSE.roomFull });
  const again = join(registry, { member: 2, as: "tab 2 again", bounds });
  assert(again.tag === "entered" && again.replaced === "tab 2");
  onLinks(registry, roomId(1), 2, true);
  assertEquals(join(registry, { member: 3, bounds }).tag, "entered");
  assertEquals(join(registry, { member: 4, bounds }), { tag: "refused", code: CLOSE.roomFull });
});

Deno.test("[A8] [U3] a room is public by its latest signed word, and one that is opened again is private", () => {
  const registry: Reg = newRegistry();
  join(registry);
  onMakePublic(registry, roomId(1), new Uint8Array([1]));
  onMakePublic(registry, roomId(1), new Uint8Array([2]));
  assertEquals(roomOf(registry)!.publicFrame, new Uint8Array([2]));
  onMakePublic(registry, roomId(2), new Uint8Array([3]));
  assertEquals(registry.rooms.size, 1);
  onLinks(registry, roomId(1), 1, false);
  onLeave(registry, roomId(1), memberId(1), "tab 1");
  join(registry, { nonce: 4 });
  const room = roomOf(registry)!;
  assertEquals([room.publicFrame, room.farCount, room.isKept, room.lastAdminCtr], [
    null,
    0,
    false,
    0,
  ]);
});
