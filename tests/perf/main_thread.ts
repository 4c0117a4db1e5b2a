// How long the main threads of pages really ran, task by task, by the clock of the thread itself. A long task is measured by the
// wall clock; where two pages, their browser, a bench and a test share few processors, most of that is waiting for a turn,
// and this tells the two apart. From Chromium's own trace; pages are told apart by the mark that `markPage` leaves in it.

import type { Browser, Page } from "playwright-core";

/**
 * One task of a main thread, its start by the trace's clock. `ranMs` is what the thread itself ran of it, but for `freeingMs`: there
 * the browser gave back the memory of things it had shown, at a moment of its own choosing.
 */
export interface Task {
  readonly startMs: number;
  readonly ranMs: number;
  readonly freeingMs: number;
}

/** Times of marks by name, and the tasks of the thread on which they were made. */
export interface Thread {
  readonly marksMs: ReadonlyMap<string, number>;
  readonly tasks: readonly Task[];
}

interface TraceEvent {
  readonly name: string;
  readonly cat: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
}

/** Each with what is read from it. */
const CATEGORIES = {
  "blink.user_timing": "performance.mark()",
  "disabled-by-default-devtools.timeline": "RunTask",
  "disabled-by-default-cppgc": "CppGC.CustomCallbacksProcessing",
  "cppgc": "CppGC.AtomicWeak, which holds it",
} as const;

/** Leaves a mark in the page's timeline. */
export function markPage(page: Page, name: string): Promise<void> {
  return page.evaluate((of) => void performance.mark(of), name);
}

/** Traces what happens meanwhile; resolves to the thread on which each of the given marks was made. */
export async function traceMainThreads(
  browser: Browser,
  work: () => Promise<void>,
): Promise<(mark: string) => Thread> {
  const devtools = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  devtools.on("Tracing.dataCollected", ({ value }) => {
    events.push(...value as unknown as TraceEvent[]);
  });
  const complete = new Promise<void>((resolve) =>
    devtools.once("Tracing.tracingComplete", () => resolve())
  );
  await devtools.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: Object.keys(CATEGORIES), excludedCategories: ["*"] },
  });
  try {
    await work();
  } finally {
    await devtools.send("Tracing.end");
    await complete;
    await devtools.detach();
  }
  return (mark) => threadOf(events, mark);
}

function threadOf(events: readonly TraceEvent[], mark: string): Thread {
  const isMark = ({ cat }: TraceEvent) => cat.includes("blink.user_timing");
  const made = events.find((event) => isMark(event) && event.name === mark);
  if (made === undefined) throw new Error(`the trace holds no mark ${mark}`);
  const own = events.filter(({ pid, tid }) => pid === made.pid && tid === made.tid);
  const freeing = own.filter(({ name }) => name === "CppGC.CustomCallbacksProcessing");
  return {
    marksMs: new Map(own.filter(isMark).map(({ name, ts }) => [name, ts / 1000])),
    tasks: own.filter(({ name, ph }) => name === "RunTask" && ph === "X").map((task) => {
      const inside = freeing.filter(({ ts }) => ts >= task.ts && ts < task.ts + (task.dur ?? 0));
      const freeingMs = inside.reduce((sum, event) => sum + ranMsOf(event), 0);
      return { startMs: task.ts / 1000, ranMs: ranMsOf(task) - freeingMs, freeingMs };
    }),
  };
}

/** The two clocks are read one after the other, and may disagree by a little. */
function ranMsOf({ dur = 0, tdur = 0 }: TraceEvent): number {
  return Math.min(dur, tdur) / 1000;
}
