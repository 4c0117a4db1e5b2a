// [P5] One text for one byte string.

import { assertEquals } from "@std/assert";
import { encodeBase64url, parseBase64url, parseMemberId, parseRoomId } from "../../lib/wire/mod.ts";
import { Seeded } from "../support/seeded.ts";
import { hex, vectors } from "../support/vectors.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

Deno.test("[P5] every length from 0 to 64 comes back, spelled as the platform spells it", () => {
  const random = new Seeded(64);
  for (let length = 0; length <= 64; length++) {
    for (let round = 0; round < 20; round++) {
      const bytes = random.bytes(length);
      const text = encodeBase64url(bytes);
      assertEquals(text, bytes.toBase64({ alphabet: "base64url", omitPadding: true }));
      assertEquals(parseBase64url(text), bytes);
      assertEquals(parseBase64url(text, length), bytes);
      assertEquals(parseBase64url(text, length + 1), null);
      if (length > 0) assertEquals(parseBase64url(text, length - 1), null);
    }
  }
});

Deno.test("[P5] of all texts that a lenient decoder reads as the same bytes one alone is a value", () => {
  const random = new Seeded(65);
  for (const [length, spellings] of [[1, 16], [2, 4], [16, 16], [32, 4]] as const) {
    const canonical = encodeBase64url(random.bytes(length));
    const stem = canonical.slice(0, -1);
    const last = ALPHABET.indexOf(canonical.at(-1)!);
    let taken = 0;
    for (let low = 0; low < spellings; low++) {
      const text = stem + ALPHABET[last + low];
      if (parseBase64url(text) !== null) taken++;
      assertEquals(parseBase64url(text) !== null, text === canonical);
    }
    assertEquals(taken, 1);
  }
});

Deno.test("[P5] padding, other alphabets, white space and impossible lengths are no value", () => {
  for (
    const text of [
      "AA==",
      "AAA=",
      "AA=",
      "A",
      "AAAAA",
      "AA+A",
      "AA/A",
      "AA A",
      " AAAA",
      "AAAA\n",
      "AA.A",
      "AA%A",
      "AA\u0000A",
      "AAA\u0100",
      "AAA\uff21",
      "AAAé",
      "ĀAAA",
      "💡💡",
    ]
  ) assertEquals(parseBase64url(text), null, JSON.stringify(text));
  for (const other of [undefined, null, 0, 1, true, [], ["AAAA"], {}, { length: 4 }]) {
    assertEquals(parseBase64url(other), null);
    assertEquals(parseRoomId(other), null);
    assertEquals(parseMemberId(other), null);
  }
});

Deno.test("[P5] ids are 16 bytes in canonical spelling", () => {
  const id = encodeBase64url(new Uint8Array(16));
  assertEquals(parseRoomId(id), id);
  assertEquals(parseMemberId(id), id);
  for (const text of [id.slice(1), `${id}A`, `${id.slice(0, -1)}B`, `${id}==`, ""]) {
    assertEquals(parseRoomId(text), null);
    assertEquals(parseMemberId(text), null);
  }
});

Deno.test("[P5] every single character that is not of the alphabet is refused", () => {
  for (let code = 0; code < 0x300; code++) {
    const character = String.fromCharCode(code);
    assertEquals(parseBase64url(`AAA${character}`) !== null, ALPHABET.includes(character));
  }
});

Deno.test("[P5] the vectors' texts", () => {
  assertEquals(
    encodeBase64url(hex(vectors.inputs.K + vectors.room.adminFp)),
    vectors.room.linkToken_b64u,
  );
  assertEquals(parseBase64url(vectors.invite.fragment_b64u, 32), hex(vectors.inputs.invite));
});
