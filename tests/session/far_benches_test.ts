// The benches that carry a room, as a tab follows them: lines when one comes, falls silent, is back or goes, and hello at the right
// moments; and then people on two benches whose link falls silent.

import { assert, assertEquals } from "@std/assert";
import { FarBenches } from "../../lib/session/far_benches.ts";
import type { Notice } from "../../lib/session/view_state.ts";
import { type CarryingBench, encodeBase32 } from "../../lib/wire/mod.ts";
import { during, idOf, makePublic, offerTo, pair, parkRig } from "../support/park_rig.ts";
import {
  notices,
  peopleOf,
  type RigTab,
  said,
  type SessionRig,
  texts,
} from "../support/session_rig.ts";

const bench = (n: number, isUp = true, changes: Partial<CarryingBench> = {}): CarryingBench => ({
  label: `oak-${n}`,
  fp: new Uint8Array(16).fill(n),
  count: n,
  isUp,
  isHub: n === 0,
  isThis: n === 0,
  url: "",
  ...changes,
});

function follower(isPublic = true) {
  let nowMs = 0;
  const lines: string[] = [];
  const hellos: string[] = [];
  const far = new FarBenches({
    nowMs: () => nowMs,
    notice: (notice: Notice) => {
      const id = "benchId" in notice ? notice.benchId.split("~")[0] : "";
      lines.push(`${notice.kind} ${id}`);
    },
    onFarBench: (hasMet) => void hellos.push(hasMet ? "still here" : "hello"),
  });
  far.onLive(isPublic);
  const take = () => ({ lines: lines.splice(0), hellos: hellos.splice(0) });
  return { far, take, pass: (ms: number) => void (nowMs += ms) };
}

Deno.test("[F13] what a public room's bench says first is how it stood: no line, and no second hello beside that of joining", () => {
  const { far, take } = follower();
  const seats = far.onLinks([bench(0), bench(1), bench(2, false)]);
  assertEquals(take(), { lines: [], hellos: [] });
  assertEquals(seats[1], {
    id: `oak-1~${encodeBase32(new Uint8Array(16).fill(1))}`,
    label: "oak-1",
    url: "",
    count: 1,
    isUp: true,
    isHub: false,
    isThis: false,
  });
});

Deno.test("[F13] a bench that comes is met; one that falls silent and is back is shown that we are still here; one that goes is told of", () => {
  const { far, take } = follower();
  far.onLinks([]);
  far.onLinks([bench(0), bench(1)]);
  assertEquals(take(), { lines: ["bench-paired oak-1"], hellos: ["hello"] });
  far.onLinks([bench(0), bench(1)]);
  assertEquals(take(), { lines: [], hellos: [] });
  far.onLinks([bench(0), bench(1, false)]);
  assertEquals(take(), { lines: ["bench-away oak-1"], hellos: [] });
  far.onLinks([bench(0), bench(1)]);
  assertEquals(take(), { lines: ["bench-back oak-1"], hellos: ["still here"] });
  far.onLinks([bench(0)]);
  assertEquals(take(), { lines: ["bench-unpaired oak-1"], hellos: [] });
});

Deno.test("[F13] a bench that was silent when we greeted is met when it is heard, and so is one of two that is new", () => {
  const { far, take } = follower();
  far.onLinks([bench(0), bench(1, false), bench(2)]);
  far.onLinks([bench(0), bench(1), bench(2)]);
  assertEquals(take(), { lines: ["bench-back oak-1"], hellos: ["hello"] });
  // One that knows us is back, another is new: one hello for both.
  far.onLinks([bench(0), bench(1), bench(2, false)]);
  far.onLinks([bench(0), bench(1), bench(2), bench(3)]);
  assertEquals(take().hellos, ["hello"]);
});

Deno.test("[F13] this bench itself is none of the others, and a private room that became public has news at once", () => {
  const { far, take } = follower(false);
  far.onLinks([bench(0, true, { isThis: false, isHub: true }), bench(1, true, { isThis: true })]);
  assertEquals(take(), { lines: ["bench-paired oak-0"], hellos: ["hello"] });
});

Deno.test("[F13] after a reconnect what the bench says is how it stands; nobody there knows that we greeted before", () => {
  const { far, take } = follower();
  far.onLinks([bench(0), bench(1)]);
  far.onLive(true);
  far.onLinks([bench(0), bench(1)]);
  assertEquals(take(), { lines: [], hellos: [] });
  far.onLive(true);
  far.onLinks([bench(0), bench(1, false)]);
  assertEquals(take().lines, ["bench-away oak-1"]);
  far.onLinks([bench(0), bench(1)]);
  // It was away when we greeted: we have not met on this connection.
  assertEquals(take().hellos, ["hello"]);
  far.onAlone();
  far.onLinks([]);
  assertEquals(take(), { lines: [], hellos: [] });
});

Deno.test("[F13] a bench that lies about others all day draws few lines and few hellos, and a hello that was owed comes later", () => {
  const { far, take, pass } = follower();
  far.onLinks([]);
  for (let i = 0; i < 1_000; i++) far.onLinks(i % 2 === 0 ? [bench(1 + (i % 200))] : []);
  const { lines, hellos } = take();
  assertEquals([lines.length, hellos.length], [32, 6]);
  far.onLinks([bench(0), bench(250)]);
  assertEquals(take().hellos, []);
  pass(10_000);
  far.onLinks([bench(0), bench(250)]);
  assertEquals(take().hellos, ["hello"]);
  far.onLinks([bench(0), bench(250)]);
  assertEquals(take().hellos, []);
});

// ---- people on two benches --------------------------------------------------------------------------------------

async function paired(): Promise<{ rig: SessionRig; ada: RigTab; ben: RigTab }> {
  const { rig, admin: ada } = await parkRig(2);
  await pair(rig, ada, 1);
  const ben = await rig.join("Ben", { bench: 1 });
  await rig.advance(5_000);
  return { rig, ada, ben };
}
const benchLines = (tab: RigTab) =>
  notices(tab).flatMap((notice) => "benchId" in notice ? [notice.kind] : []);

Deno.test("[F13] [K5] a link that falls silent and is back: both sides see it, people are there again, and what was lost shows as a gap", async () => {
  const { rig, ada, ben } = await paired();
  ada.stay.sendText("before");
  await rig.advance(3_000);
  rig.wires.tamper = () => [];
  await rig.advance(1_000);
  ada.stay.sendText("lost one");
  ada.stay.sendText("lost two");
  ben.stay.sendText("lost three");
  await rig.advance(35_000);
  assertEquals([benchLines(ada).at(-1), benchLines(ben).at(-1)], ["bench-away", "bench-away"]);
  assertEquals([ada.stay.view.count, ben.stay.view.count], [1, 1]);
  for (const tab of [ada, ben]) {
    assertEquals(tab.stay.view.benches.map(({ isUp, isThis }) => isUp === isThis), [true, true]);
  }
  // Local talk goes on meanwhile, and is not told to be undelivered.
  ada.stay.sendText("still here");
  await rig.advance(2_000);
  rig.wires.tamper = (message) => [message];
  await rig.advance(20_000);
  assertEquals([benchLines(ada).at(-1), benchLines(ben).at(-1)], ["bench-back", "bench-back"]);
  for (const tab of [ada, ben]) {
    assertEquals([tab.stay.view.count, peopleOf(tab).toSorted()], [2, ["Ada", "Ben"]]);
  }
  ada.stay.sendText("after");
  ben.stay.sendText("and after");
  await rig.advance(5_000);
  assertEquals(texts(ben).filter((line) => line.startsWith("Ada")), ["Ada: before", "Ada: after"]);
  assertEquals(texts(ada).filter((line) => line.startsWith("Ben")), ["Ben: and after"]);
  assertEquals(said(ben).filter((line) => line.startsWith("gap")), ["gap Ada 3"]);
  assertEquals(said(ada).filter((line) => line.startsWith("gap")), ["gap Ben 1"]);
  // Nothing twice, nothing unproven.
  for (const tab of [ada, ben]) {
    const bad = said(tab).filter((line) => /^(repeated|forged|unproven|unreadable)/.test(line));
    assertEquals(bad, []);
  }
});

Deno.test("[F13] people who come while the link is silent are met when it is back", async () => {
  const { rig, ada, ben } = await paired();
  rig.wires.tamper = () => [];
  await rig.advance(40_000);
  const cleo = await rig.join("Cleo", { bench: 1 });
  await rig.advance(5_000);
  assertEquals(peopleOf(cleo).toSorted(), ["Ben", "Cleo"]);
  rig.wires.tamper = (message) => [message];
  await rig.advance(25_000);
  for (const tab of [ada, ben, cleo]) {
    assertEquals(peopleOf(tab).toSorted(), ["Ada", "Ben", "Cleo"], tab.name);
  }
  cleo.stay.sendText("hello at last");
  await rig.advance(3_000);
  assertEquals(texts(ada).at(-1), "Cleo: hello at last");
});

Deno.test("[F13] [T9] a bench that pairs later is met at once: the first words of both sides arrive", async () => {
  const { rig, admin: ada } = await parkRig(2);
  await makePublic(rig, ada);
  const ben = await rig.join("Ben", { bench: 1, tap: true });
  await rig.advance(2_000);
  const offer = await offerTo(rig, ada, 1);
  assertEquals((await during(rig, rig.accept(offer.link, 1))).ok, true);
  await rig.advance(3_000);
  assertEquals(benchLines(ada), ["bench-paired"]);
  assertEquals([peopleOf(ada).toSorted(), peopleOf(ben).toSorted()], [["Ada", "Ben"], [
    "Ada",
    "Ben",
  ]]);
  ada.stay.sendText("one");
  ben.stay.sendText("two");
  await rig.advance(3_000);
  for (const tab of [ada, ben]) assertEquals(texts(tab).toSorted(), ["Ada: one", "Ben: two"]);
});

Deno.test("[K6] [U6] a bench killed for good: silent, then gone after five minutes; the other side talks on and keeps the room", async () => {
  const { rig, ada } = await paired();
  const bo = await rig.join("Bo");
  await rig.advance(3_000);
  const killed = idOf(rig, 1);
  rig.killBench(1);
  await rig.advance(40_000);
  assertEquals(benchLines(ada).at(-1), "bench-away");
  await rig.advance(5 * 60_000 + 5_000);
  assertEquals(notices(ada).findLast(({ kind }) => kind === "bench-unpaired"), {
    kind: "bench-unpaired",
    benchId: killed,
  });
  assertEquals([ada.stay.view.benches, ada.stay.view.count], [[], 2]);
  bo.stay.sendText("we are still here");
  await rig.advance(2_000);
  assertEquals(texts(ada).at(-1), "Bo: we are still here");
  assertEquals([peopleOf(ada).toSorted(), ada.stay.view.publicness], [["Ada", "Bo"], "by-admin"]);
});

Deno.test("[U1] the hub's last member leaves while people on the spoke talk on; who comes back to the hub is among them", async () => {
  const { rig, ada, ben } = await paired();
  const cleo = await rig.join("Cleo", { bench: 1 });
  await rig.advance(4_000);
  ada.stay.leave();
  await rig.advance(3_000);
  assertEquals(rig.counts.rooms, 1);
  ben.stay.sendText("nobody on the hub");
  await rig.advance(2_000);
  assertEquals(texts(cleo).at(-1), "Ben: nobody on the hub");
  assertEquals(ben.stay.view.count, 2);
  const again = await rig.join("Ada", { admin: true });
  await rig.advance(4_000);
  assertEquals([again.stay.view.publicness, again.stay.view.count], ["by-admin", 3]);
  assertEquals(peopleOf(again).toSorted(), ["Ada", "Ben", "Cleo"]);
  ben.stay.sendText("welcome back");
  await rig.advance(2_000);
  assertEquals(texts(again), ["Ben: welcome back"]);
  // The last one on the spoke leaves, too: the room is kept by who is on the hub alone.
  for (const tab of [ben, cleo]) tab.stay.leave();
  await rig.advance(3_000);
  again.stay.leave();
  await rig.advance(3_000);
  assertEquals(rig.benches.map((each) => each!.relay.counts().rooms), [0, 0]);
  assert(rig.benches.every((each) => each!.park!.counts().rooms === 0));
});

Deno.test("[U1] [U2] a bench pairs again while nobody is left on the hub: the room lives on, under the new link alone", async () => {
  const { rig, ada, ben } = await paired();
  const cleo = await rig.join("Cleo", { bench: 1 });
  await rig.advance(4_000);
  const again = await offerTo(rig, ada, 1);
  ada.stay.leave();
  await rig.advance(3_000);
  assertEquals((await during(rig, rig.accept(again.link, 1))).ok, true);
  await rig.advance(5_000);
  assertEquals([rig.counts.rooms, rig.bench(0).park.counts().linksUp], [1, 1]);
  assertEquals(ben.stay.view.benches.map(({ count, isUp }) => [count, isUp]), [[0, true], [
    2,
    true,
  ]]);
  const back = await rig.join("Ada", { admin: true });
  await rig.advance(4_000);
  assertEquals(peopleOf(back).toSorted(), ["Ada", "Ben", "Cleo"]);
  cleo.stay.sendText("all here");
  await rig.advance(2_000);
  assertEquals([texts(back), texts(ben)], [["Cleo: all here"], ["Cleo: all here"]]);
});
