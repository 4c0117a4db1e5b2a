// The wait before the next attempt and the question why: by a clock moved by hand.

import { assert, assertEquals } from "@std/assert";
import { ComingBack } from "../../lib/session/coming_back.ts";
import { delayAfterRefusalMs, parseRefusal, standingCause } from "../../lib/session/reconnect.ts";
import type { UpgradeRefusal } from "../../lib/session/world.ts";
import { ManualClock } from "../support/manual_clock.ts";

function stand() {
  const clock = new ManualClock(0);
  const answers: PromiseWithResolvers<UpgradeRefusal | null>[] = [];
  const told: (UpgradeRefusal | null)[] = [];
  const connectedAtMs: number[] = [];
  const comingBack = new ComingBack({
    world: {
      nowMs: () => clock.nowMs(),
      after: (delayMs, run) => clock.after(delayMs, run),
      chance: () => 0,
      askWhyRefused: () => {
        const answer = Promise.withResolvers<UpgradeRefusal | null>();
        answers.push(answer);
        return answer.promise;
      },
    },
    connect: () => void connectedAtMs.push(clock.nowMs()),
    onAnswer: (refusal) => void told.push(refusal),
  });
  const answer = async (refusal: UpgradeRefusal | null) => {
    answers.shift()!.resolve(refusal);
    await Promise.resolve();
    await Promise.resolve();
  };
  return { clock, answers, told, connectedAtMs, comingBack, answer };
}

Deno.test("[M4] [C10] it asks once an attempt, and waits as long as the bench names, if that is longer", async () => {
  const { clock, answers, told, connectedAtMs, comingBack, answer } = stand();
  comingBack.begin(1_000, true);
  assertEquals(answers.length, 1);
  clock.advance(200);
  await answer({ why: "too-many-new", retryAfterMs: 4_000 });
  clock.advance(3_999);
  assertEquals(connectedAtMs, []);
  clock.advance(1);
  assertEquals(connectedAtMs, [4_200]);
  comingBack.begin(1_000, true);
  await answer({ why: "too-many-sockets", retryAfterMs: 300 });
  clock.advance(1_000);
  assertEquals(connectedAtMs, [4_200, 5_200]);
  assertEquals(told.map((refusal) => refusal?.why), ["too-many-new", "too-many-sockets"]);
  assertEquals(comingBack.failures, 2);
  assertEquals(clock.timers, 0);
});

Deno.test("[C10] without a time, without an answer, or with one that comes too late, the own wait holds", async () => {
  const { clock, answers, told, connectedAtMs, comingBack, answer } = stand();
  comingBack.begin(500, true);
  await answer({ why: "too-many-sockets", retryAfterMs: null });
  clock.advance(500);
  comingBack.begin(500, true);
  await answer(null);
  clock.advance(500);
  comingBack.begin(500, true);
  clock.advance(500);
  await answer({ why: "too-many-new", retryAfterMs: 9_000 });
  assertEquals(connectedAtMs, [500, 1_000, 1_500]);
  // The last answer was about an attempt that was over: it is told to nobody.
  assertEquals(told.length, 2);
  comingBack.begin(500, false);
  assertEquals(answers.length, 0);
  comingBack.stop();
  assertEquals(clock.timers, 0);
});

Deno.test("[C10] back in the room, the waits begin anew", () => {
  const { clock, comingBack } = stand();
  comingBack.begin(500, false);
  comingBack.begin(500, false);
  assertEquals([comingBack.failures, clock.timers], [2, 1]);
  comingBack.onLive();
  assertEquals([comingBack.failures, clock.timers], [0, 0]);
});

Deno.test("[C10] the bench's own time is spread, and never longer than twenty seconds", () => {
  assertEquals(delayAfterRefusalMs(4_000, 0), 4_000);
  assertEquals(delayAfterRefusalMs(4_000, 0.5), 5_000);
  assertEquals(delayAfterRefusalMs(19_000, 0.9), 20_000);
  assertEquals(delayAfterRefusalMs(86_400_000, 0), 20_000);
});

Deno.test("[M4] 429 and 503 are refusals, with whole seconds or none; every other answer says nothing", () => {
  assertEquals(parseRefusal(429, "2"), { why: "too-many-new", retryAfterMs: 2_000 });
  assertEquals(parseRefusal(503, "0"), { why: "too-many-sockets", retryAfterMs: 0 });
  for (
    const strange of [null, "", "-1", "1.5", "soon", "Wed, 21 Oct 2015 07:28:00 GMT", "9".repeat(9)]
  ) {
    assertEquals(parseRefusal(503, strange)?.retryAfterMs, null, `${strange}`);
  }
  for (const status of [200, 301, 403, 404, 426, 500, 502]) {
    assertEquals(parseRefusal(status, "2"), null);
  }
});

Deno.test("what was said of a bench stands until something better is known", () => {
  for (const before of ["too-many-new", "too-many-sockets"] as const) {
    assertEquals(standingCause(before, "unreachable", false), before);
    assertEquals(standingCause(before, "unreachable", true), "unreachable");
  }
  for (const wasAsked of [false, true]) {
    assertEquals(standingCause("bench-stops", "unreachable", wasAsked), "bench-stops");
    assertEquals(standingCause("bench-stops", "too-many-new", wasAsked), "too-many-new");
    assertEquals(standingCause("lost", "unreachable", wasAsked), "unreachable");
    assertEquals(standingCause(null, "unreachable", wasAsked), "unreachable");
  }
  assert(standingCause("too-slow", "offline", false) === "offline");
});
