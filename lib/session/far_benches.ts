// The benches that carry the room, as a tab follows them: what to show, what to say when one comes, falls silent or goes, and when to
// say hello again. It believes its bench about them, as about the number of people. Rules: PROTOCOL.md [F13].

import { type CarryingBench, encodeBase32, fullBenchId } from "../wire/mod.ts";
import type { BenchSeat, Notice } from "./view_state.ts";

/** What following them needs. */
export interface FarBenchesOptions {
  readonly notice: (notice: Notice) => void;
  /** One is heard that was not; `hasMet`: it was there when we greeted last. */
  readonly onFarBench: (hasMet: boolean) => void;
}

/** One other bench. */
interface Known {
  readonly id: string;
  readonly isUp: boolean;
}

/** The other benches of one stay. */
export class FarBenches {
  readonly #options: FarBenchesOptions;
  #known = new Map<string, Known>();
  /** Those that were heard when we greeted last. */
  readonly #greeted = new Set<string>();
  #isFirst = true;
  #wasEverTold = false;

  constructor(options: FarBenchesOptions) {
    this.#options = options;
  }

  /** Joined, and everybody greeted: of a public room, what the bench says next is how it stood then; of a private one, news. */
  onLive(isPublic: boolean): void {
    this.#isFirst = isPublic;
    this.#wasEverTold ||= !isPublic;
    this.#greeted.clear();
  }

  /** The room is this bench's alone. */
  onAlone(): void {
    this.#known.clear();
  }

  /** The bench says who carries the room. Returns it as the page shows it. */
  onLinks(benches: readonly CarryingBench[]): readonly BenchSeat[] {
    const { notice, onFarBench } = this.#options;
    const before = this.#known;
    const now = new Map<string, Known>();
    let mustMeet = false;
    let mustShow = false;
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
    for (const [key, { id }] of before) {
      if (!now.has(key)) notice({ kind: "bench-unpaired", benchId: id });
    }
    this.#known = now;
    this.#isFirst = false;
    this.#wasEverTold = true;
    if (mustMeet || mustShow) onFarBench(!mustMeet);
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
