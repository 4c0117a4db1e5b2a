// Pages, layouts, head elements and islands of one response, with a build written by hand.
// Rules: lib/fresh/render.ts, islands.ts, head.ts.

import { signal } from "@preact/signals";
import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { App, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { applyBuild, type IslandSpec, type PageData } from "../../lib/fresh/build.ts";
import { parse } from "../../lib/fresh/serialise.ts";

interface NamedProps {
  readonly name?: unknown;
  readonly children?: ComponentChildren;
}

function Leaf({ name }: NamedProps) {
  const [shown] = useState(String(name));
  return <b>{shown}</b>;
}

function Nest({ name }: NamedProps) {
  return (
    <div>
      <Leaf name={name} />
    </div>
  );
}

function Unused() {
  return <i>never rendered</i>;
}

const islands: readonly IslandSpec[] = [
  { name: "Leaf", component: Leaf, scripts: ["island-Leaf.js", "chunk-1.js"] },
  { name: "Nest", component: Nest, scripts: ["island-Nest.js", "chunk-1.js"] },
  { name: "Unused", component: Unused, scripts: ["island-Unused.js"] },
];

function Wrapper({ Component }: PageProps) {
  return (
    <html lang="en">
      <head>
        <title>Wrapper</title>
        <meta name="description" content="wrapper" />
      </head>
      <body>
        <Component />
      </body>
    </html>
  );
}

async function render(children: ComponentChildren, wrapped = true): Promise<string> {
  const routes = { "_app": { default: Wrapper } };
  applyBuild({ buildId: "b1", islands, routes: wrapped ? routes : {} });
  const app = new App().fsRoutes().get("/", (ctx) => ctx.render(<>{children}</>));
  return await (await app.handler()(new Request("http://localhost/"))).text();
}

function dataOf(html: string): PageData {
  const block = /<script type="application\/json" id="__fresh_data">([^<]*)<\/script>/.exec(html);
  return parse(block?.[1] ?? "") as PageData;
}

Deno.test("a page without islands carries no script at all", async () => {
  const html = await render(<p>plain</p>);
  assertMatch(html, /^<!DOCTYPE html><html lang="en"><head>.*<body><p>plain<\/p><\/body><\/html>$/);
  assertFalse(html.includes("<script"));
  assertFalse(html.includes("modulepreload"));
});

Deno.test("islands stand between markers, and their props in the data block", async () => {
  const html = await render(
    <main>
      <Leaf name="one" />
      <p>between</p>
      <Leaf name="two" />
    </main>,
  );
  assertStringIncludes(html, "<!--island:0--><b>one</b><!--/island:0--><p>between</p>");
  assertStringIncludes(html, "<!--island:1--><b>two</b><!--/island:1-->");
  assertEquals(dataOf(html), {
    buildId: "b1",
    islands: [{ name: "Leaf", props: { name: "one" } }, { name: "Leaf", props: { name: "two" } }],
  });
});

Deno.test("an island inside an island is an ordinary component", async () => {
  const html = await render(<Nest name="x" />);
  assertStringIncludes(html, "<!--island:0--><div><b>x</b></div><!--/island:0-->");
  assertEquals(dataOf(html).islands.map(({ name }) => name), ["Nest"]);
});

Deno.test("only the islands that a page uses are fetched, each file once", async () => {
  const html = await render(
    <>
      <Leaf name="one" />
      <Nest name="two" />
    </>,
  );
  const preloaded = [...html.matchAll(/<link rel="modulepreload" href="([^"]*)">/g)];
  assertEquals(preloaded.map((link) => link[1]), [
    "/_fresh/js/b1/island-Leaf.js",
    "/_fresh/js/b1/chunk-1.js",
    "/_fresh/js/b1/island-Nest.js",
  ]);
  assertFalse(html.includes("Unused"));
});

Deno.test("no script is inline, whatever the props say", async () => {
  const evil = "</script><script>alert(1)</script><!--";
  const html = await render(<Leaf name={evil} />);
  const scripts = [...html.matchAll(/<script\b([^>]*)>([^<]*)/g)];
  assertEquals(scripts.map((script) => script[1]?.trim()), [
    'type="application/json" id="__fresh_data"',
    'type="module" src="/_fresh/js/b1/boot.js"',
  ]);
  assertEquals(scripts[1]?.[2], "");
  assertEquals(dataOf(html).islands[0]?.props.name, evil);
});

Deno.test("islands of one page share their signals", async () => {
  const shared = signal(1);
  const html = await render(
    <>
      <Leaf name={shared} />
      <Leaf name={shared} />
    </>,
  );
  const [first, second] = dataOf(html).islands;
  assert(first?.props.name === second?.props.name);
});

Deno.test("JSX handed to an island fails loudly instead of vanishing in the tab", async () => {
  const html = await render(
    <Leaf name="x">
      <p>child</p>
    </Leaf>,
  );
  assertEquals(html, "Internal Server Error");
});

Deno.test("head elements of a page replace the wrapper's of the same sort, and are added otherwise", async () => {
  const html = await render(
    <>
      <Head>
        <title>First & foremost</title>
        <link rel="icon" href="/icon.svg" />
      </Head>
      <Head>
        <title>$& second</title>
        <meta name="description" content="page" />
      </Head>
      <p>page</p>
    </>,
  );
  const head = /<head>(.*)<\/head>/.exec(html)?.[1];
  assertEquals(
    head,
    '<title>$&amp; second</title><meta name="description" content="page"/>' +
      '<link rel="icon" href="/icon.svg"/>',
  );
  assertStringIncludes(html, "<body><p>page</p></body>");
});

Deno.test("without a wrapper a page is what was rendered, after the doctype", async () => {
  assertEquals(await render(<p>bare</p>, false), "<!DOCTYPE html><p>bare</p>");
});

Deno.test("layouts nest from the outside in, async ones too", async () => {
  const routes = {
    "_app": {
      default: ({ Component }: PageProps) => (
        <body>
          <Component />
        </body>
      ),
    },
    "_layout": {
      default: ({ Component }: PageProps) => (
        <div class="outer">
          <Component />
        </div>
      ),
    },
    "in/_layout": {
      default: async ({ Component }: PageProps) => (
        <div class="inner">{await Promise.resolve(<Component />)}</div>
      ),
    },
  };
  applyBuild({ routes, islands: [] });
  const app = new App()
    .fsRoutes()
    .get("/in/page", (ctx) => ctx.render(<p>x</p>, { status: 418, headers: { "x-foo": "bar" } }))
    .get("/out", (ctx) => ctx.render(<p>x</p>));
  const response = await app.handler()(new Request("http://localhost/in/page"));
  assertEquals([response.status, response.headers.get("x-foo")], [418, "bar"]);
  assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(
    await response.text(),
    '<!DOCTYPE html><body><div class="outer"><div class="inner"><p>x</p></div></div></body>',
  );
  const out = await app.handler()(new Request("http://localhost/out"));
  assertEquals(
    await out.text(),
    '<!DOCTYPE html><body><div class="outer"><p>x</p></div></body>',
  );
});
