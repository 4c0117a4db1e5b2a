// From file names to patterns, and the order in which patterns are tried.
// Rules: the table in lib/fresh/README.md.

import { assertEquals } from "@std/assert";
import { matchBelow, matchExact, patternOfFile, sortKey } from "../../lib/fresh/app.ts";

const names: readonly (readonly [string, string])[] = [
  ["index", "/"],
  ["about", "/about"],
  ["blog/index", "/blog"],
  ["blog/[slug]", "/blog/:slug"],
  ["blog/[slug]/comments", "/blog/:slug/comments"],
  ["old/[...path]", "/old/:path*"],
];

for (const [file, pattern] of names) {
  Deno.test(`the file ${file} answers at ${pattern}`, () => {
    assertEquals(patternOfFile(file), pattern);
  });
}

Deno.test("text comes before a parameter, a parameter before the rest", () => {
  const patterns = ["/old/:path*", "/blog/:slug", "/", "/blog/new", "/blog", "/:any"];
  assertEquals(patterns.toSorted((a, b) => sortKey(a) < sortKey(b) ? -1 : 1), [
    "/",
    "/blog",
    "/blog/new",
    "/blog/:slug",
    "/old/:path*",
    "/:any",
  ]);
});

Deno.test("repeated segments match as Fresh's table says", () => {
  const old = matchExact("/old/:path*");
  assertEquals([old("/old/foo"), old("/old/bar/baz"), old("/older")], [
    { path: "foo" },
    { path: "bar/baz" },
    null,
  ]);
});

Deno.test("below a path is the path itself and what follows a slash", () => {
  const below = matchBelow("/rooms");
  assertEquals(["/rooms", "/rooms/a/b", "/roomsy", "/"].map(below), [
    true,
    true,
    false,
    false,
  ]);
  assertEquals([matchBelow("*")("/anything"), matchBelow("/")("/")], [true, true]);
  assertEquals(matchBelow("/a/:id")("/a/1/deep"), true);
});
