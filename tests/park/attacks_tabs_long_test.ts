// Tabs and pages that lie, and a bench that lies to its own tabs: pairing spoken wrongly, too often, from everywhere; admin commands
// without the admin's key; and words about other benches that nobody signed. Rules: lib/park/PAIRING.md, lib/wire/PROTOCOL.md.

import { assert, assertEquals } from "@std/assert";
import { deriveRoomKeys } from "../../lib/crypto/mod.ts";
import { randomBytes } from "../../lib/nacl.ts";
import {
  ADMIN_OP,
  claimTranscript,
  encodePairOffer,
  naclSigner,
  newAdminCommand,
  pairClaimSeed,
} from "../../lib/proof/mod.ts";
import type { ParkControl } from "../../lib/wire/mod.ts";
import {
  type Bytes,
  CLOSE,
  encodeAdminCommand,
  encodeAdminRelayed,
  encodeBase64url,
  encodeParkControl,
  encodeParkRequest,
  MAX_CLAIMS,
  OFFER_EVENTS,
  PAIRING_SOCKET_MS,
} from "../../lib/wire/mod.ts";
import { LyingBench, openLink, roomAtLiar } from "../support/lying_bench.ts";
import { during, makePublic, offerTo, pair, parkRig } from "../support/park_rig.ts";
import { rigSession, RigTab as RawTab } from "../support/relay_rig.ts";
import { Seeded } from "../support/seeded.ts";
import { notices, originOf, type RigTab, type SessionRig, texts } from "../support/session_rig.ts";

let sessions = 0;

/** A page on a bench of the rig, from an address or uncounted. */
function page(rig: SessionRig, number: number, address: string | null = null): RawTab {
  const { relay } = rig.bench(number);
  const admitted = relay.admit(address);
  if (typeof admitted === "number") throw new Error(`not let in: ${admitted}`);
  return new RawTab(relay, rigSession(++sessions), originOf(number), admitted.visitor);
}

const begin = (link: string, operatorToken = "") => {
  const { hub, tokenHash } = openLink(link);
  return encodeParkRequest({
    t: "pair_begin",
    hubSignPublicKey: hub.sign as Bytes,
    hubBoxPublicKey: hub.box as Bytes,
    tokenHash,
    operatorToken,
  });
};
const nowhere = () =>
  encodeParkRequest({
    t: "pair_begin",
    hubSignPublicKey: randomBytes(32),
    hubBoxPublicKey: randomBytes(32),
    tokenHash: randomBytes(32),
    operatorToken: "",
  });
const endOf = (tab: RawTab) => tab.socket.controlsOf("pair_end")[0]?.failure;

/** What a page that holds the secret answers, or one that holds another. */
function claimFor(tab: RawTab, link: string, secret = openLink(link).secret): string {
  const { hub, tokenHash } = openLink(link);
  const key = tab.socket.controlsOf("pair_key")[0]!;
  const signer = naclSigner(pairClaimSeed(secret));
  return encodeParkRequest({
    t: "pair_claim",
    claimPublicKey: signer.publicKey,
    signature: signer.signSync(claimTranscript({
      tokenHash,
      hubSignPublicKey: hub.sign,
      hubBoxPublicKey: hub.box,
      benchSignPublicKey: key.benchSignPublicKey,
      benchBoxPublicKey: key.benchBoxPublicKey,
      ephemeralPublicKey: key.ephemeralPublicKey,
      nonce: key.nonce,
    })),
  });
}

async function offered() {
  const { rig, admin } = await parkRig();
  await makePublic(rig, admin);
  const { link } = await offerTo(rig, admin, 1);
  return { rig, admin, link };
}

Deno.test("[J1] [Q5] a page speaks pairing out of order: closed, and nothing of it is kept", async () => {
  const { rig, admin, link } = await offered();
  const bare = page(rig, 1);
  bare.events.onText(
    encodeParkRequest({
      t: "pair_claim",
      claimPublicKey: randomBytes(32),
      signature: randomBytes(64),
    }),
  );
  const twice = page(rig, 1);
  twice.events.onText(begin(link));
  twice.events.onText(begin(link));
  const claimsTwice = page(rig, 1);
  claimsTwice.events.onText(begin(link));
  const claim = claimFor(claimsTwice, link);
  claimsTwice.events.onText(claim);
  claimsTwice.events.onText(claim);
  const asks = page(rig, 1);
  asks.events.onText(encodeParkRequest({ t: "who", label: "rig" }));
  const joins = page(rig, 1);
  joins.events.onText(begin(link));
  const { adminFp, roomId, join } = deriveRoomKeys(rig.secret);
  const signer = naclSigner(join.secretKey.slice(0, 32));
  joins.join({ roomId, adminFp: adminFp as Bytes, join: signer, admin: signer });
  for (const tab of [bare, twice, claimsTwice, asks, joins]) {
    assertEquals(tab.closedWith, CLOSE.malformed);
  }
  // The claim that was made in order goes on by itself, as after any tap; nothing else is left.
  await rig.advance(1_000);
  assertEquals(admin.stay.view.offers.at(-1)!.state, "paired");
  assertEquals(rig.bench(1).park.counts().claims, 0);
});

Deno.test("[R9] a page says what no page says, three thousand times: no throw, no claim, nothing on the bus", async () => {
  const { rig, link } = await offered();
  const random = new Seeded(77);
  const before = rig.wires.wire.length;
  const good = [
    JSON.parse(begin(link)),
    JSON.parse(
      encodeParkRequest({
        t: "pair_claim",
        claimPublicKey: randomBytes(32),
        signature: randomBytes(64),
      }),
    ),
  ];
  const values = [
    null,
    true,
    0,
    -1,
    1e308,
    "",
    "A",
    "A".repeat(43),
    "=",
    [],
    {},
    { length: 32 },
    "\u0000",
    "__proto__",
  ];
  for (let i = 0; i < 3_000; i++) {
    const tab = page(rig, 1);
    const said = { ...random.pick(good) };
    for (const name of Object.keys(said)) {
      if (random.below(3) === 0) said[name] = random.pick(values);
    }
    const text = JSON.stringify(said);
    tab.events.onText(random.below(8) === 0 ? text.slice(0, random.below(text.length)) : text);
    tab.events.onClose();
  }
  await rig.advance(1_000);
  assertEquals(rig.wires.wire.length, before);
  assertEquals(rig.bench(1).park.counts().claims, 0);
  assertEquals((await during(rig, rig.accept(link, 1))).ok, true);
});

Deno.test("[Q1] [Q5] pairings are begun from a hundred addresses and left: sixteen are kept, thirty seconds long, and then a true one passes", async () => {
  const { rig, link } = await offered();
  const bench = rig.bench(1);
  const timers = rig.timerCount;
  const subscriptions = bench.bus.subscriptions;
  const pages = Array.from({ length: 100 }, (_, i) => page(rig, 1, `192.0.2.${i}`));
  for (const tab of pages) tab.events.onText(nowhere());
  assertEquals(bench.park.counts().claims, MAX_CLAIMS);
  assertEquals(pages.filter((tab) => endOf(tab) === "too-many").length, 100 - MAX_CLAIMS);
  await rig.advance(PAIRING_SOCKET_MS);
  assertEquals(bench.park.counts().claims, 0);
  for (const tab of pages) assertEquals(tab.closedWith, CLOSE.handshakeTimeout);
  for (const tab of pages) tab.events.onClose();
  assertEquals((await during(rig, rig.accept(link, 1))).ok, true);
  rig.bench(0);
  await rig.advance(1_000);
  assertEquals(bench.bus.subscriptions, subscriptions + 1, "the link's own");
  assert(rig.timerCount <= timers + 4, `${rig.timerCount} timers of ${timers}`);
});

Deno.test("[Q4] one address begins pairings as fast as it can: 4429 from the seventh on", async () => {
  const { rig } = await offered();
  const pages = Array.from({ length: 9 }, () => page(rig, 1, "192.0.2.7"));
  for (const tab of pages) tab.events.onText(nowhere());
  assertEquals(pages.map((tab) => tab.closedWith), [
    ...new Array(6).fill(null),
    ...new Array(3).fill(CLOSE.tooFast),
  ]);
});

Deno.test("[T11] [T1] somebody who has the hash of a secret and not the secret claims at the right bench: closed, nothing sent, the link is good", async () => {
  const { rig, link } = await offered();
  const before = rig.wires.wire.length;
  const tab = page(rig, 1);
  tab.events.onText(begin(link));
  const claim = JSON.parse(claimFor(tab, link, randomBytes(32)));
  tab.events.onText(JSON.stringify({ ...claim, cp: encodeBase64url(randomBytes(32)) }));
  assertEquals(tab.closedWith, CLOSE.proofFailed);
  assertEquals(rig.wires.wire.length, before);
  // A signature by a key of one's own, with that very key: this bench cannot tell, the hub can, and says nothing.
  const own = page(rig, 1);
  own.events.onText(begin(link));
  own.events.onText(claimFor(own, link, randomBytes(32)));
  await rig.advance(12_000);
  assertEquals(endOf(own), "unreachable");
  assertEquals((await during(rig, rig.accept(link, 1))).ok, true);
});

Deno.test("[T12] the operator's word is tried from everywhere at once: so many a minute and no more, and the link is not touched", async () => {
  const { rig, link } = await offered();
  rig.startBench(1, "correct-horse");
  const before = rig.wires.wire.length;
  let looked = 0;
  for (let i = 0; i < 3_000; i++) {
    // No address: behind a forgotten proxy nobody is counted.
    const tab = page(rig, 1);
    tab.events.onText(begin(link, `guess-${i}`));
    if (endOf(tab) === "operator") looked++;
    else assertEquals(endOf(tab), "too-fast");
    tab.events.onClose();
    if (i % 50 === 49) await rig.advance(1_000);
  }
  assert(looked >= 60, "some are looked at");
  assert(looked <= 180, `${looked} words in a minute`);
  assertEquals([rig.wires.wire.length, rig.bench(1).park.counts().claims], [before, 0]);
  await rig.advance(60_000);
  const right = page(rig, 1);
  right.events.onText(begin(link, "correct-horse"));
  assertEquals(right.socket.controlsOf("pair_key").length, 1);
});

Deno.test("[A2] [K9] a member without the admin's key makes a private room public, offers it, deletes it: refused, and nothing on the bus", async () => {
  const { rig, admin } = await parkRig();
  const eve = await rig.join("Eve");
  await rig.advance(3_000);
  const { roomId } = deriveRoomKeys(rig.secret);
  const ok = admin.received.flatMap((m) => typeof m === "string" ? [JSON.parse(m)] : []).find((
    { t },
  ) => t === "ok");
  const roomNonce = Uint8Array.fromBase64(ok.in, { alphabet: "base64url" });
  const own = naclSigner(randomBytes(32));
  const real = naclSigner(rig.adminSeed.slice());
  const at = 1_800_000_000_000;
  const offer = encodePairOffer({
    tokenHash: randomBytes(32),
    claimPublicKey: randomBytes(32),
    peerFp: rig.bench(1).identity.fingerprint,
    hubFp: rig.bench(0).identity.fingerprint,
  });
  const frames = [
    await newAdminCommand(own, { roomId, roomNonce }, at, ADMIN_OP.makePublic),
    await newAdminCommand(own, { roomId, roomNonce }, at, ADMIN_OP.pairOffer, offer),
    // What the admin signed for another instance of the room, before or after.
    await newAdminCommand(real, { roomId, roomNonce: randomBytes(32) }, at, ADMIN_OP.makePublic),
    await newAdminCommand(real, { roomId, roomNonce: randomBytes(32) }, at, ADMIN_OP.delete),
    // An offer of a room that is private, even by the admin.
    await newAdminCommand(real, { roomId, roomNonce }, at, ADMIN_OP.pairOffer, offer),
  ];
  for (const frame of frames) rig.sendRaw(eve, encodeAdminCommand(frame));
  await rig.advance(2_000);
  const refusals = eve.received.flatMap((m) =>
    typeof m === "string" && m.includes('"adm"') ? [JSON.parse(m).why] : []
  );
  assertEquals(refusals, ["not-admin", "not-admin", "wrong-room", "wrong-room", "not-public"]);
  assertEquals([admin.stay.view.publicness, rig.wires.wire.length], ["private", 0]);
  assertEquals([rig.bench(0).park.counts().offers, admin.stay.view.phase.tag], [0, "live"]);
});

Deno.test("[Q4] [W2] a member asks for labels without end: told to wait, kept in the room, and the bench asks sixteen at once at most", async () => {
  const { rig, admin } = await offered();
  const eve = await rig.join("Eve");
  await rig.advance(3_000);
  const before = rig.wires.wire.filter(({ subject }) => subject === "bt1.who").length;
  const subscriptions = rig.bench(0).bus.subscriptions;
  for (let i = 0; i < 60; i++) {
    rig.sendRaw(eve, encodeParkRequest({ t: "who", label: `label-${i}` }));
  }
  await rig.settle();
  const asked = rig.wires.wire.filter(({ subject }) => subject === "bt1.who").length - before;
  assert(asked > 0 && asked <= 16, `${asked} questions`);
  admin.stay.sendText("go on");
  await rig.advance(3_000);
  assertEquals([texts(eve), eve.stay.view.phase.tag], [["Ada: go on"], "live"]);
  assertEquals(rig.bench(0).bus.subscriptions, subscriptions, "no question is left behind");
});

Deno.test("[A4] [A8] a bench tells the admin's tab what the admin never signed: nothing of it is shown as the admin's word", async () => {
  const { rig, admin } = await parkRig();
  const eve = await rig.join("Eve");
  await rig.advance(3_000);
  const real = naclSigner(rig.adminSeed.slice());
  const { roomId } = deriveRoomKeys(rig.secret);
  const oldNonce = randomBytes(32);
  const old = (op: number) =>
    newAdminCommand(real, { roomId, roomNonce: oldNonce }, 1_600_000_000_000, op);
  const inst = (publicFrame: Bytes, roomNonce = randomBytes(32)) =>
    encodeParkControl({ t: "inst", roomNonce, lastAdminCtr: 1, publicFrame });
  const forged = await newAdminCommand(
    naclSigner(randomBytes(32)),
    { roomId, roomNonce: oldNonce },
    1_800_000_000_000,
    ADMIN_OP.makePublic,
  );
  for (const tab of [admin, eve]) {
    rig.inject(tab, [
      inst(forged, oldNonce),
      inst(await old(ADMIN_OP.makePublic)),
      inst(randomBytes(200)),
    ]);
    assertEquals(tab.stay.view.publicness, "by-bench", tab.name);
    // An old instance's nonce and what was signed under it: DELETE, word for word.
    rig.inject(tab, [
      inst(randomBytes(153), oldNonce),
      encodeAdminRelayed(await old(ADMIN_OP.delete)),
    ]);
    await rig.settle();
    assertEquals(tab.stay.view.phase.tag, "live", tab.name);
  }
  for (const event of OFFER_EVENTS) {
    rig.inject(admin, [encodeParkControl({ t: "offer", tokenHash: randomBytes(32), event })]);
  }
  assertEquals(admin.stay.view.offers, []);
  assert(!notices(eve).some((notice) => notice.kind === "made-public" && notice.byAdmin));
});

Deno.test("[R9] a bench tells tabs nonsense about benches, two thousand times: no throw, and what people wrote stays", async () => {
  const { rig, admin } = await parkRig();
  await pair(rig, admin, 1);
  const ben = await rig.join("Ben", { bench: 1 });
  await rig.advance(3_000);
  ben.stay.sendText("written");
  await rig.advance(1_000);
  const random = new Seeded(3);
  const kinds: ParkControl[] = [
    { t: "links", benches: [], isParkUp: false },
    { t: "whois", label: "x", found: [] },
    { t: "offer", tokenHash: randomBytes(32), event: "paired" },
    { t: "pair_end", failure: null },
    {
      t: "pair_key",
      benchSignPublicKey: randomBytes(32),
      benchBoxPublicKey: randomBytes(32),
      ephemeralPublicKey: randomBytes(32),
      nonce: randomBytes(16),
    },
  ];
  const bench = () => ({
    label: `b-${random.below(9)}`,
    fp: random.bytes(16),
    count: random.below(65_536),
    isUp: random.below(2) === 0,
    isHub: random.below(2) === 0,
    isThis: random.below(9) === 0,
    url: random.pick(["", "javascript:alert(1)", "https://x.example", "https://x.example/path"]),
  });
  for (let i = 0; i < 2_000; i++) {
    const control = random.below(2) === 0
      ? {
        t: "links" as const,
        benches: Array.from({ length: random.below(17) }, bench),
        isParkUp: random.below(2) === 0,
      }
      : random.pick(kinds);
    const text = encodeParkControl(control);
    rig.inject(ben, [random.below(9) === 0 ? text.replace(/[0-9]/, "-") : text]);
    if (i % 50 === 0) await rig.advance(100);
  }
  for (const { url } of ben.stay.view.benches) assert(!/javascript|path/.test(url));
  assertEquals(texts(ben), ["Ben: written"]);
  assert(notices(ben).length < 100, `${notices(ben).length} lines`);
  await rig.advance(1_000);
  assertEquals(texts(admin), ["Ben: written"]);
});

Deno.test("[T6] a bench stops with offers open and spent: no timer is left or set again", async () => {
  const { rig, admin } = await offered();
  await offerTo(rig, admin, 1);
  const tab: RigTab = admin;
  assert((await during(rig, tab.stay.takeBackOffer(tab.stay.view.offers[0]!.key))).ok);
  const bench = rig.bench(0);
  const other = rig.timerCount;
  await bench.park.stop();
  const stopped = rig.timerCount;
  assert(stopped < other, "what waits for the next end of an offer stopped");
  bench.relay.closeAll(CLOSE.shuttingDown);
  // The relay's own two, beat and silence, stopped as well.
  assertEquals(rig.timerCount, stopped - 2);
});

Deno.test("[Q2] eight claims to nowhere are under way and the inbox is flooded: each envelope counts for the keys it is tried with", async () => {
  const answersWith = async (claims: number, sent: number) => {
    const { rig, link } = await offered();
    const nobody = new LyingBench(rig, "nobody");
    // A link that leads to a hub which is not there.
    const room = await roomAtLiar(rig, nobody, rig.bench(0).identity.fingerprint);
    for (let i = 0; i < claims; i++) {
      const tab = page(rig, 0);
      tab.events.onText(begin(room.link));
      tab.events.onText(claimFor(tab, room.link));
    }
    await rig.advance(1_000);
    assertEquals(rig.bench(0).park.counts().claims, claims);
    const liar = new LyingBench(rig);
    const made = Array.from({ length: sent }, () => liar.claim(openLink(link)));
    for (const claim of made) liar.send(claim);
    await rig.settle();
    return liar.inbox.length;
  };
  // What is answered is what was opened.
  assertEquals([await answersWith(0, 18), await answersWith(8, 18)], [18, 13]);
});
