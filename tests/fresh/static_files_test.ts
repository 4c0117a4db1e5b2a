// What staticFiles() serves, under which headers, and that it serves nothing else.
// Rules: lib/fresh/middlewares.ts.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { App, staticFiles } from "fresh";
import { applyBuild } from "../../lib/fresh/build.ts";

const forever = "public, max-age=31536000, immutable";

function testApp(): App<unknown> {
  applyBuild({
    buildId: "b1",
    staticRoot: new URL("./fixture/static/", import.meta.url).href,
    staticFiles: { "/style.css": "e1", "/nested/a file.txt": "e2" },
  });
  return new App().use(staticFiles()).get("/page", () => new Response("page"));
}

async function get(path: string, init: RequestInit = {}): Promise<Response> {
  return await testApp().handler()(new Request(`http://localhost${path}`, init));
}

Deno.test("a listed file comes with its type and tag, to be asked for again each time", async () => {
  const response = await get("/style.css");
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "text/css; charset=utf-8");
  assertEquals(response.headers.get("etag"), '"e1"');
  assertEquals(response.headers.get("cache-control"), "no-cache");
  assertStringIncludes(await response.text(), "margin");
});

Deno.test("a name with a space is found", async () => {
  assertEquals(await (await get("/nested/a%20file.txt")).text(), "deep\n");
});

Deno.test("only under this build's id may a file be kept for a year", async () => {
  const cacheOf = async (path: string) => {
    const response = await get(path, { method: "HEAD" });
    return response.headers.get("cache-control");
  };
  assertEquals(await cacheOf("/style.css?__frsh_c=b1"), forever);
  assertEquals(await cacheOf("/style.css?__frsh_c=b0"), "no-cache");
  assertEquals(await cacheOf("/style.css?__frsh_c="), "no-cache");
});

Deno.test("a tag that is still right is answered 304 without a body", async () => {
  for (const tag of ['"e1"', 'W/"e1"', '"other", W/"e1"', "*"]) {
    const response = await get("/style.css", { headers: { "if-none-match": tag } });
    assertEquals([response.status, response.body], [304, null], tag);
  }
  const changed = await get("/style.css", { headers: { "if-none-match": '"e0"' } });
  assertEquals(changed.status, 200);
  await changed.body?.cancel();
});

Deno.test("HEAD has the headers alone, other methods and other paths go on", async () => {
  const head = await get("/style.css", { method: "HEAD" });
  assertEquals([head.status, head.body, head.headers.get("etag")], [200, null, '"e1"']);
  assertEquals((await get("/style.css", { method: "POST" })).status, 404);
  assertEquals(await (await get("/page")).text(), "page");
});

const refused = [
  "/dot.svg",
  "/nested",
  "/nested/",
  "/../main.ts",
  "/..%2fmain.ts",
  "/%2e%2e/main.ts",
  "/nested/..%2F..%2Fmain.ts",
  "/nested/%2e%2e%5c..%5cmain.ts",
  "//style.css",
  "/style.css%00",
  "/%",
  "/constructor",
  "/__proto__",
];

for (const path of refused) {
  Deno.test(`${path} is not served, though the disk may have it`, async () => {
    assertEquals((await get(path)).status, 404);
  });
}
