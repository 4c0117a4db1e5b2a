// `deno task park` as somebody types it: two benches that join one park, the lines that say what to do, and a Ctrl-C after
// which no process of it is left.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ensureBuilt } from "../support/bench_process.ts";
import { federationOf, shownId } from "../support/park_benches.ts";
import { fromRepository } from "../support/repository.ts";
import { until } from "../support/until.ts";

const START_WITHIN_MS = 60_000;
/** Both benches let go of their sockets within a second each; the rest is a busy machine. */
const STOPS_WITHIN_MS = 10_000;

/** 127.0.0.1, and the state of a socket that listens, in /proc/net/tcp. */
const LOOPBACK_IN_PROC = "0100007F";
const LISTENS = "0A";

interface ProcessOfSession {
  readonly pid: number;
  readonly name: string;
}

/** Every process of a session that has not ended. Field 6 of /proc/PID/stat is the session, behind "PID (name) state". */
function processesOf(session: number): ProcessOfSession[] {
  const found: ProcessOfSession[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const [, command = "", state, , , sid] =
        /^\d+ \((.*)\) (\S) (\d+) (\d+) (\d+)/s.exec(Deno.readTextFileSync(`/proc/${name}/stat`)) ??
          [];
      if (Number(sid) === session && state !== "Z") {
        found.push({ pid: Number(name), name: command });
      }
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

/** Addresses at which these processes listen, as /proc/net/tcp spells them. */
function listenersOf(pids: readonly number[]): string[] {
  const sockets = new Set<string>();
  for (const pid of pids) {
    for (const { name } of Deno.readDirSync(`/proc/${pid}/fd`)) {
      try {
        sockets.add(Deno.readLinkSync(`/proc/${pid}/fd/${name}`));
      } catch {
        // Closed meanwhile.
      }
    }
  }
  const rows = ["tcp", "tcp6"].flatMap((table) =>
    Deno.readTextFileSync(`/proc/net/${table}`).trim().split("\n").slice(1)
  ).map((row) => row.trim().split(/\s+/));
  return rows.filter(([, , , state, , , , , , inode]) =>
    state === LISTENS && sockets.has(`socket:[${inode}]`)
  ).map(([, local]) => local!.split(":")[0]!);
}

function natsServersOf(session: number): number[] {
  return processesOf(session).filter(({ name }) => name === "nats-server").map(({ pid }) => pid);
}

interface RunningTask extends AsyncDisposable {
  /** Also its session and its process group, as a terminal makes them. */
  readonly pid: number;
  readonly said: () => string;
  readonly status: Promise<Deno.CommandStatus>;
}

function startTask(): RunningTask {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "park"],
    cwd: fromRepository("./"),
    env: { NO_COLOR: "1" },
    detached: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let said = "";
  const read = async (from: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const text of from.pipeThrough(new TextDecoderStream())) said += text;
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  return {
    pid: child.pid,
    said: () => said,
    status: child.status,
    async [Symbol.asyncDispose]() {
      // Whatever a failed test left of it.
      for (const { pid } of processesOf(child.pid)) Deno.kill(pid, "SIGKILL");
      await child.status;
      await reading;
    },
  };
}

/** Also returns when all of it has ended: what was said then tells why. */
async function saysWhatToDo(task: RunningTask): Promise<void> {
  await until(
    () => /Ctrl-C stops all of it\./.test(task.said()) || processesOf(task.pid).length === 0,
    "deno task park says what to do",
    START_WITHIN_MS,
  );
}

for (
  const [how, ask] of [
    // A terminal sends Ctrl-C to everything that it started.
    ["Ctrl-C", (pid: number) => Deno.kill(-pid, "SIGINT")],
    // The same on a busy machine: a NATS server has ended before the task hears of it.
    ["Ctrl-C that the task hears last", async (pid: number) => {
      const server = natsServersOf(pid)[0]!;
      Deno.kill(server, "SIGINT");
      await until(() => !natsServersOf(pid).includes(server), "a server is gone", STOPS_WITHIN_MS);
      Deno.kill(-pid, "SIGINT");
    }],
    ["SIGINT to the task alone", (pid: number) => Deno.kill(pid, "SIGINT")],
  ] as const
) {
  Deno.test(`deno task park: two benches in one park, what to do, and an end by ${how}`, async () => {
    await ensureBuilt();
    await using task = startTask();
    await saysWhatToDo(task);
    const benches = [...task.said().matchAll(/^ {2}(http:\/\/localhost:\d+) {3}(\S+)$/gm)];
    assertEquals(benches.length, 2, task.said());
    for (const [index, [, url, id]] of benches.entries()) {
      assertMatch(id!, new RegExp(`^${["north", "south"][index]}~[a-z2-7]{26}$`));
      assertEquals(await shownId(url!), id);
      const endMs = performance.now() + START_WITHIN_MS;
      while (await federationOf(url!) !== "joined") {
        assert(performance.now() < endMs, `${url} does not join`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    const [[, north], [, , south]] = benches as [RegExpMatchArray, RegExpMatchArray];
    assertStringIncludes(task.said(), `1. Open ${north}, create a room, join it.`);
    assertStringIncludes(task.said(), `type ${south}, create the pairing link, copy it.`);

    const listening = listenersOf(processesOf(task.pid).map(({ pid }) => pid));
    // Two benches; a port for clients and one for servers at each NATS server.
    assertEquals(listening.length, 6, listening.join());
    for (const address of listening) assertEquals(address, LOOPBACK_IN_PROC);

    const names = processesOf(task.pid).map(({ name }) => name);
    assertEquals(names.filter((name) => name === "nats-server").length, 2, names.join());
    // The task, the tool and two benches.
    assertEquals(names.filter((name) => name === "deno").length, 4, names.join());

    const askedAtMs = performance.now();
    await ask(task.pid);
    await until(
      () => processesOf(task.pid).length === 0,
      "every process of it is gone",
      STOPS_WITHIN_MS,
    );
    await task.status;
    const tookMs = performance.now() - askedAtMs;
    assert(tookMs < STOPS_WITHIN_MS, `it took ${tookMs} ms`);
    const last = task.said().trimEnd().split("\n").at(-1);
    assertEquals(last, "Ctrl-C stops all of it.", "an end that was asked for is no accident");
  });
}

Deno.test("deno task park: a part that ends by itself ends the park, which says so", async () => {
  await ensureBuilt();
  await using task = startTask();
  await saysWhatToDo(task);
  Deno.kill(natsServersOf(task.pid)[0]!, "SIGKILL");
  const { code } = await task.status;
  assertEquals(code, 1);
  assertMatch(task.said(), /^NATS server \d ended; so does the park\.$/m);
});
