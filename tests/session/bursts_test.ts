import { assertEquals, assertRejects } from "@std/assert";
import type { Steps } from "../../lib/crypto/mod.ts";
import { BURST_MS, inBursts } from "../../lib/session/bursts.ts";

/** A clock that each step moves, and the pauses that were taken. */
function slowWorld(stepMs: number) {
  let clockMs = 0;
  let pauses = 0;
  function* work(steps: number): Steps<number> {
    for (let i = 0; i < steps; i++) {
      clockMs += stepMs;
      yield;
    }
    return steps;
  }
  const world = {
    nowMs: () => clockMs,
    nextTask: () => {
      pauses++;
      return Promise.resolve();
    },
  };
  return { work, world, pauses: () => pauses };
}

Deno.test("inBursts() pauses after each burst, and not before", async () => {
  const { work, world, pauses } = slowWorld(BURST_MS / 4);
  assertEquals(await inBursts(work(12), world), 12);
  assertEquals(pauses(), 3);
});

Deno.test("inBursts() pauses after every step that is as long as a burst", async () => {
  const { work, world, pauses } = slowWorld(BURST_MS);
  assertEquals(await inBursts(work(5), world), 5);
  assertEquals(pauses(), 5);
});

Deno.test("inBursts() throws what a step throws", async () => {
  const { world } = slowWorld(1);
  function* broken(): Steps<never> {
    yield;
    throw new RangeError("broken");
  }
  await assertRejects(() => inBursts(broken(), world), RangeError);
});
