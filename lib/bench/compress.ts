// Text goes out as gzip where the browser takes it. Leaves alone what is compressed already, tiny, partial, or has no
// body (101, 204, 304). HEAD gets the headers that GET would get. Rules: RFC 9110 sections 8.4, 8.8.3 and 12.5.

import type { Middleware } from "fresh";
import type { State } from "./state.ts";

const TEXT =
  /^(?:text\/|image\/svg\+xml|application\/(?:javascript|json|manifest\+json|xml|wasm))/i;

/** Below this, gzip's own 18 bytes and a header line eat up what it saves. */
const LEAST_BYTES = 256;

/** Whether an Accept-Encoding takes gzip: named or by `*`, and not with a weight of zero. */
export function acceptsGzip(header: string | null): boolean {
  const weights = new Map<string, number>();
  for (const part of (header ?? "").split(",")) {
    const [name = "", ...parameters] = part.split(";").map((each) => each.trim().toLowerCase());
    const weight = parameters.find((each) => each.startsWith("q="))?.slice(2) ?? "1";
    if (name !== "") weights.set(name, Number(weight));
  }
  const gzip = weights.get("gzip") ?? weights.get("x-gzip") ?? weights.get("*") ?? 0;
  return gzip > 0;
}

function addVary(headers: Headers): void {
  const names = (headers.get("vary") ?? "").split(",").map((name) => name.trim().toLowerCase());
  if (!names.includes("accept-encoding") && !names.includes("*")) {
    headers.append("vary", "Accept-Encoding");
  }
}

/** The answer as it should go out to a request with this method and Accept-Encoding. */
export function compressed(request: Request, response: Response): Response {
  const { headers, status } = response;
  if (status === 101 || !TEXT.test(headers.get("content-type") ?? "")) return response;
  if (headers.has("content-encoding") || headers.get("cache-control")?.includes("no-transform")) {
    return response;
  }
  addVary(headers);
  const length = Number(headers.get("content-length") ?? Infinity);
  const hasBody = response.body !== null || request.method === "HEAD";
  if (!hasBody || status === 204 || status === 206 || status === 304 || length < LEAST_BYTES) {
    return response;
  }
  if (!acceptsGzip(request.headers.get("accept-encoding"))) return response;
  headers.set("content-encoding", "gzip");
  headers.delete("content-length");
  headers.delete("accept-ranges");
  const etag = headers.get("etag");
  // Byte for byte it is another representation now.
  if (etag !== null && !etag.startsWith("W/")) headers.set("etag", `W/${etag}`);
  const body = response.body?.pipeThrough(new CompressionStream("gzip")) ?? null;
  return new Response(body, { status, statusText: response.statusText, headers });
}

/** Compresses what comes back from inside. */
export function compress(): Middleware<State> {
  return async (ctx) => compressed(ctx.req, await ctx.next());
}
