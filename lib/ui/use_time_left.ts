// A count-down that is drawn anew once a second, on the clock of performance.now(), and stands still once it is over.

import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { timeLeft } from "./offer_words.ts";

/** What is left until `endsAtMs`, as "4:59". */
export function useTimeLeft(endsAtMs: number): string {
  const nowMs = useSignal(performance.now());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const tick = (): void => {
      nowMs.value = performance.now();
      const leftMs = endsAtMs - nowMs.value;
      // Just after the next full second, so that no second is skipped.
      if (leftMs > 0) timer = setTimeout(tick, leftMs % 1000 + 5);
    };
    tick();
    return () => clearTimeout(timer);
  }, [endsAtMs]);
  return timeLeft(endsAtMs, nowMs.value);
}
