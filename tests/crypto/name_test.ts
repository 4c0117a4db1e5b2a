// [F5] Names: what a hostile one may try, and that cleaning twice is cleaning once.

import { assert, assertEquals } from "@std/assert";
import { cleanName, MAX_NAME_CODE_POINTS } from "../../lib/crypto/name.ts";
import { Seeded } from "../support/seeded.ts";

const points = (text: string): number => [...text].length;

Deno.test("[F5] honest names stay as they are", () => {
  for (
    const name of [
      "Ana",
      "Ana María",
      "Łukasz Żółć",
      "Nguyễn Thị Minh",
      "李小龍",
      "さくら",
      "김민준",
      "Дмитрий",
      "محمد",
      "שָׁלוֹם",
      "สมชาย",
      "प्रिया",
      "O'Neil-Smith",
      "🪑 bench",
      "<img src=x onerror=alert(1)>",
    ]
  ) assertEquals(cleanName(name), name.normalize("NFKC"), name);
});

Deno.test("[F5] nothing that turns the text around stays", () => {
  for (const code of [0x61c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e]) {
    assertEquals(cleanName(`a${String.fromCodePoint(code)}b`), "ab");
  }
  for (const code of [0x2066, 0x2067, 0x2068, 0x2069]) {
    assertEquals(cleanName(`a${String.fromCodePoint(code)}b`), "ab");
  }
});

Deno.test("[F5] nothing stays that is drawn as nothing: no two names look alike by it, and none looks empty", () => {
  const invisible = [
    0x00,
    0x07,
    0x1b,
    0x7f,
    0x85,
    0xad,
    0x34f,
    0x115f,
    0x1160,
    0x17b4,
    0x17b5,
    0x180b,
    0x180e,
    0x200b,
    0x200c,
    0x200d,
    0x2028,
    0x2029,
    0x2060,
    0x2064,
    0x206f,
    0x2800,
    0x3164,
    0xfe00,
    0xfe0f,
    0xfeff,
    0xffa0,
    0xfff9,
    0xe000,
    0x1d159,
    0x1d173,
    0xe0001,
    0xe0041,
    0xe0100,
    0xe01ef,
    0xf0000,
    0x10ffff,
  ];
  for (const code of invisible) {
    const character = String.fromCodePoint(code);
    const hidden = `U+${code.toString(16)}`;
    assertEquals(cleanName(`An${character}a`).replace(" ", ""), "Ana", hidden);
    assertEquals(cleanName(character.repeat(5)), "", hidden);
    assertEquals(cleanName(`${character}Ana${character}`), "Ana", hidden);
  }
  assertEquals(cleanName("\ud800Ana\udc00"), "Ana");
});

Deno.test("[F5] the platform's own list of invisible characters leaves nothing either", () => {
  const ignorable = /^\p{Default_Ignorable_Code_Point}$/u;
  let seen = 0;
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    if (!ignorable.test(character)) continue;
    seen++;
    assertEquals(cleanName(character), "", code.toString(16));
  }
  assert(seen > 4_000);
});

Deno.test("[F5] white space of any kind is one plain space, and none at the ends", () => {
  assertEquals(cleanName(" \t\n Ana \u00a0\u3000\u2003 Bo\r\n"), "Ana Bo");
  for (const blank of ["", " ", "\u00a0\u3000", "\u2028", "\t\n"]) {
    assertEquals(cleanName(blank), "");
  }
});

Deno.test("[F5] marks are not stacked above two, nor put on what stands before the name", () => {
  assertEquals(cleanName(`a${"\u0333".repeat(200)}b`), "a\u0333\u0333b");
  assertEquals(cleanName("\u0333\u0333Ana"), "Ana");
  assertEquals(cleanName("\u0333"), "");
  // U+00B4 is a space with a mark in NFKC: the space goes, and the mark with it.
  assertEquals(cleanName("\u00b4Ana"), "Ana");
  const zalgo = cleanName(
    "Z\u0351\u036b\u0343a\u0310\u030e\u0301l\u0334\u0362\u0321g\u0336\u0337o",
  );
  assertEquals(zalgo.replace(/\p{M}/gu, ""), "Zalgo");
  assert(!/\p{M}{3}/u.test(zalgo));
});

Deno.test("[F5] look-alike letters of compatibility become the plain ones", () => {
  for (const [text, plain] of [["Ａｎａ", "Ana"], ["𝐀𝐧𝐚", "Ana"], ["ﬁn", "fin"], ["①", "1"]]) {
    assertEquals(cleanName(text!), plain);
  }
});

Deno.test("[F5] at most 32 code points, never half of one, however much NFKC makes of it", () => {
  assertEquals(cleanName("x".repeat(33)), "x".repeat(32));
  assertEquals(cleanName("🪑".repeat(40)), "🪑".repeat(32));
  // One character that NFKC spells out as eighteen.
  assertEquals(points(cleanName("\ufdfa")), 18);
  assert(points(cleanName("\ufdfa".repeat(300))) <= MAX_NAME_CODE_POINTS);
  assertEquals(cleanName(`${"x".repeat(511)}🪑`), "x".repeat(32));
  // Cut where the trailing space would stand.
  assertEquals(cleanName(`${"x".repeat(31)} yyy`), "x".repeat(31));
});

Deno.test("[F5] a name of megabytes is cleaned in a moment", () => {
  const before = performance.now();
  cleanName("\ufdfa\u0301".repeat(2_000_000));
  assert(performance.now() - before < 500);
});

Deno.test("[F5] cleaning twice is cleaning once, for sender and receiver alike", () => {
  const random = new Seeded(32);
  const ranges: readonly (readonly [number, number])[] = [
    [0x20, 0x7e],
    [0xa0, 0xff],
    [0x300, 0x36f],
    [0x900, 0x9ff],
    [0xf00, 0xfff],
    [0x1100, 0x11ff],
    [0x1e00, 0x1eff],
    [0x2000, 0x206f],
    [0x3000, 0x33ff],
    [0xac00, 0xd7a3],
    [0xd800, 0xdfff],
    [0xfb50, 0xfdff],
    [0xfe00, 0xffff],
    [0x11000, 0x1134f],
    [0x16d40, 0x16d7f],
    [0x1d100, 0x1d1ff],
    [0xe0000, 0xe01ff],
    [0, 0x10ffff],
  ];
  for (let i = 0; i < 20_000; i++) {
    let text = "";
    for (let left = random.below(50); left > 0; left--) {
      const [first, last] = random.pick(ranges);
      text += String.fromCodePoint(first + random.below(last - first + 1));
    }
    const once = cleanName(text);
    assertEquals(cleanName(once), once, JSON.stringify(text));
    assert(points(once) <= MAX_NAME_CODE_POINTS);
    assert(!/[\p{C}\p{Zl}\p{Zp}]|\s\s|^\s|\s$|\p{M}{3}|^\p{M}/u.test(once), JSON.stringify(text));
  }
});
