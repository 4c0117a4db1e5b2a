// What waits for its acknowledgement, and when it counts as failed.

import { assertEquals } from "@std/assert";
import {
  FAILED_AFTER_MS,
  LARGE_FAILED_AFTER_MS,
  Outbox,
  type OutboxItem,
} from "../../lib/session/outbox.ts";
import { MAX_ECHOED_BOX_BYTES } from "../../lib/wire/mod.ts";

function item(seq: number, waitsSinceMs = 0, bytes = 296): OutboxItem {
  const box = new Uint8Array(bytes);
  box[0] = seq;
  return { seq, itemId: `item-${seq}`, box, waitsSinceMs, isFailed: false };
}

const large = (seq: number): OutboxItem => item(seq, 0, MAX_ECHOED_BOX_BYTES + 1);
const seqs = (items: readonly OutboxItem[]): readonly number[] => items.map(({ seq }) => seq);

Deno.test("[M7] so many go at once as may, in order, and the rest later", () => {
  const outbox = new Outbox();
  for (let seq = 1; seq <= 5; seq++) outbox.add(item(seq));
  assertEquals(seqs(outbox.takeUnsent(3)), [1, 2, 3]);
  assertEquals([outbox.seqOnWire, outbox.hasUnsent], [3, true]);
  assertEquals(seqs(outbox.takeUnsent(0)), []);
  assertEquals(seqs(outbox.takeUnsent(9)), [4, 5]);
  assertEquals([outbox.seqOnWire, outbox.hasUnsent], [5, false]);
});

Deno.test("[M7] four large contents are on their way at most, and what is said after the fifth waits behind it", () => {
  const outbox = new Outbox();
  for (let seq = 1; seq <= 5; seq++) outbox.add(large(seq));
  outbox.add(item(6));
  assertEquals(seqs(outbox.takeUnsent(9)), [1, 2, 3, 4]);
  assertEquals(seqs(outbox.takeUnsent(9)), []);
  // A chunk is counted apart: it takes no place of theirs.
  outbox.onChunkSent();
  assertEquals(seqs(outbox.onCount(1, 0).content), [1]);
  assertEquals(seqs(outbox.takeUnsent(9)), [5, 6]);
});

Deno.test("[O2] failed 20 s after it was said, and 20 s after something before it was acknowledged", () => {
  const outbox = new Outbox();
  const [first, second, third] = [item(1), item(2), item(3)];
  for (const one of [first, second, third]) outbox.add(one);
  outbox.takeUnsent(9);
  assertEquals(outbox.onEcho(second.box, 15_000), second);
  // The bench answers in order: the third may still come, but for the first it has taken too long.
  assertEquals(seqs(outbox.takeFailed(FAILED_AFTER_MS - 1)), []);
  assertEquals(seqs(outbox.takeFailed(FAILED_AFTER_MS)), [1]);
  assertEquals(seqs(outbox.takeFailed(15_000 + FAILED_AFTER_MS - 1)), []);
  assertEquals(seqs(outbox.takeFailed(15_000 + FAILED_AFTER_MS)), [3]);
});

Deno.test("[O2] behind a large box it is a minute, because a bench may stop reading a tab for half of one", () => {
  const outbox = new Outbox();
  outbox.onChunkSent();
  outbox.add(item(1));
  outbox.takeUnsent(9);
  assertEquals(seqs(outbox.takeFailed(LARGE_FAILED_AFTER_MS - 1)), []);
  // A counted chunk is progress for what was said behind it; then nothing large is on its way any more.
  outbox.onCount(1, 50_000);
  assertEquals(seqs(outbox.takeFailed(50_000 + FAILED_AFTER_MS - 1)), []);
  assertEquals(seqs(outbox.takeFailed(50_000 + FAILED_AFTER_MS)), [1]);
});

Deno.test("[O3] after a drop everything unacknowledged goes again, large ones four at a time", () => {
  const outbox = new Outbox();
  for (let seq = 1; seq <= 5; seq++) outbox.add(large(seq));
  outbox.takeUnsent(9);
  outbox.onDrop();
  assertEquals([outbox.seqOnWire, outbox.hasLargeInFlight], [0, false]);
  assertEquals(seqs(outbox.takeUnsent(9)), [1, 2, 3, 4]);
});
