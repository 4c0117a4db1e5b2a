// What the admin and the other bench's keeper are told: a sentence for every refusal, every failure, every end of a link.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { FindFailure } from "../../lib/session/contract.ts";
import type { PairingOffer } from "../../lib/session/view_state.ts";
import { mayTryAgain, pairFailureWords } from "../../lib/ui/accept_words.ts";
import { actRefusalWords } from "../../lib/ui/act_words.ts";
import {
  benchesLine,
  fingerprintOf,
  hostOf,
  labelOf,
  publicMark,
  shortFingerprint,
} from "../../lib/ui/bench_words.ts";
import { findFailureWords } from "../../lib/ui/find_words.ts";
import { isOpen, isTroubled, offerLine, offerNews, offerWords } from "../../lib/ui/offer_words.ts";
import { timeLeft } from "../../lib/ui/offer_words.ts";
import { ADMIN_REFUSALS, OFFER_EVENTS, PAIR_FAILURES } from "../../lib/wire/mod.ts";
import { fullView, HERE_ID, OAK_ID, offered, otherSeat, seat } from "./fixtures.ts";

/** Every one is a sentence or more, and no two are the same. */
function assertSentences(sentences: readonly string[]): void {
  for (const sentence of sentences) assertMatch(sentence, /^\S.*[.]$/);
  assertEquals(new Set(sentences).size, sentences.length);
}

Deno.test("every refusal of an admin's act has its sentence, silence too", () => {
  assertSentences([...ADMIN_REFUSALS, "no-answer" as const].map(actRefusalWords));
});

Deno.test("every way of not finding a bench says what to do", () => {
  const failures: { readonly [Failure in FindFailure]: RegExp } = {
    "not-an-id": /\/bench/,
    "this-bench": /other one/,
    "none": /full Bench ID/,
    "several": /full Bench ID/,
    "busy": /[Ww]ait/,
    "park-away": /Try again/,
    "no-answer": /Try again/,
  };
  assertSentences(Object.keys(failures).map((each) => findFailureWords(each as FindFailure)));
  for (const [failure, words] of Object.entries(failures)) {
    assertMatch(findFailureWords(failure as FindFailure), words);
  }
});

Deno.test("every failure of accepting has its sentence; only success says paired", () => {
  const reasons = [...PAIR_FAILURES, "no-connection" as const];
  assertSentences(reasons.map(pairFailureWords));
  for (const reason of reasons) assert(!/\bpaired\b/i.test(pairFailureWords(reason)), reason);
  assertStringIncludes(pairFailureWords("used"), "already used");
  assertStringIncludes(pairFailureWords("expired"), "expired");
  assertStringIncludes(pairFailureWords("wrong-bench"), "wrong bench");
  // Either bench may be the full one.
  assertStringIncludes(pairFailureWords("too-many"), "One of the two benches");
});

Deno.test("the fixed words stand in the failure that they name, and in no other", () => {
  const names: readonly (readonly [RegExp, string])[] = [
    [/already used/, "used"],
    [/expired/, "expired"],
    [/wrong bench/, "wrong-bench"],
  ];
  for (const [words, only] of names) {
    const found = PAIR_FAILURES.filter((reason) => words.test(pairFailureWords(reason)));
    assertEquals(found, [only as typeof found[number]]);
  }
});

Deno.test("a link that is spent or for another bench is not tried again", () => {
  const final = PAIR_FAILURES.filter((reason) => !mayTryAgain(reason));
  assertEquals(final, ["used", "expired", "wrong-bench", "pairing-off", "own-link"]);
  assert(mayTryAgain("no-connection"));
});

/** Events that leave an offer's state as it was, and what they say of it. */
const NOTES: Readonly<Record<string, Partial<PairingOffer>>> = {
  "leaked": { hasLeaked: true },
  "full": { wasFull: true },
  "used-again": { wasUsedAgain: true },
};

const STATES = [
  "open",
  "taken-back",
  ...OFFER_EVENTS.filter((event) => !Object.hasOwn(NOTES, event)),
] as PairingOffer["state"][];

Deno.test("every end of a pairing link has its words, in full and in short", () => {
  assertSentences(STATES.map((state) => offerWords(offered({ state }))));
  assertSentences(STATES.map((state) => offerLine(offered({ state }))));
  for (const state of STATES) {
    for (const words of [offerWords(offered({ state })), offerLine(offered({ state }))]) {
      assertEquals(/\bpaired\b/i.test(words), state === "paired", words);
    }
  }
  assertStringIncludes(offerWords(offered({ state: "expired" })), "expired");
  assertStringIncludes(offerWords(offered({ state: "unconfirmed" })), "already used");
});

Deno.test("whatever came between or after has words of its own, in every state that it can come in; none of them says paired", () => {
  const open = Object.values(NOTES).map((note) => offered(note));
  const used = (["paired", "unconfirmed", "refused"] as const).map((state) =>
    offered({ state, wasUsedAgain: true })
  );
  const all = [...STATES.map((state) => offered({ state })), ...open, ...used];
  assertSentences(all.map(offerWords));
  assertSentences(all.map(offerLine));
  for (const offer of all) {
    for (const words of [offerWords(offer), offerLine(offer)]) {
      assertEquals(/\bpaired\b/i.test(words), offer.state === "paired", words);
    }
  }
});

Deno.test("a leaked link still works, says so, and that it can be taken back", () => {
  const offer = offered({ hasLeaked: true });
  assert(isOpen(offer) && isTroubled(offer));
  const words = offerWords(offer);
  for (const part of ["wrong bench", "still works", "Take it back"]) {
    assertStringIncludes(words, part);
  }
  const over = offered({ state: "paired", hasLeaked: true });
  assert(!isOpen(over) && !isTroubled(over));
});

Deno.test("a link that came while this bench was full still works, says why it came to nothing, and so when it expires", () => {
  const offer = offered({ wasFull: true });
  assert(isOpen(offer) && isTroubled(offer));
  for (const words of [offerWords(offer), offerLine(offer)]) {
    assertStringIncludes(words, "could not pair: this bench has as many links as it takes");
    assert(!words.includes("Waiting"));
  }
  assertStringIncludes(offerWords(offer), "can try again with this link");
  const leaked = offerWords(offered({ wasFull: true, hasLeaked: true }));
  for (const part of ["wrong bench", "as many links"]) assertStringIncludes(leaked, part);
  const expired = offerWords(offered({ state: "expired", wasFull: true }));
  for (const part of ["expired", "as many links"]) assertStringIncludes(expired, part);
  assert(!expired.includes("did not accept"));
  const after = offered({ state: "paired", wasFull: true });
  assertEquals([isTroubled(after), offerWords(after)], [false, "Paired with quiet-oak-42."]);
});

Deno.test("a used link that was tried again: what became of it stands, that it was refused stands behind", () => {
  for (const state of ["paired", "unconfirmed", "refused"] as const) {
    const before = offered({ state });
    const after = offered({ state, wasUsedAgain: true });
    assert(offerWords(after).startsWith(`${offerWords(before)} `));
    assert(offerLine(after).startsWith(`${offerLine(before)} `));
    assertStringIncludes(offerWords(after), "once more after it was used: that was refused");
    assert(!isTroubled(after));
    assertEquals(offerNews([before], [after]), [offerWords(after)]);
  }
  // Used, and the other bench's first word not there yet: neither waiting for a tap, nor good at the right bench.
  for (const given of [{}, { hasLeaked: true }, { wasFull: true }]) {
    const words = offerWords(offered({ ...given, wasUsedAgain: true }));
    assert(words.startsWith("quiet-oak-42 accepted, and is not heard yet."));
    assert(!/still works|try again/.test(words));
  }
});

Deno.test("offerNews() tells what became of a link, once, and nothing that the admin did", () => {
  const open = offered();
  const other = offered({ key: "offer-2" });
  const expired = { ...open, state: "expired" as const };
  assertEquals(offerNews([], [open]), []);
  assertEquals(offerNews([open, other], [expired, other]), [offerWords(expired)]);
  assertEquals(offerNews([expired], [expired]), []);
  assertEquals(offerNews([expired], [{ ...expired }]), []);
  assertEquals(offerNews([open], [{ ...open, state: "taken-back" }]), []);
  assertEquals(offerNews([open], []), []);
  const leaked = { ...open, hasLeaked: true };
  assertEquals(offerNews([open], [leaked]), [offerWords(leaked)]);
});

Deno.test("timeLeft() counts down from 5:00, and says 0:00 only when nothing is left", () => {
  assertEquals(timeLeft(300_000, 0), "5:00");
  assertEquals(timeLeft(300_000, 1), "5:00");
  assertEquals(timeLeft(300_000, 1_000), "4:59");
  assertEquals(timeLeft(300_000, 239_001), "1:01");
  assertEquals(timeLeft(300_000, 299_999), "0:01");
  assertEquals(timeLeft(300_000, 300_000), "0:00");
  assertEquals(timeLeft(300_000, 900_000), "0:00");
});

Deno.test("a full Bench ID comes apart at its last ~", () => {
  assertEquals(labelOf(OAK_ID), "quiet-oak-42");
  assertEquals(fingerprintOf(HERE_ID), "abcdefghijklmnopqrstuvwxyz");
  assertEquals(shortFingerprint(HERE_ID), "abcdef");
  assertEquals([labelOf("a~b~c"), fingerprintOf("a~b~c")], ["a~b", "c"]);
  assertEquals([labelOf("alone"), fingerprintOf("alone")], ["alone", ""]);
});

Deno.test("hostOf() is the host of an origin, or nothing", () => {
  assertEquals(hostOf("https://oak.example:8443"), "oak.example:8443");
  assertEquals([hostOf(""), hostOf("nonsense"), hostOf("javascript:alert(1)")], [null, null, null]);
});

Deno.test("the line over the benches counts them and what is silent", () => {
  const line = (...benches: Parameters<typeof otherSeat>[0][]) =>
    benchesLine({ ...fullView(), benches: [seat(), ...benches.map((each) => otherSeat(each))] });
  assertEquals(line({}), "2 benches, all linked");
  assertEquals(line({ isUp: false }), "2 benches, the other is silent");
  assertEquals(line({}, { isUp: false }), "3 benches, 1 silent");
  const empty = { ...fullView(), benches: [] };
  assertEquals(
    benchesLine(empty),
    "This room is public. It is paired with no bench yet.",
  );
  assertStringIncludes(benchesLine({ ...empty, publicness: "by-bench" }), "This bench says");
});

Deno.test("the mark in the header tells the admin's word from this bench's", () => {
  assertEquals(publicMark("private"), null);
  assertEquals(publicMark("by-admin")?.text, "Public");
  assertEquals(publicMark("by-bench")?.text, "Public, unsigned");
  assertStringIncludes(publicMark("by-bench")!.about, "This bench says");
});
