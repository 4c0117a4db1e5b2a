// Bench ids as people type them, and base32 against RFC 4648.

import { assertEquals } from "@std/assert";
import { encodeBase32, fullBenchId, parseBase32, parseTypedBenchId } from "../../lib/wire/mod.ts";
import { Seeded } from "../support/seeded.ts";

const random = new Seeded(26);

Deno.test("[B3] base32 spells the RFC's examples in lower case without padding", () => {
  const spelled = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map((text) =>
    encodeBase32(new TextEncoder().encode(text))
  );
  assertEquals(spelled, ["", "my", "mzxq", "mzxw6", "mzxw6yq", "mzxw6ytb", "mzxw6ytboi"]);
  assertEquals(encodeBase32(new Uint8Array(16)).length, 26);
});

Deno.test("[B3] a full id comes back as it was, also in capitals and between spaces", () => {
  for (let n = 0; n < 50; n++) {
    const fp = random.bytes(16);
    const id = fullBenchId("my-bench.1", fp);
    assertEquals(parseTypedBenchId(id), { label: "my-bench.1", fp });
    assertEquals(parseTypedBenchId(`  ${id}\n`), { label: "my-bench.1", fp });
    const capitals = id.replace(/~.*/, (end) => end.toUpperCase());
    assertEquals(parseTypedBenchId(capitals), { label: "my-bench.1", fp });
  }
});

Deno.test("[B3] a label alone has no fingerprint", () => {
  assertEquals(parseTypedBenchId("oak"), { label: "oak", fp: null });
});

Deno.test("[B3] what is neither a label nor a full id is nothing", () => {
  const id = fullBenchId("oak", random.bytes(16));
  const bad = ["", "~", "o k", "oak~", `${id}a`, id.slice(0, -1), `${id}~x`, id.replace("~", "~1")];
  // The last character holds three bits; two more would be another spelling of the same bytes.
  for (const each of [...bad, "x".repeat(64), "oak~" + "a".repeat(25) + "b"]) {
    assertEquals(parseTypedBenchId(each), null, each);
  }
});

Deno.test("[B3] base32 of another length, or with a letter too many, is null", () => {
  assertEquals(parseBase32("my", 1), new Uint8Array([102]));
  for (const text of ["m", "mz", "my=", "mya", "m1"]) assertEquals(parseBase32(text, 1), null);
});
