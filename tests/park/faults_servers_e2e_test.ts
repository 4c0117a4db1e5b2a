// NATS servers that go away while people talk on both benches: one is killed and comes back where it was, and one bench's way to its
// server is gone for longer than a link may be silent. Two parks at the same time, as Deno looks for leaks after one test at a time.

import { assertEquals } from "@std/assert";
import { utf8 } from "../../lib/wire/mod.ts";
import { TalkingPark, told } from "../support/talking_park.ts";
import { until } from "../support/until.ts";

/** As long as somebody takes to start a server again. */
const GONE_MS = 3_000;
const wait = (forMs: number) => new Promise<void>((resolve) => setTimeout(resolve, forMs));

/** The server beside the room's home is killed and started again: said at once there, and everybody is there again on both sides. */
async function serverKilled(): Promise<string> {
  await using park = await TalkingPark.open();
  park.faultBegins();
  await park.servers[0]!.kill();
  await park.isShown(0, "away");
  for (const { stay } of park.on(0)) assertEquals(stay.view.park, "away");
  assertEquals(await park.benches[0]!.federation(), "away");
  await wait(GONE_MS);
  await park.servers[0]!.restart();
  await park.crosses();
  await park.isShown(0, "up");
  await park.isShown(1, "up");
  for (const { stay } of park.people) assertEquals(stay.view.park, "up");
  assertEquals(await park.benches[0]!.federation(), "joined");
  await park.account();
  return park.figures("server killed");
}

/** The spoke's NATS is away for so long that both sides say so; and then it is back. */
async function spokesNatsAway(): Promise<string> {
  await using park = await TalkingPark.open();
  const { wire } = park.benches[1]!;
  park.faultBegins();
  wire.cut();
  await park.isShown(1, "away");
  for (const { stay } of park.on(1)) assertEquals(stay.view.park, "away");
  // The hub's own NATS is there: it is the link that is silent.
  await park.isShown(0, "away");
  for (const { stay } of park.on(0)) assertEquals(stay.view.park, "up");
  wire.open();
  await park.crosses();
  await park.isShown(0, "up");
  await park.isShown(1, "up");
  for (const person of park.people) {
    await until(() => told(person).includes("bench-back"), "it is said that the bench is back");
    assertEquals(told(person).filter((kind) => kind === "bench-away").length, 1);
  }
  await park.account();
  return park.figures("the spoke's NATS away");
}

Deno.test("[N2] [K5] NATS goes away and comes back: each bench talks on, both sides say what is so within 45 s, lost words show, talk crosses again", async () => {
  for (const figures of await Promise.all([serverKilled(), spokesNatsAway()])) {
    Deno.stdout.writeSync(utf8(`  ${figures}\n`));
  }
});
