// [D8] Counting large boxes for their senders: once they have left, in order, after two seconds at the latest.

import { assertEquals } from "@std/assert";
import { LargeAcks } from "../../lib/relay/large_acks.ts";
import { ACK_AFTER_MS } from "../../lib/wire/mod.ts";
import { ManualClock } from "../support/manual_clock.ts";

const FULL = 300_000;

function rig() {
  const clock = new ManualClock();
  const told: string[] = [];
  const acks = new LargeAcks<string>(clock, (sender) => void told.push(sender));
  const take = () => told.splice(0);
  return { clock, acks, take };
}

Deno.test("[D8] a box whose readers have room is acknowledged at once, and no timer stays", () => {
  const { clock, acks, take } = rig();
  acks.add("ana", [{ bufferedBytes: 0 }, { bufferedBytes: 65_535 }]);
  acks.add("ana", []);
  assertEquals(take(), ["ana", "ana"]);
  assertEquals(clock.timers, 0);
});

Deno.test("[D8] a box waits for its slowest reader", () => {
  const { clock, acks, take } = rig();
  const slow = { bufferedBytes: FULL };
  acks.add("ana", [{ bufferedBytes: 0 }, slow]);
  clock.advance(1_000);
  assertEquals(take(), []);
  slow.bufferedBytes = 65_536;
  clock.advance(100);
  assertEquals(take(), []);
  slow.bufferedBytes = 65_535;
  clock.advance(20);
  assertEquals(take(), ["ana"]);
  assertEquals(clock.timers, 0);
});

Deno.test("[D8] a reader that never reads delays a box by two seconds and not more", () => {
  const { clock, acks, take } = rig();
  acks.add("ana", [{ bufferedBytes: FULL }]);
  clock.advance(ACK_AFTER_MS - 1);
  assertEquals(take(), []);
  clock.advance(20);
  assertEquals(take(), ["ana"]);
  assertEquals(clock.timers, 0);
});

Deno.test("[D8] a later box of the same sender does not overtake; another sender's does not wait for it", () => {
  const { clock, acks, take } = rig();
  const slow = { bufferedBytes: FULL };
  acks.add("ana", [slow]);
  acks.add("ana", []);
  acks.add("bo", []);
  assertEquals(take(), ["bo"]);
  slow.bufferedBytes = 0;
  clock.advance(20);
  assertEquals(take(), ["ana", "ana"]);
});

Deno.test("[D8] every box is counted exactly once, whatever its readers do", () => {
  const { clock, acks, take } = rig();
  const readers = [{ bufferedBytes: 0 }, { bufferedBytes: 0 }];
  let told = 0;
  for (let i = 0; i < 200; i++) {
    readers[i % 2]!.bufferedBytes = i % 3 === 0 ? FULL : 0;
    acks.add(i % 2 === 0 ? "ana" : "bo", readers);
    clock.advance(i % 50);
    told += take().length;
  }
  clock.advance(ACK_AFTER_MS + 20);
  told += take().length;
  assertEquals(told, 200);
  assertEquals(clock.timers, 0);
});

Deno.test("drop() owes the sender nothing more and leaves the others waiting; stop() leaves no timer", () => {
  const { clock, acks, take } = rig();
  acks.add("ana", [{ bufferedBytes: FULL }]);
  acks.add("bo", [{ bufferedBytes: FULL }]);
  assertEquals(clock.timers, 1);
  acks.drop("ana");
  assertEquals(clock.timers, 1);
  clock.advance(ACK_AFTER_MS + 20);
  assertEquals(take(), ["bo"]);
  acks.add("bo", [{ bufferedBytes: FULL }]);
  acks.stop();
  assertEquals(clock.timers, 0);
  clock.advance(ACK_AFTER_MS * 2);
  assertEquals(take(), []);
});
