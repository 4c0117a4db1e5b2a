// [M10] [D8] How a reader is judged: bytes and time are numbers here.

import { assertEquals } from "@std/assert";
import { REACHED_BYTES, ReaderWatch } from "../../lib/relay/reader_watch.ts";
import {
  ACK_AFTER_MS,
  MAX_READER_BYTES,
  PACED_READER_BYTES,
  SLOW_READER_BYTES,
  SLOW_READER_BYTES_PER_SECOND,
  SLOW_READER_MS,
} from "../../lib/wire/mod.ts";

const STEP_MS = 100;

/** A reader for whom `inPerSecond` bytes come and who reads `outPerSecond`. Returns when it is cut, or `null`. */
function run(of: {
  readonly inPerSecond: (ms: number) => number;
  readonly outPerSecond: (ms: number) => number;
  readonly forMs: number;
}): { readonly cutAtMs: number | null; readonly most: number } {
  const watch = new ReaderWatch();
  let sent = 0;
  let waiting = 0;
  let most = 0;
  for (let ms = 0; ms <= of.forMs; ms += STEP_MS) {
    const comes = of.inPerSecond(ms) * STEP_MS / 1000;
    sent += comes;
    waiting = Math.max(0, waiting + comes - of.outPerSecond(ms) * STEP_MS / 1000);
    most = Math.max(most, waiting);
    if (watch.look(sent, waiting, ms)) return { cutAtMs: ms, most };
  }
  return { cutAtMs: null, most };
}

Deno.test("[M10] who reads nothing is cut 15 s after 4 MiB wait for it, and not a look before", () => {
  const watch = new ReaderWatch();
  assertEquals(watch.look(SLOW_READER_BYTES, SLOW_READER_BYTES, 0), false);
  assertEquals(watch.look(SLOW_READER_BYTES + 1, SLOW_READER_BYTES + 1, 1_000), false);
  const waiting = SLOW_READER_BYTES + 1;
  assertEquals(watch.look(waiting, waiting, 1_000 + SLOW_READER_MS - 1), false);
  assertEquals(watch.look(waiting, waiting, 1_000 + SLOW_READER_MS), true);
});

Deno.test("[M10] with more than 16 MiB waiting a reader is cut at once, however fast it reads", () => {
  const watch = new ReaderWatch();
  assertEquals(watch.look(2 * MAX_READER_BYTES, MAX_READER_BYTES, 0), false);
  assertEquals(watch.look(2 * MAX_READER_BYTES, MAX_READER_BYTES + 1, 1), true);
});

Deno.test("[M10] the 15 s begin anew whenever less than 4 MiB wait", () => {
  const watch = new ReaderWatch();
  const full = SLOW_READER_BYTES + 1;
  for (let i = 0; i < 10; i++) {
    const atMs = i * SLOW_READER_MS;
    assertEquals(watch.look(full + i, full, atMs), false);
    assertEquals(watch.look(full + i, SLOW_READER_BYTES, atMs + SLOW_READER_MS - 1), false);
  }
});

Deno.test("[M10] a phone on 1 Mbit/s gets a picture of 10 MiB that the others get in 20 s", () => {
  const { cutAtMs, most } = run({
    inPerSecond: (ms) => ms < 20_000 ? 512 * 1024 : 0,
    outPerSecond: () => 125_000,
    forMs: 120_000,
  });
  assertEquals(cutAtMs, null);
  assertEquals(most > SLOW_READER_BYTES, true);
});

Deno.test("[M10] who reads more slowly than 32 KiB/s is cut, who reads at that rate is not", () => {
  const at = (rate: number) =>
    run({
      inPerSecond: (ms) => ms < 1_000 ? 10 * 1024 * 1024 : 0,
      outPerSecond: () => rate,
      forMs: 60_000,
    }).cutAtMs;
  assertEquals(at(SLOW_READER_BYTES_PER_SECOND), null);
  assertEquals(at(SLOW_READER_BYTES_PER_SECOND * 0.9) !== null, true);
});

Deno.test("[D8] who has no more waiting than one sender has under way holds nothing up", () => {
  const watch = new ReaderWatch();
  assertEquals(watch.holdsUp(REACHED_BYTES, 0, 0), false);
  assertEquals(watch.holdsUp(REACHED_BYTES + 1, 0, 0), true);
});

Deno.test("[D8] a slow reader holds a box up for 2 s, and longer only with more than 8 MiB waiting", () => {
  const watch = new ReaderWatch();
  const some = PACED_READER_BYTES;
  assertEquals(watch.holdsUp(some, 0, ACK_AFTER_MS - 1), true);
  assertEquals(watch.holdsUp(some, 0, ACK_AFTER_MS), false);
  assertEquals(watch.holdsUp(some + 1, 0, ACK_AFTER_MS * 20), true);
});

Deno.test("[D8] who read nothing in 2 s holds nothing up any more, and does again once it reads on", () => {
  const watch = new ReaderWatch();
  const waiting = 2_000_000;
  watch.look(waiting, waiting, 0);
  assertEquals(watch.holdsUp(waiting, 0, 100), true);
  watch.look(waiting, waiting, ACK_AFTER_MS);
  assertEquals(watch.holdsUp(waiting, ACK_AFTER_MS, ACK_AFTER_MS), false);
  // A trickle is not reading.
  const trickle = SLOW_READER_BYTES_PER_SECOND * ACK_AFTER_MS / 1000 - 1;
  watch.look(waiting + trickle, waiting, 2 * ACK_AFTER_MS);
  assertEquals(watch.holdsUp(waiting, 2 * ACK_AFTER_MS, 2 * ACK_AFTER_MS), false);
  watch.look(waiting + 2 * trickle + 2, waiting, 3 * ACK_AFTER_MS);
  assertEquals(watch.holdsUp(waiting, 3 * ACK_AFTER_MS, 3 * ACK_AFTER_MS), true);
});
