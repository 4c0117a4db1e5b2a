// What the bench must reach beside the plain relay, as named conditions on the medians of a table. Pure: rows in, verdicts out.
// A goal whose rows were not measured gives none.

import { type Figure, LARGE_BOX, median, type Row, SMALL_BOX, type Unit } from "./relay_row.ts";

/** One goal and whether it was reached; `figures` says by how much. */
export interface Verdict {
  readonly goal: string;
  readonly reached: boolean;
  readonly figures: string;
}

const LEAST_TIMES_OF_SMALL: Readonly<Record<number, number>> = { 10: 1, 100: 6, 1000: 9 };
const MOST_CALM_EXTRA_MS = 1;
const MOST_KIB_A_MEMBER = 24;
const MOST_MS_TO_READY = 500;

/** The medians of a figure. */
export function mediansOf({ runs }: Figure): { readonly bench: number; readonly plain: number } {
  return { bench: median(runs.bench), plain: median(runs.plain) };
}

/** All goals that these rows speak of. */
export function judge(rows: readonly Row[]): readonly Verdict[] {
  return rows.flatMap((row) => row.figures.flatMap((figure) => judgeFigure(row, figure)));
}

function judgeFigure(row: Row, { unit, runs }: Figure): readonly Verdict[] {
  const { bench, plain } = mediansOf({ unit, runs });
  const verdict = (goal: string, reached: boolean, figures: string): readonly Verdict[] => [
    { goal: `${row.name}: ${goal}`, reached, figures },
  ];
  const beside = `${round(bench)} beside ${round(plain)} ${unit}`;
  const is = (group: Row["group"], of: Unit) => row.group === group && unit === of;
  if (is("relay", "deliveries/s")) {
    const { boxBytes, members } = row.load;
    const least = boxBytes === LARGE_BOX ? 1 : LEAST_TIMES_OF_SMALL[members];
    if (least === undefined || (boxBytes !== LARGE_BOX && boxBytes !== SMALL_BOX)) return [];
    const goal = least === 1
      ? "deliveries level or better"
      : `at least ${least} times the deliveries`;
    return verdict(goal, bench >= least * plain, `${round(bench / plain)} times, ${beside}`);
  }
  if (is("relay", "p99 ms")) return verdict("p99 not worse", bench <= plain, beside);
  if (row.group === "calm") {
    const goal = `${unit.slice(0, 3)} within ${MOST_CALM_EXTRA_MS} ms`;
    return verdict(goal, bench <= plain + MOST_CALM_EXTRA_MS, beside);
  }
  if (is("memory", "KiB a member")) {
    return verdict(`at most ${MOST_KIB_A_MEMBER} KiB each`, bench <= MOST_KIB_A_MEMBER, beside);
  }
  if (is("ready", "ms")) {
    return verdict(`at most ${MOST_MS_TO_READY} ms`, bench <= MOST_MS_TO_READY, beside);
  }
  return [];
}

/** A figure as people read it. */
export function round(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en");
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
}
