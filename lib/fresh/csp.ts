// `csp()`: adds a Content-Security-Policy to every answer but a 101.
// With `useNonce`, 'unsafe-inline' must never leave: a nonce takes its place (the stand-in itself needs none).
// Options: Fresh's page on the csp plugin.

import type { Middleware } from "./route.ts";

export interface CSPOptions {
  /** Reports what would be blocked instead of blocking it. */
  readonly reportOnly?: boolean;
  /** Where browsers send their reports. */
  readonly reportTo?: string;
  /** Directives to add; one of the same name as a default takes its place. */
  readonly csp?: readonly string[];
  /** Puts a nonce of its own for every answer where 'unsafe-inline' would stand. */
  readonly useNonce?: boolean;
}

const defaults: readonly string[] = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "upgrade-insecure-requests",
];

/** A middleware that sets the policy; later ones may still change the header. */
export function csp<State>(options: CSPOptions = {}): Middleware<State> {
  const policy = policyOf(options).join("; ");
  const name = options.reportOnly
    ? "content-security-policy-report-only"
    : "content-security-policy";
  return async (ctx) => {
    const response = await ctx.next();
    if (response.status === 101) return response;
    response.headers.set(name, options.useNonce ? withNonce(policy) : policy);
    if (options.reportTo !== undefined) {
      response.headers.set(
        "reporting-endpoints",
        `csp-endpoint="${options.reportTo}"`,
      );
    }
    return response;
  };
}

function policyOf({ csp = [], reportTo }: CSPOptions): readonly string[] {
  const directives = new Map<string, string>();
  for (const directive of [...defaults, ...csp]) {
    const text = directive.trim().replace(/;$/, "");
    directives.set(text.split(/\s+/)[0] ?? "", text);
  }
  if (reportTo !== undefined) {
    directives.set("report-to", "report-to csp-endpoint");
    directives.set("report-uri", `report-uri ${reportTo}`);
  }
  return [...directives.values()];
}

function withNonce(policy: string): string {
  return policy.replaceAll("'unsafe-inline'", `'nonce-${crypto.randomUUID()}'`);
}
