// Whoever holds the bus, and whoever stands on it without being let in: they read, forge, hold back, repeat, change and flood, and try
// every row of PAIRING.md's table of attacks. All in memory, by a clock moved by hand. Rules: lib/park/PAIRING.md.

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { deriveRoomKeys } from "../../lib/crypto/mod.ts";
import { boxKeyPair, randomBytes } from "../../lib/nacl.ts";
import { encodeAccept, encodeClaim } from "../../lib/park/claim.ts";
import { MAX_LINK_FRAME_BYTES } from "../../lib/park/link_frame.ts";
import { ENVELOPE_BYTES, openEnvelope } from "../../lib/park/sealed.ts";
import { inboxSubject, WHO_SUBJECT } from "../../lib/park/subjects.ts";
import { parseQuestion, sealWhoAnswer } from "../../lib/park/who.ts";
import { answerSubject } from "../../lib/park/subjects.ts";
import {
  ADMIN_OP,
  encodePairOffer,
  naclSigner,
  newAdminCommand,
  pairClaimSeed,
  pairTokenHash,
} from "../../lib/proof/mod.ts";
import {
  type Bytes,
  encodeAdminCommand,
  encodeBase32,
  fullBenchId,
  OFFER_MS,
  parseBenchFrame,
  utf8,
} from "../../lib/wire/mod.ts";
import { forgedFrame, LyingBench, openLink, RawLink } from "../support/lying_bench.ts";
import type { WireMessage } from "../support/memory_bus.ts";
import { makeNoisePng } from "../support/image_samples.ts";
import { during, idOf, makePublic, offerTo, pair, parkRig } from "../support/park_rig.ts";
import {
  images,
  originOf,
  peopleOf,
  prepared,
  type RigTab,
  type SessionRig,
  texts,
  urlOf,
} from "../support/session_rig.ts";
import { findSpelling } from "../support/spellings.ts";

/** Frames that an attacker saw on links. */
const onLinks = (wire: readonly WireMessage[]) =>
  wire.filter(({ subject }) => subject.startsWith("bt1.l."));

/** Where an attacker found a secret, in any spelling: those of findSpelling, and base32 at any alignment. */
function findOnWire(wire: readonly WireMessage[], secret: Uint8Array): string | null {
  const base32 = [0, 1, 2, 3, 4].map((skip) => {
    const spelled = encodeBase32(new Uint8Array([...new Uint8Array(skip), ...secret]));
    const from = Math.ceil((skip * 8) / 5);
    return spelled.slice(from, Math.floor(((secret.length + skip) * 8) / 5));
  });
  for (const { subject, bytes } of wire) {
    for (const hay of [utf8(subject), bytes]) {
      const found = findSpelling(hay, secret);
      if (found !== null) return `${found} on ${subject}`;
    }
    const text = `${subject}\n${new TextDecoder("latin1").decode(bytes)}`.toLowerCase();
    if (base32.some((each) => text.includes(each))) return `base32 on ${subject}`;
  }
  return null;
}

/** Two benches paired, with Ben on the second. */
async function pairedPark(benches = 2): Promise<{
  readonly rig: SessionRig;
  readonly admin: RigTab;
  readonly ben: RigTab;
}> {
  const { rig, admin } = await parkRig(benches);
  await pair(rig, admin, 1);
  const ben = await rig.join("Ben", { bench: 1 });
  await rig.advance(3_000);
  return { rig, admin, ben };
}

/** An offer of a public room for the second bench. */
async function offered(
  benches = 2,
): Promise<{ readonly rig: SessionRig; readonly admin: RigTab; readonly link: string }> {
  const { rig, admin } = await parkRig(benches);
  await makePublic(rig, admin);
  const { link } = await offerTo(rig, admin, 1);
  return { rig, admin, link };
}

const hubInbox = (rig: SessionRig) => inboxSubject(rig.bench(0).identity.box.publicKey);
const stateOf = (admin: RigTab) => admin.stay.view.offers.at(-1)!.state;
const linksUp = (rig: SessionRig, number = 0) => rig.bench(number).park.counts().linksUp;
const entryCount = (tab: RigTab) =>
  tab.received.reduce((sum, message) => {
    const frame = typeof message === "string" ? null : parseBenchFrame(message);
    return sum + (frame?.tag === "batch" ? frame.entries.length : 0);
  }, 0);

// ---- reading ------------------------------------------------------------------------------------------------

Deno.test("[T3] [B4] [K1] whoever reads the whole bus finds no secret in any spelling, from the first question to the last word", async () => {
  const labels = ["zebra-keeps-the-room", "yaks-carry-the-room"];
  const { rig, admin } = await parkRig(2, labels);
  await makePublic(rig, admin);
  const found = await during(rig, admin.stay.findBench(labels[1]!));
  assert(found.ok, "found by its label");
  const { link } = await offerTo(rig, admin, 1);
  const read = openLink(link);
  assertEquals((await during(rig, rig.accept(link, 1))).ok, true);
  await rig.advance(2_000);
  const ben = await rig.join("Benedicta-of-the-yaks", { bench: 1 });
  await rig.advance(3_000);
  admin.stay.sendText("canary words from the hub");
  ben.stay.sendText("canary words from the spoke");
  admin.stay.sendImage(await prepared(admin, makeNoisePng(300_000, 4)));
  await rig.advance(5_000);
  assertEquals(urlOf(images(ben).at(-1)), urlOf(images(admin).at(-1)));
  await during(rig, admin.stay.unpair(idOf(rig, 1)));
  await rig.advance(2_000);
  const keys = deriveRoomKeys(rig.secret);
  const secrets: Record<string, Uint8Array> = {
    "the pairing secret": read.secret,
    "its hash": read.tokenHash,
    "its claim key": naclSigner(pairClaimSeed(read.secret)).publicKey,
    "the room id": Uint8Array.fromBase64(keys.roomId, { alphabet: "base64url" }),
    "the room's key": rig.secret.key,
    "the join key": keys.join.publicKey,
    "the message key": keys.messageKey,
    "the admin's fingerprint": rig.secret.adminFp,
    "the admin's seed": rig.adminSeed,
    "the hub's label": utf8(labels[0]!),
    "the spoke's label": utf8(labels[1]!),
    "the hub's fingerprint": rig.bench(0).identity.fingerprint,
    "the spoke's fingerprint": rig.bench(1).identity.fingerprint,
    "the hub's signing key": rig.bench(0).identity.sign.publicKey,
    "the spoke's box key": rig.bench(1).identity.box.publicKey,
    "the spoke's address": utf8(originOf(1)),
    "a name": utf8("Benedicta-of-the-yaks"),
    "words of one": utf8("canary words from the hub"),
    "words of another": utf8("canary words from the spoke"),
    "a picture": makeNoisePng(300_000, 4).slice(1_000, 1_032),
  };
  const { wire } = rig.wires;
  assert(onLinks(wire).length > 20, "there was much to read");
  for (const [name, secret] of Object.entries(secrets)) {
    assertEquals(findOnWire(wire, secret), null, name);
  }
  // The search finds what is there.
  for (
    const spell of [
      (b: Uint8Array) => b,
      (b: Uint8Array) => utf8(encodeBase32(b)),
      (b: Uint8Array) => utf8(b.toHex()),
    ]
  ) {
    const planted = [...wire, { subject: "bt1.x", bytes: spell(read.secret) as Bytes }];
    assertNotEquals(findOnWire(planted, read.secret), null);
  }
});

Deno.test("[K9] [U3] a private room puts nothing on the bus, from the first join to the last leave; and an unpaired public one, nothing of itself", async () => {
  const { rig, admin } = await parkRig();
  const ana = await rig.join("Ana");
  await rig.advance(3_000);
  admin.stay.sendText("in private");
  ana.stay.sendImage(await prepared(ana, makeNoisePng(200_000, 1)));
  await rig.advance(40_000);
  assertEquals(texts(ana), ["Ada: in private"]);
  await ana.stay.leave();
  await rig.advance(1_000);
  assertEquals(rig.wires.wire, []);
  await makePublic(rig, admin);
  admin.stay.sendText("in public, alone");
  await rig.advance(40_000);
  assertEquals(rig.wires.wire, []);
  await pair(rig, admin, 1);
  assert(rig.wires.wire.length > 0, "from here on there is something");
});

Deno.test("[B4] [T3] whoever looks for which room it is finds nothing that two pairings of it have in common", async () => {
  const { rig, admin } = await pairedPark();
  const first = new Set(onLinks(rig.wires.wire).map(({ subject }) => subject));
  await during(rig, admin.stay.unpair(idOf(rig, 1)));
  await rig.advance(6 * 60_000);
  const before = rig.wires.wire.length;
  await pair(rig, admin, 1);
  const second = onLinks(rig.wires.wire.slice(before));
  assert(first.size === 2 && second.length > 0);
  for (const { subject } of second) assert(!first.has(subject));
  for (const { subject, bytes } of rig.wires.wire) {
    assert(/^bt1\.(who|[blr]\.[0-9a-f]{32})$/.test(subject), subject);
    if (/^bt1\.[br]\./.test(subject)) assertEquals(bytes.length, ENVELOPE_BYTES);
    if (subject.startsWith("bt1.l.")) assert(bytes.length <= MAX_LINK_FRAME_BYTES);
  }
});

// ---- claims -------------------------------------------------------------------------------------------------

Deno.test("[T11] a token is guessed: silence, and the offer stays as it was", async () => {
  const { rig, admin, link } = await offered();
  const liar = new LyingBench(rig);
  const read = openLink(link);
  const secret = randomBytes(32);
  const guesses = [
    liar.claim({ ...read, secret, tokenHash: pairTokenHash(secret) }),
    // The hash alone, which the hub's keeper could have read out of memory, proves nothing.
    liar.claim({ ...read, secret }),
  ];
  for (const guess of guesses) liar.send(guess);
  await rig.advance(1_000);
  assertEquals(guesses.map((guess) => liar.answerTo(guess)), ["nothing", "nothing"]);
  assertEquals(liar.inbox, []);
  assertEquals((await during(rig, rig.accept(link, 1))).ok, true);
  assertEquals(stateOf(admin), "paired");
});

Deno.test("[T10] a link is stolen and opened at another bench, again and again: refused, not burned, the admin told once", async () => {
  const { rig, admin, link } = await offered();
  const liar = new LyingBench(rig);
  for (let i = 0; i < 3; i++) {
    const claim = liar.claim(openLink(link));
    liar.send(claim);
    await rig.settle();
    assertEquals(liar.answerTo(claim), "wrong-bench");
  }
  const told = admin.received.filter((m) => typeof m === "string" && m.includes('"leaked"'));
  assertEquals(told.length, 1);
  assertEquals([stateOf(admin), admin.stay.view.offers.at(-1)!.hasLeaked], ["open", true]);
  assertEquals((await during(rig, rig.accept(link, 1))).ok, true);
});

Deno.test("[T3] [T4] a bench passes for another, by its label and by its keys: refused by the one, silence to the other", async () => {
  const { rig, admin, link } = await offered();
  const { label, identity } = rig.bench(1);
  const liar = new LyingBench(rig, label);
  const byLabel = liar.claim(openLink(link), { url: originOf(1) });
  const byKeys = liar.claim(openLink(link), {
    benchSignPublicKey: identity.sign.publicKey,
    benchBoxPublicKey: identity.box.publicKey,
  });
  for (const claim of [byLabel, byKeys]) liar.send(claim);
  await rig.settle();
  assertEquals([liar.answerTo(byLabel), liar.answerTo(byKeys)], ["wrong-bench", "nothing"]);
  const { offers, links } = rig.bench(0).park.counts();
  assertEquals([offers, links, stateOf(admin)], [1, 0, "open"]);
});

Deno.test("[T3] a claim is wrapped anew under another key: nothing", async () => {
  const { rig, admin, link } = await offered();
  // Whoever opened the link holds its claim in the clear: the right bench's own, by its own keys.
  const insider = new LyingBench(rig, rig.bench(1).label);
  const made = insider.claim(openLink(link));
  const other = boxKeyPair(randomBytes(32));
  const wrapped = insider.wrap(encodeClaim(made.claim), made.hub.box, other);
  rig.wires.inject(hubInbox(rig), wrapped);
  await rig.settle();
  assertEquals(insider.inbox, []);
  insider.send(made);
  await rig.settle();
  assertEquals(insider.inbox.length, 1, "the very same claim under its own key is answered");
  assertEquals(stateOf(admin), "open");
});

Deno.test("[T7] a claim is copied at once and later: the same sealed bytes, then one refusal; one link", async () => {
  const { rig, link } = await offered();
  assertEquals((await during(rig, rig.accept(link, 1))).ok, true);
  const { wire } = rig.wires;
  const claim = wire.find(({ subject }) => subject === hubInbox(rig))!;
  const spokeInbox = inboxSubject(rig.bench(1).identity.box.publicKey);
  const answers = () => rig.wires.wire.filter(({ subject }) => subject === spokeInbox);
  const [first] = answers();
  for (let i = 0; i < 5; i++) rig.wires.inject(claim.subject, claim.bytes);
  await rig.settle();
  assertEquals(answers().length, 6);
  for (const { bytes } of answers()) assertEquals(bytes, first!.bytes);
  await rig.advance(31_000);
  rig.wires.inject(claim.subject, claim.bytes);
  await rig.settle();
  const last = answers().at(-1)!;
  assertNotEquals(last.bytes, first!.bytes);
  assertEquals(last.bytes.length, first!.bytes.length);
  for (const keys of [boxKeyPair(randomBytes(32)), rig.bench(1).identity.box]) {
    assertEquals(openEnvelope(last.bytes, keys.secretKey), null);
  }
  assertEquals([rig.bench(0).park.counts().links, linksUp(rig)], [1, 1]);
});

Deno.test("[T9] a claim is held back until the spoke gave up: nothing is paired, the link is used up, the admin is told", async () => {
  const { rig, admin, link } = await offered();
  let held: WireMessage | null = null;
  rig.wires.tamper = (message) => {
    if (message.subject !== hubInbox(rig)) return [message];
    held ??= message;
    return [];
  };
  assertEquals(await during(rig, rig.accept(link, 1)), { ok: false, reason: "unreachable" });
  rig.wires.tamper = (message) => [message];
  rig.wires.inject(held!.subject, held!.bytes);
  await rig.advance(1_000);
  assertEquals([rig.bench(0).park.counts().links, linksUp(rig), stateOf(admin)], [1, 0, "open"]);
  admin.stay.sendText("to nobody else");
  await rig.advance(31_000);
  assertEquals([rig.bench(0).park.counts().links, stateOf(admin)], [0, "unconfirmed"]);
  assertEquals(onLinks(rig.wires.wire), []);
  assertEquals(await during(rig, rig.accept(link, 1)), { ok: false, reason: "used" });
});

Deno.test("[T5] a claim is held back past 5:00: expired; one millisecond before it is not", async () => {
  for (const [early, expected] of [[1, "linked"], [0, "expired"]] as const) {
    const { rig, admin } = await parkRig();
    await makePublic(rig, admin);
    const liar = new LyingBench(rig);
    const id = fullBenchId("liar", liar.identity.fingerprint);
    const found = await during(rig, admin.stay.findBench(id));
    if (!found.ok) throw new Error(found.reason);
    const act = admin.stay.offerPairing(found.bench, false);
    await rig.settle();
    assert((await act).ok);
    const madeMs = rig.nowMs;
    const claim = liar.claim(openLink(admin.stay.view.offers.at(-1)!.link));
    await rig.advance(OFFER_MS - early);
    assertEquals(rig.nowMs, madeMs + OFFER_MS - early);
    liar.send(claim);
    await rig.settle();
    const answer = liar.answerTo(claim);
    assertEquals(answer instanceof RawLink ? "linked" : answer, expected);
  }
});

Deno.test("[T6] a hundred claims at once, in any order: one link, and all others hear that it is used", async () => {
  const { rig, admin } = await parkRig();
  await makePublic(rig, admin);
  const liar = new LyingBench(rig);
  const found = await during(
    rig,
    admin.stay.findBench(fullBenchId("liar", liar.identity.fingerprint)),
  );
  if (!found.ok) throw new Error(found.reason);
  assert((await during(rig, admin.stay.offerPairing(found.bench, false))).ok);
  const read = openLink(admin.stay.view.offers.at(-1)!.link);
  const claims = Array.from({ length: 100 }, () => liar.claim(read));
  // The inbox takes forty at once and twenty a second; they are sent again as claims are.
  for (let second = 0; second < 8; second++) {
    for (const claim of claims.slice(second * 20)) liar.send(claim);
    await rig.advance(1_000);
  }
  assert(liar.inbox.length > 50, "many were judged");
  // Who came first has it; of the others each tenth is asked, because opening all of everybody's answers takes its time.
  const [first, ...others] = claims.filter((_, i) => i % 10 === 0).map((each) =>
    liar.answerTo(each)
  );
  assert(first instanceof RawLink);
  for (const other of others) assertEquals(other, "used");
  assertEquals(rig.bench(0).park.counts().links, 1);
  assertEquals(rig.bench(0).park.counts().offers, 0);
});

Deno.test("[T8] an approval is forged in every way there is: passed over, and the true one still counts", async () => {
  const { rig, link } = await offered();
  const forger = new LyingBench(rig);
  const other = deriveRoomKeys({
    key: randomBytes(32) as typeof rig.secret.key,
    adminFp: randomBytes(16) as typeof rig.secret.adminFp,
  });
  const spokeInbox = inboxSubject(rig.bench(1).identity.box.publicKey);
  const held: WireMessage[] = [];
  rig.wires.tamper = (message) => {
    if (message.subject !== spokeInbox) return [message];
    held.push(message);
    return [];
  };
  const accepted = rig.accept(link, 1);
  await rig.settle();
  assertEquals(held.length, 1);
  const claimed = rig.wires.wire.find(({ subject }) => subject === hubInbox(rig))!;
  // The ephemeral key stands at the head of the claim's envelope, for everybody to read.
  const eB = claimed.bytes.slice(0, 32);
  const eA = boxKeyPair(randomBytes(32));
  const approval = encodeAccept(
    {
      th2: randomBytes(64),
      roomId: other.roomId,
      joinPublicKey: other.join.publicKey,
      adminFp: randomBytes(16),
      roomNonce: randomBytes(32),
      offerFrame: randomBytes(250),
      publicFrame: randomBytes(153),
    },
    forger.identity.sign,
    eA.publicKey,
  );
  const answer = held[0]!.bytes;
  const forged = [
    forger.wrap(approval, eB, eA),
    forger.wrap(randomBytes(600), eB, eA),
    randomBytes(ENVELOPE_BYTES),
    claimed.bytes,
    ...Array.from({ length: 20 }, (_, i) => {
      const changed = answer.slice();
      changed[Math.floor(i * ENVELOPE_BYTES / 20)]! ^= 0x80;
      return changed;
    }),
  ];
  for (const bytes of forged) {
    rig.wires.inject(spokeInbox, bytes);
    await rig.settle();
  }
  assertEquals([rig.bench(1).park.counts().links, rig.bench(1).park.counts().claims], [0, 1]);
  await rig.advance(1_000);
  rig.wires.inject(spokeInbox, answer);
  assertEquals((await during(rig, accepted)).ok, true);
});

// ---- links --------------------------------------------------------------------------------------------------

Deno.test("[K1] [K2] every frame is replayed, thrown back, carried over to another link and changed: nothing is delivered twice, nothing changes", async () => {
  const { rig, admin, ben } = await pairedPark(3);
  await pair(rig, admin, 2);
  const cleo = await rig.join("Cleo", { bench: 2 });
  await rig.advance(3_000);
  for (const tab of [admin, ben, cleo]) tab.stay.sendText(`from ${tab.name}`);
  await rig.advance(3_000);
  const all = [admin, ben, cleo];
  const before = all.map(entryCount);
  const frames = onLinks(rig.wires.wire);
  const subjects = [...new Set(frames.map(({ subject }) => subject))];
  assertEquals(subjects.length, 4);
  for (const [i, { bytes }] of frames.entries()) {
    for (const subject of subjects) rig.wires.inject(subject, bytes);
    const changed = bytes.slice();
    // A number that was never used, over bytes of another; and a bit of the box.
    if (i % 2 === 0) changed[7]! ^= 0x80;
    else changed[8 + (i * 13) % (bytes.length - 8)]! ^= 1;
    for (const subject of subjects) rig.wires.inject(subject, changed);
    // What flows is slower than a link takes, so that it is keys and numbers that refuse, and no rate.
    if (i % 20 === 19) await rig.advance(1_000);
  }
  await rig.advance(1_000);
  assertEquals(all.map(entryCount), before);
  for (const tab of all) {
    assertEquals(texts(tab).toSorted(), ["Ada: from Ada", "Ben: from Ben", "Cleo: from Cleo"]);
    assertEquals(tab.stay.view.benches.map(({ isUp }) => isUp), [true, true, true]);
  }
  ben.stay.sendText("and on it goes");
  await rig.advance(2_000);
  for (const tab of all) assert(texts(tab).includes("Ben: and on it goes"));
});

Deno.test("[K2] a counter is moved by a frame with a high number that nobody sealed: the number stays", async () => {
  const { rig, admin, ben } = await pairedPark();
  for (const subject of new Set(onLinks(rig.wires.wire).map((message) => message.subject))) {
    for (const seq of [1_000_000, Number.MAX_SAFE_INTEGER]) {
      rig.wires.inject(subject, forgedFrame(seq, 400));
    }
  }
  await rig.settle();
  admin.stay.sendText("there");
  ben.stay.sendText("back");
  await rig.advance(2_000);
  assertEquals(texts(ben).toSorted(), ["Ada: there", "Ben: back"]);
  assertEquals(texts(admin).toSorted(), ["Ada: there", "Ben: back"]);
});

Deno.test("[K11] DELETE is held back and CLOSE let pass: the room is deleted on the other bench all the same", async () => {
  const { rig, admin, ben } = await pairedPark();
  // Lengths tell them apart: a word without arguments is 153 bytes, a bare CLOSE two.
  const bare = 8 + 16 + 1 + 153;
  let heldBack = 0;
  rig.wires.tamper = (message) => {
    if (message.bytes.length !== bare) return [message];
    heldBack++;
    return [];
  };
  await during(rig, admin.stay.deleteRoom());
  await rig.advance(2_000);
  assert(heldBack > 0, "there was something to hold back");
  assertEquals(ben.stay.view.phase, { tag: "ended", reason: "deleted-by-admin" });
  assertEquals(rig.bench(1).relay.counts().rooms, 0);
});

Deno.test("[K7] TAKEN is held back while a picture passes, and one chunk is lost: the link stands still, and goes on once it may", async () => {
  const { rig, admin, ben } = await pairedPark();
  const takenBytes = 8 + 16 + 1 + 8;
  const chunkBytes = 200_000;
  let isHolding = true;
  let heldBack = 0;
  let lost = 0;
  rig.wires.tamper = (message) => {
    if (isHolding && message.bytes.length === takenBytes) {
      heldBack++;
      return [];
    }
    // The third chunk is the last that the window lets go: nothing after it would say that it is missing.
    if (message.bytes.length > chunkBytes && ++lost === 3) return [];
    return [message];
  };
  admin.stay.sendImage(await prepared(admin, makeNoisePng(3 * 1024 * 1024, 5)));
  await rig.advance(10_000);
  assert(heldBack > 0 && lost === 3, `${heldBack} held back, ${lost} chunks sent`);
  ben.stay.sendText("words go the other way meanwhile");
  await rig.advance(1_000);
  assert(texts(admin).includes("Ben: words go the other way meanwhile"));
  isHolding = false;
  await rig.advance(20_000);
  admin.stay.sendImage(await prepared(admin, makeNoisePng(2 * 1024 * 1024, 6)));
  await rig.advance(20_000);
  assertEquals(urlOf(images(ben).at(-1)), urlOf(images(admin).at(-1)));
});

Deno.test("[N2] [K5] everything is dropped: local talk goes on, and the link is said to be silent within 45 s", async () => {
  const { rig, admin, ben } = await pairedPark();
  const ana = await rig.join("Ana");
  await rig.advance(2_000);
  rig.wires.tamper = () => [];
  for (let second = 0; second < 45; second++) {
    admin.stay.sendText(`local ${second}`);
    await rig.advance(1_000);
  }
  assertEquals(texts(ana).length, 45);
  for (const tab of [admin, ben]) {
    assert(tab.stay.view.benches.some(({ isUp, isThis }) => !isUp && !isThis), tab.name);
  }
});

Deno.test("[Q2] [Q6] inbox, questions and links are flooded for ten seconds: local talk goes on, nothing is answered, and then all is as before", async () => {
  const { rig, admin, ben } = await pairedPark(3);
  const ana = await rig.join("Ana");
  await rig.advance(2_000);
  const before = rig.wires.wire.length;
  let injected = 0;
  const flood = (subject: string, bytes: Uint8Array) => {
    rig.wires.inject(subject, bytes);
    injected++;
  };
  const subjects = [...new Set(onLinks(rig.wires.wire).map(({ subject }) => subject))];
  const envelope = randomBytes(ENVELOPE_BYTES);
  for (let second = 0; second < 10; second++) {
    for (let i = 0; i < 300; i++) {
      flood(hubInbox(rig), envelope);
      flood(WHO_SUBJECT, envelope);
      flood(hubInbox(rig), randomBytes(10));
      for (const subject of subjects) flood(subject, forgedFrame(2 ** 40 + i, 1_000));
    }
    admin.stay.sendText(`local ${second}`);
    await rig.advance(1_000);
  }
  assertEquals(texts(ana).length, 10);
  // Nobody said anything because of it but what the room itself says.
  assert(rig.wires.wire.length - before - injected < 100);
  await rig.advance(3_000);
  ben.stay.sendText("here again");
  await rig.advance(2_000);
  assert(texts(admin).includes("Ben: here again"));
  await pair(rig, admin, 2);
  assertEquals(linksUp(rig), 2);
});

// ---- questions for labels -----------------------------------------------------------------------------------

Deno.test("[W2] [W3] [W4] somebody reads questions for labels, tries labels, answers with keys of their own, and repeats an answer", async () => {
  const { rig, admin } = await parkRig(2, ["oak", "pine"]);
  await makePublic(rig, admin);
  const attacker = new LyingBench(rig, "pine");
  const questions: Bytes[] = [];
  let isAnswering = false;
  let identity = attacker.identity;
  let recorded: WireMessage | null = null;
  attacker.bus.subscribe(WHO_SUBJECT, (bytes) => {
    questions.push(bytes);
    const question = parseQuestion(bytes)!;
    const subject = answerSubject(question.ephemeralPublicKey);
    if (recorded !== null) rig.wires.inject(subject, recorded.bytes);
    if (!isAnswering) return;
    const own = { identity, label: "pine", url: "https://pine.example" };
    rig.wires.inject(
      subject,
      sealWhoAnswer(question, own, boxKeyPair(randomBytes(32)), randomBytes(24))!,
    );
  });
  const find = (label: string) => during(rig, admin.stay.findBench(label));
  assertEquals((await find("pine")).ok, true);
  recorded = rig.wires.wire.findLast(({ subject }) => subject.startsWith("bt1.r."))!;
  // A recorded answer answers nothing: the one true bench is still the only one.
  assertEquals((await find("pine")).ok, true);
  assertEquals(await find("birch"), { ok: false, reason: "none" });
  isAnswering = true;
  assertEquals(await find("pine"), { ok: false, reason: "several" });
  // Where the true bench is silent the false one is shown, under its own fingerprint.
  rig.bench(1).bus.goAway();
  const alone = await find("pine");
  assert(alone.ok && alone.bench.id === fullBenchId("pine", attacker.identity.fingerprint));
  // Its public keys are no secret; without the secret ones nobody answers in its name.
  const { sign, box } = rig.bench(1).identity;
  identity = {
    ...attacker.identity,
    sign: { ...attacker.identity.sign, publicKey: sign.publicKey },
    box: { ...attacker.identity.box, publicKey: box.publicKey },
  };
  assertEquals(await find("pine"), { ok: false, reason: "none" });
  // With the full id nobody else is taken for it.
  const full = await find(idOf(rig, 1));
  assert(full.ok && full.bench.id === idOf(rig, 1) && !full.bench.isHeard && full.bench.url === "");
  assert(questions.length >= 6);
});

// ---- benches that were not let in ---------------------------------------------------------------------------

Deno.test("[K9] an unpaired bench with the room's key, people of the room on it: it gets nothing and puts nothing in", async () => {
  const { rig, admin, ben } = await pairedPark(3);
  const mole = await rig.join("Mole", { bench: 2, tap: true });
  await rig.advance(3_000);
  const before = entryCount(mole);
  const count = admin.stay.view.count;
  admin.stay.sendText("for those who were let in");
  mole.stay.sendText("let me in");
  await rig.advance(3_000);
  assertEquals(texts(ben), ["Ada: for those who were let in"]);
  assertEquals(texts(admin), ["Ada: for those who were let in"]);
  assertEquals([peopleOf(mole), admin.stay.view.count, count], [["Mole"], 2, 2]);
  assert(entryCount(mole) - before <= 2, "its own words alone");
  assertEquals([mole.stay.view.publicness, rig.bench(2).park.counts().links], ["private", 0]);
});

Deno.test("[U3] [R8] a room vanished and is opened again by its admin: offers, links and words of before are void", async () => {
  const { rig, admin, link } = await offered();
  await during(rig, rig.accept(link, 1));
  await rig.advance(1_000);
  const { link: open } = await offerTo(rig, admin, 1);
  const frames = admin.sent.filter((m): m is Bytes => typeof m !== "string" && m[0] === 0x02);
  assert(frames.length >= 3);
  await admin.stay.leave();
  await rig.advance(1_000);
  assertEquals(rig.bench(0).park.counts().rooms, 0);
  const wire = onLinks(rig.wires.wire);
  const again = await rig.join("Ada", { admin: true, tap: true });
  await rig.advance(8_000);
  assertEquals([again.stay.view.phase.tag, again.stay.view.publicness], ["live", "private"]);
  assertEquals(await during(rig, rig.accept(open, 1)), { ok: false, reason: "expired" });
  for (const frame of frames) rig.sendRaw(again, frame);
  for (const { subject, bytes } of wire) rig.wires.inject(subject, bytes);
  await rig.advance(3_000);
  assertEquals([again.stay.view.publicness, again.stay.view.benches], ["private", []]);
  assertEquals([rig.bench(0).park.counts().offers, linksUp(rig)], [0, 0]);
});

Deno.test("[Q1] somebody offers and takes back as fast as may be in a room of their own: the book has room for the others", async () => {
  const { rig, admin } = await parkRig();
  await makePublic(rig, admin);
  const signer = naclSigner(rig.adminSeed.slice());
  const { roomId } = deriveRoomKeys(rig.secret);
  const ok = admin.received.filter((m) => typeof m === "string").map((m) => JSON.parse(m as string))
    .find(({ t }) => t === "ok");
  const roomNonce = Uint8Array.fromBase64(ok.in, { alphabet: "base64url" });
  const binding = { roomId, roomNonce };
  const { identity } = rig.bench(0);
  let ctr = 1_800_000_000_000;
  for (let i = 0; i < 80; i++) {
    const tokenHash = randomBytes(32);
    const args = encodePairOffer({
      tokenHash,
      claimPublicKey: randomBytes(32),
      peerFp: randomBytes(16),
      hubFp: identity.fingerprint,
    });
    rig.sendRaw(
      admin,
      encodeAdminCommand(await newAdminCommand(signer, binding, ++ctr, ADMIN_OP.pairOffer, args)),
    );
    rig.sendRaw(
      admin,
      encodeAdminCommand(
        await newAdminCommand(signer, binding, ++ctr, ADMIN_OP.pairCancel, tokenHash),
      ),
    );
    await rig.advance(1_000);
  }
  const { offers, spentTokens } = rig.bench(0).park.counts();
  assertEquals(offers, 0);
  assertEquals(spentTokens, 64);
});
