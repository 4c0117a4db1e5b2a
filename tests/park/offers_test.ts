// Which pairing links are good, and until when: the book of offers as pure rules, its time a number.

import { assert, assertEquals } from "@std/assert";
import {
  addOffer,
  burnOffer,
  cancelOffer,
  dropOffersOf,
  expireOffers,
  lookUpToken,
  newOfferBook,
  nextOfferEnd,
  noteFull,
  noteLeak,
  noteUsedAgain,
  type OfferBook,
} from "../../lib/park/offers.ts";
import {
  concatBytes,
  MAX_LINKS_OF_ROOM,
  MAX_OFFERS,
  MAX_OFFERS_OF_ROOM,
  MAX_SPENT_TOKENS,
  memberIdOf,
  OFFER_MS,
  roomIdOf,
  SPENT_TOKEN_MS,
  u32,
} from "../../lib/wire/mod.ts";
import { Seeded } from "../support/seeded.ts";

const token = (n: number) => concatBytes(u32(n), new Uint8Array(28));
const roomId = (n: number) => roomIdOf(concatBytes(u32(n), new Uint8Array(12)));
const MADE_BY = memberIdOf(new Uint8Array(16).fill(5));
const FRAME = new Uint8Array(250).fill(8);
/** Digest of the claim that uses a token up. */
const CLAIM = "first";

function offerOf(n: number, room = 1) {
  return {
    tokenHash: token(n),
    claimPublicKey: new Uint8Array(32).fill(n & 0xff),
    peerFp: new Uint8Array(16).fill(2),
    roomId: roomId(room),
    madeBy: MADE_BY,
    frame: FRAME,
  };
}
const add = (book: OfferBook, n: number, nowMs = 0, room = 1, links = 0) =>
  addOffer(book, offerOf(n, room), links, MAX_LINKS_OF_ROOM, nowMs);
const stateOf = (book: OfferBook, n: number) => {
  const state = lookUpToken(book, token(n));
  return state?.tag === "spent" ? state.why : state?.tag ?? null;
};

Deno.test("[T5] an offer is good until the last moment before 5:00, and expired at exactly 5:00", () => {
  const book = newOfferBook();
  assertEquals(OFFER_MS, 300_000);
  assertEquals(add(book, 1, 1_000), "taken");
  assertEquals(nextOfferEnd(book), 301_000);
  for (const nowMs of [1_000, 300_999, 300_999.999]) {
    assertEquals(expireOffers(book, nowMs), []);
    assertEquals(stateOf(book, 1), "open");
  }
  const over = expireOffers(book, 301_000);
  assertEquals(over.map(({ tokenHash, madeBy, frame }) => [tokenHash, madeBy, frame]), [
    [token(1), MADE_BY, FRAME],
  ]);
  assertEquals(stateOf(book, 1), "expired");
  // Told once.
  assertEquals(expireOffers(book, 301_000), []);
});

Deno.test("[T6] the first claim burns the token; later ones find it used, with the key that proves the secret", () => {
  const book = newOfferBook();
  add(book, 7);
  burnOffer(book, token(7), CLAIM, 100);
  assertEquals(lookUpToken(book, token(7)), {
    tag: "spent",
    why: "used",
    claimPublicKey: offerOf(7).claimPublicKey,
  });
  burnOffer(book, token(7), CLAIM, 50_000);
  // Burning again neither lengthens it nor brings another.
  assertEquals(nextOfferEnd(book), 100 + SPENT_TOKEN_MS);
  assertEquals(book.spent.size, 1);
});

Deno.test("[T6] used, expired and taken-back tokens are remembered for exactly ten minutes, and cannot be offered meanwhile", () => {
  const book = newOfferBook();
  assertEquals(SPENT_TOKEN_MS, 600_000);
  for (const n of [1, 2, 3]) assertEquals(add(book, n), "taken");
  assertEquals(add(book, 1), "spent");
  burnOffer(book, token(1), CLAIM, 1_000);
  assert(cancelOffer(book, roomId(1), token(2), 2_000));
  expireOffers(book, OFFER_MS);
  assertEquals([1, 2, 3].map((n) => stateOf(book, n)), ["used", "expired", "expired"]);
  for (const n of [1, 2, 3]) assertEquals(add(book, n, OFFER_MS), "spent");
  for (const [n, spentMs] of [[1, 1_000], [2, 2_000], [3, OFFER_MS]] as const) {
    const untilMs = spentMs + SPENT_TOKEN_MS;
    expireOffers(book, untilMs - 1);
    assertEquals(add(book, n, untilMs - 1), "spent");
    expireOffers(book, untilMs);
    assertEquals(stateOf(book, n), null);
  }
  assertEquals([book.open.size, book.spent.size, nextOfferEnd(book)], [0, 0, null]);
});

Deno.test("[Q1] four offers a room and 64 a bench; one that ended makes room for another", () => {
  const book = newOfferBook();
  assertEquals([MAX_OFFERS_OF_ROOM, MAX_OFFERS], [4, 64]);
  let n = 0;
  for (let room = 0; room < MAX_OFFERS / MAX_OFFERS_OF_ROOM; room++) {
    for (let i = 0; i < MAX_OFFERS_OF_ROOM; i++) assertEquals(add(book, n++, 0, room), "taken");
    assertEquals(add(book, 1_000 + room, 0, room), "too-many");
  }
  assertEquals(add(book, 2_000, 0, 99), "too-many");
  burnOffer(book, token(0), CLAIM, 1);
  assertEquals(add(book, 2_000, 1, 99), "taken");
  assertEquals(book.open.size, MAX_OFFERS);
});

Deno.test("[Q1] [T2] no offer that could only end in too many links", () => {
  const book = newOfferBook();
  assertEquals(add(book, 1, 0, 1, MAX_LINKS_OF_ROOM), "too-many");
  assertEquals(add(book, 1, 0, 1, MAX_LINKS_OF_ROOM - 2), "taken");
  assertEquals(add(book, 2, 0, 1, MAX_LINKS_OF_ROOM - 2), "taken");
  assertEquals(add(book, 3, 0, 1, MAX_LINKS_OF_ROOM - 2), "too-many");
  assertEquals(add(book, 3, 0, 2, 0), "taken");
});

Deno.test("[T6] a book full of remembered tokens takes no offer, rather than forget one", () => {
  const book = newOfferBook();
  for (let n = 0; n < MAX_SPENT_TOKENS; n++) {
    assertEquals(add(book, n, n), "taken");
    burnOffer(book, token(n), CLAIM, n);
  }
  assertEquals(book.spent.size, 1_024);
  assertEquals(add(book, 5_000, 2_000), "too-many");
  assertEquals(stateOf(book, 0), "used");
  expireOffers(book, SPENT_TOKEN_MS);
  assertEquals(stateOf(book, 0), null);
  assertEquals(add(book, 5_000, SPENT_TOKEN_MS), "taken");
});

Deno.test("[T6] open offers count for the bound of remembered tokens: there are never more than 1024", () => {
  const book = newOfferBook();
  for (let n = 0; n < MAX_SPENT_TOKENS - 2; n++) {
    add(book, n);
    burnOffer(book, token(n), CLAIM, 0);
  }
  assertEquals([add(book, 3_000), add(book, 3_001), add(book, 3_002)], [
    "taken",
    "taken",
    "too-many",
  ]);
  expireOffers(book, OFFER_MS);
  assertEquals([book.open.size, book.spent.size], [0, MAX_SPENT_TOKENS]);
});

Deno.test("[T2] an offer is taken back by its own room alone, and only while it is open", () => {
  const book = newOfferBook();
  add(book, 1);
  assertEquals(cancelOffer(book, roomId(2), token(1), 5), false);
  assertEquals(stateOf(book, 1), "open");
  assertEquals(cancelOffer(book, roomId(1), token(9), 5), false);
  assertEquals(cancelOffer(book, roomId(1), token(1), 5), true);
  assertEquals(stateOf(book, 1), "expired");
  assertEquals(cancelOffer(book, roomId(1), token(1), 6), false);
  add(book, 2);
  burnOffer(book, token(2), CLAIM, 7);
  assertEquals(cancelOffer(book, roomId(1), token(2), 8), false);
  assertEquals(stateOf(book, 2), "used");
});

Deno.test("[T10] a leak is noted once an offer, burns nothing, and of what is not open there is none", () => {
  const book = newOfferBook();
  add(book, 1);
  assertEquals([noteLeak(book, token(1)), noteLeak(book, token(1))], [true, false]);
  assertEquals(stateOf(book, 1), "open");
  assertEquals(noteLeak(book, token(2)), false);
  burnOffer(book, token(1), CLAIM, 1);
  assertEquals(noteLeak(book, token(1)), false);
});

Deno.test("[T4] that there was no room for a link is noted once an offer, beside a leak, and burns nothing", () => {
  const book = newOfferBook();
  add(book, 1);
  assertEquals([noteFull(book, token(1)), noteFull(book, token(1))], [true, false]);
  assertEquals([stateOf(book, 1), noteLeak(book, token(1))], ["open", true]);
  assertEquals(noteFull(book, token(2)), false);
  burnOffer(book, token(1), CLAIM, 1);
  assertEquals(noteFull(book, token(1)), false);
});

Deno.test("[T6] another claim for a used token names whom to tell, once; a copy of the first, and what is open or expired, nobody", () => {
  const book = newOfferBook();
  for (const n of [1, 2, 3]) add(book, n);
  burnOffer(book, token(1), CLAIM, 1);
  cancelOffer(book, roomId(1), token(2), 1);
  for (const n of [2, 3, 4]) assertEquals(noteUsedAgain(book, token(n), "other"), null);
  assertEquals(noteUsedAgain(book, token(1), CLAIM), null);
  assertEquals(noteUsedAgain(book, token(1), "other"), {
    tokenHash: token(1),
    roomId: roomId(1),
    madeBy: MADE_BY,
  });
  for (const by of ["other", "third", CLAIM]) assertEquals(noteUsedAgain(book, token(1), by), null);
  assertEquals(stateOf(book, 1), "used");
});

Deno.test("[U3] [T6] with a room goes who made its used links: a room opened again is told nothing of them", () => {
  const book = newOfferBook();
  add(book, 1, 0, 1);
  add(book, 2, 0, 2);
  for (const n of [1, 2]) burnOffer(book, token(n), CLAIM, 1);
  dropOffersOf(book, roomId(1), 10);
  assertEquals(noteUsedAgain(book, token(1), "other"), null);
  assertEquals(noteUsedAgain(book, token(2), "other")?.roomId, roomId(2));
  assertEquals([stateOf(book, 1), stateOf(book, 2)], ["used", "used"]);
});

Deno.test("[U3] a room that ended takes its offers with it, and nobody else's", () => {
  const book = newOfferBook();
  for (const n of [1, 2]) add(book, n, 0, 1);
  add(book, 3, 0, 2);
  dropOffersOf(book, roomId(1), 10);
  assertEquals([1, 2, 3].map((n) => stateOf(book, n)), ["expired", "expired", "open"]);
});

Deno.test("[T5] [T6] [Q1] whatever comes in whatever order: bounds hold, and no token is open and remembered at once", () => {
  const random = new Seeded(40);
  const book = newOfferBook();
  let nowMs = 0;
  for (let step = 0; step < 20_000; step++) {
    nowMs += random.below(3_000);
    expireOffers(book, nowMs);
    const [n, room] = [random.below(400), random.below(20)];
    switch (random.below(6)) {
      case 0:
        burnOffer(book, token(n), CLAIM, nowMs);
        break;
      case 1:
        cancelOffer(book, roomId(room), token(n), nowMs);
        break;
      case 2:
        if (random.below(10) === 0) dropOffersOf(book, roomId(room), nowMs);
        break;
      default: {
        const before = stateOf(book, n);
        const added = add(book, n, nowMs, room);
        assert(before === null || added === "spent");
      }
    }
    assert(book.open.size <= MAX_OFFERS && book.spent.size <= MAX_SPENT_TOKENS);
    for (const key of book.open.keys()) assert(!book.spent.has(key));
    const endMs = nextOfferEnd(book);
    assert(endMs === null || endMs > nowMs);
  }
});
