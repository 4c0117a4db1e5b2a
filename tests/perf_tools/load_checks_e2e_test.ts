// The load generator of tests/perf believes no relay: a box lost, doubled, moved or changed in one bit, at one member among many, ends the
// run. Shown against relays that do just that, so that no figure can come from a relay that cheats.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { BOX_BYTES } from "../../lib/wire/mod.ts";
import { LoadRoom } from "../perf/load/room.ts";
import type { Plan, RunResult } from "../perf/load/run.ts";
import { type Fault, HONEST, MisbehavingRelay, type Oddities } from "./misbehaving_relay.ts";

const SMALL = BOX_BYTES[0]!;
const LARGE = BOX_BYTES[4]!;
const MEMBERS = 4;
const BOXES = 40;
const DIALECTS = ["bench", "plain"] as const;

const plan = (boxBytes: number): Plan => ({
  senders: 2,
  boxBytes,
  lostAfterMs: 300,
  pace: { tag: "count", boxes: BOXES, underWay: 4 },
});

async function runAgainst(
  dialect: typeof DIALECTS[number],
  fault: Fault,
  oddities: Oddities = {},
  said: Plan = plan(SMALL),
): Promise<RunResult> {
  await using relay = new MisbehavingRelay(dialect, fault, oddities);
  const room = new LoadRoom(relay.target, "10.0.0.1");
  for (let i = 0; i < MEMBERS; i++) await room.prepareMember()();
  try {
    return await room.say(said);
  } finally {
    await room.leave();
  }
}

/** Does `wrong` to the twelfth box from one sender to one member, and nothing else. */
const once =
  (wrong: (box: Uint8Array<ArrayBuffer>) => readonly Uint8Array<ArrayBuffer>[]): Fault =>
  (passing) =>
    passing.from === 0 && passing.to === 3 && passing.count === 12
      ? wrong(passing.box)
      : [passing.box];

/** Keeps one box until the next has passed. */
function reordering(): Fault {
  let kept: Uint8Array<ArrayBuffer> | null = null;
  return (passing) => {
    if (passing.from !== 0 || passing.to !== 3) return [passing.box];
    if (passing.count === 12) {
      kept = passing.box;
      return [];
    }
    const late = kept === null ? [] : [kept];
    kept = null;
    return [passing.box, ...late];
  };
}

function flipped(at: (length: number) => number): Fault {
  return once((box) => {
    box[at(box.length)]! ^= 1;
    return [box];
  });
}

for (const dialect of DIALECTS) {
  for (const [length, boxBytes] of [["small", SMALL], ["large", LARGE]] as const) {
    Deno.test(`load: an honest relay passes (${dialect}, ${length} boxes)`, async () => {
      const { sent, deliveries, latenciesMs } = await runAgainst(
        dialect,
        HONEST,
        {},
        plan(boxBytes),
      );
      assertEquals({ sent, deliveries }, {
        sent: 2 * BOXES,
        deliveries: 2 * BOXES * (MEMBERS - 1),
      });
      assertEquals(latenciesMs.length, deliveries);
    });
  }

  const FAULTS: readonly (readonly [string, () => Fault, string])[] = [
    ["drops one box", () => once(() => []), "order:"],
    [
      "drops the last box",
      () => ({ from, to, count, box }) =>
        from === 0 && to === 3 && count === BOXES - 1 ? [] : [box],
      "missing:",
    ],
    ["sends one box twice", () => once((box) => [box, box]), "order:"],
    ["reorders two boxes", reordering, "order:"],
    ["flips a bit in the last byte", () => flipped((length) => length - 1), "bytes:"],
    ["flips a bit in the middle", () => flipped((length) => length >> 1), "bytes:"],
    ["flips a bit of the moment", () => flipped(() => 9), "bytes:"],
    ["flips a bit of the sender", () => flipped(() => 0), ""],
    ["cuts a byte off", () => once((box) => [box.slice(0, -1)]), "length:"],
    ["sends what another member said", () => {
      let other: Uint8Array<ArrayBuffer> | null = null;
      return ({ from, to, count, box }) => {
        if (from !== 0) other = box;
        return from === 0 && to === 3 && count > 12 && other !== null ? [other] : [box];
      };
    }, ""],
  ];
  for (const [what, fault, words] of FAULTS) {
    Deno.test(`load: a relay that ${what} is seen (${dialect})`, async () => {
      await assertRejects(() => runAgainst(dialect, fault()), Error, words);
    });
  }

  Deno.test(`load: what a relay delays is what is measured (${dialect})`, async () => {
    const delayMs = 60;
    const { latenciesMs } = await runAgainst(dialect, HONEST, { delayMs }, {
      ...plan(SMALL),
      pace: { tag: "count", boxes: 4, underWay: 1 },
    });
    // A timer may be a millisecond early by another clock.
    assert(Math.min(...latenciesMs) >= delayMs - 2, `${Math.min(...latenciesMs)} ms`);
  });
}

Deno.test("load: a bench that names another sender is seen", async () => {
  const oddities = { namesWrongSender: true };
  await assertRejects(() => runAgainst("bench", HONEST, oddities), Error, "sender:");
});

Deno.test("load: a bench that acknowledges what was not sent is seen", async () => {
  await assertRejects(() => runAgainst("bench", HONEST, { acks: 2 }, plan(LARGE)), Error, "ack:");
});

Deno.test("load: a bench that never acknowledges large boxes is seen", async () => {
  await assertRejects(() => runAgainst("bench", HONEST, { acks: 0 }, plan(LARGE)), Error, "ack:");
});

Deno.test("load: a plain relay that sends a member its own boxes is seen", async () => {
  await assertRejects(() => runAgainst("plain", HONEST, { echoes: true }), Error, "echo:");
});
