// Long work cut into steps, so that a page can answer in between. Pure: how long to work on and when to pause is for whoever
// takes the steps (lib/session/bursts.ts); here they are only counted off. A step is some milliseconds at most on a slow phone.

/** Work that yields after each step and returns its result. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Takes all steps at once. */
export function runSteps<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
