// [C1] Which origins may open a socket: the bench's own, spelled as browsers spell it, and nothing else.

import { assertEquals } from "@std/assert";
import { checkOrigin } from "../../lib/relay/origin.ts";

const byHost = (origin: string | null, host: string | null) =>
  checkOrigin({ origin, host, publicOrigin: null });
const byPublicUrl = (origin: string | null, publicOrigin: string, host = "inner:3000") =>
  checkOrigin({ origin, host, publicOrigin });

Deno.test("[C1] without PUBLIC_URL an origin with the host of the Host header comes back word for word", () => {
  for (
    const [origin, host] of [
      ["http://localhost:3000", "localhost:3000"],
      ["http://192.168.1.7:8080", "192.168.1.7:8080"],
      ["http://[::1]:3000", "[::1]:3000"],
      ["http://bench.example", "bench.example"],
      ["http://bench.example", "bench.example:80"],
      ["http://bench.example", "Bench.Example"],
      ["http://xn--bnk-qla.example", "xn--bnk-qla.example"],
    ] as const
  ) assertEquals(byHost(origin, host), origin);
});

Deno.test("[C1] behind a proxy that ends TLS the origin is https while the bench hears http", () => {
  assertEquals(byHost("https://bench.example", "bench.example"), "https://bench.example");
  assertEquals(byHost("https://bench.example", "bench.example:443"), "https://bench.example");
  assertEquals(
    byHost("https://bench.example:8443", "bench.example:8443"),
    "https://bench.example:8443",
  );
});

Deno.test("[C1] another host, port or nothing at all is refused", () => {
  for (
    const [origin, host] of [
      ["http://evil.example", "bench.example"],
      ["http://bench.example.evil.example", "bench.example"],
      ["http://evilbench.example", "bench.example"],
      ["http://bench.example:3001", "bench.example:3000"],
      ["http://bench.example", "bench.example:3000"],
      ["http://bench.example:3000", "bench.example"],
      ["https://bench.example", "bench.example:80"],
      ["http://bench.example", "bench.example:443"],
      ["http://bench.example", null],
      ["http://bench.example", ""],
      [null, "bench.example"],
      ["", "bench.example"],
      ["", ""],
    ] as const
  ) assertEquals(byHost(origin, host), null);
});

Deno.test("[C1] an Origin that no browser writes is refused, whatever the host", () => {
  for (
    const origin of [
      "null",
      "file://",
      "bench.example",
      "//bench.example",
      "ws://bench.example",
      "ftp://bench.example",
      "chrome-extension://bench.example",
      "HTTP://bench.example",
      "http://BENCH.example",
      "http://bench.example/",
      "http://bench.example/path",
      "http://bench.example?",
      "http://bench.example#",
      "http://user@bench.example",
      "http://user:word@bench.example",
      "http://bench.example:80",
      "http://bench.example:",
      "http://bench.example:99999",
      " http://bench.example",
      "http://bench.example ",
      "http://bench.example, http://bench.example",
      "http://bench.example http://evil.example",
      "http://bench.example\\@evil.example",
      "http:/bench.example",
      "http://",
      "http://bänk.example",
    ]
  ) assertEquals(byHost(origin, "bench.example"), null, origin);
});

Deno.test("[C1] with PUBLIC_URL its origin counts, scheme and port too, and the Host header does not", () => {
  assertEquals(byPublicUrl("https://b.example", "https://b.example"), "https://b.example");
  assertEquals(byPublicUrl("http://b.example", "https://b.example"), null);
  assertEquals(byPublicUrl("https://b.example:8443", "https://b.example"), null);
  assertEquals(byPublicUrl("http://inner:3000", "https://b.example"), null);
  assertEquals(byPublicUrl(null, "https://b.example"), null);
});
