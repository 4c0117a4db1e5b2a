// Benches that were let in and lie: a spoke that the admin paired, a hub that the admin made a room on, a bench that was unpaired. What
// each tries, and what the honest side makes of it. Rules: lib/park/PAIRING.md.

import { assert, assertEquals } from "@std/assert";
import { Link, type LinkEvents } from "../../lib/park/link.ts";
import { ADMIN_OP } from "../../lib/proof/mod.ts";
import { randomBytes } from "../../lib/nacl.ts";
import {
  encodeAdminCommand,
  idBytes,
  MAX_LINKS,
  MAX_PENDING_BYTES,
  memberIdOf,
  parseBenchFrame,
} from "../../lib/wire/mod.ts";
import {
  acceptAs,
  type HubRoom,
  LyingBench,
  openLink,
  RawLink,
  roomAtLiar,
} from "../support/lying_bench.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { MemoryPark } from "../support/memory_bus.ts";
import { during, makePublic, pair, parkRig } from "../support/park_rig.ts";
import { notices, type RigTab, said, type SessionRig, texts } from "../support/session_rig.ts";
import { fullBenchId } from "../../lib/wire/mod.ts";

const SMALL = 296;
const LARGE = 262_184;

/** The admin pairs the rig's first bench with a liar, which confirms. */
async function pairLiar(
  rig: SessionRig,
  admin: RigTab,
  label = "liar",
): Promise<{ readonly liar: LyingBench; readonly link: RawLink; readonly pairingLink: string }> {
  if (admin.stay.view.publicness === "private") await makePublic(rig, admin);
  const liar = new LyingBench(rig, label);
  const id = fullBenchId(label, liar.identity.fingerprint);
  const found = await during(rig, admin.stay.findBench(id));
  if (!found.ok) throw new Error(`not found: ${found.reason}`);
  const offered = await during(rig, admin.stay.offerPairing(found.bench, false));
  if (!offered.ok) throw new Error(`not offered: ${offered.reason}`);
  const pairingLink = admin.stay.view.offers.at(-1)!.link;
  const claim = liar.claim(openLink(pairingLink));
  liar.send(claim);
  await rig.settle();
  const link = liar.answerTo(claim);
  if (!(link instanceof RawLink)) throw new Error(`not linked: ${link}`);
  link.state(0);
  await rig.advance(300);
  return { liar, link, pairingLink };
}

/** Every entry that reached a tab. */
function entriesOf(tab: RigTab): readonly { readonly from: string; readonly box: Uint8Array }[] {
  return tab.received.flatMap((message) => {
    const frame = typeof message === "string" ? null : parseBenchFrame(message);
    return frame?.tag === "batch" ? frame.entries : [];
  });
}

/** A liar is the hub of a room of the rig's admin, and an honest bench carries the room for it. */
async function adoptFromLiar(
  rig: SessionRig,
  number: number,
  liar = new LyingBench(rig, "hub"),
  room: HubRoom | null = null,
): Promise<{ readonly liar: LyingBench; readonly link: RawLink; readonly room: HubRoom }> {
  const at = room ?? await roomAtLiar(rig, liar, rig.bench(number).identity.fingerprint);
  const accepted = rig.accept(at.link, number);
  await rig.settle();
  const link = acceptAs(liar, at.choices)!;
  await rig.settle();
  link.state(1);
  const result = await during(rig, accepted);
  if (!result.ok) throw new Error(`not accepted: ${result.reason}`);
  return { liar, link, room: at };
}

Deno.test("[K4] a lying spoke speaks for a member of the hub: nobody there hears it", async () => {
  const { rig, admin } = await parkRig();
  const eve = await rig.join("Eve");
  await rig.advance(2_000);
  const { link } = await pairLiar(rig, admin);
  admin.stay.sendText("mine");
  await rig.advance(500);
  const own = link.heardOf("data").flatMap(({ entries }) => entries)[0]!;
  const box = randomBytes(SMALL);
  link.data({ from: idBytes(own.from), box });
  link.to(own.from, own.from, box);
  const stranger = randomBytes(16);
  link.data({ from: stranger, box: randomBytes(SMALL) });
  await rig.advance(500);
  for (const tab of [admin, eve]) {
    assert(!entriesOf(tab).some((entry) => entry.box.toHex() === box.toHex()));
    // The link itself works: what comes under a name of its own is handed out.
    assert(entriesOf(tab).some(({ from }) => from === memberIdOf(stranger)));
  }
});

Deno.test("[K4] a lying spoke takes over a member of another spoke while it is away: its own bench keeps it", async () => {
  const { rig, admin } = await parkRig();
  await pair(rig, admin, 1);
  const ben = await rig.join("Ben", { bench: 1 });
  await rig.advance(3_000);
  const { link } = await pairLiar(rig, admin);
  ben.stay.sendText("one");
  await rig.advance(1_000);
  const benId = link.heardOf("data").flatMap(({ entries }) => entries).at(-1)!.from;
  rig.cut(ben);
  await rig.settle();
  // The hub has told everybody that Ben's socket is gone: now he is anybody's?
  assert(link.heardOf("left").some(({ memberId }) => memberId === benId));
  link.data({ from: idBytes(benId), box: randomBytes(SMALL) });
  await rig.advance(10_000);
  assertEquals(ben.stay.view.phase.tag, "live");
  ben.stay.sendText("two");
  await rig.advance(3_000);
  assertEquals(texts(admin), ["Ben: one", "Ben: two"]);
});

Deno.test("[K4] a lying spoke fills the list of far members: newcomers on other spokes are heard all the same", async () => {
  const { rig, admin } = await parkRig();
  await pair(rig, admin, 1);
  const { link } = await pairLiar(rig, admin);
  for (let frame = 0; frame < 3; frame++) {
    link.data(
      ...Array.from({ length: 500 }, () => ({ from: randomBytes(16), box: randomBytes(SMALL) })),
    );
  }
  await rig.advance(5_000);
  const ben = await rig.join("Ben", { bench: 1 });
  await rig.advance(5_000);
  ben.stay.sendText("can you hear me?");
  await rig.advance(3_000);
  assertEquals(texts(admin), ["Ben: can you hear me?"]);
});

Deno.test("[K9] [M8] a lying spoke floods the room with small boxes: local talk goes on", async () => {
  const { rig, admin } = await parkRig();
  const eve = await rig.join("Eve");
  await rig.advance(2_000);
  const { link } = await pairLiar(rig, admin);
  const from = randomBytes(16);
  const box = randomBytes(65_576);
  // Twice the rate of an honest link for ten seconds; what is beyond is dropped before any crypto.
  for (let second = 0; second < 10; second++) {
    for (let frame = 0; frame < 120; frame++) {
      link.data({ from, box }, { from, box: box.slice(0, 296) });
    }
    await rig.advance(1_000);
  }
  const before = rig.nowMs;
  admin.stay.sendText("still here");
  await rig.advance(1_500);
  assertEquals(texts(eve), ["Ada: still here"], `after ${rig.nowMs - before} ms`);
  assert(entriesOf(eve).some((entry) => entry.from === memberIdOf(from)), "the flood was heard");
});

Deno.test("[K10] a lying spoke sends false admin words as fast as it may: the admin on another spoke is heard", async () => {
  const { rig, admin } = await parkRig();
  await pair(rig, admin, 1);
  const { liar, link } = await pairLiar(rig, admin);
  const far = await rig.join("Ada too", { bench: 1, admin: true });
  await rig.advance(3_000);
  const id = fullBenchId("liar", liar.identity.fingerprint);
  const flood = () => {
    for (let i = 0; i < 100; i++) link.say({ tag: "admin", frame: randomBytes(200) });
  };
  const unpaired = far.stay.unpair(far.stay.view.benches.find((bench) => bench.id === id)!.id);
  let result: Awaited<typeof unpaired> | null = null;
  unpaired.then((value) => result = value);
  for (let i = 0; i < 60 && result === null; i++) {
    flood();
    await rig.advance(100);
  }
  assertEquals(result, { ok: true });
  assertEquals(link.heardOf("close").map(({ why }) => why), ["unpaired"]);
});

Deno.test("[Q6] a lying spoke says that members left, as fast as it may: what tabs are told is bounded", async () => {
  const { rig, admin } = await parkRig();
  const { link } = await pairLiar(rig, admin);
  let told = 0;
  const count = () =>
    admin.received.filter((m) => typeof m === "string" && m.includes('"left"')).length;
  const before = count();
  for (let second = 0; second < 5; second++) {
    const ids = Array.from({ length: 390 }, () => randomBytes(16));
    link.data(...ids.map((from) => ({ from, box: randomBytes(SMALL) })));
    for (const id of ids) link.say({ tag: "left", memberId: memberIdOf(id) });
    await rig.advance(1_000);
  }
  told = count() - before;
  assert(told > 100, "they were told of some");
  assert(told <= 1_500, `${told} lines in five seconds`);
});

Deno.test("[F13] a lying hub says every moment that other benches came and went: what people wrote stays in sight", async () => {
  const { rig } = await parkRig();
  const { liar, link } = await adoptFromLiar(rig, 1);
  const ben = await rig.join("Ben", { bench: 1 });
  await rig.advance(3_000);
  ben.stay.sendText("what I wrote");
  await rig.advance(1_000);
  const before = ben.sent.length;
  const hub = {
    fp: liar.identity.fingerprint,
    label: "hub",
    url: "",
    count: 1,
    isUp: true,
    isHub: true,
  };
  for (let round = 0; round < 200; round++) {
    const others = Array.from({ length: 16 }, () => ({
      fp: randomBytes(16),
      label: "ghost",
      url: "",
      count: 1,
      isUp: true,
      isHub: false,
    }));
    link.say({ tag: "benches", benches: [hub, ...others] });
    await rig.advance(110);
  }
  assertEquals(texts(ben), ["Ben: what I wrote"]);
  assert(notices(ben).length < 100, `${notices(ben).length} lines by a bench alone`);
  assert(said(ben).some((line) => line.startsWith("bench-paired")), "the first were told of");
  const spoken = ben.sent.length - before;
  assert(spoken < 150, `${spoken} messages in 22 s because a bench said so`);
  assertEquals(ben.stay.view.phase.tag, "live");
});

Deno.test("[A2] [K10] a lying hub sends commands that the admin did not sign, for another instance, and old ones: none takes effect", async () => {
  const { rig } = await parkRig();
  const { liar, link, room } = await adoptFromLiar(rig, 1);
  const ben = await rig.join("Ben", { bench: 1 });
  await rig.advance(3_000);
  const other = await roomAtLiar(rig, liar, rig.bench(1).identity.fingerprint, {
    ctr: 1_800_000_000_000,
  });
  const old = await room.sign(ADMIN_OP.delete, 1_600_000_000_000);
  const elsewhere = await other.sign(ADMIN_OP.delete, 1_800_000_000_000);
  const forged = (await room.sign(ADMIN_OP.delete, 1_800_000_000_000)).map((byte, at) =>
    at === 100 ? byte ^ 1 : byte
  );
  for (
    const frame of [
      old,
      elsewhere,
      forged,
      room.choices.publicFrame,
      new Uint8Array(0),
      randomBytes(32_000),
    ]
  ) {
    link.say({ tag: "admin", frame });
  }
  await rig.advance(1_000);
  assertEquals(ben.stay.view.phase.tag, "live");
  // The very same way brings what the admin did sign.
  link.say({ tag: "admin", frame: await room.sign(ADMIN_OP.delete, 1_800_000_000_000) });
  await rig.advance(1_000);
  assertEquals(ben.stay.view.phase.tag, "ended");
});

Deno.test("[U2] a lying hub has an old link opened again: the counter of that instance does not fall, a former DELETE stays old", async () => {
  const { rig } = await parkRig();
  const bench = rig.bench(1);
  const liar = new LyingBench(rig, "hub");
  const at = bench.identity.fingerprint;
  const first = await roomAtLiar(rig, liar, at, { ctr: 1_700_000_000_000 });
  const second = await roomAtLiar(rig, liar, at, { ctr: 1_700_000_500_000 });
  const former = await first.sign(ADMIN_OP.delete, 1_700_000_100_000);
  await adoptFromLiar(rig, 1, liar, first);
  const ben = await rig.join("Ben", { bench: 1 });
  await rig.advance(3_000);
  const { link } = await adoptFromLiar(rig, 1, liar, second);
  link.say({ tag: "close", why: "unpaired" });
  await rig.advance(1_000);
  // The first link's claim again: same token, same frames, the nonce that the room here has no more.
  const accepted = rig.accept(first.link, 1);
  await rig.settle();
  const again = acceptAs(liar, first.choices)!;
  await rig.settle();
  again.state(1);
  again.say({ tag: "admin", frame: former });
  await during(rig, accepted, 40_000);
  assertEquals(ben.stay.view.phase.tag, "live");
});

Deno.test("[Q1] [K11] a lying hub has links refused again and again: no more is kept of them than of links", async () => {
  const { rig } = await parkRig();
  await adoptFromLiar(rig, 1);
  for (let i = 0; i < 20; i++) {
    const liar = new LyingBench(rig, "other");
    const room = await roomAtLiar(rig, liar, rig.bench(1).identity.fingerprint);
    const accepted = rig.accept(room.link, 1);
    await rig.settle();
    acceptAs(liar, room.choices);
    const result = await during(rig, accepted);
    assertEquals(result, { ok: false, reason: "elsewhere" });
    liar.bus.goAway();
  }
  // The one that stands, and sixteen last words.
  assertEquals(rig.bench(1).park.counts().links, 17);
});

Deno.test("[Q7] spokes that take nothing fill what waits: the words to another spoke still go", () => {
  const wires = new MemoryPark();
  const clock = new ManualClock();
  const pending = { total: 0 };
  const newLink = () => {
    const root = randomBytes(32);
    const events = new Proxy(
      { state: () => ({ local: 0, total: 0, isPublic: true }) } as LinkEvents,
      {
        get: (known, name) => Reflect.get(known, name) ?? (() => undefined),
      },
    );
    const peer = { fp: randomBytes(16), label: "b", url: "" };
    const raw = new RawLink(wires.bus(), root, "spoke");
    const link = new Link({ side: "hub", peer, root, bus: wires.bus(), clock, pending, events });
    raw.state(0);
    wires.deliver();
    assert(link.isUp);
    return { link, raw };
  };
  const from = randomBytes(16);
  // Nine that take nothing, each sent more than one link may hold.
  for (let i = 0; i < 9; i++) {
    const { link } = newLink();
    for (let box = 0; box < 40; box++) {
      link.sendAll(from, new Uint8Array(LARGE), null);
      clock.endTurn();
    }
    assert(link.dropped > 0, "it holds what it may");
  }
  assert(pending.total > MAX_PENDING_BYTES / 2 - LARGE, "what is shared is used up");
  const { link, raw } = newLink();
  const box = randomBytes(SMALL);
  link.sendAll(from, box, null);
  clock.endTurn();
  wires.deliver();
  assertEquals(raw.boxes.map((each) => each.toHex()), [box.toHex()]);
  // What is kept stays bounded, and every link of a bench has its part.
  for (let i = 0; i < MAX_LINKS - 10; i++) {
    const { link, raw } = newLink();
    for (let box = 0; box < 10; box++) link.sendAll(from, new Uint8Array(LARGE), null);
    clock.endTurn();
    wires.deliver();
    assert(raw.boxes.length > 0);
  }
  assert(pending.total <= MAX_PENDING_BYTES);
});

Deno.test("[T6] [A6] a spoke that lost its link shows the admin's offer again, ten minutes later: it is stale", async () => {
  const { rig, admin } = await parkRig();
  const { liar, link, pairingLink } = await pairLiar(rig, admin);
  // The ACCEPT held the admin's signed offer, word for word; a member of the room hands it in.
  const offerFrame = liar.offerFrames.at(-1)!;
  link.say({ tag: "close", why: "stopping" });
  await rig.advance(11 * 60_000);
  const eve = await rig.join("Eve");
  await rig.advance(3_000);
  rig.sendRaw(eve, encodeAdminCommand(offerFrame));
  await rig.settle();
  assert(eve.received.some((m) => typeof m === "string" && m.includes('"why":"stale"')));
  assertEquals(rig.bench(0).park.counts().offers, 0);
  const claim = liar.claim(openLink(pairingLink));
  liar.send(claim);
  await rig.advance(1_000);
  assertEquals(liar.answerTo(claim), "nothing");
});
