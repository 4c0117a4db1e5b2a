// What reaches the console while something runs: a package's own words about what it could not read, which may quote a stranger.

/** Everything that is printed while `run` runs. */
export async function printedBy(run: () => Promise<void>): Promise<unknown[]> {
  const printed: unknown[] = [];
  const { log, info, warn, error } = console;
  const note = (...what: unknown[]) => void printed.push(...what);
  Object.assign(console, { log: note, info: note, warn: note, error: note });
  try {
    await run();
  } finally {
    Object.assign(console, { log, info, warn, error });
  }
  return printed;
}
