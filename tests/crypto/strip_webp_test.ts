import { assertEquals } from "@std/assert";
import { concatBytes } from "../../lib/wire/mod.ts";
import { stripWebp } from "../../lib/crypto/strip_webp.ts";
import {
  cameraTiff,
  dirtyWebp,
  includesBytes,
  latin1,
  losslessBits,
  makeWebp,
  riffChunk,
  riffFile,
  screenProfile,
} from "../support/image_samples.ts";

const sides = { width: 16, height: 8 };
const picture = riffChunk("VP8L", losslessBits(sides));
const canvas = (flags: number, ...reserved: readonly number[]) =>
  riffChunk(
    "VP8X",
    Uint8Array.of(flags, ...(reserved.length ? reserved : [0, 0, 0]), 15, 0, 0, 7, 0, 0),
  );
const loop = riffChunk("ANIM", new Uint8Array(6));

function frame(...chunks: readonly Uint8Array[]): Uint8Array {
  const head = Uint8Array.of(0, 0, 0, 0, 0, 0, 15, 0, 0, 7, 0, 0, 9, 0, 0, 0);
  return riffChunk("ANMF", concatBytes(head, ...chunks));
}

Deno.test("stripWebp() says what it left out", () => {
  assertEquals(stripWebp(dirtyWebp(makeWebp(sides), sides, 6))?.removed.toSorted(), [
    "application-data",
    "exif",
    "profile-details",
    "provenance",
    "trailing-data",
    "xmp",
  ]);
});

Deno.test("stripWebp() sets the flags to what is left, and clears reserved bits", () => {
  const dirty = riffFile(canvas(0xed, 1, 2, 3), picture, riffChunk("XMP ", latin1("x")));
  assertEquals(stripWebp(dirty)?.bytes, riffFile(canvas(0x00), picture));
  const turned = riffFile(canvas(0x08), picture, riffChunk("EXIF", cameraTiff(6)));
  const block = latin1("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0");
  const minimal = riffFile(canvas(0x08), picture, riffChunk("EXIF", block));
  assertEquals(stripWebp(turned)?.bytes, minimal);
  // A decoder looks for EXIF and for a profile only where the flags say so.
  const unflagged = riffFile(canvas(0x00), picture, riffChunk("EXIF", cameraTiff(6)));
  assertEquals(stripWebp(unflagged)?.bytes, riffFile(canvas(0x00), picture));
  const profile = riffChunk("ICCP", screenProfile());
  assertEquals(
    stripWebp(riffFile(canvas(0x00), profile, picture))?.bytes,
    riffFile(canvas(0), picture),
  );
});

Deno.test("stripWebp() keeps a profile's colours and drops a broken one", () => {
  const kept = stripWebp(riffFile(canvas(0x20), riffChunk("ICCP", screenProfile()), picture));
  assertEquals(kept?.removed, ["profile-details"]);
  assertEquals(kept?.bytes[20], 0x20);
  assertEquals(includesBytes(kept?.bytes ?? new Uint8Array(), latin1("rTRC")), true);
  const broken = stripWebp(riffFile(canvas(0x20), riffChunk("ICCP", latin1("none")), picture));
  assertEquals(broken?.removed, ["colour-profile"]);
  assertEquals(broken?.bytes, riffFile(canvas(0), picture));
});

Deno.test("stripWebp() writes pad bytes anew", () => {
  const bits = losslessBits(sides);
  const odd = bits.length % 2 === 1 ? bits : concatBytes(bits, Uint8Array.of(0));
  const padded = (pad: number) => riffFile(riffChunk("VP8L", odd, pad));
  assertEquals(stripWebp(padded(0x43))?.bytes, padded(0));
  assertEquals(stripWebp(padded(0x43))?.removed, ["hidden-data"]);
  assertEquals(stripWebp(padded(0))?.removed, []);
});

Deno.test("stripWebp() drops an alpha plane that no decoder reads", () => {
  const alpha = riffChunk("ALPH", latin1("hide"));
  const result = stripWebp(riffFile(canvas(0x10), alpha, picture));
  assertEquals(result?.bytes, riffFile(canvas(0x10), picture));
  assertEquals(result?.removed, ["hidden-data"]);
});

Deno.test("stripWebp() refuses chunks in a wrong order, or of another size", () => {
  const wider = riffChunk("VP8L", losslessBits({ width: 17, height: 8 }));
  const refused: Readonly<Record<string, Uint8Array>> = {
    "no picture": riffFile(canvas(0)),
    "nothing": riffFile(),
    "metadata first": riffFile(riffChunk("EXIF", cameraTiff(6)), picture),
    "canvas last": riffFile(picture, canvas(0)),
    "two canvases": riffFile(canvas(0), canvas(0), picture),
    "two pictures": riffFile(canvas(0), picture, picture),
    "two pictures, simple": riffFile(picture, picture),
    "profile behind the picture": riffFile(
      canvas(0x20),
      picture,
      riffChunk("ICCP", screenProfile()),
    ),
    "alpha behind the picture": riffFile(
      canvas(0x10),
      picture,
      riffChunk("ALPH", new Uint8Array(4)),
    ),
    "another size than the canvas": riffFile(canvas(0), wider),
    "a still picture in an animation": riffFile(canvas(2), loop, picture),
    "a frame in a still picture": riffFile(canvas(0), frame(picture)),
    "frames before the loop": riffFile(canvas(2), frame(picture), loop),
    "an animation of none": riffFile(canvas(2), loop),
    "an empty frame": riffFile(canvas(2), loop, frame()),
    "a frame of two": riffFile(canvas(2), loop, frame(picture, picture)),
    "a frame of another size": riffFile(canvas(2), loop, frame(wider)),
    "a canvas of nine bytes": riffFile(riffChunk("VP8X", new Uint8Array(9)), picture),
    "a chunk past the end": riffFile(picture, latin1("EXIF\xff\0\0\0")),
    "a later version": riffFile(riffChunk("VP8L", Uint8Array.of(0x2f, 15, 0, 0, 0x20, 0))),
    "no key frame": riffFile(riffChunk("VP8 ", latin1("\x01\0\0\x9d\x01\x2a\x10\0\x08\0"))),
  };
  for (const [name, bytes] of Object.entries(refused)) assertEquals(stripWebp(bytes), null, name);
  assertEquals(stripWebp(riffFile(canvas(2), loop, frame(picture)))?.removed, []);
});
