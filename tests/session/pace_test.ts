// What a tab sends by itself, against the bucket that a bench keeps for its socket.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { KEPT_FREE, Pace, type PacedKind } from "../../lib/session/pace.ts";
import { SenderPace } from "../../lib/relay/sender_pace.ts";
import { DEFAULT_MAX_FILE_BYTES, FRAMES_BURST_SECONDS, LIMITS } from "../../lib/wire/mod.ts";

/** The waits of a minute in which there is always something to send, and what the bench that keeps `bench` says. */
function sendForAMinute(pace: Pace, bench: SenderPace, startMs: number): number {
  let nowMs = startMs;
  let sent = 0;
  for (const endMs = nowMs + 60_000; nowMs < endMs;) {
    const waitMs = pace.waitMs("presence", nowMs);
    if (waitMs > 0) {
      nowMs += waitMs;
      continue;
    }
    assert(pace.spare("presence", nowMs) > 0);
    pace.spend(nowMs);
    sent++;
    assertEquals(bench.onMessage(300, nowMs), true);
    assertEquals(bench.waitMs(nowMs), 0, `message ${sent}`);
  }
  return sent;
}

Deno.test("[M7] who always has something to send is never over the rate that the bench says, and nearly at it", () => {
  for (const framesPerSecond of [1, 2, 3, 5, 19, 20]) {
    const nowMs = 5_000;
    const limits = { ...LIMITS, maxFramesPerSecond: framesPerSecond };
    const pace = new Pace(nowMs);
    pace.restart(framesPerSecond, nowMs);
    const bench = new SenderPace(limits, DEFAULT_MAX_FILE_BYTES, nowMs);
    // The join went before.
    assertEquals([bench.onMessage(600, nowMs), bench.waitMs(nowMs)], [true, 0]);
    const sent = sendForAMinute(pace, bench, nowMs);
    const most = framesPerSecond * (60 + FRAMES_BURST_SECONDS);
    assert(sent > 0.85 * most && sent < most, `${sent} at ${framesPerSecond} a second`);
  }
});

Deno.test("[M7] a bench that reads more than the default, or without end, makes no tab faster", () => {
  for (const framesPerSecond of [21, 1_000, Number.MAX_SAFE_INTEGER, Infinity]) {
    const pace = new Pace(0);
    pace.restart(framesPerSecond, 0);
    const bench = new SenderPace(LIMITS, DEFAULT_MAX_FILE_BYTES, 0);
    assert(sendForAMinute(pace, bench, 0) > 60 * 17);
  }
});

Deno.test("[M7] no bench reads less than one message a second: such a rate is a mistake of ours", () => {
  for (const framesPerSecond of [0, -1, 0.5, NaN]) {
    assertThrows(() => new Pace(0).restart(framesPerSecond, 0), RangeError);
  }
});

Deno.test("[M7] ninety at once, of which the join is one; what is said leaves ten to presences, and pictures twenty", () => {
  const pace = new Pace(0);
  const kinds: readonly PacedKind[] = ["presence", "content", "chunk"];
  assertEquals(kinds.map((kind) => pace.spare(kind, 0)), [89, 79, 69]);
  for (const kind of kinds.toReversed()) {
    while (pace.spare(kind, 0) > 0) pace.spend(0);
    assert(pace.waitMs(kind, 0) > 0);
  }
  // What is kept free for others is no debt: the wait is for one frame.
  assertEquals(pace.waitMs("presence", 0), Math.ceil(1_000 / 18));
  assertEquals(pace.waitMs("content", 0), Math.ceil((90 * KEPT_FREE.content + 1) * 1_000 / 18));
});

Deno.test("[M7] at the slowest rate there is, every kind still has its turn", () => {
  const pace = new Pace(0);
  pace.restart(1, 0);
  for (const kind of ["presence", "content", "chunk"] as const) {
    assert(pace.spare(kind, 60_000) > 0, kind);
  }
});

Deno.test("[M7] a new socket begins with a full burst of its own, and time fills no more than that", () => {
  const pace = new Pace(0);
  for (let i = 0; i < 89; i++) pace.spend(0);
  assertEquals(pace.spare("presence", 0), 0);
  pace.restart(20, 0);
  assertEquals(pace.spare("presence", 0), 89);
  assertEquals(pace.spare("presence", 3_600_000), 90);
  // Another bench may stand there now.
  pace.restart(5, 3_600_000);
  assertEquals(pace.spare("presence", 3_600_000), 21);
  assertEquals(pace.spare("presence", 7_200_000), 22);
});
