// `staticFiles()`: serves the files that the build listed, and nothing else.
// It must never make a path on disk out of what was asked for unless exactly that path is in the list.
// Rules: Fresh's page on static files.

import { cacheKey } from "./asset.ts";
import type { Context } from "./context.ts";
import type { Middleware } from "./route.ts";
import type { Snapshot } from "./snapshot.ts";

const contentTypes: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  gif: "image/gif",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "text/javascript; charset=utf-8",
  json: "application/json; charset=utf-8",
  mjs: "text/javascript; charset=utf-8",
  mp3: "audio/mpeg",
  ogg: "audio/ogg",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
  wav: "audio/wav",
  webmanifest: "application/manifest+json; charset=utf-8",
  webp: "image/webp",
  woff2: "font/woff2",
  xml: "application/xml; charset=utf-8",
};

const snapshots = new WeakMap<object, Snapshot>();

/** Says which build answers a request; the app does it before the chain runs. */
export function withSnapshot(ctx: object, snapshot: Snapshot): void {
  snapshots.set(ctx, snapshot);
}

/** Serves GET and HEAD for known files; everything else goes on down the chain. */
export function staticFiles<State>(): Middleware<State> {
  return async (ctx) => {
    const snapshot = snapshots.get(ctx);
    const pathname = decodedPath(ctx.url.pathname);
    const { method } = ctx.req;
    if (
      snapshot === undefined || pathname === null ||
      (method !== "GET" && method !== "HEAD")
    ) {
      return ctx.next();
    }
    if (!Object.hasOwn(snapshot.staticFiles, pathname)) return ctx.next();
    const etag = `"${snapshot.staticFiles[pathname]?.etag}"`;
    const headers = new Headers({
      "content-type": contentTypes[pathname.split(".").at(-1) ?? ""] ??
        "application/octet-stream",
      "cache-control": isLocked(ctx, snapshot) ? "public, max-age=31536000, immutable" : "no-cache",
      etag,
    });
    if (hasTag(ctx.req.headers.get("if-none-match"), etag)) {
      return new Response(null, { status: 304, headers });
    }
    if (method === "HEAD") return new Response(null, { headers });
    const encoded = pathname.slice(1).split("/").map(encodeURIComponent).join(
      "/",
    );
    const file = await Deno.open(new URL(encoded, snapshot.staticRoot));
    return new Response(file.readable, { headers });
  };
}

function decodedPath(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return null;
  }
}

/** True where the address names this very build, so that its bytes can never change. */
function isLocked<State>(ctx: Context<State>, { buildId }: Snapshot): boolean {
  return buildId !== "" &&
    (ctx.url.searchParams.get(cacheKey) === buildId ||
      ctx.url.pathname.startsWith(`/_fresh/js/${buildId}/`));
}

/** Weak comparison, as a compressing server weakens the tags that it passes on. */
function hasTag(header: string | null, etag: string): boolean {
  const tags = header?.split(",").map((tag) => tag.trim().replace(/^W\//, "")) ?? [];
  return tags.includes(etag) || tags.includes("*");
}
