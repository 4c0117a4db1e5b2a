// Every variable: its default, a good value, and bad ones that end the start with a line naming it.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Config, parseConfig, PROJECT_URL, VARIABLES } from "../../lib/bench/config.ts";
import { LIMITS, MOST_MEMBERS } from "../../lib/wire/mod.ts";

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
  nats: null,
  benchSeed: null,
  operatorToken: null,
  isPairingOn: true,
  publicOrigin: null,
  trustedProxyHops: 0,
  sourceUrl: PROJECT_URL,
  limits: LIMITS,
  switchedOff: [],
  hasMetrics: false,
};

/** Made by NATS's own nkeys for these tests. */
const NKEY_SEED = "SUAHUTBMY3UTY7QUNZUSGDEE6CNISCWVSAWMTBLNK5OSYURY5CIH4AC3LU";
const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

/** Never repeated, whatever they were. */
const SECRETS = ["BENCH_KEY", "NATS_CREDS", "NATS_NKEY", "OPERATOR_TOKEN"];

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
      BENCH_KEY: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
      NATS_PEERS: " nats://a.example , tls://me:word@b.example:1,",
      NATS_CREDS: "secrets/bench.creds",
      NATS_CA: PEM,
      PAIRING: "off",
      OPERATOR_TOKEN: "!~345678",
      PUBLIC_URL: "https://Bench.Example:443/",
      TRUST_PROXY: "10",
      SOURCE_URL: "https://code.example/fork?x=1",
      MAX_PER_ADDRESS: "41",
      MAX_UNJOINED_PER_ADDRESS: "11",
      MAX_JOINS_PER_MINUTE: "31",
      MAX_FRAMES_PER_SECOND: "21",
      MAX_BYTES_PER_SECOND: "1048577",
      MAX_ROOM_BYTES_PER_SECOND: "4194305",
      MAX_MEMBERS: "500",
      MAX_ROOMS: "1001",
      MAX_CONNECTIONS: "2001",
      METRICS: "1",
    }),
    {
      port: 0,
      host: "127.0.0.1",
      maxFileBytes: 1,
      label: "my-bench_1.0",
      nats: {
        addresses: [
          { scheme: "nats", host: "a.example", port: 4222, login: null },
          {
            scheme: "tls",
            host: "b.example",
            port: 1,
            login: { tag: "password", user: "me", password: "word" },
          },
        ],
        creds: { tag: "file", path: "secrets/bench.creds" },
        nkey: null,
        ca: { tag: "text", text: PEM },
      },
      benchSeed: Uint8Array.from({ length: 32 }, (_, index) => index),
      operatorToken: "!~345678",
      isPairingOn: false,
      publicOrigin: "https://bench.example",
      trustedProxyHops: 10,
      sourceUrl: "https://code.example/fork?x=1",
      limits: {
        maxPerAddress: 41,
        maxUnjoinedPerAddress: 11,
        maxJoinsPerMinute: 31,
        maxFramesPerSecond: 21,
        maxBytesPerSecond: 1_048_577,
        maxRoomBytesPerSecond: 4_194_305,
        maxMembers: 500,
        maxRooms: 1_001,
        maxConnections: 2_001,
      },
      switchedOff: [],
      hasMetrics: true,
    },
  );
});

Deno.test("hosts of all three kinds are taken, brackets come off", () => {
  assertEquals(good({ HOST: "::" }).host, "::");
  assertEquals(good({ HOST: "[::1]" }).host, "::1");
  assertEquals(good({ HOST: "localhost" }).host, "localhost");
});

const LIMIT_NAMES = VARIABLES.filter((name) => name.startsWith("MAX_") && name !== "MAX_FILE_SIZE");

Deno.test("0 switches each limit off, alone and all together", () => {
  const all: string[] = [];
  for (const [index, name] of LIMIT_NAMES.entries()) {
    const { limits, switchedOff } = good({ [name]: "0" });
    assertEquals(switchedOff, [name]);
    all.push(name);
    const key = Object.keys(LIMITS)[index] as keyof typeof LIMITS;
    assertEquals(limits, { ...LIMITS, [key]: Infinity });
  }
  const backwards = Object.fromEntries(LIMIT_NAMES.toReversed().map((name) => [name, "0"]));
  assertEquals(good(backwards).switchedOff, all);
  assertEquals(all.length, Object.keys(LIMITS).length);
});

Deno.test("a limit out of its range is refused, with what it takes", () => {
  for (const name of ["MAX_BYTES_PER_SECOND", "MAX_ROOM_BYTES_PER_SECOND"]) {
    assertEquals(
      problemOf({ [name]: "4294967297" }),
      `${name} is "4294967297"; it takes 0 for no limit, or bytes, a whole number from 1 to 4294967296`,
    );
  }
  assertEquals(
    problemOf({ MAX_MEMBERS: `${MOST_MEMBERS + 1}` }),
    'MAX_MEMBERS is "501"; it takes 0 for no limit, or members, a whole number from 1 to 500',
  );
});

Deno.test("the least and the most of each limit are taken", () => {
  for (const name of LIMIT_NAMES) {
    const [, least, most] = /from (\d+) to (\d+)$/.exec(problemOf({ [name]: "x" }))!;
    for (const value of [least!, most!]) {
      assertEquals(Object.values(good({ [name]: value }).limits).includes(Number(value)), true);
    }
    problemOf({ [name]: `${Number(most) + 1}` });
    if (Number(least) > 1) problemOf({ [name]: `${Number(least) - 1}` });
  }
});

Deno.test("metrics are off unless asked for", () => {
  assertEquals([good({}).hasMetrics, good({ METRICS: "0" }).hasMetrics], [false, false]);
  assertEquals(good({ METRICS: "1" }).hasMetrics, true);
});

const BAD: Readonly<Record<string, readonly string[]>> = {
  PORT: ["abc", "-1", "65536", "3000.5", "3e3", " 3000", "0x10", "99999999999999999999"],
  HOST: ["a b", "http://x", "x/y", "[::1", "a,b"],
  MAX_FILE_SIZE: ["0", "-1", "10MB", "1073741825", "1.5"],
  BENCH_ID: ["a b", "ü", "a/b", "a~b", "x".repeat(64), "a\nb"],
  BENCH_KEY: ["short", "A".repeat(42), `${"A".repeat(42)}B`, `${"A".repeat(43)}=`, "+".repeat(43)],
  NATS_PEERS: ["http://a.example:4222", " ", ",", "nats://a.example:0", "nats://a b"],
  NATS_CREDS: ["bench.creds", "/etc/passwd", "secrets/../deno.json", "secrets//", NKEY_SEED],
  NATS_NKEY: ["secrets//x", "secrets/a b", NKEY_SEED.slice(1), `${NKEY_SEED} `],
  NATS_CA: ["ca.pem", "../secrets/ca.pem", "secrets/..", PEM.replaceAll("CERTIFICATE", "KEY")],
  PAIRING: ["1", "ON", "true", "off "],
  OPERATOR_TOKEN: ["1234567", "12345 678", "x".repeat(257), "passwörter", "1234567\n"],
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
  MAX_PER_ADDRESS: ["-1", "1000001", "4.5", "Infinity", "off"],
  MAX_UNJOINED_PER_ADDRESS: ["-1", "1000001", "ten"],
  MAX_JOINS_PER_MINUTE: ["1000001", "1e3"],
  MAX_FRAMES_PER_SECOND: ["1000001", " 20"],
  MAX_BYTES_PER_SECOND: ["-1", "4294967297", "1MB"],
  MAX_ROOM_BYTES_PER_SECOND: ["-1", "4294967297", "1MB"],
  MAX_MEMBERS: ["501", "-1", "1.5"],
  MAX_ROOMS: ["1000001", "-1", "many"],
  MAX_CONNECTIONS: ["1000001", "-0"],
  METRICS: ["2", "yes", "true", "on", "01", " 1"],
};

Deno.test("the table of bad values knows every variable", () => {
  assertEquals(Object.keys(BAD).toSorted(), [...VARIABLES].toSorted());
});

for (const [name, values] of Object.entries(BAD)) {
  Deno.test(`bad values of ${name} are answered with one line that names it, what it got and what it takes`, () => {
    for (const value of values) {
      const problem = problemOf({ [name]: value });
      assertStringIncludes(problem, `${name} is ${SECRETS.includes(name) ? "not" : '"'}`);
      if (SECRETS.includes(name)) assertEquals(problem.includes(value), false);
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

Deno.test("where a long value is cut, the @ behind the cut still hides the password before it", () => {
  const problem = problemOf({ PUBLIC_URL: `https://me:hunter2${"x".repeat(100)}@bench.example` });
  assertEquals(problem.includes("hunter2"), false);
});

Deno.test("of a bad list of addresses the bad one is shown, without its login", () => {
  assertEquals(
    problemOf({ NATS_PEERS: "nats://a:1,http://me:hunter2@b" }).split("; ")[0],
    'NATS_PEERS is "http://...@b"',
  );
});

Deno.test("a secret is taken as text or as a path below secrets, and nothing else is read", () => {
  const nkeyOf = (text: string) => good({ NATS_PEERS: "a", NATS_NKEY: text }).nats?.nkey;
  assertEquals(nkeyOf(NKEY_SEED), { tag: "text", text: NKEY_SEED });
  assertEquals(nkeyOf("secrets/a/b.nk"), { tag: "file", path: "secrets/a/b.nk" });
  assertEquals(nkeyOf("./secrets/b.nk"), { tag: "file", path: "secrets/b.nk" });
});

Deno.test("credentials without servers end the start", () => {
  const values = { NATS_CREDS: "secrets/x", NATS_NKEY: NKEY_SEED, NATS_CA: PEM };
  for (const [name, value] of Object.entries(values)) {
    const problem = problemOf({ [name]: value });
    assertStringIncludes(problem, `NATS_PEERS is empty, but ${name} is set; it takes up to`);
    assertEquals(problem.includes(value) || problem.includes("\n"), false);
  }
});

Deno.test("two ways to say who the bench is are one too many", () => {
  assertEquals(
    problemOf({ NATS_PEERS: "a", NATS_CREDS: "secrets/x", NATS_NKEY: NKEY_SEED }),
    "NATS_NKEY is set beside NATS_CREDS; a bench takes one of the two",
  );
});
