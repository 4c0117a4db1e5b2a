// The hash under which an address is remembered.

import { assertEquals, assertNotEquals } from "@std/assert";
import { keyedHash } from "../../lib/limits/mod.ts";
import { utf8 } from "../../lib/wire/mod.ts";

Deno.test("[M12] an address is kept as 16 bytes of HMAC-SHA-512, as RFC 4231's first case has them", () => {
  // RFC 4231, 4.2: 87aa7cdea5ef619d4ff0b4241a1d6cb0 are the first 16 bytes.
  assertEquals(
    keyedHash(new Uint8Array(20).fill(0x0b), "Hi There"),
    btoa("\x87\xaa\x7c\xde\xa5\xef\x61\x9d\x4f\xf0\xb4\x24\x1a\x1d\x6c\xb0")
      .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""),
  );
});

Deno.test("[M12] another key or another address is another hash, and neither is in it", () => {
  const key = utf8("k".repeat(32));
  const hash = keyedHash(key, "192.0.2.1");
  assertEquals(keyedHash(key, "192.0.2.1"), hash);
  assertNotEquals(keyedHash(key, "192.0.2.2"), hash);
  assertNotEquals(keyedHash(utf8("j".repeat(32)), "192.0.2.1"), hash);
  assertEquals(/^[\w-]{22}$/.test(hash), true);
});
