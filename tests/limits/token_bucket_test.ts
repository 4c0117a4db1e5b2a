// Buckets: what is refused, what is owed, how long to wait, and that no clock makes tokens.

import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { TokenBucket } from "../../lib/limits/mod.ts";
import { Seeded } from "../support/seeded.ts";

Deno.test("[M4] a bucket is full at first, refuses what is not there, and fills by time up to its burst", () => {
  const bucket = new TokenBucket(2, 3, 1000);
  assertEquals([1, 2, 3, 4].map(() => bucket.take(1, 1000)), [true, true, true, false]);
  assertEquals(bucket.take(1, 1499), false);
  assertEquals(bucket.take(1, 1500), true);
  assertEquals(bucket.take(1, 1500), false);
  assertEquals(bucket.fill(1_000_000), 3);
});

Deno.test("[M5] what is refused costs nothing", () => {
  const bucket = new TokenBucket(1, 10, 0);
  for (let i = 0; i < 100; i++) assertEquals(bucket.take(11, 0), false);
  assertEquals(bucket.take(10, 0), true);
});

Deno.test("[M7] spending goes into debt, and the wait is until it is level, to the millisecond", () => {
  const bucket = new TokenBucket(1000, 500, 0);
  bucket.spend(500, 0);
  assertEquals([bucket.debt(0), bucket.waitMs(0)], [0, 0]);
  bucket.spend(250, 0);
  assertEquals([bucket.debt(0), bucket.waitMs(0), bucket.fill(0)], [250, 250, -250]);
  assertEquals([bucket.debt(249), bucket.waitMs(249)], [1, 1]);
  assertEquals([bucket.debt(250), bucket.waitMs(250)], [0, 0]);
  assertEquals(new TokenBucket(3, 1, 0).waitMs(0), 0);
});

Deno.test("[M7] after the wait nothing is owed, whatever the rate and however often it was asked", () => {
  const random = new Seeded(7);
  for (let round = 0; round < 2_000; round++) {
    const perSecond = random.pick([1 / 60, 10 / 60, 0.7, 3, 20, 1_048_576, 4_194_304]);
    const bucket = new TokenBucket(perSecond, 1 + random.below(1_000), 0);
    let nowMs = 0;
    for (let i = 0; i < 20; i++) {
      bucket.spend(random.below(300_000) / 7, nowMs += random.below(100) / 3);
    }
    const wait = bucket.waitMs(nowMs);
    if (wait > 2) assertEquals(bucket.debt(nowMs + wait - 2) > 0, true);
    assertEquals(bucket.waitMs(nowMs + wait), 0);
    assertEquals(bucket.debt(nowMs + wait), 0);
  }
});

Deno.test("[M7] over any time no more is taken than the burst and what the time made", () => {
  const random = new Seeded(8);
  for (let round = 0; round < 200; round++) {
    const perSecond = 1 + random.below(50);
    const burst = 1 + random.below(100);
    const bucket = new TokenBucket(perSecond, burst, 0);
    let taken = 0;
    let nowMs = 0;
    for (let i = 0; i < 500; i++) {
      nowMs += random.below(100) / 3;
      const cost = random.below(5);
      if (bucket.take(cost, nowMs)) taken += cost;
    }
    assertEquals(taken <= burst + nowMs * perSecond / 1000 + 0.001, true);
  }
});

Deno.test("[M4] a clock that stands still or steps back makes no tokens, nor does its return", () => {
  const bucket = new TokenBucket(10, 10, 5_000);
  assertEquals(bucket.take(10, 5_000), true);
  for (const nowMs of [5_000, 4_000, 0, -1_000, 4_999, 5_000, NaN]) {
    assertEquals(bucket.take(1, nowMs), false);
    assertEquals(bucket.fill(nowMs), 0);
  }
  assertEquals(bucket.take(1, 5_099), false);
  assertEquals(bucket.take(1, 5_100), true);
});

Deno.test("[M5] a bucket is full again exactly when all was paid back", () => {
  const bucket = new TokenBucket(10 / 60, 10, 0);
  assertEquals(bucket.isFull(0), true);
  for (let i = 0; i < 10; i++) bucket.take(1, 0);
  assertEquals(bucket.isFull(59_999), false);
  assertEquals(bucket.isFull(60_000), true);
});

Deno.test("[M7] a limit that is switched off refuses nothing and owes nothing", () => {
  const bucket = new TokenBucket(Infinity, 1, 0);
  assertEquals(bucket.take(1e12, 0), true);
  bucket.spend(1e12, 0);
  assertEquals([bucket.debt(0), bucket.waitMs(0), bucket.isFull(0)], [0, 0, true]);
  assertEquals(bucket.fill(0), Infinity);
  const everything = new TokenBucket(Infinity, Infinity, 0);
  everything.spend(1e12, 0);
  assertEquals([everything.debt(0), everything.isFull(0)], [0, true]);
});

Deno.test("fractions add up: a thousand thirds of a millisecond are a third of a second", () => {
  const bucket = new TokenBucket(30, 100, 0);
  bucket.spend(100, 0);
  for (let i = 1; i <= 1_000; i++) bucket.fill(i / 3);
  assertAlmostEquals(bucket.fill(1_000 / 3), 10, 1e-6);
});

Deno.test("wrong rates and costs are our own mistakes", () => {
  for (
    const [perSecond, burst] of [[0, 1], [-1, 1], [NaN, 1], [1, 0], [1, -1], [1, NaN]] as const
  ) {
    assertThrows(() => new TokenBucket(perSecond, burst, 0), RangeError);
  }
  const bucket = new TokenBucket(1, 1, 0);
  for (const cost of [-1, NaN, Infinity]) {
    assertThrows(() => bucket.take(cost, 0), RangeError);
    assertThrows(() => bucket.spend(cost, 0), RangeError);
  }
});
