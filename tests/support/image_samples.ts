// Small pictures made by hand, and the same pictures with metadata in every place where cameras and editors put it. Each planted
// text holds the word CANARY, so a test looks for one word. The encoders are as plain as their formats allow (one Huffman table,
// stored deflate, a two-colour palette), but what they make is decoded by real browsers in image_decode_e2e_test.ts.
// Longer than 300 lines because four formats stand side by side; none of it runs in the app.

import { concatBytes } from "../../lib/wire/mod.ts";
import { crc32 } from "../../lib/crypto/crc32.ts";
import type { ImageKind } from "../../lib/crypto/image_kind.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What every planted text contains. */
export const CANARY = "CANARY";

/** A picture with metadata; `orientation` is what its EXIF says (1: none). */
export interface ImageSample {
  readonly name: string;
  readonly kind: ImageKind;
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  /** The file as an encoder made it. */
  readonly clean: Bytes;
  /** The same pixels amid metadata. */
  readonly bytes: Bytes;
}

/** Every kind of file the stripper follows, each full of metadata. */
export function imageSamples(): readonly ImageSample[] {
  const large = { width: 32, height: 16 };
  const small = { width: 16, height: 8 };
  const jpeg = (name: string, orientation: number, clean: Bytes): ImageSample => {
    const bytes = dirtyJpeg(clean, orientation);
    return { name: `jpeg ${name}`, kind: "jpeg", ...large, orientation, clean, bytes };
  };
  const png = (name: string, orientation: number, clean: Bytes): ImageSample => {
    const bytes = dirtyPng(clean, orientation);
    return { name: `png ${name}`, kind: "png", ...small, orientation, clean, bytes };
  };
  const gif = (name: string, clean: Bytes): ImageSample => {
    const bytes = dirtyGif(clean);
    return { name: `gif ${name}`, kind: "gif", ...small, orientation: 1, clean, bytes };
  };
  const webp = (name: string, orientation: number, clean: Bytes, bytes: Bytes): ImageSample => {
    return { name: `webp ${name}`, kind: "webp", ...small, orientation, clean, bytes };
  };
  const lossless = makeWebp(small);
  const lossy = lossyWebp();
  return [
    jpeg("baseline", 6, makeJpeg(large)),
    jpeg("upright", 1, makeJpeg(large)),
    jpeg("with restarts", 3, makeJpeg({ ...large, restartEvery: 3 })),
    jpeg("progressive", 8, makeJpeg({ ...large, progressive: true })),
    jpeg("arithmetic", 5, arithmeticJpeg(large)),
    png("rgb", 6, makePng(small)),
    png("palette", 1, makePng({ ...small, palette: true })),
    png("animated", 2, makePng({ ...small, frames: 3 })),
    gif("still", makeGif({ ...small, frames: 1 })),
    gif("animated", makeGif({ ...small, frames: 3 })),
    webp("lossless", 6, lossless, dirtyWebp(lossless, small, 6)),
    webp("lossy", 1, lossy, dirtyWebp(lossy, small, 1)),
    webp("simple", 1, lossless, withRiffTail(lossless)),
    webp("animated", 7, animatedWebp(small), dirtyAnimatedWebp(small, 7)),
  ];
}

/** A repeatable stream of numbers in 0..2^32-1 (xorshift32). */
export function seededNumbers(seed: number): () => number {
  let x = seed | 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

/** Latin-1 bytes. */
export function latin1(text: string): Bytes {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function be16(value: number): Bytes {
  return Uint8Array.of((value >>> 8) & 0xff, value & 0xff);
}

function be32(value: number): Bytes {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

function le16(value: number): Bytes {
  return be16(value).reverse();
}

function le24(value: number): Bytes {
  return be32(value).subarray(1).reverse().slice();
}

function le32(value: number): Bytes {
  return be32(value).reverse();
}

function planted(place: string): Bytes {
  return latin1(`${CANARY} ${place} 52.5200N 13.4050E`);
}

/**
 * A TIFF block as a camera writes it: make, orientation, a maker note, a GPS directory with its date, and a second
 * directory with a thumbnail.
 */
export function cameraTiff(orientation: number, little = true): Bytes {
  const n16 = little ? le16 : be16;
  const n32 = little ? le32 : be32;
  const make = planted("make");
  const note = planted("maker note");
  const date = planted("gps date");
  const thumbnail = concatBytes(
    Uint8Array.of(0xff, 0xd8),
    planted("thumb"),
    Uint8Array.of(0xff, 0xd9),
  );
  const directoryBytes = (entries: number) => 2 + 12 * entries + 4;
  const gpsAt = 8 + directoryBytes(4);
  const secondAt = gpsAt + directoryBytes(1);
  const dataAt = secondAt + directoryBytes(2);
  const noteAt = dataAt + make.length;
  const dateAt = noteAt + note.length;
  const thumbnailAt = dateAt + date.length;
  const entry = (tag: number, type: number, count: number, value: Bytes) =>
    concatBytes(n16(tag), n16(type), n32(count), value);
  return concatBytes(
    latin1(little ? "II" : "MM"),
    n16(42),
    n32(8),
    n16(4),
    entry(0x010f, 2, make.length, n32(dataAt)),
    entry(0x0112, 3, 1, concatBytes(n16(orientation), n16(0))),
    entry(0x8825, 4, 1, n32(gpsAt)),
    entry(0x927c, 7, note.length, n32(noteAt)),
    n32(secondAt),
    n16(1),
    entry(0x001d, 2, date.length, n32(dateAt)),
    n32(0),
    n16(2),
    entry(0x0201, 4, 1, n32(thumbnailAt)),
    entry(0x0202, 4, 1, n32(thumbnail.length)),
    n32(0),
    make,
    note,
    date,
    thumbnail,
  );
}

/**
 * A version 2 colour profile of wide primaries whose three curves share one place, with the names, the maker's fields and the
 * serial number that a system's own profile of a screen carries. More points make it as long as one wishes.
 */
export function screenProfile(curvePoints = 1): Bytes {
  const xyz = (...values: readonly number[]) =>
    concatBytes(latin1("XYZ \0\0\0\0"), ...values.map((value) => be32(value)));
  // One point is an exponent, here 2.2; more points are a table, here of nothing but 2.2/256.
  const points = new Uint8Array(curvePoints * 2).map((_, i) => i % 2 === 0 ? 0x02 : 0x33);
  const curve = concatBytes(latin1("curv\0\0\0\0"), be32(curvePoints), points);
  const named = (place: string) => concatBytes(latin1("desc\0\0\0\0"), planted(place));
  const tags: readonly (readonly [string, Bytes])[] = [
    ["desc", named("screen name")],
    ["cprt", named("copyright ")],
    ["wtpt", xyz(0xf6d6, 0x10000, 0xd32d)],
    ["rXYZ", xyz(0x83de, 0x3dbe, -0x45)],
    ["gXYZ", xyz(0x4abe, 0xb136, 0x0ab9)],
    ["bXYZ", xyz(0x283b, 0x110c, 0xc8cd)],
    ["rTRC", curve],
    ["gTRC", curve],
    ["bTRC", curve],
    ["mmod", named("serial num")],
    ["dmnd", named("maker     ")],
  ];
  const places = new Map<Bytes, number>();
  const data: Bytes[] = [];
  let at = 128 + 4 + tags.length * 12;
  for (const [, block] of tags) {
    if (places.has(block)) continue;
    places.set(block, at);
    const padding = new Uint8Array((4 - block.length % 4) % 4);
    data.push(block, padding);
    at += block.length + padding.length;
  }
  const header = new Uint8Array(128);
  header.set(be32(at));
  header.set([2, 0x40], 8);
  header.set(latin1("mntrRGB XYZ "), 12);
  header.set([7, 230, 0, 5, 0, 4, 0, 3, 0, 2, 0, 1], 24); // made on
  header.set(latin1("acsp"), 36);
  header.set(latin1("CANARY!!"), 48); // maker and model
  header.set([0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d], 68);
  header.set(latin1("CANARYid"), 84);
  return concatBytes(
    header,
    be32(tags.length),
    ...tags.map(([name, block]) =>
      concatBytes(latin1(name), be32(places.get(block) ?? 0), be32(block.length))
    ),
    ...data,
  );
}

// ---- JPEG ----

export function jpegSegment(marker: number, body: Uint8Array): Bytes {
  return concatBytes(Uint8Array.of(0xff, marker), be16(body.length + 2), body);
}

/** Puts bits together, most significant first, with a zero stuffed after each 0xFF. */
class JpegBits {
  readonly #out: number[] = [];
  #bits = 0;
  #count = 0;

  put(value: number, width: number): void {
    for (let i = width - 1; i >= 0; i--) {
      this.#bits = (this.#bits << 1) | ((value >>> i) & 1);
      if (++this.#count < 8) continue;
      this.#out.push(this.#bits);
      if (this.#bits === 0xff) this.#out.push(0);
      this.#bits = 0;
      this.#count = 0;
    }
  }

  /** Fills the last byte with ones. */
  align(): void {
    while (this.#count !== 0) this.put(1, 1);
  }

  restart(number: number): void {
    this.align();
    this.#out.push(0xff, 0xd0 + number % 8);
  }

  bytes(): Bytes {
    this.align();
    return Uint8Array.from(this.#out);
  }
}

// Twelve codes of four bits for the DC categories 0..11; for AC one code of one bit: end of block.
const dcTable = concatBytes(
  Uint8Array.of(0x00, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  Uint8Array.from({ length: 12 }, (_, i) => i),
);
const acTable = Uint8Array.of(0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00);

interface Sides {
  readonly width: number;
  readonly height: number;
}

/** A grey picture of flat 8 x 8 blocks (sides are multiples of 8), in one scan or in three (progressive). */
export function makeJpeg(
  { width, height, restartEvery = 0, progressive = false, seed = 7 }: Sides & {
    readonly restartEvery?: number;
    readonly progressive?: boolean;
    readonly seed?: number;
  },
): Bytes {
  const next = seededNumbers(seed);
  const levels = Array.from({ length: width * height / 64 }, () => next() % 120 - 60);
  const coded = (shift: number, endOfBlock: boolean) => {
    const bits = new JpegBits();
    let before = 0;
    levels.forEach((level, i) => {
      if (restartEvery > 0 && i > 0 && i % restartEvery === 0) {
        bits.restart(i / restartEvery - 1);
        before = 0;
      }
      const difference = (level >> shift) - before;
      before = level >> shift;
      const category = difference === 0 ? 0 : 32 - Math.clz32(Math.abs(difference));
      bits.put(category, 4);
      bits.put(difference > 0 ? difference : difference + (1 << category) - 1, category);
      if (endOfBlock) bits.put(0, 1);
    });
    return bits.bytes();
  };
  const eachBlock = (bit: (level: number) => number) => {
    const bits = new JpegBits();
    for (const level of levels) bits.put(bit(level), 1);
    return bits.bytes();
  };
  const scan = (from: number, to: number, approximation: number) =>
    jpegSegment(0xda, Uint8Array.of(1, 1, 0x00, from, to, approximation));
  const scans = progressive
    ? [
      scan(0, 0, 0x01), // all but the lowest bit of each level
      coded(1, false),
      scan(0, 0, 0x10), // that lowest bit
      eachBlock((level) => level & 1),
      scan(1, 63, 0x00), // nothing but ends of blocks
      eachBlock(() => 0),
    ]
    : [scan(0, 63, 0), coded(0, true)];
  return concatBytes(
    Uint8Array.of(0xff, 0xd8),
    jpegSegment(0xdb, concatBytes(Uint8Array.of(0), new Uint8Array(64).fill(16))),
    jpegSegment(0xc4, dcTable),
    jpegSegment(0xc4, acTable),
    restartEvery > 0 ? jpegSegment(0xdd, be16(restartEvery)) : new Uint8Array(),
    frameHeader(progressive ? 0xc2 : 0xc0, width, height),
    ...scans,
    Uint8Array.of(0xff, 0xd9),
  );
}

/** A JPEG frame header for one component. */
export function frameHeader(marker: number, width: number, height: number): Bytes {
  return jpegSegment(
    marker,
    concatBytes(Uint8Array.of(8), be16(height), be16(width), Uint8Array.of(1, 1, 0x11, 0)),
  );
}

/** Shaped like an arithmetic-coded file; its scan is made up, since browsers differ on showing them. */
function arithmeticJpeg({ width, height }: Sides): Bytes {
  return concatBytes(
    Uint8Array.of(0xff, 0xd8),
    jpegSegment(0xdb, concatBytes(Uint8Array.of(0), new Uint8Array(64).fill(16))),
    jpegSegment(0xcc, Uint8Array.of(0x00, 0x10, 0x10, 0x05)),
    frameHeader(0xc9, width, height),
    jpegSegment(0xda, Uint8Array.of(1, 1, 0, 0, 63, 0)),
    Uint8Array.of(0x12, 0xff, 0x00, 0x34, 0x56),
    Uint8Array.of(0xff, 0xd9),
  );
}

/** The same picture with metadata before, between and behind its segments; works on any JPEG that starts with SOI. */
export function dirtyJpeg(clean: Uint8Array, orientation: number): Bytes {
  const text = (tag: string, place: string) => concatBytes(latin1(tag), planted(place));
  const comment = jpegSegment(0xfe, planted("comment"));
  const parts: Uint8Array[] = [
    Uint8Array.of(0xff, 0xd8),
    ...(hasJfif(clean) ? [] : [jpegSegment(
      0xe0,
      concatBytes(
        latin1("JFIF\0"),
        Uint8Array.of(1, 2, 1, 0, 72, 0, 72, 1, 14),
        planted("jfif thumb  "),
      ),
    )]),
    jpegSegment(0xe0, text("JFXX\0\x10", "jfxx")),
    jpegSegment(0xe1, concatBytes(latin1("Exif\0\0"), cameraTiff(orientation))),
    jpegSegment(0xe1, concatBytes(latin1("Exif\0\0"), cameraTiff(4, false))), // a second one, which nobody reads
    jpegSegment(0xe1, text("http://ns.adobe.com/xap/1.0/\0", "xmp")),
    jpegSegment(0xe1, text("http://ns.adobe.com/xmp/extension/\0", "extended xmp")),
    ...(hasProfile(clean) ? [] : profileSegments()),
    jpegSegment(0xe2, text("MPF\0", "multi-picture index")),
    jpegSegment(0xe2, text("HDR_GAIN_CURVE\0", "other app2")),
    jpegSegment(0xeb, text("JP\0\x01", "c2pa")),
    jpegSegment(0xed, text("Photoshop 3.0\x008BIM\x04\x04", "iptc")),
    jpegSegment(0xe5, planted("app5")),
    jpegSegment(0xef, planted("app15")),
    comment,
    latin1("hidden between CANARY segments"),
    Uint8Array.of(0xff, 0xff, 0xff), // fill bytes before the marker that follows
  ];
  // Before each scan but the first, and before the end: a comment, which is where editors append them in progressive files.
  let from = 2;
  let scans = 0;
  for (let at = 2; at + 4 <= clean.length;) {
    const marker = clean[at + 1] ?? 0;
    if (marker === 0xda) {
      parts.push(clean.subarray(from, at), ...(scans++ > 0 ? [comment] : []));
      from = at;
      at = scanEnd(clean, at);
    } else at += 2 + ((clean[at + 2] ?? 0) << 8) + (clean[at + 3] ?? 0);
  }
  parts.push(clean.subarray(from, clean.length - 2), comment, clean.subarray(clean.length - 2));
  parts.push(Uint8Array.of(0xff, 0xd8), planted("second picture"), Uint8Array.of(0xff, 0xd9));
  return concatBytes(...parts);
}

function profileSegments(): readonly Bytes[] {
  const profile = screenProfile();
  const part = (number: number, data: Uint8Array) =>
    jpegSegment(0xe2, concatBytes(latin1("ICC_PROFILE\0"), Uint8Array.of(number, 2), data));
  return [part(2, profile.subarray(100)), part(1, profile.subarray(0, 100))];
}

function hasJfif(jpeg: Uint8Array): boolean {
  return jpeg[3] === 0xe0;
}

function hasProfile(jpeg: Uint8Array): boolean {
  return includesBytes(jpeg, latin1("ICC_PROFILE\0"));
}

/** Past the entropy-coded bytes of the scan whose marker stands at `at`. */
function scanEnd(jpeg: Uint8Array, at: number): number {
  let i = at + 4;
  while (!(jpeg[i] === 0xff && jpeg[i + 1] !== 0 && ((jpeg[i + 1] ?? 0) & 0xf8) !== 0xd0)) {
    if (++i >= jpeg.length) throw new RangeError("a sample without an end");
  }
  return i;
}

// ---- PNG ----

const pngSignature = latin1("\x89PNG\r\n\x1a\n");

export function pngChunk(name: string, data: Uint8Array): Bytes {
  const body = concatBytes(latin1(name), data);
  return concatBytes(be32(data.length), body, be32(crc32(body)));
}

/** A zlib stream of stored blocks. */
export function storedZlib(data: Uint8Array): Bytes {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let at = 0; at < data.length || at === 0; at += 65_535) {
    const block = data.subarray(at, at + 65_535);
    const last = at + 65_535 >= data.length ? 1 : 0;
    parts.push(Uint8Array.of(last), le16(block.length), le16(~block.length & 0xffff), block);
  }
  let a = 1;
  let b = 0;
  for (const byte of data) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  parts.push(be16(b), be16(a));
  return concatBytes(...parts);
}

function imageHeader(width: number, height: number, depth: number, colourType: number): Bytes {
  return pngChunk(
    "IHDR",
    concatBytes(be32(width), be32(height), Uint8Array.of(depth, colourType, 0, 0, 0)),
  );
}

/** Rows of noise, each behind its filter byte (0: none). */
function noiseRows(rowBytes: number, rows: number, seed: number): Bytes {
  const next = seededNumbers(seed);
  const data = new Uint8Array((rowBytes + 1) * rows);
  const words = new DataView(data.buffer);
  for (let i = 0; i + 4 <= data.length; i += 4) words.setUint32(i, next());
  for (let row = 0; row < rows; row++) data[row * (rowBytes + 1)] = 0;
  return data;
}

/** Noise in 8-bit RGB or in two palette colours; with `frames` > 1 an animation that starts with the still picture. */
export function makePng(
  { width, height, palette = false, frames = 1, seed = 11 }: Sides & {
    readonly palette?: boolean;
    readonly frames?: number;
    readonly seed?: number;
  },
): Bytes {
  const rowBytes = palette ? Math.ceil(width / 8) : width * 3;
  const picture = (n: number) => storedZlib(noiseRows(rowBytes, height, seed + n));
  const still = picture(0);
  const half = still.length >> 1;
  let sequence = 0;
  const control = () =>
    pngChunk(
      "fcTL",
      concatBytes(
        be32(sequence++),
        be32(width),
        be32(height),
        be32(0),
        be32(0),
        Uint8Array.of(0, 1, 0, 10, 0, 0),
      ),
    );
  const animated = frames > 1;
  return concatBytes(
    pngSignature,
    imageHeader(width, height, palette ? 1 : 8, palette ? 3 : 2),
    palette ? pngChunk("PLTE", Uint8Array.of(200, 30, 10, 20, 90, 220)) : new Uint8Array(),
    palette ? pngChunk("tRNS", Uint8Array.of(255, 128)) : new Uint8Array(),
    animated ? pngChunk("acTL", concatBytes(be32(frames), be32(0))) : new Uint8Array(),
    animated ? control() : new Uint8Array(),
    pngChunk("IDAT", still.subarray(0, half)),
    pngChunk("IDAT", still.subarray(half)),
    ...Array.from(
      { length: frames - 1 },
      (_, i) =>
        concatBytes(control(), pngChunk("fdAT", concatBytes(be32(sequence++), picture(i + 1)))),
    ),
    pngChunk("IEND", new Uint8Array()),
  );
}

/** The same picture with metadata before and behind its image data; works on any PNG. */
export function dirtyPng(clean: Uint8Array, orientation: number): Bytes {
  const text = (tag: string, place: string) => concatBytes(latin1(tag), planted(place));
  const afterHeader = 8 + 25;
  const beforeEnd = clean.length - 12;
  const coloured = includesBytes(clean, latin1("iCCP")) || includesBytes(clean, latin1("cICP"));
  return concatBytes(
    clean.subarray(0, afterHeader),
    coloured ? new Uint8Array() : pngChunk(
      "iCCP",
      concatBytes(planted("profile name"), Uint8Array.of(0, 0), storedZlib(screenProfile())),
    ),
    pngChunk("pHYs", Uint8Array.of(0, 0, 11, 19, 0, 0, 11, 19, 1)),
    pngChunk("gAMA", planted("wrong length")),
    pngChunk("tEXt", text("Comment\0", "tEXt")),
    pngChunk("zTXt", text("Raw profile type exif\0\0", "zTXt")),
    pngChunk("iTXt", text("XML:com.adobe.xmp\0\0\0\0\0", "xmp")),
    pngChunk("eXIf", cameraTiff(orientation, false)),
    pngChunk("eXIf", cameraTiff(4)),
    pngChunk("caBX", planted("c2pa")),
    pngChunk("prVt", planted("private")),
    clean.subarray(afterHeader, beforeEnd),
    pngChunk("tIME", Uint8Array.of(7, 230, 5, 4, 3, 2, 1)),
    pngChunk("tEXt", text("Location\0", "after the data")),
    clean.subarray(beforeEnd),
    planted("behind the end"),
  );
}

/**
 * A PNG of noise close to `targetBytes` (within 1 %, from 20,000 bytes up) that compresses no further, each side well below
 * 8192 px up to about 100 MiB, with a place and texts planted in it. The same seed gives the same bytes.
 */
export function makeNoisePng(targetBytes: number, seed: number): Bytes {
  const width = Math.floor(Math.sqrt(targetBytes / 3));
  const rowBytes = 1 + 3 * width;
  const framing = 1_500 + Math.ceil(targetBytes / 65_535) * 5 +
    Math.ceil(targetBytes / 262_144) * 12;
  const height = Math.max(1, Math.floor((targetBytes - framing) / rowBytes));
  const stream = storedZlib(noiseRows(width * 3, height, seed));
  const parts: Uint8Array[] = [pngSignature, imageHeader(width, height, 8, 2)];
  for (let at = 0; at < stream.length; at += 262_144) {
    parts.push(pngChunk("IDAT", stream.subarray(at, at + 262_144)));
  }
  parts.push(pngChunk("IEND", new Uint8Array()));
  return dirtyPng(concatBytes(...parts), 1);
}

// ---- GIF ----

function subBlocks(...blocks: readonly Uint8Array[]): Bytes {
  return concatBytes(
    ...blocks.map((block) => concatBytes(Uint8Array.of(block.length), block)),
    Uint8Array.of(0),
  );
}

/** Two-colour frames; LZW that clears its table before each pixel, so that codes stay three bits wide. */
export function makeGif({ width, height, frames }: Sides & { readonly frames: number }): Bytes {
  const frame = (n: number) => {
    const next = seededNumbers(n + 1);
    const codes: number[] = [];
    for (let i = 0; i < width * height; i++) codes.push(4, next() & 1);
    codes.push(5);
    const data = new Uint8Array(Math.ceil(codes.length * 3 / 8));
    codes.forEach((code, i) => {
      for (let bit = 0; bit < 3; bit++) {
        const at = i * 3 + bit;
        data[at >> 3] = (data[at >> 3] ?? 0) | (((code >>> bit) & 1) << (at & 7));
      }
    });
    const blocks: Uint8Array[] = [];
    for (let at = 0; at < data.length; at += 255) blocks.push(data.subarray(at, at + 255));
    return concatBytes(
      Uint8Array.of(0x21, 0xf9, 4, 0x04, 10, 0, 0, 0),
      Uint8Array.of(0x2c, 0, 0, 0, 0),
      le16(width),
      le16(height),
      Uint8Array.of(0, 2),
      subBlocks(...blocks),
    );
  };
  return concatBytes(
    latin1("GIF89a"),
    le16(width),
    le16(height),
    Uint8Array.of(0x80, 0, 0, 200, 30, 10, 20, 90, 220),
    ...Array.from({ length: frames }, (_, n) => frame(n)),
    Uint8Array.of(0x3b),
  );
}

/** The same GIF (of `makeGif`, or any with a two-colour table) with metadata before its first frame and behind its last. */
export function dirtyGif(clean: Uint8Array): Bytes {
  const extension = (label: number, ...blocks: readonly Uint8Array[]) =>
    concatBytes(Uint8Array.of(0x21, label), subBlocks(...blocks));
  const firstBlock = 13 + 6;
  return concatBytes(
    clean.subarray(0, firstBlock),
    extension(
      0xff,
      latin1("NETSCAPE2.0"),
      Uint8Array.of(1, 5, 0),
      planted("behind the loop count"),
    ),
    extension(0xfe, planted("comment"), planted("comment, second block")),
    extension(0xff, latin1("XMP DataXMP"), planted("xmp")),
    extension(0xff, latin1("ICCRGBG1012"), planted("profile")),
    extension(0xff, latin1("CANARYAP1.0"), planted("application")),
    extension(0x01, new Uint8Array(12), planted("plain text")),
    clean.subarray(firstBlock, clean.length - 1),
    extension(0xfe, planted("last comment")),
    Uint8Array.of(0x3b),
    planted("behind the end"),
  );
}

// ---- WebP ----

export function riffChunk(name: string, data: Uint8Array, pad = 0): Bytes {
  const tail = data.length % 2 === 1 ? Uint8Array.of(pad) : new Uint8Array();
  return concatBytes(latin1(name), le32(data.length), data, tail);
}

export function riffFile(...chunks: readonly Uint8Array[]): Bytes {
  const body = concatBytes(latin1("WEBP"), ...chunks);
  return concatBytes(latin1("RIFF"), le32(body.length), body);
}

/** A lossless bitstream: every prefix code has one symbol but green, which takes one bit a pixel. */
export function losslessBits({ width, height }: Sides, seed = 5): Bytes {
  const next = seededNumbers(seed);
  const bits: number[] = [];
  const put = (value: number, count: number) => {
    for (let i = 0; i < count; i++) bits.push((value >>> i) & 1);
  };
  put(0x2f, 8);
  put(width - 1, 14);
  put(height - 1, 14);
  put(0, 1 + 3); // no alpha, version 0
  put(0, 3); // no transform, no colour cache, one group of codes
  put(0b11, 2); // green: a simple code of two symbols,
  put(1, 1); // the first written in eight bits
  put(40, 8);
  put(220, 8);
  for (const symbol of [180, 60, 255]) { // red, blue, alpha: one symbol each
    put(0b01, 2);
    put(1, 1);
    put(symbol, 8);
  }
  put(0b01, 2); // distance: one symbol, in one bit
  put(0, 2);
  for (let i = 0; i < width * height; i++) put(next() & 1, 1);
  const out = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, i) => out[i >> 3] = (out[i >> 3] ?? 0) | (bit << (i & 7)));
  return out;
}

/** A lossless WebP without metadata. */
export function makeWebp(sides: Sides): Bytes {
  return riffFile(riffChunk("VP8L", losslessBits(sides)));
}

/** A lossy WebP of 16 x 8 pixels, one brown, as a browser's encoder writes it. */
function lossyWebp(): Bytes {
  return riffFile(riffChunk(
    "VP8 ",
    Uint8Array.fromHex(
      "f001009d012a1000080002c04c25a00274ba01f800044c0000fedf803fdf7a03793fff929aff1b71d800",
    ),
  ));
}

function canvas({ width, height }: Sides, flags: number): Bytes {
  return riffChunk(
    "VP8X",
    concatBytes(Uint8Array.of(flags, 0, 0, 0), le24(width - 1), le24(height - 1)),
  );
}

/** The same picture in an extended file with metadata; takes a simple WebP, or an extended one whose canvas it replaces. */
export function dirtyWebp(clean: Uint8Array, sides: Sides, orientation: number): Bytes {
  const extended = includesBytes(clean, latin1("VP8X"));
  const flags = (extended ? (clean[20] ?? 0) : 0x20) | 0x0c;
  return withRiffTail(riffFile(
    canvas(sides, flags),
    extended ? new Uint8Array() : riffChunk("ICCP", screenProfile()),
    riffChunk("CNRY", planted("unknown")),
    clean.subarray(extended ? 30 : 12),
    riffChunk("EXIF", cameraTiff(orientation)),
    riffChunk("EXIF", cameraTiff(4)),
    riffChunk("XMP ", planted("xmp!")),
    riffChunk("C2PA", planted("c2pa")),
  ));
}

function webpFrame(
  sides: Sides,
  seed: number,
  flags: number,
  ...more: readonly Uint8Array[]
): Bytes {
  return riffChunk(
    "ANMF",
    concatBytes(
      new Uint8Array(6), // at the upper left corner
      le24(sides.width - 1),
      le24(sides.height - 1),
      le24(100),
      Uint8Array.of(flags),
      riffChunk("VP8L", losslessBits(sides, seed)),
      ...more,
    ),
  );
}

const endlessLoop = riffChunk("ANIM", Uint8Array.of(255, 255, 255, 255, 0, 0));

function animatedWebp(sides: Sides): Bytes {
  const frames = [webpFrame(sides, 1, 0), webpFrame(sides, 2, 0)];
  return riffFile(canvas(sides, 0x02), endlessLoop, ...frames);
}

function dirtyAnimatedWebp(sides: Sides, orientation: number): Bytes {
  const inside = riffChunk("CNRY", planted("inside a frame"), 0x43);
  return withRiffTail(riffFile(
    canvas(sides, 0x02 | 0x0c),
    endlessLoop,
    webpFrame(sides, 1, 0xfc, inside), // reserved bits set
    webpFrame(sides, 2, 0x00, inside),
    riffChunk("EXIF", concatBytes(latin1("Exif\0\0"), cameraTiff(orientation, false))),
    riffChunk("XMP ", planted("xmp")),
  ));
}

function withRiffTail(webp: Uint8Array): Bytes {
  return concatBytes(webp, planted("behind the end"));
}

// ---- looking into files ----

/** True when `needle` stands anywhere in `bytes`. */
export function includesBytes(bytes: Uint8Array, needle: Uint8Array): boolean {
  for (
    let at = bytes.indexOf(needle[0] ?? 0);
    at >= 0;
    at = bytes.indexOf(needle[0] ?? 0, at + 1)
  ) {
    let same = 0;
    while (same < needle.length && bytes[at + same] === needle[same]) same++;
    if (same === needle.length) return true;
  }
  return false;
}
