// Waiting for what must come to be so, never longer than a bound. What never comes is a failure that says what was missing.

/** Looked at so often: a test that waits for nothing else loses no more than this. */
const LOOK_EVERY_MS = 5;

/** Resolves once `holds` is true; rejects with `what` when it is not within `withinMs`. */
export async function until(
  holds: () => boolean,
  what: string,
  withinMs = 10_000,
): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
