// The app by hand: which middleware and which route answer, in which order, and what happens to errors.
// Rules: lib/fresh/README.md.

import { assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import { App, HttpError } from "fresh";

function request(path: string, method = "GET"): Request {
  return new Request(`http://localhost${path}`, { method });
}

async function outcome(app: App<never> | App<unknown>, path: string, method = "GET") {
  const response = await app.handler()(request(path, method));
  return `${response.status} ${await response.text()}`;
}

Deno.test("the first route that fits path and method answers, with decoded parameters", async () => {
  const app = new App()
    .get("/books/new", () => new Response("new"))
    .get("/books/:id", (ctx) => new Response(`${ctx.route} ${ctx.params.id}`))
    .post("/books/:id", () => new Response("posted"))
    .get("/files/*", () => new Response("files"));
  assertEquals(await outcome(app, "/books/new"), "200 new");
  assertEquals(await outcome(app, "/books/a%20b"), "200 /books/:id a b");
  assertEquals(await outcome(app, "/books/%E0%A4%A"), "200 /books/:id %E0%A4%A");
  assertEquals(await outcome(app, "/books/1", "POST"), "200 posted");
  assertEquals(await outcome(app, "/files/a/b"), "200 files");
  assertEquals(await outcome(app, "/books"), "404 Not Found");
  assertEquals(await outcome(app, "/books/1/2"), "404 Not Found");
});

Deno.test("middlewares run from top to bottom, only for routes below them and paths they name", async () => {
  const trail: string[] = [];
  const step = (name: string) => async (ctx: { next(): Promise<Response> }) => {
    trail.push(`>${name}`);
    const response = await ctx.next();
    trail.push(`<${name}`);
    return response;
  };
  const app = new App()
    .use(step("a"), step("b"))
    .use("/deep", step("deep"))
    .get("/early", () => new Response("early"))
    .use(step("late"))
    .get("/deep/er", step("own"), () => new Response("er"));
  const handler = app.handler();

  await handler(request("/early"));
  assertEquals(trail.splice(0), [">a", ">b", "<b", "<a"]);
  await handler(request("/deep/er"));
  assertEquals(
    trail.splice(0),
    [">a", ">b", ">deep", ">late", ">own", "<own", "<late", "<deep", "<b", "<a"],
  );
  await handler(request("/deeper"));
  assertEquals(trail.splice(0), [">a", ">b", ">late"], "unmatched, and not below /deep");
});

Deno.test("a request has a state of its own that the chain shares", async () => {
  interface State {
    count?: number;
  }
  const app = new App<State>()
    .use((ctx) => {
      ctx.state.count = (ctx.state.count ?? 0) + 1;
      return ctx.next();
    })
    .get("/", (ctx) => new Response(String(ctx.state.count)));
  const handler = app.handler();
  assertEquals(await (await handler(request("/"))).text(), "1");
  assertEquals(await (await handler(request("/"))).text(), "1");
});

Deno.test("a path that is known under another method is 405, an unknown one 404", async () => {
  const app = new App().post("/only-post", () => new Response("yes"));
  assertEquals(await outcome(app, "/only-post"), "405 Method Not Allowed");
  assertEquals(await outcome(app, "/other"), "404 Not Found");
});

Deno.test("HEAD is answered by GET without its body", async () => {
  const app = new App()
    .get("/page", () => new Response("body", { headers: { "x-from": "get" } }));
  const page = await app.handler()(request("/page", "HEAD"));
  assertEquals([page.body, page.headers.get("x-from")], [null, "get"]);
});

Deno.test("what is thrown goes to the nearest onError above it, and never to a stranger", async () => {
  const app = new App()
    .get("/before", () => {
      throw new Error("secret");
    })
    .onError("*", (ctx) => {
      const status = ctx.error instanceof HttpError ? ctx.error.status : 500;
      return new Response(`root`, { status });
    })
    .onError("/foo", () => new Response("foo", { status: 503 }))
    .get("/foo/thrower", () => {
      throw new Error("secret");
    })
    .get("/teapot", () => {
      throw new HttpError(418);
    });
  assertEquals(await outcome(app, "/foo/thrower"), "503 foo");
  assertEquals(await outcome(app, "/teapot"), "418 root");
  assertEquals(await outcome(app, "/missing"), "404 root");
  assertEquals(await outcome(app, "/before"), "500 Internal Server Error");
});

Deno.test("an error page that throws hands over to the one around it", async () => {
  const app = new App()
    .onError("*", (ctx) => new Response((ctx.error as Error).message, { status: 500 }))
    .onError("/foo", () => {
      throw new Error("inner");
    })
    .get("/foo", () => {
      throw new Error("outer");
    });
  assertEquals(await outcome(app, "/foo"), "500 inner");
});

Deno.test("notFound answers every 404, thrown or unmatched, inside the middlewares", async () => {
  const app = new App()
    .onError("*", () => new Response("error", { status: 500 }))
    .notFound((ctx) => new Response(`nothing at ${ctx.url.pathname}`, { status: 404 }))
    .use(async (ctx) => {
      const response = await ctx.next();
      response.headers.set("x-seen", "yes");
      return response;
    })
    .get("/thrown", () => {
      throw new HttpError(404);
    })
    .get("/broken", () => {
      throw new Error("secret");
    });
  assertEquals(await outcome(app, "/thrown"), "404 nothing at /thrown");
  assertEquals(await outcome(app, "/unmatched"), "404 nothing at /unmatched");
  assertEquals(await outcome(app, "/broken"), "500 error");
  const response = await app.handler()(request("/unmatched"));
  assertEquals(response.headers.get("x-seen"), "yes");
});

Deno.test("a response passes through as the very object the handler made", async () => {
  const made = new Response("made");
  const app = new App().use((ctx) => ctx.next()).get("/", () => made);
  assertStrictEquals(await app.handler()(request("/")), made);
});

Deno.test("the connection's info reaches the context", async () => {
  const app = new App().get("/", ({ info }) => {
    return new Response("hostname" in info.remoteAddr ? info.remoteAddr.hostname : "");
  });
  const response = await app.handler()(request("/"), {
    remoteAddr: { transport: "tcp", hostname: "192.0.2.7", port: 1 },
    completed: Promise.resolve(),
  });
  assertEquals(await response.text(), "192.0.2.7");
});

const redirects: readonly (readonly [string, string])[] = [
  ["/room", "/room"],
  ["/a?next=//x#//y", "/a?next=//x#//y"],
  ["//evil.example", "/evil.example"],
  ["///evil.example//a", "/evil.example/a"],
  ["/\\evil.example", "/evil.example"],
  ["\\\\evil.example", "/evil.example"],
  ["/\t/evil.example", "/evil.example"],
  [" //evil.example", "/evil.example"],
  ["\u0001//evil.example", "/evil.example"],
  ["https://elsewhere.example//x", "https://elsewhere.example//x"],
];

for (const [given, expected] of redirects) {
  Deno.test(`a redirect to ${JSON.stringify(given)} goes to ${expected}`, async () => {
    const app = new App().get("/", (ctx) => ctx.redirect(given));
    const response = await app.handler()(request("/"));
    assertEquals([response.status, response.headers.get("location")], [302, expected]);
    const { origin } = new URL(expected, "http://localhost");
    const landed = new URL(response.headers.get("location") ?? "", "http://localhost");
    assertEquals(landed.origin, origin);
    assertFalse(landed.hostname === "evil.example");
  });
}

Deno.test("a redirect can have another status", async () => {
  const app = new App().get("/", (ctx) => ctx.redirect("/there", 307));
  assertEquals((await app.handler()(request("/"))).status, 307);
});
