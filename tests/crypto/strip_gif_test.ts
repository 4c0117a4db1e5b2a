import { assertEquals } from "@std/assert";
import { concatBytes } from "../../lib/wire/mod.ts";
import { stripGif } from "../../lib/crypto/strip_gif.ts";
import { dirtyGif, latin1, makeGif } from "../support/image_samples.ts";

const sides = { width: 16, height: 8 };
const clean = makeGif({ ...sides, frames: 1 });
const blocksAt = 13 + 6;
const loop = (text: string, count: number) =>
  concatBytes(latin1(`\x21\xff\x0b${text}\x03\x01`), Uint8Array.of(count & 0xff, count >>> 8, 0));

/** The clean picture with blocks put in before its first one. */
function withBlocks(...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(clean.subarray(0, blocksAt), ...parts, clean.subarray(blocksAt));
}

Deno.test("stripGif() says what it left out", () => {
  assertEquals(stripGif(dirtyGif(clean))?.removed.toSorted(), [
    "application-data",
    "colour-profile",
    "comment",
    "hidden-data",
    "text",
    "trailing-data",
    "xmp",
  ]);
});

Deno.test("stripGif() keeps the first loop count in one form", () => {
  for (const name of ["NETSCAPE2.0", "ANIMEXTS1.0"]) {
    const once = withBlocks(loop(name, 300));
    assertEquals(stripGif(once)?.bytes, once);
    assertEquals(stripGif(withBlocks(loop(name, 300), loop("NETSCAPE2.0", 1)))?.bytes, once);
  }
  const buffering = latin1("\x21\xff\x0bNETSCAPE2.0\x05\x02\0\0\0\0\0");
  assertEquals(stripGif(withBlocks(buffering))?.bytes, clean);
});

Deno.test("stripGif() keeps a frame's own timing alone, without reserved bits or spare blocks", () => {
  const other = latin1("\x21\xf9\x04\x00\x63\x00\x07\x00");
  assertEquals(stripGif(withBlocks(other))?.bytes, clean); // the later one counts
  const untimed = concatBytes(clean.subarray(0, blocksAt), clean.subarray(blocksAt + 8));
  const spare = latin1("\x21\xf9\x04\xe4\x0a\x00\x00\x03abc\x00");
  const dirty = concatBytes(untimed.subarray(0, blocksAt), spare, untimed.subarray(blocksAt));
  const result = stripGif(dirty);
  assertEquals(result?.bytes, clean);
  assertEquals(result?.removed, ["hidden-data"]);
  const trailing = concatBytes(clean.subarray(0, -1), other, Uint8Array.of(0x3b));
  assertEquals(stripGif(trailing)?.bytes, clean);
  const reserved = clean.slice();
  reserved[blocksAt + 8 + 9] = 0x18;
  assertEquals(stripGif(reserved)?.bytes, clean);
});

Deno.test("stripGif() refuses a file that is damaged or has no frame", () => {
  const frame = blocksAt + 8;
  const patched = (at: number, value: number) => {
    const copy = clean.slice();
    copy[at] = value;
    return copy;
  };
  const refused: Readonly<Record<string, Uint8Array>> = {
    "no frame": concatBytes(clean.subarray(0, frame), Uint8Array.of(0x3b)),
    "no trailer": clean.subarray(0, -1),
    "an unknown block": patched(blocksAt, 0x42),
    "a frame without width": patched(frame + 5, 0),
    "codes of no size": patched(frame + 10, 0),
    "codes too large": patched(frame + 10, 12),
    "a timing of another length": patched(blocksAt + 2, 3),
    "data past the end": patched(clean.length - 2, 9),
  };
  for (const [name, bytes] of Object.entries(refused)) assertEquals(stripGif(bytes), null, name);
});
