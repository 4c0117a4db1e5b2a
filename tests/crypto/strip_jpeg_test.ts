import { assertEquals } from "@std/assert";
import { concatBytes } from "../../lib/wire/mod.ts";
import { stripJpeg } from "../../lib/crypto/strip_jpeg.ts";
import {
  cameraTiff,
  CANARY,
  dirtyJpeg,
  frameHeader,
  includesBytes,
  jpegSegment,
  latin1,
  makeJpeg,
  screenProfile,
} from "../support/image_samples.ts";

const sides = { width: 32, height: 16 };
const clean = makeJpeg(sides);
const scanHeader = jpegSegment(0xda, Uint8Array.of(1, 1, 0, 0, 63, 0));

/** The clean picture with something put in behind its first two bytes. */
function withHead(...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(clean.subarray(0, 2), ...parts, clean.subarray(2));
}

/** A picture whose scan is these bytes. */
function withScan(scan: readonly number[], restartEvery = 0): Uint8Array {
  const restart = jpegSegment(0xdd, Uint8Array.of(restartEvery >>> 8, restartEvery & 0xff));
  return concatBytes(
    Uint8Array.of(0xff, 0xd8),
    restartEvery > 0 ? restart : new Uint8Array(),
    frameHeader(0xc0, 32, 16),
    scanHeader,
    Uint8Array.from(scan),
    Uint8Array.of(0xff, 0xd9),
  );
}

Deno.test("stripJpeg() says what it left out of a camera's file", () => {
  assertEquals(stripJpeg(dirtyJpeg(clean, 6))?.removed.toSorted(), [
    "application-data",
    "comment",
    "exif",
    "hidden-data",
    "iptc",
    "profile-details",
    "provenance",
    "second-image",
    "thumbnail",
    "trailing-data",
    "xmp",
  ]);
});

Deno.test("stripJpeg() writes its own segments in one form, in front", () => {
  const jfif = latin1("JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
  const exif = concatBytes(
    latin1("Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"),
    new Uint8Array(4),
  );
  const adobe = latin1("Adobe\0\x64\0\0\0\0\x02");
  const expected = withHead(
    jpegSegment(0xe0, jfif),
    jpegSegment(0xe1, exif),
    jpegSegment(0xee, adobe),
  );
  const dirty = withHead(
    jpegSegment(0xee, concatBytes(latin1("Adobe\0\x65\x12\x34\x56\x78\x02"), latin1(CANARY))),
    jpegSegment(0xe1, concatBytes(latin1("Exif\0\0"), cameraTiff(6))),
    jpegSegment(0xe0, latin1("JFIF\0\x01\x02\x01\x01\x2c\x01\x2c\0\0")),
  );
  assertEquals(stripJpeg(dirty)?.bytes, expected);
});

Deno.test("stripJpeg() keeps an orientation of the first EXIF block alone", () => {
  const exif = (orientation: number) =>
    jpegSegment(0xe1, concatBytes(latin1("Exif\0\0"), cameraTiff(orientation)));
  assertEquals(stripJpeg(withHead(exif(1), exif(6)))?.bytes, clean);
  const late = concatBytes(clean.subarray(0, -2), exif(6), clean.subarray(-2));
  assertEquals(stripJpeg(late)?.bytes, clean);
  assertEquals(stripJpeg(late)?.removed, ["exif"]);
});

Deno.test("stripJpeg() drops a colour profile whose parts do not make one", () => {
  const part = (number: number, of: number, data: Uint8Array) =>
    jpegSegment(0xe2, concatBytes(latin1("ICC_PROFILE\0"), Uint8Array.of(number, of), data));
  const profile = screenProfile();
  const [first, second] = [profile.subarray(0, 200), profile.subarray(200)];
  const broken = [
    [part(1, 1, first)],
    [part(1, 2, first)],
    [part(1, 2, first), part(1, 2, second)],
    [part(0, 2, first), part(1, 2, second)],
    [part(1, 2, first), part(2, 2, second), part(3, 2, second)],
    [part(1, 1, profile), part(1, 1, profile)],
    [jpegSegment(0xe2, latin1("ICC_PROFILE\0"))],
  ];
  for (const parts of broken) {
    const result = stripJpeg(withHead(...parts));
    assertEquals(result?.bytes, clean);
    assertEquals(result?.removed, ["colour-profile"]);
  }
  const whole = stripJpeg(withHead(part(2, 2, second), part(1, 2, first)));
  assertEquals(whole?.bytes, stripJpeg(withHead(part(1, 1, profile)))?.bytes);
  assertEquals(
    includesBytes(whole?.bytes ?? new Uint8Array(), latin1("ICC_PROFILE\0\x01\x01")),
    true,
  );
});

Deno.test("stripJpeg() splits a profile longer than one segment, as long ones come", () => {
  const profile = screenProfile(45_000);
  const part = (number: number, data: Uint8Array) =>
    jpegSegment(0xe2, concatBytes(latin1("ICC_PROFILE\0"), Uint8Array.of(number, 2), data));
  const halves = [part(1, profile.subarray(0, 50_000)), part(2, profile.subarray(50_000))];
  const once = stripJpeg(withHead(...halves));
  const bytes = once?.bytes ?? new Uint8Array();
  assertEquals(includesBytes(bytes, latin1("ICC_PROFILE\0\x02\x02")), true);
  assertEquals(stripJpeg(bytes)?.bytes, bytes);
});

Deno.test("stripJpeg() copies stuffed bytes and restarts, and takes fill bytes out of a scan", () => {
  const scan = [0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56, 0xff, 0xd7, 0x78];
  assertEquals(stripJpeg(withScan(scan, 2))?.bytes, withScan(scan, 2));
  const filled = [0xff, 0xff, 0x00, 0x34, 0xff, 0xff, 0xff, 0xd0, 0x56, 0xff, 0xff];
  const result = stripJpeg(withScan(filled, 2));
  assertEquals(result?.bytes, withScan([0xff, 0x00, 0x34, 0xff, 0xd0, 0x56], 2));
  assertEquals(result?.removed, ["hidden-data"]);
});

Deno.test("stripJpeg() leaves nothing between segments", () => {
  const stray = concatBytes(latin1(CANARY), Uint8Array.of(0xff, 0x00), latin1(CANARY));
  const dirty = withHead(stray, Uint8Array.of(0xff, 0x01), Uint8Array.of(0xff, 0xd3), stray);
  assertEquals(stripJpeg(dirty)?.bytes, clean);
  assertEquals(stripJpeg(dirty)?.removed, ["hidden-data"]);
});

Deno.test("stripJpeg() refuses what a browser shows otherwise or not at all", () => {
  const end = clean.length - 2;
  const atEnd = (part: Uint8Array) =>
    concatBytes(clean.subarray(0, end), part, clean.subarray(end));
  const refused: Readonly<Record<string, Uint8Array>> = {
    "no frame": concatBytes(clean.subarray(0, 2), scanHeader, Uint8Array.of(1, 0xff, 0xd9)),
    "no scan": concatBytes(
      clean.subarray(0, 2),
      frameHeader(0xc0, 8, 8),
      Uint8Array.of(0xff, 0xd9),
    ),
    "no end": clean.subarray(0, -2),
    "two frames": withHead(frameHeader(0xc0, 32, 16)),
    "a second start": withHead(Uint8Array.of(0xff, 0xd8)),
    "hierarchical": withHead(jpegSegment(0xde, new Uint8Array(9))),
    "differential": withHead(frameHeader(0xc5, 32, 16)),
    "lines counted later": atEnd(jpegSegment(0xdc, Uint8Array.of(0, 9))),
    "a reserved marker": withHead(jpegSegment(0x42, latin1(CANARY))),
    "unannounced restarts": withScan([0x12, 0xff, 0xd0, 0x34]),
    "table with a tail": withHead(jpegSegment(0xdb, new Uint8Array(65 + 3))),
    "code table with a tail": withHead(jpegSegment(0xc4, new Uint8Array(17 + 3))),
    "restart interval with a tail": withHead(jpegSegment(0xdd, new Uint8Array(4))),
    "conditioning that is text": withHead(jpegSegment(0xcc, latin1("text"))),
    "a segment length of one": withHead(Uint8Array.of(0xff, 0xfe, 0, 1)),
    "a segment past the end": concatBytes(clean.subarray(0, end), Uint8Array.of(0xff, 0xfe, 9, 9)),
  };
  for (const [name, bytes] of Object.entries(refused)) assertEquals(stripJpeg(bytes), null, name);
});
