// The bus over NATS when something is wrong: servers that are away, stand still, take too little, are not for benches, or are
// not NATS at all. Nothing is queued, every wait and buffer has an end, and a close leaves nothing behind.

import { assertEquals, assertMatch } from "@std/assert";
import type { BusStatus } from "../../lib/park/bus.ts";
import { type Bytes, MIN_BUS_PAYLOAD_BYTES, utf8 } from "../../lib/wire/mod.ts";
import { FakeNats, type FakeNatsSetup } from "../support/fake_nats.ts";
import { settleBuses, watchBus } from "../support/nats_place.ts";
import { NatsServer } from "../support/nats_server.ts";
import { printedBy } from "../support/printed_by.ts";
import { TcpValve } from "../support/tcp_valve.ts";
import { ThrowawayCerts } from "../support/throwaway_certs.ts";
import { until } from "../support/until.ts";

/** What the park promises: a dead connection is known to be dead by then. */
const DEAD_WITHIN_MS = 30_000;

/** A bus that is told to close does not wait for whoever it is dialling. */
const CLOSES_WITHIN_MS = 1_000;

/** What may be under way in the buffers of the two systems: Linux grows each to a few MiB. */
const SYSTEM_BUFFERS_BYTES = 24 * 1024 * 1024;
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

async function closesSoon(bus: { close(): Promise<void> }): Promise<void> {
  const startMs = performance.now();
  await bus.close();
  assertEquals(performance.now() - startMs < CLOSES_WITHIN_MS, true);
}

const tags = (told: readonly BusStatus[]) => told.map(({ tag }) => tag);

Deno.test("a server that is away at the start is joined when it comes, and nothing is said of it", async () => {
  await using server = await NatsServer.start();
  await server.kill();
  await using watched = watchBus(server.address);
  const heard: string[] = [];
  watched.bus.subscribe("bt1.x", (bytes) => heard.push(new TextDecoder().decode(bytes)));
  assertEquals(watched.bus.publish("bt1.x", utf8("early")), false);
  await server.restart();
  await watched.is("up");
  await settleBuses([watched.bus]);
  watched.bus.publish("bt1.x", utf8("heard"));
  await until(() => heard.length > 0, "a message");
  assertEquals([heard, tags(watched.told), watched.said], [["heard"], ["up"], []]);
});

Deno.test("another address is tried when one is away", async () => {
  await using away = await NatsServer.start();
  await away.kill();
  await using server = await NatsServer.start();
  await using watched = watchBus(`${away.address}, ${server.address}`);
  await watched.is("up");
});

Deno.test("an address that is a name is found", async () => {
  await using server = await NatsServer.start();
  await using watched = watchBus(`localhost:${server.port()}`);
  await watched.is("up");
});

/** Freezes `server` under a bus that is up there by `peers`, and holds it to everything that the next test says. */
async function standsStill(server: NatsServer, peers: string, ca: string | null): Promise<void> {
  await using watched = watchBus(peers, { ca });
  await watched.is("up");
  server.freeze();
  const startMs = performance.now();
  const bytes = new Uint8Array(MIN_BUS_PAYLOAD_BYTES);
  let takenBytes = 0;
  // The system takes some more each time that its buffers grew.
  for (let refusals = 0; refusals < 20 && watched.bus.status.tag === "up";) {
    if (watched.bus.publish("bt1.x", bytes)) takenBytes += bytes.length;
    else refusals++;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assertEquals(takenBytes > MAX_WAITING_BYTES - bytes.length, true);
  assertEquals(takenBytes < MAX_WAITING_BYTES + SYSTEM_BUFFERS_BYTES, true, `${takenBytes}`);
  assertEquals(watched.bus.status.tag, "up");
  await watched.is("away", DEAD_WITHIN_MS);
  assertEquals(performance.now() - startMs < DEAD_WITHIN_MS, true);
  // By now it dials again, and nobody answers.
  await closesSoon(watched.bus);
  server.thaw();
}

Deno.test("a server that stands still takes a bounded amount, is known to be dead in time and leaves nothing, by TCP, TLS and WebSocket", async () => {
  await using certs = await ThrowawayCerts.make();
  await using plain = await NatsServer.start();
  await using secure = await NatsServer.start({ tls: certs.files });
  await using web = await NatsServer.start({ hasWebSocket: true });
  // At once, because each takes what a dead connection takes.
  await Promise.all([
    standsStill(plain, plain.address, null),
    standsStill(secure, secure.address, await certs.caText()),
    standsStill(web, `ws://127.0.0.1:${web.port("websocket")}`, null),
  ]);
});

Deno.test("a wire that is gone without a word is known to be dead in time, and then nothing late arrives", async () => {
  await using server = await NatsServer.start();
  await using valve = TcpValve.to({ port: server.port() });
  await using near = watchBus(server.address);
  await using far = watchBus(`nats://127.0.0.1:${valve.port}`);
  const heard: string[] = [];
  far.bus.subscribe("bt1.x", (bytes) => heard.push(new TextDecoder().decode(bytes)));
  await near.is("up");
  await far.is("up");
  await settleBuses([near.bus, far.bus]);
  valve.hold();
  near.bus.publish("bt1.x", utf8("into the dark"));
  await far.is("away", DEAD_WITHIN_MS);
  valve.open();
  await far.is("up");
  await settleBuses([near.bus, far.bus]);
  near.bus.publish("bt1.x", utf8("heard"));
  await until(() => heard.length > 0, "a message");
  assertEquals(heard, ["heard"]);
});

Deno.test("a server that takes too little is refused, said once, and joined when it takes enough", async () => {
  await using server = await NatsServer.start({ maxPayloadBytes: MIN_BUS_PAYLOAD_BYTES - 1 });
  await using watched = watchBus(server.address);
  await watched.is("refused");
  assertEquals(watched.bus.status, { tag: "refused", why: "payload-too-small" });
  assertEquals(watched.bus.publish("bt1.x", utf8("x")), false);
  await server.restart({ maxPayloadBytes: MIN_BUS_PAYLOAD_BYTES });
  await watched.is("up", 20_000);
  const longest = new Uint8Array(MIN_BUS_PAYLOAD_BYTES).fill(7);
  const heard: Bytes[] = [];
  watched.bus.subscribe("bt1.x", (bytes) => heard.push(bytes));
  watched.bus.publish("bt1.x", longest);
  await until(() => heard.length > 0, "the longest message");
  assertEquals(heard, [longest]);
  assertEquals(watched.said, [
    `The NATS server at 127.0.0.1:${server.port()} takes too little in one message: max_payload must be at least 270000.`,
  ]);
});

/** An address of this machine that no other test has, so that the number 4222 can be used on it. */
function hostOfOurOwn(): string {
  const [a, b, c] = crypto.getRandomValues(new Uint8Array(3));
  return `127.${1 + a! % 254}.${b}.${1 + c! % 254}`;
}

for (const hasTls of [false, true]) {
  Deno.test(`[N3] a route port ${hasTls ? "with" : "without"} TLS is known, said once, and the client port beside it is taken`, async () => {
    await using certs = await ThrowawayCerts.make();
    const host = hostOfOurOwn();
    await using server = await NatsServer.start({
      host,
      clientPort: 4222,
      routes: [],
      ...(hasTls ? { routeTls: certs.files } : {}),
    });
    await using watched = watchBus(`me:hunter2@${host}:${server.port("route")}`);
    await watched.is("up");
    await server.restart();
    await watched.is("away");
    await watched.is("up");
    const where = `The NATS server at ${host}:${server.port("route")}`;
    assertEquals(watched.said, [
      hasTls
        ? `${where} says nothing, as where servers meet each other over TLS; ${host}:4222 is tried as well.`
        : `${where} takes other servers there, not benches; ${host}:4222 is tried instead.`,
    ]);
    assertEquals(server.log.includes("attempted to connect to route port"), false);
  });
}

Deno.test("a leaf node's port is known as well, also where no client port is beside it", async () => {
  await using server = await NatsServer.start({ host: hostOfOurOwn(), hasLeafPort: true });
  await using watched = watchBus(`${server.host("leaf")}:${server.port("leaf")}`);
  await until(() => watched.said.length > 0, "a line");
  assertMatch(watched.said[0]!, /takes other servers there, not benches; 127\.\S+:4222 is tried/);
  assertEquals(watched.bus.status.tag, "away");
});

Deno.test("a server that says only in the end that its port is for servers is believed", async () => {
  await using fake = new FakeNats({ answeredPings: 0 });
  await using watched = watchBus(fake.address);
  await until(() => fake.open > 0, "a connection");
  await fake.send("-ERR 'attempted to connect to route port'\r\n");
  fake.hangUp();
  await until(() => watched.said.length > 0, "a line");
  assertMatch(watched.said[0]!, /takes other servers there/);
});

const STUCK: Readonly<Record<string, FakeNatsSetup>> = {
  "says nothing": { info: null },
  "wants TLS and says nothing more": { info: { tls_required: true } },
  "does not answer the login": { answeredPings: 0 },
};

for (const [what, setup] of Object.entries(STUCK)) {
  Deno.test(`somebody who ${what} costs one connection at a time, and a close waits for nobody`, async () => {
    await using fake = new FakeNats(setup);
    const watched = watchBus(fake.address);
    await until(() => fake.accepted === 3, "a third attempt", 30_000);
    assertEquals(fake.open, 1);
    assertEquals([watched.told, watched.said.length], [[], setup.info === null ? 1 : 0]);
    await closesSoon(watched.bus);
    await until(() => fake.open === 0, "the last connection ends");
  });
}

Deno.test("a close with a last word under way does not hang on a server that answers nothing more", async () => {
  // The login and what makes it up are answered, the close is not.
  await using fake = new FakeNats({ answeredPings: 2 });
  const watched = watchBus(fake.address);
  await watched.is("up");
  assertEquals(watched.bus.publish("bt1.x", utf8("last")), true);
  await closesSoon(watched.bus);
  await until(() => fake.open === 0, "the connection ends");
  assertEquals([fake.pings, tags(watched.told), watched.said], [3, ["up"], []]);
});

Deno.test("a close with a last word under way is over when the connection is", async () => {
  await using fake = new FakeNats({ answeredPings: 2 });
  const watched = watchBus(fake.address);
  await watched.is("up");
  watched.bus.publish("bt1.x", utf8("last"));
  const closing = watched.bus.close();
  fake.hangUp();
  await closing;
  // Nothing is dialled any more.
  assertEquals([fake.accepted, tags(watched.told), watched.said], [1, ["up"], []]);
});

Deno.test("a connection that ends between the login and the first answer is over, and so is a close then", async () => {
  await using fake = new FakeNats({ answeredPings: 1 });
  const watched = watchBus(fake.address);
  for (let attempt = 1; attempt <= 2; attempt++) {
    await until(() => fake.accepted === attempt && fake.pings === 2, "it waits for an answer");
    fake.hangUp();
  }
  await until(() => fake.accepted === 3 && fake.pings === 2, "it waits for an answer");
  assertEquals(watched.told, []);
  await closesSoon(watched.bus);
});

const NONSENSE: Readonly<Record<string, string>> = {
  "greets like a web server": "HTTP/1.1 400 Bad Request\r\n\r\n",
  "says no JSON": "INFO {hunter2\r\n",
  "says JSON of another kind": "INFO [1]\r\n",
  "talks without a line's end": "INFO ".padEnd(2 ** 20, "x"),
};

for (const [what, info] of Object.entries(NONSENSE)) {
  Deno.test(`somebody who ${what} is nobody to talk to`, async () => {
    await using fake = new FakeNats({ info });
    await using watched = watchBus(fake.address);
    await until(() => fake.accepted === 3, "a third attempt");
    assertEquals([watched.told, watched.said], [[], []]);
  });
}

Deno.test("a server that talks nonsense once it is in is left, and nothing of it is printed", async () => {
  const printed = await printedBy(async () => {
    await using fake = new FakeNats();
    await using watched = watchBus(fake.address);
    for (const nonsense of ["MSG hunter2\r\n", "hunter2\r\n", "MSG bt1.x 1 -5\r\n", "INFO {\r\n"]) {
      await watched.is("up");
      const before = watched.told.length;
      await fake.send(nonsense);
      await until(() => watched.told.length > before, `the bus leaves after ${nonsense}`);
    }
  });
  assertEquals(printed, []);
});

Deno.test("a message longer than any is cut off", async () => {
  await using fake = new FakeNats();
  await using watched = watchBus(fake.address);
  watched.bus.subscribe("bt1.x", () => {});
  await watched.is("up");
  await fake.send("MSG bt1.x 1 900000000\r\n");
  const piece = new Uint8Array(1024 * 1024);
  let sentBytes = 0;
  while (watched.told.length < 2 && sentBytes < 32 * piece.length) {
    await fake.send(piece);
    sentBytes += piece.length;
  }
  await until(() => watched.told.length >= 2, "the bus leaves");
  assertEquals(tags(watched.told).slice(0, 2), ["up", "away"]);
});

Deno.test("a line that never ends is cut off", async () => {
  await using fake = new FakeNats();
  await using watched = watchBus(fake.address);
  await watched.is("up");
  await fake.send("INFO ");
  const piece = new Uint8Array(1024 * 1024).fill(120);
  let sentBytes = 0;
  while (watched.told.length < 2 && sentBytes < 32 * piece.length) {
    await fake.send(piece);
    sentBytes += piece.length;
  }
  await until(() => watched.told.length >= 2, "the bus leaves");
});

Deno.test("addresses of others that a server names are not dialled", async () => {
  await using other = new FakeNats();
  await using away = new FakeNats();
  const named = [`127.0.0.1:${other.port}`];
  const fake = new FakeNats({ info: { connect_urls: named } });
  await using watched = watchBus(`${fake.address}, ${away.address}`);
  await watched.is("up");
  await fake.send(`INFO ${JSON.stringify({ max_payload: 1_048_576, connect_urls: named })}\r\n`);
  await fake[Symbol.asyncDispose]();
  await until(() => away.accepted > 0, "the other address that an operator named");
  assertEquals(other.accepted, 0);
});

Deno.test("a server that lowers its bound while the bus is up is refused from then on", async () => {
  await using fake = new FakeNats();
  await using watched = watchBus(fake.address);
  await watched.is("up");
  await fake.send(`INFO ${JSON.stringify({ max_payload: 10 })}\r\n`);
  await until(() => !watched.bus.publish("bt1.x", new Uint8Array(11)), "a refused publish");
  await until(() => tags(watched.told).includes("away"), "the bus leaves");
});

Deno.test("a listener that throws harms no other, and is said once without what it threw", async () => {
  await using server = await NatsServer.start();
  await using watched = watchBus(server.address);
  const heard: number[] = [];
  watched.bus.subscribe("bt1.x", () => {
    throw new Error("hunter2");
  });
  watched.bus.subscribe("bt1.x", (bytes) => heard.push(bytes[0]!));
  await watched.is("up");
  for (const byte of [1, 2, 3]) watched.bus.publish("bt1.x", new Uint8Array([byte]));
  await until(() => heard.length === 3, "three messages");
  assertEquals(heard, [1, 2, 3]);
  assertEquals(watched.said, ["A message from the park failed inside the bench."]);
});
