// What every bus promises (lib/park/bus.ts), as tests that run on memory and on a real NATS server.

import { assertEquals, assertThrows } from "@std/assert";
import type { Bus, BusStatus } from "../../lib/park/bus.ts";
import { type Bytes, MIN_BUS_PAYLOAD_BYTES, toHex, utf8 } from "../../lib/wire/mod.ts";

/** Somewhere that buses stand on. */
export interface BusPlace extends AsyncDisposable {
  /** A bus of its own, up. */
  bus(): Promise<Bus>;
  /** Resolves when whatever was published and subscribed to before has taken effect at every bus that is up. */
  settle(): Promise<void>;
  /** Takes every connection away; resolves when every bus knows. */
  breakDown(): Promise<void>;
  /** Brings everything back; resolves when every bus is up. */
  comeBack(): Promise<void>;
}

const SUBJECT = "bt1.b.0123456789abcdef0123456789abcdef";

/** Notes what arrives, as text. */
function listener(): { readonly texts: string[]; readonly hear: (bytes: Bytes) => void } {
  const texts: string[] = [];
  return { texts, hear: (bytes) => texts.push(new TextDecoder().decode(bytes)) };
}

/** Declares the suite for one kind of place. */
export function testBus(name: string, open: () => Promise<BusPlace>): void {
  const test = (what: string, run: (place: BusPlace) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using place = await open();
      await run(place);
    });

  test("what one bus publishes reaches every subscriber once, in order, itself included", async (place) => {
    const [a, b, c] = [await place.bus(), await place.bus(), await place.bus()];
    const heard = [a, b].map((bus) => {
      const { texts, hear } = listener();
      bus.subscribe(SUBJECT, hear);
      return texts;
    });
    const unasked = listener();
    c.subscribe("bt1.b.other", unasked.hear);
    await place.settle();
    const expected = Array.from({ length: 200 }, (_, index) => `a${index}`);
    for (const text of expected) assertEquals(a.publish(SUBJECT, utf8(text)), true);
    await place.settle();
    for (const texts of heard) assertEquals(texts, expected);
    assertEquals(unasked.texts, []);
  });

  test("bytes of every kind and length come unchanged", async (place) => {
    const [a, b] = [await place.bus(), await place.bus()];
    const heard: string[] = [];
    b.subscribe(SUBJECT, (bytes) => heard.push(toHex(bytes)));
    await place.settle();
    const every = Uint8Array.from({ length: 256 }, (_, index) => index);
    const longest = new Uint8Array(MIN_BUS_PAYLOAD_BYTES).map((_, index) => index % 251);
    const sent = [new Uint8Array(0), every, utf8("\r\nPUB bt1.x 1\r\n+OK\r\n"), longest];
    for (const bytes of sent) assertEquals(a.publish(SUBJECT, bytes), true);
    await place.settle();
    assertEquals(heard, sent.map(toHex));
  });

  test("a subject is taken literally: neither what is below it nor what is above it arrives", async (place) => {
    const [a, b] = [await place.bus(), await place.bus()];
    const { texts, hear } = listener();
    b.subscribe("bt1.l.ab", hear);
    await place.settle();
    for (const subject of ["bt1.l", "bt1.l.a", "bt1.l.abc", "bt1.l.ab.c", "bt1.l.ab"]) {
      a.publish(subject, utf8(subject));
    }
    await place.settle();
    assertEquals(texts, ["bt1.l.ab"]);
  });

  test("two listeners on one subject both hear, until each is stopped; stopping twice is harmless", async (place) => {
    const [a, b] = [await place.bus(), await place.bus()];
    const [first, second] = [listener(), listener()];
    const stopFirst = b.subscribe(SUBJECT, first.hear);
    const stopSecond = b.subscribe(SUBJECT, second.hear);
    await place.settle();
    a.publish(SUBJECT, utf8("1"));
    await place.settle();
    stopFirst();
    stopFirst();
    a.publish(SUBJECT, utf8("2"));
    await place.settle();
    stopSecond();
    a.publish(SUBJECT, utf8("3"));
    await place.settle();
    assertEquals([first.texts, second.texts], [["1"], ["1", "2"]]);
  });

  test("a listener that stops itself hears nothing more, also of what has arrived already", async (place) => {
    const [a, b] = [await place.bus(), await place.bus()];
    const { texts, hear } = listener();
    const stop = b.subscribe(SUBJECT, (bytes) => {
      hear(bytes);
      stop();
    });
    await place.settle();
    for (const text of ["1", "2", "3"]) a.publish(SUBJECT, utf8(text));
    await place.settle();
    assertEquals(texts, ["1"]);
  });

  test("each listener may keep and change its bytes", async (place) => {
    const [a, b] = [await place.bus(), await place.bus()];
    const kept: Bytes[] = [];
    for (let index = 0; index < 2; index++) {
      b.subscribe(SUBJECT, (bytes) => {
        kept.push(bytes.slice());
        bytes.fill(0);
      });
    }
    const sent = utf8("unchanged");
    await place.settle();
    a.publish(SUBJECT, sent);
    await place.settle();
    assertEquals([...kept, sent].map((bytes) => new TextDecoder().decode(bytes)), [
      "unchanged",
      "unchanged",
      "unchanged",
    ]);
  });

  test("away: nothing is taken, nothing is queued, and what is subscribed to stands again afterwards", async (place) => {
    const [a, b] = [await place.bus(), await place.bus()];
    const [before, during] = [listener(), listener()];
    b.subscribe(SUBJECT, before.hear);
    await place.settle();
    await place.breakDown();
    assertEquals([a.status.tag, b.status.tag], ["away", "away"]);
    assertEquals(a.publish(SUBJECT, utf8("lost")), false);
    b.subscribe(SUBJECT, during.hear);
    const stop = b.subscribe(SUBJECT, () => {
      throw new Error("stopped while it was away");
    });
    stop();
    await place.comeBack();
    await place.settle();
    assertEquals(a.publish(SUBJECT, utf8("heard")), true);
    await place.settle();
    assertEquals([before.texts, during.texts], [["heard"], ["heard"]]);
  });

  test("every change of status is told once, to the listener that was set last", async (place) => {
    const bus = await place.bus();
    assertEquals(bus.status.tag, "up");
    const told: BusStatus["tag"][] = [];
    bus.onStatus(() => told.push("refused"));
    bus.onStatus((status) => {
      assertEquals(status, bus.status);
      told.push(status.tag);
    });
    await place.breakDown();
    await place.comeBack();
    assertEquals(told, ["away", "up"]);
  });

  test("after its close a bus is away for good and calls nobody", async (place) => {
    const [a, b] = [await place.bus(), await place.bus()];
    const { texts, hear } = listener();
    b.subscribe(SUBJECT, hear);
    b.onStatus(() => texts.push("status"));
    await place.settle();
    a.publish(SUBJECT, utf8("under way"));
    await b.close();
    await b.close();
    const stop = b.subscribe(SUBJECT, hear);
    stop();
    a.publish(SUBJECT, utf8("later"));
    await place.settle();
    // Bytes that were under way may have come before the close, and nothing after it.
    assertEquals(texts.filter((text) => text !== "under way"), []);
    assertEquals([b.status.tag, b.publish(SUBJECT, utf8("x"))], ["away", false]);
  });

  test("what was published in the moment of a close still arrives: the last word of a bench that stops", async (place) => {
    // The third stands where the first does: what it says afterwards goes the same way, and so comes later.
    const [a, b, c] = [await place.bus(), await place.bus(), await place.bus()];
    const { texts, hear } = listener();
    b.subscribe(SUBJECT, hear);
    await place.settle();
    const expected = Array.from({ length: 64 }, (_, index) => `last ${index}`);
    for (const text of expected) assertEquals(a.publish(SUBJECT, utf8(text)), true);
    const closing = [a.close(), a.close()];
    assertEquals([a.status.tag, a.publish(SUBJECT, utf8("after"))], ["away", false]);
    await Promise.all(closing);
    await place.settle();
    assertEquals([texts, c.status.tag], [expected, "up"]);
  });

  test("a call that is a mistake throws, up and away alike", async (place) => {
    const bus = await place.bus();
    const tryAll = () => {
      for (
        const subject of [
          "",
          "bt1.>",
          "bt1.*",
          "bt1 x",
          "bt1.X",
          "bt1.\r\n",
          "bt1..x",
          ".bt1",
          "bt1.",
          "b".repeat(65),
        ]
      ) {
        assertThrows(() => bus.publish(subject, new Uint8Array(1)), TypeError);
        assertThrows(() => bus.subscribe(subject, () => {}), TypeError);
      }
      const tooLong = new Uint8Array(MIN_BUS_PAYLOAD_BYTES + 1);
      assertThrows(() => bus.publish(SUBJECT, tooLong), RangeError);
    };
    tryAll();
    await place.breakDown();
    tryAll();
  });
}
