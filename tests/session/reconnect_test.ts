// Whether, when and how a tab comes back: every code, every bound.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  afterClose,
  mayCreate,
  REOPEN_WITHIN_MS,
  retryDelayMs,
} from "../../lib/session/reconnect.ts";
import { CLOSE } from "../../lib/wire/mod.ts";

const close = (code: number, more: Partial<Parameters<typeof afterClose>[0]> = {}) =>
  afterClose({
    code,
    attempt: 0,
    chance: 0.5,
    wasGreeted: true,
    isOffline: false,
    wasInRoom: true,
    adminSaidDelete: false,
    ...more,
  });

Deno.test("[C10] waits double from a second and a half to twenty, each spread over a third to all of itself", () => {
  for (let attempt = 0; attempt < 50; attempt++) {
    const least = retryDelayMs(attempt, 0);
    const most = retryDelayMs(attempt, 0.999999);
    assert(least >= 500 && most <= 20_000, `attempt ${attempt}: ${least} to ${most}`);
    const longest = Math.min(20_000, 1_500 * 2 ** attempt);
    assertAlmostEquals(least, longest / 3, 0.001, `attempt ${attempt}`);
    assertAlmostEquals(most, longest, 0.1, `attempt ${attempt}`);
    assertAlmostEquals(retryDelayMs(attempt, 0.5), (least + most) / 2, 0.1);
  }
});

Deno.test("[C9] [C10] five codes are tried again, five wait for a tap, and every other ends the stay by its own reason", () => {
  for (const code of [1001, 1006, 1011, 4440, 4503]) assertEquals(close(code).tag, "retry");
  const reasons = {
    [CLOSE.malformed]: "refused",
    [CLOSE.tooBig]: "too-big",
    [CLOSE.proofFailed]: "proof-failed",
    [CLOSE.removed]: "removed",
    [CLOSE.replaced]: "replaced",
    [CLOSE.locked]: "locked",
  } as const;
  for (const [code, reason] of Object.entries(reasons)) {
    assertEquals(close(Number(code)), { tag: "ended", reason });
  }
  const waits = {
    [CLOSE.handshakeTimeout]: "slow-hello",
    [CLOSE.tooFast]: "too-fast",
    [CLOSE.tooManyFromOneNetwork]: "too-many-from-one-network",
    [CLOSE.roomFull]: "room-full",
    [CLOSE.benchFull]: "bench-full",
  } as const;
  for (const [code, cause] of Object.entries(waits)) {
    for (const wasInRoom of [false, true]) {
      assertEquals(close(Number(code), { wasInRoom }), { tag: "waiting-for-tap", cause });
    }
  }
  assertEquals(close(CLOSE.noSuchRoom), { tag: "away-too-long" });
  assertEquals(close(CLOSE.noSuchRoom, { wasInRoom: false }), { tag: "nobody-here" });
});

Deno.test("[C10] deleted is the admin's word only when the signed command was seen", () => {
  assertEquals(close(CLOSE.deletedOrMoved), { tag: "ended", reason: "gone-says-bench" });
  assertEquals(close(CLOSE.deletedOrMoved, { adminSaidDelete: true }), {
    tag: "ended",
    reason: "deleted-by-admin",
  });
});

Deno.test("[C7] [C8] who may open a room: the creator, who tapped, and who was there up to five minutes ago", () => {
  const stay = { isCreator: false, wasTapped: false, lastContactMs: null, nowMs: 1_000_000 };
  assertEquals(mayCreate(stay), false);
  assertEquals(mayCreate({ ...stay, isCreator: true }), true);
  assertEquals(mayCreate({ ...stay, wasTapped: true }), true);
  const lastContactMs = stay.nowMs - REOPEN_WITHIN_MS;
  assertEquals(mayCreate({ ...stay, lastContactMs }), true);
  assertEquals(mayCreate({ ...stay, lastContactMs: lastContactMs - 1 }), false);
  // The creator, too, asks after that: others may have gone on without it.
  assertEquals(mayCreate({ ...stay, isCreator: true, lastContactMs: lastContactMs - 1 }), false);
});
