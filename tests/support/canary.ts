// Values that are unmistakable wherever they turn up, and the search for them: in one pass, each in every spelling that a
// program might write it in. It goes through hundreds of megabytes, so it looks at four bytes first.

import { Buffer } from "node:buffer";
import { type Bytes, utf8 } from "../../lib/wire/mod.ts";

/** One value to look for. */
export interface Canary {
  /** What it is, for a failure's words: never the value. */
  readonly what: string;
  readonly bytes: Uint8Array;
}

/** One place where a canary sat. */
export interface Found {
  readonly what: string;
  readonly spelling: string;
  /** How often. */
  times: number;
}

/** Shorter values would be met by chance. */
const LEAST_BYTES = 8;
/** No needle is longer, so pieces of something large are searched with so much overlap. */
export const OVERLAP_BYTES = 4_096;

interface Needle {
  readonly canary: Canary;
  readonly spelling: string;
  readonly bytes: Buffer;
}

/** Text that nobody else writes: `mark` and 80 bits of chance. */
export function canaryText(mark: string): string {
  return `${mark}-${Buffer.from(crypto.getRandomValues(new Uint8Array(10))).toString("hex")}`;
}

/** A canary that is text. */
export function textCanary(what: string, text: string): Canary {
  return { what, bytes: utf8(text) };
}

const TABLE_BITS = 20;

/** Place in the table of four bytes, little-endian. */
function placeOf(four: number): number {
  return Math.imul(four, 0x9e3779b1) >>> (32 - TABLE_BITS);
}

/** Looks for all of `canaries`. Throws `RangeError` for one too short to mean anything. */
export class CanarySearch {
  readonly #byFour = new Map<number, Needle[]>();
  readonly #mayBegin = new Uint8Array(1 << TABLE_BITS);

  constructor(canaries: readonly Canary[]) {
    for (const canary of canaries) {
      if (canary.bytes.length < LEAST_BYTES) throw new RangeError(`${canary.what} is too short`);
      for (const [spelling, bytes] of spellingsOf(canary.bytes)) {
        if (bytes.length > OVERLAP_BYTES) throw new RangeError(`${canary.what} is too long`);
        const four = bytes.readInt32LE(0);
        this.#mayBegin[placeOf(four)] = 1;
        const needle = { canary, spelling, bytes };
        const others = this.#byFour.get(four);
        if (others === undefined) this.#byFour.set(four, [needle]);
        else others.push(needle);
      }
    }
  }

  /** What is in `hay`, counting only what begins before `until`. */
  find(hay: Uint8Array, until = hay.length): readonly Found[] {
    const found = new Map<Needle, number>();
    const buffer = Buffer.from(hay.buffer, hay.byteOffset, hay.byteLength);
    const mayBegin = this.#mayBegin;
    const end = Math.min(until, hay.length - LEAST_BYTES + 1);
    if (end <= 0) return [];
    // The three bytes before the first are anything.
    let four = buffer.readInt32LE(0) << 8;
    for (let at = 0; at < end; at++) {
      four = four >>> 8 | hay[at + 3]! << 24;
      if (mayBegin[placeOf(four)] === 0) continue;
      for (const needle of this.#byFour.get(four) ?? []) {
        const after = at + needle.bytes.length;
        if (after > hay.length || needle.bytes.compare(buffer, at, after) !== 0) continue;
        found.set(needle, (found.get(needle) ?? 0) + 1);
      }
    }
    return sumOf(
      [...found].map(([{ canary, spelling }, times]) => ({ what: canary.what, spelling, times })),
    );
  }

  /** What is in a text. */
  findInText(text: string): readonly Found[] {
    return this.find(utf8(text));
  }
}

/** The same finds once each, their times added. */
export function sumOf(finds: readonly Found[]): readonly Found[] {
  const sums = new Map<string, Found>();
  for (const { what, spelling, times } of finds) {
    const sum = sums.get(`${what}\0${spelling}`);
    if (sum === undefined) sums.set(`${what}\0${spelling}`, { what, spelling, times });
    else sum.times += times;
  }
  return [...sums.values()];
}

/** All spellings, each once. */
export function spellingsOf(value: Uint8Array): readonly (readonly [string, Buffer])[] {
  const raw = Buffer.from(value);
  const text = raw.toString("utf8");
  const isText = Buffer.from(text).equals(raw);
  const texts: [string, string][] = [
    ["hex", raw.toString("hex")],
    ["HEX", raw.toString("hex").toUpperCase()],
    ["decimals", raw.join(",")],
    ["decimals, spaced", raw.join(", ")],
  ];
  for (const base of ["base64url", "base64"] as const) {
    // Within a longer text a value stands at one of three alignments; its edges mix with the neighbours.
    for (const skip of [0, 1, 2]) {
      const whole = Buffer.concat([Buffer.alloc(skip), raw]).toString(base).replace(/=+$/, "");
      const from = Math.ceil(skip * 8 / 6);
      texts.push([base, whole.slice(from, Math.floor((raw.length + skip) * 8 / 6))]);
    }
  }
  if (isText) {
    texts.push(["text", text], ["percent", encodeURIComponent(text)]);
    texts.push(["JSON", JSON.stringify(text).slice(1, -1)]);
    const escaped = [...text].map((each) =>
      each < "\x7f" ? each : `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`
    );
    texts.push(["JSON, ASCII", escaped.join("")]);
  } else {
    texts.push([
      "percent",
      [...raw].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
    ]);
  }
  const all: [string, Buffer][] = [["raw", raw]];
  for (const [spelling, each] of texts) {
    all.push([spelling, Buffer.from(each)], [
      `${spelling} in UTF-16`,
      Buffer.from(each, "utf16le"),
    ]);
  }
  const once = new Map(all.toReversed().map((each) => [each[1].toString("latin1"), each]));
  return [...once.values()];
}

/** `count` short pieces of something long: a picture, a file. */
export function piecesOf(what: string, bytes: Uint8Array, count: number): readonly Canary[] {
  const pieceBytes = 24;
  return Array.from({ length: count }, (_, i) => {
    const at = Math.floor((bytes.length - pieceBytes) * (i + 1) / (count + 1));
    return { what: `${what} at ${at}`, bytes: bytes.slice(at, at + pieceBytes) as Bytes };
  });
}
