import { assertEquals } from "@std/assert";
import { extensionOf, mimeOf, sniffImageKind } from "../../lib/crypto/image_kind.ts";
import { imageSamples, latin1 } from "../support/image_samples.ts";

Deno.test("sniffImageKind() knows each format by its first bytes", () => {
  for (const { name, kind, bytes } of imageSamples()) {
    assertEquals(sniffImageKind(bytes), kind, name);
    assertEquals(sniffImageKind(bytes.subarray(0, 12)), kind, name);
  }
});

Deno.test("sniffImageKind() takes no other format for a picture", () => {
  const others = [
    "",
    "\xff\xd8",
    "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "<?xml version='1.0'?><svg/>",
    "<!doctype html><img src=x onerror=alert(1)>",
    "BM\x36\0\0\0\0\0\0\0\x36\0\0\0",
    "\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "\0\0\0\x1cftypavif\0\0\0\0avifmif1",
    "II*\0\x08\0\0\0",
    "RIFF\x24\0\0\0WAVEfmt ",
    "GIF88a\x01\0\x01\0",
    "\x89PNG\n\x1a\n\r",
    " GIF89a",
    "%PDF-1.7",
  ];
  for (const text of others) assertEquals(sniffImageKind(latin1(text)), null, text);
});

Deno.test("mimeOf() and extensionOf() name each kind", () => {
  const kinds = ["jpeg", "png", "webp", "gif"] as const;
  assertEquals(kinds.map(mimeOf), ["image/jpeg", "image/png", "image/webp", "image/gif"]);
  assertEquals(kinds.map(extensionOf), ["jpg", "png", "webp", "gif"]);
});
