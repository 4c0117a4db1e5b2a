// The policy that csp() sends: defaults, overrides, reporting and nonces.
// Rules: lib/fresh/middlewares.ts.

import { assertEquals, assertFalse, assertMatch, assertNotEquals } from "@std/assert";
import { App, csp, type CSPOptions } from "fresh";

async function headersOf(options?: CSPOptions): Promise<Headers> {
  const app = new App().use(csp(options)).get("/", () => new Response("page"));
  return (await app.handler()(new Request("http://localhost/"))).headers;
}

async function directivesOf(options?: CSPOptions): Promise<string[]> {
  return (await headersOf(options)).get("content-security-policy")?.split("; ") ?? [];
}

Deno.test("without options the defaults are sent, the upgrade of plain http among them", async () => {
  const directives = await directivesOf();
  assertEquals(directives.includes("default-src 'self'"), true);
  assertEquals(directives.includes("upgrade-insecure-requests"), true);
});

Deno.test("a directive replaces the default of its name and leaves the others", async () => {
  const directives = await directivesOf({
    csp: ["default-src 'none'", "img-src 'self' blob:;", "trusted-types 'none'"],
  });
  assertEquals(directives.filter((directive) => directive.startsWith("default-src")), [
    "default-src 'none'",
  ]);
  assertEquals(directives.filter((directive) => directive.startsWith("img-src")), [
    "img-src 'self' blob:",
  ]);
  assertEquals(directives.includes("trusted-types 'none'"), true);
  assertEquals(directives.includes("object-src 'none'"), true);
});

Deno.test("reportOnly changes the header", async () => {
  const headers = await headersOf({ reportOnly: true });
  assertEquals(headers.get("content-security-policy"), null);
  assertMatch(
    headers.get("content-security-policy-report-only") ?? "",
    /^default-src 'self'; /,
  );
});

Deno.test("useNonce leaves no 'unsafe-inline', and no two answers share a nonce", async () => {
  const [first = "", second = ""] = await Promise.all([1, 2].map(async () => {
    const directives = await directivesOf({ useNonce: true });
    assertFalse(directives.join().includes("unsafe-inline"));
    return directives.find((directive) => directive.startsWith("script-src"));
  }));
  assertMatch(first, /^script-src 'self' 'nonce-[\w-]{16,}'$/);
  assertNotEquals(first, second);
});
