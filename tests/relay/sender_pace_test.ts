// [M7] How fast one socket may send, by a clock that is a number.

import { assertEquals } from "@std/assert";
import { SenderPace } from "../../lib/relay/sender_pace.ts";
import {
  bytesBurst,
  DEFAULT_MAX_FILE_BYTES,
  KEEPS_ON_MS,
  LIMITS,
  MAX_BYTES_BEHIND,
} from "../../lib/wire/mod.ts";

const BURST = 100;
const newPace = (limits = {}) =>
  new SenderPace({ ...LIMITS, ...limits }, DEFAULT_MAX_FILE_BYTES, 0);

/** How long it must wait after a message, which it must be allowed. */
function send(pace: SenderPace, lengthBytes: number, nowMs: number): number {
  assertEquals(pace.onMessage(lengthBytes, nowMs), true);
  return pace.waitMs(nowMs);
}

Deno.test("[M7] 100 messages pass at once, the next waits until the bucket is level again", () => {
  const pace = newPace();
  for (let i = 0; i < BURST; i++) assertEquals(send(pace, 1, 0), 0);
  assertEquals(send(pace, 1, 0), 50);
  assertEquals(send(pace, 1, 0), 100);
  assertEquals(pace.waitMs(90) > 0, true);
  assertEquals(pace.waitMs(101), 0);
});

Deno.test("[M7] 20 a second pass for ever", () => {
  const pace = newPace();
  for (let i = 0; i < 20 * 600; i++) assertEquals(send(pace, 300, i * 50), 0);
});

Deno.test("[M7] who keeps on over the rate for 30 s is cut; one who rests in between is not", () => {
  // A little over the rate: the burst lasts 45 s, then it falls behind.
  const flood = newPace();
  let cutAtMs: number | null = null;
  for (let ms = 0; ms < 120_000 && cutAtMs === null; ms += 45) {
    if (!flood.onMessage(1, ms)) cutAtMs = ms;
  }
  assertEquals(cutAtMs !== null && cutAtMs >= 45_000 + KEEPS_ON_MS - 1_000, true);

  const bursts = newPace();
  for (let minute = 0; minute < 20; minute++) {
    for (let i = 0; i < 150; i++) {
      assertEquals(bursts.onMessage(1, minute * 60_000), true);
    }
  }
});

Deno.test("[M7] 600 messages behind is no honest tab: cut at once", () => {
  const pace = newPace();
  for (let i = 0; i < BURST + 600; i++) assertEquals(pace.onMessage(1, 0), true);
  assertEquals(pace.onMessage(1, 0), false);
});

Deno.test("[M7] the burst of bytes holds a picture of the largest size and a megabyte of talk", () => {
  const pace = newPace();
  const picture = Math.ceil(DEFAULT_MAX_FILE_BYTES / 262_121) * (262_184 + 1);
  assertEquals(send(pace, picture, 0), 0);
  assertEquals(send(pace, 1024 * 1024, 0), 0);
  const left = bytesBurst(DEFAULT_MAX_FILE_BYTES) - picture - 1024 * 1024;
  assertEquals(send(pace, left + LIMITS.maxBytesPerSecond, 0), 1_000);
});

Deno.test("[M7] bytes alone never cut where reading can be paused, and tell how far behind they are where it cannot", () => {
  const pace = newPace();
  pace.onMessage(bytesBurst(DEFAULT_MAX_FILE_BYTES) + MAX_BYTES_BEHIND, 0);
  assertEquals(pace.isFarBehind(0), false);
  assertEquals(send(pace, 1, 0) > 0, true);
  assertEquals(pace.isFarBehind(0), true);
  assertEquals(pace.isFarBehind(1_000), false);
});

Deno.test("[M7] a rate that is switched off never waits and never cuts", () => {
  const pace = newPace({ maxFramesPerSecond: Infinity, maxBytesPerSecond: Infinity });
  for (let i = 0; i < 10_000; i++) assertEquals(send(pace, 262_185, 0), 0);
  assertEquals([pace.waitMs(0), pace.isFarBehind(0)], [0, false]);
});
