import { assertEquals } from "@std/assert";
import { concatBytes } from "../../lib/wire/mod.ts";
import { stripPng } from "../../lib/crypto/strip_png.ts";
import {
  cameraTiff,
  dirtyPng,
  includesBytes,
  latin1,
  makePng,
  pngChunk,
  screenProfile,
  storedZlib,
} from "../support/image_samples.ts";

const sides = { width: 16, height: 8 };
const clean = makePng(sides);
const indexed = makePng({ ...sides, palette: true });
const animated = makePng({ ...sides, frames: 3 });
const headEnd = 8 + 25;

function inserted(bytes: Uint8Array, at: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(bytes.subarray(0, at), ...parts, bytes.subarray(at));
}

/** Where the n-th chunk of this name begins. */
function chunkStart(bytes: Uint8Array, name: string, n = 0): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  let seen = 0;
  for (let at = 8; at < bytes.length; at += 12 + view.getUint32(at)) {
    if (includesBytes(bytes.subarray(at + 4, at + 8), latin1(name)) && seen++ === n) return at;
  }
  throw new RangeError(`no ${name}`);
}

/** The file without one chunk. */
function without(bytes: Uint8Array, name: string, n = 0): Uint8Array {
  const at = chunkStart(bytes, name, n);
  const length = 12 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
  return concatBytes(bytes.subarray(0, at), bytes.subarray(at + length));
}

Deno.test("stripPng() says what it left out of an editor's file", () => {
  assertEquals(stripPng(dirtyPng(clean, 6))?.removed.toSorted(), [
    "application-data",
    "exif",
    "profile-details",
    "provenance",
    "text",
    "time",
    "trailing-data",
    "xmp",
  ]);
});

Deno.test("stripPng() keeps the small chunks that decide about colour, once, where they count", () => {
  const kept = [
    pngChunk("gAMA", Uint8Array.of(0, 0, 0xb1, 0x8f)),
    pngChunk("cHRM", new Uint8Array(32)),
    pngChunk("sRGB", Uint8Array.of(0)),
    pngChunk("sBIT", Uint8Array.of(8, 8, 8)),
    pngChunk("cICP", Uint8Array.of(12, 13, 0, 1)),
    pngChunk("bKGD", new Uint8Array(6)),
    pngChunk("tRNS", new Uint8Array(6)),
    pngChunk("pHYs", new Uint8Array(9)),
  ];
  const full = inserted(clean, headEnd, ...kept);
  assertEquals(stripPng(full)?.bytes, full);
  assertEquals(stripPng(inserted(full, headEnd, ...kept))?.bytes, full); // not twice
  assertEquals(stripPng(inserted(clean, clean.length - 12, ...kept))?.bytes, clean); // not behind
  const tooLong = kept.map((chunk) => {
    const name = String.fromCharCode(...chunk.subarray(4, 8));
    return pngChunk(name, new Uint8Array(chunk.length - 12 + 1));
  });
  const result = stripPng(inserted(clean, headEnd, ...tooLong));
  assertEquals(result?.bytes, clean);
  assertEquals(result?.removed, ["application-data"]);
});

Deno.test("stripPng() writes a rotation back where it stood", () => {
  const minimal = pngChunk(
    "eXIf",
    latin1("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"),
  );
  for (const at of [headEnd, clean.length - 12]) {
    const dirty = inserted(clean, at, pngChunk("eXIf", cameraTiff(6)));
    assertEquals(stripPng(dirty)?.bytes, inserted(clean, at, minimal));
    assertEquals(stripPng(inserted(clean, at, pngChunk("eXIf", cameraTiff(1))))?.bytes, clean);
  }
});

Deno.test("stripPng() gives a colour profile a constant name, and drops a broken one", () => {
  const profileChunk = (head: string, packed: Uint8Array) =>
    pngChunk("iCCP", concatBytes(latin1(head), packed));
  const packed = storedZlib(screenProfile());
  const named = stripPng(inserted(clean, headEnd, profileChunk("Anna's screen\0\0", packed)));
  assertEquals(named?.removed, ["profile-details"]);
  assertEquals(includesBytes(named?.bytes ?? clean, latin1("iCCPicc\0\0")), true);
  const broken = [
    profileChunk("icc\0\x01", packed),
    profileChunk("\0\0", packed),
    profileChunk("x".repeat(80) + "\0\0", packed),
    profileChunk("icc\0\0", packed.subarray(0, -1)),
    profileChunk("icc\0\0", storedZlib(latin1("no profile"))),
    pngChunk("iCCP", latin1("icc")),
  ];
  for (const chunk of broken) {
    const result = stripPng(inserted(clean, headEnd, chunk));
    assertEquals(result?.bytes, clean);
    assertEquals(result?.removed, ["colour-profile"]);
  }
});

Deno.test("stripPng() makes room for a profile that was compressed to almost nothing", async () => {
  const profile = screenProfile(100_000);
  const stream = new Blob([profile]).stream().pipeThrough(new CompressionStream("deflate"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  const dirty = inserted(clean, headEnd, pngChunk("iCCP", concatBytes(latin1("x\0\0"), packed)));
  const once = stripPng(dirty)?.bytes ?? new Uint8Array();
  assertEquals(once.length > 200_000, true);
  assertEquals(stripPng(once)?.bytes, once);
});

Deno.test("stripPng() drops frames that no animation announces", () => {
  const still = without(animated, "acTL");
  const result = stripPng(still);
  assertEquals(result?.removed, ["second-image"]);
  for (const name of ["fcTL", "fdAT"]) {
    assertEquals(includesBytes(result?.bytes ?? still, latin1(name)), false);
  }
});

Deno.test("stripPng() refuses a file that is damaged or follows another order", () => {
  const flipped = (bytes: Uint8Array, at: number) => {
    const copy = bytes.slice();
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  const idat = chunkStart(clean, "IDAT");
  const refused: Readonly<Record<string, Uint8Array>> = {
    "a flipped bit in the header": flipped(clean, 20),
    "a flipped bit in the data": flipped(clean, idat + 20),
    "a flipped bit in a checksum": flipped(clean, clean.length - 1),
    "a flipped bit in the palette": flipped(indexed, chunkStart(indexed, "PLTE") + 9),
    "data in two places": inserted(
      clean,
      chunkStart(clean, "IDAT", 1),
      pngChunk("tEXt", latin1("a\0b")),
    ),
    "no data": without(without(clean, "IDAT", 1), "IDAT"),
    "no palette": without(indexed, "PLTE"),
    "two palettes": inserted(indexed, headEnd, pngChunk("PLTE", new Uint8Array(3))),
    "a palette of 257": inserted(clean, headEnd, pngChunk("PLTE", new Uint8Array(257 * 3))),
    "two headers": inserted(clean, headEnd, clean.subarray(8, headEnd)),
    "no end": clean.subarray(0, -12),
    "an end that holds something": concatBytes(
      clean.subarray(0, -12),
      pngChunk("IEND", latin1("x")),
    ),
    "a critical chunk of another format": inserted(
      clean,
      headEnd,
      pngChunk("CgBI", new Uint8Array(4)),
    ),
    "a frame missing": without(without(animated, "fdAT", 1), "fcTL", 2),
    "a frame out of turn": without(animated, "fdAT"),
    "a frame too many": inserted(
      without(animated, "acTL"),
      headEnd,
      pngChunk("acTL", Uint8Array.of(0, 0, 0, 2, 0, 0, 0, 0)),
    ),
    "an animation of none": inserted(clean, headEnd, pngChunk("acTL", new Uint8Array(8))),
    "a colour type that does not exist": concatBytes(
      clean.subarray(0, 8),
      pngChunk("IHDR", Uint8Array.of(0, 0, 0, 16, 0, 0, 0, 8, 8, 5, 0, 0, 0)),
      clean.subarray(headEnd),
    ),
  };
  for (const [name, bytes] of Object.entries(refused)) assertEquals(stripPng(bytes), null, name);
});
