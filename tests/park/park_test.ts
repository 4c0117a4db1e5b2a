// Whole benches in the park: links and the rooms they carry, from pairing to their end. Rooms in the test's hand first, then real relays
// and sessions where only those can show it.

import { assert, assertEquals } from "@std/assert";
import type { PairingPartner } from "../../lib/session/view_state.ts";
import { ADMIN_OP } from "../../lib/proof/mod.ts";
import { encodeBase32 } from "../../lib/wire/mod.ts";
import { during, makePublic, pair, parkRig } from "../support/park_rig.ts";
import { ParkPlace, type PlaceBench } from "../support/park_place.ts";
import type { RigRoom } from "../support/relay_rig.ts";
import { prepared, texts } from "../support/session_rig.ts";
import { makeNoisePng } from "../support/image_samples.ts";

/** Benches, the first of them a hub with one public room. */
function place(benches = 2) {
  const place = new ParkPlace(benches);
  const [hub, ...spokes] = place.benches as [PlaceBench, ...PlaceBench[]];
  const room = place.open(hub);
  return { place, hub, spokes, room };
}
const linkOf = (bench: PlaceBench) => [...bench.rooms.links][0]!;
/** Who carries the room, as a bench tells its tabs: "label count up/away", a star at the home. */
function carriers({ park }: PlaceBench, room: RigRoom): readonly string[] {
  const text = park.linksText(room.roomId);
  if (text === null) return [];
  const { b } = JSON.parse(text) as {
    b: { id: string; n: number; up: boolean; hub: boolean; me: boolean }[];
  };
  return b.map(({ id, n, up, hub, me }) =>
    `${id} ${n} ${up ? "up" : "away"}${hub ? " home" : ""}${me ? " this" : ""}`
  );
}
/** So many sit in the room on this bench from now on. */
function seat(bench: PlaceBench, room: RigRoom, size: number): void {
  bench.rooms.roomOf(room.roomId)!.members.size = size;
  bench.park.onLocalCount(room.roomId);
}

Deno.test("[T8] [T9] two benches pair: a link on both, the room adopted, the admin told, and one subject each way on the bus", () => {
  const { place: the, hub, spokes: [spoke], room } = place();
  const page = the.pair(hub, room, spoke!);
  the.run(200);
  assertEquals([page.end, hub.rooms.offerEvents], [null, ["paired"]]);
  assertEquals([hub.rooms.heard, spoke!.rooms.heard], [["attach"], ["attach hub"]]);
  assertEquals(
    [hub, spoke!].map(({ park }) => {
      const { links, linksUp, rooms, claims } = park.counts();
      return { links, linksUp, rooms, claims };
    }),
    [0, 1].map(() => ({ links: 1, linksUp: 1, rooms: 1, claims: 0 })),
  );
  const kinds = new Set(the.wire.map(({ subject }) => subject));
  assertEquals([...kinds].filter((subject) => subject.startsWith("bt1.b.")).length, 2);
  assertEquals([...kinds].filter((subject) => subject.startsWith("bt1.l.")).length, 2);
  assertEquals(kinds.size, 4);
  assertEquals(linkOf(hub).peer, {
    fp: spoke!.identity.fingerprint,
    label: "bench-1",
    url: "https://bench-1.example",
  });
});

Deno.test("[K5] [K12] each bench says how many sit there, the hub lists them all to its spokes, and nobody counts its own twice", () => {
  const { place: the, hub, spokes: [oak, elm], room } = place(3);
  the.pair(hub, room, oak!);
  the.pair(hub, room, elm!);
  seat(hub, room, 3);
  seat(oak!, room, 5);
  seat(elm!, room, 7);
  the.run(1_000);
  assertEquals(carriers(hub, room), ["bench-0 3 up home this", "bench-1 5 up", "bench-2 7 up"]);
  assertEquals(carriers(oak!, room), ["bench-0 3 up home", "bench-1 5 up this", "bench-2 7 up"]);
  assertEquals(carriers(elm!, room), ["bench-0 3 up home", "bench-1 5 up", "bench-2 7 up this"]);
  assertEquals([...hub.rooms.links].map(({ beyond }) => beyond), [5, 7]);
  assertEquals([linkOf(oak!).count, linkOf(oak!).beyond], [3, 3 + 7]);
  assertEquals([linkOf(elm!).count, linkOf(elm!).beyond], [3, 3 + 5]);
});

Deno.test("[K12] a list counts only if its one home is the bench that sent it", () => {
  const { place: the, hub, spokes: [oak], room } = place();
  the.pair(hub, room, oak!);
  the.run(1_000);
  const before = carriers(oak!, room);
  const bench = (of: PlaceBench, isHub: boolean) => ({
    fp: of.identity.fingerprint,
    label: "lie",
    url: "",
    count: 99,
    isUp: true,
    isHub,
  });
  const lists = [
    [],
    [bench(oak!, true), bench(hub, false)],
    [bench(hub, true), bench(oak!, true)],
    [bench(hub, false), bench(oak!, false)],
  ];
  for (const list of lists) {
    linkOf(hub).sendBenches(list);
    the.settle();
    assertEquals(carriers(oak!, room), before);
  }
  linkOf(hub).sendBenches([bench(hub, true), bench(oak!, false)]);
  the.settle();
  assertEquals(carriers(oak!, room), ["lie 99 up home", "lie 0 up this"]);
});

Deno.test("[U2] a bench that carries the room for another hub, or is its home with links of its own, refuses; both sides are told", () => {
  const { place: the, hub, spokes: [oak, elm, ash], room } = place(4);
  the.pair(hub, room, oak!);
  // The same room, public and at home on elm as well: oak carries it for another already.
  the.open(elm!);
  const page = the.accept(oak!, the.offer(elm!, room, oak!.identity));
  the.settle();
  assertEquals([page.end, elm!.rooms.offerEvents], ["elsewhere", ["refused"]]);
  // Elm gets a link of its own, and is no spoke for anybody then.
  the.pair(elm!, room, ash!);
  const other = the.accept(elm!, the.offer(hub, room, elm!.identity));
  the.settle();
  assertEquals([other.end, hub.rooms.offerEvents], ["elsewhere", ["paired", "refused"]]);
  assertEquals([hub, oak!, elm!, ash!].map(({ park }) => park.counts().linksUp), [1, 1, 1, 1]);
});

Deno.test("[U2] a bench that pairs again with the same hub has new keys: what it had before ends on both sides", () => {
  const { place: the, hub, spokes: [oak], room } = place();
  the.pair(hub, room, oak!);
  const [first] = hub.rooms.links;
  the.pair(hub, room, oak!);
  the.run(1_000);
  assertEquals([hub.rooms.links.size, oak!.rooms.links.size], [1, 1]);
  assert(!hub.rooms.links.has(first!));
  assertEquals([hub.park.counts().linksUp, oak!.park.counts().linksUp], [1, 1]);
  assertEquals([hub.park.counts().links, oak!.park.counts().links], [1, 1]);
  linkOf(hub).sendAll(new Uint8Array(16), new Uint8Array(296).fill(9), null);
  the.settle();
  assertEquals(oak!.rooms.heard.filter((word) => word === "box 9"), ["box 9"]);
});

Deno.test("[U2] [U5] adopting a room takes back the offers that this bench had for it", () => {
  const { place: the, hub, spokes: [oak], room } = place();
  the.open(oak!);
  the.offer(oak!, room, hub.identity);
  assertEquals(oak!.park.counts().offers, 1);
  the.pair(hub, room, oak!);
  assertEquals([oak!.park.counts().offers, oak!.park.counts().spentTokens], [0, 1]);
});

Deno.test("[K9] [U3] with the room go its links; opened again, public again, it is carried by nobody and says nothing", () => {
  const { place: the, hub, spokes: [oak], room } = place();
  the.pair(hub, room, oak!);
  hub.rooms.rooms.delete(room.roomId);
  hub.park.onRoomGone(room.roomId, null);
  the.settle();
  assertEquals([hub.rooms.heard.at(-1), oak!.rooms.heard.at(-1)], ["detach", "detach"]);
  assertEquals([hub, oak!].map(({ park }) => park.counts().rooms), [0, 0]);
  the.open(hub, 1, false);
  assertEquals(hub.park.linksText(room.roomId), null);
  const from = the.wire.length;
  seat(hub, room, 4);
  the.run(60_000);
  the.open(hub, 1, true);
  seat(hub, room, 5);
  the.run(60_000);
  assertEquals([the.wire.length - from, carriers(hub, room)], [0, []]);
  assertEquals(hub.park.hasLink(room.roomId, oak!.identity.fingerprint), false);
});

Deno.test("[K11] UNPAIR ends the link on both sides, whichever of them does it, and no other link", () => {
  for (const side of ["hub", "spoke"] as const) {
    const { place: the, hub, spokes: [oak, elm], room } = place(3);
    the.pair(hub, room, oak!);
    the.pair(hub, room, elm!);
    const { fingerprint } = oak!.identity;
    assertEquals(hub.park.hasLink(room.roomId, fingerprint), true);
    // A spoke hears of the end of another's link as well: its own stays.
    elm!.park.unpair(room.roomId, fingerprint);
    (side === "hub" ? hub : oak!).park.unpair(room.roomId, fingerprint);
    the.settle();
    assertEquals(hub.park.hasLink(room.roomId, fingerprint), false);
    assertEquals([oak!.rooms.links.size, hub.rooms.links.size, elm!.rooms.links.size], [0, 1, 1]);
    the.run(120_000);
    assertEquals([hub.park.counts().linksUp, elm!.park.counts().linksUp], [1, 1]);
    // [U6] What is left is a public room of its own.
    assert(oak!.rooms.roomOf(room.roomId)!.publicFrame !== null);
    assertEquals(carriers(oak!, room), []);
  }
});

Deno.test("[T6] [T9] one offer, opened on its bench by two people at once: one is paired, the other told that it is used", () => {
  const { place: the, hub, spokes: [oak], room } = place();
  const link = the.offer(hub, room, oak!.identity);
  const pages = [the.accept(oak!, link), the.accept(oak!, link)];
  the.run(3_000);
  assertEquals(pages.map(({ end }) => end).toSorted(), [null, "used"].toSorted());
  assertEquals([hub.park.counts().links, oak!.park.counts().links], [1, 1]);
});

Deno.test("[T9] the spoke's ACCEPT is lost: five claims, one answer repeated, and it pairs all the same", () => {
  const { place: the, hub, spokes: [oak], room } = place();
  let lost = 0;
  const inbox = the.inboxOf;
  the.wires.tamper = (message) => {
    const isAnswer = inbox.call(the, oak!.identity).some((bytes) => bytes === message.bytes);
    return isAnswer && lost++ < 3 ? [] : [message];
  };
  const page = the.accept(oak!, the.offer(hub, room, oak!.identity));
  the.run(8_000);
  assertEquals([lost, page.end], [4, null]);
  assertEquals(new Set(the.inboxOf(oak!.identity).map((bytes) => bytes.toHex())).size, 1);
});

Deno.test("[T9] a claim that is held back until the spoke gave up makes a link that nobody confirms: dropped, and the admin told", () => {
  const { place: the, hub, spokes: [oak], room } = place();
  the.wires.tamper = () => [];
  const page = the.accept(oak!, the.offer(hub, room, oak!.identity));
  the.run(10_000);
  assertEquals(page.end, "unreachable");
  the.wires.tamper = (message) => [message];
  the.inject(hub.identity, the.inboxOf(hub.identity)[0]!);
  the.run(30_000);
  assertEquals([hub.rooms.offerEvents, hub.rooms.heard], [["unconfirmed"], []]);
  assertEquals([hub.park.counts().links, oak!.rooms.adopted], [0, []]);
});

Deno.test("[K5] [K9] a bus that goes away takes every link down; it comes back with the bus, and nothing said meanwhile comes with it", () => {
  const { place: the, hub, spokes: [oak], room } = place();
  the.pair(hub, room, oak!);
  the.run(1_000);
  hub.bus.goAway();
  the.run(200);
  assertEquals([hub.park.counts().linksUp, hub.rooms.heard.at(-1)], [0, "down"]);
  assertEquals(carriers(hub, room), ["bench-0 1 up home this", "bench-1 0 away"]);
  const last = hub.rooms.toldAll.at(-1)!;
  assertEquals([last.t, last.t === "links" && last.isParkUp], ["links", false]);
  linkOf(hub).sendAll(new Uint8Array(16), new Uint8Array(296).fill(9), null);
  hub.bus.comeBack();
  the.run(12_000);
  assertEquals([hub.park.counts().linksUp, oak!.park.counts().linksUp], [1, 1]);
  assertEquals(oak!.rooms.heard.includes("box 9"), false);
});

Deno.test("[K6] the other bench is gone for good: away after 30 s, over five minutes later, and nothing of it is left", () => {
  const { place: the, hub, spokes: [oak], room } = place();
  the.pair(hub, room, oak!);
  // Killed, without a word.
  the.wires.tamper = () => [];
  oak!.bus.goAway();
  the.run(31_000);
  assertEquals(carriers(hub, room), ["bench-0 1 up home this", "bench-1 0 away"]);
  the.run(5 * 60_000);
  assertEquals([hub.rooms.heard.at(-1), hub.park.counts().links], ["detach", 0]);
  assertEquals([carriers(hub, room), hub.bus.subscriptions], [[], 2]);
});

Deno.test("[K11] a bench that stops says so, and leaves no timer, subscription or key", async () => {
  const { place: the, hub, spokes: [oak], room } = place();
  the.pair(hub, room, oak!);
  the.run(500);
  await oak!.park.stop();
  the.settle();
  assertEquals([oak!.bus.subscriptions, oak!.park.counts().links], [0, 0]);
  assertEquals([hub.rooms.heard.at(-1), hub.park.counts().links], ["detach", 1]);
  the.run(2_000);
  assertEquals(hub.park.counts().links, 0);
  await hub.park.stop();
  assertEquals(the.clock.timers, 0);
});

Deno.test("[Q1] twenty-five pairings and unpairings one after the other leave nothing behind but remembered tokens", () => {
  const { place: the, hub, spokes: [oak], room } = place();
  for (let i = 0; i < 25; i++) {
    the.pair(hub, room, oak!);
    hub.park.unpair(room.roomId, oak!.identity.fingerprint);
    the.run(2_000);
  }
  for (const { park } of [hub, oak!]) {
    const { links, rooms, offers, claims, pendingBytes } = park.counts();
    // The hub keeps an ended link until its last word was heard.
    assert(links <= 25);
    assertEquals([rooms, offers, claims, pendingBytes], [0, 0, 0, 0]);
  }
  assertEquals(hub.park.counts().spentTokens, 25);
  the.run(15 * 60_000);
  assertEquals([hub, oak!].map(({ park }) => park.counts().links), [0, 0]);
  assertEquals([hub.park.counts().spentTokens, the.clock.timers], [0, 0]);
  assertEquals([hub, oak!].map(({ bus }) => bus.subscriptions), [2, 2]);
});

Deno.test("[B4] [K1] no subject on the bus holds a label, a fingerprint or a room id in any spelling", () => {
  const { place: the, hub, spokes: [oak], room } = place();
  the.pair(hub, room, oak!);
  the.ask(hub, oak!.label);
  the.run(3_000);
  const words = [hub, oak!].flatMap(({ label, identity: { fingerprint } }) => [
    label,
    fingerprint.toHex(),
    encodeBase32(fingerprint),
  ]);
  for (const { subject } of the.wire) {
    assert(/^bt1\.(?:who|[brl]\.[0-9a-f]{32})$/.test(subject), subject);
    for (const word of words) assert(!subject.includes(word));
  }
  const args = new Uint8Array(16);
  assertEquals(the.act(hub, room, ADMIN_OP.pairCancel, args), "spent");
});

// ---- with real relays and sessions ----------------------------------------------------------------------------

Deno.test("[K9] a private room publishes nothing at all, from its first join to its last leave, whatever is done in it", async () => {
  const { rig, admin } = await parkRig(2);
  const ben = await rig.join("Ben");
  // The same room on the other bench: another one, as far as anybody there knows.
  const cleo = await rig.join("Cleo", { bench: 1, tap: true });
  await rig.advance(3_000);
  admin.stay.sendText("nothing of this leaves");
  ben.stay.sendImage(await prepared(ben, makeNoisePng(400_000, 3)));
  cleo.stay.sendText("nor of this");
  await rig.advance(40_000);
  rig.cut(ben);
  await rig.advance(20_000);
  assertEquals(texts(admin), ["Ada: nothing of this leaves"]);
  assertEquals(texts(cleo), ["Cleo: nor of this"]);
  // What only public rooms may: refused here, and not a word of it outside.
  const bench = { id: rig.bench(1).label + "~" + encodeBase32(rig.bench(1).identity.fingerprint) };
  const partner: PairingPartner = { ...bench, label: "", url: "", isHeard: false };
  const offered = await during(rig, admin.stay.offerPairing(partner, false));
  assertEquals(offered, { ok: false, reason: "not-public" });
  // Nor a question for a label, which any member may ask.
  const found = await during(rig, ben.stay.findBench(rig.bench(1).label));
  assertEquals(found.ok, false);
  assert(ben.sent.some((each) => typeof each === "string" && each.includes('"who"')));
  for (const tab of [ben, admin, cleo]) tab.stay.leave();
  await rig.advance(60_000);
  assertEquals([rig.counts.rooms, rig.wires.wire.length], [0, 0]);
});

Deno.test("[U3] a room that vanished and is opened again inherits nothing: private, unpaired, and silent", async () => {
  const { rig, admin } = await parkRig(2);
  await pair(rig, admin, 1);
  const ben = await rig.join("Ben", { bench: 1 });
  await rig.advance(4_000);
  assertEquals(admin.stay.view.benches.length, 2);
  ben.stay.leave();
  admin.stay.leave();
  await rig.advance(3_000);
  assertEquals(rig.benches.map((bench) => bench!.relay.counts().rooms), [0, 0]);
  assertEquals(rig.benches.map((bench) => bench!.park!.counts().rooms), [0, 0]);
  await rig.advance(60_000);
  const from = rig.wires.wire.length;
  const again = await rig.join("Ada", { admin: true });
  const there = await rig.join("Ben", { bench: 1, tap: true });
  await rig.advance(60_000);
  again.stay.sendText("alone again");
  await rig.advance(10_000);
  for (const tab of [again, there]) {
    assertEquals([tab.stay.view.publicness, tab.stay.view.benches], ["private", []]);
    assertEquals(tab.stay.view.count, 1);
  }
  assertEquals([texts(there), rig.wires.wire.length - from], [[], 0]);
});

Deno.test("[K9] a public room that is paired with nobody says nothing, either", async () => {
  const { rig, admin } = await parkRig(2);
  await makePublic(rig, admin);
  admin.stay.sendText("hello");
  await rig.advance(60_000);
  assertEquals(rig.wires.wire.length, 0);
});
