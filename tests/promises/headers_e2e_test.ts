// Every answer of a real bench carries every header; assets have long-lived names and go out compressed; health
// answers; and Chromium finds nothing to complain about.

import { assertEquals, assertMatch } from "@std/assert";
import { type BenchProcess, startBench } from "../support/bench_process.ts";
import { launchChromium } from "../support/chromium.ts";
import { assertPromisedHeaders } from "../support/promised_headers.ts";

const PAGES = ["/", "/room"];

/** Addresses of this bench that a page names. */
function assetsOf(html: string): string[] {
  return [...html.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, path]) =>
    path!.replaceAll("&amp;", "&")
  );
}

async function assetsOfAllPages(bench: BenchProcess): Promise<string[]> {
  const pages = await Promise.all(
    PAGES.map(async (path) => assetsOf(await (await fetch(bench.url + path)).text())),
  );
  return [...new Set(pages.flat())].filter((path) => !PAGES.includes(path));
}

for (const publicUrl of ["", "https://bench.example"]) {
  Deno.test(`every answer of a bench carries every header with PUBLIC_URL="${publicUrl}"`, async () => {
    await using bench = await startBench({ env: { PUBLIC_URL: publicUrl } });
    const asks: readonly (readonly [string, number, RequestInit?])[] = [
      ...PAGES.map((path) => [path, 200] as const),
      ...PAGES.map((path) => [path, 200, { method: "HEAD" }] as const),
      ...(await assetsOfAllPages(bench)).map((path) => [path, 200] as const),
      ["/styles.css", 200],
      ["/styles.css", 200, { method: "HEAD" }],
      ["/health", 200],
      ["/health", 200, { method: "HEAD" }],
      ["/nothing", 404],
      ["/nothing/at/all.js", 404],
      ["/%ff%fe", 404],
      ["/room/AAAAAAAAAAAAAAAAAAAAAA", 404],
      ["/", 405, { method: "POST", body: "x" }],
      ["/room", 405, { method: "DELETE" }],
      ["/ws", 405, { method: "PUT" }],
      ["/ws", 426],
      ["/ws", 403, { headers: { origin: "http://evil.example" } }],
    ];
    for (const [path, status, init] of asks) {
      const response = await fetch(bench.url + path, { redirect: "manual", ...init });
      const what = `${init?.method ?? "GET"} ${path}`;
      assertEquals(response.status, status, what);
      assertPromisedHeaders(response.headers, what, publicUrl || null);
      await response.body?.cancel();
    }
    const tag = (await fetch(`${bench.url}/styles.css`, { method: "HEAD" })).headers.get("etag")!;
    const same = await fetch(`${bench.url}/styles.css`, { headers: { "if-none-match": tag } });
    assertEquals(same.status, 304);
    assertPromisedHeaders(same.headers, "304", publicUrl || null);
  });
}

Deno.test("pages are not stored; what they name may be kept for a year and goes out compressed", async () => {
  await using bench = await startBench();
  for (const path of PAGES) {
    const page = await fetch(bench.url + path, { headers: { "accept-encoding": "gzip" } });
    assertEquals(page.headers.get("cache-control"), "no-store");
    assertMatch(page.headers.get("vary") ?? "", /accept-encoding/i);
    await page.body?.cancel();
  }
  const assets = await assetsOfAllPages(bench);
  assertEquals(assets.some((path) => path.includes(".js")), true);
  assertEquals(assets.some((path) => path.includes(".css")), true);
  for (const path of assets) {
    const asset = await fetch(bench.url + path);
    assertEquals(asset.headers.get("cache-control"), "public, max-age=31536000, immutable", path);
    await asset.body?.cancel();
  }
  for (const path of ["/", "/styles.css"]) {
    // Deno's fetch opens what it gets and hides the header, so this one looks at the bytes on the wire.
    const raw = await rawAnswer(bench, path, "gzip");
    assertMatch(raw, /\r\ncontent-encoding: gzip\r\n/i);
    assertEquals(/content-encoding/i.test(await rawAnswer(bench, path, "identity")), false);
  }
});

/** Head of an answer, as it comes. */
async function rawAnswer(bench: BenchProcess, path: string, encoding: string): Promise<string> {
  const { hostname, port } = new URL(bench.url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(
    new TextEncoder().encode(
      `GET ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\naccept-encoding: ${encoding}\r\n\r\n`,
    ),
  );
  let text = "";
  const decoder = new TextDecoder("latin1");
  for await (const bytes of connection.readable) {
    text += decoder.decode(bytes);
    if (text.includes("\r\n\r\n")) break;
  }
  return text.slice(0, text.indexOf("\r\n\r\n") + 2);
}

Deno.test("every page links the source and lets nothing be indexed or referred", async () => {
  await using bench = await startBench({ env: { SOURCE_URL: "https://code.example/fork" } });
  for (const path of [...PAGES, "/nothing"]) {
    const html = await (await fetch(bench.url + path)).text();
    assertMatch(html, /<html lang="en">/);
    assertMatch(html, /<title>[^<]+<\/title>/);
    assertEquals(html.includes('href="https://code.example/fork"'), true, path);
    assertEquals(/<script(?![^>]*(?: src=| type="application\/json"))/.test(html), false, path);
    assertEquals(/ style="|<style/.test(html), false, path);
    const elsewhere = [...html.matchAll(/ (?:src|href|action)="(?:https?:)?\/\/([^/"]+)/g)];
    assertEquals([...new Set(elsewhere.map(([, host]) => host))], ["code.example"], path);
  }
});

Deno.test("health answers with what a watchman needs", async () => {
  await using bench = await startBench();
  const response = await fetch(`${bench.url}/health`);
  assertMatch(response.headers.get("content-type") ?? "", /^application\/json/);
  const { version, uptime_seconds, ...rest } = await response.json();
  assertEquals(rest, { status: "ok", federation: "standalone" });
  assertMatch(version, /^\d+\.\d+\.\d+/);
  assertEquals(Number.isInteger(uptime_seconds), true);
});

Deno.test("Chromium knows every feature that is closed, closes all it knows, and has nothing to say", async () => {
  await using bench = await startBench();
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const said: string[] = [];
    page.on("console", (line) => said.push(line.text()));
    page.on("pageerror", (error) => said.push(error.message));
    for (const path of [...PAGES, "/nothing"]) {
      await page.goto(bench.url + path, { waitUntil: "networkidle" });
      const open = await page.evaluate("document.featurePolicy.allowedFeatures()") as string[];
      const expected = ["autoplay", "clipboard-write", "web-share"];
      assertEquals(open.filter((name) => !expected.includes(name)), [], path);
    }
    // Chromium says itself that an address was answered with 404; and its build for Linux, which has no way to hand a
    // link to another app, does not know the feature that stands for it elsewhere.
    const expected = /status of 404|Unrecognized feature: 'web-share'/;
    assertEquals(said.filter((line) => !expected.test(line)), []);
  } finally {
    await browser.close();
  }
});
