// A picture of 10 MiB leaves the pages answering: what tests/perf measures over several runs, once, with a wide ceiling and beside
// a control of the same run, so that it fails for work that blocks a page and not for a busy machine.

import { assert, assertEquals } from "@std/assert";
import { makeNoisePng } from "../support/image_samples.ts";
import { startBenchHere } from "../support/bench_here.ts";
import { startChromium } from "../support/chromium.ts";
import { runPicture, type StretchName } from "../perf/picture_run.ts";

/** Three times what `deno task perf` holds the median to. */
const MOST_RUN_MS = 150;
/** By the wall clock, above what the control of the same run had: as long as a person may wonder. */
const MOST_PAUSE_MS = 1_000;

Deno.test({
  name: "a page answers while it sends or receives 10 MiB, and a text overtakes the picture",
  // Chromium's own connections outlive a step.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using here = await startBenchHere();
    await using watched = await startChromium(here.url);
    const path = await Deno.makeTempFile({ suffix: ".png" });
    try {
      await Deno.writeFile(path, makeNoisePng(Math.floor(9.9 * 1024 * 1024), 7));
      const { stretches, typedCameFirst } = await runPicture({
        browser: watched.browser,
        newPage: async () => (await watched.newPerson()).page,
        url: here.url,
        path,
      });
      assert(typedCameFirst, "a text waited for the picture");
      const pauseOf = (of: StretchName) =>
        stretches.find(({ name }) => name === of)!.longestPauseMs;
      const control = pauseOf("control: page at rest") +
        pauseOf("control: browser reads and shows the file");
      for (const { name, longestRunMs, longestPauseMs } of stretches) {
        assert(longestRunMs <= MOST_RUN_MS, `${name}: ran ${longestRunMs} ms in one task`);
        assert(
          longestPauseMs <= MOST_PAUSE_MS + control,
          `${name}: paused ${longestPauseMs} ms, the control ${control}`,
        );
      }
      assertEquals(watched.troubles, []);
    } finally {
      await Deno.remove(path);
    }
  },
});
