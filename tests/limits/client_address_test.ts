// Whom a connection counts for: spellings, proxies, and whatever a stranger writes into a header.

import { assert, assertEquals } from "@std/assert";
import { clientAddress } from "../../lib/limits/mod.ts";
import { Seeded } from "../support/seeded.ts";

function own(remoteAddress: string | null): string | null {
  const { address, isProxyForgotten } = clientAddress({
    remoteAddress,
    forwardedFor: null,
    trustedProxyHops: 0,
  });
  assertEquals(isProxyForgotten, false);
  return address;
}

/** As named by proxies in front of a bench that 198.51.100.1 connects to. */
function named(forwardedFor: string, trustedProxyHops = 1): string | null {
  const { address, isProxyForgotten } = clientAddress({
    remoteAddress: "198.51.100.1",
    forwardedFor,
    trustedProxyHops,
  });
  assertEquals(isProxyForgotten, false);
  return address;
}

const PROXY = "198.51.100.1";

Deno.test("[M13] IPv4 counts as it is, also inside IPv6 in any spelling", () => {
  for (
    const text of [
      "192.0.2.1",
      "::ffff:192.0.2.1",
      "::FFFF:192.0.2.1",
      "::ffff:c000:201",
      "::ffff:c000:0201",
      "0:0:0:0:0:ffff:192.0.2.1",
      "0000:0000:0000:0000:0000:ffff:c000:0201",
      "0::ffff:192.0.2.1",
      "::0:ffff:192.0.2.1",
    ]
  ) assertEquals(own(text), "192.0.2.1", text);
});

Deno.test("[M13] IPv6 counts by /64, in one spelling", () => {
  for (
    const text of [
      "2001:db8::1",
      "2001:DB8::",
      "2001:0db8:0000:0000:0000:0000:0000:0001",
      "2001:db8:0:0:1:2:3:4",
      "2001:db8::ffff:192.0.2.1",
      "2001:db8::192.0.2.1",
      "2001:db8:0:0::",
      "2001:db8::0:0:0:0:9",
    ]
  ) assertEquals(own(text), "2001:db8:0:0::/64", text);
  assertEquals(own("2001:db8:0:1::1"), "2001:db8:0:1::/64");
  assertEquals(own("::1"), "0:0:0:0::/64");
  assertEquals(own("fe80::1%eth0"), "fe80:0:0:0::/64");
  assertEquals(own("1:2:3:4:5:6:7::"), "1:2:3:4::/64");
  assertEquals(own("::2:3:4:5:6:7:8"), "0:2:3:4::/64");
});

Deno.test("[M13] every spelling of a random address counts as one", () => {
  const random = new Seeded(13);
  for (let round = 0; round < 3_000; round++) {
    const words = Array.from(
      { length: 8 },
      () => random.below(3) === 0 ? 0 : random.u32() & 0xffff,
    );
    if (words.slice(0, 5).every((word) => word === 0)) continue;
    const expected = `${words.slice(0, 4).map((word) => word.toString(16)).join(":")}::/64`;
    for (let spelling = 0; spelling < 6; spelling++) {
      const text = spellV6(words, random);
      assertEquals(own(text), expected, text);
      const inHeader = random.pick([
        text,
        `[${text}]`,
        `[${text}]:443`,
        `[${text}%en0]:1`,
        ` ${text}\t`,
      ]);
      assertEquals(named(inHeader), expected, inHeader);
    }
  }
});

function spellV6(words: readonly number[], random: Seeded): string {
  const parts = words.map((word) => {
    const digits = word.toString(16).padStart(random.pick([1, 4]), "0");
    return random.pick([digits, digits.toUpperCase()]);
  });
  const hasV4 = random.below(3) === 0;
  if (hasV4) {
    parts.splice(6, 2, words.slice(6).flatMap((word) => [word >> 8, word & 0xff]).join("."));
  }
  const start = random.below(hasV4 ? 6 : 8);
  let end = start;
  while (end < (hasV4 ? 6 : 8) && words[end] === 0) end++;
  if (end === start) return parts.join(":");
  return `${parts.slice(0, start).join(":")}::${parts.slice(end).join(":")}`;
}

Deno.test("[M13] what is no address is none, and nothing throws", () => {
  for (
    const text of [
      "",
      " ",
      "unknown",
      "_hidden",
      "localhost",
      "/run/bench.sock",
      "1.2.3",
      "1.2.3.4.5",
      "256.0.0.1",
      "01.2.3.4",
      "1.2.3.04",
      "1..2.3",
      "1.2.3.4:",
      "1.2.3.4:123456",
      "1.2.3.-4",
      "0x1.2.3.4",
      "1.2.3.4%eth0",
      "[1.2.3.4]",
      ":",
      ":::",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7:8::",
      "::1:2:3:4:5:6:7:8",
      "1::2::3",
      ":1::2",
      "1::2:",
      "12345::",
      "g::",
      "1.2.3.4::",
      "::1.2.3.4:5",
      "1:2:3:4:5:6:7:1.2.3.4",
      "::1.2.3",
      "[::1",
      "::1]",
      "[::1]x",
      "[::1]:",
      "[[::1]]",
      "fe80::1%",
      "fe80::1%a%b",
      "fe80::1%a b",
      `fe80::1%${"z".repeat(33)}`,
      "192.0.2.1 192.0.2.2",
      "\u0661.2.3.4",
      "1.2.3.4\n5",
      "\ud800",
    ]
  ) {
    assertEquals(own(text), null, JSON.stringify(text));
    assertEquals(named(text), PROXY, JSON.stringify(text));
  }
  assertEquals(own(null), null);
});

Deno.test("[M13] the address is as many entries from the right as there are proxies", () => {
  const header = "203.0.113.9, 192.0.2.1,192.0.2.2 ,  192.0.2.3";
  assertEquals(named(header, 1), "192.0.2.3");
  assertEquals(named(header, 2), "192.0.2.2");
  assertEquals(named(header, 3), "192.0.2.1");
  assertEquals(named(header, 4), "203.0.113.9");
  assertEquals(named(header, 5), PROXY);
});

Deno.test("[M13] ports, brackets and zones come off", () => {
  assertEquals(named("192.0.2.1:50123"), "192.0.2.1");
  assertEquals(named("[2001:db8::1]"), "2001:db8:0:0::/64");
  assertEquals(named("[2001:db8::1]:50123"), "2001:db8:0:0::/64");
  assertEquals(named("[::ffff:192.0.2.1]:50123"), "192.0.2.1");
  assertEquals(named("[fe80::1%eth0]:50123"), "fe80:0:0:0::/64");
});

Deno.test("[M13] what a stranger sends ahead of the proxy's own entry changes nothing", () => {
  for (
    const ahead of [
      "",
      ",",
      ",,,,",
      "1.2.3.4",
      "x".repeat(20_000),
      "1.2.3.4,".repeat(5_000),
      "\u0000\ud800",
    ]
  ) {
    assertEquals(named(`${ahead}, 192.0.2.1`), "192.0.2.1");
    assertEquals(named(`${ahead}, 192.0.2.1, 192.0.2.2`, 2), "192.0.2.1");
  }
});

Deno.test("[M13] half of a long entry is not taken for an address", () => {
  for (let length = 80; length < 120; length++) {
    assertEquals(named(`${"9".repeat(length)}192.0.2.1`), PROXY);
    assertEquals(named(`${" ".repeat(length)}192.0.2.1`), length + 9 > 96 ? PROXY : "192.0.2.1");
    assertEquals(named(`x${" ".repeat(length)}192.0.2.1`), PROXY);
    assertEquals(named(`x${" ".repeat(2 * length)}1.2.3.4, 192.0.2.2`, 2), PROXY);
  }
});

Deno.test("[M13] the header counts for nothing while no proxy is trusted and the socket comes from outside", () => {
  for (const forwardedFor of ["192.0.2.1", "", "x", "10.0.0.1"]) {
    assertEquals(
      clientAddress({ remoteAddress: "203.0.113.7", forwardedFor, trustedProxyHops: 0 }),
      { address: "203.0.113.7", isProxyForgotten: false },
    );
  }
});

Deno.test("[M13] behind a proxy that nobody told of, no limit by address holds", () => {
  const inHouse = [
    "127.0.0.1",
    "127.255.0.9",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.3.4",
    "::1",
    "fe80::1%eth0",
    "febf::1",
    "fc00::1",
    "fdff::1",
    "::ffff:172.17.0.1",
  ];
  const outside = [
    "126.0.0.1",
    "11.0.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "192.169.0.1",
    "169.253.0.1",
    "::2",
    "1::1",
    "fec0::1",
    "fe00::1",
    "2001:db8::1",
    "::ffff:192.0.2.1",
  ];
  const ask = (remoteAddress: string, forwardedFor: string | null, trustedProxyHops: number) =>
    clientAddress({ remoteAddress, forwardedFor, trustedProxyHops });
  for (const address of inHouse) {
    assertEquals(ask(address, "192.0.2.1", 0), { address: null, isProxyForgotten: true }, address);
    assertEquals(ask(address, null, 0).isProxyForgotten, false, address);
    assert(ask(address, null, 0).address !== null);
    assertEquals(ask(address, "192.0.2.1", 1), { address: "192.0.2.1", isProxyForgotten: false });
  }
  for (const address of outside) {
    assertEquals(ask(address, "192.0.2.1", 0).isProxyForgotten, false, address);
    assert(ask(address, "192.0.2.1", 0).address !== null, address);
  }
});

Deno.test("[M13] a listener that cannot tell an address takes a trusted proxy's word", () => {
  const source = { remoteAddress: null, forwardedFor: "192.0.2.1" };
  assertEquals(clientAddress({ ...source, trustedProxyHops: 1 }).address, "192.0.2.1");
  assertEquals(clientAddress({ ...source, trustedProxyHops: 0 }), {
    address: null,
    isProxyForgotten: false,
  });
});

Deno.test("[M13] 200,000 headers of a seeded fuzzer: no throw, and only canonical addresses come out", () => {
  const random = new Seeded(1313);
  const seeds = [
    "192.0.2.1",
    "::ffff:192.0.2.1",
    "2001:db8::1",
    "[2001:db8::1%eth0]:443",
    "10.0.0.1:80",
    "unknown",
    "fe80::1%lo",
    "1:2:3:4:5:6:7:8",
  ];
  const alphabet = "0123456789abcdefABCDEF:.,[]% x-\t\u00e9";
  const canonical =
    /^(?:(?:\d{1,3}\.){3}\d{1,3}|(?:0|[1-9a-f][0-9a-f]{0,3})(?::(?:0|[1-9a-f][0-9a-f]{0,3})){3}::\/64)$/;
  let others = 0;
  for (let i = 0; i < 200_000; i++) {
    let text = random.below(4) === 0
      ? random.text(alphabet, random.below(60))
      : Array.from({ length: 1 + random.below(3) }, () => random.pick(seeds)).join(",");
    for (let edits = random.below(4); edits > 0; edits--) {
      const at = random.below(text.length + 1);
      text = text.slice(0, at) + random.text(alphabet, random.below(3)) +
        text.slice(at + random.below(3));
    }
    const address = named(text, 1 + random.below(3)) ?? "";
    assert(canonical.test(address), JSON.stringify([text, address]));
    if (address !== PROXY) others++;
    // What came out is an address by the platform's own parser too, and spells itself.
    if (i % 20 === 0) {
      const plain = address.replace("/64", "");
      assert(
        URL.canParse(plain.includes(":") ? `http://[${plain}]/` : `http://${plain}/`),
        address,
      );
      assertEquals(own(plain), address);
    }
  }
  // A fuzzer that only ever met the fallback would show nothing.
  assert(others > 50_000, `${others}`);
});
