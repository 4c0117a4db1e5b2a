// The rows as one table for people and one object for machines. Computes nothing but medians and their ratio.

import { fromRepository } from "../support/repository.ts";
import { mediansOf, round, type Verdict } from "./relay_goals.ts";
import type { Row } from "./relay_row.ts";

const WIDTHS = [43, 14, 12, 12, 9, 22, 18, 18];
const HEADS = [
  "",
  "",
  "bench",
  "plain",
  "ratio",
  "lowest-highest bench",
  "plain",
  "busy: relay, load",
];

const percent = (share: number): string => Math.round(100 * share).toString();

/** The heads over `linesOf`. */
export function head(): string {
  return line(HEADS);
}

/** One line for each figure of a row. `busy`: percent of a processor, bench/plain, of the relay and of the generator. */
export function linesOf({ name, figures, busy }: Row): string {
  return figures.map((figure, i) => {
    const { bench, plain } = mediansOf(figure);
    const spread = (runs: readonly number[]) =>
      `${round(Math.min(...runs))}-${round(Math.max(...runs))}`;
    const share = busy === null || i > 0
      ? ""
      : [busy.relay, busy.generator].map((of) => `${percent(of.bench)}/${percent(of.plain)}`)
        .join(", ");
    return line([
      i === 0 ? name : "",
      figure.unit,
      round(bench),
      round(plain),
      round(bench / plain),
      spread(figure.runs.bench),
      spread(figure.runs.plain),
      share,
    ]);
  }).join("\n");
}

function line(cells: readonly string[]): string {
  return cells.map((cell, i) => i < 2 ? cell.padEnd(WIDTHS[i]!) : cell.padStart(WIDTHS[i]!)).join(
    "",
  )
    .trimEnd();
}

/** Writes tests/perf/out/relay.json. */
export async function writeReport(
  rows: readonly Row[],
  verdicts: readonly Verdict[],
  about: Readonly<Record<string, unknown>>,
): Promise<void> {
  const folder = fromRepository("tests/perf/out");
  await Deno.mkdir(folder, { recursive: true });
  const measured = rows.map((row) => ({
    ...row,
    figures: row.figures.map((figure) => {
      const medians = mediansOf(figure);
      return { ...figure, medians, ratio: medians.bench / medians.plain };
    }),
  }));
  await Deno.writeTextFile(
    `${folder}/relay.json`,
    JSON.stringify({ ...about, rows: measured, verdicts }, null, 2),
  );
}
