// What every answer must carry, as one check for unit tests and for a real bench alike. Written out again here, not
// taken from the code under test.

import { assertEquals } from "@std/assert";

const OPEN_FEATURES = ["autoplay=(self)", "clipboard-write=(self)", "web-share=(self)"];
const CLOSED_FEATURES = [
  "camera",
  "microphone",
  "geolocation",
  "display-capture",
  "clipboard-read",
];

const EXACT: Readonly<Record<string, string>> = {
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

const DIRECTIVES: Readonly<Record<string, string>> = {
  "default-src": "'none'",
  "style-src": "'self'",
  "img-src": "'self' blob:",
  "font-src": "'self'",
  "media-src": "'self'",
  "worker-src": "'self'",
  "manifest-src": "'self'",
  "object-src": "'none'",
  "form-action": "'self'",
  "base-uri": "'none'",
  "frame-ancestors": "'none'",
  "require-trusted-types-for": "'script'",
  "trusted-types": "'none'",
};

/** A policy by directive. Throws when one stands there twice. */
export function parsePolicy(policy: string): ReadonlyMap<string, string> {
  const directives = new Map<string, string>();
  for (const directive of policy.split(";").map((each) => each.trim())) {
    const [name = "", ...values] = directive.split(/\s+/);
    if (directives.has(name)) throw new Error(`${name} stands in the policy twice`);
    directives.set(name, values.join(" "));
  }
  return directives;
}

/** Fails, naming `what`, unless every promised header is there; `publicOrigin` is PUBLIC_URL's, if it is set. */
export function assertPromisedHeaders(
  headers: Headers,
  what: string,
  publicOrigin: string | null = null,
): void {
  const isHttps = publicOrigin?.startsWith("https:") ?? false;
  for (const [name, value] of Object.entries(EXACT)) {
    assertEquals(headers.get(name), value, `${name} of ${what}`);
  }
  const policy = headers.get("content-security-policy") ?? "";
  assertEquals(/unsafe|\*|data:/i.test(policy), false, `the policy of ${what}: ${policy}`);
  const directives = new Map(parsePolicy(policy));
  for (const [name, value] of Object.entries(DIRECTIVES)) {
    assertEquals(directives.get(name), value, `${name} of ${what}`);
    directives.delete(name);
  }
  assertEquals(directives.get("script-src")?.replace(/ 'nonce-[\w+/=-]+'$/, ""), "'self'", what);
  directives.delete("script-src");
  const socket = publicOrigin === null ? "" : ` ${publicOrigin.replace("http", "ws")}`;
  assertEquals(directives.get("connect-src"), `'self'${socket}`, what);
  directives.delete("connect-src");
  assertEquals([...directives.keys()], isHttps ? ["upgrade-insecure-requests"] : [], what);
  assertEquals(headers.has("strict-transport-security"), isHttps, `HSTS of ${what}`);

  const features = (headers.get("permissions-policy") ?? "").split(", ");
  const open = features.filter((feature) => !feature.endsWith("=()"));
  assertEquals(open.toSorted(), OPEN_FEATURES, what);
  for (const name of CLOSED_FEATURES) assertEquals(features.includes(`${name}=()`), true, name);
}
