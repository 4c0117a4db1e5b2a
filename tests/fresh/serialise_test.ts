// Island props as text and back: every kind, identity, and what is refused.
// Rules: lib/fresh/serialise.ts.

import { type Signal, signal } from "@preact/signals";
import { assert, assertEquals, assertFalse, assertStrictEquals, assertThrows } from "@std/assert";
import { h } from "preact";
import { parse, stringify } from "../../lib/fresh/serialise.ts";

const values: Readonly<Record<string, unknown>> = {
  "text": "bench",
  "an empty text": "",
  "a closing script": "</script><!--<script>",
  "line separators": "\u2028\u2029",
  "a lone surrogate": "\ud800",
  "a number": 1.5,
  "minus zero": -0,
  "zero": 0,
  "NaN": NaN,
  "infinities": [Infinity, -Infinity],
  "booleans": [true, false],
  "null": null,
  "undefined": undefined,
  "undefined inside": { a: undefined, b: [undefined] },
  "a bigint": 2n ** 80n,
  "a negative bigint": -1n,
  "bytes": new Uint8Array([0, 1, 127, 128, 255]),
  "no bytes": new Uint8Array(),
  "a date": new Date(1_700_000_000_000),
  "an invalid date": new Date(NaN),
  "nested": { list: [1, [2, { deep: "x" }]], "odd key <": true },
  "an array that looks like a tag": ["S", 0],
  "text that looks like a number": ["1", 1],
};

for (const [kind, value] of Object.entries(values)) {
  Deno.test(`${kind} comes back as it was`, () => {
    const text = stringify(value);
    assertFalse(text.includes("<"), "nothing may open a tag");
    const back = parse(text);
    assertEquals(back, value);
    assert(Object.is(back, value) || typeof value === "object");
  });
}

Deno.test("a signal comes back as a signal, shared wherever it was shared", () => {
  const count = signal(3);
  const text = stringify({ a: count, b: [count], c: signal(3) });
  const back = parse(text) as { a: Signal<number>; b: [Signal<number>]; c: Signal<number> };
  assertStrictEquals(back.a, back.b[0]);
  assert(back.c !== back.a);
  back.a.value++;
  assertEquals([back.b[0].value, back.c.value], [4, 3]);
});

Deno.test("a signal may hold itself and other signals", () => {
  interface Ring {
    readonly self: Signal<Ring | null>;
    readonly other: Signal<number>;
  }
  const self = signal<Ring | null>(null);
  self.value = { self, other: signal(1) };
  const back = parse(stringify(self)) as Signal<Ring>;
  assertStrictEquals(back.value.self, back);
  assertEquals(back.value.other.value, 1);
});

Deno.test("a key named __proto__ stays a key", () => {
  const back = parse(stringify(JSON.parse('{"__proto__":{"polluted":true}}'))) as object;
  assertStrictEquals(Object.getPrototypeOf(back), Object.prototype);
  assert(Object.hasOwn(back, "__proto__"));
  assertFalse("polluted" in back);
});

Deno.test("functions, symbols, JSX and instances of classes are refused", () => {
  const others = [/a/, new Map(), new URL("http://a/")];
  for (const value of [() => 1, Symbol("s"), h("p", null), ...others]) {
    assertThrows(() => stringify({ value }), TypeError);
  }
});

Deno.test("text that was not made here is refused", () => {
  for (const text of ["[0]", "[]", '["?",1]', '["S",0]', '{"a":["A",["x"]]}']) {
    assertThrows(() => parse(text), TypeError);
  }
});
