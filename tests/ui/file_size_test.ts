// Sizes and shares as people read them.

import { assertEquals, assertThrows } from "@std/assert";
import { formatSize, percentDone } from "../../lib/ui/file_size.ts";

Deno.test("formatSize() picks the unit and at most one decimal", () => {
  const sizes: readonly (readonly [number, string])[] = [
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1 KiB"],
    [1536, "1.5 KiB"],
    [10 * 1024 - 1, "10 KiB"],
    [655_360, "640 KiB"],
    [1024 * 1024 - 1, "1 MiB"],
    [2_202_009, "2.1 MiB"],
    [10_485_760, "10 MiB"],
    [9.9 * 1024 * 1024, "9.9 MiB"],
  ];
  for (const [bytes, words] of sizes) assertEquals(formatSize(bytes), words);
});

Deno.test("formatSize() throws for what is not a size", () => {
  for (const bytes of [-1, NaN, Infinity]) assertThrows(() => formatSize(bytes), RangeError);
});

Deno.test("percentDone() is whole, and never says 100 too early or more", () => {
  assertEquals(percentDone(0, 10), 0);
  assertEquals(percentDone(999, 1000), 99);
  assertEquals(percentDone(1000, 1000), 100);
  assertEquals(percentDone(2000, 1000), 100);
  assertEquals(percentDone(0, 0), 100);
});
