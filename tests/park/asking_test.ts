// Who has this label? Benches that ask and answer each other over a bus in memory: one, several, none, too many, and lies.

import { assert, assertEquals } from "@std/assert";
import { boxKeyPair } from "../../lib/nacl.ts";
import { answerSubject, WHO_SUBJECT } from "../../lib/park/subjects.ts";
import { encodeQuestion, parseQuestion, sealWhoAnswer } from "../../lib/park/who.ts";
import {
  type FoundBench,
  INBOX_BURST,
  INBOX_PER_SECOND,
  WHO_ANSWERS_PER_SECOND,
  WHO_MS,
} from "../../lib/wire/mod.ts";
import { Page, ParkPlace, strangeBench } from "../support/park_place.ts";
import { rigRoom } from "../support/relay_rig.ts";

const found = (page: Page) => {
  const [said, ...more] = page.said.filter((each) => each.t === "whois");
  assertEquals(more, []);
  if (said?.t !== "whois") return undefined;
  return said.found === "busy" ? "busy" : said.found;
};
const listOf = (page: Page): readonly FoundBench[] => {
  const told = found(page);
  if (!Array.isArray(told)) throw new Error("no list was told");
  return told as readonly FoundBench[];
};
const answersIn = (place: ParkPlace, from = 0) =>
  place.wire.slice(from).filter(({ subject }) => subject.startsWith("bt1.r.")).length;

Deno.test("[W2] the asker waits the full two seconds, and is told label, fingerprint and address of who answered", () => {
  const place = new ParkPlace(3);
  const [asker, oak] = place.benches;
  const page = place.ask(asker!, "bench-1");
  place.run(WHO_MS - 100);
  assertEquals([WHO_MS, found(page)], [2_000, undefined]);
  place.run(100);
  assertEquals(found(page), [{
    label: "bench-1",
    fp: oak!.identity.fingerprint,
    url: "https://bench-1.example",
  }]);
  assertEquals([place.clock.timers, asker!.bus.subscriptions], [0, 2]);
});

Deno.test("[W2] a question that is lost is asked once more, as the very same bytes; one that is answered is not", () => {
  const place = new ParkPlace(2);
  const asked = () => place.wire.filter(({ subject }) => subject === WHO_SUBJECT);
  place.wires.tamper = () => [];
  const page = place.ask(place.benches[0]!, "bench-1");
  place.wires.tamper = (message) => [message];
  place.run(WHO_MS);
  assertEquals(listOf(page).length, 1);
  assertEquals(asked().map(({ bytes }) => bytes), [asked()[0]!.bytes, asked()[0]!.bytes]);
  place.ask(place.benches[0]!, "bench-1");
  place.run(WHO_MS);
  assertEquals([asked().length, place.clock.timers], [3, 0]);
});

Deno.test("[W2] two benches with one label are both told of, and none where nobody has it", () => {
  const place = new ParkPlace(1);
  place.add({ label: "oak" });
  place.add({ label: "oak", url: "" });
  const pages = [place.ask(place.benches[0]!, "oak"), place.ask(place.benches[0]!, "elm")];
  place.run(WHO_MS);
  const both = listOf(pages[0]!);
  assertEquals(
    both.map(({ fp, url }) => [fp, url]),
    [
      [place.benches[1]!.identity.fingerprint, "https://bench-1.example"],
      [place.benches[2]!.identity.fingerprint, ""],
    ],
  );
  assertEquals(found(pages[1]!), []);
});

Deno.test("[W1] a bench answers what asks for its own label, and not its own question", () => {
  const place = new ParkPlace(2);
  const page = place.ask(place.benches[0]!, "bench-0");
  place.run(WHO_MS);
  assertEquals([found(page), answersIn(place)], [[], 0]);
});

Deno.test("[W1] [T3] nothing on the bus holds a label, a fingerprint or an address", () => {
  const place = new ParkPlace(1);
  const oak = place.add({ label: "telling-label", url: "https://telling.example" });
  place.ask(place.benches[0]!, "telling-label");
  place.run(WHO_MS);
  assertEquals(answersIn(place), 1);
  for (const { subject, bytes } of place.wire) {
    const text = subject + new TextDecoder("latin1").decode(bytes);
    assert(!text.includes("telling"));
    assert(!bytes.toHex().includes(oak.identity.fingerprint.toHex()));
  }
});

Deno.test("[W3] forged and recorded answers are none; the true one counts beside them", () => {
  const place = new ParkPlace(2);
  const [asker, oak] = place.benches;
  const liar = strangeBench(1);
  const page = place.ask(asker!, "bench-1");
  const asked = parseQuestion(place.wire.at(-1)!.bytes)!;
  const subject = answerSubject(asked.ephemeralPublicKey);
  const other = parseQuestion(
    encodeQuestion("bench-1", asked.ephemeralPublicKey, place.random(16)),
  )!;
  const lies = [
    // Signed over another question, under another label, and cut.
    sealWhoAnswer(
      other,
      { identity: liar, label: "bench-1", url: "" },
      boxKeyPair(place.random(32)),
      place.random(24),
    )!,
    sealWhoAnswer(
      asked,
      { identity: liar, label: "elm", url: "" },
      boxKeyPair(place.random(32)),
      place.random(24),
    )!,
    new Uint8Array(1_096),
    new Uint8Array(3),
  ];
  for (const lie of lies) place.wires.inject(subject, lie);
  place.run(WHO_MS);
  const told = listOf(page);
  assertEquals(told.map(({ fp }) => fp), [oak!.identity.fingerprint]);
});

Deno.test("[W2] whoever answers with keys of their own stands beside the true bench: two, which the tab refuses", () => {
  const place = new ParkPlace(2);
  const liar = strangeBench(2);
  const page = place.ask(place.benches[0]!, "bench-1");
  const asked = parseQuestion(place.wire.at(-1)!.bytes)!;
  const subject = answerSubject(asked.ephemeralPublicKey);
  const bench = { identity: liar, label: "bench-1", url: "https://evil.example" };
  for (let copies = 0; copies < 3; copies++) {
    const lie = sealWhoAnswer(asked, bench, boxKeyPair(place.random(32)), place.random(24))!;
    place.wires.inject(subject, lie);
  }
  place.run(WHO_MS);
  const told = listOf(page);
  assertEquals(told.length, 2);
});

Deno.test("[W3] a flood of answers is opened 32 times at most, and four benches are told of", () => {
  const place = new ParkPlace(1);
  const page = place.ask(place.benches[0]!, "oak");
  const asked = parseQuestion(place.wire.at(-1)!.bytes)!;
  const subject = answerSubject(asked.ephemeralPublicKey);
  for (let i = 0; i < 10; i++) {
    const bench = { identity: strangeBench(10 + i), label: "oak", url: "" };
    const answer = sealWhoAnswer(asked, bench, boxKeyPair(place.random(32)), place.random(24))!;
    place.wires.inject(subject, answer);
  }
  place.settle();
  const looks = place.looks;
  assert(looks <= 5);
  place.run(WHO_MS);
  const told = listOf(page);
  assertEquals(told.length, 4);
  // Rubbish first: after 32 looks nothing more is opened, the true one included.
  const drowned = place.ask(place.benches[0]!, "oak");
  const again = parseQuestion(place.wire.at(-1)!.bytes)!;
  const there = answerSubject(again.ephemeralPublicKey);
  for (let i = 0; i < 32; i++) place.wires.inject(there, new Uint8Array(1_096).fill(i));
  const bench = { identity: strangeBench(9), label: "oak", url: "" };
  place.wires.inject(
    there,
    sealWhoAnswer(again, bench, boxKeyPair(place.random(32)), place.random(24))!,
  );
  place.run(WHO_MS);
  assertEquals([found(drowned), place.looks], [[], looks]);
});

Deno.test("[Q1] sixteen questions of our own at once; one more is busy, and each that ended makes room", () => {
  const place = new ParkPlace(1);
  const [bench] = place.benches;
  const pages = Array.from({ length: 17 }, () => place.ask(bench!, "oak"));
  assertEquals(pages.map(found), [...Array.from({ length: 16 }, () => undefined), "busy"]);
  assertEquals(bench!.bus.subscriptions, 2 + 16);
  place.run(WHO_MS);
  assertEquals(bench!.bus.subscriptions, 2);
  assertEquals(found(place.ask(bench!, "oak")), undefined);
});

Deno.test("[Q3] five answers at once and five a second; other benches' questions are not forgotten for it", () => {
  const place = new ParkPlace(1);
  const ask = () => {
    const ephemeral = boxKeyPair(place.random(32));
    const question = encodeQuestion("bench-0", ephemeral.publicKey, place.random(16));
    place.wires.inject(WHO_SUBJECT, question);
  };
  for (let i = 0; i < 20; i++) ask();
  place.settle();
  assertEquals(answersIn(place), WHO_ANSWERS_PER_SECOND);
  place.clock.advance(1_000);
  for (let i = 0; i < 20; i++) ask();
  place.settle();
  assertEquals([WHO_ANSWERS_PER_SECOND, answersIn(place)], [5, 10]);
});

Deno.test("[Q2] questions are counted before they are read: a flood of rubbish takes the place of true ones for a moment, no longer", () => {
  const place = new ParkPlace(2);
  const flood = () => {
    for (let i = 0; i < INBOX_BURST; i++) place.wires.inject(WHO_SUBJECT, new Uint8Array(100));
    place.settle();
  };
  flood();
  place.run(20);
  const page = place.ask(place.benches[0]!, "bench-1");
  // It is asked once more after 700 ms; the flood goes on.
  place.run(690);
  flood();
  place.run(10);
  place.run(WHO_MS - 700);
  assertEquals(found(page), []);
  assertEquals(INBOX_PER_SECOND, 20);
  place.clock.advance(1_000);
  const again = place.ask(place.benches[0]!, "bench-1");
  place.run(WHO_MS);
  assertEquals(found(again)?.length, 1);
});

Deno.test("[T12] a bench with PAIRING=off answers no question", () => {
  const place = new ParkPlace(1);
  const off = place.add({ label: "oak", isPairingOn: false });
  const page = place.ask(place.benches[0]!, "oak");
  place.run(WHO_MS);
  assertEquals([found(page), off.bus.subscriptions, answersIn(place)], [[], 0, 0]);
  // And asks none.
  const before = place.wire.length;
  const own = place.ask(off, "bench-0");
  assertEquals([found(own), place.wire.length - before], [[], 0]);
});

Deno.test("[K9] a question out of a private room, or of none, puts nothing on the bus", () => {
  const place = new ParkPlace(2);
  const [asker] = place.benches;
  const { roomId } = place.open(asker!, 5, false);
  for (const room of [roomId, rigRoom(6).roomId, null]) {
    const page = new Page(room);
    asker!.park.onRequest(page, { t: "who", label: "bench-1" });
    place.run(WHO_MS);
    assertEquals([found(page), place.wire.length], [[], 0]);
  }
});

Deno.test("a park that stops lets go of its questions, and tells nobody", async () => {
  const place = new ParkPlace(1);
  const page = place.ask(place.benches[0]!, "oak");
  await place.benches[0]!.park.stop();
  place.run(WHO_MS);
  assertEquals([page.said, place.clock.timers], [[], 0]);
});
