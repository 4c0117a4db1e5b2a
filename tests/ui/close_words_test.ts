// From a close code, or a refused upgrade, to the sentence that a person reads: one for every code of PROTOCOL.md section
// 9, different where the cause differs. A code that does not stand here fails the first test.

import { assert, assertEquals } from "@std/assert";
import { afterClose, parseRefusal } from "../../lib/session/reconnect.ts";
import type { AwayCause, Phase } from "../../lib/session/view_state.ts";
import { awayLine, awayWords, comingBackWords } from "../../lib/ui/away_words.ts";
import { phaseWords } from "../../lib/ui/phase_words.ts";
import { CLOSE } from "../../lib/wire/mod.ts";

/** What is told while the tab comes back by itself, after so many a code. */
const COMING_BACK: Readonly<Record<number, string>> = {
  1001: "This bench was stopped, most likely to start anew.",
  1006: "Connection lost.",
  1011: "Something broke inside this bench.",
  4440: "Your connection was too slow for what was said here, so this bench let go of it.",
  4503: "This bench has more to carry than it can just now.",
};

/** What is told where the tab waits for the person: the one line that names the cause. */
const ANSWERED: Readonly<Record<number, string>> = {
  1009:
    "One message from this tab was longer than this bench, or something on the way to it, lets through. A fresh page often helps.",
  4400: "One of them may be older than the other. A fresh page often helps.",
  4401:
    "The bench did not take the proof that was made from it. The link may be damaged: ask for it again.",
  4403: "This bench says that the admin removed you from the room.",
  4404: "It has ended or not begun.",
  4408:
    "This bench stopped waiting for this device to say hello: the line is slow, or many came at once.",
  4409: "A newer connection of this page took the place of this one.",
  4410: "This bench says the room was deleted or moved.",
  4423: "The admin lets nobody else in just now. Try again later, or ask whoever invited you.",
  4429:
    "This bench closed the connection, because too much came from this tab or your network in too short a time. Try again in a minute.",
  4430:
    "This bench takes only so many connections from one address. Close some tabs, or try again later.",
  4431: "This room has as many people as it takes. Try again when somebody has left.",
  4432:
    "This bench has as many rooms as it takes, or your network opened too many in the last minutes. Try again in a while.",
};

/** What a refused upgrade is told as, by its HTTP status [M4]. */
const REFUSED: Readonly<Record<number, string>> = {
  429:
    "Too many new connections came from your network just now, so this bench takes no more for a moment.",
  503: "This bench has as many connections as it takes.",
};

const outcome = (code: number, wasInRoom: boolean) =>
  afterClose({
    code,
    attempt: 0,
    chance: 0,
    wasGreeted: true,
    isOffline: false,
    wasInRoom,
    adminSaidDelete: false,
  });

function firstLine(phase: Phase): string | undefined {
  return phaseWords(phase)?.lines[0];
}

Deno.test("every code that a bench closes with has its sentence here", () => {
  const told = new Set([...Object.keys(COMING_BACK), ...Object.keys(ANSWERED)].map(Number));
  for (const code of Object.values(CLOSE)) assert(told.has(code), `${code} has no sentence`);
});

Deno.test("[C9] codes after which a tab comes back by itself tell why, in the room and before it", () => {
  for (const [code, sentence] of Object.entries(COMING_BACK)) {
    const next = outcome(Number(code), true);
    if (next.tag !== "retry") throw new Error(`${code} is not tried again`);
    assertEquals(awayWords(next.cause), sentence, code);
    assertEquals(
      comingBackWords(next.cause),
      `${sentence} Coming back by itself; what you write now waits.`,
    );
    const words = phaseWords({ tag: "unreachable", cause: next.cause });
    assertEquals(words?.lines, [sentence, "It is tried again by itself."], code);
    assertEquals([words?.busy, words?.wayOn], [true, "wait"], code);
  }
});

Deno.test("every other code leads to a screen whose first line names its cause", () => {
  for (const [code, sentence] of Object.entries(ANSWERED)) {
    const next = outcome(Number(code), false);
    assert(next.tag !== "retry", code);
    assertEquals(firstLine(next as Phase), sentence, code);
  }
});

Deno.test("[C9] a code that waits for a tap tells the same in the room as on the screen before it", () => {
  for (const code of [4408, 4429, 4430, 4431, 4432]) {
    for (const wasInRoom of [false, true]) {
      const next = outcome(code, wasInRoom);
      if (next.tag !== "waiting-for-tap") throw new Error(`${code} does not wait for a tap`);
      assertEquals(awayWords(next.cause), ANSWERED[code]);
      assert(!awayLine(next.cause).endsWith("."), "a line of the log ends without a dot");
    }
  }
});

Deno.test("[M4] a refused upgrade tells why, by what the bench answers over http", () => {
  for (const [status, sentence] of Object.entries(REFUSED)) {
    const refusal = parseRefusal(Number(status), "7");
    assertEquals(refusal?.retryAfterMs, 7_000);
    assertEquals(awayWords(refusal!.why), sentence);
    assertEquals(firstLine({ tag: "unreachable", cause: refusal!.why }), sentence);
  }
});

Deno.test("no two causes share a sentence, and each is one sentence or two", () => {
  const causes: { readonly [Cause in AwayCause]: true } = {
    "lost": true,
    "unreachable": true,
    "offline": true,
    "bench-stops": true,
    "bench-fault": true,
    "too-slow": true,
    "overloaded": true,
    "too-many-new": true,
    "too-many-sockets": true,
  };
  const all = [
    ...Object.keys(causes).map((cause) => awayWords(cause as AwayCause)),
    ...Object.values(ANSWERED),
  ];
  assertEquals(new Set(all).size, all.length);
  for (const sentence of all) assert(/^[A-Z].*\.$/.test(sentence), sentence);
  for (const cause of Object.keys(causes)) {
    assert(!awayLine(cause as AwayCause).endsWith("."), "a line of the log ends without a dot");
  }
});
