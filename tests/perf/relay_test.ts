// How fast the bench is beside a plain relay: `deno task perf`. One run for both, a table of medians, and each goal as a step of its
// own that fails with its figure. Not part of the test command: figures need a quiet machine. Needs Linux (/proc) and `node`.
//
//   deno test --allow-all tests/perf/relay_test.ts -- relay 100        only some rows: groups, room sizes, 256B, 64KiB

import { assert } from "@std/assert";
import { judge } from "./relay_goals.ts";
import { RAISED } from "./relay_pair.ts";
import { measureJoins, measureMemory, measureReady } from "./relay_costs.ts";
import { type Group, GROUPS, LARGE_BOX, type Row, SMALL_BOX } from "./relay_row.ts";
import {
  measureCalm,
  measureImage,
  measureRelay,
  measureRooms,
  ROOM_SIZES,
} from "./relay_talks.ts";
import { head, linesOf, writeReport } from "./relay_table.ts";

const LENGTHS: Readonly<Record<string, number>> = { "256B": SMALL_BOX, "64KiB": LARGE_BOX };

/** What of `all` was asked for; all of it, if none. */
function asked<T>(all: readonly T[], nameOf: (one: T) => string): readonly T[] {
  const named = all.filter((one) => Deno.args.includes(nameOf(one)));
  return named.length === 0 ? all : named;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

/** A goal that was missed is a finding about the bench; where in this file it was judged tells nothing. */
function withoutStack(message: string): Error {
  const error = new Error(message);
  error.stack = message;
  return error;
}

async function measure(group: Group, onRow: (row: Row) => void): Promise<void> {
  switch (group) {
    case "relay": {
      const lengths = asked(Object.entries(LENGTHS), ([name]) => name).map(([, length]) => length);
      for (const members of asked(ROOM_SIZES, String)) await measureRelay(members, lengths, onRow);
      return;
    }
    case "rooms":
      return await measureRooms(onRow);
    case "image":
      return await measureImage(onRow);
    case "calm":
      return await measureCalm(onRow);
    case "joins":
      return await measureJoins(onRow);
    case "memory":
      return await measureMemory(onRow);
    case "ready":
      return await measureReady(onRow);
  }
}

Deno.test({
  name: "the bench beside a plain relay",
  // Each row ends its own processes.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async (t) => {
    const startedMs = performance.now();
    const about = {
      processors: navigator.hardwareConcurrency,
      deno: Deno.version.deno,
      raised: RAISED,
      loadBefore: Deno.loadavg()[0]!,
    };
    print(`\nlimits raised: ${Object.entries(RAISED).map((pair) => pair.join("=")).join(" ")}`);
    print(`${about.processors} processors, load ${about.loadBefore.toFixed(1)} before; medians\n`);
    print(head());
    const rows: Row[] = [];
    for (const group of asked(GROUPS, String)) {
      await t.step(`measure ${group}`, async () => {
        await measure(group, (row) => {
          rows.push(row);
          print(linesOf(row));
        });
      });
    }
    const verdicts = judge(rows);
    const tookMs = performance.now() - startedMs;
    await writeReport(rows, verdicts, { ...about, tookMs, loadAfter: Deno.loadavg()[0]! });
    const missed = verdicts.filter(({ reached }) => !reached);
    print(`\n${verdicts.length - missed.length} of ${verdicts.length} goals reached`);
    for (const { goal, figures } of missed) print(`missed  ${goal}: ${figures}`);
    for (const { goal, reached, figures } of verdicts) {
      await t.step(goal, () => {
        if (!reached) throw withoutStack(figures);
      });
    }
    assert(rows.length > 0, "nothing was measured");
  },
});
