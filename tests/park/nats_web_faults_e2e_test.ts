// The bus over WebSocket when whoever answers is hostile: what a server can make a bench hold, print or fail at is bounded there
// as it is over TCP (nats_faults_e2e_test.ts).

import { assertEquals } from "@std/assert";
import { type Bytes, MIN_BUS_PAYLOAD_BYTES, utf8 } from "../../lib/wire/mod.ts";
import { FakeWebNats } from "../support/fake_web_nats.ts";
import { MuteWebServer, unfinishedFrame } from "../support/mute_web_server.ts";
import { settleBuses, watchBus, type WatchedBus } from "../support/nats_place.ts";
import { NatsServer } from "../support/nats_server.ts";
import { printedBy } from "../support/printed_by.ts";
import { until } from "../support/until.ts";

const MIB_BYTES = 1024 * 1024;

/** What is cut after 8 MiB, and what may be between the two systems by then. */
const CUT_WITHIN_BYTES = 16 * MIB_BYTES;

/** What a NATS server may put into one message, and so the most that is gathered of one. */
const GATHERED_AT_MOST_BYTES = 64 * MIB_BYTES;

/** Well below the 5 s after which an attempt ends by itself. */
const CUT_WITHIN_MS = 2_000;

/** Sends one MiB after the other until the bus leaves; returns how many bytes that took. */
async function pourUntilAway(fake: FakeWebNats, { told }: WatchedBus): Promise<number> {
  const piece = new Uint8Array(MIB_BYTES).fill(120);
  const before = told.length;
  let sentBytes = 0;
  while (told.length === before && sentBytes < 2 * CUT_WITHIN_BYTES) {
    await fake.send(piece);
    sentBytes += piece.length;
  }
  await until(() => told.length > before, "the bus leaves", CUT_WITHIN_MS);
  return sentBytes;
}

for (
  const [what, start] of Object.entries({
    "a line that never ends": "INFO ",
    // The package itself refuses 64 MiB.
    "a message longer than any": "MSG bt1.x 1 60000000\r\n",
  })
) {
  Deno.test(`over WebSocket, ${what} is cut off, and nothing of it is printed`, async () => {
    const printed = await printedBy(async () => {
      await using fake = new FakeWebNats();
      await using watched = watchBus(fake.address);
      watched.bus.subscribe("bt1.x", () => {});
      await watched.is("up");
      await fake.send(utf8(start));
      const sentBytes = await pourUntilAway(fake, watched);
      assertEquals(sentBytes < CUT_WITHIN_BYTES, true, `${sentBytes}`);
      assertEquals(watched.bus.status.tag, "away");
    });
    assertEquals(printed, []);
  });
}

Deno.test("over WebSocket, first words without a line's end are cut off long before the attempt is over", async () => {
  await using fake = new FakeWebNats({ info: "INFO ".padEnd(MIB_BYTES, "x") });
  await using watched = watchBus(fake.address);
  await until(() => fake.accepted === 1, "a connection");
  await until(() => fake.open === 0, "its end", CUT_WITHIN_MS);
  assertEquals([watched.told, watched.said], [[], []]);
});

Deno.test("over WebSocket, first words in thousands of pieces are cut off as well", async () => {
  await using fake = new FakeWebNats({ info: "I" });
  await using _watched = watchBus(fake.address);
  await until(() => fake.accepted === 1, "a connection");
  const startMs = performance.now();
  let pieces = 0;
  while (fake.accepted === 1 && fake.open === 1 && pieces < 3_000) {
    await fake.send(utf8("N"));
    pieces++;
  }
  assertEquals(pieces < 3_000, true);
  assertEquals(performance.now() - startMs < CUT_WITHIN_MS, true);
});

for (
  const [what, info] of Object.entries({
    "no JSON": "INFO {hunter2\r\n",
    "JSON of another kind": "INFO [1]\r\n",
    "an answer before a question": "PONG\r\n",
  })
) {
  Deno.test(`over WebSocket, somebody who says ${what} is nobody to talk to`, async () => {
    const printed = await printedBy(async () => {
      await using fake = new FakeWebNats({ info });
      await using watched = watchBus(fake.address);
      await until(() => fake.accepted === 3, "a third attempt");
      assertEquals([watched.told, watched.said], [[], []]);
    });
    assertEquals(printed, []);
  });
}

Deno.test("over WebSocket, a server that talks nonsense once it is in is left, and nothing of it is printed", async () => {
  const printed = await printedBy(async () => {
    await using fake = new FakeWebNats();
    await using watched = watchBus(fake.address);
    for (const nonsense of ["MSG hunter2\r\n", "hunter2\r\n", "MSG bt1.x 1 -5\r\n", "INFO {\r\n"]) {
      await watched.is("up");
      const before = watched.told.length;
      await fake.send(utf8(nonsense));
      await until(() => watched.told.length > before, `the bus leaves after ${nonsense}`);
    }
  });
  assertEquals(printed, []);
});

Deno.test("over WebSocket, a text message is no piece of NATS: not taken as a number of bytes, and no fault of the bench", async () => {
  const printed = await printedBy(async () => {
    await using fake = new FakeWebNats();
    await using watched = watchBus(fake.address);
    for (const text of ["x", "200000000", "5000000000000"]) {
      await watched.is("up");
      const before = watched.told.length;
      await fake.send(text);
      await until(() => watched.told.length > before, `the bus leaves after ${text}`);
    }
  });
  assertEquals(printed, []);
});

Deno.test("over WebSocket, more honest bytes than may come unexplained all arrive", async () => {
  await using server = await NatsServer.start({ hasWebSocket: true });
  const peers = `ws://127.0.0.1:${server.port("websocket")}`;
  await using from = watchBus(peers);
  await using to = watchBus(peers);
  const heard: Bytes[] = [];
  to.bus.subscribe("bt1.x", (bytes) => heard.push(bytes));
  await Promise.all([from.is("up"), to.is("up")]);
  await settleBuses([from.bus, to.bus]);
  const count = Math.ceil(2 * CUT_WITHIN_BYTES / MIN_BUS_PAYLOAD_BYTES);
  for (let index = 0; index < count; index++) {
    const bytes = new Uint8Array(MIN_BUS_PAYLOAD_BYTES).fill(index);
    await until(() => from.bus.publish("bt1.x", bytes), "room for one more");
  }
  await until(() => heard.length === count, "everything");
  const isWhole = (bytes: Bytes, index: number) =>
    bytes.length === MIN_BUS_PAYLOAD_BYTES && bytes.every((byte) => byte === index % 256);
  assertEquals(heard.every(isWhole), true);
  assertEquals([from.told.length, to.told.length], [1, 1]);
});

Deno.test("over WebSocket, a message that goes on in pieces without end is cut off", async () => {
  await using mute = await MuteWebServer.start();
  await using _watched = watchBus(mute.address);
  await until(() => mute.open.length === 1, "a connection");
  const [first] = mute.open;
  const payload = new Uint8Array(65_535);
  let sentBytes = 0;
  for (; !first!.destroyed && sentBytes < 2 * GATHERED_AT_MOST_BYTES;) {
    await mute.write(unfinishedFrame(payload, sentBytes === 0));
    sentBytes += payload.length;
  }
  assertEquals(sentBytes < GATHERED_AT_MOST_BYTES + CUT_WITHIN_BYTES, true, `${sentBytes}`);
});

Deno.test("over WebSocket, a server that answers no close keeps no socket of ours", async () => {
  await using mute = await MuteWebServer.start();
  {
    await using _watched = watchBus(mute.address);
    await until(() => mute.open.length === 1, "a connection");
  }
  await until(() => mute.open.length === 0, "its end", CUT_WITHIN_MS);
});
