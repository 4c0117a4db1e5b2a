// What the announcer says about a change, and what it keeps to itself.

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { LogItem } from "../../lib/session/view_state.ts";
import { isFromOthers, mergeSentences, newItems, sentencesFor } from "../../lib/ui/announce.ts";
import { ANA, ME, noticed, pictured, said } from "./fixtures.ts";

Deno.test("newItems() is what came at the end", () => {
  const log: readonly LogItem[] = [said("a"), said("b"), said("c")];
  assertEquals(newItems(log.slice(0, 1), log), log.slice(1));
  assertEquals(newItems(log, log), []);
  assertEquals(newItems([], log), log);
});

Deno.test("newItems() survives a log that lost its oldest or its last item", () => {
  const [a, b, c, d] = [said("a"), said("b"), said("c"), said("d")];
  assertEquals(newItems([a, b, c], [c, d]), [d]);
  assertEquals(newItems([a, b, c], [a, b, d]), [d]);
  assertEquals(newItems([a, b, c], [a, b]), []);
});

Deno.test("sentencesFor() tells what others say, not what I say", () => {
  const before = [said("old")];
  const after = [
    ...before,
    said("hello\n  there"),
    said("mine", ME, "sending"),
    noticed({ kind: "joined", who: ANA }),
    pictured({ tag: "moving", doneBytes: 0 }),
    pictured({ tag: "moving", doneBytes: 0 }, ME, "sending"),
  ];
  assertEquals(sentencesFor(before, after), [
    "Ana: hello there",
    "Ana joined",
    "Ana sends a picture, 2.1 MiB",
  ]);
});

Deno.test("sentencesFor() tells once that an own message failed", () => {
  const sending = said("mine", ME, "sending");
  const failed = { ...sending, delivery: "failed" as const };
  assertEquals(sentencesFor([sending], [failed]), ["Your message was not sent"]);
  assertEquals(sentencesFor([failed], [{ ...failed }]), []);
});

Deno.test("sentencesFor() cuts a long message", () => {
  const [sentence = ""] = sentencesFor([], [said("x".repeat(10_000))]);
  assertEquals(sentence.length, "Ana: ".length + 140 + "…".length);
});

Deno.test("mergeSentences() says a few, and counts a crowd", () => {
  assertEquals(mergeSentences(["a", "b"]), "a. b");
  const many = Array.from({ length: 30 }, (_, index) => `sentence ${index}`);
  assertStringIncludes(mergeSentences(many), "30 things happened");
  assertStringIncludes(mergeSentences(many), "sentence 29");
});

Deno.test("isFromOthers() counts neither notices nor own messages", () => {
  const items = [
    said("a"),
    said("b", ME, "sent"),
    noticed({ kind: "left", who: ANA, saidGoodbye: true }),
  ];
  assertEquals(items.map(isFromOthers), [true, false, false]);
});
