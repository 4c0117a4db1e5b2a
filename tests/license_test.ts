// The licence is the whole text of AGPL-3.0-only, word for word.

import { assert, assertEquals } from "@std/assert";
import agpl from "spdx-license-list/licenses/AGPL-3.0-only.json" with { type: "json" };
import { fromRepository } from "./support/repository.ts";

const words = (text: string): string => text.replace(/\s+/g, " ").trim();

Deno.test("LICENSE is the full text of AGPL-3.0-only", async () => {
  const text = await Deno.readTextFile(fromRepository("./LICENSE"));
  assert(text.length > 30_000);
  assertEquals(words(text), words(agpl.licenseText));
});
