// Takes a picture file apart in the plainest way, apart from the code under test: which bytes are pixel data, and what remains
// without them. Works on well-formed files (clean or stripped); throws RangeError on others, which fails the test that asked.

import { concatBytes } from "../../lib/wire/mod.ts";
import type { ImageKind } from "../../lib/crypto/image_kind.ts";

/** Pixel data and everything else of one file, each in the order of the file. */
export interface ImageAnatomy {
  readonly pixels: Uint8Array;
  readonly rest: Uint8Array;
}

/** Sorts a file's bytes: entropy-coded scans, IDAT and fdAT data, LZW blocks, VP8/VP8L/ALPH data; and the rest. */
export function dissect(kind: ImageKind, bytes: Uint8Array): ImageAnatomy {
  const ranges = rangesOf[kind](new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const pixels: Uint8Array[] = [];
  const rest: Uint8Array[] = [];
  let at = 0;
  for (const [start, end] of ranges) {
    rest.push(bytes.subarray(at, start));
    pixels.push(bytes.subarray(start, end));
    at = end;
  }
  rest.push(bytes.subarray(at));
  return { pixels: concatBytes(...pixels), rest: concatBytes(...rest) };
}

type Range = readonly [start: number, end: number];

const rangesOf: Readonly<Record<ImageKind, (view: DataView) => readonly Range[]>> = {
  jpeg(view) {
    const ranges: Range[] = [];
    for (let at = 2; view.getUint8(at + 1) !== 0xd9;) {
      const marker = view.getUint16(at);
      if (marker < 0xff01) throw new RangeError("no marker where one belongs");
      at += 2 + view.getUint16(at + 2);
      if (marker !== 0xffda) continue;
      const start = at;
      while (
        view.getUint8(at) !== 0xff ||
        view.getUint8(at + 1) === 0 || (view.getUint8(at + 1) & 0xf8) === 0xd0
      ) at++;
      ranges.push([start, at]);
    }
    return ranges;
  },
  png(view) {
    const ranges: Range[] = [];
    for (let at = 8; at < view.byteLength;) {
      const length = view.getUint32(at);
      const name = view.getUint32(at + 4);
      if (name === 0x49444154) ranges.push([at + 8, at + 12 + length]); // IDAT and its CRC
      if (name === 0x66644154) ranges.push([at + 8, at + 12 + length]); // fdAT
      at += 12 + length;
      if (name === 0x49454e44) break;
    }
    return ranges;
  },
  gif(view) {
    const ranges: Range[] = [];
    const table = (packed: number) => packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0;
    const blocksEnd = (at: number): number => {
      const size = view.getUint8(at);
      return size === 0 ? at + 1 : blocksEnd(at + 1 + size);
    };
    for (let at = 13 + table(view.getUint8(10)); view.getUint8(at) !== 0x3b;) {
      if (view.getUint8(at) === 0x21) at = blocksEnd(at + 2);
      else {
        const start = at + 10 + table(view.getUint8(at + 9));
        at = blocksEnd(start + 1);
        ranges.push([start, at]);
      }
    }
    return ranges;
  },
  webp(view) {
    const ranges: Range[] = [];
    const end = 8 + view.getUint32(4, true);
    for (let at = 12; at < end;) {
      const length = view.getUint32(at + 4, true);
      const name = view.getUint32(at);
      if (name === 0x414e4d46) { // ANMF: its chunks follow its 16 fixed bytes
        at += 8 + 16;
        continue;
      }
      const isData = [0x56503820, 0x5650384c, 0x414c5048].includes(name); // VP8, VP8L, ALPH
      if (isData) ranges.push([at + 8, at + 8 + length]);
      at += 8 + length + length % 2;
    }
    return ranges;
  },
};
