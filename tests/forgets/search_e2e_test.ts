// The searches of these tests find what is there: in every spelling, at every alignment, across the edges of pieces.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { CanarySearch, spellingsOf, textCanary } from "../support/canary.ts";
import { searchMemory } from "../support/memory.ts";

const secret = { what: "a key", bytes: crypto.getRandomValues(new Uint8Array(32)) };
const words = textCanary("words", 'gesagt "häßlich" 0123456789');

Deno.test("a search finds bytes and words however they are spelled", () => {
  const search = new CanarySearch([secret, words]);
  const text = new TextDecoder().decode(words.bytes);
  const around = new Uint8Array(7).fill(0x41);
  for (const { what, bytes } of [secret, words]) {
    for (
      const spelled of [
        bytes,
        Buffer.from(bytes.toHex()),
        Buffer.from(bytes.toHex().toUpperCase()),
        Buffer.from(bytes.join(", ")),
        ...[0, 1, 2, 3, 4].flatMap((skip) => {
          const inside = Buffer.concat([around.subarray(0, skip), bytes, around]);
          return [
            Buffer.from(inside.toString("base64")),
            Buffer.from(inside.toString("base64url")),
          ];
        }),
        ...["hex", "base64", "base64url"].map((base) =>
          Buffer.from(Buffer.from(bytes).toString(base as "hex"), "utf16le")
        ),
      ]
    ) {
      const found = search.find(Buffer.concat([around, spelled, around]));
      assertEquals(found.map((each) => each.what), [what]);
      assertEquals(found[0]!.times, 1);
    }
  }
  for (
    const spelled of [
      text,
      encodeURIComponent(text),
      JSON.stringify({ text }),
      Deno.inspect([text]),
    ]
  ) {
    assertEquals(search.findInText(spelled).map(({ what }) => what), ["words"], spelled);
  }
  assertEquals(search.findInText("nothing at all ".repeat(1000)), []);
});

Deno.test("a search counts what begins before its bound, and nothing twice", () => {
  const search = new CanarySearch([secret]);
  const hay = new Uint8Array(4_000);
  for (const at of [0, 100, 1_990, 3_968]) hay.set(secret.bytes, at);
  assertEquals(search.find(hay)[0]!.times, 4);
  assertEquals(search.find(hay, 2_000)[0]!.times, 3);
  assertEquals(search.find(hay, 1_990)[0]!.times, 2);
});

Deno.test("every spelling can be told apart from the others", () => {
  const all = spellingsOf(secret.bytes).map(([, needle]) => needle.toString("latin1"));
  assertEquals(new Set(all).size, all.length);
  assertThrows(() => new CanarySearch([textCanary("short", "short")]), RangeError);
});

Deno.test("the search through memory finds a key that a process holds, and nothing that it never had", async () => {
  const [held, never] = [secret.bytes.toHex(), crypto.getRandomValues(new Uint8Array(32))];
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `const key = Uint8Array.fromHex((await new Response(Deno.stdin.readable).text()).trim());
       console.log("ready"); setInterval(() => globalThis.held = key, 1000);`,
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  try {
    const input = child.stdin.getWriter();
    await input.write(new TextEncoder().encode(held));
    await input.close();
    const reader = child.stdout.getReader();
    await reader.read();
    const { found } = searchMemory(
      child.pid,
      new CanarySearch([secret, { what: "never there", bytes: never }]),
    );
    assert(found.some(({ what, spelling }) => what === "a key" && spelling === "raw"));
    assertEquals(found.filter(({ what }) => what !== "a key"), []);
    await reader.cancel();
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});
