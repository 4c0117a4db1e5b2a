import { assertEquals, assertMatch } from "@std/assert";
import { parseConfig } from "../../lib/bench/config.ts";
import { newLabel } from "../../lib/bench/label.ts";

Deno.test("a made-up label is one that BENCH_ID would take, and they differ", () => {
  const labels = Array.from({ length: 200 }, newLabel);
  for (const label of labels) {
    assertMatch(label, /^[a-z]+-[a-z]+-\d{1,2}$/);
    assertEquals(parseConfig({ BENCH_ID: label }).ok, true);
  }
  // Of 10,000 labels, 200 draws that gave fewer than 150 kinds would be no accident.
  assertEquals(new Set(labels).size > 150, true);
});
