// The files of a routes folder as the build hands them over: conventions, order, methods and errors.
// Rules: lib/fresh/app.ts; the same through a real build is in build_e2e_test.ts.

import { assertEquals, assertThrows } from "@std/assert";
import { App, HttpError, page } from "fresh";
import type { PageProps } from "fresh";
import { applyBuild, type Build } from "../../lib/fresh/build.ts";

function handlerOf(routes: Build["routes"]) {
  applyBuild({ routes });
  return new App().fsRoutes().handler();
}

async function outcome(routes: Build["routes"], path: string, method = "GET") {
  const request = new Request(`http://localhost${path}`, { method });
  const response = await handlerOf(routes)(request);
  return `${response.status} ${(await response.text()).replace("<!DOCTYPE html>", "")}`;
}

const text = (words: string) => ({ handler: () => new Response(words) });

Deno.test("the more particular file answers, whatever the order of the files", async () => {
  const routes = {
    "[...rest]": text("rest"),
    "blog/[slug]": text("slug"),
    "blog/new": text("new"),
    "index": text("index"),
  };
  assertEquals(await outcome(routes, "/"), "200 index");
  assertEquals(await outcome(routes, "/blog/new"), "200 new");
  assertEquals(await outcome(routes, "/blog/x"), "200 slug");
  assertEquals(await outcome(routes, "/blog/x/y"), "200 rest");
});

Deno.test("methods: per method, a function for all, a page for GET and HEAD", async () => {
  const routes = {
    "methods": { handlers: { GET: () => new Response("g"), POST: () => new Response("p") } },
    "function": { handler: ({ req }: { req: Request }) => new Response(req.method) },
    "page": { default: () => <p>page</p> },
    "both": { handler: { POST: () => page({ n: 1 }) }, default: () => <p>both</p> },
  };
  assertEquals(await outcome(routes, "/methods"), "200 g");
  assertEquals(await outcome(routes, "/methods", "POST"), "200 p");
  assertEquals(await outcome(routes, "/methods", "PUT"), "405 Method Not Allowed");
  assertEquals(await outcome(routes, "/methods", "HEAD"), "200 ");
  assertEquals(await outcome(routes, "/function", "PATCH"), "200 PATCH");
  assertEquals(await outcome(routes, "/page"), "200 <p>page</p>");
  assertEquals(await outcome(routes, "/page", "HEAD"), "200 ");
  assertEquals(await outcome(routes, "/page", "POST"), "405 Method Not Allowed");
  assertEquals(await outcome(routes, "/both"), "200 <p>both</p>");
  assertEquals(await outcome(routes, "/both", "POST"), "200 <p>both</p>");
});

Deno.test("_error of the folder answers for its routes, _app wraps it, outer folders come later", async () => {
  const thrower = {
    default: () => {
      throw new Error("secret");
    },
  };
  const routes = {
    "_app": {
      default: ({ Component }: PageProps) => (
        <main>
          <Component />
        </main>
      ),
    },
    "_error": {
      default: ({ error }: PageProps) => <h1>{error instanceof HttpError ? error.status : "?"}</h1>,
    },
    "deep/_error": { default: () => <h2>deep</h2> },
    "deep/thrower": thrower,
    "thrower": thrower,
    "teapot": {
      handler: () => {
        throw new HttpError(418);
      },
    },
  };
  assertEquals(await outcome(routes, "/thrower"), "500 <main><h1>?</h1></main>");
  assertEquals(await outcome(routes, "/teapot"), "418 <main><h1>418</h1></main>");
  assertEquals(await outcome(routes, "/deep/thrower"), "500 <main><h2>deep</h2></main>");
  assertEquals(await outcome(routes, "/deep/missing"), "404 <main><h2>deep</h2></main>");
  assertEquals(await outcome(routes, "/missing"), "404 <main><h1>404</h1></main>");
});

Deno.test("_error answers for a middleware of its own folder", async () => {
  const routes = {
    "_error": { default: () => <h1>caught</h1> },
    "_middleware": {
      default: () => {
        throw new HttpError(403);
      },
    },
    "index": text("index"),
  };
  assertEquals(await outcome(routes, "/"), "403 <h1>caught</h1>");
});

Deno.test("an error page may answer with a handler and with headers of its own", async () => {
  const routes = {
    "_error": {
      handler: () => page(undefined, { headers: { "x-error": "yes" } }),
      default: () => <h1>page</h1>,
    },
    "thrower": {
      handler: () => {
        throw new HttpError(503);
      },
    },
  };
  const response = await handlerOf(routes)(new Request("http://localhost/thrower"));
  assertEquals([response.status, response.headers.get("x-error")], [503, "yes"]);
});

Deno.test("layouts and middlewares of a folder leave other folders alone, parameters or not", async () => {
  const wrap = (name: string) => ({
    default: ({ Component }: PageProps) => (
      <div class={name}>
        <Component />
      </div>
    ),
  });
  const routes = {
    "a/_layout": wrap("a"),
    "a/one": { default: () => <p>one</p> },
    "[any]/_layout": wrap("any"),
    "[any]/two": { default: () => <p>two</p> },
    "three": { default: () => <p>three</p> },
  };
  assertEquals(await outcome(routes, "/a/one"), '200 <div class="a"><p>one</p></div>');
  assertEquals(await outcome(routes, "/a/two"), '200 <div class="any"><p>two</p></div>');
  assertEquals(await outcome(routes, "/three"), "200 <p>three</p>");
});

Deno.test("names of files that mean something else in Fresh are refused, not misread", () => {
  for (const file of ["(group)/page", "[[optional]]", "_404", "(_islands)/Island"]) {
    assertThrows(() => handlerOf({ [file]: text("x") }), TypeError);
  }
});

Deno.test("an async page may answer by itself", async () => {
  const routes = {
    "moved": { default: async () => await Promise.resolve(new Response("moved", { status: 301 })) },
  };
  assertEquals(await outcome(routes, "/moved"), "301 moved");
});
