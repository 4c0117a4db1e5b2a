// Nothing but a collector decides when memory is free again; so a process is asked for it, and then every weak reference to
// rooms, members, sockets and boxes has to be empty, whichever way they ended.

import { assert, assertEquals } from "@std/assert";
import { ensureBuilt } from "../support/bench_process.ts";
import { newCanaryRoom } from "../support/canary_person.ts";
import { fromRepository } from "../support/repository.ts";
import { enterQuietly, type Voice } from "./voice.ts";
import type { WatchReport } from "./weak_watch.ts";

function spawnProbe(name: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--allow-all",
      "--v8-flags=--expose-gc",
      fromRepository(`tests/forgets/${name}`),
    ],
    env: { NO_COLOR: "1" },
    cwd: fromRepository("./"),
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

Deno.test("[R6] rooms, members, sockets and boxes are let go of, whichever way they end", async () => {
  const probe = spawnProbe("relay_probe.ts");
  await probe.stdin.close();
  const { success, stdout } = await probe.output();
  assert(success);
  const reports = JSON.parse(new TextDecoder().decode(stdout)) as Record<string, WatchReport>;
  const { "a standing room": standing, "what was said in it": said, ...others } = reports;
  assertEquals(Object.keys(others).length, 9);
  for (const [way, { watched, held }] of Object.entries(others)) {
    assert(Object.values(watched).length > 0, way);
    assertEquals(held, {}, way);
  }
  // The control: whoever is there is held, and everything was in sight of the watch.
  assertEquals(standing!.held, standing!.watched);
  for (const kind of ["Object under an id", "Connection under an id", "port", "events"]) {
    assert((standing!.held[kind] ?? 0) > 0, kind);
  }
  // And of a room that stands, the people alone: nothing that they said a moment ago.
  assertSaidIsGone(said!, ["box", "buffer of a box", "frame"]);
});

/** Of these kinds there were some, and none is left. */
function assertSaidIsGone({ watched, held }: WatchReport, kinds: readonly string[]): void {
  for (const kind of kinds) {
    assert((watched[kind] ?? 0) > 0, kind);
    assertEquals(held[kind] ?? 0, 0, kind);
  }
}

Deno.test("[R6] nor does the listener hold a socket or a box that is over", async () => {
  await ensureBuilt();
  const probe = spawnProbe("listener_probe.ts");
  const lines = probe.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const commands = probe.stdin.getWriter();
  let buffered = "";
  const nextLine = async (): Promise<string> => {
    while (!buffered.includes("\n")) {
      const { value, done } = await lines.read();
      if (done) throw new Error("the probe ended");
      buffered += value;
    }
    const end = buffered.indexOf("\n");
    const line = buffered.slice(0, end);
    buffered = buffered.slice(end + 1);
    return line;
  };
  const ask = async (command: string): Promise<WatchReport> => {
    await commands.write(new TextEncoder().encode(`${command}\n`));
    return JSON.parse(await nextLine());
  };
  try {
    const url = await nextLine();
    const room = newCanaryRoom("a room");
    await commands.write(new TextEncoder().encode(`${room.keys.roomId}\n`));
    const voices: Voice[] = [];
    for (let i = 1; i <= 3; i++) await enterQuietly(url, room, voices, `127.177.217.${i}`);
    const standing = await ask("look");
    assertEquals(standing.held, standing.watched);
    for (const kind of ["Object under an id", "Connection", "port"]) {
      assert((standing.held[kind] ?? 0) > 0, kind);
    }

    const [first, second, third] = voices as [Voice, Voice, Voice];
    for (const which of [0, 2, 5]) first.say(which);
    await Promise.all([second.hearsBoxes(3), third.hearsBoxes(3)]);
    const said = await ask("look");
    assertSaidIsGone(said, ["box"]);

    await ask("watch what stands");
    await first.close();
    second.kill();
    await third.close();
    const over = await ask("look");
    assertSaidIsGone(over, ["port", "Connection", "Object under an id"]);
  } finally {
    await commands.close();
    await lines.cancel();
    await probe.status;
  }
});
