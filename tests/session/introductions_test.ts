// Answering a crowd: whoever comes is answered, and what that takes is within what a bench reads of one socket.

import { assert, assertEquals } from "@std/assert";
import { Introductions } from "../../lib/session/introductions.ts";
import { Pace } from "../../lib/session/pace.ts";
import { Roster } from "../../lib/session/roster.ts";
import { SenderPace } from "../../lib/relay/sender_pace.ts";
import {
  DEFAULT_MAX_FILE_BYTES,
  encodeBase64url,
  LIMITS,
  memberIdOf,
  u64,
} from "../../lib/wire/mod.ts";
import { ManualClock } from "../support/manual_clock.ts";

Deno.test("[M7] [F2] a crowd that comes in faster than it could be answered one by one is answered, within the rate", () => {
  const clock = new ManualClock(0);
  const roster = new Roster();
  const pace = new Pace(0);
  const bench = new SenderPace(LIMITS, DEFAULT_MAX_FILE_BYTES, 0);
  const echoed = new Set<string>();
  let sent = 0;
  let count = 1;
  const introductions = new Introductions({
    // Chance is always 0: they gather for as short as can be.
    world: {
      isHidden: () => false,
      chance: () => 0,
      randomBytes: (length: number) => clock.randomBytes(length),
    } as ConstructorParameters<typeof Introductions>[0]["world"],
    roster,
    name: "Ana",
    headCount: () => count,
    after: (delayMs, run) => void clock.after(delayMs, run),
    sender: {
      sendPresence: ({ echoes }) => {
        for (const nonce of echoes) echoed.add(nonce);
        pace.spend(clock.nowMs());
        sent++;
        assertEquals(bench.onMessage(1_100, clock.nowMs()), true);
        assertEquals(bench.waitMs(clock.nowMs()), 0, `presence ${sent}`);
      },
      open: () => undefined,
      hold: () => undefined,
      get sparePresences() {
        return pace.spare("presence", clock.nowMs());
      },
      get presenceWaitMs() {
        return pace.waitMs("presence", clock.nowMs());
      },
    },
  });
  introductions.onLive(false);
  const nonces: string[] = [];
  // Two every 51 ms: each pair is gathered alone, so it would take forty presences a second for half a minute.
  for (let i = 0; i < 1_000; i++) {
    const number = new Uint8Array(16);
    number.set(u64(i + 1));
    const nonce = encodeBase64url(number);
    nonces.push(nonce);
    count++;
    roster.onPresence(
      memberIdOf(number),
      1,
      {
        nonce,
        boxPublicKey: new Uint8Array(32),
        name: `P${i}`,
        contentSeq: 0,
        echoes: [],
        badge: null,
        asksAgain: false,
      },
      false,
      introductions.nonce,
    );
    introductions.onPresence();
    if (i % 2 === 1) clock.advance(51);
  }
  clock.advance(5_000);
  assertEquals(nonces.filter((nonce) => !echoed.has(nonce)), []);
  assert(sent < 90 + 18 * 31, `${sent}`);
});
