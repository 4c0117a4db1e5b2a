// Paths of routes: from a file's name to a pattern, from a pattern to a matcher, and which route comes first.
// It must never throw on a path that a stranger sent.
// Rules: Fresh's page on file routing; patterns are URLPattern paths.

export type Params = Readonly<Record<string, string>>;

/** Matches a pathname; null where it does not. */
export type PathMatcher = (pathname: string) => Params | null;

const noParams: Params = {};

/** A matcher for exactly this pattern. */
export function matchExact(pattern: string): PathMatcher {
  // Most routes are plain text; comparing is many times faster than a URLPattern.
  if (!/[:*{}()?+]/.test(pattern)) {
    return (pathname) => pathname === pattern ? noParams : null;
  }
  const compiled = new URLPattern({ pathname: pattern });
  return (pathname) => {
    const groups = compiled.exec({ pathname })?.pathname.groups;
    if (groups === undefined) return null;
    const params = Object.entries(groups).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, decode(value)]]
    );
    return Object.fromEntries(params);
  };
}

/** A matcher for this pattern and everything below it; "*" and "/" are everything. */
export function matchBelow(pattern: string): PathMatcher {
  const base = pattern.replace(/\/?\*?$/, "");
  if (base === "") return () => noParams;
  const exact = matchExact(base);
  const below = matchExact(`${base}/*`);
  return (pathname) => exact(pathname) ?? below(pathname);
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** The pattern of a route file, named relative to the routes folder and without its extension. */
export function patternOfFile(file: string): string {
  const segments = file.split("/").filter((segment) => !/^\(.*\)$/.test(segment));
  if (segments.at(-1) === "index") segments.pop();
  const parts = segments.map((segment) => {
    const optional = /^\[\[(\w+)\]\]$/.exec(segment);
    if (optional !== null) return `{/:${optional[1]}}?`;
    return "/" +
      segment.replace(/\[\.\.\.(\w+)\]/g, ":$1*").replace(/\[(\w+)\]/g, ":$1");
  });
  return parts.join("") || "/";
}

/** Orders patterns so that the more particular comes first: text, then a parameter, then the rest. */
export function comparePatterns(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = rank(left[i]) - rank(right[i]);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

function rank(segment: string | undefined): number {
  if (segment === undefined) return 0;
  if (segment.endsWith("*")) return 4;
  if (segment.includes("?") || segment.endsWith("{")) return 3;
  return segment.includes(":") ? 2 : 1;
}
