// What becomes a link in a stranger's text, and above all what does not.

import { assert, assertEquals } from "@std/assert";
import { linkify, MAX_LINK_CHARS, MAX_LINKS, type TextPiece } from "../../lib/ui/linkify.ts";

type Link = TextPiece & { readonly tag: "link" };

function linksOf(text: string): readonly Link[] {
  const pieces = linkify(text);
  assertEquals(pieces.map((piece) => piece.text).join(""), text, "pieces must give the text back");
  return pieces.filter((piece): piece is Link => piece.tag === "link");
}

function writtenLinks(text: string): readonly string[] {
  return linksOf(text).map((link) => link.text);
}

Deno.test("linkify() finds plain http and https addresses and keeps the text around them", () => {
  assertEquals(linkify("see https://example.org/a?b=c#d now"), [
    { tag: "text", text: "see " },
    {
      tag: "link",
      text: "https://example.org/a?b=c#d",
      href: "https://example.org/a?b=c#d",
      realHost: null,
    },
    { tag: "text", text: " now" },
  ]);
  assertEquals(writtenLinks("HTTP://EXAMPLE.ORG and http://a.example"), [
    "HTTP://EXAMPLE.ORG",
    "http://a.example",
  ]);
  assertEquals(linkify(""), []);
});

Deno.test("linkify() leaves every other scheme alone", () => {
  for (
    const text of [
      "javascript:alert(1)",
      "JaVaScRiPt:alert(1)//https",
      "javascript:https://example.org",
      "data:text/html,<script>alert(1)</script>",
      "vbscript:msgbox",
      "file:///etc/passwd",
      "blob:https://example.org/1",
      "view-source:https://example.org",
      "ftp://example.org",
      "//example.org",
      "www.example.org",
      "xhttps://example.org",
      "https:example.org",
      "https:/example.org",
      "https://",
      "https:// example.org",
    ]
  ) assertEquals(linksOf(text), [], text);
});

Deno.test("linkify() makes no link of an address with a user name in it", () => {
  for (
    const text of [
      "https://your-bank.example@elsewhere.example/",
      "https://user:password@elsewhere.example",
      "https://@elsewhere.example",
      "https://a%40b@elsewhere.example",
    ]
  ) assertEquals(linksOf(text), [], text);
  assertEquals(writtenLinks("https://example.org/@name"), ["https://example.org/@name"]);
});

Deno.test("linkify() stops at a backslash, which a URL parser would read as a slash", () => {
  assertEquals(writtenLinks("https://good.example\\@evil.example"), ["https://good.example"]);
});

Deno.test("linkify() stops at quotes and angle brackets", () => {
  assertEquals(writtenLinks('<img src="https://a.example/x" onerror="alert(1)">'), [
    "https://a.example/x",
  ]);
  assertEquals(writtenLinks("<https://a.example>"), ["https://a.example"]);
});

Deno.test("linkify() stops at characters that hide or turn text around", () => {
  const turning = [
    "\u202e",
    "\u2066",
    "\u2069",
    "\u200e",
    "\u200b",
    "\u00ad",
    "\ufeff",
    "\u0000",
    "\u2028",
    "\u00a0",
  ];
  for (const char of turning) {
    assertEquals(writtenLinks(`https://a.example/x${char}gpj.exe`), ["https://a.example/x"]);
  }
});

Deno.test("linkify() leaves the punctuation of the sentence outside", () => {
  for (const end of [".", ",", ";", ":", "!", "?", "...", "?!", "'", "…", ").", "]", ")", "*"]) {
    assertEquals(writtenLinks(`https://a.example/x${end}`), ["https://a.example/x"], end);
  }
});

Deno.test("linkify() keeps brackets that belong to the address", () => {
  const inside = "https://a.example/wiki/Bench_(seat)";
  assertEquals(writtenLinks(`(see ${inside})`), [inside]);
  assertEquals(writtenLinks(`${inside}.`), [inside]);
  assertEquals(writtenLinks("https://a.example/x))"), ["https://a.example/x"]);
});

Deno.test("linkify() tells the real host when another one was written", () => {
  const [cyrillic] = linksOf("https://\u0430pple.com/login");
  assert(cyrillic?.realHost?.startsWith("xn--"));
  assertEquals(cyrillic?.text, "https://\u0430pple.com/login");
  assertEquals(linksOf("http://0x7f.1/")[0]?.realHost, "127.0.0.1");
  assertEquals(linksOf("http://2130706433/")[0]?.realHost, "127.0.0.1");
  assertEquals(linksOf("https://ex%61mple.org/")[0]?.realHost, "example.org");
  assertEquals(linksOf("https://EXAMPLE.org:8443/")[0]?.realHost, null);
  assertEquals(linksOf("http://[::1]:80/")[0]?.realHost, null);
});

Deno.test("linkify() always answers http or https, and never credentials", () => {
  const texts = [
    "https://a.example https://b.example:1/%20 http://\u0430.com",
    "http://a.example//https://b@c.example",
  ];
  for (const link of texts.flatMap(linksOf)) {
    const url = new URL(link.href);
    assert(url.protocol === "http:" || url.protocol === "https:");
    assertEquals(url.username + url.password, "");
  }
});

Deno.test("linkify() is bounded in links and in length", () => {
  assertEquals(linksOf("https://a.example ".repeat(MAX_LINKS + 50)).length, MAX_LINKS);
  assertEquals(linksOf(`https://a.example/${"x".repeat(MAX_LINK_CHARS)}`), []);
});

Deno.test("linkify() stays linear on texts made to be slow", () => {
  for (const part of ["https://", "https://a", "(", ")", "https://a.b/)", "h"]) {
    const text = part.repeat(Math.floor(250_000 / part.length));
    const startMs = performance.now();
    linkify(text);
    // A quadratic reader needs minutes here.
    assert(performance.now() - startMs < 5_000, part);
  }
  const closing = `https://a.example/${")".repeat(250_000)}`;
  const startMs = performance.now();
  linkify(closing);
  assert(performance.now() - startMs < 5_000);
});
