// [A1] to [A6] [R7] [R8] Admin commands at the relay: deleting, and everything that is refused.

import { assertEquals } from "@std/assert";
import { ADMIN_OP } from "../../lib/proof/mod.ts";
import {
  BEAT,
  CLOSE,
  concatBytes,
  encodeAdminRelayed,
  MAX_ADMIN_BYTES,
  TOMBSTONE_MS,
} from "../../lib/wire/mod.ts";
import {
  adminMessage,
  RelayRig,
  rigAdminCommand,
  type RigRoom,
  rigRoom,
  type RigTab,
  roomNonceOf,
} from "../support/relay_rig.ts";

const ROOM = rigRoom(1);
const OTHER_ROOM = rigRoom(2);
const BOX = new Uint8Array(296).fill(7);

const answers = (tab: RigTab) =>
  tab.socket.controlsOf("adm").map(({ refusal, lastAdminCtr }) => [refusal, lastAdminCtr]);
const deleteOf = (rig: RelayRig, room: RigRoom, ctr: number): Uint8Array<ArrayBuffer> =>
  rigAdminCommand(room.admin, room.roomId, roomNonceOf(rig, room), ctr);

function twoInRoom() {
  const rig = new RelayRig();
  const [ana, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
  const nonce = roomNonceOf(rig, ROOM);
  ana.socket.take();
  bo.socket.take();
  return { rig, ana, bo, nonce };
}

Deno.test("[A5] DELETE is relayed word for word, everybody is closed with 4410, and the room is forgotten at once", () => {
  const { rig, ana, bo, nonce } = twoInRoom();
  const frame = rigAdminCommand(ROOM.admin, ROOM.roomId, nonce, 41);
  ana.sayAll(BOX);
  ana.events.onBinary(adminMessage(frame));
  assertEquals(rig.counts, { rooms: 0, sockets: 0, tombstones: 1 });
  for (const tab of [ana, bo]) {
    assertEquals(tab.closedWith, CLOSE.deletedOrMoved);
    // What was said before it comes before it.
    assertEquals(tab.socket.entries.length, 1);
    assertEquals(tab.socket.sent.at(-1), encodeAdminRelayed(frame));
  }
  assertEquals([answers(ana), answers(bo)], [[[null, 41]], []]);
  assertEquals(rig.clock.endTurn(), 1);
  assertEquals(ana.socket.controlsOf("cnt"), []);
  assertEquals(ana.socket.controlsOf("left"), []);
});

Deno.test("[A5] anybody in the room may carry the admin's command in; the signature counts, not the socket", () => {
  const { rig, bo, nonce } = twoInRoom();
  bo.events.onBinary(adminMessage(rigAdminCommand(ROOM.admin, ROOM.roomId, nonce, 1)));
  assertEquals(rig.counts.rooms, 0);
});

Deno.test("[A5] [R1] [R7] a deleted id is 4410 to every proved join until the exact millisecond of expiry", () => {
  const { rig, ana, nonce } = twoInRoom();
  ana.events.onBinary(adminMessage(rigAdminCommand(ROOM.admin, ROOM.roomId, nonce, 1)));
  for (const create of [true, false]) {
    assertEquals(rig.tab().join(ROOM, create).closedWith, CLOSE.deletedOrMoved);
  }
  rig.clock.advance(TOMBSTONE_MS - 1);
  assertEquals(rig.tab().join(ROOM, true).closedWith, CLOSE.deletedOrMoved);
  assertEquals(rig.counts.tombstones, 1);
  rig.clock.advance(1);
  // Nobody had to ask: the id is not remembered a moment longer than it must be, and no timer stays for it.
  assertEquals(rig.counts.tombstones, 0);
  assertEquals(rig.clock.timers, 0);
  assertEquals(rig.tab().join(ROOM, false).closedWith, CLOSE.noSuchRoom);
  assertEquals(rig.tab().join(ROOM, true).closedWith, null);
});

Deno.test("[R7] one timer serves all tombstones, each forgotten at its own time", () => {
  const rig = new RelayRig();
  for (let i = 0; i < 5; i++) {
    const room = rigRoom(100 + i);
    const [tab] = rig.members(room, 1) as [RigTab];
    tab.events.onBinary(adminMessage(deleteOf(rig, room, 1)));
    rig.clock.advance(1_000);
  }
  assertEquals([rig.counts.tombstones, rig.clock.timers], [5, 1]);
  rig.clock.advance(TOMBSTONE_MS - 5_000);
  for (let left = 4; left >= 0; left--) {
    assertEquals(rig.counts.tombstones, left);
    rig.clock.advance(1_000);
  }
  assertEquals(rig.clock.timers, 0);
});

Deno.test("[A1] [R8] a command of a former instance is void in the next one, though room and admin are the same", () => {
  const { rig, ana, bo, nonce } = twoInRoom();
  const overheard = rigAdminCommand(ROOM.admin, ROOM.roomId, nonce, Number.MAX_SAFE_INTEGER - 1);
  ana.events.onClose();
  bo.events.onClose();
  const [eve] = rig.members(ROOM, 1) as [RigTab];
  eve.events.onBinary(adminMessage(overheard));
  assertEquals(answers(eve), [["wrong-room", 0]]);
  assertEquals(rig.counts.rooms, 1);
});

Deno.test("[A1] [R8] a DELETE that did its work does not work again after the tombstone is gone", () => {
  const { rig, ana, nonce } = twoInRoom();
  const frame = rigAdminCommand(ROOM.admin, ROOM.roomId, nonce, 1);
  ana.events.onBinary(adminMessage(frame));
  rig.clock.advance(TOMBSTONE_MS);
  const [eve, fay] = rig.members(ROOM, 2) as [RigTab, RigTab];
  eve.events.onBinary(adminMessage(frame));
  assertEquals(answers(eve), [["wrong-room", 0]]);
  assertEquals([eve.closedWith, fay.closedWith], [null, null]);
});

Deno.test("[A2] a command for another room of the same admin, or carried into another room, is refused", () => {
  const rig = new RelayRig();
  const [ana] = rig.members(ROOM, 1) as [RigTab];
  const [bo] = rig.members(OTHER_ROOM, 1) as [RigTab];
  const there = deleteOf(rig, OTHER_ROOM, 1);
  ana.socket.take();
  ana.events.onBinary(adminMessage(there));
  assertEquals(answers(ana), [["not-admin", 0]]);
  // The same admin key in both rooms: still not this room's command.
  const nonce = roomNonceOf(rig, ROOM);
  const retargeted = rigAdminCommand(ROOM.admin, OTHER_ROOM.roomId, nonce, 1);
  ana.events.onBinary(adminMessage(retargeted));
  assertEquals(answers(ana).at(-1), ["wrong-room", 0]);
  assertEquals([ana.closedWith, bo.closedWith], [null, null]);
  assertEquals(rig.counts.rooms, 2);
});

Deno.test("[A2] forged, cut and changed commands are refused by their reason, to the sender alone", () => {
  const { rig, ana, bo, nonce } = twoInRoom();
  const good = rigAdminCommand(ROOM.admin, ROOM.roomId, nonce, 1);
  const forged = good.slice();
  forged[40]! ^= 1;
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [new Uint8Array(0), "malformed"],
    [good.subarray(0, 152), "malformed"],
    [rigAdminCommand(ana.session, ROOM.roomId, nonce, 1), "not-admin"],
    [rigAdminCommand(ROOM.admin, ROOM.roomId, new Uint8Array(32), 1), "wrong-room"],
    [rigAdminCommand(ROOM.admin, ROOM.roomId, nonce, 0), "stale"],
    [forged, "bad-signature"],
    [concatBytes(good, new Uint8Array(1)), "bad-signature"],
  ];
  for (const [frame, reason] of cases) {
    ana.events.onBinary(adminMessage(frame));
    assertEquals(answers(ana).at(-1), [reason, 0]);
  }
  assertEquals(bo.socket.sent, []);
  assertEquals(rig.counts.rooms, 1);
  assertEquals(ana.closedWith, null);
});

Deno.test("[A6] [A8] on a bench by itself nothing but DELETE is done, each by its reason; no counter moves, nobody hears of it", () => {
  const { rig, ana, bo, nonce } = twoInRoom();
  const reasons: Record<number, string> = {
    [ADMIN_OP.makePublic]: "no-park",
    [ADMIN_OP.pairOffer]: "no-park",
    [ADMIN_OP.pairCancel]: "no-park",
    [ADMIN_OP.unpair]: "wrong-bench",
  };
  for (let op = 0; op < 256; op++) {
    if (op === ADMIN_OP.delete) continue;
    const frame = rigAdminCommand(ROOM.admin, ROOM.roomId, nonce, 1_000 + op, op);
    ana.events.onBinary(adminMessage(frame));
    assertEquals(answers(ana).at(-1), [reasons[op] ?? "unsupported", 0]);
    // Two a second are taken [M9].
    rig.clock.advance(500);
  }
  assertEquals(bo.socket.sent.filter((message) => message !== BEAT), []);
  ana.events.onBinary(adminMessage(rigAdminCommand(ROOM.admin, ROOM.roomId, nonce, 1)));
  assertEquals(rig.counts.rooms, 0);
});

Deno.test("[A2] an admin frame above 32 KiB is no frame", () => {
  const { ana, nonce } = twoInRoom();
  const args = new Uint8Array(MAX_ADMIN_BYTES - 153);
  const largest = rigAdminCommand(ROOM.admin, ROOM.roomId, nonce, 1, ADMIN_OP.rotate, args);
  ana.events.onBinary(adminMessage(largest));
  assertEquals(answers(ana), [["unsupported", 0]]);
  ana.events.onBinary(adminMessage(concatBytes(largest, new Uint8Array(1))));
  assertEquals(ana.closedWith, CLOSE.malformed);
});

Deno.test("[A5] who joined in the turn of the deletion is closed too, and who was replaced is not closed twice", () => {
  const { rig, ana, bo, nonce } = twoInRoom();
  const again = rig.tab(bo.session).join(ROOM);
  const late = rig.tab().join(ROOM);
  ana.events.onBinary(adminMessage(rigAdminCommand(ROOM.admin, ROOM.roomId, nonce, 1)));
  assertEquals([again.closedWith, late.closedWith, bo.closedWith], [
    CLOSE.deletedOrMoved,
    CLOSE.deletedOrMoved,
    CLOSE.replaced,
  ]);
  for (const tab of [ana, bo, again, late]) tab.events.onClose();
  rig.clock.endTurn();
  assertEquals(rig.counts, { rooms: 0, sockets: 0, tombstones: 1 });
});

Deno.test("[A5] a slow reader or a box under way does not keep a deleted room", () => {
  const { rig, ana, bo, nonce } = twoInRoom();
  bo.socket.bufferedBytes = 1_000_000;
  ana.sayAll(new Uint8Array(262_184));
  ana.sayAll(BOX);
  ana.events.onBinary(adminMessage(rigAdminCommand(ROOM.admin, ROOM.roomId, nonce, 1)));
  // The tombstone's timer alone: neither beat nor acknowledgement.
  assertEquals(rig.clock.timers, 1);
  rig.clock.endTurn();
  assertEquals(rig.counts, { rooms: 0, sockets: 0, tombstones: 1 });
});

Deno.test("[A2] the relayed command is a copy: later changes of the sender's bytes change nothing", () => {
  const { ana, bo, nonce } = twoInRoom();
  const frame = rigAdminCommand(ROOM.admin, ROOM.roomId, nonce, 1);
  const message = adminMessage(frame);
  ana.events.onBinary(message);
  message.fill(0);
  assertEquals(bo.socket.frames.at(-1), encodeAdminRelayed(frame));
});
