// Long-lived names of static files.
// Rules: lib/fresh/runtime.ts.

import { assertEquals } from "@std/assert";
import { asset } from "fresh/runtime";
import { applyBuild } from "../../lib/fresh/build.ts";

const names: readonly (readonly [string, string])[] = [
  ["/x.css", "/x.css?__frsh_c=abc"],
  ["/x.svg?a=1#part", "/x.svg?a=1&__frsh_c=abc#part"],
  ["/x.css?__frsh_c=old", "/x.css?__frsh_c=old"],
  ["x.css", "x.css"],
  ["//other.example/x.css", "//other.example/x.css"],
  ["https://other.example/x.css", "https://other.example/x.css"],
  ["data:,x", "data:,x"],
];

for (const [given, expected] of names) {
  Deno.test(`asset(${JSON.stringify(given)}) is ${expected}`, () => {
    applyBuild({ buildId: "abc" });
    assertEquals(asset(given), expected);
  });
}

Deno.test("without a build a name stays as it is", () => {
  applyBuild({ buildId: "" });
  assertEquals(asset("/x.css"), "/x.css");
});
