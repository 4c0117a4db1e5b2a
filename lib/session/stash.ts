// What a tab keeps across a reload: its name, the admin's seed, a pasted code. In this tab's sessionStorage, which dies
// with the tab and never leaves the browser; where the browser forbids it, in memory. Nothing else is ever stored.

/** What may be kept. */
export type StashKey = "name" | "admin" | "code";

const PREFIX = "benchtalks.";
const inMemory = new Map<StashKey, string>();

/** Keeps a value for this tab. Returns whether it will survive a reload. */
export function stash(key: StashKey, value: string): boolean {
  inMemory.set(key, value);
  try {
    sessionStorage.setItem(PREFIX + key, value);
    return true;
  } catch {
    return false;
  }
}

/** What was kept, or `null`. */
export function stashed(key: StashKey): string | null {
  try {
    return sessionStorage.getItem(PREFIX + key) ?? inMemory.get(key) ?? null;
  } catch {
    return inMemory.get(key) ?? null;
  }
}

/** Forgets a value. */
export function unstash(key: StashKey): void {
  inMemory.delete(key);
  try {
    sessionStorage.removeItem(PREFIX + key);
  } catch {
    // Nothing was stored there either.
  }
}
