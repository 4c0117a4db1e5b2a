// The middlewares that come along: `staticFiles()` and `csp()`.
// Files: must never make a path on disk out of what was asked for unless exactly that path is in the build's list.
// Policy: must never touch a 101; with `useNonce`, no 'unsafe-inline' may leave (the stand-in itself needs no nonce).
// Rules: Fresh's pages on static files and on the csp plugin.

import { build, cacheKey, decodePath } from "./build.ts";
import type { Middleware } from "./context.ts";

const contentTypes = new Map(
  ("css text/css, gif image/gif, ico image/x-icon, jpg image/jpeg, js text/javascript, " +
    "json application/json, mp3 audio/mpeg, png image/png, svg image/svg+xml, txt text/plain, " +
    "wasm application/wasm, webmanifest application/manifest+json, webp image/webp, woff2 font/woff2")
    .split(", ").map((each) => each.split(" ") as [string, string]),
);

/** Serves GET and HEAD for the files of the build; everything else goes on down the chain. */
export function staticFiles<State>(): Middleware<State> {
  return async ({ req, url, next }) => {
    const path = decodePath(url.pathname);
    const isRead = req.method === "GET" || req.method === "HEAD";
    if (!isRead || path === null || !Object.hasOwn(build.staticFiles, path)) return next();
    const type = contentTypes.get(path.split(".").at(-1) ?? "") ?? "application/octet-stream";
    const etag = `"${build.staticFiles[path]}"`;
    // Where the address names this very build, its bytes can never change.
    const isLocked = url.searchParams.get(cacheKey) === build.buildId ||
      path.startsWith(`/_fresh/js/${build.buildId}/`);
    const headers = {
      "content-type": type.startsWith("text/") ? `${type}; charset=utf-8` : type,
      "cache-control": isLocked ? "public, max-age=31536000, immutable" : "no-cache",
      etag,
    };
    // Compared weakly, as a compressing server weakens the tags that it passes on.
    const known = req.headers.get("if-none-match")?.replaceAll("W/", "").split(/\s*,\s*/) ?? [];
    if (known.includes(etag) || known.includes("*")) {
      return new Response(null, { status: 304, headers });
    }
    if (req.method === "HEAD") return new Response(null, { headers });
    const name = path.slice(1).split("/").map(encodeURIComponent).join("/");
    const file = await Deno.open(new URL(name, build.staticRoot));
    return new Response(file.readable, { headers });
  };
}

export interface CSPOptions {
  /** Reports what would be blocked instead of blocking it. */
  readonly reportOnly?: boolean;
  /** Directives to add; one of the same name as a default takes its place. */
  readonly csp?: readonly string[];
  /** Puts a nonce of its own for every answer where 'unsafe-inline' would stand. */
  readonly useNonce?: boolean;
}

const defaults = "default-src 'self'; script-src 'self' 'unsafe-inline'; " +
  "style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; " +
  "media-src 'self' data: blob:; worker-src 'self' blob:; connect-src 'self'; " +
  "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; " +
  "upgrade-insecure-requests";

/** A middleware that sets the Content-Security-Policy; those around it may still change the header. */
export function csp<State>(options: CSPOptions = {}): Middleware<State> {
  const directives = [...defaults.split("; "), ...options.csp ?? []]
    .map((directive) => directive.trim().replace(/;$/, ""));
  const byName = new Map(directives.map((directive) => [directive.split(/\s/)[0], directive]));
  const policy = [...byName.values()].join("; ");
  const name = `content-security-policy${options.reportOnly ? "-report-only" : ""}`;
  return async (ctx) => {
    const response = await ctx.next();
    if (response.status === 101) return response;
    const inline = options.useNonce ? `'nonce-${crypto.randomUUID()}'` : "'unsafe-inline'";
    response.headers.set(name, policy.replaceAll("'unsafe-inline'", inline));
    return response;
  };
}
