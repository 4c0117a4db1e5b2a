// How long this tab works without a pause, so that the page keeps painting and answering while it does.
// Never decides what the work is; a step that is itself too long is not helped here.

import type { Steps } from "../crypto/mod.ts";
import type { World } from "./world.ts";

/** Work without a pause at most, but for the step that is under way. */
export const BURST_MS = 8;

/** Takes all steps, with a pause after each burst. Throws what a step throws. */
export async function inBursts<T>(
  steps: Steps<T>,
  { nowMs, nextTask }: Pick<World, "nowMs" | "nextTask">,
): Promise<T> {
  let sinceMs = nowMs();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (nowMs() - sinceMs < BURST_MS) continue;
    await nextTask();
    sinceMs = nowMs();
  }
}
