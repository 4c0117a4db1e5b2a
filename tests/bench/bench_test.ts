// A bench without a network: what it says of itself, and what it answers to requests that are no upgrade.

import { assertEquals, assertMatch } from "@std/assert";
import { Bench } from "../../lib/bench/bench.ts";
import { type Config, parseConfig } from "../../lib/bench/config.ts";
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

const OWN = { host: "bench.example", origin: "http://bench.example" };
const UPGRADE = { ...OWN, upgrade: "websocket", connection: "upgrade" };

Deno.test("a request for the socket is refused by origin first, then by what it lacks", async () => {
  const bench = benchWith();
  const statusOf = (headers: Record<string, string>) =>
    bench.handleUpgrade(new Request("http://bench.example/ws", { headers })).status;
  assertEquals(statusOf({}), 403);
  assertEquals(statusOf({ ...UPGRADE, origin: "http://evil.example" }), 403);
  assertEquals(statusOf(OWN), 426);
  assertEquals(statusOf(UPGRADE), 400);
  assertEquals(statusOf({ ...UPGRADE, "sec-websocket-protocol": "bt2" }), 400);
  // Not a handshake that Deno could take: still an answer, not a throw.
  assertEquals(statusOf({ ...UPGRADE, "sec-websocket-protocol": "bt1" }), 400);
  const refused = bench.handleUpgrade(new Request("http://bench.example/ws"));
  assertEquals((await refused.text()).includes("bench.example"), false);
});
