// The rows of the table in which boxes pass: in one room and in many, crowded and calm. Each is measured at bench and plain relay in
// turn, so that whatever else the machine does falls on both. Numbers that shape a load stand here, with why.

import { BOX_BYTES, MAX_CHUNKS_IN_FLIGHT } from "../../lib/wire/mod.ts";
import type { Said } from "./load/orders.ts";
import type { Pace, Plan } from "./load/run.ts";
import { processorMs } from "./process_figures.ts";
import { type Both, inTurn, RelayPair, type Side, SIDES } from "./relay_pair.ts";
import { type Group, median, type OnRow, type Row, RUNS, SMALL_BOX } from "./relay_row.ts";

const CHUNK_BOX = BOX_BYTES[5]!;
export const ROOM_SIZES = [10, 100, 1000] as const;
const SENDERS = [1, 2, 50] as const;

/** Small boxes under way a sender, and a room: more would only measure longer queues. */
const SMALL_A_SENDER = 64;
const SMALL_A_ROOM = 128;
const LARGE_A_ROOM = 8;
const LOST_AFTER_MS = 20_000;
const FLOOD_MS = 1000;
const WARM_UP_MS = 250;
/** A run of a thousand takes three times as long. */
const RUNS_OF_A_THOUSAND = 3;

function windowOf(senders: number, boxBytes: number): number {
  return boxBytes === SMALL_BOX
    ? Math.min(SMALL_A_SENDER, Math.max(1, Math.floor(SMALL_A_ROOM / senders)))
    : Math.min(MAX_CHUNKS_IN_FLIGHT, Math.max(1, Math.floor(LARGE_A_ROOM / senders)));
}

const flood = (forMs: number, underWay: number): Pace => ({ tag: "flood", forMs, underWay });

interface Measured {
  readonly said: Said;
  readonly relayBusy: number;
  readonly generatorBusy: number;
}

interface Talk {
  readonly group: Group;
  readonly name: string;
  readonly members: number;
  readonly plan: Plan;
  readonly warmUp: Pace;
  readonly runs: number;
}

/** Says the same at both, run by run, in rooms that stand. */
async function measureTalk(
  { generator, pids }: RelayPair,
  rooms: Both<readonly number[]>,
  { group, name, members, plan, warmUp, runs }: Talk,
): Promise<Row> {
  const say = (side: Side, pace: Pace) =>
    generator.order({ tag: "say", rooms: rooms[side], plan: { ...plan, pace } });
  await inTurn(0, (side) => say(side, warmUp));
  const all: Both<Measured>[] = [];
  for (let run = 0; run < runs; run++) {
    all.push(
      await inTurn(run, async (side) => {
        const watched = [pids[side], generator.pid];
        const before = watched.map(processorMs);
        const startedMs = performance.now();
        const said = await say(side, plan.pace);
        const tookMs = performance.now() - startedMs;
        const [relayBusy, generatorBusy] = watched.map((pid, i) =>
          (processorMs(pid) - before[i]!) / tookMs
        );
        return { said, relayBusy: relayBusy!, generatorBusy: generatorBusy! };
      }),
    );
  }
  const runsOf = (of: (measured: Measured) => number): Both<readonly number[]> => ({
    bench: all.map(({ bench }) => of(bench)),
    plain: all.map(({ plain }) => of(plain)),
  });
  const middleOf = (of: (measured: Measured) => number): Both<number> => {
    const { bench, plain } = runsOf(of);
    return { bench: median(bench), plain: median(plain) };
  };
  const isCounted = plan.pace.tag === "count";
  return {
    group,
    name,
    load: { members, senders: plan.senders, boxBytes: plan.boxBytes },
    figures: [
      isCounted ? { unit: "ms", runs: runsOf(({ said }) => said.tookMs) } : {
        unit: "deliveries/s",
        runs: runsOf(({ said }) => 1000 * said.deliveries / said.tookMs),
      },
      { unit: "p50 ms", runs: runsOf(({ said }) => said.p50Ms) },
      { unit: "p99 ms", runs: runsOf(({ said }) => said.p99Ms) },
    ],
    busy: {
      relay: middleOf(({ relayBusy }) => relayBusy),
      generator: middleOf(({ generatorBusy }) => generatorBusy),
    },
  };
}

/** One room, every number of senders, both lengths. In a room of ten all ten send where fifty should. */
export async function measureRelay(
  members: number,
  lengths: readonly number[],
  onRow: OnRow,
): Promise<void> {
  await using pair = await RelayPair.start();
  const rooms = await pair.openRooms(1, members);
  for (const boxBytes of lengths) {
    for (const senders of SENDERS.map((count) => Math.min(count, members))) {
      const underWay = windowOf(senders, boxBytes);
      const length = boxBytes === SMALL_BOX ? "256 B" : "64 KiB";
      onRow(
        await measureTalk(pair, rooms, {
          group: "relay",
          name: `${members} members, ${senders} sending, ${length}`,
          members,
          plan: { senders, boxBytes, lostAfterMs: LOST_AFTER_MS, pace: flood(FLOOD_MS, underWay) },
          warmUp: flood(WARM_UP_MS, underWay),
          runs: members < 1000 ? RUNS : RUNS_OF_A_THOUSAND,
        }),
      );
    }
  }
}

/** Twenty rooms of fifty at once, two senders in each. */
export async function measureRooms(onRow: OnRow): Promise<void> {
  await using pair = await RelayPair.start();
  const rooms = await pair.openRooms(20, 50);
  const underWay = 16;
  onRow(
    await measureTalk(pair, rooms, {
      group: "rooms",
      name: "20 rooms of 50, 2 sending in each, 256 B",
      members: 50,
      plan: {
        senders: 2,
        boxBytes: SMALL_BOX,
        lostAfterMs: LOST_AFTER_MS,
        pace: flood(FLOOD_MS, underWay),
      },
      warmUp: flood(WARM_UP_MS, underWay),
      runs: RUNS,
    }),
  );
}

/** 41 chunks of a picture to twenty others, four under way. */
export async function measureImage(onRow: OnRow): Promise<void> {
  await using pair = await RelayPair.start();
  const pace = (boxes: number): Pace => ({ tag: "count", boxes, underWay: MAX_CHUNKS_IN_FLIGHT });
  onRow(
    await measureTalk(pair, await pair.openRooms(1, 21), {
      group: "image",
      name: "a picture of 10 MiB to 20 members",
      members: 21,
      plan: { senders: 1, boxBytes: CHUNK_BOX, lostAfterMs: LOST_AFTER_MS, pace: pace(41) },
      warmUp: pace(8),
      runs: RUNS,
    }),
  );
}

/**
 * A message a second in each of ten rooms of ten, at both relays in the same ten seconds: one arrives every 100 ms, which
 * leaves a relay at rest between, and gives 900 deliveries a run.
 */
export async function measureCalm(onRow: OnRow): Promise<void> {
  await using pair = await RelayPair.start();
  const rooms = await pair.openRooms(10, 10);
  const say = (side: Side, boxes: number): Promise<Said> =>
    pair.generator.order({
      tag: "say",
      rooms: rooms[side],
      plan: {
        senders: 1,
        boxBytes: SMALL_BOX,
        lostAfterMs: LOST_AFTER_MS,
        pace: { tag: "calm", boxes, everyMs: 1000, firstMs: side === "bench" ? 0 : 50 },
      },
    });
  const both = async (boxes: number): Promise<Both<Said>> => {
    const [bench, plain] = await Promise.all(SIDES.map((side) => say(side, boxes)));
    return { bench: bench!, plain: plain! };
  };
  await both(2);
  const all: Both<Said>[] = [];
  for (let run = 0; run < 3; run++) all.push(await both(10));
  const runsOf = (of: (said: Said) => number): Both<readonly number[]> => ({
    bench: all.map(({ bench }) => of(bench)),
    plain: all.map(({ plain }) => of(plain)),
  });
  onRow({
    group: "calm",
    name: "a message a second in a room of 10",
    load: { members: 10, senders: 1, boxBytes: SMALL_BOX },
    figures: [
      { unit: "p50 ms", runs: runsOf(({ p50Ms }) => p50Ms) },
      { unit: "p99 ms", runs: runsOf(({ p99Ms }) => p99Ms) },
    ],
    busy: null,
  });
}
