// One attack as a test tells it: a real bench with its default limits, an honest room that talks, the crowd in a process
// of its own so that its work is not counted as the bench's, and what must hold during it and afterwards. Everything ends
// by itself: the crowd by its own time, the scene by the crowd's end or its deadline.

import { assert, assertEquals } from "@std/assert";
import type { AttackName, AttackOptions, Report } from "../attacks/crowd_table.ts";
import { type BenchProcess, startBench } from "./bench_process.ts";
import { HonestRoom } from "./honest_room.ts";
import { fromRepository } from "./repository.ts";

const CALM_MS = 1_500;
const SAMPLE_EVERY_MS = 50;

/** A crowd that has not ended this long after its own time is ended. */
const CROWD_GRACE_MS = 30_000;

/**
 * How much an attack may add to the bench's resident memory: V8 lets some 64 MiB of garbage gather before it looks, twice that
 * while it moves what lives, and as much again for what 2000 sockets hold (12 KiB each) and the system has not taken back.
 */
export const GROWTH_BYTES = 192 * 1024 * 1024;

/** Resident memory of a process, in bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}

/** Attackers in a process of their own. */
export class CrowdProcess {
  readonly #process: Deno.ChildProcess;
  readonly #ready: Promise<void>;
  readonly #said: Promise<string>;

  constructor() {
    // Real attackers work on machines of their own: these take what the bench and the honest room leave.
    const child = new Deno.Command("nice", {
      args: [
        "-n",
        "10",
        Deno.execPath(),
        "run",
        "--no-check",
        "--no-prompt",
        "--allow-all",
        "tests/attacks/crowd.ts",
      ],
      cwd: fromRepository("./"),
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#process = child;
    const ready = Promise.withResolvers<void>();
    this.#ready = ready.promise;
    this.#said = (async () => {
      let said = "";
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        said += text;
        if (said.startsWith("ready\n")) ready.resolve();
      }
      ready.resolve();
      return said;
    })();
  }

  /** Loaded, with nothing begun. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** Runs one attack and resolves to what the attackers saw. Throws when the crowd itself failed or did not end. */
  async run<Name extends AttackName>(
    port: number,
    name: Name,
    options: AttackOptions<Name>,
    withinMs: number,
  ): Promise<Report> {
    await this.#ready;
    const writer = this.#process.stdin.getWriter();
    await writer.write(new TextEncoder().encode(JSON.stringify({ port, name, options })));
    await writer.close();
    const deadline = setTimeout(() => this.#process.kill("SIGKILL"), withinMs);
    try {
      const said = await this.#said;
      const { success } = await this.#process.status;
      if (!success) throw new Error(`the crowd of ${name} did not end well`);
      return JSON.parse(said.slice("ready\n".length));
    } finally {
      clearTimeout(deadline);
    }
  }
}

/** How an attack went. */
export interface Outcome {
  readonly report: Report;
  readonly calmP99Ms: number;
  readonly attackedP99Ms: number;
  readonly grewBytes: number;
}

/** How often something happened to a crowd. */
export function times({ counts }: Report, what: string): number {
  return counts[what] ?? 0;
}

/** What one attack is held to, beside what every attack is. */
export interface Stakes {
  readonly growthBytes?: number;
  /** What the honest room's p99 may be in any case, where the attackers are members of that very room. */
  readonly sharedRoomP99Ms?: number;
  /** How long the crowd works, so that the scene knows when to give up on it. */
  readonly forMs: number;
  /** Honest acts beside the attack. */
  readonly meanwhile?: (port: number, room: HonestRoom) => Promise<void>;
}

/** Runs one attack beside ten people who talk, and holds it to what every attack is held to. */
export async function underAttack<Name extends AttackName>(
  name: Name,
  options: AttackOptions<Name>,
  { growthBytes = GROWTH_BYTES, sharedRoomP99Ms = 0, forMs, meanwhile = () => Promise.resolve() }:
    Stakes,
): Promise<Outcome> {
  const crowd = new CrowdProcess();
  await using bench = await startBench();
  const port = portOf(bench);
  const room = await HonestRoom.open(port);
  await crowd.ready;
  await new Promise((resolve) => setTimeout(resolve, CALM_MS));

  const before = await residentBytes(bench.pid);
  let most = before;
  const sampler = setInterval(async () => {
    most = Math.max(most, await residentBytes(bench.pid).catch(() => 0));
  }, SAMPLE_EVERY_MS);
  room.attackBegins();
  let report: Report;
  try {
    [report] = await Promise.all([
      crowd.run(port, name, options, forMs + CROWD_GRACE_MS),
      meanwhile(port, room),
    ]);
  } finally {
    clearInterval(sampler);
    room.attackEnds();
  }

  assertEquals(await isHealthy(bench), true, "the bench no longer answers");
  assertEquals(await room.newcomer(), null);
  await room.close();
  const { calmMs, attackedMs, heard } = room.p99s();
  const grewBytes = most - before;
  tell(name, { calmMs, attackedMs, heard, before, most, report });
  assert(heard > 100, `only ${heard} messages were heard under attack`);
  assert(
    attackedMs <= Math.max(room.allowedP99Ms(), sharedRoomP99Ms),
    `p99 was ${attackedMs.toFixed(1)} ms under attack, ${calmMs.toFixed(1)} ms before it`,
  );
  assert(grewBytes <= growthBytes, `the bench grew by ${inMib(grewBytes)} MiB`);
  const { code, stderr } = await bench.stop();
  assertEquals([code, stderr], [0, ""]);
  return { report, calmP99Ms: calmMs, attackedP99Ms: attackedMs, grewBytes };
}

/** The port that a bench printed. */
export function portOf({ url }: BenchProcess): number {
  return Number(new URL(url).port);
}

async function isHealthy({ url }: BenchProcess): Promise<boolean> {
  const response = await fetch(`${url.replace("localhost", "127.0.0.1")}/health`);
  const { status } = await response.json() as { readonly status: string };
  return response.ok && status === "ok";
}

const inMib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

/** One line of figures, so that a run shows how far from its bounds the bench was. */
function tell(
  name: string,
  { calmMs, attackedMs, heard, before, most, report }: {
    readonly calmMs: number;
    readonly attackedMs: number;
    readonly heard: number;
    readonly before: number;
    readonly most: number;
    readonly report: Report;
  },
): void {
  const seen = Object.entries(report.counts).map(([what, count]) => `${what} ${count}`).join(", ");
  const line = `  ${name}: p99 ${calmMs.toFixed(1)} -> ${attackedMs.toFixed(1)} ms of ${heard}; ` +
    `RSS ${inMib(before)} -> ${inMib(most)} MiB; ${inMib(report.sentBytes)} MiB sent; ${seen}\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}
