// The headers of every answer: pages, files, errors, refusals. Must never touch a 101, whose response lives only as
// the object it is, and never let 'unsafe-*' out. What is promised here is held by tests/promises/headers_e2e_test.ts.
//
//   securityHeaders   outermost: finishes what came back, whoever made it
//   contentPolicy     inside it: Fresh's csp, which gives Fresh's own inline scripts (if it has any) their nonce

import { csp, type Middleware } from "fresh";
import { asksForSocket } from "../relay/mod.ts";
import type { Config } from "./config.ts";
import { PERMISSIONS_POLICY } from "./permissions_policy.ts";
import { complain } from "./say.ts";
import type { State } from "./state.ts";
import { benchOf } from "./the_bench.ts";

const POLICY = "content-security-policy";

/** Two years, as the preload lists ask for. */
const HSTS_SECONDS = 2 * 365 * 24 * 60 * 60;

const FIXED: readonly (readonly [string, string])[] = [
  ["referrer-policy", "no-referrer"],
  ["cross-origin-opener-policy", "same-origin"],
  ["cross-origin-embedder-policy", "require-corp"],
  ["cross-origin-resource-policy", "same-origin"],
  ["x-content-type-options", "nosniff"],
  ["x-frame-options", "DENY"],
  ["permissions-policy", PERMISSIONS_POLICY],
];

/** The directives, each named, so that none of Fresh's defaults stays. */
function directives({ publicOrigin }: Pick<Config, "publicOrigin">): string[] {
  // Some browsers do not count a WebSocket of the same host as 'self'.
  const socket = publicOrigin === null ? "" : ` ${publicOrigin.replace(/^http/, "ws")}`;
  return [
    "default-src 'none'",
    // 'unsafe-inline' marks where Fresh puts its nonce; `strictPolicy` takes out what is left of it.
    "script-src 'self' 'unsafe-inline'",
    "style-src 'self'",
    "img-src 'self' blob:",
    `connect-src 'self'${socket}`,
    "font-src 'self'",
    "media-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    "upgrade-insecure-requests",
  ];
}

/**
 * A policy as it may leave: nothing unsafe, and plain http is upgraded only where there is https to go to (a bench
 * on plain http in a home network would load nothing).
 */
export function strictPolicy(
  policy: string,
  { publicOrigin }: Pick<Config, "publicOrigin">,
): string {
  return policy.split(";")
    .map((directive) => directive.trim().split(/\s+/))
    .map((words) => words.filter((word) => !/^'unsafe-/i.test(word)).join(" "))
    .filter((directive) => directive !== "")
    .filter((directive) => directive !== "upgrade-insecure-requests" || isHttps(publicOrigin))
    .join("; ");
}

function isHttps(origin: string | null): boolean {
  return origin?.startsWith("https:") ?? false;
}

/** Fresh's csp with this bench's directives; made at the first request, when the settings are known. */
export function contentPolicy(): Middleware<State> {
  let policy: Middleware<State> | null = null;
  return (ctx) => {
    // An upgraded answer takes no headers, and Fresh's middleware would try.
    if (asksForSocket(ctx.req.headers.get("upgrade"))) return ctx.next();
    policy ??= csp<State>({ useNonce: true, csp: directives(ctx.state.bench.config) });
    return policy(ctx);
  };
}

/** Outermost: gives the request its bench, and every answer but a 101 all headers. */
export function securityHeaders(): Middleware<State> {
  return async (ctx) => {
    ctx.state.bench = benchOf();
    const { config } = ctx.state.bench;
    const response = await ctx.next().catch(lastResort);
    if (response.status === 101) return response;
    const { headers } = response;
    for (const [name, value] of FIXED) headers.set(name, value);
    headers.set(
      POLICY,
      strictPolicy(headers.get(POLICY) ?? directives(config).join(";"), config),
    );
    if (isHttps(config.publicOrigin)) {
      headers.set("strict-transport-security", `max-age=${HSTS_SECONDS}`);
    }
    const isPage = headers.get("content-type")?.startsWith("text/html") ?? false;
    if (isPage || !headers.has("cache-control")) headers.set("cache-control", "no-store");
    return response;
  };
}

/** When even the error page failed. What was thrown is not shown: it may hold anything. */
function lastResort(): Response {
  complain("A request failed inside the bench.");
  return new Response("Something went wrong on this bench.\n", {
    status: 500,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}
