// What runs inside a measured page: it notes every long task that the browser reports, the longest pauses of the main thread, and
// when given things first stood in the log. Handed to the browser as source, so nothing in it may use what is outside its function;
// and it waits by being told, never by asking again and again, because that would be work in the page it measures.

/** A stretch of time in which the main thread answered nothing, since the page's time origin. */
export interface Stall {
  readonly startMs: number;
  readonly durationMs: number;
}

/** What a page noted. Long tasks are of 50 ms and more: the browser reports no shorter ones. */
export interface PageNotes {
  readonly longTasks: readonly Stall[];
  /** Times between two pulses above 20 ms; the pulse comes about every 8 ms. */
  readonly pauses: readonly Stall[];
  /** When each first stood in the log. */
  readonly textMs: number | null;
  readonly pictureMs: number | null;
}

/** What the probe leaves in the page for the test to call. */
export interface Probe {
  nowMs(): number;
  /** Resolves when an element is there, to whether it was a picture that could be decoded. */
  appears(selector: string): Promise<boolean>;
  /** Resolves to when the text stood in the log, by `nowMs()`. */
  textAppears(): Promise<number>;
  /** Resolves once everything that happened so far was reported. */
  notes(): Promise<PageNotes>;
}

/** The global under which a page holds its `Probe`. */
export const PROBE = "benchtalksProbe";

/** Runs in the page before its own scripts. `text` is what the log is watched for. */
export function installProbe(
  { global, text }: { readonly global: string; readonly text: string },
): void {
  const longTasks: Stall[] = [];
  const pauses: Stall[] = [];
  const note = (entries: PerformanceEntryList): void => {
    for (const { startTime, duration } of entries) {
      longTasks.push({ startMs: startTime, durationMs: duration });
    }
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: "longtask", buffered: true });

  let lastMs = performance.now();
  const pulse = (): void => {
    const nowMs = performance.now();
    if (nowMs - lastMs > 20) pauses.push({ startMs: lastMs, durationMs: nowMs - lastMs });
    lastMs = nowMs;
    setTimeout(pulse, 8);
  };
  pulse();

  let textMs: number | null = null;
  let pictureMs: number | null = null;
  const waiting = new Set<() => void>();
  const look = (): void => {
    const log = document.querySelector("[role=log]");
    if (pictureMs === null && log?.querySelector("img")) pictureMs = performance.now();
    if (textMs === null && log?.textContent?.includes(text)) textMs = performance.now();
    for (const check of [...waiting]) check();
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
  const when = <T>(find: () => T | null): Promise<T> =>
    new Promise((resolve) => {
      const check = (): void => {
        const found = find();
        if (found === null) return;
        waiting.delete(check);
        resolve(found);
      };
      waiting.add(check);
      check();
    });

  const probe: Probe = {
    nowMs: () => performance.now(),
    appears: async (selector) => {
      const element = await when(() => document.querySelector(selector));
      if (!(element instanceof HTMLImageElement)) return false;
      return await element.decode().then(() => true, () => false);
    },
    textAppears: () => when(() => textMs),
    notes: async () => {
      // A long task is reported behind the frame that it held up.
      for (let frame = 0; frame < 2; frame++) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      await new Promise((resolve) => requestIdleCallback(resolve));
      note(observer.takeRecords());
      return { longTasks, pauses, textMs, pictureMs };
    },
  };
  Object.defineProperty(globalThis, global, { value: probe });
}
