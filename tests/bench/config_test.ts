// Every variable: its default, a good value, and bad ones that end the start with a line naming it.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Config, parseConfig, PROJECT_URL, VARIABLES } from "../../lib/bench/config.ts";

type Env = Readonly<Record<string, string>>;

function good(env: Env): Config {
  const result = parseConfig(env);
  if (!result.ok) throw new Error(result.problem);
  return result.config;
}

function problemOf(env: Env): string {
  const result = parseConfig(env);
  if (result.ok) throw new Error("these settings were taken");
  return result.problem;
}

const DEFAULTS: Config = {
  port: 3000,
  host: "0.0.0.0",
  maxFileBytes: 10_485_760,
  label: null,
  publicOrigin: null,
  trustedProxyHops: 0,
  sourceUrl: PROJECT_URL,
};

Deno.test("an empty environment gives the documented defaults", () => {
  assertEquals(good({}), DEFAULTS);
});

Deno.test("a variable that is set but empty counts as unset", () => {
  assertEquals(good(Object.fromEntries(VARIABLES.map((name) => [name, ""]))), DEFAULTS);
});

Deno.test("each variable is taken", () => {
  assertEquals(
    good({
      PORT: "0",
      HOST: "127.0.0.1",
      MAX_FILE_SIZE: "1",
      BENCH_ID: "my-bench_1.0",
      PUBLIC_URL: "https://Bench.Example:443/",
      TRUST_PROXY: "10",
      SOURCE_URL: "https://code.example/fork?x=1",
    }),
    {
      port: 0,
      host: "127.0.0.1",
      maxFileBytes: 1,
      label: "my-bench_1.0",
      publicOrigin: "https://bench.example",
      trustedProxyHops: 10,
      sourceUrl: "https://code.example/fork?x=1",
    },
  );
});

Deno.test("hosts of all three kinds are taken, brackets come off", () => {
  assertEquals(good({ HOST: "::" }).host, "::");
  assertEquals(good({ HOST: "[::1]" }).host, "::1");
  assertEquals(good({ HOST: "localhost" }).host, "localhost");
});

const BAD: Readonly<Record<string, readonly string[]>> = {
  PORT: ["abc", "-1", "65536", "3000.5", "3e3", " 3000", "0x10", "99999999999999999999"],
  HOST: ["a b", "http://x", "x/y", "[::1", "a,b"],
  MAX_FILE_SIZE: ["0", "-1", "10MB", "1073741825", "1.5"],
  BENCH_ID: ["a b", "ü", "a/b", "a~b", "x".repeat(64), "a\nb"],
  NATS_PEERS: ["nats://a.example:4222", " "],
  PUBLIC_URL: [
    "bench.example",
    "ftp://bench.example",
    "https://bench.example/chat",
    "https://bench.example?",
    "https://bench.example#",
    "https://user@bench.example",
    "https://",
    "https:bench.example",
    "https://bench.example /",
  ],
  TRUST_PROXY: ["11", "-1", "yes", "1.0"],
  SOURCE_URL: ["code.example", "javascript:alert(1)", "file:///etc/passwd", "https://a b"],
};

Deno.test("the table of bad values knows every variable", () => {
  assertEquals(Object.keys(BAD).toSorted(), [...VARIABLES].toSorted());
});

for (const [name, values] of Object.entries(BAD)) {
  Deno.test(`bad values of ${name} are answered with one line that names it, what it got and what it takes`, () => {
    for (const value of values) {
      const problem = problemOf({ [name]: value });
      assertStringIncludes(problem, `${name} is "`);
      assertStringIncludes(problem, "takes");
      assertEquals(problem.includes("\n"), false);
    }
  });
}

Deno.test("a long value is cut, and a password in an address is not repeated", () => {
  assertEquals(problemOf({ PORT: "9".repeat(5_000) }).length < 200, true);
  const problem = problemOf({ PUBLIC_URL: "https://me:hunter2@bench.example" });
  assertEquals(problem.includes("hunter2"), false);
  assertStringIncludes(problem, "bench.example");
});
