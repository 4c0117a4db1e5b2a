// The route between two NATS servers is cut for 20 s while people talk on both benches, and again while the admin deletes the room.
// Real servers and benches; the same to the millisecond: faults_long_test.ts.

import { assertEquals } from "@std/assert";
import { utf8 } from "../../lib/wire/mod.ts";
import { linkTo, TalkingPark, told, TRUE_WITHIN_MS } from "../support/talking_park.ts";
import { until } from "../support/until.ts";

const CUT_MS = 20_000;
const wait = (forMs: number) => new Promise<void>((resolve) => setTimeout(resolve, forMs));

Deno.test("[K11] a route cut for 20 s: each bench talks on, lost words show, talk crosses again; and a deletion is heard of after the healing", async () => {
  await using park = await TalkingPark.open();
  const heardBefore = park.people.map(({ last }) => new Map(last));
  park.faultBegins();
  park.route.cut();
  await wait(CUT_MS);
  // It was a cut: of over forty words nearly none came over.
  for (const [at, { bench, last }] of park.people.entries()) {
    for (const { name } of park.on(1 - bench)) {
      const came = last.get(name)! - heardBefore[at]!.get(name)!;
      assertEquals(came <= 4, true, `${came} words crossed a cut route`);
    }
  }
  park.route.open();
  await park.crosses();
  await park.allAreShown("after the healing");
  for (const person of park.people) {
    assertEquals(linkTo(person), "up");
    // Nobody left, and nobody seemed to.
    assertEquals(told(person).filter((kind) => kind === "left"), []);
  }
  await park.account();
  Deno.stdout.writeSync(utf8(`  ${park.figures("route cut")}\n`));

  park.route.cut();
  await until(() => park.route.connections === 0, "the route is cut");
  const [ada] = park.people;
  assertEquals(await ada!.stay.deleteRoom(), true);
  for (const { stay } of park.on(1)) assertEquals(stay.view.phase.tag, "live");
  park.route.open();
  await until(
    () => park.people.every(({ stay }) => stay.view.phase.tag === "ended"),
    "everybody hears that the room is deleted",
    TRUE_WITHIN_MS,
  );
  for (const { stay } of park.people) {
    assertEquals(stay.view.phase, { tag: "ended", reason: "deleted-by-admin" });
  }
});
