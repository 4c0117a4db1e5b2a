// Ways around the bench's bounds that an attacker of our own found, on a real bench with its default limits beside ten people
// who talk, and what was tried and held. What must hold beside each is what tests/support/load_scene.ts says.

import { assert, assertEquals } from "@std/assert";
import { HeldBytes, Outgoing } from "../../lib/relay/outgoing.ts";
import { CLOSE_MS } from "../../lib/self_hosted/bounds.ts";
import { openListener } from "../../lib/self_hosted/mod.ts";
import { startBench } from "../support/bench_process.ts";
import { HonestRoom } from "../support/honest_room.ts";
import { GROWTH_BYTES, portOf, residentBytes, times } from "../support/load_scene.ts";
import { fromRepository } from "../support/repository.ts";
import { type FoundAttack, openWithConnection } from "./found_crowd.ts";
import type { Report } from "./crowd_tools.ts";

const CALM_MS = 1_500;
const SAMPLE_EVERY_MS = 50;
const LONGEST_MS = 90_000;

async function attackers(port: number, name: FoundAttack): Promise<Report> {
  const script = [
    "run",
    "--no-check",
    "--no-prompt",
    "--allow-all",
    "tests/attacks/found_crowd.ts",
  ];
  const child = new Deno.Command("nice", {
    args: ["-n", "10", Deno.execPath(), ...script, String(port), name],
    cwd: fromRepository("./"),
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const deadline = setTimeout(() => child.kill("SIGKILL"), LONGEST_MS);
  const { success, stdout } = await child.output();
  clearTimeout(deadline);
  if (!success) throw new Error(`the crowd of ${name} did not end well`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Runs one attack beside the honest room. */
async function beside(name: FoundAttack): Promise<Report> {
  await using bench = await startBench();
  const port = portOf(bench);
  const room = await HonestRoom.open(port);
  await new Promise((resolve) => setTimeout(resolve, CALM_MS));
  const before = await residentBytes(bench.pid);
  let most = before;
  const sampler = setInterval(async () => {
    most = Math.max(most, await residentBytes(bench.pid).catch(() => 0));
  }, SAMPLE_EVERY_MS);
  room.attackBegins();
  let report: Report;
  try {
    report = await attackers(port, name);
  } finally {
    clearInterval(sampler);
    room.attackEnds();
  }
  await room.close();
  const { calmMs, attackedMs } = room.p99s();
  const grewMib = (most - before) / 1024 / 1024;
  const figures = `p99 ${calmMs.toFixed(1)} -> ${attackedMs.toFixed(1)} ms, ${
    grewMib.toFixed(0)
  } MiB more`;
  assert(attackedMs <= room.allowedP99Ms(), figures);
  assert(most - before <= GROWTH_BYTES, figures);
  const { code, stderr } = await bench.stop();
  assertEquals([code, stderr], [0, ""]);
  return report;
}

Deno.test("[M7] [J1] attack: 20 sockets of one address go on pouring after the bench closed them", async () => {
  await beside("poursAfterItsClose");
});

Deno.test("[M15] attack: the start page, asked for without end on 200 connections of four addresses", async () => {
  await beside("asksForTheStartPage");
});

Deno.test("[M4] attack: a plain GET /ws, asked without end on 100 connections of four addresses", async () => {
  await beside("asksForTheSocketsAddress");
});

Deno.test("[M1] attack: 240 members hold a message each that comes a byte at a time", async () => {
  await beside("unfinishedMessages");
});

Deno.test("[D9] [M11] attack: 100 members who do not read send boxes to one among boxes to all", async () => {
  await beside("boxesToOne");
});

/** Resolves once the system takes no more of what is held. */
async function isFull(held: HeldBytes): Promise<void> {
  for (let before = -1; before !== held.total;) {
    before = held.total;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

Deno.test("[M3] [M10] a socket whose other end said that it ends, and reads nothing, ends as soon as after a close", async () => {
  const { promise: gone, resolve } = Promise.withResolvers<"gone">();
  const held = new HeldBytes();
  const listener = await openListener({
    hostname: "127.0.0.1",
    port: 0,
    maxConnections: 10,
    admit: () => ({
      ok: true,
      accept: (port) => {
        for (let i = 0; i < 64; i++) port.send(new Outgoing(held, new Uint8Array(262_144)));
        return { onText() {}, onBinary() {}, onAlive() {}, onClose: () => resolve("gone") };
      },
    }),
    handler: () => new Response("a page"),
    onFault: () => {},
  });
  const { opening, connection } = await openWithConnection({
    port: listener.port,
    localAddress: "127.0.0.2",
  });
  assertEquals(opening.tag, "open");
  connection.pause();
  await isFull(held);
  connection.end();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"still here">((resolve) => {
    timer = setTimeout(() => resolve("still here"), CLOSE_MS + 2_000);
  });
  const seen = await Promise.race([gone, late]);
  clearTimeout(timer);
  connection.destroy();
  await listener.close();
  assertEquals([seen, held.total], ["gone", 0]);
});

// What was tried and held.

Deno.test("[M10] [A5] attack: a room of 80, a picture waiting for each, is deleted by its own admin", async () => {
  assertEquals(times(await beside("deletionOverFullReaders"), "in"), 80);
});

Deno.test("[M4] attack: connections that are cut as soon as they are open, a hundred at a time", async () => {
  assert(times(await beside("comesAndCuts"), "connected") > 500);
});

Deno.test("[R9] attack: requests of strange shapes: a body where none may be, two lengths, an upgrade behind a page", async () => {
  const { counts } = await beside("strangeShapes");
  assertEquals((counts.answered ?? 0) + (counts.cut ?? 0), 27);
});
