// The middlewares around everything, without a network: answers of every kind, thrown and returned, come out with all
// headers, and nothing of an error is shown.

import { assertEquals, assertMatch } from "@std/assert";
import { App, HttpError } from "fresh";
import { Bench, type Config, parseConfig, type State, useBench } from "../../lib/bench/mod.ts";
import { answerFailures } from "../../lib/bench/failures.ts";
import { contentPolicy, securityHeaders, strictPolicy } from "../../lib/bench/headers.ts";
import { assertPromisedHeaders } from "../support/promised_headers.ts";

const SECRET = "what nobody should read";

function configOf(env: Readonly<Record<string, string>>): Config {
  const result = parseConfig(env);
  if (!result.ok) throw new Error(result.problem);
  return result.config;
}

/** An app with our middlewares and answers of every kind; its error page fails on demand. */
function handlerWith(env: Readonly<Record<string, string>> = {}) {
  useBench(new Bench(configOf(env)));
  const app = new App<State>()
    .use(securityHeaders())
    .use(contentPolicy())
    .use(answerFailures((ctx, status) => {
      if (ctx.url.pathname === "/worse") throw new Error(SECRET);
      return new Response(`status ${status}`, { status });
    }))
    .get("/text", () => new Response("fine"))
    .get(
      "/page",
      () =>
        new Response("<p>", {
          headers: { "content-type": "text/html", "cache-control": "public" },
        }),
    )
    .get("/kept", () => new Response("x", { headers: { "cache-control": "public, max-age=9" } }))
    .get("/away", (ctx) => ctx.redirect("/text"))
    .get("/boom", () => {
      throw new Error(SECRET);
    })
    .get("/odd", () => Promise.reject(SECRET))
    .get("/gone", () => {
      throw new HttpError(410);
    })
    .get("/worse", () => {
      throw new Error(SECRET);
    });
  const handler = app.handler();
  return (path: string, init: RequestInit = {}) =>
    handler(new Request(new URL(path, "http://bench.example"), init));
}

const ANSWERS: readonly (readonly [string, number, RequestInit?])[] = [
  ["/text", 200],
  ["/text", 200, { method: "HEAD" }],
  ["/page", 200],
  ["/kept", 200],
  ["/away", 302],
  ["/gone", 410],
  ["/boom", 500],
  ["/odd", 500],
  ["/worse", 500],
  ["/nothing", 404],
  ["/text", 405, { method: "DELETE" }],
  ["/text", 200, { headers: { upgrade: "websocket" } }],
  ["/boom", 500, { headers: { upgrade: "websocket" } }],
];

for (const publicUrl of ["", "http://bench.local:8080", "https://bench.example"]) {
  Deno.test(`every kind of answer carries every header with PUBLIC_URL="${publicUrl}"`, async () => {
    const ask = handlerWith({ PUBLIC_URL: publicUrl });
    for (const [path, status, init] of ANSWERS) {
      const response = await ask(path, init);
      assertEquals(response.status, status, path);
      assertPromisedHeaders(response.headers, `${path} (${status})`, publicUrl || null);
      assertEquals((await response.text()).includes(SECRET), false);
    }
  });
}

Deno.test("pages are never stored, other answers only when they say so themselves", async () => {
  const ask = handlerWith();
  const caching = async (path: string) => (await ask(path)).headers.get("cache-control");
  assertEquals(await caching("/page"), "no-store");
  assertEquals(await caching("/text"), "no-store");
  assertEquals(await caching("/kept"), "public, max-age=9");
});

Deno.test("an upgraded answer comes out as the object it is", async () => {
  useBench(new Bench(configOf({})));
  // A Response with status 101 can be made by an upgrade alone; this stands for one, and its headers are locked.
  const upgraded = Object.defineProperty(Response.error(), "status", { value: 101 });
  const handler = new App<State>()
    .use(securityHeaders())
    .use(contentPolicy())
    .get("/ws", () => upgraded)
    .handler();
  const request = new Request("http://bench.example/ws", { headers: { upgrade: "websocket" } });
  assertEquals(await handler(request), upgraded);
});

Deno.test("what is unsafe leaves a policy whatever put it there, and the nonce stays", () => {
  const genuine = "script-src 'self' 'nonce-abc' 'UNSAFE-inline'; worker-src 'unsafe-eval'; " +
    "upgrade-insecure-requests; style-src 'unsafe-hashes' 'self'";
  const expected = "script-src 'self' 'nonce-abc'; worker-src; style-src 'self'";
  assertEquals(strictPolicy(genuine, { publicOrigin: null }), expected);
  assertEquals(strictPolicy(genuine, { publicOrigin: "http://bench.example" }), expected);
  assertMatch(
    strictPolicy(genuine, { publicOrigin: "https://bench.example" }),
    /; upgrade-insecure-requests;/,
  );
});
