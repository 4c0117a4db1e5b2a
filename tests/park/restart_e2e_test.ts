// A bench that is killed and started again under the same key and at the same address: to everybody it is the same bench, and of the
// pairing links that it made before, open or used, it knows nothing. Real processes over real servers.

import { assertEquals } from "@std/assert";
import { newRoomSecret } from "../../lib/crypto/mod.ts";
import { encodeBase64url } from "../../lib/wire/mod.ts";
import { acceptAt, HandAdmin } from "../support/hand_pairing.ts";
import { type ParkBench, startParkBenches } from "../support/park_benches.ts";

const BENCH_KEY = encodeBase64url(new Uint8Array(32).fill(0x4e));

Deno.test("[T6] [B1] a bench starts again with the same BENCH_KEY: it is the same one, and its links from before, open or used, are answered with silence", async () => {
  await using park = await startParkBenches([
    { label: "north", env: { BENCH_KEY } },
    { label: "south" },
  ]);
  const [north, south] = park.benches as [ParkBench, ParkBench];
  const { id } = north;
  const { secret, adminSeed } = newRoomSecret();
  const before = await HandAdmin.enter(north.url, secret, adminSeed);
  const used = await before.pairWith(south.url);
  const open = await before.offerTo(south.url);
  // As long as it runs, it remembers.
  assertEquals(await acceptAt(south.url, used), { ok: false, reason: "used" });

  await north.kill();
  await before.leave();
  await north.restart();
  await north.federationIs("joined");
  assertEquals(north.id, id);

  // The very same room, public again, and with one link more: whatever is needed for an answer is there.
  const after = await HandAdmin.enter(north.url, secret, adminSeed);
  await after.pairWith(south.url);
  const answers = await Promise.all([open, used].map((code) => acceptAt(south.url, code)));
  const silence = { ok: false, reason: "unreachable" } as const;
  assertEquals(answers, [silence, silence]);
  await after.leave();
});
