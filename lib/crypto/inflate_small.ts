// Unpacks one small zlib stream at once, and packs one without compressing. A PNG's colour profile lies in such a stream, and the
// browser's own inflater answers only later, which stripping cannot wait for. Plain and slow by design: a few kilobytes, bounded by
// the caller. Never throws on what a stranger made. Rules: RFC 1950, RFC 1951.

import { type Bytes, concatBytes } from "../wire/mod.ts";
import { u16le, u32be } from "./byte_fields.ts";

const maxCodeBits = 15;
// deno-fmt-ignore
const lengthBase = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
// deno-fmt-ignore
const distanceBase = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A canonical Huffman code: how many codes there are of each length, and the symbols in code order. */
interface Code {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

/** A stream that ran out or contradicts itself; caught in `inflateZlib`, where it becomes null. */
class Damaged extends Error {}

class BitReader {
  #bits = 0;
  #count = 0;

  constructor(readonly bytes: Uint8Array, public at: number, readonly end: number) {}

  take(count: number): number {
    while (this.#count < count) {
      if (this.at >= this.end) throw new Damaged();
      this.#bits |= (this.bytes[this.at++] ?? 0) << this.#count;
      this.#count += 8;
    }
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#count -= count;
    return value;
  }

  /** Forgets the rest of the byte that was begun. */
  align(): void {
    this.#bits = 0;
    this.#count = 0;
  }

  symbol({ counts, symbols }: Code): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let bits = 1; bits <= maxCodeBits; bits++) {
      code |= this.take(1);
      const count = counts[bits] ?? 0;
      if (code - count < first) return symbols[index + code - first] ?? 0;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Damaged();
  }
}

/** The bytes packed in the zlib stream `[start, end)`; null when it is damaged, or is or unpacks to more than `maxBytes`. */
export function inflateZlib(
  bytes: Uint8Array,
  start: number,
  end: number,
  maxBytes: number,
): Bytes | null {
  const head = ((bytes[start] ?? 0) << 8) | (bytes[start + 1] ?? 0);
  if (end - start < 6 || end - start > maxBytes) return null;
  if (head % 31 !== 0 || (head & 0x0f20) !== 0x0800) return null;
  const reader = new BitReader(bytes, start + 2, end);
  try {
    const out = inflate(reader, maxBytes);
    return reader.at + 4 <= end && u32be(bytes, reader.at) === adler32(out) ? out : null;
  } catch (error) {
    if (error instanceof Damaged) return null;
    throw error;
  }
}

/** The same bytes as a zlib stream of stored blocks. */
export function storeZlib(data: Uint8Array): Bytes {
  const maxBlock = 65_535;
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let at = 0; at < data.length || at === 0; at += maxBlock) {
    const block = data.subarray(at, at + maxBlock);
    const last = at + maxBlock >= data.length ? 1 : 0;
    const { length } = block;
    parts.push(
      Uint8Array.of(last, length & 0xff, length >>> 8, ~length & 0xff, (~length >>> 8) & 0xff),
      block,
    );
  }
  const sum = adler32(data);
  parts.push(Uint8Array.of(sum >>> 24, (sum >>> 16) & 0xff, (sum >>> 8) & 0xff, sum & 0xff));
  return concatBytes(...parts);
}

function inflate(reader: BitReader, maxBytes: number): Bytes {
  let out = new Uint8Array(Math.min(maxBytes, 4_096));
  let length = 0;
  const room = (more: number) => {
    if (length + more > maxBytes) throw new Damaged();
    if (length + more <= out.length) return;
    const larger = new Uint8Array(Math.min(maxBytes, Math.max(length + more, out.length * 2)));
    larger.set(out);
    out = larger;
  };
  for (let last = 0; last === 0;) {
    last = reader.take(1);
    const kind = reader.take(2);
    if (kind === 3) throw new Damaged();
    if (kind === 0) {
      reader.align();
      const size = u16le(reader.bytes, reader.at);
      const from = reader.at + 4;
      if (from + size > reader.end || u16le(reader.bytes, from - 2) !== (~size & 0xffff)) {
        throw new Damaged();
      }
      room(size);
      out.set(reader.bytes.subarray(from, from + size), length);
      length += size;
      reader.at = from + size;
      continue;
    }
    const { literals, distances } = kind === 1 ? fixedCodes : readCodes(reader);
    for (;;) {
      const symbol = reader.symbol(literals);
      if (symbol < 256) {
        room(1);
        out[length++] = symbol;
        continue;
      }
      if (symbol === 256) break;
      const copied = lengthOf(reader, symbol - 257);
      const distance = distanceOf(reader, reader.symbol(distances));
      if (distance > length) throw new Damaged();
      room(copied);
      for (let i = 0; i < copied; i++, length++) out[length] = out[length - distance] ?? 0;
    }
  }
  return out.slice(0, length);
}

function lengthOf(reader: BitReader, index: number): number {
  const base = lengthBase[index];
  if (base === undefined) throw new Damaged();
  return base + reader.take(index < 8 || index === 28 ? 0 : (index >> 2) - 1);
}

function distanceOf(reader: BitReader, index: number): number {
  const base = distanceBase[index];
  if (base === undefined) throw new Damaged();
  return base + reader.take(index < 4 ? 0 : (index >> 1) - 1);
}

function codeOf(lengths: readonly number[]): Code {
  const counts = new Uint16Array(maxCodeBits + 1);
  for (const bits of lengths) if (bits > 0) counts[bits] = (counts[bits] ?? 0) + 1;
  let left = 1; // codes of this length not yet given away
  const offsets = new Uint16Array(maxCodeBits + 2);
  for (let bits = 1; bits <= maxCodeBits; bits++) {
    left = (left << 1) - (counts[bits] ?? 0);
    if (left < 0) throw new Damaged();
    offsets[bits + 1] = (offsets[bits] ?? 0) + (counts[bits] ?? 0);
  }
  const symbols = new Uint16Array(lengths.length);
  lengths.forEach((bits, symbol) => {
    if (bits === 0) return;
    const at = offsets[bits] ?? 0;
    symbols[at] = symbol;
    offsets[bits] = at + 1;
  });
  return { counts, symbols };
}

const fixedBits = (symbol: number) => symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8;
const fixedCodes = {
  literals: codeOf(Array.from({ length: 288 }, (_, symbol) => fixedBits(symbol))),
  distances: codeOf(new Array<number>(30).fill(5)),
};

function readCodes(reader: BitReader) {
  const literalCount = reader.take(5) + 257;
  const distanceCount = reader.take(5) + 1;
  const codeLengthCount = reader.take(4) + 4;
  const codeLengths = new Array<number>(codeLengthOrder.length).fill(0);
  for (const symbol of codeLengthOrder.slice(0, codeLengthCount)) {
    codeLengths[symbol] = reader.take(3);
  }
  const code = codeOf(codeLengths);
  const lengths: number[] = [];
  while (lengths.length < literalCount + distanceCount) {
    const symbol = reader.symbol(code);
    if (symbol < 16) {
      lengths.push(symbol);
      continue;
    }
    const before = lengths.at(-1);
    if (symbol === 16 && before === undefined) throw new Damaged();
    const repeated = symbol === 16 ? before ?? 0 : 0;
    const [least, bits] = symbol === 16 ? [3, 2] : symbol === 17 ? [3, 3] : [11, 7];
    for (let n = least + reader.take(bits); n > 0; n--) lengths.push(repeated);
  }
  if (lengths.length > literalCount + distanceCount) throw new Damaged();
  return {
    literals: codeOf(lengths.slice(0, literalCount)),
    distances: codeOf(lengths.slice(literalCount)),
  };
}

function adler32(data: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of data) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return ((b << 16) | a) >>> 0;
}
