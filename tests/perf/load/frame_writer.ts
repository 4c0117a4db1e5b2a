// WebSocket messages as a tab sends them: masked (RFC 6455 section 5.3), those of one moment in one write. Knows no contents.

const OP_TEXT = 0x1;
const OP_BINARY = 0x2;
const OP_PONG = 0xa;
/** Frames of one moment are put together up to this. */
const GATHERED_BYTES = 64 * 1024;

/** What a frame is written into, so that a sender makes no garbage. The payload stands at a multiple of four. */
export interface FrameSpace {
  readonly frame: Uint8Array<ArrayBuffer>;
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
}

/** Space for binary messages of one length. */
export function newFrameSpace(payloadBytes: number): FrameSpace {
  return frameSpace(OP_BINARY, payloadBytes);
}

function frameSpace(opcode: number, payloadBytes: number): FrameSpace {
  const headBytes = (payloadBytes < 126 ? 2 : payloadBytes < 65_536 ? 4 : 10) + 4;
  const at = Math.ceil(headBytes / 4) * 4;
  const buffer = new ArrayBuffer(at + Math.ceil(payloadBytes / 4) * 4);
  const frame = new Uint8Array(buffer, at - headBytes, headBytes + payloadBytes);
  const view = new DataView(buffer, frame.byteOffset);
  view.setUint8(0, 0x80 | opcode);
  view.setUint8(1, 0x80 | (headBytes === 6 ? payloadBytes : headBytes === 8 ? 126 : 127));
  if (headBytes === 8) view.setUint16(2, payloadBytes);
  if (headBytes === 14) view.setUint32(6, payloadBytes);
  return {
    frame,
    payload: new Uint8Array(buffer, at, payloadBytes),
    words: new Int32Array(buffer, at),
  };
}

/** Masks the payload in place; `mask` is any word but 0, which would spare the relay the work. */
export function maskPayload({ frame, words, payload }: FrameSpace, mask: number): void {
  const maskAt = frame.length - payload.length - 4;
  new DataView(frame.buffer, frame.byteOffset).setInt32(maskAt, mask, true);
  for (let i = 0; i < words.length; i++) words[i]! ^= mask;
}

function newFrame(opcode: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const space = frameSpace(opcode, payload.length);
  space.payload.set(payload);
  maskPayload(space, 0x5bd1e995);
  return space.frame;
}

/** A text message. */
export function newTextFrame(text: string): Uint8Array<ArrayBuffer> {
  return newFrame(OP_TEXT, new TextEncoder().encode(text));
}

/** The answer to a ping. */
export function newPongFrame(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  return newFrame(OP_PONG, payload);
}

/** Writes frames to a connection, one write at a time. A frame must not change until it has arrived at its readers. */
export class FrameWriter {
  readonly #connection: Deno.Conn;
  readonly #onBroken: () => void;
  #waiting: Uint8Array<ArrayBuffer>[] = [];
  #isWriting = false;

  constructor(connection: Deno.Conn, onBroken: () => void) {
    this.#connection = connection;
    this.#onBroken = onBroken;
  }

  write(frame: Uint8Array<ArrayBuffer>): void {
    this.#waiting.push(frame);
    if (this.#isWriting) return;
    this.#isWriting = true;
    queueMicrotask(() => this.#empty());
  }

  async #empty(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const frames = this.#waiting;
        this.#waiting = [];
        for (const bytes of gathered(frames)) {
          for (let at = 0; at < bytes.length;) {
            at += await this.#connection.write(at === 0 ? bytes : bytes.subarray(at));
          }
        }
      }
      this.#isWriting = false;
    } catch {
      this.#onBroken();
    }
  }
}

function gathered(frames: readonly Uint8Array<ArrayBuffer>[]): readonly Uint8Array<ArrayBuffer>[] {
  let length = 0;
  for (const frame of frames) length += frame.length;
  if (frames.length === 1 || length > GATHERED_BYTES) return frames;
  const all = new Uint8Array(length);
  let at = 0;
  for (const frame of frames) {
    all.set(frame, at);
    at += frame.length;
  }
  return [all];
}
