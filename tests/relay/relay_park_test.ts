// What tabs ask of other benches, at the relay: making a room public, offers, labels and pairing pages, each with its bounds; and what a
// newcomer hears of them. The park is in the test's hand.

import { assert, assertEquals } from "@std/assert";
import { ADMIN_OP } from "../../lib/proof/mod.ts";
import {
  CLOSE,
  encodeAdminRelayed,
  encodeJoin,
  encodeParkControl,
  encodeParkRequest,
  PAIRING_SOCKET_MS,
  PAIRINGS_BURST,
  type ParkRequest,
} from "../../lib/wire/mod.ts";
import { fakePark } from "../support/fake_park.ts";
import {
  adminMessage,
  RelayRig,
  rigAdminCommand,
  rigRoom,
  type RigTab,
  roomNonceOf,
} from "../support/relay_rig.ts";

const ROOM = rigRoom(1);
const WHO = encodeParkRequest({ t: "who", label: "oak" });
const BEGIN: ParkRequest = {
  t: "pair_begin",
  hubSignPublicKey: new Uint8Array(32).fill(1),
  hubBoxPublicKey: new Uint8Array(32).fill(2),
  tokenHash: new Uint8Array(32).fill(3),
  operatorToken: "",
};
const CLAIM: ParkRequest = {
  t: "pair_claim",
  claimPublicKey: new Uint8Array(32).fill(4),
  signature: new Uint8Array(64).fill(5),
};

function twoInRoom() {
  const park = fakePark();
  const rig = new RelayRig({}, park);
  const [ana, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
  const nonce = roomNonceOf(rig, ROOM);
  for (const tab of [ana, bo]) tab.socket.take();
  const act = (ctr: number, op: number, args?: Uint8Array, tab = ana) => {
    const frame = rigAdminCommand(ROOM.admin, ROOM.roomId, nonce, ctr, op, args);
    tab.events.onBinary(adminMessage(frame));
    return frame;
  };
  const answers = () =>
    ana.socket.controlsOf("adm").map(({ refusal, lastAdminCtr }) => [refusal, lastAdminCtr]);
  return { park, rig, ana, bo, act, answers };
}
function fromAddress(rig: RelayRig, address = "192.0.2.1"): RigTab {
  const tab = rig.tabFrom(address);
  if (typeof tab === "number") throw new Error(`refused with ${tab}`);
  return tab;
}

Deno.test("[A6] [A8] MAKE_PUBLIC is relayed word for word, kept, and shown in ok to who comes later; there is no way back", () => {
  const { park, rig, ana, bo, act, answers } = twoInRoom();
  park.links = encodeParkControl({ t: "links", benches: [], isParkUp: true });
  const before = rig.tab().join(ROOM).socket.controlsOf("ok")[0]!;
  assertEquals([before.isPublic, before.publicFrame], [false, null]);
  const frame = act(5, ADMIN_OP.makePublic);
  assertEquals(answers(), [[null, 5]]);
  for (const tab of [ana, bo]) {
    assertEquals(tab.socket.frames.at(-1), encodeAdminRelayed(frame));
    assertEquals(tab.socket.controlsOf("links").length, 1);
  }
  const late = rig.tab().join(ROOM);
  const [ok] = late.socket.controlsOf("ok");
  assertEquals([ok!.isPublic, ok!.publicFrame, ok!.lastAdminCtr], [true, frame, 5]);
  assertEquals(late.socket.controlsOf("links").length, 1);
  // Whatever the admin signs afterwards, it stays so.
  for (let op = 0; op < 12; op++) if (op !== ADMIN_OP.delete) act(10 + op, op);
  assertEquals(rig.relay.far.roomOf(ROOM.roomId)!.publicFrame !== null, true);
});

Deno.test("[A8] MAKE_PUBLIC is refused where the bench does not pair, and moves no counter", () => {
  const { park, bo, act, answers } = twoInRoom();
  park.isOpen = false;
  act(5, ADMIN_OP.makePublic);
  act(6, ADMIN_OP.makePublic, new Uint8Array(1));
  assertEquals(answers(), [["no-park", 0], ["malformed", 0]]);
  assertEquals(bo.socket.frames, []);
});

Deno.test("[A8] [U3] a room that ended and is opened again is private, though its admin is the same", () => {
  const { rig, ana, bo, act } = twoInRoom();
  act(5, ADMIN_OP.makePublic);
  for (const tab of [ana, bo]) tab.events.onClose();
  const [ok] = rig.tab().join(ROOM).socket.controlsOf("ok");
  assertEquals([ok!.isPublic, ok!.publicFrame, ok!.lastAdminCtr], [false, null, 0]);
});

Deno.test("[A6] [T2] offers are for the bench alone: only in a public room, never relayed, and refused in the park's words", () => {
  const { park, bo, ana, act, answers } = twoInRoom();
  for (const op of [ADMIN_OP.pairOffer, ADMIN_OP.pairCancel]) act(op, op);
  assertEquals([answers(), park.commands], [[["not-public", 0], ["not-public", 0]], []]);
  act(10, ADMIN_OP.makePublic);
  bo.socket.take();
  const offer = act(11, ADMIN_OP.pairOffer, new Uint8Array(96));
  act(12, ADMIN_OP.pairCancel, new Uint8Array(32));
  assertEquals(park.commands, [
    [ROOM.roomId, ADMIN_OP.pairOffer, ana.memberId],
    [ROOM.roomId, ADMIN_OP.pairCancel, ana.memberId],
  ]);
  assertEquals(park.frames[0], offer);
  assertEquals(answers().slice(-2), [[null, 11], [null, 12]]);
  for (const why of ["park-away", "too-many", "spent", "wrong-bench", "no-park"] as const) {
    park.answer = why;
    act(20, ADMIN_OP.pairOffer, new Uint8Array(96));
    // What is refused moves no counter.
    assertEquals(answers().at(-1), [why, 12]);
  }
  assertEquals([bo.socket.frames, bo.socket.controlsOf("adm")], [[], []]);
});

Deno.test("[T2] the frame that the park keeps is its own: later changes of the message change nothing", () => {
  const { park, rig, ana } = twoInRoom();
  const nonce = roomNonceOf(rig, ROOM);
  const act = (ctr: number, op: number) => {
    const frame = rigAdminCommand(ROOM.admin, ROOM.roomId, nonce, ctr, op, new Uint8Array(0));
    const message = adminMessage(frame);
    ana.events.onBinary(message);
    message.fill(0);
    return frame;
  };
  const made = act(1, ADMIN_OP.makePublic);
  const offer = act(2, ADMIN_OP.pairOffer);
  assertEquals(park.frames[0], offer);
  assertEquals(rig.relay.far.roomOf(ROOM.roomId)!.publicFrame, made);
});

Deno.test("[A6] UNPAIR is relayed word for word and done, if there is such a link; else refused", () => {
  const { park, ana, bo, act, answers } = twoInRoom();
  const fp = new Uint8Array(16).fill(9);
  act(3, ADMIN_OP.unpair, fp);
  assertEquals([answers(), park.unpaired, bo.socket.frames], [[["wrong-bench", 0]], [], []]);
  park.isLinked = true;
  const frame = act(4, ADMIN_OP.unpair, fp);
  assertEquals([answers().at(-1), park.unpaired], [[null, 4], [[ROOM.roomId, fp]]]);
  for (const tab of [ana, bo]) assertEquals(tab.socket.frames, [encodeAdminRelayed(frame)]);
});

Deno.test("[U3] [K11] the park hears of a room's end: with the admin's DELETE, or without a word", () => {
  const { park, ana, bo, act } = twoInRoom();
  const frame = act(7, ADMIN_OP.delete);
  assertEquals(park.gone, [[ROOM.roomId, frame]]);
  const other = twoInRoom();
  for (const tab of [other.ana, other.bo]) tab.events.onClose();
  assertEquals(other.park.gone, [[ROOM.roomId, null]]);
  assertEquals([ana.closedWith, bo.closedWith], [CLOSE.deletedOrMoved, CLOSE.deletedOrMoved]);
});

Deno.test("[K5] the park hears when somebody comes or goes here", () => {
  const { park, rig, bo } = twoInRoom();
  const before = park.counted.length;
  rig.tab().join(ROOM);
  bo.events.onClose();
  assertEquals(park.counted.length, before + 2);
});

Deno.test("[J1] a label is asked for from a room, a pairing begun from no room; anything else is 4400", () => {
  const { park, rig, ana } = twoInRoom();
  ana.events.onText(WHO);
  assertEquals(park.requests.map(([asker, request]) => [asker.roomId, request.t]), [
    [ROOM.roomId, "who"],
  ]);
  const page = rig.tab();
  page.events.onText(encodeParkRequest(BEGIN));
  page.events.onText(encodeParkRequest(CLAIM));
  assertEquals(park.requests.slice(1).map(([asker, request]) => [asker.roomId, request]), [
    [null, BEGIN],
    [null, CLAIM],
  ]);
  assertEquals(page.closedWith, null);
  const cases: readonly [RigTab, string][] = [
    [rig.tab(), WHO],
    [rig.tab().join(ROOM), encodeParkRequest(BEGIN)],
    [rig.tab().join(ROOM), encodeParkRequest(CLAIM)],
    [page, encodeParkRequest(BEGIN)],
  ];
  for (const [tab, text] of cases) {
    tab.events.onText(text);
    assertEquals(tab.closedWith, CLOSE.malformed);
  }
  assertEquals(park.requests.length, 3);
});

Deno.test("[J1] [Q5] a socket that pairs cannot join a room", () => {
  const { rig } = twoInRoom();
  const page = rig.tab();
  page.events.onText(encodeParkRequest(BEGIN));
  page.events.onText(encodeJoin(page.newJoin(ROOM, true)));
  assertEquals(page.closedWith, CLOSE.malformed);
  assertEquals(rig.relay.counts().members, 2);
});

Deno.test("[Q5] a socket that pairs has exactly 30 s, and the park hears that it is gone", () => {
  const { park, rig } = twoInRoom();
  const page = rig.tab();
  rig.clock.advance(4_000);
  page.events.onText(encodeParkRequest(BEGIN));
  assertEquals(PAIRING_SOCKET_MS, 30_000);
  rig.clock.advance(PAIRING_SOCKET_MS - 1);
  assertEquals([page.closedWith, park.askersGone], [null, []]);
  rig.clock.advance(1);
  assertEquals(page.closedWith, CLOSE.handshakeTimeout);
  const [asker] = park.requests[0]!;
  assertEquals(park.askersGone, [asker]);
  // What is said to it afterwards goes nowhere, and closes nothing twice.
  const sent = page.socket.sent.length;
  asker.say("{}");
  asker.close(CLOSE.malformed);
  assertEquals([page.socket.sent.length, page.closedWith], [sent, CLOSE.handshakeTimeout]);
});

Deno.test("[Q4] six labels at once from one address, then three a minute: who asks too often is told so and stays in its room", () => {
  const park = fakePark();
  const rig = new RelayRig({}, park);
  const tab = fromAddress(rig).join(ROOM);
  const ask = () => {
    tab.events.onText(WHO);
    rig.clock.advance(1);
  };
  for (let i = 0; i < PAIRINGS_BURST; i++) ask();
  assertEquals(park.requests.length, 6);
  tab.socket.take();
  ask();
  assertEquals(tab.socket.controlsOf("whois"), [{ t: "whois", label: "oak", found: "busy" }]);
  assertEquals([park.requests.length, tab.closedWith], [6, null]);
  rig.clock.advance(20_000);
  ask();
  ask();
  assertEquals([park.requests.length, tab.closedWith], [7, null]);
});

Deno.test("[Q4] who begins pairings too often is told too-fast and closed with 4429, and another address is not", () => {
  const park = fakePark();
  const rig = new RelayRig({}, park);
  const begin = (address: string) => {
    const page = fromAddress(rig, address);
    page.events.onText(encodeParkRequest(BEGIN));
    return page;
  };
  const pages = Array.from({ length: PAIRINGS_BURST + 1 }, () => {
    const page = begin("192.0.2.1");
    const { closedWith } = page;
    const said = page.socket.controlsOf("pair_end");
    page.events.onClose();
    return [closedWith, said.map(({ failure }) => failure)];
  });
  assertEquals(pages.slice(0, -1), Array.from({ length: 6 }, () => [null, []]));
  assertEquals(pages.at(-1), [CLOSE.tooFast, ["too-fast"]]);
  assertEquals(begin("192.0.2.77").closedWith, null);
  assertEquals(park.requests.length, PAIRINGS_BURST + 1);
});

Deno.test("[T12] a bench by itself says so to whoever asks, and pairs nobody", () => {
  const rig = new RelayRig();
  const tab = rig.tab().join(ROOM);
  tab.events.onText(WHO);
  assertEquals(tab.socket.controlsOf("whois"), [{ t: "whois", label: "oak", found: [] }]);
  const page = rig.tab();
  page.events.onText(encodeParkRequest(BEGIN));
  assertEquals(page.socket.controlsOf("pair_end"), [{ t: "pair_end", failure: "pairing-off" }]);
  assert(page.closedWith === null && tab.closedWith === null);
});
