// A class behind one network: thirty sessions in three rooms, all from one address, at a bench with its default limits that
// restarts. All are back by themselves; nobody is crowded out by the others.
//
// How long that may take: the bench takes 20 new sockets of an address at once and then one every 2 s, so from 20 s after the
// first came it has room for all 30, and nobody is refused any more. Nobody waits longer than 20 s between two attempts
// [C10]. So the last is back 40 s after the first; and the first, where the bench was away for seconds, within some seconds.

import { assert, assertEquals } from "@std/assert";
import {
  type AdminSeed,
  deriveRoomKeys,
  newRoomSecret,
  type RoomSecret,
} from "../../lib/crypto/mod.ts";
import { beginStay, type RoomStay } from "../../lib/session/session.ts";
import type { Phase } from "../../lib/session/view_state.ts";
import { NEW_SOCKETS_BURST, utf8 } from "../../lib/wire/mod.ts";
import { type BenchProcess, startBench } from "../support/bench_process.ts";
import { newRealWorld } from "../support/real_world.ts";

const ROOMS = 3;
const MEMBERS = 10;
const ALL_BACK_WITHIN_MS = 60_000;
/** Whom the burst takes waits for nobody: two or three attempts while the bench starts. */
const BURST_BACK_WITHIN_MS = 12_000;

interface Tab {
  readonly name: string;
  readonly stay: RoomStay;
  /** Every phase it was in since the bench went. */
  readonly phases: Set<string>;
}

const tenths = (ms: number) => (ms / 1_000).toFixed(1);
const toldAs = (phase: Phase) => "cause" in phase ? `${phase.tag}: ${phase.cause}` : phase.tag;

/** Resolves once the stay is in its room; throws after `withinMs`. */
function live({ name, stay }: Tab, withinMs: number): Promise<void> {
  if (stay.view.phase.tag === "live") return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      unsubscribe();
      reject(new Error(`${name} is not in within ${withinMs} ms, but ${toldAs(stay.view.phase)}`));
    }, withinMs);
    const unsubscribe = stay.subscribe(({ phase }) => {
      if (phase.tag !== "live") return;
      clearTimeout(timer);
      unsubscribe();
      resolve();
    });
  });
}

async function enter(
  room: { readonly secret: RoomSecret; readonly adminSeed: AdminSeed },
  url: string,
  name: string,
  isAdmin: boolean,
): Promise<Tab> {
  const stay = await beginStay({
    world: newRealWorld(url, null),
    secret: { key: room.secret.key.slice() as RoomSecret["key"], adminFp: room.secret.adminFp },
    keys: deriveRoomKeys(room.secret),
    adminSeed: isAdmin ? room.adminSeed.slice() as AdminSeed : null,
    name,
  });
  const tab: Tab = { name, stay, phases: new Set() };
  stay.subscribe(({ phase }) => void tab.phases.add(toldAs(phase)));
  await live(tab, 5_000);
  return tab;
}

/** Thirty go in, the bench goes and comes back; returns how long each took from then on, in rising order. */
async function restartUnderAClass(signal: Deno.Signal): Promise<readonly number[]> {
  // How they came in is not asked here: over a morning, one after the other.
  const first = await startBench({ env: { MAX_JOINS_PER_MINUTE: "0" } });
  const { url } = first;
  let second: BenchProcess | null = null;
  const tabs: Tab[] = [];
  try {
    for (let number = 0; number < ROOMS; number++) {
      const room = newRoomSecret();
      for (let i = 0; i < MEMBERS; i++) {
        tabs.push(await enter(room, url, `${signal} R${number}P${i}`, i === 0));
      }
    }
    for (const { phases } of tabs) phases.clear();
    await first.stop(signal);
    second = await startBench({ env: { PORT: new URL(url).port } });
    const backAtMs = performance.now();
    const took = await Promise.all(tabs.map(async (tab) => {
      await live(tab, ALL_BACK_WITHIN_MS);
      return performance.now() - backAtMs;
    }));
    for (const { name, phases } of tabs) {
      assertEquals([...phases].filter((told) => /waiting|away-too|ended/.test(told)), [], name);
    }
    // Who came after the burst had to wait for the address's rate, or this shows nothing; and was told so.
    const refused = tabs.filter(({ phases }) => phases.has("reconnecting: too-many-new"));
    assert(refused.length > 0, "nobody was refused for the network's sake");
    assert(refused.length <= tabs.length - NEW_SOCKETS_BURST, `${refused.length} refused`);
    return took.toSorted((a, b) => a - b);
  } finally {
    for (const { stay } of tabs) stay.leave();
    await first.stop("SIGKILL");
    await second?.stop();
  }
}

Deno.test("[C10] [M2] [M4] restart: thirty from one address come back by themselves, at the default limits", async () => {
  // Both at once, each at a bench of its own: most of it is waiting.
  for (
    const [signal, took] of await Promise.all(
      (["SIGTERM", "SIGKILL"] as const).map(async (signal) =>
        [signal, await restartUnderAClass(signal)] as const
      ),
    )
  ) {
    const lastOfBurstMs = took[NEW_SOCKETS_BURST - 1]!;
    assert(lastOfBurstMs < BURST_BACK_WITHIN_MS, `${signal}: ${lastOfBurstMs} ms`);
    Deno.stdout.writeSync(utf8(
      `  after ${signal} the first ${NEW_SOCKETS_BURST} are back within ${
        tenths(lastOfBurstMs)
      } s, ` +
        `all ${took.length} within ${tenths(took.at(-1)!)} s\n`,
    ));
  }
});
