// What somebody tries who means harm: a stranger without the key, a member, one who was a member, and crowds of either.
// Each test is one attack that must gain nothing; forged joins and commands one by one stand in the files beside this.

import { assert, assertEquals } from "@std/assert";
import { deriveRoomId } from "../../lib/proof/mod.ts";
import {
  CLOSE,
  encodeJoin,
  HANDSHAKE_MS,
  LIMITS,
  MAX_MESSAGE_BYTES,
  MAX_UNJOINED,
  TOMBSTONE_MS,
} from "../../lib/wire/mod.ts";
import {
  adminMessage,
  RelayRig,
  rigAdminCommand,
  type RigRoom,
  rigRoom,
  rigSession,
  type RigTab,
  roomNonceOf,
} from "../support/relay_rig.ts";

const ROOM = rigRoom(1);
const BOX = new Uint8Array(296);

/** The room that `keyFrom`'s key and `adminFrom`'s admin make together. */
const mixedRoom = (keyFrom: RigRoom, adminFrom: RigRoom): RigRoom => ({
  ...adminFrom,
  join: keyFrom.join,
  roomId: deriveRoomId(keyFrom.join.publicKey, adminFrom.adminFp),
});

Deno.test("[L3] a member cannot put itself in the admin's place: its fingerprint makes another room", () => {
  const rig = new RelayRig();
  const [ana] = rig.members(ROOM, 1) as [RigTab];
  const usurped = mixedRoom(ROOM, rigRoom(666));
  const eve = rig.tab().join(usurped);
  assertEquals(eve.socket.controlsOf("ok")[0]!.count, 1);
  assertEquals(rig.counts.rooms, 2);
  const frame = rigAdminCommand(usurped.admin, ROOM.roomId, roomNonceOf(rig, ROOM), 1);
  eve.events.onBinary(adminMessage(frame));
  assertEquals(eve.socket.controlsOf("adm")[0]!.refusal, "wrong-room");
  assertEquals(ana.closedWith, null);
});

Deno.test("[A1] a command overheard in one room is void in another room of the very same admin", () => {
  const rig = new RelayRig();
  const second = mixedRoom(rigRoom(2), ROOM);
  const [ana] = rig.members(ROOM, 1) as [RigTab];
  const [bo] = rig.members(second, 1) as [RigTab];
  const overheard = rigAdminCommand(second.admin, second.roomId, roomNonceOf(rig, second), 1);
  ana.socket.take();
  ana.events.onBinary(adminMessage(overheard));
  assertEquals(ana.socket.controlsOf("adm")[0]!.refusal, "wrong-room");
  assertEquals([ana.closedWith, bo.closedWith], [null, null]);
});

Deno.test("[R3] [R7] who opens a deleted room again after its tombstone holds nothing: the admin deletes it again", () => {
  const rig = new RelayRig();
  const [ana] = rig.members(ROOM, 1) as [RigTab];
  ana.events.onBinary(
    adminMessage(rigAdminCommand(ROOM.admin, ROOM.roomId, roomNonceOf(rig, ROOM), 1)),
  );
  rig.clock.advance(TOMBSTONE_MS);
  const formerMember = rig.tab().join(ROOM, true);
  assertEquals(formerMember.socket.controlsOf("ok")[0]!.created, true);
  const admin = rig.tab().join(ROOM, false);
  admin.events.onBinary(
    adminMessage(rigAdminCommand(ROOM.admin, ROOM.roomId, roomNonceOf(rig, ROOM), 1)),
  );
  assertEquals(formerMember.closedWith, CLOSE.deletedOrMoved);
});

Deno.test("a member whose session key is the room's own join key can be replaced by others, and harms nobody else", () => {
  const rig = new RelayRig();
  const [ana] = rig.members(ROOM, 1) as [RigTab];
  const odd = rig.tab(ROOM.join).join(ROOM);
  const other = rig.tab(ROOM.join).join(ROOM);
  assertEquals([odd.closedWith, other.closedWith, ana.closedWith], [CLOSE.replaced, null, null]);
  assertEquals(ana.socket.controlsOf("left"), []);
});

Deno.test("[J7] [M2] a crowd of silent strangers holds 200 places for 5 s at most; members heard nothing and no timer stays", () => {
  const rig = new RelayRig();
  const [ana] = rig.members(ROOM, 1) as [RigTab];
  const timers = rig.clock.timers;
  const crowd = Array.from({ length: 1_000 }, () => rig.tab(rigSession(1)));
  assertEquals(rig.clock.timers, timers + MAX_UNJOINED);
  assertEquals(
    crowd.map(({ closedWith }) => closedWith),
    crowd.map((_, i) => i < 1_000 - MAX_UNJOINED ? CLOSE.handshakeTimeout : null),
  );
  rig.clock.advance(HANDSHAKE_MS);
  for (const tab of crowd) assertEquals(tab.closedWith, CLOSE.handshakeTimeout);
  assertEquals(rig.clock.timers, timers);
  assertEquals(rig.counts, { rooms: 1, sockets: 1, tombstones: 0 });
  assertEquals(ana.socket.sent, []);
});

Deno.test("[J5] a socket that has not joined hears hi and beat, and never a word of any room", () => {
  const rig = new RelayRig();
  const [ana] = rig.members(ROOM, 2) as [RigTab];
  const spy = rig.tab();
  ana.sayAll(BOX);
  ana.sayAll(new Uint8Array(262_184));
  rig.tab().join(ROOM).events.onClose();
  rig.clock.endTurn();
  ana.events.onClose();
  rig.clock.endTurn();
  assertEquals(spy.socket.sent, []);
});

Deno.test("[R5] a page that reconnects without end leaves nothing behind and takes nobody's place", () => {
  const rig = new RelayRig();
  const [ana] = rig.members(ROOM, 1) as [RigTab];
  const timers = rig.clock.timers;
  const session = rigSession(5);
  let last: RigTab | null = null;
  for (let i = 0; i < 500; i++) {
    const tab: RigTab = rig.tab(session).join(ROOM, false);
    tab.sayAll(BOX);
    // The replaced socket notices late, or not at all.
    if (i % 2 === 0) last?.events.onClose();
    last = tab;
  }
  rig.clock.endTurn();
  assertEquals(rig.counts, { rooms: 1, sockets: 2, tombstones: 0 });
  assertEquals(rig.clock.timers, timers);
  assertEquals(ana.socket.controlsOf("left"), []);
  assertEquals(ana.socket.controlsOf("cnt").map(({ count }) => count), [2]);
  assertEquals(ana.socket.entries.length, 500);
});

Deno.test("[R4] one member under many session keys fills the room and not more, and leaves it as it was", () => {
  const rig = new RelayRig();
  const [ana] = rig.members(ROOM, 1) as [RigTab];
  const crowd = Array.from({ length: 300 }, (_, i) => rig.tab(rigSession(i + 50)).join(ROOM));
  const refused = crowd.filter(({ closedWith }) => closedWith === CLOSE.roomFull);
  assertEquals(refused.length, 300 - (LIMITS.maxMembers - 1));
  for (const tab of crowd) tab.events.onClose();
  rig.clock.endTurn();
  assertEquals(rig.counts, { rooms: 1, sockets: 1, tombstones: 0 });
  assertEquals(ana.closedWith, null);
});

Deno.test("[D1] [D7] a flood within one turn is split for all alike, and nothing of it is kept", () => {
  const rig = new RelayRig({ maxFramesPerSecond: Infinity });
  const [eve, ana, bo] = rig.members(ROOM, 3) as [RigTab, RigTab, RigTab];
  for (let i = 0; i < 3_000; i++) eve.sayAll(BOX);
  rig.clock.endTurn();
  assertEquals(ana.socket.entries.length, 3_000);
  for (const [i, frame] of ana.socket.frames.entries()) {
    assert(frame.length <= MAX_MESSAGE_BYTES);
    assert(frame === bo.socket.frames[i]);
  }
  ana.socket.take();
  assertEquals(rig.clock.endTurn(), 0);
  assertEquals(ana.socket.sent, []);
});

Deno.test("[D9] a member cannot speak in another's name: the bench writes the sender into every entry", () => {
  const rig = new RelayRig();
  const [eve, ana, bo] = rig.members(ROOM, 3) as [RigTab, RigTab, RigTab];
  // An entry of a batch within a box is bytes like any other; a batch itself is no frame of a tab.
  eve.sayAll(BOX);
  eve.sayOne(bo.memberId, BOX);
  rig.clock.endTurn();
  for (const { from } of [...ana.socket.entries, ...bo.socket.entries]) {
    assertEquals(from, eve.memberId);
  }
  eve.events.onBinary(bo.socket.frames[0]!.slice());
  assertEquals(eve.closedWith, CLOSE.malformed);
  rig.clock.endTurn();
  assertEquals(ana.socket.entries.length, 1);
});

Deno.test("[J5] guessing: 500 keys that are not the room's tell a stranger nothing and leave nothing", () => {
  const rig = new RelayRig();
  rig.members(ROOM, 1);
  for (let i = 0; i < 500; i++) {
    const guess = rig.tab(rigSession(i));
    // The room's id is known (say, from a proxy's memory), its join key is not.
    const join = guess.newJoin({ ...ROOM, join: rigSession(10_000 + i) }, i % 2 === 0);
    guess.events.onText(encodeJoin(join));
    assertEquals([guess.closedWith, guess.socket.sent], [CLOSE.proofFailed, []]);
  }
  assertEquals(rig.counts, { rooms: 1, sockets: 1, tombstones: 0 });
});
