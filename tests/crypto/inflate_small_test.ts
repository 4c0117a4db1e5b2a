import { assertEquals } from "@std/assert";
import { inflateZlib, storeZlib } from "../../lib/crypto/inflate_small.ts";
import { latin1, seededNumbers } from "../support/image_samples.ts";

const limit = 1024 * 1024;

/** A second implementation, the platform's. */
async function deflate(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const packed = new Blob([data]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** Texts, runs, noise and mixtures: stored, fixed and dynamic blocks all occur. */
function variedData(length: number, seed: number): Uint8Array<ArrayBuffer> {
  const next = seededNumbers(seed);
  const data = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const away = 1 + next() % 300;
    data[i] = seed % 3 === 0 ? next() : next() % 4 && i > away ? data[i - away] ?? 0 : next() % 90;
  }
  return data;
}

Deno.test("inflateZlib() unpacks what the platform packed", async () => {
  const datas = [
    new Uint8Array(),
    latin1("a"),
    new Uint8Array(70_000),
    latin1("colour ".repeat(50)),
  ];
  for (let seed = 1; seed <= 40; seed++) datas.push(variedData(seed * seed * 60, seed));
  for (const data of datas) {
    const packed = await deflate(data);
    assertEquals(inflateZlib(packed, 0, packed.length, limit), data);
  }
});

Deno.test("inflateZlib() unpacks what storeZlib() packed, up to its limit", () => {
  for (const length of [0, 1, 65_534, 65_535, 65_536, 200_000]) {
    const data = variedData(length, 3);
    const packed = storeZlib(data);
    assertEquals(inflateZlib(packed, 0, packed.length, limit), data);
    if (length > 0) assertEquals(inflateZlib(packed, 0, packed.length, length - 1), null);
  }
});

Deno.test("inflateZlib() gives null for a bomb, and for every truncated stream", async () => {
  const bomb = await deflate(new Uint8Array(4 * limit));
  assertEquals(inflateZlib(bomb, 0, bomb.length, limit), null);
  const packed = await deflate(variedData(3_000, 4));
  for (let end = 0; end < packed.length; end++) {
    assertEquals(inflateZlib(packed, 0, end, limit), null);
  }
});

Deno.test("inflateZlib() never throws on a damaged stream, and never passes one off as whole", async () => {
  const data = variedData(600, 5);
  const packed = await deflate(data);
  const next = seededNumbers(6);
  for (let round = 0; round < 5_000; round++) {
    const damaged = packed.slice();
    for (let n = 0; n < 2; n++) damaged[2 + next() % (packed.length - 2)] = next();
    const unpacked = inflateZlib(damaged, 0, damaged.length, limit);
    if (unpacked !== null) assertEquals(unpacked, data);
  }
});
