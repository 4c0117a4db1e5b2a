// What /metrics says: totals in Prometheus' text format, too coarse to tell anybody apart.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { encodeMetrics, type Totals } from "../../lib/bench/metrics.ts";
import { CLOSE } from "../../lib/wire/mod.ts";

const MIB = 1024 * 1024;

const NOTHING: Totals = {
  rooms: 0,
  members: 0,
  sockets: 0,
  unjoined: 0,
  addresses: 0,
  heldBytes: 0,
  framesIn: 0,
  framesOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  joins: 0,
  roomsOpened: 0,
  closes: {},
  refusals: {},
  pauses: 0,
  uptimeSeconds: 0,
};

/** Every number of a bench set to the same. */
function all(count: number): Totals {
  const numbers = Object.fromEntries(
    Object.entries(NOTHING).map((
      [name, value],
    ) => [name, typeof value === "number" ? count : value]),
  );
  return {
    ...NOTHING,
    ...numbers,
    residentBytes: count,
    closes: Object.fromEntries(Object.values(CLOSE).map((code) => [code, count])),
    refusals: { 429: count, 503: count },
  };
}

/** Series -> value. */
function samples(text: string): ReadonlyMap<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => {
    const [series, value, ...rest] = line.split(" ");
    assertEquals(rest, []);
    return [series!, Number(value)];
  }));
}

Deno.test("[M14] a count is rounded down to a multiple of five, so under five is none", () => {
  for (const [count, said] of [[0, 0], [1, 0], [4, 0], [5, 5], [9, 5], [10, 10], [1_234, 1_230]]) {
    for (const [series, value] of samples(encodeMetrics(all(count!)))) {
      assertEquals(value, series.includes("bytes") ? 0 : said, series);
    }
  }
});

Deno.test("[M14] bytes are rounded down to a mebibyte", () => {
  for (
    const [bytes, said] of [[MIB - 1, 0], [MIB, MIB], [2 * MIB - 1, MIB], [1e12, 953_674 * MIB]]
  ) {
    const byteSeries = [...samples(encodeMetrics(all(bytes!)))].filter(([name]) =>
      name.includes("bytes")
    );
    assertEquals(byteSeries.length, 4);
    for (const [series, value] of byteSeries) assertEquals(value, said, series);
  }
});

Deno.test("[M14] no label but a close code or a status, from closed sets", () => {
  // A stranger's number in the wrong place is not repeated.
  const closes: Readonly<Record<number, number>> = { 4429: 10, 4999: 1_000 };
  const refusals: Readonly<Record<number, number>> = { 429: 5, 418: 1_000 };
  const text = encodeMetrics({ ...NOTHING, closes, refusals });
  const labels = [...text.matchAll(/\{([^}]*)\}/g)].map(([, label]) => label);
  assertEquals(labels, [
    ...Object.values(CLOSE).map((code) => `code="${code}"`),
    'status="429"',
    'status="503"',
  ]);
  assertStringIncludes(text, '\nbenchtalks_closes_total{code="4429"} 10\n');
  assertStringIncludes(text, '\nbenchtalks_refusals_total{status="429"} 5\n');
  assertEquals(/4999|418|1000/.test(text), false);
});

Deno.test("[M14] what is said has the same lines whatever happened", () => {
  const names = (totals: Totals) => [...samples(encodeMetrics(totals)).keys()];
  assertEquals(names({ ...all(1e9) }), names({ ...NOTHING, residentBytes: 0 }));
  assertEquals(names(NOTHING).includes("benchtalks_resident_memory_bytes"), false);
});

Deno.test("the text is Prometheus' format 0.0.4: each family once, told and typed before its samples", () => {
  const text = encodeMetrics(all(1e9));
  assert(text.endsWith("\n"));
  const seen = new Set<string>();
  let family = "";
  let kind = "";
  const lines = text.slice(0, -1).split("\n");
  for (const [index, line] of lines.entries()) {
    if (line.startsWith("# HELP ")) {
      family = /^# HELP (benchtalks_[a-z_]+) [A-Z][^\\]+\.$/.exec(line)?.[1] ?? "";
      assert(family !== "" && !seen.has(family), line);
      seen.add(family);
      kind = /^# TYPE (\S+) (counter|gauge)$/.exec(lines[index + 1]!)?.[2] ?? "";
      assertEquals(lines[index + 1], `# TYPE ${family} ${kind}`);
    } else if (!line.startsWith("# TYPE ")) {
      const name = /^([a-z_]+)(?:\{[a-z]+="\d+"\})? \d+$/.exec(line)?.[1];
      assertEquals(name, family, line);
      assertEquals(family.endsWith("_total"), kind === "counter", line);
    }
  }
  assertEquals(seen.size, 17);
});
