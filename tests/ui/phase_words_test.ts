// Every state of a stay has a heading and a way on that fits it.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { EndReason, Phase, TapCause } from "../../lib/session/view_state.ts";
import { awayWords } from "../../lib/ui/away_words.ts";
import { endWords, peopleWords, phaseWords, type WayOn } from "../../lib/ui/phase_words.ts";

/** A new reason does not type-check until it stands here. */
const WAYS: { readonly [Reason in EndReason]: WayOn } = {
  "left": null,
  "deleted-by-admin": null,
  "gone-says-bench": null,
  "removed": null,
  "proof-failed": null,
  "locked": "again",
  "replaced": "again",
  "too-big": "reload",
  "refused": "reload",
};

Deno.test("every end has its own heading, a line, and a way on with a button", () => {
  const headings = new Set<string>();
  for (const [reason, wayOn] of Object.entries(WAYS)) {
    const words = endWords(reason as EndReason);
    assertEquals(words.wayOn, wayOn, reason);
    assertEquals(words.button !== "", wayOn !== null, reason);
    assert(words.lines.length > 0 && words.lines.every((line) => /[.:]$/.test(line)), reason);
    assertEquals(phaseWords({ tag: "ended", reason: reason as EndReason }), words);
    headings.add(words.heading);
  }
  assertEquals(headings.size, Object.keys(WAYS).length);
});

Deno.test("what the admin signed and what only the bench says are worded apart", () => {
  assertStringIncludes(endWords("deleted-by-admin").heading, "The admin deleted this room");
  const moved = endWords("gone-says-bench");
  assertStringIncludes(moved.lines.join(" "), "This bench says the room was deleted or moved.");
  assert(!moved.heading.includes("admin"));
  assertStringIncludes(endWords("removed").lines.join(" "), "This bench says");
});

Deno.test("nobody here: says so, offers to wait, and that nothing was kept", () => {
  const words = phaseWords({ tag: "nobody-here" });
  assertEquals(words?.heading, "Nobody is here");
  assertEquals(words?.button, "Wait here");
  assertEquals(words?.wayOn, "wait");
  assertStringIncludes(words?.lines.join(" ") ?? "", "It has ended or not begun.");
  assertStringIncludes(words?.lines.join(" ") ?? "", "othing from before you came is kept");
});

Deno.test("a bench that cannot be reached is tried by itself, and by a tap", () => {
  const words = phaseWords({ tag: "unreachable", cause: "unreachable" });
  assertEquals(words?.heading, "This bench cannot be reached");
  assertEquals([words?.wayOn, words?.button, words?.busy], ["wait", "Try again", true]);
  assertEquals(phaseWords({ tag: "connecting" })?.busy, true);
});

Deno.test("a refusal that may pass has a heading of its own, and waits for a tap", () => {
  const causes: { readonly [Cause in TapCause]: true } = {
    "slow-hello": true,
    "too-fast": true,
    "too-many-from-one-network": true,
    "room-full": true,
    "bench-full": true,
  };
  const headings = new Set<string>();
  for (const cause of Object.keys(causes) as TapCause[]) {
    const words = phaseWords({ tag: "waiting-for-tap", cause });
    assertEquals(words?.lines, [awayWords(cause)]);
    assertEquals([words?.wayOn, words?.button, words?.busy], ["wait", "Try again", false]);
    headings.add(words!.heading);
  }
  assertEquals(headings.size, Object.keys(causes).length);
});

Deno.test("in these phases the room itself is shown", () => {
  const shown: readonly Phase["tag"][] = ["live", "reconnecting", "away-too-long"];
  for (const tag of shown) assertEquals(phaseWords({ tag } as Phase), null);
});

Deno.test("peopleWords() counts", () => {
  assertEquals(peopleWords(1), "1 person here");
  assertEquals(peopleWords(2), "2 people here");
  assertEquals(peopleWords(256), "256 people here");
});
