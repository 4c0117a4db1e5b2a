// The story of a pairing in memory, with real sessions on both benches: what an admin, the other bench's keeper and the people on both
// sides see, step by step.

import { assert, assertEquals } from "@std/assert";
import { during, idOf, makePublic, offerTo, pair, parkRig } from "../support/park_rig.ts";
import { makeNoisePng } from "../support/image_samples.ts";
import { images, peopleOf, prepared, said, texts, urlOf } from "../support/session_rig.ts";

Deno.test("[T2] [T8] [T9] two benches pair, and what is said on one is read on the other", async () => {
  const { rig, admin } = await parkRig();
  await makePublic(rig, admin);
  assertEquals(admin.stay.view.publicness, "by-admin");
  const offer = await offerTo(rig, admin, 1);
  assert(offer.link.startsWith("https://bench-1.example/pair#"));
  assertEquals(await during(rig, rig.accept(offer.link, 1)), { ok: true, roomUrl: null });
  await rig.advance(1_000);
  assertEquals(admin.stay.view.offers[0]!.state, "paired");
  assertEquals(
    admin.stay.view.benches.map(({ id, count, isUp, isHub, isThis }) => ({
      id,
      count,
      isUp,
      isHub,
      isThis,
    })),
    [
      { id: idOf(rig, 0), count: 1, isUp: true, isHub: true, isThis: true },
      { id: idOf(rig, 1), count: 0, isUp: true, isHub: false, isThis: false },
    ],
  );
  const ben = await rig.join("Ben", { bench: 1 });
  await rig.advance(2_000);
  assertEquals(ben.stay.view.phase.tag, "live");
  assertEquals(ben.stay.view.publicness, "by-admin");
  assertEquals([admin.stay.view.count, ben.stay.view.count], [2, 2]);
  assertEquals([peopleOf(admin), peopleOf(ben)], [["Ada", "Ben"], ["Ben", "Ada"]]);
  admin.stay.sendText("hello over there");
  ben.stay.sendText("hello back");
  await rig.advance(3_000);
  for (const tab of [admin, ben]) {
    assertEquals(texts(tab).toSorted(), ["Ada: hello over there", "Ben: hello back"]);
  }
  assertEquals(ben.stay.view.people.find(({ name }) => name === "Ada")!.isAdmin, true);
});

Deno.test("a picture of some MiB crosses byte for byte, both ways", async () => {
  const { rig, admin } = await parkRig();
  await pair(rig, admin, 1);
  const ben = await rig.join("Ben", { bench: 1 });
  await rig.advance(3_000);
  for (const [from, to, seed] of [[admin, ben, 1], [ben, admin, 2]] as const) {
    from.stay.sendImage(await prepared(from, makeNoisePng(3 * 1024 * 1024, seed)));
    await rig.advance(10_000);
    assertEquals(urlOf(images(to).at(-1)), urlOf(images(from).at(-1)));
  }
  assertEquals(said(ben).filter((line) => line.startsWith("gap")), []);
});

Deno.test("[K4] three benches around one hub: everything reaches everybody exactly once", async () => {
  const { rig, admin } = await parkRig(3);
  await pair(rig, admin, 1);
  await pair(rig, admin, 2);
  const ben = await rig.join("Ben", { bench: 1 });
  const cleo = await rig.join("Cleo", { bench: 2 });
  await rig.advance(4_000);
  const all = [admin, ben, cleo];
  for (const tab of all) assertEquals(peopleOf(tab).toSorted(), ["Ada", "Ben", "Cleo"]);
  for (const tab of all) tab.stay.sendText(`from ${tab.name}`);
  await rig.advance(3_000);
  for (const tab of all) {
    assertEquals(texts(tab).toSorted(), ["Ada: from Ada", "Ben: from Ben", "Cleo: from Cleo"]);
    assertEquals(tab.stay.view.count, 3);
    assertEquals(tab.stay.view.benches.map(({ count, isUp }) => [count, isUp]), [
      [1, true],
      [1, true],
      [1, true],
    ]);
  }
});

Deno.test("[D7] the first words to a newcomer over there come after the introduction, also in one turn", async () => {
  const { rig, admin } = await parkRig();
  await pair(rig, admin, 1);
  const ben = await rig.join("Ben", { bench: 1 });
  // What is on its way while the join is cannot be proved; from the moment that it is known over here, all is.
  await rig.settle();
  // Said at every moment of the introduction: nothing is unproven to Ben, and nothing of it is missing.
  for (let n = 0; n < 40; n++) {
    admin.stay.sendText(`${n}`);
    await rig.advance(25);
  }
  await rig.advance(3_000);
  const shown = texts(ben);
  assertEquals(said(ben).filter((line) => !line.startsWith("joined")), []);
  assertEquals(
    shown,
    Array.from({ length: shown.length }, (_, n) => `Ada: ${40 - shown.length + n}`),
  );
  assert(shown.length > 20);
});
