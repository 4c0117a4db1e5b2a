// The bench that made a pairing link: which offers it takes, and how it judges claims. The claims are made by hand, true and false; the
// bench is a whole park.

import { assertEquals } from "@std/assert";
import { boxKeyPair } from "../../lib/nacl.ts";
import { encodeClaim, linkRoot, parseAnswer } from "../../lib/park/claim.ts";
import type { BenchIdentity } from "../../lib/park/identity.ts";
import { encodeLinkMessage, linkKeys, LinkSealer } from "../../lib/park/link_frame.ts";
import { ENVELOPE_BYTES, openEnvelope, sealEnvelope } from "../../lib/park/sealed.ts";
import { linkSubjects } from "../../lib/park/subjects.ts";
import { claimHash } from "../../lib/park/claim.ts";
import { ADMIN_OP } from "../../lib/proof/mod.ts";
import { verifyWithNode } from "../../lib/relay/mod.ts";
import {
  CONFIRM_WITHIN_MS,
  idBytes,
  INBOX_BURST,
  MAX_LINKS,
  MAX_LINKS_OF_ROOM,
  OFFER_MS,
  SPENT_TOKEN_MS,
} from "../../lib/wire/mod.ts";
import { nodeSigner } from "../support/node_signer.ts";
import { ADMIN_MEMBER, ParkPlace, type PlaceLink, strangeBench } from "../support/park_place.ts";

/** A hub with one public room, and keys of the bench that its offers are for. */
function hub() {
  const place = new ParkPlace(1);
  const [bench] = place.benches;
  const room = place.open(bench!);
  return { place, bench: bench!, room, spoke: strangeBench(1), rooms: bench!.rooms };
}
type Hub = ReturnType<typeof hub>;
type Made = ReturnType<ParkPlace["claim"]>;

/** Shows the hub a claim; what it answered, or `null` for silence. */
function show({ place, bench }: Hub, made: Made, claimer: BenchIdentity, envelope = made.envelope) {
  const from = place.wire.length;
  place.inject(bench.identity, envelope);
  place.settle();
  const [answer, ...more] = place.inboxOf(claimer, from);
  assertEquals(more, []);
  if (answer === undefined) return null;
  assertEquals(answer.length, ENVELOPE_BYTES);
  const opened = openEnvelope(answer, made.ephemeral.secretKey)!;
  const parsed = parseAnswer(
    opened.plaintext,
    bench.identity.sign.publicKey,
    opened.ephemeralPublicKey,
    verifyWithNode,
  )!;
  return parsed.tag === "reject" ? parsed.why : "accept";
}
const shown = (the: Hub, link: PlaceLink, claimer = the.spoke, changes = {}) =>
  show(the, the.place.claim(link, claimer, changes), claimer);

Deno.test("[T4] [T6] the first claim that passes is accepted and burns the token: the next is told that it is used", () => {
  const the = hub();
  const link = the.place.offer(the.bench, the.room, the.spoke);
  assertEquals(the.bench.park.counts().offers, 1);
  assertEquals(shown(the, link), "accept");
  assertEquals([the.bench.park.counts().offers, the.bench.park.counts().spentTokens], [0, 1]);
  assertEquals(shown(the, link), "used");
  assertEquals(shown(the, link, strangeBench(2)), "used");
  assertEquals(the.bench.park.counts().links, 1);
});

Deno.test("[T5] at the last millisecond before 5:00 an offer is good, at exactly 5:00 it is expired, and its maker is told then", () => {
  for (const [ageMs, expected] of [[OFFER_MS - 1, "accept"], [OFFER_MS, "expired"]] as const) {
    const the = hub();
    const link = the.place.offer(the.bench, the.room, the.spoke);
    the.place.clock.advance(ageMs);
    assertEquals(the.rooms.offerEvents, expected === "accept" ? [] : ["expired"]);
    assertEquals(shown(the, link), expected);
  }
  const the = hub();
  the.place.offer(the.bench, the.room, the.spoke);
  the.place.clock.advance(OFFER_MS);
  assertEquals(the.rooms.toldMember.map(([who]) => who), [ADMIN_MEMBER]);
});

Deno.test("[T6] for ten minutes who holds the secret is told; after that the bench knows nothing of it, and keeps no timer", () => {
  const the = hub();
  const link = the.place.offer(the.bench, the.room, the.spoke);
  the.place.clock.advance(OFFER_MS + SPENT_TOKEN_MS - 1);
  assertEquals(shown(the, link), "expired");
  the.place.clock.advance(1);
  assertEquals(shown(the, link), null);
  assertEquals([the.bench.park.counts().spentTokens, the.place.clock.timers], [0, 0]);
});

Deno.test("[T2] an offer that was taken back, or whose room is gone or private, is expired to who holds the secret", () => {
  const ends: Record<string, (the: Hub, link: PlaceLink) => void> = {
    "taken back": ({ place, bench, room }, link) =>
      assertEquals(place.act(bench, room, ADMIN_OP.pairCancel, link.tokenHash), null),
    gone: ({ bench, room, rooms }) => {
      rooms.rooms.delete(room.roomId);
      bench.park.onRoomGone(room.roomId, null);
    },
    "gone without a word": ({ room, rooms }) => void rooms.rooms.delete(room.roomId),
    private: ({ room, rooms }) => void (rooms.roomOf(room.roomId)!.publicFrame = null),
  };
  for (const [name, end] of Object.entries(ends)) {
    const the = hub();
    const link = the.place.offer(the.bench, the.room, the.spoke);
    end(the, link);
    assertEquals(shown(the, link), "expired", name);
    assertEquals(the.bench.park.counts().links, 0);
  }
});

Deno.test("[T2] [T6] no token is offered twice: neither open, used, expired nor taken back", () => {
  const the = hub();
  const { place, bench, room, spoke } = the;
  const again = (link: PlaceLink) =>
    place.act(bench, room, ADMIN_OP.pairOffer, place.offerArgs(link, spoke));
  const [open, used, back] = [0, 1, 2].map(() => place.offer(bench, room, spoke));
  shown(the, used!);
  place.act(bench, room, ADMIN_OP.pairCancel, back!.tokenHash);
  for (const link of [open!, used!, back!]) assertEquals(again(link), "spent");
  place.clock.advance(OFFER_MS);
  assertEquals(again(open!), "spent");
  // Taking back what is not open is refused, and so are arguments of another length.
  assertEquals(place.act(bench, room, ADMIN_OP.pairCancel, used!.tokenHash), "spent");
  assertEquals(place.act(bench, room, ADMIN_OP.pairCancel, used!.tokenHash.slice(1)), "spent");
});

Deno.test("[T2] an offer is refused for another hub, for this bench itself, of a wrong length, and while the bus is away or refused", () => {
  const { place, bench, room, spoke } = hub();
  const link = place.newLink(bench.identity);
  const strange = place.newLink(strangeBench(3));
  const act = (args: Uint8Array<ArrayBuffer>) => place.act(bench, room, ADMIN_OP.pairOffer, args);
  assertEquals(act(place.offerArgs(strange, spoke)), "wrong-bench");
  assertEquals(act(place.offerArgs(link, bench.identity)), "wrong-bench");
  assertEquals(act(place.offerArgs(link, spoke).slice(1)), "malformed");
  bench.bus.goAway();
  assertEquals(act(place.offerArgs(link, spoke)), "park-away");
  bench.bus.refuse("payload-too-small");
  assertEquals(act(place.offerArgs(link, spoke)), "park-away");
  bench.bus.comeBack();
  assertEquals(act(place.offerArgs(link, spoke)), null);
});

Deno.test("[T12] with PAIRING=off offers are refused, and nothing is listened to", () => {
  const place = new ParkPlace(0);
  const bench = place.add({ isPairingOn: false });
  const room = place.open(bench);
  const link = place.newLink(bench.identity);
  const args = place.offerArgs(link, strangeBench(1));
  assertEquals(place.act(bench, room, ADMIN_OP.pairOffer, args), "no-park");
  assertEquals([bench.bus.subscriptions, bench.park.isOpen], [0, false]);
});

Deno.test("[T10] the right secret at the wrong bench is refused and burns nothing; the admin is told once; the right bench still pairs", () => {
  const the = hub();
  const link = the.place.offer(the.bench, the.room, the.spoke);
  for (const seed of [5, 6]) assertEquals(shown(the, link, strangeBench(seed)), "wrong-bench");
  assertEquals(the.rooms.toldMember, [[ADMIN_MEMBER, {
    t: "offer",
    tokenHash: link.tokenHash,
    event: "leaked",
  }]]);
  assertEquals([the.bench.park.counts().offers, the.bench.park.counts().links], [1, 0]);
  assertEquals(shown(the, link), "accept");
});

Deno.test("[T4] a bench with as many links as it takes refuses, burns nothing, and tells the admin once; with room again it accepts", () => {
  const the = hub();
  const { place, bench, room, spoke } = the;
  const link = place.offer(bench, room, spoke);
  // Sixteen a room, none of them confirmed.
  for (let made = 0; made < MAX_LINKS; made++) {
    const other = place.open(bench, 100 + Math.floor(made / MAX_LINKS_OF_ROOM));
    const taken = place.claim(place.offer(bench, other, spoke), spoke);
    place.inject(bench.identity, taken.envelope);
    place.settle();
    place.clock.advance(60);
  }
  assertEquals(bench.park.counts().links, MAX_LINKS);
  const first = place.claim(link, spoke);
  assertEquals(show(the, first, spoke), "too-many");
  // Its repeats, and a second tap.
  assertEquals(show(the, first, spoke), "too-many");
  assertEquals(shown(the, link), "too-many");
  assertEquals(the.rooms.toldMember, [[ADMIN_MEMBER, {
    t: "offer",
    tokenHash: link.tokenHash,
    event: "full",
  }]]);
  assertEquals(bench.park.counts().offers, 1);
  place.run(31_000);
  assertEquals([bench.park.counts().links, shown(the, link)], [0, "accept"]);
});

Deno.test("[T6] who tries a used link again is refused, and the admin is told once, whichever bench it is", () => {
  for (const claimer of [undefined, strangeBench(2)]) {
    const the = hub();
    const link = the.place.offer(the.bench, the.room, the.spoke);
    assertEquals(shown(the, link), "accept");
    assertEquals(the.rooms.offerEvents, []);
    for (let i = 0; i < 3; i++) assertEquals(shown(the, link, claimer), "used");
    assertEquals(the.rooms.toldMember, [[ADMIN_MEMBER, {
      t: "offer",
      tokenHash: link.tokenHash,
      event: "used-again",
    }]]);
    assertEquals([the.bench.park.counts().links, the.bench.park.counts().spentTokens], [1, 1]);
  }
});

Deno.test("[T6] [T7] a copy of the claim that was accepted, sent late by whoever stands on the bus, alarms nobody", () => {
  const the = hub();
  const { place, bench, room, spoke } = the;
  const link = place.offer(bench, room, spoke);
  const made = place.claim(link, spoke);
  assertEquals(show(the, made, spoke), "accept");
  place.clock.advance(CONFIRM_WITHIN_MS);
  const before = the.rooms.offerEvents;
  for (let i = 0; i < 3; i++) assertEquals(show(the, made, spoke), "used");
  assertEquals(the.rooms.offerEvents, before);
  assertEquals([shown(the, link), the.rooms.offerEvents.at(-1)], ["used", "used-again"]);
});

Deno.test("[T11] who does not prove the secret hears nothing, whatever else is right, and in whatever state the token is", () => {
  const the = hub();
  const { place, bench, room, spoke } = the;
  const [open, used] = [place.offer(bench, room, spoke), place.offer(bench, room, spoke)];
  shown(the, used);
  const signer = nodeSigner(place.random(32));
  const links = [open, used, place.newLink(bench.identity)];
  for (const link of links) assertEquals(shown(the, link, spoke, { signer }), null);
  // A token that was never offered, with its own secret.
  assertEquals(shown(the, links[2]!), null);
  // Another's signature over another try.
  const other = place.claim(open, spoke).claim.claimSignature;
  assertEquals(shown(the, open, spoke, { claimSignature: other }), null);
  assertEquals([bench.park.counts().offers, the.rooms.offerEvents], [1, []]);
});

Deno.test("[T3] [T11] a bench that cannot sign for the fingerprint, or a claim wrapped anew under another key, hears nothing", () => {
  const the = hub();
  const { place, bench, room, spoke } = the;
  const link = place.offer(bench, room, spoke);
  const hubBox = bench.identity.box.publicKey;
  // With the spoke's public keys, signed by the thief's own.
  const thief = strangeBench(8);
  const forged: BenchIdentity = {
    ...spoke,
    sign: { publicKey: spoke.sign.publicKey, secretKey: thief.sign.secretKey },
  };
  assertEquals(shown(the, link, forged), null);
  // A true claim, opened by a lying hub or so, and sent under a key of the thief's.
  const made = place.claim(link, spoke);
  const other = boxKeyPair(place.random(32));
  const rewrapped = sealEnvelope(encodeClaim(made.claim), hubBox, other, place.random(24))!;
  assertEquals(show(the, made, spoke, rewrapped), null);
  assertEquals(show(the, made, spoke), "accept");
});

Deno.test("[T7] a repeat within 30 s gets the very same bytes and makes no second link; after 30 s it is told that it is used", () => {
  const the = hub();
  const { place, bench, room, spoke } = the;
  const link = place.offer(bench, room, spoke);
  const made = place.claim(link, spoke);
  const answers = () => place.inboxOf(spoke);
  for (let i = 0; i < 20; i++) place.inject(bench.identity, made.envelope);
  place.settle();
  assertEquals(answers().length, 20);
  place.clock.advance(CONFIRM_WITHIN_MS - 1);
  place.inject(bench.identity, made.envelope);
  place.settle();
  assertEquals(new Set(answers().map((bytes) => bytes.toHex())).size, 1);
  assertEquals(bench.park.counts().links, 1);
  place.clock.advance(1);
  assertEquals(show(the, made, spoke), "used");
});

Deno.test("[T7] [T10] a refusal is repeated as the very same bytes, too, and tells the admin no second time", () => {
  const the = hub();
  const { place, bench, room, spoke } = the;
  const link = place.offer(bench, room, spoke);
  const thief = strangeBench(5);
  const made = place.claim(link, thief);
  for (let i = 0; i < 5; i++) place.inject(bench.identity, made.envelope);
  place.settle();
  assertEquals(new Set(place.inboxOf(thief).map((bytes) => bytes.toHex())).size, 1);
  assertEquals([place.inboxOf(thief).length, the.rooms.offerEvents], [5, ["leaked"]]);
});

Deno.test("[T4] [T6] [T7] a hundred copies of a claim, and other true claims between them, make one link", () => {
  const the = hub();
  const { place, bench, room, spoke } = the;
  const link = place.offer(bench, room, spoke);
  const first = place.claim(link, spoke);
  const others = Array.from({ length: 8 }, () => place.claim(link, spoke));
  for (let i = 0; i < 100; i++) {
    place.inject(bench.identity, first.envelope);
    const other = others[i / 10];
    if (other !== undefined) place.inject(bench.identity, other.envelope);
    // As fast as the inbox takes them [Q2].
    if (i % 20 === 19) {
      place.settle();
      place.clock.advance(1_500);
    }
  }
  const answers = new Map(place.inboxOf(spoke).map((bytes) => [bytes.toHex(), bytes]));
  assertEquals([place.inboxOf(spoke).length, answers.size], [108, 9]);
  const kinds = [first, ...others].map(({ ephemeral }, i) =>
    openEnvelope([...answers.values()][i]!, ephemeral.secretKey)?.plaintext[0]
  );
  assertEquals(kinds, [2, ...others.map(() => 3)]);
  assertEquals(bench.park.counts().links, 1);
});

Deno.test("[T9] a link that the spoke never confirms is dropped at 30 s, and the admin is told; the token stays used", () => {
  const the = hub();
  const link = the.place.offer(the.bench, the.room, the.spoke);
  assertEquals(shown(the, link), "accept");
  the.place.run(29_000);
  assertEquals([the.rooms.offerEvents, the.bench.park.counts().links], [[], 1]);
  the.place.run(1_000);
  assertEquals(the.rooms.offerEvents, ["unconfirmed"]);
  assertEquals([the.bench.park.counts().links, the.bench.park.counts().linksUp], [0, 0]);
  assertEquals(the.rooms.heard, []);
  assertEquals(shown(the, link), "used");
});

Deno.test("[T9] [K1] the hub is up with the first frame under the keys that both follow, and not before", () => {
  const the = hub();
  const { place, bench, room, spoke, rooms } = the;
  const link = place.offer(bench, room, spoke);
  const made = place.claim(link, spoke);
  assertEquals(show(the, made, spoke), "accept");
  const opened = openEnvelope(place.inboxOf(spoke).at(-1)!, made.ephemeral.secretKey)!;
  const th2 = claimHash(made.claim, {
    sign: bench.identity.sign.publicKey,
    box: bench.identity.box.publicKey,
  });
  const root = linkRoot(
    made.ephemeral.secretKey,
    opened.ephemeralPublicKey,
    th2,
    opened.plaintext,
  )!;
  const { spokeToHub } = linkSubjects(root);
  const confirm = encodeLinkMessage({ tag: "confirm" });
  // Under another root, and thrown back from the other way: nothing.
  place.wires.inject(
    spokeToHub,
    new LinkSealer(linkKeys(place.random(32)).spokeToHub).seal(confirm),
  );
  place.wires.inject(spokeToHub, new LinkSealer(linkKeys(root).hubToSpoke).seal(confirm));
  place.settle();
  assertEquals([rooms.heard, bench.park.counts().linksUp], [[], 0]);
  place.wires.inject(spokeToHub, new LinkSealer(linkKeys(root).spokeToHub).seal(confirm));
  place.settle();
  assertEquals([rooms.heard, rooms.offerEvents], [["attach"], ["paired"]]);
  assertEquals(bench.park.counts().linksUp, 1);
});

Deno.test("[Q1] sixteen links a room and four offers; beyond it an offer is refused", () => {
  const the = hub();
  const { place, bench, room } = the;
  const offer = (seed: number) => {
    const link = place.newLink(bench.identity);
    const args = place.offerArgs(link, strangeBench(seed));
    return [place.act(bench, room, ADMIN_OP.pairOffer, args), link] as const;
  };
  const taken = [0, 1, 2, 3].map((seed) => offer(seed));
  assertEquals(taken.map(([why]) => why), [null, null, null, null]);
  assertEquals(offer(4)[0], "too-many");
  taken.forEach(([, link], seed) => assertEquals(shown(the, link, strangeBench(seed)), "accept"));
  for (let seed = 4; seed < MAX_LINKS_OF_ROOM; seed++) {
    const [why, link] = offer(seed);
    assertEquals([why, shown(the, link, strangeBench(seed))], [null, "accept"]);
    if (seed % 8 === 0) place.clock.advance(500);
  }
  assertEquals([bench.park.counts().links, offer(99)[0]], [MAX_LINKS_OF_ROOM, "too-many"]);
});

Deno.test("[Q2] the inbox takes 40 at once and 20 a second, before any crypto; envelopes of another length do not even count", () => {
  const the = hub();
  const { place, bench, room, spoke } = the;
  const link = place.offer(bench, room, spoke);
  const signer = nodeSigner(place.random(32));
  const forged = Array.from({ length: 44 }, () => place.claim(link, spoke, { signer }).envelope);
  for (let i = 0; i < 500; i++) place.inject(bench.identity, new Uint8Array(ENVELOPE_BYTES + 1));
  place.looks = 0;
  for (const envelope of forged) place.inject(bench.identity, envelope);
  place.settle();
  assertEquals(place.looks, INBOX_BURST);
  place.clock.advance(1_000);
  for (const envelope of forged) place.inject(bench.identity, envelope);
  place.settle();
  assertEquals(place.looks, INBOX_BURST + 20);
  // The offer is untouched by all of it.
  place.clock.advance(1_000);
  assertEquals(shown(the, link), "accept");
});

Deno.test("[T3] [T1] nothing on the bus holds token, its hash, the room, its keys, a label or an address, in the clear", () => {
  const the = hub();
  const { place, bench, room, spoke } = the;
  const link = place.offer(bench, room, spoke);
  const label = "telling-label";
  const url = "https://telling.example";
  show(the, place.claim(link, spoke, { label, url }), spoke);
  shown(the, link);
  const secrets = [
    link.secret,
    link.tokenHash,
    link.claimKey.publicKey,
    idBytes(room.roomId),
    room.adminFp,
    room.join.publicKey,
    spoke.fingerprint,
    bench.identity.fingerprint,
    new TextEncoder().encode("telling"),
  ].map((bytes) => bytes.toHex());
  assertEquals(place.wire.length, 4);
  for (const { subject, bytes } of place.wire) {
    const text = new TextEncoder().encode(subject).toHex() + bytes.toHex() + subject;
    for (const each of secrets) assertEquals(text.includes(each), false);
  }
  // And claims, acceptances and refusals have one length.
  assertEquals(new Set(place.wire.map(({ bytes }) => bytes.length)).size, 1);
});

Deno.test("[U3] with its room go the links and offers, and who comes with a good link for it is told expired", () => {
  const the = hub();
  const { place, bench, room, spoke, rooms } = the;
  const other = place.add();
  place.pair(bench, room, other);
  const used = place.offer(bench, room, spoke);
  shown(the, used);
  const link = place.offer(bench, room, spoke);
  rooms.rooms.delete(room.roomId);
  bench.park.onRoomGone(room.roomId, null);
  assertEquals([bench.park.counts().offers, bench.park.counts().rooms], [0, 0]);
  place.settle();
  assertEquals(other.rooms.heard.at(-1), "detach");
  // The same room opened again, public again: the old link is not good for it, and it hears of none.
  place.open(bench, 1);
  const before = rooms.toldMember.length;
  assertEquals([shown(the, link), shown(the, used)], ["expired", "used"]);
  assertEquals(rooms.toldMember.length, before);
});
