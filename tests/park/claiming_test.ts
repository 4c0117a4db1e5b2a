// The bench where a pairing link is opened: what it says to whom, when it gives up, and which answers it takes. The hub is made by hand,
// so that it can lie; the bench is a whole park.

import { assert, assertEquals } from "@std/assert";
import {
  claimHash,
  encodeReject,
  linkRoot,
  type Rejection,
  REJECTIONS,
} from "../../lib/park/claim.ts";
import { boxKeyPair } from "../../lib/nacl.ts";
import { encodeLinkMessage, linkKeys, LinkSealer } from "../../lib/park/link_frame.ts";
import { ENVELOPE_BYTES, openEnvelope, sealEnvelope } from "../../lib/park/sealed.ts";
import { inboxSubject, linkSubjects } from "../../lib/park/subjects.ts";
import { ADMIN_OP, encodePairOffer } from "../../lib/proof/mod.ts";
import { CLAIM_AGAIN_MS, CLAIM_SENDS, CLOSE, MAX_CLAIMS, MAX_LINKS } from "../../lib/wire/mod.ts";
import { Page, ParkPlace, type PlaceLink, strangeBench } from "../support/park_place.ts";
import { type RigRoom, rigRoom } from "../support/relay_rig.ts";

/** A bench, and a hub that is the test's own. */
function spoke(options: Parameters<ParkPlace["add"]>[0] = {}) {
  const place = new ParkPlace(0);
  const bench = place.add(options);
  const hub = strangeBench(1);
  const room = rigRoom(1);
  const link = place.newLink(hub);
  return { place, bench, hub, room, link, rooms: bench.rooms };
}
type Spoke = ReturnType<typeof spoke>;

/** The claim is out: what the hub makes of it, handed to the bench. */
function answerTo(
  { place, bench, hub, room, link }: Spoke,
  changes: Parameters<ParkPlace["answer"]>[4] = {},
) {
  const claim = place.lastClaim(hub);
  const made = place.answer(claim, hub, room, link, { peer: bench.identity, ...changes });
  place.inject(bench.identity, made.envelope);
  place.settle();
  return { ...made, claim };
}
function reject({ place, bench, hub }: Spoke, why: Rejection, sign = hub.sign) {
  const claim = place.lastClaim(hub);
  const th2 = claimHash(claim, { sign: hub.sign.publicKey, box: hub.box.publicKey });
  const plaintext = encodeReject(th2, why, sign);
  const ephemeral = boxKeyPair(place.random(32));
  place.inject(
    bench.identity,
    sealEnvelope(plaintext, claim.ephemeralPublicKey, ephemeral, place.random(24))!,
  );
  place.settle();
}
/** The hub's first word over the link that an answer made. */
function firstWord(
  { place, hub, bench }: Spoke,
  { claim, ephemeral, plaintext }: ReturnType<typeof answerTo>,
) {
  assert(bench.identity.box.publicKey.length === 32);
  const th2 = claimHash(claim, { sign: hub.sign.publicKey, box: hub.box.publicKey });
  const root = linkRoot(ephemeral.secretKey, claim.ephemeralPublicKey, th2, plaintext)!;
  const sealer = new LinkSealer(linkKeys(root).hubToSpoke);
  const say = (message: Parameters<typeof encodeLinkMessage>[0]) => {
    place.wires.inject(linkSubjects(root).hubToSpoke, sealer.seal(encodeLinkMessage(message)));
    place.settle();
  };
  return { say, root };
}
const STATE = { tag: "state", local: 1, total: 1, isPublic: true } as const;

Deno.test("[T8] [T9] an ACCEPT that holds is taken: the room is adopted, CONFIRM goes out, and the page hears of it at the hub's first word", () => {
  const the = spoke();
  const page = the.place.accept(the.bench, the.link);
  const made = answerTo(the);
  assertEquals([the.rooms.heard, page.end], [["attach hub"], undefined]);
  const [adopted] = the.rooms.adopted;
  assertEquals([adopted!.roomId, adopted!.adminFp], [the.room.roomId, the.room.adminFp]);
  // The higher of the two commands' numbers: neither can be shown again here.
  assertEquals(adopted!.lastAdminCtr, 102);
  const { say, root } = firstWord(the, made);
  const { spokeToHub } = linkSubjects(root);
  assertEquals(the.place.wire.filter(({ subject }) => subject === spokeToHub).length, 1);
  say(STATE);
  assertEquals([page.end, the.bench.park.counts().linksUp], [null, 1]);
  assertEquals([the.bench.park.counts().claims, page.closes], [0, []]);
});

Deno.test("[T7] the claim goes out five times, every two seconds, as the very same bytes; then it is given up as unreachable", () => {
  const the = spoke();
  const page = the.place.accept(the.bench, the.link);
  const sent = () => the.place.inboxOf(the.hub);
  for (let sends = 1; sends <= CLAIM_SENDS; sends++) {
    assertEquals([sent().length, page.end], [sends, undefined]);
    the.place.run(CLAIM_AGAIN_MS - 1);
    assertEquals(sent().length, sends);
    the.place.run(1);
  }
  assertEquals([CLAIM_SENDS, CLAIM_AGAIN_MS, sent().length, page.end], [
    5,
    2_000,
    5,
    "unreachable",
  ]);
  assertEquals(new Set(sent().map((bytes) => bytes.toHex())).size, 1);
  assertEquals(sent()[0]!.length, ENVELOPE_BYTES);
  assertEquals([the.bench.park.counts().claims, the.place.clock.timers], [0, 0]);
  // An answer that comes later is nobody's.
  answerTo(the);
  assertEquals(the.rooms.adopted, []);
});

Deno.test("[T9] after ten seconds without the hub's first word the spoke gives up, and the link with it", () => {
  const the = spoke();
  const page = the.place.accept(the.bench, the.link);
  const made = answerTo(the);
  the.place.run(9_900);
  assertEquals([page.end, the.bench.park.counts().links], [undefined, 1]);
  the.place.run(100);
  assertEquals([page.end, the.bench.park.counts().linksUp], ["unreachable", 0]);
  the.place.run(1_000);
  assertEquals([the.bench.park.counts().links, the.rooms.heard], [0, ["attach hub", "detach"]]);
  const { say } = firstWord(the, made);
  say(STATE);
  assertEquals(the.bench.park.counts().linksUp, 0);
});

Deno.test("[T9] the spoke says CONFIRM every second until it hears the hub", () => {
  const the = spoke();
  the.place.accept(the.bench, the.link);
  const made = answerTo(the);
  const { say, root } = firstWord(the, made);
  const { spokeToHub } = linkSubjects(root);
  const said = () => the.place.wire.filter(({ subject }) => subject === spokeToHub).length;
  the.place.run(3_000);
  assertEquals(said(), 4);
  say(STATE);
  const after = said();
  the.place.run(3_000);
  assert(said() <= after + 2);
});

Deno.test("[T8] an ACCEPT that is forged, for another room, another bench or another offer is passed over, and the true one still comes", () => {
  const admin = (the: Spoke, room: RigRoom, op: number, args?: Uint8Array) =>
    the.place.command(room, new Uint8Array(32).fill(1), op, args);
  const offerOf = (the: Spoke, changes: Partial<Parameters<typeof encodePairOffer>[0]>) =>
    encodePairOffer({
      tokenHash: the.link.tokenHash,
      claimPublicKey: the.link.claimKey.publicKey,
      peerFp: the.bench.identity.fingerprint,
      hubFp: the.hub.fingerprint,
      ...changes,
    });
  const offerFrame = (the: Spoke, changes: Parameters<typeof offerOf>[1], room = the.room) => ({
    offerFrame: admin(the, room, ADMIN_OP.pairOffer, offerOf(the, changes)),
  });
  const other = rigRoom(2);
  const lies: Record<string, (the: Spoke) => Parameters<ParkPlace["answer"]>[4]> = {
    "signed by another bench": () => ({ sign: strangeBench(2).sign }),
    "to another claim": () => ({ th2: new Uint8Array(64).fill(1) }),
    "of another room than its keys make": () => ({ roomId: other.roomId }),
    "with another room's join key": () => ({ joinPublicKey: other.join.publicKey }),
    "with another admin": () => ({ adminFp: other.adminFp }),
    "for another instance": () => ({ roomNonce: new Uint8Array(32).fill(9) }),
    "a room of the hub's own, with the true admin's words": () => ({
      roomId: other.roomId,
      joinPublicKey: other.join.publicKey,
      adminFp: other.adminFp,
    }),
    "an offer for another token": (the) => offerFrame(the, { tokenHash: new Uint8Array(32) }),
    "an offer for another claim key": (the) =>
      offerFrame(the, { claimPublicKey: the.link.tokenHash }),
    "an offer for another bench": (the) => offerFrame(the, { peerFp: strangeBench(3).fingerprint }),
    "an offer of another hub": (the) => offerFrame(the, { hubFp: strangeBench(3).fingerprint }),
    "an offer signed by another room's admin": (the) => offerFrame(the, {}, other),
    "no offer but MAKE_PUBLIC twice": (the) => ({
      offerFrame: admin(the, the.room, ADMIN_OP.makePublic),
    }),
    "an offer with a byte too many": (the) => ({
      offerFrame: admin(
        the,
        the.room,
        ADMIN_OP.pairOffer,
        new Uint8Array([...offerOf(the, {}), 0]),
      ),
    }),
    "no MAKE_PUBLIC but another word": (the) => ({
      publicFrame: admin(the, the.room, ADMIN_OP.delete),
    }),
    "MAKE_PUBLIC of another room's admin": (the) => ({
      publicFrame: admin(the, other, ADMIN_OP.makePublic),
    }),
    "nothing signed": () => ({ offerFrame: new Uint8Array(0), publicFrame: new Uint8Array(0) }),
  };
  const the = spoke();
  const page = the.place.accept(the.bench, the.link);
  for (const [name, lie] of Object.entries(lies)) {
    answerTo(the, lie(the));
    assertEquals([the.rooms.adopted.length, page.end], [0, undefined], name);
    // Twenty a second are let in [Q2].
    the.place.clock.advance(20);
  }
  answerTo(the);
  assertEquals(the.rooms.adopted.length, 1);
});

Deno.test("[T8] an answer with a bit flipped anywhere, and one sealed anew by somebody else, is passed over", () => {
  const the = spoke();
  the.place.accept(the.bench, the.link);
  const claim = the.place.lastClaim(the.hub);
  const made = the.place.answer(claim, the.hub, the.room, the.link, { peer: the.bench.identity });
  for (let at = 0; at < made.envelope.length; at += 61) {
    const changed = made.envelope.slice();
    changed[at]! ^= 4;
    the.place.inject(the.bench.identity, changed);
    the.place.settle();
    the.place.clock.advance(50);
  }
  // The hub's own words under another key: what it signed names the key that it came under.
  const other = boxKeyPair(the.place.random(32));
  const rewrapped = sealEnvelope(
    made.plaintext,
    claim.ephemeralPublicKey,
    other,
    the.place.random(24),
  )!;
  the.place.inject(the.bench.identity, rewrapped);
  the.place.settle();
  assertEquals(the.rooms.adopted, []);
  the.place.inject(the.bench.identity, made.envelope);
  the.place.settle();
  assertEquals(the.rooms.adopted.length, 1);
});

Deno.test("[T8] a hundred copies of an ACCEPT adopt one room and make one link", () => {
  const the = spoke();
  the.place.accept(the.bench, the.link);
  const { envelope } = answerTo(the);
  for (let i = 0; i < 100; i++) {
    the.place.inject(the.bench.identity, envelope);
    if (i % 10 === 9) the.place.clock.advance(500);
    the.place.settle();
  }
  assertEquals([the.rooms.adopted.length, the.bench.park.counts().links], [1, 1]);
});

Deno.test("[T4] [T6] [T10] each refusal reaches the page by its reason; a forged one does not", () => {
  for (const why of Object.keys(REJECTIONS) as Rejection[]) {
    const the = spoke();
    const page = the.place.accept(the.bench, the.link);
    reject(the, why, strangeBench(4).sign);
    assertEquals(page.end, undefined);
    reject(the, why);
    assertEquals([page.end, the.bench.park.counts().claims], [why, 0]);
    the.place.run(12_000);
    assertEquals([the.place.inboxOf(the.hub).length, the.place.clock.timers], [1, 0]);
  }
});

Deno.test("[T12] with an operator token, who does not know it is refused before anything is made or sent", () => {
  const operatorToken = "open sesame";
  const the = spoke({ operatorToken });
  for (const given of ["", "open sesam", "open sesame ", "Open sesame", "x".repeat(256)]) {
    const page = the.place.accept(the.bench, the.link, given);
    assertEquals([page.end, page.said.length], ["operator", 1], given);
  }
  assertEquals([the.place.wire.length, the.bench.park.counts().claims], [0, 0]);
  const page = the.place.accept(the.bench, the.link, operatorToken);
  assertEquals([page.end, the.place.inboxOf(the.hub).length], [undefined, 1]);
  // Where none is asked for, what is given does not matter.
  const open = spoke();
  open.place.accept(open.bench, open.link, "whatever");
  assertEquals(open.place.inboxOf(open.hub).length, 1);
});

Deno.test("[T12] with PAIRING=off nobody accepts here, not even with the operator's token", () => {
  const the = spoke({ isPairingOn: false, operatorToken: "word" });
  assertEquals(the.place.accept(the.bench, the.link, "word").end, "pairing-off");
  assertEquals(the.place.wire.length, 0);
});

Deno.test("[T3] [Q8] a link of this bench's own, and a bus that is away or of no use, are refused at once, and nothing waits for it", () => {
  const the = spoke();
  const own = the.place.newLink(the.bench.identity);
  assertEquals(the.place.accept(the.bench, own).end, "own-link");
  for (const refuse of [false, true]) {
    if (refuse) the.bench.bus.refuse("payload-too-small");
    else the.bench.bus.goAway();
    assertEquals(the.place.accept(the.bench, the.link).end, "park-away");
  }
  assertEquals(the.bench.park.busStatus, { tag: "refused", why: "payload-too-small" });
  the.bench.bus.comeBack();
  the.place.run(5_000);
  assertEquals(the.place.wire.length, 0);
});

Deno.test("[T1] [T3] a page that does not hold the secret is closed with 4401, and nothing is sent", () => {
  const the = spoke();
  const page = new Page();
  const begin = {
    t: "pair_begin",
    hubSignPublicKey: the.hub.sign.publicKey,
    hubBoxPublicKey: the.hub.box.publicKey,
    tokenHash: the.link.tokenHash,
    operatorToken: "",
  } as const;
  the.bench.park.onRequest(page, begin);
  the.bench.park.onRequest(page, {
    t: "pair_claim",
    claimPublicKey: the.link.claimKey.publicKey,
    signature: the.link.claimKey.signSync(new Uint8Array(10)),
  });
  assertEquals([page.closes, the.bench.park.counts().claims], [[CLOSE.proofFailed], 0]);
  // A proof without a beginning, and a second one, are no proofs.
  const late = new Page();
  const claim = {
    t: "pair_claim",
    claimPublicKey: the.link.claimKey.publicKey,
    signature: new Uint8Array(64),
  } as const;
  the.bench.park.onRequest(late, claim);
  assertEquals(late.closes, [CLOSE.malformed]);
  const twice = the.place.accept(the.bench, the.link);
  the.bench.park.onRequest(twice, claim);
  assertEquals([twice.closes, the.place.inboxOf(the.hub).length], [[CLOSE.malformed], 1]);
});

Deno.test("[Q1] [Q5] sixteen claims under way, then too-many; a page that goes before its proof makes room, one that goes after it does not stop it", () => {
  const the = spoke();
  const begin = () => {
    const page = new Page();
    the.bench.park.onRequest(page, {
      t: "pair_begin",
      hubSignPublicKey: the.hub.sign.publicKey,
      hubBoxPublicKey: the.hub.box.publicKey,
      tokenHash: the.link.tokenHash,
      operatorToken: "",
    });
    return page;
  };
  const pages = Array.from({ length: MAX_CLAIMS }, begin);
  assertEquals([MAX_CLAIMS, the.bench.park.counts().claims, begin().end], [16, 16, "too-many"]);
  the.bench.park.onAskerGone(pages[0]!);
  assertEquals(the.bench.park.counts().claims, 15);
  const page = the.place.accept(the.bench, the.link);
  the.bench.park.onAskerGone(page);
  assertEquals(the.bench.park.counts().claims, 16);
  answerTo(the);
  assertEquals([the.rooms.adopted.length, page.end], [1, undefined]);
});

Deno.test("[U2] a room that this bench cannot take is refused, and the hub is told over the link", () => {
  for (const [verdict, why] of [["full", "too-many"], ["deleted", "expired"]] as const) {
    const the = spoke();
    the.rooms.verdict = verdict;
    const page = the.place.accept(the.bench, the.link);
    const made = answerTo(the);
    const { root } = firstWord(the, made);
    const { spokeToHub } = linkSubjects(root);
    assertEquals(page.end, why);
    const [word, ...more] = the.place.wire.filter(({ subject }) => subject === spokeToHub);
    assertEquals(more, []);
    const close = encodeLinkMessage({ tag: "close", why: "refused" });
    assertEquals(word!.bytes, new LinkSealer(linkKeys(root).spokeToHub).seal(close));
    assertEquals(the.rooms.heard, []);
  }
});

Deno.test("[Q1] links that only say no stay within the bench's bound, however often a hub is refused", () => {
  const the = spoke();
  the.rooms.verdict = "full";
  for (let i = 0; i < MAX_LINKS + 6; i++) {
    const link: PlaceLink = the.place.newLink(the.hub);
    const page = the.place.accept(the.bench, link);
    answerTo({ ...the, link });
    assertEquals(page.end, "too-many");
    the.place.clock.advance(200);
  }
  assert(the.bench.park.counts().links <= MAX_LINKS, `${the.bench.park.counts().links}`);
  the.place.clock.advance(6 * 60_000);
  assertEquals([the.bench.park.counts().links, the.bench.bus.subscriptions], [0, 2]);
});

Deno.test("[T3] an envelope that the bench itself cannot open says nothing to anybody: two claims to two hubs do not mix", () => {
  const the = spoke();
  const hub = strangeBench(6);
  const room = rigRoom(2);
  const link = the.place.newLink(hub);
  const first = the.place.accept(the.bench, the.link);
  const second = the.place.accept(the.bench, link);
  // The second hub answers the first hub's claim, which it cannot even read.
  const claim = the.place.lastClaim(the.hub);
  const lie = the.place.answer(claim, hub, room, link, { peer: the.bench.identity });
  the.place.inject(the.bench.identity, lie.envelope);
  the.place.settle();
  assertEquals(the.rooms.adopted, []);
  answerTo({ ...the, hub, room, link });
  answerTo(the);
  assertEquals(the.rooms.adopted.map(({ roomId }) => roomId), [room.roomId, the.room.roomId]);
  assertEquals([first.end, second.end], [undefined, undefined]);
  assertEquals(openEnvelope(the.place.inboxOf(hub)[0]!, the.hub.box.secretKey), null);
  assert(inboxSubject(hub.box.publicKey) !== inboxSubject(the.hub.box.publicKey));
});

Deno.test("a park that stops forgets its claims, and sends nothing more", async () => {
  const the = spoke();
  const page = the.place.accept(the.bench, the.link);
  await the.bench.park.stop();
  the.place.run(20_000);
  assertEquals([the.place.inboxOf(the.hub).length, page.end], [1, undefined]);
  assertEquals([the.place.clock.timers, the.bench.bus.subscriptions], [0, 0]);
});
