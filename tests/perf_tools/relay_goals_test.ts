// The goals that tests/perf holds the bench to: each can be missed, by the medians and by nothing else.

import { assertEquals } from "@std/assert";
import { judge } from "../perf/relay_goals.ts";
import { LARGE_BOX, median, type Row, SMALL_BOX, type Unit } from "../perf/relay_row.ts";

function row(group: Row["group"], unit: Unit, bench: number, members = 0, boxBytes = 0): Row {
  return {
    group,
    name: group,
    load: { members, senders: 1, boxBytes },
    figures: [{ unit, runs: { bench: [bench, bench, 0.1], plain: [100, 100, 9000] } }],
    busy: null,
  };
}

const reached = (rows: readonly Row[]) => judge(rows).map((verdict) => verdict.reached);

Deno.test("goals: the median is the middle run, or the mean of the two in the middle", () => {
  assertEquals(median([9, 1, 5]), 5);
  assertEquals(median([9, 1, 5, 2]), 3.5);
});

for (
  const [members, boxBytes, least] of [
    [10, SMALL_BOX, 100],
    [100, SMALL_BOX, 600],
    [1000, SMALL_BOX, 900],
    [10, LARGE_BOX, 100],
    [1000, LARGE_BOX, 100],
  ] as const
) {
  Deno.test(`goals: ${members} members with boxes of ${boxBytes} need ${least / 100} times`, () => {
    const of = (bench: number) => row("relay", "deliveries/s", bench, members, boxBytes);
    assertEquals(reached([of(least), of(least - 1)]), [true, false]);
  });
}

for (
  const [group, unit, most] of [
    ["relay", "p99 ms", 100],
    ["calm", "p50 ms", 101],
    ["calm", "p99 ms", 101],
    ["memory", "KiB a member", 24],
    ["ready", "ms", 500],
  ] as const
) {
  Deno.test(`goals: ${group}, ${unit} is missed above ${most} beside 100`, () => {
    assertEquals(reached([row(group, unit, most), row(group, unit, most + 0.1)]), [true, false]);
  });
}

Deno.test("goals: what has none is judged by none", () => {
  assertEquals(
    judge([row("joins", "joins/s", 1), row("image", "ms", 900), row("rooms", "p99 ms", 900)]),
    [],
  );
});
