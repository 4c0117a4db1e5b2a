// [D8] Counting large boxes for their senders: once whom they wait for has read them, in order, and never while the
// sender is over its rate.

import { assertEquals } from "@std/assert";
import { LargeAcks, type LargeReader } from "../../lib/relay/large_acks.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** A reader that holds everything up while `busy`. */
class Reader implements LargeReader {
  busy: boolean;
  asked: { sinceMs: number; nowMs: number }[] = [];
  constructor(busy: boolean) {
    this.busy = busy;
  }
  holdsUp(sinceMs: number, nowMs: number): boolean {
    this.asked.push({ sinceMs, nowMs });
    return this.busy;
  }
}

/** A box that no socket has let go of. */
const HELD = { isFree: false };

function rig() {
  const clock = new ManualClock();
  const told: string[] = [];
  const overRate = new Set<string>();
  const acks = new LargeAcks<string>(clock, {
    mustWait: (sender) => overRate.has(sender),
    acknowledge: (sender, boxes) => void told.push(`${sender} ${boxes}`),
  });
  return { clock, acks, overRate, take: () => told.splice(0) };
}

Deno.test("[D8] a box that nobody holds up is acknowledged at once, and no timer stays", () => {
  const { clock, acks, take } = rig();
  acks.add("ana", HELD, [new Reader(false), new Reader(false)]);
  acks.add("ana", HELD, []);
  assertEquals(take(), ["ana 1", "ana 1"]);
  assertEquals(clock.timers, 0);
});

Deno.test("[D8] a box waits for whoever holds it up, and each is asked about that box's own moment", () => {
  const { clock, acks, take } = rig();
  const slow = new Reader(true);
  const startMs = clock.nowMs();
  acks.add("ana", HELD, [new Reader(false), slow]);
  clock.advance(1_000);
  assertEquals(take(), []);
  assertEquals(slow.asked.at(-1), { sinceMs: startMs, nowMs: startMs + 1_000 });
  slow.busy = false;
  clock.advance(20);
  assertEquals(take(), ["ana 1"]);
  assertEquals(clock.timers, 0);
});

Deno.test("[D8] a box that every socket let go of is acknowledged at that moment, whoever still has others to read", () => {
  const { clock, acks, take } = rig();
  const busy = new Reader(true);
  const [first, second] = [{ isFree: false }, { isFree: false }];
  acks.add("ana", first, [busy]);
  acks.add("ana", second, [busy]);
  // Out of order: it waits for the one before it.
  second.isFree = true;
  acks.look("ana");
  assertEquals(take(), []);
  first.isFree = true;
  acks.look("ana");
  assertEquals(take(), ["ana 2"]);
  acks.look("ana");
  assertEquals(take(), []);
  clock.advance(20);
  assertEquals(clock.timers, 0);
});

Deno.test("[D8] a later box of the same sender does not overtake; another sender's does not wait for it", () => {
  const { clock, acks, take } = rig();
  const slow = new Reader(true);
  acks.add("ana", HELD, [slow]);
  acks.add("ana", HELD, []);
  acks.add("bo", HELD, []);
  assertEquals(take(), ["bo 1"]);
  slow.busy = false;
  clock.advance(20);
  assertEquals(take(), ["ana 2"]);
});

Deno.test("[M7] a sender that is over its rate is not acknowledged, whoever has read", () => {
  const { clock, acks, overRate, take } = rig();
  overRate.add("ana");
  acks.add("ana", HELD, [new Reader(false)]);
  acks.add("bo", HELD, [new Reader(false)]);
  clock.advance(60_000);
  assertEquals(take(), ["bo 1"]);
  overRate.clear();
  clock.advance(20);
  assertEquals(take(), ["ana 1"]);
  assertEquals(clock.timers, 0);
});

Deno.test("[D8] every box is counted exactly once, whatever its readers do", () => {
  const { clock, acks, take } = rig();
  const readers = [new Reader(false), new Reader(false)];
  let told = 0;
  const count = () => {
    for (const each of take()) told += Number(each.split(" ")[1]);
  };
  for (let i = 0; i < 200; i++) {
    readers[i % 2]!.busy = i % 3 === 0;
    acks.add(i % 2 === 0 ? "ana" : "bo", HELD, readers);
    clock.advance(i % 50);
    count();
  }
  for (const reader of readers) reader.busy = false;
  clock.advance(20);
  count();
  assertEquals(told, 200);
  assertEquals(clock.timers, 0);
});

Deno.test("drop() owes the sender nothing more and leaves the others waiting; stop() leaves no timer", () => {
  const { clock, acks, take } = rig();
  const slow = new Reader(true);
  acks.add("ana", HELD, [slow]);
  acks.add("bo", HELD, [slow]);
  assertEquals(clock.timers, 1);
  acks.drop("ana");
  assertEquals(clock.timers, 1);
  slow.busy = false;
  clock.advance(20);
  assertEquals(take(), ["bo 1"]);
  slow.busy = true;
  acks.add("bo", HELD, [slow]);
  acks.stop();
  assertEquals(clock.timers, 0);
  slow.busy = false;
  clock.advance(10_000);
  assertEquals(take(), []);
});
