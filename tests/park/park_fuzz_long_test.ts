// A hundred thousand false claims, answers, questions and link frames through whole parks: nothing throws, nothing is accepted, and what
// is kept stays bounded. Long, because each that is let in costs its crypto; and the bound on a bench's links, for the same reason.

import { assert, assertEquals } from "@std/assert";
import { encodeClaim } from "../../lib/park/claim.ts";
import { encodeData, encodeLinkMessage, linkKeys, LinkSealer } from "../../lib/park/link_frame.ts";
import { openEnvelope, SEALED_PADDED_BYTES, sealEnvelope } from "../../lib/park/sealed.ts";
import { WHO_SUBJECT } from "../../lib/park/subjects.ts";
import { encodeQuestion } from "../../lib/park/who.ts";
import { ADMIN_OP } from "../../lib/proof/mod.ts";
import { type Bytes, MAX_LINKS, memberIdOf } from "../../lib/wire/mod.ts";
import { HeldBox, LinkRig } from "../support/link_rig.ts";
import { type Page, ParkPlace, type PlaceLink, strangeBench } from "../support/park_place.ts";
import { rigRoom } from "../support/relay_rig.ts";
import { Seeded } from "../support/seeded.ts";

const MESSAGES = 100_000;
/** One in so many is let in by the inbox's rate; the others show that the rest costs nothing. */
const LET_IN = 40;

/** Bytes that differ from `bytes` somewhere: flipped, cut, longer, or another piece put in. */
function changed(random: Seeded, bytes: Uint8Array, most = Infinity): Bytes {
  const out = Array.from(bytes);
  switch (random.below(4)) {
    case 0:
      out.splice(random.below(out.length), 1 + random.below(8));
      break;
    case 1:
      out.splice(random.below(out.length), 0, ...random.bytes(1 + random.below(8)));
      break;
    default:
      for (let n = 1 + random.below(3); n > 0; n--) {
        const at = random.below(out.length);
        out[at]! ^= 1 << random.below(8);
      }
  }
  const same = out.length === bytes.length && out.every((byte, at) => byte === bytes[at]);
  if (same) out[0]! ^= 1;
  return new Uint8Array(out.slice(0, most));
}

Deno.test("[T3] [T4] [T11] 100,000 false claims through a whole bench: no throw, no answer that accepts, nothing that grows", () => {
  const random = new Seeded(1);
  const place = new ParkPlace(1);
  const [hub] = place.benches;
  const room = place.open(hub!);
  const spoke = strangeBench(1);
  const hubBox = hub!.identity.box.publicKey;
  let link: PlaceLink | null = null;
  let made: ReturnType<ParkPlace["claim"]>[] = [];
  for (let n = 0; n < MESSAGES; n++) {
    if (hub!.park.counts().offers === 0) {
      link = place.offer(hub!, room, spoke);
      made = [0, 1, 2].map(() => place.claim(link!, spoke));
    }
    const { claim, ephemeral, envelope } = random.pick(made);
    const isSealedRightly = n % LET_IN === 0 && random.below(4) > 0;
    const plaintext = changed(random, encodeClaim(claim), SEALED_PADDED_BYTES - 2);
    const message = isSealedRightly
      ? sealEnvelope(plaintext, hubBox, ephemeral, random.bytes(24))!
      : changed(random, envelope);
    place.inject(hub!.identity, message);
    if (n % LET_IN !== LET_IN - 1) continue;
    place.settle();
    place.clock.advance(50);
    const { links, claims, spentTokens } = hub!.park.counts();
    assertEquals([links, claims, hub!.rooms.heard.length], [0, 0, 0]);
    assert(spentTokens <= 4 && place.clock.timers <= 2);
    // The wire of this test is not to grow for ever either.
    place.wires.wire.length = 0;
  }
  // And the true one is taken after all of it.
  place.clock.advance(1_000);
  if (hub!.park.counts().offers === 0) link = place.offer(hub!, room, spoke);
  place.inject(hub!.identity, place.claim(link!, spoke).envelope);
  place.settle();
  assertEquals(hub!.park.counts().links, 1);
});

Deno.test("[T8] 100,000 false answers to a bench that waits for one: no throw, no room adopted, and the true one is taken at last", () => {
  const random = new Seeded(2);
  const place = new ParkPlace(1);
  const [bench] = place.benches;
  const hub = strangeBench(1);
  const room = rigRoom(1);
  const link = place.newLink(hub);
  let page: Page | null = null;
  let made: ReturnType<ParkPlace["answer"]> | null = null;
  let eB: Bytes = new Uint8Array(32);
  for (let n = 0; n < MESSAGES; n++) {
    if (page === null || page.end !== undefined) {
      page = place.accept(bench!, link);
      const claim = place.lastClaim(hub);
      eB = claim.ephemeralPublicKey;
      made = place.answer(claim, hub, room, link, { peer: bench!.identity });
      place.wires.wire.length = 0;
    }
    // Under the hub's own key for this try, which nobody has but the hub.
    const { ephemeral } = made!;
    const isSealedRightly = n % LET_IN === 0 && random.below(4) > 0;
    const plaintext = changed(random, made!.plaintext, SEALED_PADDED_BYTES - 2);
    place.inject(
      bench!.identity,
      isSealedRightly
        ? sealEnvelope(plaintext, eB, ephemeral, random.bytes(24))!
        : changed(random, made!.envelope),
    );
    if (n % LET_IN !== LET_IN - 1) continue;
    place.settle();
    place.clock.advance(50);
    assertEquals([bench!.rooms.adopted.length, bench!.park.counts().links], [0, 0]);
    assert(bench!.park.counts().claims <= 1 && place.clock.timers <= 3);
  }
  page = place.accept(bench!, link);
  const last = place.answer(place.lastClaim(hub), hub, room, link, { peer: bench!.identity });
  place.clock.advance(1_000);
  place.inject(bench!.identity, last.envelope);
  place.settle();
  assertEquals(bench!.rooms.adopted.length, 1);
});

Deno.test("[W1] [W3] [Q3] 20,000 false questions and answers: no throw, and at most five answers a second", () => {
  const random = new Seeded(3);
  const place = new ParkPlace(1);
  const [bench] = place.benches;
  const key = random.bytes(32);
  const question = encodeQuestion(bench!.label, key, random.bytes(16));
  for (let n = 0; n < 20_000; n++) {
    place.wires.inject(WHO_SUBJECT, n % 97 === 0 ? question : changed(random, question));
    if (n % 20 !== 19) continue;
    place.settle();
    place.clock.advance(1_000);
    const answers = place.wire.filter(({ subject }) => subject.startsWith("bt1.r.")).length;
    assert(answers <= 5);
    place.wires.wire.length = 0;
  }
});

Deno.test("[K2] [K3] 100,000 changed, cut, thrown back and repeated link frames: no throw, only true ones arrive, each once, and both ends stand", () => {
  const random = new Seeded(4);
  const rig = new LinkRig().up();
  const other = new LinkRig(2).up();
  const FROM = new Uint8Array(16).fill(1);
  const overheard: { subject: string; bytes: Uint8Array }[] = [];
  let sent = 0;
  let looked = 0;
  const held: HeldBox[] = [];
  for (let n = 0; n < MESSAGES; n++) {
    if (n % 100 === 0) {
      const box = new HeldBox();
      held.push(box);
      rig.hub.link.sendAll(FROM, new Uint8Array(296).fill(sent++ & 0xff), box);
      rig.settle();
      for (; looked < rig.park.wire.length; looked++) {
        const message = rig.park.wire[looked]!;
        if (rig.open(message) !== null && overheard.length < 500) overheard.push(message);
      }
      if (overheard.length === 500) overheard.splice(0, 250);
      rig.beat(1_000);
      rig.park.wire.length = 0;
      looked = 0;
      continue;
    }
    const { subject, bytes } = random.pick(overheard);
    const { hubToSpoke, spokeToHub } = rig.subjects;
    switch (random.below(4)) {
      case 0:
        rig.park.inject(subject, bytes);
        break;
      case 1:
        rig.park.inject(subject === hubToSpoke ? spokeToHub : hubToSpoke, bytes);
        break;
      case 2:
        rig.park.inject(subject, random.pick(other.park.wire).bytes);
        break;
      default:
        rig.park.inject(subject, changed(random, bytes));
    }
  }
  rig.beat(2_000);
  assertEquals(rig.spoke.boxes, Array.from({ length: sent }, (_, mark) => mark & 0xff));
  assertEquals([rig.hub.boxes, rig.hub.link.phase, rig.spoke.link.phase], [[], "up", "up"]);
  for (const { holds, releases } of held) assertEquals([holds, releases], [1, 1]);
  assertEquals([rig.hub.heard, rig.spoke.heard].map((heard) => heard.includes("down")), [
    false,
    false,
  ]);
});

Deno.test("[K3] [K4] a paired bench that says whatever it likes, rightly sealed: 100,000 words, no throw, bounded, and it can still be ended", () => {
  const random = new Seeded(5);
  const rig = new LinkRig().up();
  const words = [
    encodeLinkMessage({ tag: "state", local: 3, total: 9, isPublic: true }),
    encodeLinkMessage({ tag: "left", memberIds: [memberIdOf(random.bytes(16))] }),
    encodeLinkMessage({ tag: "taken", seq: 7 }),
    encodeLinkMessage({ tag: "refused", ctr: 1, lastCtr: 2, why: "stale" }),
    encodeLinkMessage({ tag: "benches", benches: [] }),
    encodeLinkMessage({ tag: "confirm" }),
    encodeLinkMessage({ tag: "admin", frame: random.bytes(160) }),
    encodeData([{ from: random.bytes(16), box: random.bytes(296) }]),
  ];
  const sealer = new LinkSealer(linkKeys(rig.root).spokeToHub);
  // Beyond what the spoke itself said.
  for (let i = 0; i < 10; i++) sealer.seal(new Uint8Array(1));
  for (let n = 0; n < MESSAGES; n++) {
    let inner = random.below(3) === 0
      ? random.bytes(1 + random.below(60))
      : changed(random, random.pick(words));
    // Anything but an end: that would end the test.
    if (inner[0] === 4) inner = new Uint8Array([4]);
    if (inner.length === 0) continue;
    rig.park.inject(rig.subjects.spokeToHub, sealer.seal(inner));
    if (n % 300 !== 299) continue;
    rig.settle();
    rig.clock.advance(1_000);
    rig.hub.link.tick();
    rig.settle();
    rig.hub.heard.length = 0;
    rig.hub.boxes.length = 0;
    rig.park.wire.length = 0;
    assert(["up", "down"].includes(rig.hub.link.phase));
    assert(rig.hub.link.count <= 500 && rig.hub.link.beyond <= 500);
    assertEquals([rig.hub.link.pendingBytes, rig.hub.pending.total], [0, 0]);
  }
  rig.hub.link.end("unpaired");
  rig.hub.link.wipe();
  assertEquals([rig.hub.link.isOver, rig.hub.bus.subscriptions], [true, 0]);
});

Deno.test("[Q1] 64 links a bench: one more claim is told too-many, which burns nothing", () => {
  const place = new ParkPlace(1);
  const [bench] = place.benches;
  const spoke = strangeBench(1);
  const kindOf = (link: PlaceLink) => {
    const made = place.claim(link, spoke);
    const from = place.wire.length;
    place.inject(bench!.identity, made.envelope);
    place.settle();
    const [answer] = place.inboxOf(spoke, from);
    return openEnvelope(answer!, made.ephemeral.secretKey)!.plaintext.slice(0, 1)[0];
  };
  const offers: PlaceLink[] = [];
  for (let seed = 1; offers.length < MAX_LINKS + 1; seed++) {
    const room = place.open(bench!, seed);
    for (let i = 0; i < 4 && offers.length < MAX_LINKS + 1; i++) {
      // An offer for the 65th link is made while there is still room.
      const isLast = offers.length === MAX_LINKS - 1;
      const link = place.offer(bench!, room, spoke);
      offers.push(link);
      if (isLast) offers.push(place.offer(bench!, place.open(bench!, 500), spoke));
      assertEquals(kindOf(link), 2);
      place.clock.advance(60);
    }
  }
  assertEquals(bench!.park.counts().links, MAX_LINKS);
  assertEquals([kindOf(offers.at(-1)!), bench!.park.counts().offers], [3, 1]);
  const room = place.open(bench!, 900);
  const args = place.offerArgs(place.newLink(bench!.identity), spoke);
  assertEquals(place.act(bench!, room, ADMIN_OP.pairOffer, args), "too-many");
  // Nobody confirmed any of them: after 30 s there is room again, and the offer is still good.
  place.run(31_000);
  assertEquals([kindOf(offers.at(-1)!), bench!.park.counts().links], [2, 1]);
});
