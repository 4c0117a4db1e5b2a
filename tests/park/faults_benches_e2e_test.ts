// Benches that are killed while people talk on both, the spoke's and the hub's, and started again at once: what people on both sides
// see, until the room is paired anew. Two parks at the same time, as Deno looks for leaks after one test at a time.

import { assertEquals } from "@std/assert";
import { utf8 } from "../../lib/wire/mod.ts";
import { linkTo, TalkingPark, told, TRUE_WITHIN_MS } from "../support/talking_park.ts";
import { until } from "../support/until.ts";

/**
 * People of a killed bench come back to a room that is theirs alone: private, paired with nobody, and they are told so. Those on the
 * other one are told that it is away; and paired anew everybody is there again and every word accounted for.
 */
async function benchKilled(killed: 0 | 1, hasKeys: boolean): Promise<string> {
  await using park = await TalkingPark.open({ hasKeys });
  const other = 1 - killed;
  park.faultBegins();
  await park.benches[killed]!.stop("SIGKILL");
  for (const { stay } of park.on(killed)) {
    await until(() => stay.view.phase.tag === "reconnecting", "a tab that lost its bench says so");
  }
  await park.benches[killed]!.start();
  for (const person of park.on(killed)) {
    const { view } = person.stay;
    await until(() => person.stay.view.phase.tag === "live", "a tab is back", TRUE_WITHIN_MS);
    await until(() => person.stay.view.publicness === "private", "a tab says it is private");
    assertEquals([linkTo(person), view.me!.name], ["none", person.name]);
    assertEquals(told(person).includes("public-no-more"), true);
  }
  await park.isShown(killed, "none");
  await park.isShown(other, "away");
  for (const person of park.on(other)) {
    assertEquals(person.stay.view.publicness, "by-admin");
    assertEquals(told(person).includes("bench-away"), true);
  }
  await park.benches[killed]!.joins();
  if (killed === 0) assertEquals(await park.people[0]!.stay.makePublic(), { ok: true });
  await park.pair();
  await park.crosses();
  await park.isShown(killed, "up");
  for (const person of park.people) {
    await until(() => linkTo(person) === "up", "the other bench is shown as up");
    assertEquals(person.stay.view.publicness, "by-admin");
  }
  await park.allAreShown("after the new pairing");
  // Words of the killed bench's own people may be lost between them, too; never without a word.
  await park.account({ killed });
  return park.figures(`the ${killed === 0 ? "hub" : "spoke"}'s bench killed`, [other]);
}

Deno.test("a bench is killed and started again: the other talks on and says so within 45 s, and paired anew everything is accounted for", async () => {
  const figures = await Promise.all([
    // A spoke whose id is another after its restart; a hub that keeps its own.
    benchKilled(1, false),
    benchKilled(0, true),
  ]);
  for (const line of figures) Deno.stdout.writeSync(utf8(`  ${line}\n`));
});
