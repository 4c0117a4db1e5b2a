// [M14] on a real bench: nothing at all unless asked for; then Prometheus' text, totals in steps, and not one word by which a
// room, a member or an address could be told from another.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { CLOSE } from "../../lib/wire/mod.ts";
import { type CanaryBench, startCanaryBench } from "../support/canary_bench.ts";
import { newCanaryRoom } from "../support/canary_person.ts";
import { enterQuietly, type Voice } from "./voice.ts";

const METRICS = { env: { METRICS: "1" } };
const MIB = 1024 * 1024;

interface Sample {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

/** Reads the text format 0.0.4, strictly: HELP and TYPE of a family, once, in front of its samples. */
function parseMetrics(text: string): readonly Sample[] {
  assert(text.endsWith("\n"));
  const samples: Sample[] = [];
  const described = new Set<string>();
  let family = "";
  for (const line of text.trimEnd().split("\n")) {
    const head = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line);
    if (head !== null) {
      const [, word, name, rest] = head;
      assert(!described.has(`${word} ${name}`), line);
      described.add(`${word} ${name}`);
      if (word === "TYPE") assertMatch(rest!, /^(?:counter|gauge)$/);
      family = name!;
      continue;
    }
    const sample = /^([a-z_]+)(\{[^}]*\})? (\d+)$/.exec(line);
    if (sample === null) throw new Error(`no sample: ${line}`);
    const [, name, labels = "", value] = sample;
    assertEquals(name, family, line);
    assert(described.has(`HELP ${name}`) && described.has(`TYPE ${name}`), line);
    samples.push({ name: name!, labels, value: Number(value) });
  }
  return samples;
}

async function metricsOf({ url }: CanaryBench): Promise<readonly Sample[]> {
  const response = await fetch(`${url}/metrics`);
  assertEquals(response.status, 200);
  assertMatch(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  return parseMetrics(await response.text());
}

function valueOf(samples: readonly Sample[], name: string): number {
  const sample = samples.find((each) => each.name === `benchtalks_${name}`);
  if (sample === undefined) throw new Error(`no ${name}`);
  return sample.value;
}

Deno.test("[M14] without METRICS=1 there is no such address", async () => {
  const settings: readonly Readonly<Record<string, string>>[] = [{}, { METRICS: "0" }];
  for (const env of settings) {
    await using bench = await startCanaryBench({ env });
    for (const method of ["GET", "HEAD", "POST"]) {
      const response = await fetch(`${bench.url}/metrics`, { method });
      const text = await response.text();
      assert([404, 405].includes(response.status), `${method} ${response.status}`);
      assertEquals(/benchtalks_/.test(text), false);
    }
    assertEquals((await fetch(`${bench.url}/metrics`, { method: "HEAD" })).status, 404);
  }
});

Deno.test("[M14] three people in a room are none, six are five; no label but closed sets", async () => {
  await using bench = await startCanaryBench(METRICS);
  const room = newCanaryRoom("a room");
  const voices: Voice[] = [];
  const look = async () => {
    const samples = await metricsOf(bench);
    for (const { name, labels, value } of samples) {
      assertEquals(
        value % (name.endsWith("bytes") || name.endsWith("bytes_total") ? MIB : 5),
        0,
        name,
      );
      const [, label, text] = /^\{(\w+)="(\w+)"\}$/.exec(labels) ?? [];
      if (labels === "") continue;
      assert(label === "code" || label === "status", labels);
      const known: readonly number[] = label === "code" ? Object.values(CLOSE) : [429, 503];
      assert(known.includes(Number(text)), labels);
    }
    return samples;
  };
  for (let i = 0; i < 3; i++) await enterQuietly(bench.url, room, voices, `127.177.214.${i + 1}`);
  const three = await look();
  for (const name of ["rooms", "members", "sockets", "addresses", "joins_total"]) {
    assertEquals(valueOf(three, name), 0, name);
  }
  for (let i = 3; i < 6; i++) await enterQuietly(bench.url, room, voices, `127.177.214.${i + 1}`);
  const six = await look();
  // The control: they are counted.
  for (const name of ["members", "sockets", "joins_total"]) {
    assertEquals(valueOf(six, name), 5, name);
  }
  assertEquals(valueOf(six, "rooms"), 0);
  assertEquals(
    six.map(({ name, labels }) => name + labels),
    three.map(({ name, labels }) => name + labels),
  );
  for (const voice of voices) voice.kill();
});

Deno.test("[M14] two benches with the same totals and different rooms answer the same", async () => {
  // Rooms that fill one after the other, and rooms that fill in turns: other ids, people and addresses, the same sums.
  const evenings = [[0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1], [1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1]];
  const answers = await Promise.all(evenings.map(async (order, which) => {
    await using bench = await startCanaryBench({
      env: { METRICS: "1", BENCH_ID: `bench-${which}` },
    });
    const rooms = [newCanaryRoom("one"), newCanaryRoom("two")];
    const people: [Voice[], Voice[]] = [[], []];
    for (const [i, at] of order.entries()) {
      await enterQuietly(bench.url, rooms[at]!, people[at]!, `127.177.${215 + which}.${i + 1}`);
    }
    for (const voices of people) {
      for (const [said, speaker] of voices.entries()) {
        speaker.say();
        for (const voice of voices) await voice.hearsBoxes(said + 1);
      }
    }
    const samples = await metricsOf(bench);
    for (const voice of people.flat()) voice.kill();
    return samples.filter(({ name }) => !/uptime|resident/.test(name));
  }));
  assert(valueOf(answers[0]!, "members") === 10 && valueOf(answers[0]!, "frames_sent_total") > 50);
  assertEquals(answers[0], answers[1]);
});
