// What is compressed and what is left alone.

import { assertEquals } from "@std/assert";
import { acceptsGzip, compressed } from "../../lib/bench/compress.ts";

const TEXT = "the bench forwards boxes it cannot open. ".repeat(50);

function ask(accept: string | null, method = "GET"): Request {
  const headers = new Headers();
  if (accept !== null) headers.set("accept-encoding", accept);
  return new Request("http://bench.example/", { method, headers });
}

function answer(headers: Record<string, string> = {}, body: string | null = TEXT, status = 200) {
  return new Response(body, {
    status,
    headers: { "content-type": "text/html; charset=utf-8", ...headers },
  });
}

Deno.test("Accept-Encoding is read with its weights", () => {
  for (const yes of ["gzip", "br, gzip", "GZIP;q=0.1", "*", "x-gzip", "deflate, gzip ;q=1.0"]) {
    assertEquals(acceptsGzip(yes), true, yes);
  }
  for (
    const no of [null, "", "br", "gzip;q=0", "gzip; q=0.0, *", "identity", "*;q=0", "gzip;q=x"]
  ) {
    assertEquals(acceptsGzip(no), false, String(no));
  }
});

Deno.test("text goes out as gzip and opens to what it was", async () => {
  const response = compressed(ask("gzip"), answer({ "content-length": String(TEXT.length) }));
  assertEquals(response.headers.get("content-encoding"), "gzip");
  assertEquals(response.headers.get("content-length"), null);
  assertEquals(response.headers.get("vary"), "Accept-Encoding");
  const packed = await response.arrayBuffer();
  assertEquals(packed.byteLength < TEXT.length / 4, true);
  const opened = new Response(packed).body!.pipeThrough(new DecompressionStream("gzip"));
  assertEquals(await new Response(opened).text(), TEXT);
});

Deno.test("who does not take gzip gets plain text, and caches are told that it depends", async () => {
  const response = compressed(ask("br"), answer());
  assertEquals(response.headers.has("content-encoding"), false);
  assertEquals(response.headers.get("vary"), "Accept-Encoding");
  assertEquals(await response.text(), TEXT);
});

Deno.test("Vary keeps what it said and says each thing once", () => {
  const vary = (was: string) => compressed(ask("gzip"), answer({ vary: was })).headers.get("vary");
  assertEquals(vary("If-None-Match"), "If-None-Match, Accept-Encoding");
  assertEquals(vary("accept-encoding"), "accept-encoding");
  assertEquals(vary("*"), "*");
});

Deno.test("a strong tag becomes weak, a weak one stays", () => {
  const etag = (was: string) => compressed(ask("gzip"), answer({ etag: was })).headers.get("etag");
  assertEquals(etag('"abc"'), 'W/"abc"');
  assertEquals(etag('W/"abc"'), 'W/"abc"');
  assertEquals(compressed(ask(null), answer({ etag: '"abc"' })).headers.get("etag"), '"abc"');
});

Deno.test("pictures, tiny, encoded, partial and empty answers are left alone", () => {
  const untouched: readonly Response[] = [
    answer({ "content-type": "image/png" }),
    answer({ "content-length": "100" }, "x".repeat(100)),
    answer({ "content-encoding": "br" }),
    answer({ "cache-control": "no-transform" }),
    answer({ "content-range": "bytes 0-9/100" }, "x".repeat(10), 206),
    answer({}, null, 204),
    answer({}, null, 304),
    answer({}, null, 200),
  ];
  for (const response of untouched) {
    const was = response.headers.get("content-encoding");
    assertEquals(compressed(ask("gzip"), response), response);
    assertEquals(response.headers.get("content-encoding"), was);
  }
});

Deno.test("HEAD gets the headers of GET and no body", () => {
  const response = compressed(ask("gzip", "HEAD"), answer({ etag: '"abc"' }, null));
  assertEquals(response.headers.get("content-encoding"), "gzip");
  assertEquals(response.headers.get("etag"), 'W/"abc"');
  assertEquals(response.body, null);
});
