// The curve of Ed25519 in plain whole numbers, written from RFC 8032 section 5.1: slow, for tests alone. It makes the
// keys and signatures that an honest implementation never makes.

const P = 2n ** 255n - 19n;
/** Order of the base point. */
export const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const mod = (value: bigint): bigint => ((value % P) + P) % P;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = mod(b * b)) {
    if ((e & 1n) === 1n) result = mod(result * b);
  }
  return result;
}

const inverse = (value: bigint): bigint => power(value, P - 2n);
const D = mod(-121665n * inverse(121666n));
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

/** A point by its two coordinates. */
export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

/** The sum of two points; the law is complete, so there are no special cases. */
export function addPoints(a: Point, b: Point): Point {
  const cross = mod(D * mod(a.x * b.x) * mod(a.y * b.y));
  return {
    x: mod((a.x * b.y + b.x * a.y) * inverse(1n + cross)),
    y: mod((a.y * b.y + a.x * b.x) * inverse(1n - cross)),
  };
}

/** The point with this y and this parity of x, or `null` when the curve has none. */
export function pointOf(y: bigint, isOdd: boolean): Point | null {
  const square = mod((y * y - 1n) * inverse(D * y * y + 1n));
  let x = power(square, (P + 3n) / 8n);
  if (mod(x * x - square) !== 0n) x = mod(x * ROOT_OF_MINUS_ONE);
  if (mod(x * x - square) !== 0n) return null;
  return { x: ((x & 1n) === 1n) === isOdd ? x : mod(-x), y };
}

/** A whole number of 32 bytes, little-endian. */
export function fromLittleEndian(bytes: Uint8Array): bigint {
  let out = 0n;
  for (const byte of bytes.toReversed()) out = (out << 8n) | BigInt(byte);
  return out;
}

/** 32 bytes, little-endian, the top bit set on demand. */
export function toLittleEndian(value: bigint, topBit = false): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(32);
  for (let i = 0, left = value; i < 32; i++, left >>= 8n) out[i] = Number(left & 0xffn);
  if (topBit) out[31]! |= 0x80;
  return out;
}

/** The canonical 32 bytes of a point. */
export function encodePoint({ x, y }: Point): Uint8Array<ArrayBuffer> {
  return toLittleEndian(y, (x & 1n) === 1n);
}

/** The point of 32 canonical bytes, or `null`. */
export function decodePoint(bytes: Uint8Array): Point | null {
  const y = fromLittleEndian(bytes) & (2n ** 255n - 1n);
  return y < P ? pointOf(y, bytes[31]! >= 0x80) : null;
}

/** The field's prime, for encodings that lie above it. */
export const PRIME = P;
