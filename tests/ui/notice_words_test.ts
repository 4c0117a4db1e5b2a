// The exact words of the quiet lines, of lost pictures and of refusals.

import { assert, assertEquals } from "@std/assert";
import type { RemovedKind } from "../../lib/crypto/strip_output.ts";
import type { ImageRefusal } from "../../lib/session/contract.ts";
import type { Notice, Transfer } from "../../lib/session/view_state.ts";
import {
  isWarning,
  lostPictureWords,
  noticeParts,
  noticeText,
  refusalWords,
  REMOVED_WORDS,
  removedWords,
} from "../../lib/ui/notice_words.ts";
import { ANA, OAK_ID } from "./fixtures.ts";

/** One notice of every kind with its sentence; a new kind does not type-check until it stands here. */
const SENTENCES: { readonly [Kind in Notice["kind"]]: readonly [Notice, string] } = {
  "joined": [{ kind: "joined", who: ANA }, "Ana joined"],
  "left": [{ kind: "left", who: ANA, saidGoodbye: true }, "Ana left"],
  "gap": [{ kind: "gap", who: ANA, count: 2 }, "2 messages from Ana did not arrive"],
  "unreadable": [
    { kind: "unreadable", count: 1 },
    "1 message could not be opened: damaged on the way, or sealed with another key",
  ],
  "forged": [
    { kind: "forged", count: 1 },
    "1 message thrown away: the signature did not fit the sender. " +
    "Somebody here, or this bench, tried to pass for another",
  ],
  "unproven": [
    { kind: "unproven", count: 3 },
    "3 messages not shown: whoever sent them has not proved to be here now",
  ],
  "repeated": [
    { kind: "repeated", count: 2 },
    "2 messages came again or too late, and were dropped",
  ],
  "newer-kind": [
    { kind: "newer-kind", who: ANA, count: 1 },
    "Ana sent something that this page does not know yet",
  ],
  "connection-lost": [{ kind: "connection-lost", cause: "lost" }, "Connection lost"],
  "connection-back": [{ kind: "connection-back" }, "Connection is back"],
  "room-began-anew": [
    { kind: "room-began-anew", benchRestarted: true },
    "This bench restarted: what others said meanwhile may be missing",
  ],
  "made-public": [
    { kind: "made-public", byAdmin: true },
    "This room was made public by the admin, for good: benches that the admin chooses can carry it",
  ],
  "public-no-more": [
    { kind: "public-no-more" },
    "This bench lost what it knew of the room: it is not public here any more, and no other bench carries it",
  ],
  "bench-paired": [
    { kind: "bench-paired", benchId: OAK_ID },
    "Paired with quiet-oak-42: it carries this room, too",
  ],
  "bench-away": [
    { kind: "bench-away", benchId: OAK_ID },
    "quiet-oak-42 is silent: words do not reach it just now",
  ],
  "bench-back": [{ kind: "bench-back", benchId: OAK_ID }, "quiet-oak-42 is linked again"],
  "bench-unpaired": [
    { kind: "bench-unpaired", benchId: OAK_ID },
    "Unpaired from quiet-oak-42: nothing passes between the two",
  ],
};

Deno.test("every notice has its sentence", () => {
  for (const [notice, sentence] of Object.values(SENTENCES)) {
    assertEquals(noticeText(notice), sentence);
  }
});

Deno.test("one and many are told apart", () => {
  assertEquals(
    noticeText({ kind: "gap", who: ANA, count: 1 }),
    "1 message from Ana did not arrive",
  );
  assertEquals(
    noticeText({ kind: "unproven", count: 1 }),
    "1 message not shown: whoever sent it has not proved to be here now",
  );
  assertEquals(
    noticeText({ kind: "repeated", count: 1 }),
    "1 message came again or too late, and was dropped",
  );
  assertEquals(
    noticeText({ kind: "newer-kind", who: ANA, count: 4 }),
    "Ana sent 4 things that this page does not know yet",
  );
});

Deno.test("a room that began anew on a bench that went on is not put down to a restart", () => {
  assertEquals(
    noticeText({ kind: "room-began-anew", benchRestarted: false }),
    "The room began anew while you were away: what others said meanwhile may be missing",
  );
});

Deno.test("who signed a goodbye, and who is only gone, are told apart", () => {
  assertEquals(
    noticeText({ kind: "left", who: ANA, saidGoodbye: false }),
    "Ana left without a goodbye",
  );
});

Deno.test("a drop is told with its cause", () => {
  assertEquals(
    noticeText({ kind: "connection-lost", cause: "too-slow" }),
    "Your connection was too slow for what was said here, so this bench let go of it",
  );
});

Deno.test("names stay apart from words, so that they can be drawn isolated", () => {
  assertEquals(noticeParts({ kind: "joined", who: ANA }), [{ who: ANA }, " joined"]);
});

Deno.test("public by this bench's word alone is worded as its word, and is a warning", () => {
  const notice: Notice = { kind: "made-public", byAdmin: false };
  assertEquals(
    noticeText(notice),
    "This bench says that the room was made public, but the admin's signature did not come along",
  );
  assert(isWarning(notice));
});

Deno.test("a bench stays apart from words, too", () => {
  assertEquals(noticeParts({ kind: "bench-back", benchId: OAK_ID }), [
    { bench: OAK_ID },
    " is linked again",
  ]);
});

Deno.test("what may hide an attack or a loss is a warning", () => {
  const warnings = Object.values(SENTENCES).map(([notice]) => notice).filter(isWarning);
  assertEquals(warnings.map((notice) => notice.kind), [
    "gap",
    "unreadable",
    "forged",
    "unproven",
    "room-began-anew",
    "public-no-more",
    "bench-away",
  ]);
});

Deno.test("a lost picture says why", () => {
  const words = (transfer: Transfer, name: string | null = "Ana") =>
    lostPictureWords(transfer, name, 10 * 1024 * 1024);
  assertEquals(words({ tag: "moving", doneBytes: 1 }), null);
  assertEquals(words({ tag: "complete", url: "blob:x" }), null);
  assertEquals(words({ tag: "cancelled", by: "me" }), "You cancelled this picture.");
  assertEquals(words({ tag: "cancelled", by: "sender" }), "Ana cancelled this picture.");
  assertEquals(words({ tag: "cancelled", by: "sender" }, null), "You cancelled this picture.");
  assertEquals(
    words({ tag: "broken", reason: "too-big" }),
    "This picture is larger than this bench allows (10 MiB).",
  );
  const reasons = ["piece-missing", "piece-false", "too-big", "not-an-image", "no-room"] as const;
  const sentences = reasons.map((reason) => words({ tag: "broken", reason }));
  assertEquals(new Set(sentences).size, reasons.length);
  for (const sentence of sentences) assert(sentence?.endsWith("."));
});

Deno.test("a refusal says what is possible", () => {
  const reasons: { readonly [Reason in ImageRefusal]: RegExp } = {
    "not-an-image": /JPEG, PNG, WebP and GIF/,
    "damaged": /damaged/,
    "too-big": /at most 10 MiB/,
    "too-many-pixels": /8192/,
  };
  for (const [reason, words] of Object.entries(reasons)) {
    assert(words.test(refusalWords(reason as ImageRefusal, 10 * 1024 * 1024)), reason);
  }
});

Deno.test("every kind of removed data has a word of its own", () => {
  const kinds: { readonly [Kind in RemovedKind]: true } = {
    "exif": true,
    "xmp": true,
    "iptc": true,
    "comment": true,
    "text": true,
    "time": true,
    "thumbnail": true,
    "second-image": true,
    "provenance": true,
    "colour-profile": true,
    "profile-details": true,
    "application-data": true,
    "hidden-data": true,
    "trailing-data": true,
  };
  assertEquals(Object.keys(REMOVED_WORDS).sort(), Object.keys(kinds).sort());
  assertEquals(new Set(Object.values(REMOVED_WORDS)).size, Object.keys(kinds).length);
});

Deno.test("removedWords() is a sentence for none, one and several", () => {
  assertEquals(removedWords([]), "Nothing hidden was found in it.");
  assertEquals(removedWords(["comment"]), "Removed before sending: comments.");
  assertEquals(
    removedWords(["exif", "comment", "thumbnail"]),
    "Removed before sending: place, time and camera (EXIF), comments and a small copy of it.",
  );
  assertEquals(removedWords(["brand-new"]), "Removed before sending: brand-new.");
});
