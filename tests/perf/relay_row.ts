// One row of the relay's table: what was measured, run by run. The shapes that measuring, judging and printing share.

import { BOX_BYTES } from "../../lib/wire/mod.ts";
import type { Both } from "./relay_pair.ts";

/** What can be measured of a row. */
export type Unit = "deliveries/s" | "p50 ms" | "p99 ms" | "joins/s" | "KiB a member" | "ms";

/** One figure of a row: every run of both sides. */
export interface Figure {
  readonly unit: Unit;
  readonly runs: Both<readonly number[]>;
}

/** One row. `busy` is the share of one processor that relay and generator used, by side. */
export interface Row {
  readonly group: Group;
  readonly name: string;
  readonly load: { readonly members: number; readonly senders: number; readonly boxBytes: number };
  readonly figures: readonly Figure[];
  readonly busy: { readonly relay: Both<number>; readonly generator: Both<number> } | null;
}

/** What can be asked for by itself. */
export const GROUPS = ["relay", "rooms", "image", "calm", "joins", "memory", "ready"] as const;
export type Group = typeof GROUPS[number];

/** Called with each row as soon as it is there. */
export type OnRow = (row: Row) => void;

/** Boxes of 256 B and of 64 KiB, as padded. */
export const SMALL_BOX = BOX_BYTES[0]!;
export const LARGE_BOX = BOX_BYTES[4]!;

/** How often most rows are measured. */
export const RUNS = 5;

/** Middle of the runs. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
