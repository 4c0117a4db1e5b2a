// How a bench is let into NATS: login in the address, nkey, creds, TLS; what it says where it is not; and that none of it
// stands in what is said. All under the very permissions of a bench at the end.

import { assertEquals, assertMatch } from "@std/assert";
import type { NatsAccess } from "../../lib/park/mod.ts";
import { utf8 } from "../../lib/wire/mod.ts";
import { newNatsOperator, newNkey } from "../support/nats_operator.ts";
import { settleBuses, watchBus, type WatchedBus } from "../support/nats_place.ts";
import { NatsServer } from "../support/nats_server.ts";
import { fromRepository, tasks } from "../support/repository.ts";
import { ThrowawayCerts } from "../support/throwaway_certs.ts";
import { until } from "../support/until.ts";

/** It hears itself: let in, and to these subjects. */
async function talks(watched: WatchedBus): Promise<void> {
  await watched.is("up");
  await settleBuses([watched.bus]);
  assertEquals([watched.told, watched.said], [[{ tag: "up" }], []]);
}

async function isNotLetIn(watched: WatchedBus, server: NatsServer): Promise<void> {
  await watched.is("refused");
  assertEquals(watched.bus.status, { tag: "refused", why: "not-let-in" });
  assertEquals(watched.bus.publish("bt1.x", utf8("x")), false);
  assertEquals(watched.said, [
    `The NATS server at 127.0.0.1:${server.port()} does not let this bench in, or not to the subjects below bt1.`,
  ]);
}

const PARK_ONLY = `permissions: { publish: "bt1.>", subscribe: "bt1.>" }`;

Deno.test("a password in the address lets in, another or none does not, and neither is said", async () => {
  await using server = await NatsServer.start({
    config: `authorization { users: [ { user: "me", password: "p@ss,word", ${PARK_ONLY} } ] }`,
  });
  const host = `127.0.0.1:${server.port()}`;
  await using good = watchBus(`nats://me:p%40ss%2Cword@${host}`);
  await talks(good);
  for (const login of ["me:hunter2@", "hunter2@", ""]) {
    await using bad = watchBus(`${login}${host}`);
    await isNotLetIn(bad, server);
  }
});

Deno.test("a token in the address lets in", async () => {
  await using server = await NatsServer.start({ config: `authorization { token: "s3cr3t" }` });
  await using good = watchBus(`s3cr3t@127.0.0.1:${server.port()}`);
  await talks(good);
});

Deno.test("who is refused is let in once the server's keeper has mended it", async () => {
  await using server = await NatsServer.start({ config: `authorization { token: "old-one" }` });
  await using watched = watchBus(`n3w@127.0.0.1:${server.port()}`);
  await isNotLetIn(watched, server);
  await server.restart({ config: `authorization { token: "n3w" }` });
  await watched.is("up", 20_000);
});

Deno.test("an nkey lets in, another does not, and an open server does not mind one", async () => {
  const nkey = newNkey();
  await using server = await NatsServer.start({
    config: `authorization { users: [ { nkey: "${nkey.publicKey}", ${PARK_ONLY} } ] }`,
  });
  await using good = watchBus(server.address, { nkey: nkey.seed });
  await talks(good);
  await using bad = watchBus(server.address, { nkey: newNkey().seed });
  await isNotLetIn(bad, server);
  await using open = await NatsServer.start();
  await using unasked = watchBus(open.address, { nkey: nkey.seed });
  await talks(unasked);
});

Deno.test("a creds file lets in, one from elsewhere does not", async () => {
  const { config, creds, foreignCreds } = newNatsOperator();
  await using server = await NatsServer.start({ config });
  await using good = watchBus(server.address, { creds });
  await talks(good);
  await using bad = watchBus(server.address, { creds: foreignCreds });
  await isNotLetIn(bad, server);
});

Deno.test("who may not subscribe or publish below bt1 counts as not let in", async () => {
  const users = ["publish", "subscribe"].map((what) =>
    `{ user: "no_${what}", password: "x", permissions: { ${what}: { deny: "bt1.>" } } }`
  );
  await using server = await NatsServer.start({
    config: `authorization { users: [ ${users.join(", ")} ] }`,
  });
  const host = `127.0.0.1:${server.port()}`;
  await using deaf = watchBus(`no_subscribe:x@${host}`);
  deaf.bus.subscribe("bt1.x", () => {});
  await isNotLetIn(deaf, server);
  await using dumb = watchBus(`no_publish:x@${host}`);
  await dumb.is("up");
  dumb.bus.publish("bt1.x", utf8("x"));
  await isNotLetIn(dumb, server);
});

Deno.test("a user who is thrown out while it is in is not let in from then on", async () => {
  await using server = await NatsServer.start({
    config: `authorization { users: [ { user: "me", password: "x" } ] }`,
  });
  await using watched = watchBus(`me:x@127.0.0.1:${server.port()}`);
  await watched.is("up");
  await server.restart({ config: `authorization { users: [ { user: "me", password: "y" } ] }` });
  await watched.is("refused");
});

Deno.test("TLS: with the authority's certificate it is spoken, without it the server is not trusted", async () => {
  await using certs = await ThrowawayCerts.make();
  await using server = await NatsServer.start({ tls: certs.files });
  const ca = await certs.caText();
  for (const scheme of ["tls", "nats"]) {
    await using good = watchBus(`${scheme}://127.0.0.1:${server.port()}`, { ca });
    await talks(good);
  }
  await using other = await ThrowawayCerts.make();
  for (const access of [{}, { ca: await other.caText() }] satisfies Partial<NatsAccess>[]) {
    await using bad = watchBus(`nats://me:hunter2@127.0.0.1:${server.port()}`, access);
    await until(() => bad.said.length > 0, "a line");
    assertEquals(bad.said, [
      `The NATS server at 127.0.0.1:${server.port()} shows a certificate that this bench does not trust; ` +
      "NATS_CA takes its authority's.",
    ]);
    assertEquals([bad.bus.status.tag, bad.told], ["away", []]);
  }
});

Deno.test("TLS: a certificate for another name is not trusted", async () => {
  await using certs = await ThrowawayCerts.make();
  await using server = await NatsServer.start({ tls: certs.files });
  await using bad = watchBus(`tls://localhost:${server.port()}`, { ca: await certs.caText() });
  await until(() => bad.said.length > 0, "a line");
  assertMatch(bad.said[0]!, /does not trust/);
});

Deno.test("TLS: who asks for it by the address or by NATS_CA does not speak in the clear", async () => {
  await using certs = await ThrowawayCerts.make();
  await using server = await NatsServer.start();
  const host = `127.0.0.1:${server.port()}`;
  await using byScheme = watchBus(`tls://${host}`);
  await using byCa = watchBus(`nats://${host}`, { ca: await certs.caText() });
  for (const watched of [byScheme, byCa]) {
    await until(() => watched.said.length > 0, "a line");
    assertMatch(watched.said[0]!, /does not offer TLS, which NATS_PEERS or NATS_CA asks for\.$/);
    assertEquals(watched.told, []);
  }
});

Deno.test("wss: TLS below a WebSocket, with the authority's certificate and not without", async () => {
  await using certs = await ThrowawayCerts.make();
  await using server = await NatsServer.start({ hasWebSocket: true, webSocketTls: certs.files });
  const address = `wss://127.0.0.1:${server.port("websocket")}`;
  await using good = watchBus(address, { ca: await certs.caText() });
  await talks(good);
  await using bad = watchBus(address);
  await until(() => bad.said.length > 0, "a line");
  assertMatch(bad.said[0]!, /does not trust/);
});

Deno.test("under the permissions of a bench every way in works", async () => {
  await using certs = await ThrowawayCerts.make();
  await using plain = await NatsServer.start({ hasWebSocket: true });
  await using secure = await NatsServer.start({ tls: certs.files });
  const flags = tasks().start!.command.split(" ").slice(1, -1);
  const ways = [
    plain.address,
    `localhost:${plain.port()}`,
    `ws://127.0.0.1:${plain.port("websocket")}`,
    `tls://127.0.0.1:${secure.port()}`,
  ];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...flags, "tests/support/bus_probe.ts"],
    cwd: fromRepository("./"),
    env: { NO_COLOR: "1", NATS_PEERS: ways.join(), NATS_CA: await certs.caText() },
  }).output();
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(stderr), "");
  assertEquals(code, 0);
  assertEquals(JSON.parse(decoder.decode(stdout)), ["heard", "heard", "heard", "heard"]);
});
