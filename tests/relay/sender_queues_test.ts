// [M8] [M15] Who waits goes on in order, room by room, with one timer for all and none when nobody waits.

import { assertEquals } from "@std/assert";
import { SenderQueues } from "../../lib/relay/sender_queues.ts";
import { type RoomId, roomIdOf } from "../../lib/wire/mod.ts";
import { ManualClock } from "../support/manual_clock.ts";

const [ONE, TWO] = [1, 2].map((n) => roomIdOf(new Uint8Array(16).fill(n))) as [RoomId, RoomId];

/** Each that goes on makes the bench, or only its room, wait for 100 ms. */
function rig(benchHoldsAll: boolean) {
  const clock = new ManualClock();
  const levelAtMs = new Map<string, number>();
  const went: string[] = [];
  const keyOf = (sender: string) => benchHoldsAll ? "bench" : sender[0]!;
  const waitOf = (key: string, nowMs: number) => Math.max(0, (levelAtMs.get(key) ?? 0) - nowMs);
  const queues = new SenderQueues<string>(clock, {
    waitMs: (sender, nowMs) => waitOf(keyOf(sender), nowMs),
    benchWaitMs: (nowMs) => waitOf("bench", nowMs),
    goOn: (sender) => {
      went.push(sender);
      levelAtMs.set(keyOf(sender), clock.nowMs() + 100);
    },
  });
  return { clock, queues, went };
}

Deno.test("[M15] while the bench holds all, one goes on at a time, the rooms by turns, the longest waiting first", () => {
  const { clock, queues, went } = rig(true);
  for (const sender of ["a1", "a2", "a3"]) queues.add(ONE, sender, 100);
  for (const sender of ["b1", "b2"]) queues.add(TWO, sender, 100);
  assertEquals(clock.timers, 1);
  const seen: number[] = [];
  for (let i = 0; i < 5; i++) {
    clock.advance(100);
    seen.push(went.length);
  }
  assertEquals(seen, [1, 2, 3, 4, 5]);
  assertEquals(went, ["a1", "b1", "a2", "b2", "a3"]);
  assertEquals(clock.timers, 0);
});

Deno.test("[M8] a room that waits holds up no other room", () => {
  const { clock, queues, went } = rig(false);
  for (const sender of ["a1", "a2", "a3"]) queues.add(ONE, sender, 50);
  queues.add(TWO, "b1", 50);
  clock.advance(50);
  assertEquals(went, ["a1", "b1"]);
  clock.advance(200);
  assertEquals(went, ["a1", "b1", "a2", "a3"]);
  assertEquals(clock.timers, 0);
});

Deno.test("[M8] a shorter wait that comes later is not kept waiting, and who leaves is passed over", () => {
  const { clock, queues, went } = rig(false);
  queues.add(ONE, "a1", 5_000);
  const leave = queues.add(TWO, "b1", 10);
  queues.add(TWO, "b2", 10);
  leave();
  clock.advance(10);
  assertEquals(went.includes("b1"), false);
  assertEquals(went.includes("b2"), true);
});

Deno.test("the last who leaves takes the timer along", () => {
  const { clock, queues } = rig(false);
  const leaves = [queues.add(ONE, "a1", 100), queues.add(TWO, "b1", 100)];
  for (const leave of leaves) leave();
  leaves[0]!();
  assertEquals(clock.timers, 0);
});
