// The heap of a real bench, after its rooms are gone and everything collectable was collected: none of their ids, members or
// boxes is in a snapshot or in an array buffer. A deleted room's id alone is, in the list of ids refused for ten minutes.

import { assert, assertEquals } from "@std/assert";
import type { Canary } from "../support/canary.ts";
import { CanarySearch } from "../support/canary.ts";
import { startCanaryBench } from "../support/canary_bench.ts";
import { leaveRoom } from "../support/canary_person.ts";
import { type HeapSnapshot, INSPECTABLE, Inspector } from "../support/heap.ts";
import { searchMemory } from "../support/memory.ts";
import { figures, print } from "./figures.ts";
import { spendEvening } from "./evening.ts";

/** The bench hears of the last goodbye a moment after we said it, and the heap is looked at so often until then. */
const LOOKS = 8;

async function snapshotWithout(
  inspector: Inspector,
  gone: readonly Canary[],
): Promise<HeapSnapshot> {
  for (let look = 1;; look++) {
    const snapshot = await inspector.snapshot();
    if (look === LOOKS || snapshot.find(gone).length === 0) return snapshot;
  }
}

Deno.test("[R6] [R7] a room that is gone is in no heap snapshot, and a deleted one by its refused id alone", async () => {
  await using bench = await startCanaryBench({ flags: INSPECTABLE });
  await using inspector = await Inspector.of(bench.said.stderr);
  const evening = await spendEvening(bench, {
    inTheMiddle: async ({ secrets, goneIds, deletedId, standingId }) => {
      // The control: what stands is found, by the very search that finds nothing later.
      const snapshot = await inspector.snapshot();
      assert(snapshot.strings > 10_000, "the snapshot is suspiciously small");
      const known = [...goneIds, ...deletedId, ...standingId];
      const found = new Set(snapshot.find(known).map(({ what }) => what));
      // Hal was thrown out a moment ago, and is forgotten already.
      assertEquals(known.map(({ what }) => what).filter((what) => !found.has(what)), [
        "the member id of Hal",
      ]);
      assertEquals(snapshot.find(secrets), []);
    },
  });
  for (const person of evening.standing) await leaveRoom(person);

  // What strangers said is no more kept than what people did.
  const gone = [...evening.passing, ...evening.strange].filter((each) =>
    !evening.deletedId.includes(each)
  );
  const snapshot = await snapshotWithout(inspector, gone);
  assertEquals(snapshot.find(gone), []);
  assertEquals(snapshot.find(evening.secrets), []);
  const deleted = snapshot.find(evening.deletedId);
  assertEquals(deleted.length, 1, JSON.stringify(deleted));
  assert(deleted[0]!.path.includes("tombstones"), deleted[0]!.path);

  const raw = searchMemory(bench.pid, new CanarySearch(evening.passing));
  print(
    `After everybody left and a forced collection, ${
      Math.round(raw.searchedBytes / 1024 / 1024)
    } MiB of raw memory hold: ${figures(raw.found)}.`,
  );
  assertEquals(searchMemory(bench.pid, new CanarySearch(evening.secrets)).found, []);

  // Last, because this search brings what it looks for into the bench.
  const planted = { what: "planted", bytes: crypto.getRandomValues(new Uint8Array(32)) };
  const [first, second] = [planted.bytes.slice(0, 16), planted.bytes.slice(16)];
  await inspector.evaluate(
    `globalThis.planted = Uint8Array.of(${[...first, ...second].join()}); planted.length`,
  );
  const buffers = await inspector.searchArrayBuffers([
    planted,
    ...evening.passing,
    ...evening.secrets,
  ]);
  assertEquals(buffers.map(({ what }) => what), ["planted"]);
});
