// Attacks by what no tab sends, on a real bench with its default limits beside ten people who talk: messages without end,
// too long, in too many pieces, and junk. What holds in every attack is in tests/support/load_scene.ts.

import { assert, assertEquals } from "@std/assert";
import { CLOSE } from "../../lib/wire/mod.ts";
import { type Outcome, times, underAttack } from "../support/load_scene.ts";
import { NO_CLOSE_FRAME } from "../support/raw_socket.ts";

const FOR_MS = 5_000;
const SOCKETS = 20;

/** What one socket can have on its way before the bench has even looked: the system's buffers at both ends. */
const UNDER_WAY_BYTES = 10 * 1024 * 1024;

/** Every socket that poured was cut, for its message or by a reset before that could be read, and soon. */
function assertCutAsTooBig({ report }: Outcome): void {
  const poured = times(report, "open") + times(report, "in");
  assert(poured >= SOCKETS, `only ${poured} sockets poured`);
  const { counts } = report;
  const allowed = [
    "open",
    "in",
    "status 429",
    `closed ${CLOSE.tooBig}`,
    `closed ${NO_CLOSE_FRAME}`,
    // Who comes back too often gets no room of its own any more [M6].
    `closed ${CLOSE.benchFull}`,
  ];
  assertEquals(Object.keys(counts).filter((what) => !allowed.includes(what)), []);
  assert(times(report, `closed ${CLOSE.tooBig}`) > 0, "nobody was told why");
  assert(report.sentBytes <= poured * UNDER_WAY_BYTES, `${report.sentBytes} bytes were taken`);
}

Deno.test("[M1] attack: messages that never end, in fragments, on 20 sockets at once, again and again", async () => {
  assertCutAsTooBig(
    await underAttack("endlessFragments", { sockets: SOCKETS, forMs: FOR_MS }, { forMs: FOR_MS }),
  );
});

Deno.test("[M1] attack: messages of 64 MiB", async () => {
  assertCutAsTooBig(
    await underAttack("hugeMessage", { sockets: SOCKETS, forMs: FOR_MS }, { forMs: FOR_MS }),
  );
});

Deno.test("[M1] attack: messages of 300,000 fragments of one byte", async () => {
  assertCutAsTooBig(
    await underAttack("oneByteFragments", { sockets: SOCKETS, forMs: FOR_MS }, { forMs: FOR_MS }),
  );
});

Deno.test("[R9] [D2] attack: 4,000 pieces of junk, as frames and as what is in them", async () => {
  const inputs = 4_000;
  const forMs = 40_000;
  const { report } = await underAttack("junkFrames", { seed: 2_026, inputs, forMs }, { forMs });
  assertEquals(times(report, "inputs"), inputs);
  assert(times(report, "relayed") > 0, "not even a box with other bytes was relayed");
  const wrong = [
    "a join was accepted",
    "a command was accepted",
    "relayed at another length",
    "told of an admin command",
    "the ear was cut",
  ];
  assertEquals(wrong.filter((what) => times(report, what) > 0), []);
});
