// A bench without a network: what it says of itself, and what it answers to requests that are no upgrade.

import { assertEquals, assertMatch } from "@std/assert";
import { Bench } from "../../lib/bench/bench.ts";
import { type Config, parseConfig } from "../../lib/bench/config.ts";
import { MemoryPark } from "../support/memory_bus.ts";
import manifest from "../../deno.json" with { type: "json" };

function benchWith(env: Readonly<Record<string, string>> = {}): Bench {
  const result = parseConfig(env);
  if (!result.ok) throw new Error(result.problem);
  const config: Config = result.config;
  return new Bench(config);
}

Deno.test("health says status, version, uptime and federation, and nothing else", () => {
  const { uptime_seconds, ...rest } = benchWith().health();
  assertEquals(rest, { status: "ok", version: manifest.version, federation: "standalone" });
  assertEquals(Number.isInteger(uptime_seconds) && uptime_seconds >= 0, true);
});

Deno.test("a bench has the label it was given or one of its own, and an identity of its own", () => {
  const named = benchWith({ BENCH_ID: "my-bench" });
  assertMatch(named.fullId, /^my-bench~[a-z2-7]{26}$/);
  assertEquals(named.fullId === benchWith({ BENCH_ID: "my-bench" }).fullId, false);
  assertMatch(benchWith().label, /^[a-z]+-[a-z]+-\d+$/);
});

Deno.test("[N1] health says how a bench stands to the park, and why a bus is of no use to it", async () => {
  const result = parseConfig({});
  if (!result.ok) throw new Error(result.problem);
  const bus = new MemoryPark().bus();
  const bench = new Bench(result.config, bus);
  const said = () => {
    const { federation, federation_why } = bench.health();
    return [federation, federation_why];
  };
  assertEquals(said(), ["joined", undefined]);
  bus.goAway();
  assertEquals(said(), ["away", undefined]);
  for (const why of ["payload-too-small", "not-let-in"] as const) {
    bus.refuse(why);
    assertEquals(said(), ["refused", why]);
  }
  bus.comeBack();
  assertEquals(said(), ["joined", undefined]);
  await bench.stop();
  assertEquals(bus.subscriptions, 0);
});

Deno.test("[B1] a bench with a key of its own is the same after a restart, and says whether it is", () => {
  const BENCH_KEY = new Uint8Array(32).fill(9).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
  const lasting = benchWith({ BENCH_ID: "oak", BENCH_KEY });
  assertEquals(lasting.fullId, benchWith({ BENCH_ID: "oak", BENCH_KEY }).fullId);
  assertEquals([lasting.hasLastingId, benchWith().hasLastingId], [true, false]);
});

const OWN = { host: "bench.example", origin: "http://bench.example" };
const UPGRADE = { ...OWN, upgrade: "websocket", connection: "upgrade" };

const NOBODY: Deno.NetAddr = { transport: "tcp", hostname: "192.0.2.1", port: 1 };

function asks(bench: Bench, headers: Record<string, string>, remote: Deno.Addr = NOBODY): Response {
  return bench.handleUpgrade(new Request("http://bench.example/ws", { headers }), remote);
}

Deno.test("a request for the socket is refused by origin first, then by what it lacks", async () => {
  const bench = benchWith();
  const statusOf = (headers: Record<string, string>) => asks(bench, headers).status;
  assertEquals(statusOf({ ...UPGRADE, origin: "http://evil.example" }), 403);
  assertEquals(statusOf({ upgrade: "websocket", host: OWN.host }), 403);
  assertEquals(statusOf({ ...OWN, origin: "http://evil.example" }), 403);
  assertEquals(statusOf({}), 426);
  assertEquals(statusOf(OWN), 426);
  assertEquals(statusOf(UPGRADE), 400);
  assertEquals(statusOf({ ...UPGRADE, "sec-websocket-protocol": "bt2" }), 400);
  // Not a handshake that Deno could take: still an answer, not a throw.
  assertEquals(statusOf({ ...UPGRADE, "sec-websocket-protocol": "bt1" }), 400);
  assertEquals((await asks(bench, {}).text()).includes("bench.example"), false);
  bench.stop();
});

const SOCKET_REQUEST = {
  origin: OWN.origin,
  host: OWN.host,
  upgrade: "websocket",
  subprotocols: "bt1",
  forwardedFor: null,
  remoteAddress: "192.0.2.1",
} as const;

Deno.test("[M4] what an upgrade is refused with, a page can ask for without using anything up", () => {
  const bench = benchWith({ MAX_JOINS_PER_MINUTE: "5" });
  const status = () => {
    const admission = bench.admit(SOCKET_REQUEST);
    return admission.ok ? 101 : admission.status;
  };
  for (let i = 0; i < 50; i++) assertEquals(asks(bench, {}).status, 426);
  assertEquals(Array.from({ length: 6 }, status), [...Array(5).fill(101), 429]);
  const told = asks(bench, {});
  assertEquals([told.status, told.headers.get("retry-after")], [429, "2"]);
  assertEquals(asks(bench, {}, { ...NOBODY, hostname: "192.0.2.2" }).status, 426);
  bench.stop();
});

Deno.test("[M13] behind a proxy that TRUST_PROXY does not name, no limit by address holds; with it, each address has its own", () => {
  const statuses = (env: Readonly<Record<string, string>>, forwardedFor: string) => {
    const bench = benchWith({ MAX_JOINS_PER_MINUTE: "5", ...env });
    const seen = Array.from({ length: 6 }, () => {
      const admission = bench.admit({
        ...SOCKET_REQUEST,
        forwardedFor,
        remoteAddress: "127.0.0.1",
      });
      return admission.ok ? 101 : admission.status;
    });
    bench.stop();
    return seen;
  };
  assertEquals(statuses({}, "203.0.113.5"), Array(6).fill(101));
  assertEquals(statuses({ TRUST_PROXY: "1" }, "203.0.113.5"), [...Array(5).fill(101), 429]);
  assertEquals(statuses({ TRUST_PROXY: "1" }, "1.2.3.4, 203.0.113.5"), [
    ...Array(5).fill(101),
    429,
  ]);
});
