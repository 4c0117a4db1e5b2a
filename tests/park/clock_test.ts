// The clock of a bench that runs: it only rises, whatever somebody, or a time server, does to the machine's date. Offers end by it.

import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../lib/clock.ts";
import { newBenchIdentity, Park } from "../../lib/park/mod.ts";
import { verifyWithNode } from "../../lib/relay/mod.ts";
import { OFFER_MS, SPENT_TOKEN_MS } from "../../lib/wire/mod.ts";
import { ParkPlace, type PlaceBench, PlaceRooms, strangeBench } from "../support/park_place.ts";

/** Far more than a turn takes, far less than any jump below. */
const SOON_MS = 30_000;

/** Runs with a date whose jumps are in the caller's hand; puts the true one back. */
function withDate(run: (jump: (byMs: number) => void) => void): void {
  const now = Date.now;
  let offMs = 0;
  Date.now = () => now() + offMs;
  try {
    run((byMs) => offMs += byMs);
  } finally {
    Date.now = now;
  }
}

/** A bench on the real clock, among others that a test makes by hand. */
function benchOnTheRealClock(place: ParkPlace): PlaceBench {
  const identity = newBenchIdentity(place.random(32));
  const bus = place.wires.bus();
  const park = new Park({
    bus,
    identity,
    label: "real",
    url: "",
    clock: systemClock,
    verify: verifyWithNode,
    isPairingOn: true,
    operatorToken: null,
  });
  const rooms = new PlaceRooms();
  park.begin(rooms);
  return { park, bus, identity, rooms, label: "real" };
}

Deno.test("[T5] the system's clock rises as time passes, and does not follow the date, forwards or back", () => {
  withDate((jump) => {
    const startMs = systemClock.nowMs();
    let beforeMs = startMs;
    for (const byMs of [OFFER_MS, 24 * 3_600_000, -7 * 24 * 3_600_000, -1, 365 * 24 * 3_600_000]) {
      jump(byMs);
      const nowMs = systemClock.nowMs();
      assert(nowMs >= beforeMs && nowMs - startMs < SOON_MS, `${nowMs - startMs} after ${byMs}`);
      beforeMs = nowMs;
    }
  });
});

Deno.test("[T5] [T6] an offer lives through a date that jumps past its end, and a used token is remembered through one that jumps further", () => {
  withDate((jump) => {
    const place = new ParkPlace(0);
    const bench = benchOnTheRealClock(place);
    try {
      const room = place.open(bench);
      const spoke = strangeBench(1);
      const link = place.offer(bench, room, spoke);
      const show = () => {
        place.inject(bench.identity, place.claim(link, spoke).envelope);
        place.settle();
        const { offers, links, spentTokens } = bench.park.counts();
        return { offers, links, spentTokens, events: [...bench.rooms.offerEvents] };
      };
      jump(OFFER_MS + 1);
      assertEquals(show(), { offers: 0, links: 1, spentTokens: 1, events: [] });
      jump(SPENT_TOKEN_MS + 1);
      assertEquals(show(), { offers: 0, links: 1, spentTokens: 1, events: ["used-again"] });
    } finally {
      bench.park.stop();
    }
  });
});
