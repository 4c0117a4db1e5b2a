import { assertEquals } from "@std/assert";
import { crc32 } from "../../lib/crypto/crc32.ts";
import { latin1 } from "../support/image_samples.ts";

Deno.test("crc32() gives the check value of its definition", () => {
  assertEquals(crc32(latin1("123456789")), 0xcbf43926);
  assertEquals(crc32(latin1("IEND")), 0xae426082);
  assertEquals(crc32(new Uint8Array()), 0);
});

Deno.test("crc32() agrees with the bit by bit definition for every length and start", () => {
  const bytes = Uint8Array.from({ length: 64 }, (_, i) => (i * 73 + 19) & 0xff);
  for (let start = 0; start < 9; start++) {
    for (let end = start; end <= bytes.length; end++) {
      let c = 0xffffffff;
      for (const byte of bytes.subarray(start, end)) {
        c ^= byte;
        for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
      }
      assertEquals(crc32(bytes, start, end), ~c >>> 0);
    }
  }
});
