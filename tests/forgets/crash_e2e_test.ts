// How a bench dies with people in it: by an error that nobody caught, by a full heap in the middle of their talk, by a signal
// that leaves no time. What it prints on the way says nothing of them, and no file is left. What the system itself would
// write, a core, is for whoever runs the bench to switch off, and switched off here.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Canary, CanarySearch } from "../support/canary.ts";
import { type CanaryBench, startCanaryBench } from "../support/canary_bench.ts";
import { type CanaryPerson, say } from "../support/canary_person.ts";
import { INSPECTABLE, inspectableWith, Inspector } from "../support/heap.ts";
import { type Evening, spendEvening } from "./evening.ts";

const FULL_HEAP_MIB = 48;

/** What the inspector of these tests prints, which no bench of anybody has. */
const INSPECTOR_LINES = /^(?:Debugger |Visit chrome:|Waiting for the debugger).*\n/gm;

async function startWithoutCores(flags: readonly string[]): Promise<CanaryBench> {
  const bench = await startCanaryBench({ flags, env: { METRICS: "1" } });
  const { success } = await new Deno.Command("prlimit", {
    args: ["--core=0", "--pid", `${bench.pid}`],
  }).output();
  assert(success, "the size of cores could not be set");
  return bench;
}

async function assertDiedSilent(bench: CanaryBench, evening: Evening): Promise<void> {
  const canaries: Canary[] = [
    ...evening.secrets,
    ...evening.standing.flatMap(({ secrets }) => secrets),
    ...evening.passing,
    ...evening.strange,
  ];
  const search = new CanarySearch(canaries);
  assertEquals(search.findInText(bench.said.stdout), [], "on stdout");
  assertEquals(search.findInText(bench.said.stderr), [], "on stderr");
  const { searched, found } = await bench.searchFiles(search);
  assertEquals(found, [], "in files");
  assertEquals(searched.filter((path) => /\bcore\b/.test(path)), []);
}

/** The bench is gone: nobody comes back. */
function goHome(people: readonly CanaryPerson[]): void {
  for (const { stay } of people) stay.leave();
}

for (
  const [how, expression] of [
    ["an error", (words: string) => `setTimeout(() => { throw new Error(${words}); })`],
    ["a rejection", (words: string) => `void Promise.reject({ [${words}]: new Error(${words}) })`],
    ["a thrown text", (words: string) => `setTimeout(() => { throw ${words}; })`],
  ] as const
) {
  Deno.test(`${how} that nobody caught ends the bench with one fixed line, and nothing of it`, async () => {
    await using bench = await startWithoutCores(INSPECTABLE);
    const inspector = await Inspector.of(bench.said.stderr);
    const words = crypto.randomUUID();
    // Put together over there, so that the inspector has no whole line to show either.
    const halves = `"${words.slice(0, 18)}" + "${words.slice(18)}"`;
    await inspector.evaluate(`${expression(halves)}; 0`);
    // A process that is looked at waits with its end.
    await inspector.close();
    const { code } = await bench.ended;
    assertEquals(code, 1);
    assertEquals(bench.said.stderr.replace(INSPECTOR_LINES, ""), "The bench failed and stops.\n");
    const own = /^Bench ID: \S+~[a-z2-7]{26}\nIt changes at every start: .*\n/;
    assertEquals(own.test(bench.said.stdout), true);
    assertEquals(bench.said.stdout.replace(own, ""), `BenchTalks is open at ${bench.url}\n`);
  });
}

Deno.test("a heap that is full in the middle of a talk: V8's last words hold nothing of anybody", async () => {
  await using bench = await startWithoutCores(
    inspectableWith(`--max-old-space-size=${FULL_HEAP_MIB}`),
  );
  const inspector = await Inspector.of(bench.said.stderr);
  const evening = await spendEvening(bench);
  let isOver = false;
  bench.ended.then(() => isOver = true);
  await inspector.evaluate(
    `globalThis.full = []; setInterval(() => full.push(new Array(20_000).fill(0.5)), 1); 0`,
  );
  await inspector.close();
  const [fay, gus] = evening.standing as [CanaryPerson, CanaryPerson];
  while (!isOver) {
    if (fay.stay.view.phase.tag === "live") say(fay, "Fay");
    if (gus.stay.view.phase.tag === "live") say(gus, "Gus");
    await Promise.race([bench.ended, new Promise((resolve) => setTimeout(resolve, 10))]);
  }
  goHome(evening.standing);
  const { success } = await bench.ended;
  assertEquals(success, false);
  // The control: it is V8 that gave up.
  assertMatch(bench.said.stderr, /out of memory/i);
  await assertDiedSilent(bench, evening);
});

Deno.test("SIGABRT in the middle of an evening: nothing is printed, and no file is left", async () => {
  await using bench = await startWithoutCores([]);
  const evening = await spendEvening(bench);
  const { signal } = await bench.stop("SIGABRT");
  goHome(evening.standing);
  assertEquals(signal, "SIGABRT");
  assertEquals(bench.said.stderr, "");
  await assertDiedSilent(bench, evening);
});
