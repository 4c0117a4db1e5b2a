// `deno task bench-key` prints a key that a bench takes, a fresh one each time, and nothing else where the key goes.

import { assertEquals, assertNotEquals } from "@std/assert";
import { parseConfig } from "../../lib/bench/config.ts";
import { fromRepository, tasks } from "../support/repository.ts";

async function printed(): Promise<{ readonly key: string; readonly words: string }> {
  const [program, ...args] = tasks()["bench-key"]!.command.split(" ");
  assertEquals(program, "deno");
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: fromRepository("./"),
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(success, true);
  const [key, rest] = new TextDecoder().decode(stdout).split("\n");
  assertEquals(rest, "");
  return { key: key!, words: new TextDecoder().decode(stderr) };
}

Deno.test("a printed key is taken, and no two are the same", async () => {
  const [first, second] = [await printed(), await printed()];
  for (const { key, words } of [first, second]) {
    const result = parseConfig({ BENCH_KEY: key });
    assertEquals(result.ok && result.config.benchSeed?.length, 32);
    assertEquals(words.split("\n").length, 2);
    assertEquals(words.includes(key), false);
  }
  assertNotEquals(first.key, second.key);
});
