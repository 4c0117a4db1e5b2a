// [J1] to [J8] and section 6: who gets in, what everybody is told, and that nothing is left behind. Sockets in memory,
// a clock moved by hand.

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  BEAT,
  BEAT_EVERY_MS,
  CLOSE,
  encodeJoin,
  HANDSHAKE_MS,
  type Join,
  LIMITS,
  parseTabControl,
} from "../../lib/wire/mod.ts";
import {
  adminMessage,
  RelayRig,
  rigAdminCommand,
  rigRoom,
  rigSession,
  type RigTab,
  roomNonceOf,
} from "../support/relay_rig.ts";

const ROOM = rigRoom(1);
const OTHER_ROOM = rigRoom(2);
const BOX = new Uint8Array(296);

type Lie = (join: Omit<Join, "t">, tab: RigTab) => Omit<Join, "t">;
const flip = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
  const out = bytes.slice();
  out[0]! ^= 1;
  return out;
};
/** Joins that prove nothing, each in its own way. */
const LIES: Readonly<Record<string, Lie>> = {
  "no key of the room": (join) => ({
    ...join,
    joinSignature: rigSession(404).signSync(new Uint8Array(9)),
  }),
  "zeros for a signature": (join) => ({ ...join, joinSignature: new Uint8Array(64) }),
  "a flipped join signature": (join) => ({ ...join, joinSignature: flip(join.joinSignature) }),
  "a flipped session signature": (join) => ({
    ...join,
    sessionSignature: flip(join.sessionSignature),
  }),
  "another session's key": (join) => ({ ...join, signPublicKey: rigSession(404).publicKey }),
  "a join key that the id does not follow from": (join) => ({
    ...join,
    joinPublicKey: rigSession(404).publicKey,
  }),
  "another admin": (join) => ({ ...join, adminFp: flip(join.adminFp) }),
  "a proof for another room": (_, tab) => ({
    ...tab.newJoin(OTHER_ROOM, true),
    roomId: ROOM.roomId,
  }),
  "a proof for another origin": (_, tab) => tab.newJoin(ROOM, true, "https://evil.example"),
};

Deno.test("[J1] the bench speaks first: hi with a nonce that no other connection gets", () => {
  const rig = new RelayRig();
  const nonces = Array.from({ length: 50 }, () => rig.tab().connNonce.toHex());
  assertEquals(new Set(nonces).size, 50);
});

Deno.test("[J6] a proved join enters: ok to the newcomer, the head count to all, once a turn", () => {
  const rig = new RelayRig();
  const [ana] = rig.members(ROOM, 1) as [RigTab];
  const bo = rig.tab().join(ROOM, false);
  const cy = rig.tab().join(ROOM, false);
  const [ok] = bo.socket.controlsOf("ok");
  assertEquals(ok!.memberId, bo.memberId);
  assertEquals([ok!.count, ok!.created, ok!.isPublic, ok!.lastAdminCtr], [2, false, false, 0]);
  assertEquals(bo.socket.controls.map(({ t }) => t), ["ok"]);
  assertEquals(cy.socket.controlsOf("ok")[0]!.roomNonce, ok!.roomNonce);
  assertEquals(rig.clock.endTurn(), 1);
  for (const tab of [ana, bo, cy]) {
    assertEquals(tab.socket.controlsOf("cnt").map(({ count }) => count), [3]);
  }
  assertEquals(rig.clock.endTurn(), 0);
});

Deno.test("[J5] without the proof the answer is 4401, alike for a room that is, was, is full or never was", () => {
  for (const [name, lie] of Object.entries(LIES)) {
    const answers: unknown[] = [];
    const worlds: Readonly<Record<string, (rig: RelayRig) => void>> = {
      "never was": () => {},
      "is there": (rig) => void rig.members(ROOM, 2),
      "is full": (rig) => void rig.members(ROOM, LIMITS.maxMembers),
      "is over": (rig) => rig.members(ROOM, 1)[0]!.events.onClose(),
      "was deleted": (rig) => {
        const [ana] = rig.members(ROOM, 1) as [RigTab];
        const frame = rigAdminCommand(ROOM.admin, ROOM.roomId, roomNonceOf(rig, ROOM), 1);
        ana.events.onBinary(adminMessage(frame));
        assertEquals(rig.counts.tombstones, 1);
      },
    };
    for (const arrange of Object.values(worlds)) {
      const rig = new RelayRig();
      arrange(rig);
      rig.clock.endTurn();
      for (const create of [false, true]) {
        const before = rig.counts;
        const tab = rig.tab(rigSession(7_777));
        const join = lie({ ...tab.newJoin(ROOM, create), create }, tab);
        const looksBefore = rig.looks;
        tab.events.onText(encodeJoin({ ...join, create }));
        answers.push({
          closedWith: tab.closedWith,
          said: tab.socket.take(),
          // The same work too: as many signatures looked at, nothing put off to the end of the turn.
          looks: rig.looks - looksBefore,
          putOff: rig.clock.endTurn(),
        });
        assertEquals(rig.counts, before);
      }
    }
    assertEquals((answers[0] as { closedWith: number }).closedWith, CLOSE.proofFailed, name);
    for (const answer of answers) assertEquals(answer, answers[0], name);
  }
});

Deno.test("[J5] a refused join disturbs nobody: no member hears of it, and no turn is flushed early", () => {
  const rig = new RelayRig();
  const [ana, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
  ana.sayAll(BOX);
  const stranger = rig.tab();
  stranger.events.onText(encodeJoin(LIES["zeros for a signature"]!(
    stranger.newJoin(ROOM, true),
    stranger,
  )));
  assertEquals([ana.socket.sent, bo.socket.sent], [[], []]);
  rig.clock.endTurn();
  assertEquals([ana.socket.sent.length, bo.socket.sent.length], [1, 1]);
});

Deno.test("[J6] [R2] with the proof and c:0 a room that is not there is 4404, and none is made", () => {
  const rig = new RelayRig();
  const tab = rig.tab().join(ROOM, false);
  assertEquals(tab.closedWith, CLOSE.noSuchRoom);
  assertEquals(tab.socket.sent, []);
  assertEquals(rig.counts, { rooms: 0, sockets: 0, tombstones: 0 });
  assertEquals(rig.clock.timers, 0);
});

Deno.test("[R3] the first comer gains nothing: it cannot delete, and the admin who comes second can", () => {
  const rig = new RelayRig();
  const [squatter] = rig.members(ROOM, 1) as [RigTab];
  const nonce = roomNonceOf(rig, ROOM);
  squatter.socket.take();
  // Everything that it has: K, its session key, a seed of its own, and the admin's fingerprint out of the link.
  for (const signer of [squatter.session, ROOM.join, rigRoom(3).admin]) {
    squatter.events.onBinary(adminMessage(rigAdminCommand(signer, ROOM.roomId, nonce, 5)));
  }
  assertEquals(squatter.socket.controlsOf("adm").map(({ refusal }) => refusal), [
    "not-admin",
    "not-admin",
    "not-admin",
  ]);
  const admin = rig.tab().join(ROOM, true);
  assertEquals(admin.socket.controlsOf("ok")[0]!.created, false);
  admin.events.onBinary(adminMessage(rigAdminCommand(ROOM.admin, ROOM.roomId, nonce, 1)));
  assertEquals([squatter.closedWith, admin.closedWith], [
    CLOSE.deletedOrMoved,
    CLOSE.deletedOrMoved,
  ]);
});

Deno.test("[J6] [R4] a full room is 4431 to one more, and its own member may come back into it", () => {
  const rig = new RelayRig();
  const members = rig.members(ROOM, LIMITS.maxMembers);
  const late = rig.tab().join(ROOM, true);
  assertEquals(late.closedWith, CLOSE.roomFull);
  assertEquals(late.socket.sent, []);
  const back = rig.tab(members[9]!.session).join(ROOM, false);
  assertEquals(back.closedWith, null);
  assertEquals(back.socket.controlsOf("ok")[0]!.count, LIMITS.maxMembers);
  assertEquals(members[9]!.closedWith, CLOSE.replaced);
  assertEquals(members[8]!.socket.sent, []);
});

Deno.test("[J6] [R5] a newer socket of the same page replaces the older one, and nobody hears that it left", () => {
  const rig = new RelayRig();
  const [ana, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
  const again = rig.tab(ana.session).join(ROOM, false);
  assertEquals(ana.closedWith, CLOSE.replaced);
  assertEquals(again.memberId, ana.memberId);
  // Its end comes later, and more may come out of it before.
  ana.sayAll(BOX);
  ana.events.onText(BEAT);
  ana.events.onClose();
  rig.clock.endTurn();
  assertEquals(bo.socket.controlsOf("left"), []);
  assertEquals(bo.socket.entries, []);
  assertEquals(ana.socket.sent, []);
  assertEquals(rig.counts, { rooms: 1, sockets: 2, tombstones: 0 });
  bo.sayAll(BOX);
  rig.clock.endTurn();
  assertEquals(again.socket.entries.length, 1);
});

Deno.test("[J4] a member cannot push another out by its id: without the session key there is no joining under it", () => {
  const rig = new RelayRig();
  const [ana, eve] = rig.members(ROOM, 2) as [RigTab, RigTab];
  const forged = rig.tab(eve.session);
  const join = forged.newJoin(ROOM, true);
  forged.events.onText(encodeJoin({ ...join, signPublicKey: ana.session.publicKey }));
  assertEquals(forged.closedWith, CLOSE.proofFailed);
  assertEquals(ana.closedWith, null);
});

Deno.test("[J3] a join that was overheard is no proof on another connection, nor a second time on a new one", () => {
  const rig = new RelayRig();
  const ana = rig.tab();
  const overheard = encodeJoin(ana.newJoin(ROOM, true));
  const thief = rig.tab();
  thief.events.onText(overheard);
  assertEquals(thief.closedWith, CLOSE.proofFailed);
  ana.events.onText(overheard);
  assertEquals(ana.closedWith, null);
  const later = rig.tab();
  later.events.onText(overheard);
  assertEquals([later.closedWith, ana.closedWith], [CLOSE.proofFailed, null]);
});

Deno.test("[J3] a lying bench that passes this bench's nonce on to a tab gets nothing: the tab signs its own origin", () => {
  const rig = new RelayRig();
  const proxy = rig.tab(rigSession(1), "https://bench.example");
  // The victim's page came from the liar, so its T names the liar's origin.
  proxy.events.onText(encodeJoin(proxy.newJoin(ROOM, true, "https://liar.example")));
  assertEquals(proxy.closedWith, CLOSE.proofFailed);
});

Deno.test("[J1] before the join anything but a join or a beat is 4400", () => {
  const texts = ["", "x", "{}", '{"t":"left"}', '{"t":"ok"}', "[]", "x".repeat(5_000)];
  for (const text of texts) {
    const rig = new RelayRig();
    const tab = rig.tab();
    tab.events.onText(text);
    assertEquals(tab.closedWith, CLOSE.malformed, text.slice(0, 20));
    assertEquals(rig.clock.timers, 0);
  }
  const rig = new RelayRig();
  const binary = rig.tab();
  binary.sayAll(BOX);
  assertEquals(binary.closedWith, CLOSE.malformed);
  const beating = rig.tab();
  beating.events.onText(BEAT);
  assertEquals([beating.closedWith, beating.socket.sent], [null, [BEAT]]);
});

Deno.test("[J1] a second join is 4400, to the same room or another, and the member is gone by it", () => {
  for (const room of [ROOM, OTHER_ROOM]) {
    const rig = new RelayRig();
    const [ana, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
    ana.events.onText(encodeJoin(ana.newJoin(room, true)));
    assertEquals(ana.closedWith, CLOSE.malformed);
    assertEquals(bo.socket.controlsOf("left").map(({ memberId }) => memberId), [ana.memberId]);
    assertEquals(rig.counts.rooms, 1);
  }
});

Deno.test("[J7] a socket that has not joined after 5 s is 4408, to the millisecond, whatever it said meanwhile", () => {
  const rig = new RelayRig();
  const idle = rig.tab();
  const member = rig.tab().join(ROOM);
  rig.clock.advance(HANDSHAKE_MS - 1);
  idle.events.onText(BEAT);
  assertEquals(idle.closedWith, null);
  rig.clock.advance(1);
  assertEquals([idle.closedWith, member.closedWith], [CLOSE.handshakeTimeout, null]);
  idle.events.onText(encodeJoin(idle.newJoin(ROOM, true)));
  assertEquals(rig.counts.sockets, 1);
});

Deno.test("[C6] every socket hears a beat every 25 s, and one that asks hears one at once", () => {
  const rig = new RelayRig();
  const [ana, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
  rig.clock.advance(BEAT_EVERY_MS - 1);
  assertEquals(ana.socket.sent, []);
  rig.clock.advance(1);
  assertEquals([ana.socket.take(), bo.socket.take()], [[BEAT], [BEAT]]);
  rig.clock.advance(BEAT_EVERY_MS * 3);
  assertEquals(ana.socket.take(), [BEAT, BEAT, BEAT]);
  bo.socket.take();
  bo.events.onText(BEAT);
  assertEquals([ana.socket.sent, bo.socket.sent], [[], [BEAT]]);
});

Deno.test("left names the member whose socket is gone, after what it had said, and the count follows", () => {
  const rig = new RelayRig();
  const [ana, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
  ana.sayAll(BOX);
  ana.events.onClose();
  assertEquals(bo.socket.sent.length, 2);
  assertEquals(bo.socket.frames.length, 1);
  assertEquals(bo.socket.sent[1], JSON.stringify({ t: "left", m: ana.memberId }));
  rig.clock.endTurn();
  assertEquals(bo.socket.controlsOf("cnt").map(({ count }) => count), [1]);
});

Deno.test("[R6] the last leave forgets the room in the same tick: before the turn ends nothing of it is left", () => {
  const rig = new RelayRig();
  const ana = rig.tab().join(ROOM);
  ana.sayAll(BOX);
  ana.events.onClose();
  assertEquals(rig.counts, { rooms: 0, sockets: 0, tombstones: 0 });
  assertEquals(rig.clock.timers, 0);
  // In the same turn: another instance, and nothing of the former queue or count comes out in it.
  const bo = rig.tab().join(ROOM);
  rig.clock.endTurn();
  assertEquals(bo.socket.entries, []);
  assertEquals(bo.socket.controlsOf("cnt").map(({ count }) => count), [1]);
});

Deno.test("[R8] a room that is opened again has another nonce and its counter from the start", () => {
  const rig = new RelayRig();
  const first = rig.tab().join(ROOM);
  const before = first.socket.controlsOf("ok")[0]!;
  first.events.onClose();
  const after = rig.tab().join(ROOM).socket.controlsOf("ok")[0]!;
  assertNotEquals(before.roomNonce, after.roomNonce);
  assertEquals([after.created, after.lastAdminCtr], [true, 0]);
});

Deno.test("two who join in the same turn with c:1 are in one room, whoever was first", () => {
  const rig = new RelayRig();
  const [ana, bo] = [rig.tab().join(ROOM, true), rig.tab().join(ROOM, true)];
  const oks = [ana, bo].map(({ socket }) => socket.controlsOf("ok")[0]!);
  assertEquals(oks.map(({ created }) => created), [true, false]);
  assertEquals(oks[0]!.roomNonce, oks[1]!.roomNonce);
  assertEquals(rig.counts.rooms, 1);
});

Deno.test("closeAll() closes every socket with its code and leaves no room, no socket and no timer", () => {
  const rig = new RelayRig();
  const members = [...rig.members(ROOM, 5), ...rig.members(OTHER_ROOM, 5)];
  const idle = rig.tab();
  const nonce = roomNonceOf(rig, OTHER_ROOM);
  const frame = rigAdminCommand(OTHER_ROOM.admin, OTHER_ROOM.roomId, nonce, 1);
  members[9]!.events.onBinary(adminMessage(frame));
  members[1]!.socket.bufferedBytes = 2_000_000;
  members[0]!.sayAll(new Uint8Array(262_184));
  members[0]!.sayAll(BOX);
  // A deadline, the beat, the looks for silence and for slow readers, the tombstone and the acknowledgements.
  assertEquals(rig.clock.timers, 6);
  rig.relay.closeAll(CLOSE.shuttingDown);
  for (const tab of [...members.slice(0, 5), idle]) {
    assertEquals(tab.closedWith, CLOSE.shuttingDown);
  }
  assertEquals(rig.clock.timers, 0);
  assertEquals([rig.counts.rooms, rig.counts.sockets], [0, 0]);
  rig.clock.endTurn();
  for (const tab of members) tab.events.onClose();
  rig.clock.advance(10 * BEAT_EVERY_MS);
  assertEquals([rig.clock.timers, rig.clock.endTurn()], [0, 0]);
});

Deno.test("[R9] nothing that comes out of a closed socket does anything", () => {
  const rig = new RelayRig();
  const [ana, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
  ana.events.onText("{");
  assertEquals(ana.closedWith, CLOSE.malformed);
  rig.clock.endTurn();
  bo.socket.take();
  const before = rig.counts;
  ana.sayAll(BOX);
  ana.sayAll(new Uint8Array(7));
  ana.events.onBinary(new Uint8Array(300_000));
  ana.events.onText("{");
  ana.events.onText(encodeJoin(ana.newJoin(ROOM, true)));
  ana.events.onClose();
  ana.events.onClose();
  assertEquals(rig.clock.endTurn(), 0);
  assertEquals(bo.socket.sent, []);
  assertEquals(rig.counts, before);
  assertEquals(ana.socket.closes, [CLOSE.malformed]);
});

Deno.test("the rig's own joins are what a tab sends", () => {
  const rig = new RelayRig();
  const join = rig.tab().newJoin(ROOM, true);
  assert(parseTabControl(encodeJoin(join)) !== null);
});
