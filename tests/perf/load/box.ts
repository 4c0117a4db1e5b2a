// The boxes of a load: every byte follows from sender, number and moment, so that a receiver can tell any change. To a relay they
// look like any others: opaque, of one of the six lengths. Must never be read by anything that is measured.
//
//   sender u32 || number u32 || sent at, f64 ms || pattern       in this machine's own byte order

/** Fewest bytes of a box that can carry the head. */
export const HEAD_BYTES = 16;

/** The same box as bytes and as words. */
export interface Box {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
  readonly moment: Float64Array<ArrayBuffer>;
}

/** An empty box of a length that is a multiple of four, as all six are. */
export function newBox(length: number): Box {
  const buffer = new ArrayBuffer(length);
  return {
    bytes: new Uint8Array(buffer),
    words: new Int32Array(buffer),
    moment: new Float64Array(buffer, 8, 1),
  };
}

/** Writes the box over. */
export function fillBox({ words, moment }: Box, sender: number, number: number, atMs: number) {
  words[0] = sender;
  words[1] = number;
  moment[0] = atMs;
  // Marsaglia's xorshift, begun with what no other box begins with; zero would stay zero.
  let state = (Math.imul(sender + 1, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) | 1;
  for (let i = HEAD_BYTES / 4; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
}

/** Whether the bytes at `at` are this very box. Reads by words: it runs for every box at every member. */
export function isBox({ words }: Box, view: DataView, at: number): boolean {
  let differs = 0;
  for (let i = 0; i < words.length; i++) differs |= words[i]! ^ view.getInt32(at + 4 * i, true);
  return differs === 0;
}

/** Who the box at `at` says that it is from. */
export const senderOf = (view: DataView, at: number): number => view.getUint32(at, true);

/** Its number, from 0. */
export const numberOf = (view: DataView, at: number): number => view.getUint32(at + 4, true);

/** When it says that it was sent. */
export const sentAtMs = (view: DataView, at: number): number => view.getFloat64(at + 8, true);
