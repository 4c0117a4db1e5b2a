// Long-lived names: a static file's path with the build's id, so that its bytes may be cached for a year.
// Runs on the bench and in the tab; must not read anything but the id it was given.
// Served by ./static_files.ts.

export const cacheKey = "__frsh_c";

let buildId = "";

/** Sets the id of the build being served or hydrated; the last one set counts. */
export function setBuildId(id: string): void {
  buildId = id;
}

/** The id of the build being served; empty before one was applied. */
export function currentBuildId(): string {
  return buildId;
}

/** Adds the build's id to a path of this origin; anything else comes back as it was. */
export function asset(path: string): string {
  if (buildId === "" || !path.startsWith("/") || path.startsWith("//")) {
    return path;
  }
  const [beforeHash = "", ...hash] = path.split("#");
  const [name = "", query] = beforeHash.split("?", 2);
  if (new URLSearchParams(query).has(cacheKey)) return path;
  const locked = `${name}?${query ? `${query}&` : ""}${cacheKey}=${buildId}`;
  return [locked, ...hash].join("#");
}
