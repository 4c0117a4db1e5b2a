// NATS's package is loaded when a bus is opened and not before: what leads to it is imported by open_bus.ts alone, and later.

import { assertEquals } from "@std/assert";
import { importsOf } from "../support/import_rules.ts";
import { filesBelow, fromRepository } from "../support/repository.ts";

/** Files of lib/park that bring the package. */
async function loaders(): Promise<{ readonly path: string; readonly how: string }[]> {
  const found: { path: string; how: string }[] = [];
  let needed = ["@nats-io/transport-node"];
  const paths = (await filesBelow("lib/park")).filter((path) => path.endsWith(".ts"));
  while (needed.length > 0) {
    const more: string[] = [];
    for (const path of paths) {
      for (const { specifier, kind } of importsOf(await Deno.readTextFile(fromRepository(path)))) {
        if (kind === "type" || !needed.includes(specifier.replace("./", "lib/park/"))) continue;
        if (found.some((each) => each.path === path)) continue;
        found.push({ path, how: kind });
        if (kind === "value") more.push(path);
      }
    }
    needed = more;
  }
  return found;
}

Deno.test("[N4] the park without a bus loads nothing of NATS", async () => {
  const found = await loaders();
  assertEquals(found.filter(({ how }) => how === "later").map(({ path }) => path), [
    "lib/park/open_bus.ts",
  ]);
  assertEquals(found.filter(({ how }) => how === "value").map(({ path }) => path).toSorted(), [
    "lib/park/nats_bus.ts",
    "lib/park/nats_client.ts",
  ]);
});
