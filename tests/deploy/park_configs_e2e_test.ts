// deploy/park, started as it stands with certificates from its own script: benches talk across, nobody else gets in, and who is
// in gets no further than the park's subjects.

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { utf8 } from "../../lib/wire/mod.ts";
import { RawLeaf } from "../support/raw_leaf.ts";
import { settleBuses, watchBus, type WatchedBus } from "../support/nats_place.ts";
import { type ListenerName, NatsServer } from "../support/nats_server.ts";
import { fromRepository } from "../support/repository.ts";
import { type CertFiles, ThrowawayCerts } from "../support/throwaway_certs.ts";
import { until } from "../support/until.ts";

const BENCH_PASSWORD = "bench-password";
const LEAF_PASSWORD = "leaf-password";

/** A port where nobody listens: nothing can, below 1024 without leave. */
const NOBODY = "127.0.0.1:1";

type Env = Readonly<Record<string, string>>;

function environment({ ca, cert, key }: CertFiles, more: Env): Env {
  return {
    PARK_SERVER: `nats-${crypto.randomUUID()}`,
    PARK_CLIENT_PORT: "-1",
    PARK_BENCH_PASSWORD: BENCH_PASSWORD,
    PARK_LEAF_PASSWORD: LEAF_PASSWORD,
    PARK_CERT: cert,
    PARK_KEY: key,
    PARK_CA: ca,
    ...more,
  };
}

function start(file: string, listeners: readonly ListenerName[], env: Env): Promise<NatsServer> {
  return NatsServer.startFile({ path: fromRepository(`deploy/park/${file}`), env, listeners });
}

function clusterServer(certs: CertFiles, route: string): Promise<NatsServer> {
  const listen = { PARK_ROUTE_LISTEN: "127.0.0.1:-1", PARK_ROUTE: `tls://${route}` };
  return start("cluster.conf", ["client", "route"], environment(certs, listen));
}

function leafHub(certs: CertFiles): Promise<NatsServer> {
  const env = environment(certs, { PARK_LEAF_LISTEN: "127.0.0.1:-1" });
  return start("leaf-hub.conf", ["client", "leaf"], env);
}

function leafSpoke(certs: CertFiles, hub: NatsServer, password = LEAF_PASSWORD) {
  const url = `tls://leaf:${password}@127.0.0.1:${hub.port("leaf")}`;
  return start("leaf-spoke.conf", ["client"], environment(certs, { PARK_HUB: url }));
}

function benchAt(server: NatsServer): WatchedBus {
  return watchBus(`bench:${BENCH_PASSWORD}@127.0.0.1:${server.port()}`);
}

async function talkAcross(servers: readonly NatsServer[]): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const benches = servers.map((server) => stack.use(benchAt(server)));
  for (const bench of benches) await bench.is("up");
  await settleBuses(benches.map(({ bus }) => bus));
}

/** What a client that logs in with `login` gets for `command`. */
async function answer(server: NatsServer, login: Env, command: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port() });
  await connection.write(
    utf8(`CONNECT ${JSON.stringify({ verbose: false, ...login })}\r\n${command}\r\nPING\r\n`),
  );
  let text = "";
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  while (!/PONG|-ERR [^\r]*\r/.test(text)) {
    const count = await connection.read(buffer);
    if (count === null) break;
    text += decoder.decode(buffer.subarray(0, count));
  }
  return /-ERR '([^\r]*)'/.exec(text)?.[1] ?? (text.includes("PONG") ? "taken" : "nothing");
}

const BENCH: Env = { user: "bench", pass: BENCH_PASSWORD };

/** What no client of any of the servers may do, and what the one that may gets. */
async function holdsClients(server: NatsServer): Promise<void> {
  assertEquals(server.host("client"), "127.0.0.1");
  for (const { address, family } of Deno.networkInterfaces()) {
    if (family !== "IPv4" || address.startsWith("127.")) continue;
    await assertRejects(() => Deno.connect({ hostname: address, port: server.port() }));
  }
  for (const command of ["SUB bt1.b.x 1", "SUB bt1.> 1", "PUB bt1.b.x 2\r\nhi"]) {
    assertEquals(await answer(server, BENCH, command), "taken", command);
  }
  for (const subject of [">", "*.x", "bt1", "bt2.x", "$SYS.>", "_INBOX.x"]) {
    assertMatch(await answer(server, BENCH, `SUB ${subject} 1`), /^Permissions Violation/, subject);
  }
  for (const subject of ["bt1", "bt2.x", "$SYS.REQ.SERVER.PING", "_INBOX.x"]) {
    assertMatch(await answer(server, BENCH, `PUB ${subject} 2\r\nhi`), /^Permissions Violation/);
  }
  const strangers: readonly Env[] = [{}, { user: "bench", pass: "guess" }];
  for (const login of strangers) {
    assertEquals(await answer(server, login, "SUB bt1.x 1"), "Authorization Violation");
  }
}

Deno.test("cluster: benches beside either server talk, and no client gets further than the park", async () => {
  await using certs = await ThrowawayCerts.make();
  await using a = await clusterServer(certs.files, NOBODY);
  await using b = await clusterServer(certs.files, `127.0.0.1:${a.port("route")}`);
  await talkAcross([a, b]);
  for (const server of [a, b]) await holdsClients(server);
});

Deno.test("cluster: a third server that knows one knows all", async () => {
  await using certs = await ThrowawayCerts.make();
  await using a = await clusterServer(certs.files, NOBODY);
  await using b = await clusterServer(certs.files, `127.0.0.1:${a.port("route")}`);
  await using c = await clusterServer(certs.files, `127.0.0.1:${b.port("route")}`);
  await talkAcross([a, b, c]);
  await b.kill();
  await talkAcross([a, c]);
});

/** Waits until `rogue` was turned away by `server`, and shows that what is said there stays there. */
async function staysOutside(server: NatsServer, rogue: NatsServer, refusal: RegExp) {
  await until(() => refusal.test(server.log), "the server turns it away");
  await using inside = benchAt(server);
  await using outside = watchBus(`bench:${BENCH_PASSWORD}@127.0.0.1:${rogue.port()}`);
  let heard = 0;
  inside.bus.subscribe("bt1.x", () => heard++);
  outside.bus.subscribe("bt1.x", () => heard++);
  await inside.is("up");
  await outside.is("up");
  for (const bench of [inside, outside]) await settleBuses([bench.bus]);
  inside.bus.publish("bt1.x", utf8("inside"));
  outside.bus.publish("bt1.x", utf8("outside"));
  for (const bench of [inside, outside]) await settleBuses([bench.bus]);
  // Each heard itself alone.
  assertEquals(heard, 2);
}

Deno.test("cluster: a server with no certificate, or with one of another authority, does not get in", async () => {
  await using certs = await ThrowawayCerts.make();
  await using other = await ThrowawayCerts.make();
  await using a = await clusterServer(certs.files, NOBODY);
  const route = `127.0.0.1:${a.port("route")}`;
  {
    await using rogue = await clusterServer(other.files, route);
    await staysOutside(a, rogue, /TLS route handshake error|TLS handshake error/);
  }
  await a.restart();
  {
    await using rogue = await NatsServer.start({
      config: `cluster { name: park, listen: "127.0.0.1:-1", routes: ["nats://127.0.0.1:${
        a.port("route")
      }"] }`,
    });
    await staysOutside(
      a,
      rogue,
      /TLS route handshake error|TLS handshake error|TLS handshake timeout/,
    );
  }
});

Deno.test("leaf: benches beside either server talk, and no client gets further than the park", async () => {
  await using certs = await ThrowawayCerts.make();
  await using hub = await leafHub(certs.files);
  await using spoke = await leafSpoke(certs.files, hub);
  await talkAcross([hub, spoke]);
  for (const server of [hub, spoke]) await holdsClients(server);
});

Deno.test("leaf: a wrong password or a certificate of another authority does not get in", async () => {
  await using certs = await ThrowawayCerts.make();
  await using other = await ThrowawayCerts.make();
  await using hub = await leafHub(certs.files);
  {
    await using rogue = await leafSpoke(certs.files, hub, "guess");
    await staysOutside(hub, rogue, /authentication error|Authorization Violation/i);
  }
  {
    await using rogue = await leafSpoke(other.files, hub);
    await staysOutside(hub, rogue, /TLS leafnode handshake error|TLS handshake error/);
  }
});

Deno.test("leaf: whoever has the leaf's password and certificate gets no further than the park either", async () => {
  await using certs = await ThrowawayCerts.make();
  await using hub = await leafHub(certs.files);
  const connect = (pass = LEAF_PASSWORD) =>
    RawLeaf.connect(hub.port("leaf"), certs.files, { user: "leaf", pass });
  for (const subject of ["bt2.x", "$SYS.REQ.SERVER.PING"]) {
    using asking = await connect();
    assertEquals(await asking.say("LS+ bt1.b.x"), "taken");
    assertMatch(await asking.say(`LS+ ${subject}`), /^Permissions Violation/);
  }
  // NATS takes a wildcard and holds what it delivers under it to what is allowed.
  using speaker = await connect();
  using hearer = await connect();
  assertEquals(await hearer.say("LS+ >"), "taken");
  await speaker.say("LMSG bt2.x 2\r\nhi");
  await speaker.say("LMSG bt1.x 2\r\nhi");
  await until(() => hearer.heard.includes("LMSG bt1.x"), "what is allowed arrives");
  assertEquals(hearer.heard.includes("bt2.x"), false);
  using stranger = await connect("guess");
  assertMatch(await stranger.say("LS+ bt1.b.x"), /Authorization Violation/);
});
