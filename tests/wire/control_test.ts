// [J1] JSON control: what one side writes the other reads, nothing else is read, and nothing throws.

import { assert, assertEquals } from "@std/assert";
import {
  ADMIN_REFUSALS,
  BEAT,
  encodeAck,
  encodeAdminAnswer,
  encodeBase64url,
  encodeCount,
  encodeHi,
  encodeJoin,
  encodeLeft,
  encodeOk,
  type Join,
  LIMITS,
  MAX_CONTROL_BYTES,
  memberIdOf,
  parseBenchControl,
  parseTabControl,
  roomIdOf,
  utf8,
} from "../../lib/wire/mod.ts";
import { Seeded } from "../support/seeded.ts";

const random = new Seeded(11);
const MEMBER = memberIdOf(random.bytes(16));

const JOIN: Join = {
  t: "join",
  roomId: roomIdOf(random.bytes(16)),
  joinPublicKey: random.bytes(32),
  adminFp: random.bytes(16),
  signPublicKey: random.bytes(32),
  joinSignature: random.bytes(64),
  sessionSignature: random.bytes(64),
  create: false,
};
const CARD = {
  label: "oak",
  fp: random.bytes(16),
  signPublicKey: random.bytes(32),
  boxPublicKey: random.bytes(32),
  instance: "i",
  maxFileBytes: 10_485_760,
  framesPerSecond: 5,
  park: false,
};
const OK = {
  memberId: MEMBER,
  roomNonce: random.bytes(32),
  lastAdminCtr: 3,
  count: 2,
  created: true,
  isPublic: false,
  publicFrame: null,
};

/** Every message that a bench of ours sends. */
const FROM_BENCH: readonly string[] = [
  encodeHi(CARD, random.bytes(32)),
  encodeOk(OK),
  encodeCount(4),
  encodeLeft(MEMBER),
  encodeAck(9),
  encodeAdminAnswer(null, 5),
  ...ADMIN_REFUSALS.map((why) => encodeAdminAnswer(why, 5)),
  BEAT,
];

type Json = Record<string, unknown>;
const change = (text: string, changes: Json): string =>
  JSON.stringify({ ...JSON.parse(text), ...changes });

Deno.test("[J1] a tab's messages come back as they were meant", () => {
  assertEquals(parseTabControl(encodeJoin(JOIN)), JOIN);
  assertEquals(parseTabControl(encodeJoin({ ...JOIN, create: true })), { ...JOIN, create: true });
  assertEquals(parseTabControl(BEAT), { t: "beat" });
});

Deno.test("[J1] a bench's messages come back as they were meant", () => {
  const connNonce = random.bytes(32);
  assertEquals(parseBenchControl(encodeHi(CARD, connNonce)), {
    t: "hi",
    connNonce,
    bench: {
      label: "oak",
      fp: CARD.fp,
      signPublicKey: CARD.signPublicKey,
      boxPublicKey: CARD.boxPublicKey,
    },
    instance: "i",
    maxFileBytes: 10_485_760,
    framesPerSecond: 5,
    park: false,
  });
  assertEquals(parseBenchControl(encodeOk(OK)), { t: "ok", ...OK });
  assertEquals(parseBenchControl(encodeCount(4)), { t: "cnt", count: 4 });
  assertEquals(parseBenchControl(encodeLeft(MEMBER)), { t: "left", memberId: MEMBER });
  assertEquals(parseBenchControl(encodeAck(9)), { t: "ack", count: 9 });
  assertEquals(parseBenchControl(encodeAdminAnswer(null, 5)), {
    t: "adm",
    refusal: null,
    lastAdminCtr: 5,
  });
  for (const refusal of ADMIN_REFUSALS) {
    assertEquals(parseBenchControl(encodeAdminAnswer(refusal, 5)), {
      t: "adm",
      refusal,
      lastAdminCtr: 5,
    });
  }
  assertEquals(parseBenchControl(BEAT), { t: "beat" });
});

Deno.test("unknown fields are passed over, so that a later bench can say more", () => {
  for (const text of FROM_BENCH) {
    const more = text.replace("{", '{"later":{"and":[1,2]},"__proto__":{"t":"hi","v":2},');
    assertEquals(parseBenchControl(more), parseBenchControl(text));
  }
  const join = change(encodeJoin(JOIN), { pf: "x", constructor: null });
  assertEquals(parseTabControl(join), JOIN);
});

Deno.test("each field of a join that is missing, of another type or of another length is no join", () => {
  const text = encodeJoin(JOIN);
  for (const field of ["t", "r", "jp", "af", "sp", "sj", "ss", "c"]) {
    const right: unknown = JSON.parse(text)[field];
    const wrong: unknown[] = [undefined, null, 2, -1, true, "", "A", [], [right], {}, {
      toString: 1,
    }];
    if (field !== "c" && field !== "t") {
      wrong.push(`${right}A`, `${right}AAAA`, `${right}=`, String(right).slice(4), 0, 1);
    } else if (field === "c") wrong.push("0", "1", 0.5, 1e9);
    for (const value of wrong) {
      assertEquals(parseTabControl(change(text, { [field]: value })), null);
    }
  }
});

Deno.test("each field of a bench's message that is wrong makes it no message", () => {
  const wrongNumbers = [undefined, null, -1, 0.5, 2 ** 53, 1e400, "1", [], {}];
  for (
    const [text, field] of [
      [encodeCount(4), "cnt"],
      [encodeAck(4), "n"],
      [encodeAdminAnswer(null, 4), "ac"],
      [encodeOk(OK), "ac"],
      [encodeOk(OK), "cnt"],
    ] as const
  ) {
    for (const value of wrongNumbers) {
      assertEquals(parseBenchControl(change(text, { [field]: value })), null, field);
    }
  }
  for (const value of [undefined, null, 1, "", "A", encodeBase64url(random.bytes(15)), [MEMBER]]) {
    assertEquals(parseBenchControl(change(encodeLeft(MEMBER), { m: value })), null);
    assertEquals(parseBenchControl(change(encodeOk(OK), { m: value })), null);
    assertEquals(parseBenchControl(change(encodeOk(OK), { in: value })), null);
  }
  for (const why of [null, 1, "", "whatever", ["stale"], {}]) {
    assertEquals(parseBenchControl(change(encodeAdminAnswer("stale", 1), { why })), null);
  }
  const hi = encodeHi(CARD, random.bytes(32));
  for (
    const changes of [
      { v: 2 },
      { v: "1" },
      { n: "" },
      { bench: null },
      { bench: 5 },
      { bench: "oak" },
      { bench: { id: 5 } },
      { lim: null },
      { lim: { file: -1 } },
      { lim: { file: "1" } },
      { lim: [] },
      { lim: { frames: 20 } },
      ...[null, -1, 0.5, 2 ** 53, "20", [20], {}, true].map((frames) => ({
        lim: { file: 1, frames },
      })),
      { instance: null },
      { instance: {} },
    ]
  ) assertEquals(parseBenchControl(change(hi, changes)), null, JSON.stringify(changes));
});

Deno.test("[M7] hi says how many messages are read of a socket; 0 is without end, and nothing said is the default", () => {
  const framesIn = (text: string) => {
    const control = parseBenchControl(text);
    return control?.t === "hi" ? control.framesPerSecond : null;
  };
  const hiOf = (framesPerSecond: number) =>
    encodeHi({ ...CARD, framesPerSecond }, random.bytes(32));
  for (const frames of [1, 20, 1_000_000]) assertEquals(framesIn(hiOf(frames)), frames);
  assertEquals(JSON.parse(hiOf(Infinity)).lim, { file: 10_485_760, frames: 0 });
  assertEquals(framesIn(hiOf(Infinity)), Infinity);
  assertEquals(framesIn(change(hiOf(5), { lim: { file: 1 } })), LIMITS.maxFramesPerSecond);
});

Deno.test("[A3] a last counter after which none can follow is no bench's word", () => {
  const last = Number.MAX_SAFE_INTEGER;
  assertEquals(parseBenchControl(encodeAdminAnswer("stale", last)), null);
  assertEquals(parseBenchControl(encodeOk({ ...OK, lastAdminCtr: last })), null);
  assert(parseBenchControl(encodeAdminAnswer("stale", last - 1)) !== null);
});

Deno.test("control has at most 4 KiB, counted in bytes", () => {
  const bare = JSON.stringify({ t: "beat", x: "" }).length;
  const ofCharacters = (count: number, filler: string): string =>
    JSON.stringify({ t: "beat", x: filler.repeat(count) });
  for (const filler of ["a", "é", "漢", "🪑"]) {
    const fits = Math.floor((MAX_CONTROL_BYTES - bare) / utf8(filler).length);
    for (const [count, expected] of [[fits, { t: "beat" }], [fits + 1, null]] as const) {
      assertEquals(parseTabControl(ofCharacters(count, filler)), expected);
      assertEquals(parseBenchControl(ofCharacters(count, filler)), expected);
    }
  }
  const exact = ofCharacters(MAX_CONTROL_BYTES - bare, "a");
  assertEquals(exact.length, MAX_CONTROL_BYTES);
  assertEquals(parseTabControl(exact), { t: "beat" });
  assertEquals(parseTabControl(`${exact} `), null);
});

Deno.test("everything a bench of ours says fits 4 KiB, with the longest label", () => {
  const card = { ...CARD, label: "x".repeat(63), maxFileBytes: 2 ** 30, instance: "y".repeat(22) };
  for (const text of [...FROM_BENCH, encodeHi(card, random.bytes(32)), encodeJoin(JOIN)]) {
    assert(utf8(text).length <= MAX_CONTROL_BYTES);
  }
});

Deno.test("what is no JSON object is no message, and nothing throws", () => {
  for (
    const text of [
      "",
      " ",
      "null",
      "1",
      '"beat"',
      "true",
      "[]",
      '["beat"]',
      '[{"t":"beat"}]',
      "{",
      "{}",
      '{"t"}',
      '{"t":"beat"',
      "{t:'beat'}",
      '{"t":"Beat"}',
      '{"t":["beat"]}',
      '\ufeff{"t":"beat"}',
      '{"t":"beat"}{"t":"beat"}',
      '{"__proto__":{"t":"beat"}}',
      "[".repeat(4_096),
      '{"t":'.repeat(700),
      "\ud800",
      "\u0000",
    ]
  ) {
    assertEquals(parseTabControl(text), null);
    assertEquals(parseBenchControl(text), null);
  }
});

Deno.test("seeded junk and changed messages never throw, and what is read is what was written", () => {
  const fuzz = new Seeded(12);
  const templates = [...FROM_BENCH, encodeJoin(JOIN)];
  const values: readonly unknown[] = [
    null,
    -1,
    0,
    1,
    2 ** 53,
    "",
    "x",
    MEMBER,
    [],
    {},
    [[]],
    { t: "beat" },
    "\ud800",
  ];
  let read = 0;
  for (let i = 0; i < 20_000; i++) {
    let text = fuzz.pick(templates);
    switch (i % 4) {
      case 0: // one character changed
        text = text.slice(0, fuzz.below(text.length)) + String.fromCharCode(fuzz.below(300)) +
          text.slice(fuzz.below(text.length));
        break;
      case 1: { // one field changed
        const fields = JSON.parse(text) as Json;
        fields[fuzz.pick(Object.keys(fields))] = fuzz.pick(values);
        text = JSON.stringify(fields);
        break;
      }
      case 2: // cut
        text = text.slice(0, fuzz.below(text.length));
        break;
      default: // nothing of ours
        text = fuzz.text('{}[]":,tbeajoin0123456789 \\u', fuzz.below(80));
    }
    for (const parsed of [parseTabControl(text), parseBenchControl(text)]) {
      if (parsed === null) continue;
      read++;
      assertEquals(parsed.t, JSON.parse(text).t);
    }
  }
  assert(read > 100);
});
