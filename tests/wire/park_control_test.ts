// Control messages about other benches: what one side writes the other reads, in 4 KiB always, and nothing else is read.

import { assert, assertEquals } from "@std/assert";
import {
  type CarryingBench,
  encodeParkControl,
  encodeParkRequest,
  MAX_BENCHES_OF_ROOM,
  MAX_CONTROL_BYTES,
  OFFER_EVENTS,
  PAIR_FAILURES,
  type ParkControl,
  type ParkRequest,
  parseBenchControl,
  parseBenchUrl,
  parseTabControl,
  utf8,
} from "../../lib/wire/mod.ts";
import { Seeded } from "../support/seeded.ts";

const random = new Seeded(71);
const fp = () => random.bytes(16);
const carrying = (n: number, url = `https://b${n}.example`): CarryingBench => ({
  label: `oak-${n}`,
  fp: fp(),
  count: n,
  isUp: n % 2 === 0,
  isHub: n === 0,
  isThis: n === 1,
  url,
});

const REQUESTS: readonly ParkRequest[] = [
  { t: "who", label: "my-bench" },
  {
    t: "pair_begin",
    hubSignPublicKey: random.bytes(32),
    hubBoxPublicKey: random.bytes(32),
    tokenHash: random.bytes(32),
    operatorToken: "",
  },
  {
    t: "pair_begin",
    hubSignPublicKey: random.bytes(32),
    hubBoxPublicKey: random.bytes(32),
    tokenHash: random.bytes(32),
    operatorToken: "x".repeat(256),
  },
  { t: "pair_claim", claimPublicKey: random.bytes(32), signature: random.bytes(64) },
];
const CONTROLS: readonly ParkControl[] = [
  { t: "whois", label: "oak", found: "busy" },
  { t: "whois", label: "oak", found: [] },
  { t: "whois", label: "oak", found: [{ label: "oak", fp: fp(), url: "" }] },
  {
    t: "pair_key",
    benchSignPublicKey: random.bytes(32),
    benchBoxPublicKey: random.bytes(32),
    ephemeralPublicKey: random.bytes(32),
    nonce: random.bytes(16),
  },
  ...[null, ...PAIR_FAILURES].map((failure) => ({ t: "pair_end" as const, failure })),
  ...OFFER_EVENTS.map((event) => ({ t: "offer" as const, tokenHash: random.bytes(32), event })),
  { t: "links", benches: [], isParkUp: false },
  { t: "links", benches: [0, 1, 2].map((n) => carrying(n)), isParkUp: true },
  { t: "inst", roomNonce: random.bytes(32), lastAdminCtr: 9, publicFrame: random.bytes(153) },
];

Deno.test("[J1] every wish of a tab and every word of a bench comes back as it was meant", () => {
  for (const request of REQUESTS) {
    assertEquals(parseTabControl(encodeParkRequest(request)), request);
  }
  for (const control of CONTROLS) {
    assertEquals(parseBenchControl(encodeParkControl(control)), control);
  }
});

Deno.test("[J1] a tab says no word of a bench, and a bench none of a tab", () => {
  for (const request of REQUESTS) assertEquals(parseBenchControl(encodeParkRequest(request)), null);
  for (const control of CONTROLS) assertEquals(parseTabControl(encodeParkControl(control)), null);
});

Deno.test("[J1] a field that is missing, of another kind or of another length makes it nothing", () => {
  // What may be missing, and what may be anything: it then says nothing.
  const free = new Set(["op", "why", "park", "up", "hub", "me", "url"]);
  const check = (text: string, parse: (text: string) => unknown) => {
    const fields = JSON.parse(text) as Record<string, unknown>;
    for (const name of Object.keys(fields)) {
      if (free.has(name) || name === "busy") continue;
      for (const value of [undefined, null, 7.5, "", "x", "!", [], {}, [null], ["x"], -1]) {
        if (Array.isArray(value) && value.length === 0 && name === "b") continue;
        // "x" is a label like any other.
        if (name === "l" && value === "x") continue;
        const changed = JSON.stringify({ ...fields, [name]: value });
        assertEquals(parse(changed), null, changed);
      }
    }
  };
  for (const request of REQUESTS) check(encodeParkRequest(request), parseTabControl);
  for (const control of CONTROLS) {
    if (control.t === "whois" && control.found === "busy") continue;
    // Of inst, any bytes may be the frame: the tab checks its signature.
    if (control.t === "inst") continue;
    check(encodeParkControl(control), parseBenchControl);
  }
  for (const op of [7, null, "x".repeat(257), ["x"]]) {
    const begin = JSON.parse(encodeParkRequest(REQUESTS[1]!)) as Record<string, unknown>;
    const parsed = parseTabControl(JSON.stringify({ ...begin, op }));
    // `null` says as little as nothing does.
    assertEquals(parsed !== null, op === null);
  }
  for (const why of ["", "other", 1, null]) {
    assertEquals(parseBenchControl(JSON.stringify({ t: "pair_end", why })), null);
  }
});

Deno.test("[J1] inst names a nonce, a counter that another can follow, and bytes", () => {
  const fields = JSON.parse(encodeParkControl(CONTROLS.at(-1)!)) as Record<string, unknown>;
  const bad = { in: "AA", ac: Number.MAX_SAFE_INTEGER, pf: "!" };
  for (const [name, value] of Object.entries(bad)) {
    assertEquals(parseBenchControl(JSON.stringify({ ...fields, [name]: value })), null, name);
  }
  for (const ac of [-1, 1.5, "1", null]) {
    assertEquals(parseBenchControl(JSON.stringify({ ...fields, ac })), null);
  }
});

Deno.test("[J1] as many benches as a room may have, with the longest addresses, fit one message; one more is none", () => {
  const longest = `https://${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.example`;
  const most = Array.from(
    { length: MAX_BENCHES_OF_ROOM },
    (_, n) => ({ ...carrying(n, longest), label: "x".repeat(63), count: 65_535 }),
  );
  const text = encodeParkControl({ t: "links", benches: most, isParkUp: true });
  assert(utf8(text).length <= MAX_CONTROL_BYTES);
  // Names and numbers are all there; the addresses gave way.
  assertEquals(parseBenchControl(text), {
    t: "links",
    benches: most.map((bench) => ({ ...bench, url: "" })),
    isParkUp: true,
  });
  const crowd = JSON.parse(text) as { b: unknown[] };
  crowd.b.push(crowd.b[0]);
  assertEquals(parseBenchControl(JSON.stringify(crowd)), null);
});

Deno.test("[B5] an address is a bare origin of at most 256 bytes: https anywhere, http only nearby", () => {
  const shown = [
    "https://b.example",
    "https://b.example:8443",
    "http://localhost",
    "http://localhost:8000",
    "http://a.localhost",
    "http://bench.local",
    "http://127.0.0.1:8000",
    "http://127.8.9.1",
    "http://10.1.2.3",
    "http://192.168.0.9",
    "http://172.16.0.1",
    "http://172.31.255.1",
    "http://169.254.1.1",
    "http://[::1]:8000",
    "http://[fd00::1]",
    "http://[fe80::1]",
  ];
  for (const url of shown) assertEquals(parseBenchUrl(url), url);
  const none = [
    "",
    "b.example",
    "https://b.example/",
    "https://b.example/path",
    "https://b.example?x",
    "https://b.example#x",
    "https://user@b.example",
    "https://B.example",
    "https://b.example:443",
    "http://b.example",
    "http://172.32.0.1",
    "http://172.15.0.1",
    "http://11.0.0.1",
    "http://10.evil.example",
    "http://127.0.0.1.evil.example",
    "http://localhost.evil.example",
    "http://fd00.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "blob:https://b.example/x",
    "ws://localhost",
    "https://bücher.example",
    `https://${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(60)}.example`,
  ];
  for (const url of none) assertEquals(parseBenchUrl(url), "", url);
  for (const value of [null, 7, {}, ["https://b.example"]]) assertEquals(parseBenchUrl(value), "");
});

Deno.test("[J1] 20,000 changed texts never throw, and what is read can be said again", () => {
  const texts = [...REQUESTS.map(encodeParkRequest), ...CONTROLS.map(encodeParkControl)];
  let read = 0;
  for (let round = 0; round < 20_000; round++) {
    const text = random.pick(texts);
    const at = random.below(text.length);
    const changed = text.slice(0, at) + random.text('{}[]":,tA09-', random.below(3)) +
      text.slice(at + random.below(3));
    const control = parseBenchControl(changed);
    const request = parseTabControl(changed);
    assert(control === null || request === null || control.t === "beat");
    if (control !== null && CONTROLS.some(({ t }) => t === control.t)) {
      read++;
      const again = encodeParkControl(control as ParkControl);
      assertEquals(encodeParkControl(parseBenchControl(again) as ParkControl), again);
    }
  }
  assert(read > 1_000);
});
