// CRC-32 as PNG uses it, eight bytes a step: a picture of 10 MiB is checked on the page's own thread. It finds damage; it
// protects nothing. Rules: PNG (third edition) annex D.

const tables = makeTables();

function makeTables(): readonly Int32Array[] {
  const made = Array.from({ length: 8 }, () => new Int32Array(256));
  const first = made[0]!;
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    first[n] = c;
  }
  for (let t = 1; t < made.length; t++) { // each next table carries the byte one place further
    for (let n = 0; n < 256; n++) {
      const c = made[t - 1]![n]!;
      made[t]![n] = first[c & 0xff]! ^ (c >>> 8);
    }
  }
  return made;
}

const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as readonly [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

/** The CRC of `bytes[start, end)` as an unsigned 32-bit number; `before` is that of the bytes in front, to go on from. */
export function crc32(
  bytes: Uint8Array,
  start = 0,
  end = bytes.length,
  before = 0,
): number {
  let c = ~before;
  let i = start;
  for (const last = end - 8; i <= last; i += 8) {
    c ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    c = t7[c & 0xff]! ^ t6[(c >>> 8) & 0xff]! ^ t5[(c >>> 16) & 0xff]! ^ t4[c >>> 24]! ^
      t3[bytes[i + 4]!]! ^ t2[bytes[i + 5]!]! ^ t1[bytes[i + 6]!]! ^ t0[bytes[i + 7]!]!;
  }
  for (; i < end; i++) c = t0[(c ^ bytes[i]!) & 0xff]! ^ (c >>> 8);
  return ~c >>> 0;
}
