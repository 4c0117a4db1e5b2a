// The rows of the table in which nothing is said: joining, being there, starting. Bench and plain relay in turn, as everywhere.

import { ensureBuilt, startBench } from "../support/bench_process.ts";
import { findWs, startPlainRelay } from "./plain_relay_process.ts";
import { settledBytes } from "./process_figures.ts";
import { AT_ONCE, type Both, inTurn, RAISED, RelayPair, type Side, SIDES } from "./relay_pair.ts";
import { type OnRow, RUNS } from "./relay_row.ts";

/** Twenty rooms of fifty fill and empty: at the bench a proof each, at the plain relay a bare upgrade. */
export async function measureJoins(onRow: OnRow): Promise<void> {
  await using pair = await RelayPair.start();
  const { generator, targets } = pair;
  const runs: { readonly [Name in Side]: number[] } = { bench: [], plain: [] };
  // The first is to warm up.
  for (let run = -1; run < RUNS; run++) {
    await inTurn(run + 1, async (side) => {
      const shape = { rooms: 20, members: 50, atOnce: AT_ONCE };
      const opened = await generator.order({ tag: "open", target: targets[side], ...shape });
      await generator.order({ tag: "leave", rooms: opened.rooms });
      if (run >= 0) runs[side].push(1000 * shape.rooms * shape.members / opened.tookMs);
    });
  }
  onRow({
    group: "joins",
    name: "1000 joins, 40 at once",
    load: { members: 50, senders: 0, boxBytes: 0 },
    figures: [{ unit: "joins/s", runs }],
    busy: null,
  });
}

const IDLE_MEMBERS = 5000;

/** What a member costs that has joined and says nothing, in rooms of fifty; processes are new in each run. */
export async function measureMemory(onRow: OnRow): Promise<void> {
  const runs: { readonly [Name in Side]: number[] } = { bench: [], plain: [] };
  for (let run = 0; run < 3; run++) {
    await using pair = await RelayPair.start();
    const { generator, pids } = pair;
    // Code that is compiled and heaps that are opened by the first members are no member's.
    const first = await pair.openRooms(10, 50);
    for (const side of SIDES) await generator.order({ tag: "leave", rooms: first[side] });
    const settled = async (): Promise<Both<number>> => {
      const [bench, plain] = await Promise.all(SIDES.map((side) => settledBytes(pids[side])));
      return { bench: bench!, plain: plain! };
    };
    const before = await settled();
    await pair.openRooms(IDLE_MEMBERS / 50, 50);
    const after = await settled();
    for (const side of SIDES) {
      runs[side].push((after[side] - before[side]) / IDLE_MEMBERS / 1024);
    }
  }
  onRow({
    group: "memory",
    name: `${IDLE_MEMBERS} idle members, rooms of 50`,
    load: { members: IDLE_MEMBERS, senders: 0, boxBytes: 0 },
    figures: [{ unit: "KiB a member", runs }],
    busy: null,
  });
}

/** From the start of the process to the first answer: /health at the bench, an upgrade at the plain relay. */
export async function measureReady(onRow: OnRow): Promise<void> {
  await ensureBuilt();
  await findWs();
  const runs: { readonly [Name in Side]: number[] } = { bench: [], plain: [] };
  for (let run = 0; run < RUNS; run++) {
    await inTurn(run, async (side) => {
      const startedMs = performance.now();
      if (side === "bench") {
        await using bench = await startBench({ env: RAISED });
        const { ok, body } = await fetch(`${bench.url}/health`);
        runs.bench.push(performance.now() - startedMs);
        await body?.cancel();
        if (!ok) throw new Error("the bench said that it listens and is not well");
      } else {
        await using plain = await startPlainRelay();
        const socket = new WebSocket(plain.url.replace(/^http/, "ws"));
        await new Promise((resolve, reject) => {
          socket.onopen = resolve;
          socket.onerror = reject;
        });
        runs.plain.push(performance.now() - startedMs);
        await new Promise((resolve) => {
          socket.onclose = resolve;
          socket.close();
        });
      }
    });
  }
  onRow({
    group: "ready",
    name: "start to ready",
    load: { members: 0, senders: 0, boxBytes: 0 },
    figures: [{ unit: "ms", runs }],
    busy: null,
  });
}
