// Benches that were let in and lie: a spoke that the admin paired, a hub that the admin made a room on, a bench that was unpaired. What
// each tries, and what the honest side makes of it. Rules: lib/park/PAIRING.md.

import { assert, assertEquals } from "@std/assert";
import { Link, LINK_RATES, type LinkEvents, newOpening } from "../../lib/park/link.ts";
import { encodeData, encodeLinkMessage, encodeTo } from "../../lib/park/link_frame.ts";
import { deriveRoomKeys } from "../../lib/crypto/mod.ts";
import {
  ADMIN_OP,
  adminFingerprint,
  deriveRoomId,
  naclSigner,
  newAdminCommand,
} from "../../lib/proof/mod.ts";
import { randomBytes } from "../../lib/nacl.ts";
import {
  concatBytes,
  encodeAdminCommand,
  idBytes,
  MAX_LINKS,
  MAX_PENDING_BYTES,
  type MemberId,
  memberIdOf,
  MOST_MEMBERS,
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
import { Seeded } from "../support/seeded.ts";
import { during, makePublic, pair, parkRig } from "../support/park_rig.ts";
import { makeNoisePng } from "../support/image_samples.ts";
import {
  images,
  notices,
  prepared,
  type RigTab,
  said,
  type SessionRig,
  texts,
  urlOf,
} from "../support/session_rig.ts";
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

/** The latest control message of a kind that a tab got. */
function controlOf(tab: RigTab, kind: string): Readonly<Record<string, unknown>> {
  const controls = tab.received.flatMap((message) =>
    typeof message === "string" ? [JSON.parse(message) as Record<string, unknown>] : []
  );
  return controls.findLast(({ t }) => t === kind)!;
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
  assert(link.heardOf("left").some(({ memberIds }) => memberIds.includes(benId)));
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

Deno.test("[K13] [M8] a lying spoke floods the room with small boxes: local talk goes on", async () => {
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

Deno.test("[K10] [K13] a lying spoke sends false admin words as fast as it may: the admin on another spoke is heard", async () => {
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

Deno.test("[K13] a lying spoke says that members left, as fast as it may: what tabs are told is bounded", async () => {
  const { rig, admin } = await parkRig();
  const { link } = await pairLiar(rig, admin);
  let told = 0;
  const count = () =>
    admin.received.filter((m) => typeof m === "string" && m.includes('"left"')).length;
  const before = count();
  for (let second = 0; second < 5; second++) {
    const ids = Array.from({ length: 390 }, () => randomBytes(16));
    link.data(...ids.map((from) => ({ from, box: randomBytes(SMALL) })));
    for (const id of ids) link.say({ tag: "left", memberIds: [memberIdOf(id)] });
    await rig.advance(1_000);
  }
  told = count() - before;
  assert(told > 100, "they were told of some");
  assert(told <= 1_500, `${told} lines in five seconds`);
});

Deno.test("[K14] [K13] a lying spoke with a thousand seats says again and again that it hears nothing: each is said to be gone once, and words to the other spoke do not wait", async () => {
  const { rig, admin } = await parkRig();
  await pair(rig, admin, 1);
  const ben = await rig.join("Ben", { bench: 1 });
  const { link } = await pairLiar(rig, admin);
  await rig.advance(5_000);
  const told = () =>
    admin.received.filter((m) => typeof m === "string" && m.includes('"left"')).length;
  const ids = Array.from({ length: 1_024 }, () => randomBytes(16));
  for (let at = 0; at < ids.length; at += 64) {
    link.data(...ids.slice(at, at + 64).map((from) => ({ from, box: randomBytes(SMALL) })));
    await rig.advance(500);
  }
  const before = told();
  let latestMs = 0;
  for (let second = 0; second < 40; second++) {
    if (second % 10 === 0) {
      link.state(1);
      link.say({ tag: "confirm" });
    }
    const word = `word ${second}`;
    admin.stay.sendText(word);
    let waitedMs = 0;
    for (; !texts(ben).includes(`Ada: ${word}`) && waitedMs < 10_000; waitedMs += 50) {
      await rig.advance(50);
    }
    latestMs = Math.max(latestMs, waitedMs);
    await rig.advance(Math.max(0, 1_000 - waitedMs));
  }
  assert(told() - before > 300, `${told() - before} were said to be gone`);
  assert(told() - before <= 500, `${told() - before} lines for five hundred seats`);
  assert(latestMs <= 1_600, `a word took ${latestMs} ms: no more than [F12] holds it back`);
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
  const opening = newOpening(LINK_RATES, clock.nowMs());
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
    const link = new Link({
      side: "hub",
      peer,
      root,
      bus: wires.bus(),
      clock,
      pending,
      opening,
      events,
    });
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

Deno.test("[A6] [T4] the admin's own tab signs MAKE_PUBLIC with a load behind it, and a lying spoke brings it: refused, and the next claim is answered", async () => {
  const { rig, admin } = await parkRig();
  const { link } = await pairLiar(rig, admin);
  const ok = controlOf(admin, "ok");
  const roomNonce = Uint8Array.fromBase64(`${ok.in}`, { alphabet: "base64url" });
  const { roomId } = deriveRoomKeys(rig.secret);
  const signer = naclSigner(rig.adminSeed.slice());
  const binding = { roomId, roomNonce };
  // By the clock of the tabs, a little ahead: what is taken must not keep the admin's next word out.
  const ctr = 1_700_000_000_000 + rig.nowMs;
  for (
    const [op, length] of [[ADMIN_OP.makePublic, 5_000], [ADMIN_OP.unpair, 15]] as const
  ) {
    const frame = await newAdminCommand(signer, binding, ctr + op, op, randomBytes(length));
    link.say({ tag: "admin", frame });
  }
  await rig.advance(500);
  assertEquals(link.heardOf("refused").map(({ why }) => why), [
    "malformed",
    "malformed",
  ]);
  assertEquals(admin.stay.view.phase.tag, "live");
  await pair(rig, admin, 1);
  assertEquals(rig.bench(0).park.counts().linksUp, 2);
});

Deno.test("[R9] [K3] paired benches say what no bench says, two thousand times each way: no throw, no room lost, local talk goes on", async () => {
  const random = new Seeded(11);
  const { rig, admin } = await parkRig();
  const eve = await rig.join("Eve");
  const spoke = await pairLiar(rig, admin);
  const hub = await adoptFromLiar(rig, 1);
  const ben = await rig.join("Ben", { bench: 1 });
  const mia = await rig.join("Mia", { bench: 1 });
  await rig.advance(3_000);
  const ids = [...entriesOf(admin), ...entriesOf(ben)].map(({ from }) => idBytes(from as MemberId));
  const id = () => random.below(3) === 0 ? random.bytes(16) : random.pick(ids);
  const inner = (): Uint8Array => {
    switch (random.below(9)) {
      case 0:
        return encodeLinkMessage({
          tag: "state",
          local: random.below(65_536),
          total: random.below(65_536),
          isPublic: random.below(2) === 0,
        });
      case 1:
        return encodeLinkMessage({
          tag: "taken",
          seq: random.below(2) === 0 ? random.below(500) : Number.MAX_SAFE_INTEGER - 1,
        });
      case 2:
        return encodeLinkMessage({ tag: "left", memberIds: [memberIdOf(id())] });
      case 3:
        return encodeLinkMessage({
          tag: "refused",
          ctr: random.u32(),
          lastCtr: random.u32(),
          why: "stale",
        });
      case 4:
        return encodeLinkMessage({ tag: "admin", frame: random.bytes(random.below(400)) });
      case 5:
        return encodeTo(id(), id(), random.bytes(SMALL));
      case 6:
        return encodeData([{ from: id(), box: random.bytes(SMALL) }]);
      case 7:
        return encodeLinkMessage({ tag: "confirm" });
      default:
        // Any kind but CLOSE, over any bytes.
        return concatBytes(
          new Uint8Array([random.pick([0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 255])]),
          random.bytes(random.below(120)),
        );
    }
  };
  for (let i = 0; i < 2_000; i++) {
    spoke.link.raw(inner());
    hub.link.raw(inner());
    if (i % 100 === 99) await rig.advance(1_000);
  }
  spoke.link.state(0);
  hub.link.state(0);
  await rig.advance(2_000);
  admin.stay.sendText("on the hub");
  ben.stay.sendText("on the spoke");
  await rig.advance(3_000);
  assertEquals([texts(eve), texts(mia)], [["Ada: on the hub"], ["Ben: on the spoke"]]);
  assertEquals([rig.bench(0).relay.counts().rooms, rig.bench(1).relay.counts().rooms], [1, 1]);
  // The links stand, and are of use as soon as what comes makes sense again.
  assertEquals([rig.bench(0).park.counts().linksUp, rig.bench(1).park.counts().linksUp], [1, 1]);
});

Deno.test("[K4] a lying spoke hands in the same box of its own member again and again: it is shown once", async () => {
  const { rig, admin } = await parkRig();
  const { link } = await pairLiar(rig, admin);
  const eve = await rig.join("Eve");
  await rig.advance(3_000);
  // The words of an honest session, in a liar's hand: Eve's, who left, under her own id.
  eve.stay.sendText("once");
  await rig.advance(2_000);
  await eve.stay.leave();
  await rig.advance(6_000);
  const entries = link.heardOf("data").flatMap(({ entries }) => entries);
  for (let i = 0; i < 3; i++) {
    for (const { from, box } of entries) link.data({ from: idBytes(from), box });
  }
  await rig.advance(3_000);
  assertEquals(texts(admin), ["Eve: once"]);
});

Deno.test("[K5] a lying spoke says sixty thousand people: cut to what a room may hold, nobody more comes in, and Unpair ends it", async () => {
  const { rig, admin } = await parkRig();
  const { liar, link } = await pairLiar(rig, admin);
  link.state(60_000, 60_000);
  await rig.advance(500);
  assertEquals(admin.stay.view.count, 1 + MOST_MEMBERS);
  const late = await rig.join("Late");
  await rig.advance(2_000);
  assertEquals(late.stay.view.phase.tag, "waiting-for-tap");
  admin.stay.sendText("those who are here talk on");
  const id = fullBenchId("liar", liar.identity.fingerprint);
  assertEquals(await during(rig, admin.stay.unpair(id)), { ok: true });
  await rig.advance(500);
  assertEquals(admin.stay.view.count, 1);
  const next = await rig.join("Next");
  await rig.advance(2_000);
  assertEquals(next.stay.view.phase.tag, "live");
});

Deno.test("[K11] [U6] a former spoke goes on speaking after Unpair, with keys, frames and commands of before: it hears its end once a second, and nobody hears it", async () => {
  const { rig, admin } = await parkRig();
  const { liar, link, pairingLink } = await pairLiar(rig, admin);
  const mine = randomBytes(16);
  link.data({ from: mine, box: randomBytes(SMALL) });
  await rig.advance(500);
  assert(entriesOf(admin).some(({ from }) => from === memberIdOf(mine)), "before it was heard");
  await during(rig, admin.stay.unpair(fullBenchId("liar", liar.identity.fingerprint)));
  await rig.advance(1_000);
  const before = [entriesOf(admin).length, link.heard.length];
  const words = link.heardOf("admin").map(({ frame }) => frame);
  assert(words.length > 0);
  for (let second = 0; second < 10; second++) {
    for (let i = 0; i < 20; i++) {
      link.data({ from: mine, box: randomBytes(SMALL) });
      for (const frame of words) link.say({ tag: "admin", frame });
      link.state(400);
    }
    await rig.advance(1_000);
  }
  const claim = liar.claim(openLink(pairingLink));
  liar.send(claim);
  await rig.advance(1_000);
  assertEquals(liar.answerTo(claim), "used");
  assertEquals([entriesOf(admin).length, admin.stay.view.count, admin.stay.view.benches], [
    before[0],
    1,
    [],
  ]);
  const told = link.heard.slice(before[1]);
  assertEquals(new Set(told.map(({ tag }) => tag)), new Set(["close"]));
  assert(told.length <= 11, `${told.length} times in ten seconds`);
  admin.stay.sendText("not for you");
  await rig.advance(2_000);
  assertEquals(
    link.heardOf("data").length,
    link.heard.slice(0, before[1]).filter(({ tag }) => tag === "data").length,
  );
});

Deno.test("[T8] a lying hub hands over a room of its own, another offer, another bench's, or one that is private: nothing is carried", async () => {
  const { rig } = await parkRig();
  const liar = new LyingBench(rig, "hub");
  const peer = rig.bench(1).identity.fingerprint;
  const good = await roomAtLiar(rig, liar, peer);
  const own = naclSigner(randomBytes(32));
  const foreign = new LyingBench(rig, "foreign");
  const forOther = await roomAtLiar(rig, liar, foreign.identity.fingerprint, {
    roomNonce: good.roomNonce,
  });
  const forToken = await roomAtLiar(rig, liar, peer, { roomNonce: good.roomNonce });
  const byOtherHub = await roomAtLiar(rig, foreign, peer, {
    roomNonce: good.roomNonce,
    secret: openLink(good.link).secret,
  });
  const otherInstance = await roomAtLiar(rig, liar, peer, { secret: openLink(good.link).secret });
  const ownFrame = await newAdminCommand(
    own,
    { roomId: good.choices.roomId, roomNonce: good.roomNonce },
    1,
    ADMIN_OP.makePublic,
  );
  const lies: Partial<HubRoom["choices"]>[] = [
    { adminFp: adminFingerprint(own.publicKey) },
    { joinPublicKey: randomBytes(32) },
    {
      roomId: deriveRoomId(good.choices.joinPublicKey, adminFingerprint(own.publicKey)),
      adminFp: adminFingerprint(own.publicKey),
    },
    { roomNonce: randomBytes(32) },
    { offerFrame: forOther.choices.offerFrame },
    { offerFrame: forToken.choices.offerFrame },
    { offerFrame: byOtherHub.choices.offerFrame },
    { offerFrame: otherInstance.choices.offerFrame },
    { offerFrame: good.choices.publicFrame },
    { publicFrame: otherInstance.choices.publicFrame },
    { publicFrame: good.choices.offerFrame },
    { publicFrame: ownFrame },
    { publicFrame: new Uint8Array(0) },
  ];
  const accepted = rig.accept(good.link, 1);
  await rig.settle();
  for (const [i, lie] of lies.entries()) {
    acceptAs(liar, { ...good.choices, ...lie });
    await rig.settle();
    assertEquals(rig.bench(1).relay.counts().rooms, 0, `lie ${i}`);
  }
  assertEquals(rig.bench(1).park.counts().links, 0);
  // The true one still counts.
  await rig.advance(1_000);
  const link = acceptAs(liar, good.choices)!;
  await rig.settle();
  link.state(1);
  assertEquals((await during(rig, accepted)).ok, true);
  assertEquals(rig.bench(1).relay.counts().rooms, 1);
});

Deno.test("[K8] a lying spoke takes one chunk every few seconds: words are as fast as ever, and a picture of this room comes through", async () => {
  const { rig, admin } = await parkRig();
  const eve = await rig.join("Eve");
  await rig.advance(2_000);
  const { link } = await pairLiar(rig, admin);
  const from = link.heardOf("state").length;
  eve.stay.sendImage(await prepared(eve, makeNoisePng(2 * 1024 * 1024, 8)));
  await rig.advance(500);
  assert(link.boxes.some((box) => box.length === LARGE), "it is sent to the liar as well");
  let seq = from;
  for (let second = 0; second < 60; second++) {
    // Always just in time to count as somebody who moves.
    if (second % 4 === 0) link.say({ tag: "taken", seq: seq += 2 });
    link.state(0);
    eve.stay.sendText(`word ${second}`);
    await rig.advance(1_000);
    assertEquals(texts(admin).length, second + 1);
  }
  assertEquals(urlOf(images(admin).at(-1)), urlOf(images(eve).at(-1)));
});
