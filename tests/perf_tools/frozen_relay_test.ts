// The plain relay that the bench is measured against must stay what it is, or figures of different days cannot be compared. Who has a
// reason to change it writes the new hash here, and measures anew all that is claimed.

import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { fromRepository } from "../support/repository.ts";

const FROZEN_SHA_256 = "c2460dada9c930e9ecec0f6564c1e055f4b9de2474523c66f239f9adeff8fc12";

Deno.test("the plain relay of tests/perf is the frozen one", async () => {
  const bytes = await Deno.readFile(fromRepository("tests/perf/plain_relay.mjs"));
  assertEquals(createHash("sha256").update(bytes).digest("hex"), FROZEN_SHA_256);
});
