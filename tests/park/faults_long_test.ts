// What breaks between benches, with people talking throughout, in memory and to the millisecond: what everybody gets, what is shown as
// missing, and what the room says of its benches and people meanwhile. The same on real servers: faults_*_e2e_test.ts.

import { assert, assertEquals } from "@std/assert";
import {
  LINK_DOWN_AFTER_MS,
  LINK_LOST_AFTER_MS,
  MAX_LINK_PENDING_BYTES,
} from "../../lib/wire/mod.ts";
import { makeNoisePng } from "../support/image_samples.ts";
import { during, makePublic, offerTo, pair, parkRig } from "../support/park_rig.ts";
import {
  images,
  notices,
  peopleOf,
  prepared,
  type RigTab,
  type SessionRig,
  urlOf,
} from "../support/session_rig.ts";
import { Talk } from "../support/talk.ts";

/** What the room shows of a change is true so long after it. */
const TRUE_WITHIN_MS = 45_000;

/** A lost last word shows by then [F9], on whatever side of the fault it was said. */
const SHOWN_WITHIN_MS = 33_000;

/** Two on the hub, two on each spoke, all met. The admin is the first. */
async function talkingPark(benches = 2): Promise<{
  readonly rig: SessionRig;
  readonly all: readonly RigTab[];
  readonly on: (bench: number) => readonly RigTab[];
  readonly talk: Talk;
}> {
  const { rig, admin } = await parkRig(benches);
  const all = [admin, await rig.join("Ana")];
  for (let bench = 1; bench < benches; bench++) {
    await pair(rig, admin, bench);
    for (const name of [`Ben${bench}`, `Bea${bench}`]) all.push(await rig.join(name, { bench }));
  }
  await rig.advance(6_000);
  for (const tab of all) assertEquals(peopleOf(tab).length, all.length, tab.name);
  return { rig, all, on: (bench) => all.filter((tab) => tab.bench === bench), talk: new Talk() };
}

type Park = Awaited<ReturnType<typeof talkingPark>>;

/** Everybody says something every second. */
async function talkFor({ rig, talk }: Park, tabs: readonly RigTab[], forMs: number): Promise<void> {
  for (const endMs = rig.nowMs + forMs; rig.nowMs < endMs;) {
    for (const tab of tabs) if (tab.stay.view.phase.tag === "live") talk.say(tab);
    await rig.advance(1_000);
  }
}

/** The route between the servers is gone; benches and servers do not notice. */
const cutRoute = ({ rig }: Park) => void (rig.wires.tamper = () => []);
const healRoute = ({ rig }: Park) => void (rig.wires.tamper = (message) => [message]);

/** What a tab shows of the others' benches. */
const linksUp = (tab: RigTab) =>
  tab.stay.view.benches.filter(({ isThis }) => !isThis).map(({ isUp }) => isUp);

const kinds = (tab: RigTab) => notices(tab).map(({ kind }) => kind);

function everybodyIsShown({ all }: Park): void {
  for (const tab of all) {
    assertEquals(peopleOf(tab).toSorted(), all.map(({ name }) => name).toSorted(), tab.name);
    assertEquals(tab.stay.view.count, all.length, tab.name);
  }
}

async function endAll({ rig, all }: Park): Promise<void> {
  for (const tab of rig.tabs.length > all.length ? rig.tabs : all) tab.stay.leave();
  await rig.advance(1_000);
}

/** Long enough after the fault every word is told of, heard or missing, and everybody is shown; then all leave. */
async function endsWell(park: Park): Promise<void> {
  await park.rig.advance(SHOWN_WITHIN_MS);
  assertEquals(park.talk.wrongs(park.all), []);
  everybodyIsShown(park);
  await endAll(park);
}

Deno.test("a route cut for 20 s: every lost word is shown as missing, nobody seems gone, and talk crosses again", async () => {
  const park = await talkingPark();
  const { rig, all, talk } = park;
  await talkFor(park, all, 5_000);
  cutRoute(park);
  await talkFor(park, all, 20_000);
  healRoute(park);
  await talkFor(park, all, 10_000);
  await rig.advance(SHOWN_WITHIN_MS);
  assertEquals(talk.wrongs(all), []);
  const { numbers, missing } = talk.heard(all[0]!, all[2]!);
  assertEquals([numbers.length, missing], [15, 20]);
  for (const tab of all) {
    assertEquals(linksUp(tab), [true]);
    assertEquals(kinds(tab).filter((kind) => kind === "left" || kind === "bench-away"), []);
  }
  everybodyIsShown(park);
  await endAll(park);
});

Deno.test("the last words before a cut, and those in it, are shown as missing although nobody says more", async () => {
  const park = await talkingPark();
  const { rig, all, talk } = park;
  await talkFor(park, all, 2_000);
  cutRoute(park);
  talk.sayAll(all);
  await rig.advance(20_000);
  healRoute(park);
  await rig.advance(SHOWN_WITHIN_MS);
  assertEquals(talk.wrongs(all), []);
  assertEquals(talk.heard(all[2]!, all[0]!).missing, 1);
  await endAll(park);
});

Deno.test("a route cut for a minute is said on both sides within 45 s, and so is its healing; all are there again", async () => {
  const park = await talkingPark();
  const { rig, all, talk } = park;
  await talkFor(park, all, 3_000);
  cutRoute(park);
  await talkFor(park, all, TRUE_WITHIN_MS);
  for (const tab of all) {
    assertEquals(linksUp(tab), [false], tab.name);
    assertEquals(tab.stay.view.count, 2, tab.name);
    assertEquals(peopleOf(tab).length, 2, tab.name);
    assert(kinds(tab).includes("bench-away"), tab.name);
  }
  await talkFor(park, all, 15_000);
  healRoute(park);
  await talkFor(park, all, TRUE_WITHIN_MS);
  for (const tab of all) {
    assertEquals(linksUp(tab), [true], tab.name);
    assertEquals(kinds(tab).filter((kind) => kind === "bench-away").length, 1, tab.name);
    assertEquals(kinds(tab).filter((kind) => kind === "bench-back").length, 1, tab.name);
  }
  everybodyIsShown(park);
  await rig.advance(SHOWN_WITHIN_MS);
  assertEquals(talk.wrongs(all), []);
  await endAll(park);
});

for (const [where, bench] of [["hub", 0], ["spoke", 1]] as const) {
  Deno.test(`the ${where}'s bus is away for 8 s: said at once, and who says nothing is there again on both sides`, async () => {
    const park = await talkingPark();
    const { rig, all, on } = park;
    await talkFor(park, all, 3_000);
    // Nobody says a word from here on, and the repeated presences [F9] are over, too.
    await rig.advance(40_000);
    rig.bench(bench).bus.goAway();
    await rig.advance(500);
    for (const tab of on(bench)) {
      assertEquals(linksUp(tab), [false]);
      assertEquals(tab.stay.view.park, "away");
    }
    await rig.advance(7_500);
    rig.bench(bench).bus.comeBack();
    await rig.advance(TRUE_WITHIN_MS);
    for (const tab of all) {
      assertEquals(linksUp(tab), [true], tab.name);
      assertEquals(tab.stay.view.park, "up");
    }
    everybodyIsShown(park);
    await talkFor(park, all, 3_000);
    rig.bench(bench).bus.goAway();
    await talkFor(park, all, 8_000);
    rig.bench(bench).bus.comeBack();
    await talkFor(park, all, 8_000);
    await endsWell(park);
  });
}

Deno.test("[K5] a bus that hands on one way only is said on both sides within 45 s, steadily, and healed again", async () => {
  const park = await talkingPark();
  const { rig, all } = park;
  const { bus } = rig.bench(0);
  const publish = bus.publish.bind(bus);
  bus.publish = () => true;
  await talkFor(park, all, TRUE_WITHIN_MS);
  for (let seconds = 0; seconds < 30; seconds++) {
    for (const tab of all) assertEquals(linksUp(tab), [false], tab.name);
    await rig.advance(1_000);
  }
  bus.publish = publish;
  await talkFor(park, all, TRUE_WITHIN_MS);
  for (const tab of all) {
    assertEquals(linksUp(tab), [true], tab.name);
    assertEquals(kinds(tab).filter((kind) => kind === "bench-away").length, 1, tab.name);
  }
  await endsWell(park);
});

Deno.test("[K14] who leaves over there while the route is cut for 20 s is gone from the list soon after", async () => {
  const park = await talkingPark();
  const { rig, all } = park;
  const [ada, ana, ben, bea] = all as [RigTab, RigTab, RigTab, RigTab];
  cutRoute(park);
  await rig.advance(2_000);
  bea.stay.leave();
  ana.stay.leave();
  await rig.advance(18_000);
  healRoute(park);
  await rig.advance(TRUE_WITHIN_MS);
  assertEquals([peopleOf(ada), peopleOf(ben)], [["Ada", "Ben1"], ["Ben1", "Ada"]]);
  for (const tab of [ada, ben]) {
    assertEquals(tab.stay.view.count, 2);
    assertEquals(kinds(tab).filter((kind) => kind === "left").length, 2, tab.name);
  }
  await endAll(park);
});

Deno.test("who leaves and comes back while the route is cut stays in the list", async () => {
  const park = await talkingPark();
  const { rig, all, talk } = park;
  const bea = all[3]!;
  cutRoute(park);
  await rig.advance(2_000);
  rig.cut(bea);
  await rig.advance(10_000);
  assertEquals(bea.stay.view.phase.tag, "live");
  healRoute(park);
  await talkFor(park, all, 5_000);
  await rig.advance(TRUE_WITHIN_MS);
  assertEquals(talk.wrongs(all), []);
  everybodyIsShown(park);
  await endAll(park);
});

Deno.test("[F4] who comes while the route is cut for 20 s is met by those over there, although all talk on", async () => {
  const park = await talkingPark();
  const { rig, all, talk } = park;
  cutRoute(park);
  await rig.advance(2_000);
  const cleo = await rig.join("Cleo", { bench: 1 });
  await rig.advance(18_000);
  healRoute(park);
  await talkFor(park, [...all, cleo], TRUE_WITHIN_MS);
  for (const tab of [...all, cleo]) {
    assertEquals(peopleOf(tab).toSorted(), ["Ada", "Ana", "Bea1", "Ben1", "Cleo"], tab.name);
  }
  // From then on all of it arrives.
  const before = talk.heard(all[0]!, cleo).numbers.at(-1)!;
  await talkFor(park, [...all, cleo], 5_000);
  assertEquals(talk.heard(all[0]!, cleo).numbers.at(-1), before + 5);
  assertEquals(talk.wrongs(all), []);
  await endAll(park);
});

Deno.test("the spoke's bench is killed and started again: away over there within 45 s, and here private, alone, until paired anew", async () => {
  const park = await talkingPark();
  const { rig, all, on, talk } = park;
  const [admin] = all as [RigTab];
  await talkFor(park, all, 3_000);
  rig.killBench(1);
  await talkFor(park, all, 3_000);
  rig.startBench(1);
  await talkFor(park, all, TRUE_WITHIN_MS - 3_000);
  for (const tab of on(0)) {
    assertEquals(linksUp(tab), [false]);
    assertEquals(tab.stay.view.count, 2);
    assertEquals(peopleOf(tab).toSorted(), ["Ada", "Ana"]);
  }
  for (const tab of on(1)) {
    assertEquals(tab.stay.view.phase.tag, "live");
    assertEquals([tab.stay.view.publicness, tab.stay.view.benches], ["private", []]);
    assert(kinds(tab).includes("public-no-more"));
    assertEquals(tab.stay.view.count, 2);
    assertEquals(peopleOf(tab).toSorted(), ["Bea1", "Ben1"]);
  }
  await pair(rig, admin, 1);
  await rig.advance(6_000);
  await talkFor(park, all, 5_000);
  await rig.advance(SHOWN_WITHIN_MS);
  assertEquals(talk.wrongs(all), []);
  everybodyIsShown(park);
  for (const tab of on(1)) assertEquals(tab.stay.view.publicness, "by-admin");
  // The link of before ends with its five minutes at the latest, and is none of the new one's.
  await rig.advance(LINK_LOST_AFTER_MS);
  for (const tab of on(1)) assertEquals(linksUp(tab), [true]);
  await endAll(park);
});

Deno.test("the hub's bench is killed: the spoke talks on, says so within 45 s, and after five minutes is by itself", async () => {
  const park = await talkingPark();
  const { rig, all, on } = park;
  await talkFor(park, all, 3_000);
  rig.killBench(0);
  await talkFor(park, all, 3_000);
  rig.startBench(0);
  await talkFor(park, all, TRUE_WITHIN_MS - 3_000);
  for (const tab of on(1)) {
    assertEquals(linksUp(tab), [false]);
    assertEquals(tab.stay.view.publicness, "by-admin");
    assertEquals(tab.stay.view.count, 2);
  }
  for (const tab of on(0)) {
    assertEquals([tab.stay.view.publicness, tab.stay.view.benches], ["private", []]);
    assert(kinds(tab).includes("public-no-more"));
  }
  await rig.advance(LINK_LOST_AFTER_MS);
  for (const tab of on(1)) {
    assertEquals(tab.stay.view.benches, []);
    assert(kinds(tab).includes("bench-unpaired"));
  }
  assertEquals(rig.bench(1).park.counts().links, 0);
  await pair(rig, all[0]!, 1);
  await rig.advance(6_000);
  await talkFor(park, all, 5_000);
  await endsWell(park);
});

Deno.test("[U2] a hub that began anew under other keys is paired again as soon as the spoke knows that the former is away", async () => {
  const park = await talkingPark();
  const { rig, all, on } = park;
  await talkFor(park, all, 3_000);
  rig.killBench(0);
  rig.startBench(0);
  await talkFor(park, all, 5_000);
  await makePublic(rig, all[0]!);
  const early = await offerTo(rig, all[0]!, 1);
  assertEquals(await during(rig, rig.accept(early.link, 1)), { ok: false, reason: "elsewhere" });
  await talkFor(park, all, 30_000);
  for (const tab of on(1)) assertEquals(linksUp(tab), [false]);
  await pair(rig, all[0]!, 1);
  await rig.advance(6_000);
  await talkFor(park, all, 5_000);
  for (const tab of all) assertEquals(linksUp(tab), [true], tab.name);
  await endsWell(park);
});

Deno.test("[K10] the admin sits on the spoke and deletes the room while the route is cut: told that it failed, and once more it is done", async () => {
  const park = await talkingPark();
  const { rig, all } = park;
  const ada = await rig.join("Ada2", { admin: true, bench: 1 });
  await rig.advance(6_000);
  cutRoute(park);
  assertEquals(await during(rig, ada.stay.deleteRoom()), false);
  for (const tab of [...all, ada]) assertEquals(tab.stay.view.phase.tag, "live");
  healRoute(park);
  await rig.advance(12_000);
  assertEquals(await during(rig, ada.stay.deleteRoom()), true);
  await rig.advance(1_000);
  for (const tab of [...all, ada]) {
    assertEquals(tab.stay.view.phase, { tag: "ended", reason: "deleted-by-admin" }, tab.name);
  }
});

for (const cutMs of [10_000, 40_000]) {
  Deno.test(
    `[Q7] a picture that a cut of ${
      cutMs / 1_000
    } s meets is whole on its own bench, shown as broken over there, and nothing of it stays at the link`,
    async () => {
      const park = await talkingPark();
      const { rig, all, talk } = park;
      const [ada, ana, ben] = all as [RigTab, RigTab, RigTab];
      // In the middle of it, and with a piece that is lost.
      let pieces = 0;
      rig.wires.tamper = (message) => {
        if (message.bytes.length > 200_000) pieces++;
        return pieces < 20 ? [message] : [];
      };
      ada.stay.sendImage(await prepared(ada, makeNoisePng(9 * 1024 * 1024, 1)));
      while (pieces < 20) await rig.advance(50);
      cutRoute(park);
      let mostBytes = 0;
      for (let passedMs = 0; passedMs < cutMs; passedMs += 500) {
        await talkFor(park, all, 500);
        mostBytes = Math.max(mostBytes, rig.bench(0).park.counts().pendingBytes);
      }
      assert(mostBytes > 0 && mostBytes <= MAX_LINK_PENDING_BYTES, `${mostBytes}`);
      healRoute(park);
      await talkFor(park, all, 45_000);
      await rig.advance(60_000);
      assertEquals(urlOf(images(ana)[0]), urlOf(images(ada)[0]));
      assertEquals(images(ben)[0]!.transfer, { tag: "broken", reason: "piece-missing" });
      assertEquals(rig.bench(0).park.counts().pendingBytes, 0);
      // The picture itself is one of the numbers that Ada said.
      assertEquals(talk.wrongs(all), []);
      // And the next one crosses.
      ada.stay.sendImage(await prepared(ada, makeNoisePng(1024 * 1024, 2)));
      await rig.advance(10_000);
      assertEquals(urlOf(images(ben)[1]), urlOf(images(ada)[1]));
      await endAll(park);
    },
  );
}

Deno.test("the hub's last leaves while the spoke talks; who comes to the hub then hears them, and they hear it", async () => {
  const park = await talkingPark();
  const { rig, on, talk } = park;
  await talkFor(park, park.all, 3_000);
  for (const tab of on(0)) tab.stay.leave();
  await talkFor(park, on(1), 60_000);
  assertEquals(rig.counts.rooms, 1);
  for (const tab of on(1)) {
    assertEquals([tab.stay.view.count, linksUp(tab)], [2, [true]]);
    assertEquals(peopleOf(tab).toSorted(), ["Bea1", "Ben1"]);
  }
  const ada = await rig.join("Ada2", { admin: true });
  await rig.advance(3_000);
  assertEquals(ada.stay.view.publicness, "by-admin");
  const before = talk.saidBy(on(1)[0]!);
  await talkFor(park, [ada, ...on(1)], 5_000);
  await rig.advance(SHOWN_WITHIN_MS);
  assertEquals(talk.wrongs(on(1)), []);
  for (const tab of on(1)) {
    assertEquals(talk.heard(tab, ada), { numbers: range(1, 5), missing: 0 });
    assertEquals(talk.heard(ada, tab), { numbers: range(before + 1, before + 5), missing: 0 });
  }
  for (const tab of [ada, ...on(1)]) tab.stay.leave();
  await rig.advance(1_000);
  assertEquals(rig.counts.rooms, 0);
});

Deno.test("the hub's last leaves while the route is cut for long: the room ends there, and the spoke hears of it after the healing", async () => {
  const park = await talkingPark();
  const { rig, on, talk } = park;
  cutRoute(park);
  await talkFor(park, on(1), 40_000);
  for (const tab of on(0)) tab.stay.leave();
  await rig.advance(1_000);
  assertEquals(rig.counts.rooms, 0);
  healRoute(park);
  await talkFor(park, on(1), TRUE_WITHIN_MS);
  for (const tab of on(1)) {
    assertEquals(tab.stay.view.benches, []);
    assert(kinds(tab).includes("bench-unpaired"));
  }
  assertEquals(talk.wrongs(on(1)), []);
  await endAll(park);
});

Deno.test("[K6] silent for five minutes: the link is over on both sides, both talk on by themselves, and can be paired anew", async () => {
  const park = await talkingPark();
  const { rig, all } = park;
  await talkFor(park, all, 2_000);
  cutRoute(park);
  await talkFor(park, all, LINK_DOWN_AFTER_MS);
  await rig.advance(LINK_LOST_AFTER_MS - 5_000);
  for (const tab of all) assertEquals(linksUp(tab), [false]);
  await rig.advance(20_000);
  for (const tab of all) {
    assertEquals(tab.stay.view.benches, []);
    assertEquals(kinds(tab).filter((kind) => kind === "bench-unpaired").length, 1);
    assertEquals(tab.stay.view.publicness, "by-admin");
  }
  for (const bench of [0, 1]) {
    assertEquals(rig.bench(bench).park.counts().links, 0);
    assertEquals(rig.bench(bench).park.counts().pendingBytes, 0);
  }
  healRoute(park);
  await talkFor(park, all, 5_000);
  for (const tab of all) assertEquals(tab.stay.view.benches, []);
  await pair(rig, all[0]!, 1);
  await rig.advance(6_000);
  await talkFor(park, all, 5_000);
  await endsWell(park);
});

Deno.test("[K14] three benches: who sat on a killed spoke, or behind a silent link, is gone on the other spoke as well", async () => {
  const park = await talkingPark(3);
  const { rig, on, talk } = park;
  await talkFor(park, park.all, 3_000);
  rig.killBench(1);
  const left = [...on(0), ...on(2)];
  await talkFor(park, left, TRUE_WITHIN_MS);
  for (const tab of left) {
    assertEquals(peopleOf(tab).toSorted(), ["Ada", "Ana", "Bea2", "Ben2"], tab.name);
    assertEquals(tab.stay.view.count, 4, tab.name);
    assertEquals(linksUp(tab).toSorted(), [false, true], tab.name);
  }
  assertEquals(talk.wrongs(left), []);
  await endAll(park);
});

Deno.test("three benches: one spoke's bus is away for 8 s, and all are there again everywhere", async () => {
  const park = await talkingPark(3);
  const { rig, all, talk } = park;
  await talkFor(park, all, 3_000);
  rig.bench(1).bus.goAway();
  await talkFor(park, all, 8_000);
  rig.bench(1).bus.comeBack();
  await rig.advance(TRUE_WITHIN_MS);
  everybodyIsShown(park);
  assertEquals(talk.wrongs(all), []);
  await endAll(park);
});

Deno.test("[K11] deleted while the route is cut: the spoke hears of it after the healing", async () => {
  const park = await talkingPark();
  const { rig, all, on } = park;
  cutRoute(park);
  await talkFor(park, all, 2_000);
  assertEquals(await during(rig, all[0]!.stay.deleteRoom()), true);
  await talkFor(park, on(1), 20_000);
  for (const tab of on(1)) assertEquals(tab.stay.view.phase.tag, "live");
  healRoute(park);
  await talkFor(park, on(1), 15_000);
  for (const tab of all) {
    assertEquals(tab.stay.view.phase, { tag: "ended", reason: "deleted-by-admin" }, tab.name);
  }
  for (const bench of [0, 1]) assertEquals(rig.bench(bench).relay.counts().rooms, 0);
});

Deno.test("[Q7] when nobody says anything nothing waits at a link, however many came and went", async () => {
  const park = await talkingPark();
  const { rig } = park;
  for (let times = 0; times < 5; times++) {
    const cleo = await rig.join("Cleo", { bench: 1 });
    await rig.advance(1_000);
    cleo.stay.leave();
    await rig.advance(1_000);
  }
  for (const bench of [0, 1]) assertEquals(rig.bench(bench).park.counts().pendingBytes, 0);
  await endAll(park);
});

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}
