// WebSocket messages out of what a connection delivers, for a load of thousands of members in one process: no copy, no
// object for a message. Takes what relays send: whole, unmasked messages (RFC 6455 section 5.2); anything else is `BROKEN`.

/** What `next` finds. */
export const FOUND = {
  nothing: -1,
  broken: -2,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const;

const FIRST_BYTES = 4096;
const MOST_BYTES = 1024 * 1024;
/** Under load a read of so much saves calls; beyond it only a long message makes the buffer larger. */
const ROOMY_BYTES = 256 * 1024;

/** One connection's bytes. Read `from` to `to` of `bytes` before the next call of anything. */
export class FrameReader {
  bytes = new Uint8Array(FIRST_BYTES);
  view = new DataView(this.bytes.buffer);
  from = 0;
  to = 0;
  #start = 0;
  #end = 0;

  /** Where the connection may put what comes next. */
  space(): Uint8Array<ArrayBuffer> {
    if (this.#end === this.bytes.length) this.#grow(this.bytes.length * 2);
    return this.bytes.subarray(this.#end);
  }

  /** So many bytes were put there. */
  took(count: number): void {
    this.#end += count;
    const isFull = this.#end === this.bytes.length;
    if (isFull && this.bytes.length < ROOMY_BYTES) this.#grow(this.bytes.length * 2);
  }

  /** Everything that was not looked at, for what comes before the first message. */
  rest(): Uint8Array {
    return this.bytes.subarray(this.#start, this.#end);
  }

  /** So much of the rest is done with. */
  skip(count: number): void {
    this.#start += count;
  }

  /** The next message: its opcode, its payload at `from` to `to`. */
  next(): number {
    const { bytes, view } = this;
    const start = this.#start;
    const there = this.#end - start;
    if (there < 2) return this.#wait(2);
    const second = bytes[start + 1]!;
    let head = 2;
    let length = second & 0x7f;
    if (length === 126) {
      head = 4;
      if (there < head) return this.#wait(head);
      length = view.getUint16(start + 2);
    } else if (length === 127) {
      head = 10;
      if (there < head) return this.#wait(head);
      if (view.getUint32(start + 2) !== 0) return FOUND.broken;
      length = view.getUint32(start + 6);
    }
    const first = bytes[start]!;
    if ((first & 0xf0) !== 0x80 || second >= 0x80 || head + length > MOST_BYTES) {
      return FOUND.broken;
    }
    if (there < head + length) return this.#wait(head + length);
    this.from = start + head;
    this.to = this.#start = this.from + length;
    return first & 0x0f;
  }

  /** Makes sure that a message of `needed` bytes has room from its first byte on. */
  #wait(needed: number): number {
    if (this.#start > 0) {
      this.bytes.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    if (needed > this.bytes.length) this.#grow(needed);
    return FOUND.nothing;
  }

  #grow(length: number): void {
    const larger = new Uint8Array(Math.min(MOST_BYTES, Math.max(length, this.bytes.length)));
    larger.set(this.bytes.subarray(0, this.#end));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}
