// Rooms as other benches carry them too, at a real relay with links in the test's hand: who hears what, who may speak for whom, where a
// box for one goes, what admin commands do here and over there, and how long a room stands.

import { assert, assertEquals } from "@std/assert";
import { ADMIN_OP } from "../../lib/proof/mod.ts";
import {
  CLOSE,
  encodeAdminRelayed,
  encodeToAll,
  MAX_ECHOED_BOX_BYTES,
  type MemberId,
  memberIdOf,
} from "../../lib/wire/mod.ts";
import { FarLink } from "../support/far_link.ts";
import { fakePark } from "../support/fake_park.ts";
import {
  adminMessage,
  RelayRig,
  rigAdminCommand,
  rigRoom,
  rigSession,
  type RigTab,
} from "../support/relay_rig.ts";

const ROOM = rigRoom(1);
const { roomId } = ROOM;
const member = (n: number): MemberId => memberIdOf(new Uint8Array(16).fill(n));
const box = (mark: number, length = 296) => new Uint8Array(length).fill(mark);
const LARGE = 262_184;
assert(LARGE > MAX_ECHOED_BOX_BYTES);

/** A room with one member here, on a hub with two spokes. */
function hub() {
  const park = fakePark();
  const rig = new RelayRig({}, park);
  const [ana] = rig.members(ROOM, 1) as [RigTab];
  const [oak, elm] = [new FarLink(), new FarLink()];
  for (const link of [oak, elm]) {
    link.beyond = 1;
    link.keepsRoom = true;
    rig.relay.far.attach(roomId, link, false);
  }
  rig.clock.endTurn();
  ana.socket.take();
  const { far } = rig.relay;
  const say = (link: FarLink, from: MemberId, ...marks: number[]) =>
    far.onData(roomId, link, marks.map((mark) => ({ from, box: box(mark) })));
  const heard = (tab: RigTab = ana) => {
    rig.clock.endTurn();
    const marks = tab.socket.entries.map(({ from, box }) => [from, box[0]!] as const);
    tab.socket.take();
    return marks;
  };
  return { park, rig, ana, oak, elm, far, say, heard };
}

/** A spoke with one member here. */
function spoke() {
  const park = fakePark();
  const rig = new RelayRig({}, park);
  const [ben] = rig.members(ROOM, 1) as [RigTab];
  const link = new FarLink();
  const { far } = rig.relay;
  const adoption = {
    roomId,
    joinPublicKey: ROOM.join.publicKey,
    adminFp: ROOM.adminFp,
    roomNonce: new Uint8Array(32).fill(6),
    lastAdminCtr: 10,
    publicFrame: new Uint8Array(153).fill(1),
  };
  assertEquals(far.adopt(adoption), "adopted");
  link.keepsRoom = true;
  far.attach(roomId, link, true);
  rig.clock.endTurn();
  const told = ben.socket.controlsOf("inst");
  ben.socket.take();
  const command = (ctr: number, op: number = ADMIN_OP.delete, args?: Uint8Array) =>
    rigAdminCommand(ROOM.admin, roomId, adoption.roomNonce, ctr, op, args);
  return { park, rig, ben, link, far, adoption, told, command };
}
const answers = (tab: RigTab) =>
  tab.socket.controlsOf("adm").map(({ refusal, lastAdminCtr }) => [refusal, lastAdminCtr]);

Deno.test("[K4] what is said here goes over every link, and what comes over one to the members here and the other links, never back", () => {
  const { ana, oak, elm, say, heard } = hub();
  ana.sayAll(box(1));
  assertEquals([oak.all, elm.all], [[[ana.memberId, 1]], [[ana.memberId, 1]]]);
  assertEquals(heard(), [[ana.memberId, 1]]);
  say(oak, member(7), 2, 3);
  assertEquals(oak.all.length, 1);
  assertEquals(elm.all.slice(1), [[member(7), 2], [member(7), 3]]);
  assertEquals(heard(), [[member(7), 2], [member(7), 3]]);
});

Deno.test("[K4] a bench speaks for members first seen on its link, and for nobody who sits here or behind another link", () => {
  const { ana, oak, elm, far, say, heard } = hub();
  say(oak, member(7), 1);
  assertEquals(heard().length, 1);
  say(elm, member(7), 2);
  say(elm, ana.memberId, 3);
  say(oak, ana.memberId, 4);
  assertEquals(heard(), []);
  assertEquals([oak.all, elm.all], [[], [[member(7), 1]]]);
  // Nor to one alone.
  far.onTo(roomId, elm, member(7), ana.memberId, box(5));
  far.onTo(roomId, elm, ana.memberId, ana.memberId, box(6));
  assertEquals(heard(), []);
});

Deno.test("[K4] a box for one goes to where the member was first seen, and to nobody else", () => {
  const { ana, oak, elm, far, say, heard } = hub();
  say(oak, member(7), 1);
  say(elm, member(8), 2);
  heard();
  ana.sayOne(member(7), box(3));
  assertEquals([oak.one, elm.one], [[[ana.memberId, member(7), 3]], []]);
  // From one spoke to another, through the hub.
  far.onTo(roomId, elm, member(8), member(7), box(4));
  assertEquals(oak.one.at(-1), [member(8), member(7), 4]);
  // To a member here.
  far.onTo(roomId, oak, member(7), ana.memberId, box(5));
  assertEquals(heard(), [[member(7), 5]]);
  // To a stranger, back where it came from, or from somebody else's member: nowhere.
  ana.sayOne(member(99), box(6));
  far.onTo(roomId, oak, member(7), member(99), box(7));
  far.onTo(roomId, oak, member(7), member(7), box(8));
  far.onTo(roomId, elm, member(7), ana.memberId, box(9));
  assertEquals([oak.one.length, elm.one.length, heard()], [2, 0, []]);
});

Deno.test("[K4] a spoke asks its hub about a stranger", () => {
  const { ben, link } = spoke();
  ben.sayOne(member(99), box(1));
  assertEquals(link.one, [[ben.memberId, member(99), 1]]);
});

Deno.test("[K4] LEFT counts only from the bench where the member sits, and goes on to the others", () => {
  const { ana, oak, elm, far, say, heard } = hub();
  say(oak, member(7), 1);
  heard();
  const gone = () => ana.socket.controlsOf("left").map(({ memberId }) => memberId);
  far.onFarLeft(roomId, elm, [member(7)]);
  far.onFarLeft(roomId, oak, [member(8)]);
  far.onFarLeft(roomId, elm, [ana.memberId]);
  assertEquals([gone(), oak.left, elm.left], [[], [], []]);
  far.onFarLeft(roomId, oak, [member(7)]);
  assertEquals([gone(), oak.left, elm.left], [[member(7)], [], [member(7)]]);
  far.onFarLeft(roomId, oak, [member(7)]);
  assertEquals(gone().length, 1);
});

Deno.test("[K4] who leaves here is said over every link, behind what it said", () => {
  const { rig, ana, oak, elm } = hub();
  const bo = rig.tab().join(ROOM);
  bo.sayAll(box(1));
  bo.events.onClose();
  assertEquals([oak.left, elm.left], [[bo.memberId], [bo.memberId]]);
  assertEquals(oak.all, [[bo.memberId, 1]]);
  assertEquals(ana.closedWith, null);
});

Deno.test("[K4] who proves itself here sits here from then on: no link speaks for it", () => {
  const { rig, oak, say, heard } = hub();
  const session = rigSession(900);
  const bo = rig.tab(session);
  say(oak, bo.memberId, 1);
  assertEquals(heard().length, 1);
  bo.join(ROOM);
  heard();
  say(oak, bo.memberId, 2);
  assertEquals(heard(), []);
});

Deno.test("[K5] the number of people counts all benches, as far as links are up", () => {
  const { rig, ana, oak, elm, far } = hub();
  const count = () => {
    rig.clock.endTurn();
    const told = ana.socket.controlsOf("cnt").map(({ count }) => count);
    ana.socket.take();
    return told;
  };
  oak.beyond = 5;
  far.onLinkChanged(roomId);
  assertEquals(count(), [7]);
  far.onLinkChanged(roomId);
  assertEquals(count(), []);
  elm.isUp = false;
  far.onLinkDown(roomId, elm);
  assertEquals(count(), [6]);
  const bo = rig.tab().join(ROOM);
  assertEquals(bo.socket.controlsOf("ok")[0]!.count, 7);
});

Deno.test("[U4] a room that is full over all benches takes nobody more", () => {
  const rig = new RelayRig({ maxMembers: 5 }, fakePark());
  rig.members(ROOM, 2);
  const link = new FarLink();
  link.beyond = 3;
  rig.relay.far.attach(roomId, link, false);
  assertEquals(rig.tab().join(ROOM).closedWith, CLOSE.roomFull);
  link.beyond = 2;
  rig.relay.far.onLinkChanged(roomId);
  assertEquals(rig.tab().join(ROOM).closedWith, null);
});

Deno.test("[U1] on the hub a room lives on with nobody here while people sit behind a link that is up, and what they say goes on", () => {
  const { park, rig, ana, oak, elm, far, say } = hub();
  say(oak, member(7), 1);
  ana.events.onClose();
  rig.clock.endTurn();
  assertEquals(rig.counts.rooms, 1);
  say(oak, member(7), 2);
  assertEquals(elm.all, [[member(7), 1], [member(7), 2]]);
  // Whoever comes back is in the same instance.
  const back = rig.tab().join(ROOM, false);
  assertEquals(back.socket.controlsOf("ok")[0]!.created, false);
  back.events.onClose();
  for (const link of [oak, elm]) {
    link.keepsRoom = false;
    assertEquals(rig.counts.rooms, 1);
    far.onLinkChanged(roomId);
  }
  assertEquals(rig.counts.rooms, 0);
  assertEquals(park.gone, [[roomId, null]]);
  // Nothing that comes afterwards opens it again.
  say(oak, member(7), 3);
  far.onTo(roomId, oak, member(7), member(8), box(4));
  far.onFarLeft(roomId, oak, [member(7)]);
  far.onLinkDown(roomId, oak);
  assertEquals([rig.counts.rooms, elm.all.length], [0, 2]);
});

Deno.test("[U1] on a spoke a room stands while its link does, and goes with it when nobody is here", () => {
  const { rig, ben, link, far } = spoke();
  ben.events.onClose();
  assertEquals(rig.counts.rooms, 1);
  link.keepsRoom = false;
  far.onLinkDown(roomId, link);
  assertEquals(rig.counts.rooms, 0);
});

Deno.test("[U3] a room that is opened again inherits nothing: neither links nor members nor their numbers", () => {
  const { rig, ana, oak, elm, far, say } = hub();
  say(oak, member(7), 1);
  oak.keepsRoom = elm.keepsRoom = false;
  far.onLinkChanged(roomId);
  ana.events.onClose();
  assertEquals(rig.counts.rooms, 0);
  const again = rig.tab().join(ROOM);
  const [ok] = again.socket.controlsOf("ok");
  assertEquals([ok!.created, ok!.count, ok!.isPublic, ok!.publicFrame], [true, 1, false, null]);
  const before = oak.all.length;
  again.sayAll(box(9));
  again.sayOne(member(7), box(9));
  rig.clock.endTurn();
  assertEquals([oak.all.length, elm.all.length, oak.one.length], [before, 1, 0]);
  assertEquals([far.linksOf(roomId), far.hubOf(roomId)], [null, null]);
});

Deno.test("[K8] a large box from here is acknowledged only when every link let go of it", () => {
  const { rig, ana, oak, elm } = hub();
  oak.isStuck = true;
  ana.sayAll(box(1, LARGE));
  rig.clock.advance(1_000);
  assertEquals(ana.socket.controlsOf("ack"), []);
  assertEquals(rig.relay.counts().heldBytes > LARGE, true);
  oak.letGo();
  rig.clock.advance(20);
  assertEquals(ana.socket.controlsOf("ack").map(({ count }) => count), [1]);
  assertEquals([rig.relay.counts().heldBytes, elm.all.length], [0, 1]);
  // A link that went down in the meantime holds up nobody, even if it never let go.
  ana.sayAll(box(2, LARGE));
  rig.clock.advance(100);
  assertEquals(ana.socket.controlsOf("ack").length, 1);
  oak.isUp = false;
  rig.clock.advance(100);
  assertEquals(ana.socket.controlsOf("ack").length, 2);
});

Deno.test("[K7] a large box that came over a link is told to have been taken once the readers here, and the links on, have it", () => {
  const { rig, ana, oak, elm, far } = hub();
  const come = (from: MemberId, mark: number, link = oak) =>
    far.onData(roomId, link, [{ from, box: box(mark, LARGE) }]);
  ana.socket.stick();
  elm.isStuck = true;
  come(member(7), 1);
  // A reader with so much waiting that it holds up whoever sends [D8].
  ana.socket.bufferedBytes = 9 * 1024 * 1024;
  rig.clock.advance(100);
  assertEquals(oak.taken, 0);
  ana.socket.read(Infinity);
  ana.socket.bufferedBytes = 0;
  rig.clock.advance(100);
  assertEquals(oak.taken, 0);
  elm.letGo();
  rig.clock.advance(100);
  assertEquals(oak.taken, 1);
  // What is not heard is done with at once: it must not hold up the other bench's window.
  come(ana.memberId, 2);
  come(member(7), 3, elm);
  assertEquals([oak.taken, elm.taken], [2, 1]);
});

Deno.test("[K7] [U3] large boxes for a room that is gone are done with at once", () => {
  const { far, oak } = hub();
  const other = rigRoom(2);
  far.onData(other.roomId, oak, [{ from: member(7), box: box(1, LARGE) }]);
  assertEquals(oak.taken, 1);
});

Deno.test("[K10] [U5] the hub takes a spoke's admin word as it takes a tab's: does it, tells everybody word for word, and every link", () => {
  const { rig, ana, oak, elm, far } = hub();
  const nonce = far.roomOf(roomId)!.roomNonce;
  const frame = rigAdminCommand(ROOM.admin, roomId, nonce, 5, ADMIN_OP.makePublic);
  far.onAdmin(roomId, oak, frame);
  assertEquals(ana.socket.frames.at(-1), encodeAdminRelayed(frame));
  assertEquals([oak.admin, elm.admin], [[frame], [frame]]);
  assertEquals(far.roomOf(roomId)!.publicFrame, frame);
  // The second copy is nothing, and is told so.
  far.onAdmin(roomId, oak, frame);
  assertEquals(oak.refused, [[5, 5, "stale"]]);
  assertEquals(oak.admin.length, 1);
  const del = rigAdminCommand(ROOM.admin, roomId, nonce, 6);
  far.onAdmin(roomId, elm, del);
  assertEquals([oak.admin.at(-1), elm.admin.at(-1)], [del, del]);
  assertEquals([ana.closedWith, rig.counts.rooms, rig.counts.tombstones], [
    CLOSE.deletedOrMoved,
    0,
    1,
  ]);
});

Deno.test("[K10] what the admin did not sign for this room is told back by its reason, and pairing from a spoke is refused", () => {
  const { park, rig, ana, oak, far } = hub();
  const nonce = far.roomOf(roomId)!.roomNonce;
  const good = rigAdminCommand(ROOM.admin, roomId, nonce, 5);
  const forged = good.slice();
  forged[50]! ^= 1;
  const strange = rigAdminCommand(rigSession(3), roomId, nonce, 6);
  const other = rigAdminCommand(ROOM.admin, roomId, new Uint8Array(32), 7);
  const offer = rigAdminCommand(
    ROOM.admin,
    roomId,
    nonce,
    8,
    ADMIN_OP.pairOffer,
    new Uint8Array(96),
  );
  const rotate = rigAdminCommand(ROOM.admin, roomId, nonce, 9, ADMIN_OP.rotate);
  for (const frame of [forged, strange, other, offer, rotate, good.subarray(0, 152)]) {
    far.onAdmin(roomId, oak, frame);
  }
  assertEquals(oak.refused, [
    [5, 0, "bad-signature"],
    [6, 0, "not-admin"],
    [7, 0, "wrong-room"],
    [8, 0, "on-spoke"],
    [9, 0, "on-spoke"],
  ]);
  assertEquals([oak.admin, park.commands, rig.counts.rooms, ana.closedWith], [[], [], 1, null]);
  assertEquals(far.roomOf(roomId)!.lastAdminCtr, 0);
});

Deno.test("[U5] [K10] what the home refuses to a tab of its own it refuses to a spoke's: a bench that is not linked, a load behind the word", () => {
  const { park, rig, ana, oak, far } = hub();
  const nonce = far.roomOf(roomId)!.roomNonce;
  const command = (ctr: number, op: number, argsBytes: number) =>
    rigAdminCommand(ROOM.admin, roomId, nonce, ctr, op, new Uint8Array(argsBytes));
  const refused: readonly [number, number, string][] = [
    [ADMIN_OP.unpair, 16, "wrong-bench"],
    [ADMIN_OP.unpair, 15, "malformed"],
    [ADMIN_OP.makePublic, 1, "malformed"],
  ];
  for (const [i, [op, argsBytes]] of refused.entries()) {
    far.onAdmin(roomId, oak, command(5 + i, op, argsBytes));
  }
  assertEquals(oak.refused, refused.map(([, , why], i) => [5 + i, 0, why] as const));
  park.isOpen = false;
  far.onAdmin(roomId, oak, command(9, ADMIN_OP.makePublic, 0));
  assertEquals(oak.refused.at(-1), [9, 0, "no-park"]);
  // Nothing of it was done, told or counted.
  assertEquals([park.unpaired, oak.admin, ana.socket.frames], [[], [], []]);
  assertEquals([far.roomOf(roomId)!.lastAdminCtr, rig.counts.rooms], [0, 1]);
  park.isLinked = true;
  far.onAdmin(roomId, oak, command(10, ADMIN_OP.unpair, 16));
  assertEquals([park.unpaired.length, oak.refused.length], [1, refused.length + 1]);
});

Deno.test("[M9] admin words over one link are taken at two a second, ten at once", () => {
  const { oak, far } = hub();
  const forged = rigAdminCommand(rigSession(3), roomId, new Uint8Array(32), 1);
  for (let i = 0; i < 50; i++) far.onAdmin(roomId, oak, forged);
  assertEquals(oak.refused.length, 10);
});

Deno.test("[K10] [U5] on a spoke a checked command goes up; the answer comes when the home has done it, or says why not", () => {
  const { ben, link, far, command } = spoke();
  const frame = command(11);
  ben.events.onBinary(adminMessage(frame));
  assertEquals([link.admin, answers(ben), ben.closedWith], [[frame], [], null]);
  far.onRefused(roomId, link, 99, 99, "stale");
  assertEquals(answers(ben), []);
  far.onRefused(roomId, link, 11, 30, "stale");
  assertEquals(answers(ben), [["stale", 30]]);
  // An answer is given once.
  far.onRefused(roomId, link, 11, 30, "stale");
  assertEquals(answers(ben).length, 1);
  const again = command(31);
  ben.events.onBinary(adminMessage(again));
  far.onAdmin(roomId, link, again);
  assertEquals(answers(ben).at(-1), [null, 31]);
  assertEquals(ben.closedWith, CLOSE.deletedOrMoved);
});

Deno.test("[K10] on a spoke only what its hub sends down takes effect, and only under the admin's signature", () => {
  const { rig, ben, link, far, command } = spoke();
  const other = new FarLink();
  far.attach(roomId, other, false);
  far.onAdmin(roomId, other, command(12));
  assertEquals(rig.counts.rooms, 1);
  const forged = command(12);
  forged[50]! ^= 1;
  far.onAdmin(roomId, link, forged);
  far.onAdmin(roomId, link, command(10));
  assertEquals([rig.counts.rooms, ben.closedWith, link.refused], [1, null, []]);
  // It is not sent on: who hears it here heard it from the home, as everybody.
  far.onAdmin(roomId, link, command(13, ADMIN_OP.makePublic));
  assertEquals([link.admin, other.admin], [[], []]);
});

Deno.test("[U5] pairing on a spoke is refused, and so is anything while the hub is away", () => {
  const { park, ben, link, command } = spoke();
  for (const op of [ADMIN_OP.pairOffer, ADMIN_OP.pairCancel]) {
    ben.events.onBinary(adminMessage(command(20 + op, op, new Uint8Array(96))));
    assertEquals(answers(ben).at(-1), ["on-spoke", 10]);
  }
  link.isUp = false;
  ben.events.onBinary(adminMessage(command(40)));
  assertEquals(answers(ben).at(-1), ["hub-away", 10]);
  assertEquals([link.admin, park.commands], [[], []]);
});

Deno.test("[U2] an adopted room tells its tabs nonce, counter and the admin's word, after what was said before", () => {
  const park = fakePark();
  const rig = new RelayRig({}, park);
  const [ben, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
  bo.sayAll(box(1));
  const adoption = {
    roomId,
    joinPublicKey: ROOM.join.publicKey,
    adminFp: ROOM.adminFp,
    roomNonce: new Uint8Array(32).fill(6),
    lastAdminCtr: 10,
    publicFrame: new Uint8Array(153).fill(1),
  };
  rig.relay.far.adopt(adoption);
  const kinds = ben.socket.sent.map((message) => typeof message);
  assertEquals(kinds, ["object", "string"]);
  const { roomNonce, lastAdminCtr, publicFrame } = adoption;
  assertEquals(ben.socket.controlsOf("inst"), [{
    t: "inst",
    roomNonce,
    lastAdminCtr,
    publicFrame,
  }]);
  // The former instance's commands are void.
  const late = rig.tab().join(ROOM, false).socket.controlsOf("ok")[0]!;
  assertEquals([late.roomNonce, late.lastAdminCtr, late.isPublic], [roomNonce, 10, true]);
});

Deno.test("[U6] after its link ended a spoke's room is a room of its own, with nonce and publicness as they were", () => {
  const { rig, ben, link, far, adoption, command } = spoke();
  far.onData(roomId, link, [{ from: member(7), box: box(1) }]);
  far.detach(roomId, link);
  rig.clock.endTurn();
  assertEquals(ben.socket.controlsOf("left").map(({ memberId }) => memberId), [member(7)]);
  const room = far.roomOf(roomId)!;
  assertEquals([room.roomNonce, room.publicFrame, room.farCount], [
    adoption.roomNonce,
    adoption.publicFrame,
    0,
  ]);
  assertEquals(far.hubOf(roomId), null);
  // The admin's next command takes effect here, by itself.
  ben.events.onBinary(adminMessage(command(11)));
  assertEquals([ben.closedWith, link.admin], [CLOSE.deletedOrMoved, []]);
});

Deno.test("[K5] when a link falls silent its members are said to be gone; heard again, they are still its members", () => {
  const { rig, ana, oak, elm, far, say, heard } = hub();
  say(oak, member(7), 1);
  heard();
  oak.isUp = false;
  far.onLinkDown(roomId, oak);
  assertEquals(ana.socket.controlsOf("left").map(({ memberId }) => memberId), [member(7)]);
  assertEquals([oak.left, elm.left], [[], [member(7)]]);
  // Said once, however often the other bench says that it hears nothing.
  far.onLinkDown(roomId, oak);
  far.detach(roomId, new FarLink());
  assertEquals([ana.socket.controlsOf("left").length, elm.left.length], [1, 1]);
  oak.isUp = true;
  far.onLinkChanged(roomId);
  say(elm, member(7), 2);
  assertEquals(heard(), []);
  say(oak, member(7), 3);
  assertEquals(heard(), [[member(7), 3]]);
  assertEquals(rig.counts.rooms, 1);
});

Deno.test("[K4] five thousand frames of a hostile spoke: nobody here is spoken for, nothing throws, and what is remembered is bounded", () => {
  const { rig, ana, oak, elm, far, say, heard } = hub();
  say(elm, member(200), 1);
  heard();
  for (let n = 0; n < 5_000; n++) {
    const from = memberIdOf(new Uint8Array(new Uint32Array([n + 1, 0, 0, 0]).buffer));
    say(oak, n % 5 === 0 ? ana.memberId : n % 5 === 1 ? member(200) : from, 2);
    far.onFarLeft(roomId, oak, [n % 2 === 0 ? member(200) : from]);
    if (n % 500 === 0) {
      rig.clock.advance(1_000);
      for (const [who] of heard()) assert(who !== ana.memberId && who !== member(200));
    }
  }
  say(elm, member(200), 3);
  assertEquals(heard().some(([who, mark]) => who === member(200) && mark === 3), true);
  assertEquals([rig.faults, rig.counts.rooms], [0, 1]);
});

Deno.test("[Q7] a small box cut from a long frame, or from the piece it came in here, keeps nothing of the rest while it waits at a link", () => {
  const { ana, oak, elm, far, heard } = hub();
  const frame = new Uint8Array(262_144).fill(5);
  far.onData(roomId, oak, [{ from: member(7), box: frame.subarray(20, 20 + 296) }]);
  assertEquals([elm.all, elm.keptBytes], [[[member(7), 5]], 296]);
  // What holds little else is not copied: here its op byte.
  ana.events.onBinary(encodeToAll(box(6)));
  assertEquals([elm.keptBytes, oak.keptBytes], [296 + 297, 297]);
  const piece = new Uint8Array(65_536);
  piece.set(encodeToAll(box(7)), 100);
  ana.events.onBinary(piece.subarray(100, 100 + 297));
  assertEquals([elm.keptBytes, oak.keptBytes], [296 + 297 + 296, 297 + 296]);
  assertEquals(heard().map(([, mark]) => mark), [5, 6, 7]);
});

Deno.test("[K13] boxes in the name of people here are counted although nobody hears them: a link cannot bring them for nothing", () => {
  const { rig, ana, oak, far, say, heard } = hub();
  say(oak, member(7), 1);
  assertEquals(heard().length, 1);
  for (let n = 0; n < 200; n++) {
    far.onData(roomId, oak, [{ from: ana.memberId, box: box(2, LARGE) }]);
  }
  say(oak, member(7), 3);
  assertEquals([heard(), oak.taken], [[], 200]);
  rig.clock.advance(60_000);
  say(oak, member(7), 4);
  assertEquals(heard(), [[member(7), 4]]);
});

Deno.test("[K13] a lying home that sends words without end is looked at ten times a second, fifty at once; a true one then still takes effect", () => {
  const { rig, ben, link, far, command } = spoke();
  const before = rig.looks;
  const frame = command(11);
  frame[40]! ^= 1;
  for (let n = 0; n < 500; n++) far.onAdmin(roomId, link, frame);
  assertEquals(rig.looks - before, 50);
  rig.clock.advance(1_000);
  for (let n = 0; n < 500; n++) far.onAdmin(roomId, link, frame);
  assertEquals(rig.looks - before, 60);
  rig.clock.advance(1_000);
  far.onAdmin(roomId, link, command(11));
  assertEquals(ben.closedWith, CLOSE.deletedOrMoved);
});
