// A real bench through a whole evening, and then the search: what it printed, every file that it could write, what it
// answers, and its memory. Keys, seeds, words, names and pixels are nowhere, at any time. Ids, addresses and boxes are in no
// output; how often raw memory still holds them afterwards is printed, for nobody can promise what a collector left behind.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Canary, CanarySearch } from "../support/canary.ts";
import { type CanaryBench, startCanaryBench } from "../support/canary_bench.ts";
import { leaveRoom } from "../support/canary_person.ts";
import { searchMemory } from "../support/memory.ts";
import { type Evening, spendEvening } from "./evening.ts";
import { figures, print } from "./figures.ts";

/** All that a bench may print on a good evening. */
const LINES = [
  // The bench's own id, which is no secret of anybody's.
  /^Bench ID: [a-z]+-[a-z]+-\d+~[a-z2-7]{26}$/,
  /^It changes at every start: `deno task bench-key` makes a BENCH_KEY that keeps it\.$/,
  /^BenchTalks is open at http:\/\/localhost:\d+$/,
  /^deno serve: Listening on http:\/\/127\.0\.0\.1:\d+\/(?: with \d+ threads)?$/,
  /^BenchTalks stops$/,
  /^A proxy stands in front of this bench\. Set TRUST_PROXY=1, .*$/,
];

const everything = ({ secrets, passing, strange }: Evening): readonly Canary[] => [
  ...secrets,
  ...passing,
  ...strange,
];

/** What a watchman hears, heads and all. */
async function answers(bench: CanaryBench): Promise<string> {
  const texts = await Promise.all(["/health", "/metrics"].map(async (path) => {
    const response = await fetch(bench.url + path);
    assertEquals(response.status, 200, path);
    const head = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    return `${head}\n${await response.text()}`;
  }));
  return texts.join("\n");
}

/** Nothing of an evening is in any output, answer or file. */
async function assertSilent(bench: CanaryBench, evening: Evening): Promise<void> {
  const search = new CanarySearch(everything(evening));
  assertEquals(search.findInText(bench.said.stdout), [], "on stdout");
  assertEquals(search.findInText(bench.said.stderr), [], "on stderr");
  const { found } = await bench.searchFiles(search);
  assertEquals(found, [], "in files");
}

function assertFixedLines({ said }: CanaryBench): void {
  for (const line of `${said.stdout}${said.stderr}`.trimEnd().split("\n")) {
    assert(LINES.some((fixed) => fixed.test(line)), `the bench said: ${line}`);
  }
}

for (
  const [name, settings] of [
    ["on the open network", {}],
    ["behind a proxy", { isProxied: true }],
    ["on the Deno-native listener", { isNative: true }],
  ] as const
) {
  Deno.test(`[M12] [R9] a whole evening ${name}: keys, words and names nowhere; ids and addresses in no output or file`, async () => {
    const { isProxied, isNative } = { isProxied: false, isNative: false, ...settings };
    const env = { METRICS: "1", TRUST_PROXY: isProxied ? "1" : "0" };
    await using bench = await startCanaryBench({ env, isNative });
    const evening = await spendEvening(bench, {
      isProxied,
      inTheMiddle: async (soFar) => {
        const middle = searchMemory(
          bench.pid,
          new CanarySearch([...soFar.secrets, ...soFar.standingId]),
        );
        // The control: the same search finds what the bench must know while people talk.
        assert(middle.found.some(({ what }) => what === soFar.standingId[0]!.what));
        assertEquals(middle.found.filter(({ what }) => what !== soFar.standingId[0]!.what), []);
        const search = new CanarySearch(everything(soFar));
        assertEquals(search.findInText(await answers(bench)), []);
        await assertSilent(bench, soFar);
      },
    });
    for (const person of evening.standing) await leaveRoom(person);
    const search = new CanarySearch(everything(evening));
    assertEquals(search.findInText(await answers(bench)), []);

    const nowhere = searchMemory(bench.pid, new CanarySearch(evening.secrets));
    assert(nowhere.searchedBytes > 20_000_000, "the memory is suspiciously small");
    assertEquals(nowhere.found, []);
    const left = searchMemory(bench.pid, new CanarySearch(evening.passing));
    print(
      `After everybody left (${name}), without a forced collection, ${
        Math.round(left.searchedBytes / 1024 / 1024)
      } MiB of memory hold: ${figures(left.found)}.`,
    );
    await assertSilent(bench, evening);
    // Where Deno serves, Deno ends it, when the last kept connection does: nothing of ours says a word then.
    const { code } = await bench.stop(isNative ? "SIGKILL" : "SIGTERM");
    await assertSilent(bench, evening);
    assertFixedLines(bench);
    if (isNative) return;
    assertEquals(code, 0);
    assertMatch(bench.said.stdout, /BenchTalks stops\n$/);
  });
}

Deno.test("the search through files finds what is written, and where", async () => {
  await using bench = await startCanaryBench();
  const canary: Canary = { what: "planted", bytes: crypto.getRandomValues(new Uint8Array(32)) };
  const path = `${bench.temporaryFolder}/planted.log`;
  await Deno.writeTextFile(path, `a line with ${canary.bytes.toHex()} in it\n`);
  const { searched, found } = await bench.searchFiles(new CanarySearch([canary]));
  assert(searched.includes(path));
  assertEquals(found, [{ what: "planted", spelling: "hex", times: 1 }]);
});
