// The benches that carry the room, as a tab follows them: what to show, what to say when one comes, falls silent or goes, and when to
// say hello again. It believes its bench about them, as about the number of people; so lines and hellos that a bench can cause by its word
// have a rate: benches that come and go every moment neither push out what people wrote nor make everybody talk. Rules: PROTOCOL.md [F13].

import { type CarryingBench, encodeBase32, fullBenchId } from "../wire/mod.ts";
import type { BenchSeat, Notice } from "./view_state.ts";

/** Lines about benches at once, and how long until one more may follow: a room has 16 other benches at most. */
const LINES = { most: 32, everyMs: 20_000 };

/** The same of hellos. */
const HELLOS = { most: 6, everyMs: 10_000 };

/** Benches that are remembered as greeted. */
const MAX_GREETED = 64;

/** What following them needs. */
export interface FarBenchesOptions {
  readonly nowMs: () => number;
  readonly notice: (notice: Notice) => void;
  /** One is heard that was not; `hasMet`: it was there when we greeted last. */
  readonly onFarBench: (hasMet: boolean) => void;
}

/** One other bench. */
interface Known {
  readonly id: string;
  readonly isUp: boolean;
}

/** So many at once, and one more every so often. */
class Allowance {
  readonly #most: number;
  readonly #everyMs: number;
  #left: number;
  #sinceMs: number;

  constructor({ most, everyMs }: typeof LINES, nowMs: number) {
    this.#most = most;
    this.#everyMs = everyMs;
    this.#left = most;
    this.#sinceMs = nowMs;
  }

  take(nowMs: number): boolean {
    const more = Math.floor((nowMs - this.#sinceMs) / this.#everyMs);
    this.#left = Math.min(this.#most, this.#left + more);
    this.#sinceMs += more * this.#everyMs;
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }
}

/** The other benches of one stay. */
export class FarBenches {
  readonly #options: FarBenchesOptions;
  #known = new Map<string, Known>();
  /** Those that were heard when we greeted last. */
  readonly #greeted = new Set<string>();
  readonly #lines: Allowance;
  readonly #hellos: Allowance;
  /** A hello that is owed since its rate was used up. */
  #owes: "nothing" | "hello" | "still here" = "nothing";
  #isFirst = true;
  #wasEverTold = false;

  constructor(options: FarBenchesOptions) {
    this.#options = options;
    this.#lines = new Allowance(LINES, options.nowMs());
    this.#hellos = new Allowance(HELLOS, options.nowMs());
  }

  /** Joined, and everybody greeted: of a public room, what the bench says next is how it stood then; of a private one, news. */
  onLive(isPublic: boolean): void {
    this.#isFirst = isPublic;
    this.#wasEverTold ||= !isPublic;
    this.#greeted.clear();
    this.#owes = "nothing";
  }

  /** The room is this bench's alone. */
  onAlone(): void {
    this.#known.clear();
  }

  /** The bench says who carries the room. Returns it as the page shows it. */
  onLinks(benches: readonly CarryingBench[]): readonly BenchSeat[] {
    const { nowMs, onFarBench } = this.#options;
    const notice = (line: Notice): void => {
      if (this.#lines.take(nowMs())) this.#options.notice(line);
    };
    const before = this.#known;
    const now = new Map<string, Known>();
    let mustMeet = this.#owes === "hello";
    let mustShow = this.#owes === "still here";
    for (const { fp, label, isUp, isThis } of benches) {
      if (isThis) continue;
      const key = encodeBase32(fp);
      const known = { id: fullBenchId(label, fp), isUp };
      const was = before.get(key);
      now.set(key, known);
      if (was === undefined && this.#wasEverTold) {
        notice({ kind: "bench-paired", benchId: known.id });
      } else if (was?.isUp === true && !isUp) notice({ kind: "bench-away", benchId: known.id });
      else if (was?.isUp === false && isUp) notice({ kind: "bench-back", benchId: known.id });
      if (!isUp) continue;
      if (!this.#isFirst && was?.isUp !== true) {
        if (this.#greeted.has(key)) mustShow = true;
        else mustMeet = true;
      }
      this.#greeted.add(key);
    }
    if (this.#greeted.size > MAX_GREETED) this.#greeted.clear();
    for (const [key, { id }] of before) {
      if (!now.has(key)) notice({ kind: "bench-unpaired", benchId: id });
    }
    this.#known = now;
    this.#isFirst = false;
    this.#wasEverTold = true;
    const mustSpeak = mustMeet || mustShow;
    const maySpeak = mustSpeak && this.#hellos.take(nowMs());
    this.#owes = !mustSpeak || maySpeak ? "nothing" : mustMeet ? "hello" : "still here";
    if (maySpeak) onFarBench(!mustMeet);
    return benches.map(({ fp, label, url, count, isUp, isHub, isThis }) => ({
      id: fullBenchId(label, fp),
      label,
      url,
      count,
      isUp,
      isHub,
      isThis,
    }));
  }
}
