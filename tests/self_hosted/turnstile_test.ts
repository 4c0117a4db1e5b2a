// Requests take turns: so many at once, the others in their order, and nobody who left is waited for.

import { assertEquals, assertThrows } from "@std/assert";
import { Turnstile } from "../../lib/self_hosted/turnstile.ts";

function rig(atOnce = 2) {
  const later: (() => void)[] = [];
  const begun: number[] = [];
  const turnstile = new Turnstile(atOnce, (run) => void later.push(run));
  return {
    begun,
    turnstile,
    enter: (mark: number) => {
      const begin = () => void begun.push(mark);
      turnstile.enter(begin);
      return begin;
    },
    turn: () => later.splice(0).forEach((run) => run()),
  };
}

Deno.test("so many begin at once; the others in the order in which they came, each after a turn of everybody else", () => {
  const { begun, turnstile, enter, turn } = rig();
  for (let i = 0; i < 5; i++) enter(i);
  assertEquals([begun, turnstile.waiting], [[0, 1], 3]);
  turnstile.end();
  assertEquals(begun, [0, 1]);
  turn();
  assertEquals(begun, [0, 1, 2]);
  turnstile.end();
  turnstile.end();
  turn();
  assertEquals([begun, turnstile.waiting], [[0, 1, 2, 3, 4], 0]);
});

Deno.test("who gave up is passed over, and its room is another's", () => {
  const { begun, turnstile, enter, turn } = rig(1);
  enter(0);
  const gone = enter(1);
  enter(2);
  assertEquals([turnstile.giveUp(gone), turnstile.giveUp(gone)], [true, false]);
  turnstile.end();
  turn();
  assertEquals(begun, [0, 2]);
  turnstile.end();
  turn();
  enter(3);
  assertEquals(begun, [0, 2, 3]);
});

Deno.test("one that throws as it begins is its caller's to end", () => {
  const { turnstile, enter, begun, turn } = rig(1);
  assertThrows(() =>
    turnstile.enter(() => {
      throw new Error("a mistake of ours");
    })
  );
  turnstile.end();
  turn();
  enter(1);
  assertEquals(begun, [1]);
});
