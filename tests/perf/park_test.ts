// What a hop to another bench costs: `deno task perf`. Latency beside a room of one bench, deliveries beside raw publish and subscribe through
// the same NATS server, a picture across, and how the hub's work grows with the benches around it; all in one run, medians of several.
// Needs Linux (/proc) and nats-server.
//
//   deno test --allow-all tests/perf/park_test.ts

import { assert } from "@std/assert";
import { LINK_FRAME_OVERHEAD_BYTES } from "../../lib/park/link_frame.ts";
import { BOX_BYTES, ENTRY_HEAD_BYTES, MAX_CHUNKS_IN_FLIGHT } from "../../lib/wire/mod.ts";
import type { LoadRoom } from "./load/room.ts";
import type { Pace, RunResult } from "./load/run.ts";
import { ParkScene, RawBus } from "./park_scene.ts";
import { processorMs } from "./process_figures.ts";
import { RAISED } from "./relay_pair.ts";
import { round } from "./relay_goals.ts";
import { median, RUNS, SMALL_BOX } from "./relay_row.ts";

const CHUNK_BOX = BOX_BYTES[5]!;
/** 10 MiB in chunks. */
const IMAGE_CHUNKS = 41;
const MOST_ADDED_P50_MS = 3;
const UNDER_WAY = 64;
const FLOOD_MS = 1_500;
const LOST_AFTER_MS = 20_000;
const SPOKES = [1, 2, 4, 8] as const;
const SPOKE_BOXES = 1_500;

/** A link frame around one box. */
const frameBytesOf = (boxBytes: number): number =>
  LINK_FRAME_OVERHEAD_BYTES + 1 + ENTRY_HEAD_BYTES + boxBytes;

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

function say(room: LoadRoom, pace: Pace, boxBytes = SMALL_BOX): Promise<RunResult> {
  return room.say({ senders: 1, boxBytes, pace, lostAfterMs: LOST_AFTER_MS });
}

const flood: Pace = { tag: "flood", forMs: FLOOD_MS, underWay: UNDER_WAY };
const calm: Pace = { tag: "calm", boxes: 30, everyMs: 100, firstMs: 0 };
const image: Pace = { tag: "count", boxes: IMAGE_CHUNKS, underWay: MAX_CHUNKS_IN_FLIGHT };

const perSecond = ({ deliveries, tookMs }: RunResult): number => 1_000 * deliveries / tookMs;

/** Medians of several runs; what is compared alternates, so that whatever else the machine does falls on both. */
async function alternate<Name extends string>(
  work: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Readonly<Record<Name, number>>> {
  const names = Object.keys(work) as Name[];
  const all = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    Name,
    number[]
  >;
  for (let run = 0; run < RUNS; run++) {
    for (const name of run % 2 === 0 ? names : names.toReversed()) {
      all[name].push(await work[name]());
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(all[name])])) as Record<Name, number>;
}

Deno.test({
  name: "a hop to another bench, beside none and beside NATS alone",
  // Each scene ends its own processes.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async (t) => {
    print(`\nlimits raised: ${Object.entries(RAISED).map((pair) => pair.join("=")).join(" ")}`);
    print(`${navigator.hardwareConcurrency} processors, load ${Deno.loadavg()[0]!.toFixed(1)}\n`);
    const goals: (readonly [string, boolean, string])[] = [];

    await t.step("one hop", async () => {
      await using scene = await ParkScene.start(2);
      await using raw = await RawBus.open(scene.nats);
      const local = await scene.localRoom(2);
      const paired = await scene.pairedRoom(1);
      for (const room of [local, paired]) await say(room, { ...flood, forMs: 300 });
      await raw.pass(frameBytesOf(SMALL_BOX), 5_000, UNDER_WAY);

      const p50 = await alternate({
        local: async () => median((await say(local, calm)).latenciesMs),
        across: async () => median((await say(paired, calm)).latenciesMs),
      });
      const added = p50.across - p50.local;
      print(`calm, p50          local ${round(p50.local)} ms   across ${round(p50.across)} ms`);
      goals.push([
        `one hop adds at most ${MOST_ADDED_P50_MS} ms at p50`,
        added <= MOST_ADDED_P50_MS,
        `${round(added)} ms`,
      ]);

      const rate = await alternate({
        local: async () => perSecond(await say(local, flood)),
        across: async () => perSecond(await say(paired, flood)),
        raw: async () => {
          const frames = 20_000;
          return 1_000 * frames / await raw.pass(frameBytesOf(SMALL_BOX), frames, UNDER_WAY);
        },
      });
      print(
        `256 B, ${UNDER_WAY} under way   local ${round(rate.local)}/s   across ${
          round(rate.across)
        }/s   raw NATS ${round(rate.raw)}/s   across/raw ${round(rate.across / rate.raw)}`,
      );

      const picture = await alternate({
        local: async () => (await say(local, image, CHUNK_BOX)).tookMs,
        across: async () => (await say(paired, image, CHUNK_BOX)).tookMs,
        raw: () => raw.pass(frameBytesOf(CHUNK_BOX), IMAGE_CHUNKS, MAX_CHUNKS_IN_FLIGHT),
      });
      print(
        `10 MiB             local ${round(picture.local)} ms   across ${
          round(picture.across)
        } ms   raw NATS ${round(picture.raw)} ms`,
      );
      await local.leave();
      await paired.leave();
    });

    await t.step("more spokes", async () => {
      await using scene = await ParkScene.start(1 + Math.max(...SPOKES));
      for (const spokes of SPOKES) {
        const room = await scene.pairedRoom(spokes);
        await say(room, { ...flood, forMs: 300 });
        const costs: number[] = [];
        const rates: number[] = [];
        for (let run = 0; run < RUNS; run++) {
          const before = processorMs(scene.benches[0]!.pid);
          const result = await say(room, { tag: "count", boxes: SPOKE_BOXES, underWay: UNDER_WAY });
          costs.push((processorMs(scene.benches[0]!.pid) - before) / SPOKE_BOXES * 1_000);
          rates.push(perSecond(result));
        }
        print(
          `${spokes} spokes           hub ${round(median(costs))} us of processor a box   ${
            round(median(rates))
          } deliveries/s`,
        );
        await room.leave();
      }
    });

    for (const [goal, isReached, figure] of goals) {
      await t.step(`${goal}: ${figure}`, () => assert(isReached, figure));
    }
    assert(goals.length > 0, "nothing was measured");
  },
});
