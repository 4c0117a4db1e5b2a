// Numbers and texts as bytes: exact bounds, big-endian, and nothing lenient.

import { assertEquals, assertThrows } from "@std/assert";
import {
  concatBytes,
  equalBytes,
  parseUtf8,
  readU16,
  readU32,
  readU64,
  toHex,
  u16,
  u32,
  u64,
  utf8,
} from "../../lib/wire/mod.ts";
import { Seeded } from "../support/seeded.ts";
import { hex } from "../support/vectors.ts";

Deno.test("u16, u32 and u64 are big-endian and come back", () => {
  assertEquals(toHex(u16(0x0102)), "0102");
  assertEquals(toHex(u32(0x01020304)), "01020304");
  assertEquals(toHex(u64(0x01020304050607)), "0001020304050607");
  for (const value of [0, 1, 255, 256, 0xffff]) assertEquals(readU16(u16(value), 0), value);
  for (const value of [0, 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
    assertEquals(readU32(u32(value), 0), value);
  }
  for (
    const value of [0, 1, 0xffffffff, 2 ** 32, 2 ** 48 + 7, Number.MAX_SAFE_INTEGER]
  ) {
    assertEquals(new DataView(u64(value).buffer).getBigUint64(0), BigInt(value));
    assertEquals(readU64(u64(value), 0), value);
  }
});

Deno.test("readU64() is null from 2^53 on, and never a rounded number", () => {
  assertEquals(readU64(hex("001fffffffffffff"), 0), Number.MAX_SAFE_INTEGER);
  for (const above of ["0020000000000000", "0020000000000001", "8000000000000000"]) {
    assertEquals(readU64(hex(above), 0), null);
  }
  assertEquals(readU64(new Uint8Array(8).fill(0xff), 0), null);
});

Deno.test("numbers that do not fit are a mistake of ours", () => {
  for (const value of [-1, 0.5, NaN, Infinity, 0x10000]) {
    assertThrows(() => u16(value), RangeError);
  }
  for (const value of [-1, 0.5, NaN, Infinity, 2 ** 32]) assertThrows(() => u32(value), RangeError);
  for (const value of [-1, 0.5, NaN, Infinity, 2 ** 53]) assertThrows(() => u64(value), RangeError);
});

Deno.test("reading past the end throws instead of making up zeros", () => {
  const bytes = new Uint8Array(8);
  assertThrows(() => readU16(bytes, 7), RangeError);
  assertThrows(() => readU32(bytes, 5), RangeError);
  assertThrows(() => readU64(bytes, 1), RangeError);
  assertThrows(() => readU64(bytes.subarray(0, 7), 0), RangeError);
});

Deno.test("parseUtf8() takes what utf8() makes, and no other spelling", () => {
  for (const text of ["", "a", "é", "漢", "🪑", "\u0000", "\ufeffa", "\ud83e\ude91"]) {
    assertEquals(parseUtf8(utf8(text)), text);
  }
  assertEquals(utf8("\ud800"), utf8("\ufffd"));
  // Overlong, surrogate, above U+10FFFF, cut short, lone continuation.
  for (const bad of ["c080", "eda080", "f4908080", "e282", "80", "ff", "c328"]) {
    assertEquals(parseUtf8(hex(bad)), null);
  }
});

Deno.test("concatBytes() and equalBytes()", () => {
  const random = new Seeded(7);
  const whole = random.bytes(100);
  const joined = concatBytes(whole.subarray(0, 3), whole.subarray(3, 3), whole.subarray(3));
  assertEquals(joined, whole);
  assertEquals(equalBytes(joined, whole), true);
  assertEquals(equalBytes(joined.subarray(1), whole), false);
  joined[99]! ^= 1;
  assertEquals(equalBytes(joined, whole), false);
  assertEquals(concatBytes().length, 0);
});
