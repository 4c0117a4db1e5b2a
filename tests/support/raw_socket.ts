// A WebSocket over a plain connection, for tests that must choose the address they come from, how fast they read, and
// every byte they write. By default it keeps to RFC 6455 as a browser does: random masks, a pong for each ping, an answer
// to a close. Speaks to loopback only.

import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { type Bytes, concatBytes, utf8 } from "../../lib/wire/mod.ts";

/** Op codes of RFC 6455, section 5.2. */
export const OP = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A socket ended without a close frame (RFC 6455, 7.4.1). */
export const NO_CLOSE_FRAME = 1006;

/** How long a bench may take to answer a handshake. */
const HANDSHAKE_WAIT_MS = 15_000;
const MASK_BYTES = 4;

/** Where to, where from, and as what. */
export interface RawTarget {
  readonly port: number;
  /** One of 127.0.0.0/8. */
  readonly localAddress: string;
  /** What the page's origin is said to be; that of the bench when absent. */
  readonly origin?: string;
  /** Further header lines by name. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A frame as it may also be wrong. */
export interface RawFrame {
  readonly op: number;
  readonly payload?: Uint8Array;
  /** `false`: a fragment that others follow. */
  readonly fin?: boolean;
  /** `false`: what no tab may do. */
  readonly isMasked?: boolean;
  /** The three reserved bits, 0 to 7. */
  readonly reserved?: number;
  /** The length that the header says, when it is not the payload's. */
  readonly announcedBytes?: number;
}

/** Bytes of a frame. The payload is copied and masked. */
export function encodeRawFrame(frame: RawFrame): Bytes {
  const { op, payload = new Uint8Array(0), fin = true, isMasked = true, reserved = 0 } = frame;
  const length = frame.announcedBytes ?? payload.length;
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const maskAt = 2 + lengthBytes;
  const head = maskAt + (isMasked ? MASK_BYTES : 0);
  const out = new Uint8Array(head + payload.length);
  const view = new DataView(out.buffer);
  out[0] = (fin ? 0x80 : 0) | (reserved << 4) | op;
  out[1] = (isMasked ? 0x80 : 0) | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) view.setUint16(2, length);
  if (lengthBytes === 8) view.setBigUint64(2, BigInt(length));
  out.set(payload, head);
  if (isMasked) {
    const mask = crypto.getRandomValues(new Uint8Array(MASK_BYTES));
    out.set(mask, maskAt);
    maskBytes(out.subarray(head), mask);
  }
  return out;
}

function maskBytes(bytes: Uint8Array, mask: Uint8Array): void {
  const [a, b, c, d] = mask as unknown as readonly [number, number, number, number];
  const whole = bytes.length - bytes.length % MASK_BYTES;
  for (let i = 0; i < whole; i += MASK_BYTES) {
    bytes[i]! ^= a;
    bytes[i + 1]! ^= b;
    bytes[i + 2]! ^= c;
    bytes[i + 3]! ^= d;
  }
  for (let i = whole; i < bytes.length; i++) bytes[i]! ^= mask[i % MASK_BYTES]!;
}

/** The request that asks for a socket. */
export function handshakeText({ port, origin, headers = {} }: RawTarget): string {
  const host = `127.0.0.1:${port}`;
  const lines = {
    host,
    origin: origin ?? `http://${host}`,
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": crypto.getRandomValues(new Uint8Array(16)).toBase64(),
    "sec-websocket-protocol": "bt1",
    ...headers,
  };
  const said = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `GET /ws HTTP/1.1\r\n${said}\r\n`;
}

/** A plain connection from a chosen address; rejects when it is refused. */
export function connectFrom({ port, localAddress }: RawTarget): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, localAddress });
    socket.setNoDelay(true);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      // Every error is followed by a close; unheard, it would end the process.
      socket.on("error", () => {});
      resolve(socket);
    });
  });
}

/** What became of a handshake; status 0 when the connection ended without an answer. */
export type Opening =
  | { readonly tag: "open"; readonly socket: RawSocket }
  | { readonly tag: "refused"; readonly status: number };

/** One end of a WebSocket. */
export class RawSocket {
  onText: (text: string) => void = () => {};
  /** A view that stays as it is. */
  onBinary: (bytes: Uint8Array) => void = () => {};
  /** Resolves to the close code, or 1006, once the connection is gone. */
  readonly closed: Promise<number>;
  /** Bytes that arrived, headers and all. */
  receivedBytes = 0;
  readonly #socket: Socket;
  readonly #onClosed: (code: number) => void;
  #closeCode = NO_CLOSE_FRAME;
  #bytesPerSecond = Infinity;
  #readsAgain: ReturnType<typeof setTimeout> | undefined;
  #isOpen = true;
  #isHeard = false;
  #chunks: Uint8Array[] = [];
  #held = 0;
  /** Bytes that must be there before looking again is of use. */
  #needed = 2;
  #fragments: Uint8Array[] = [];
  #fragmentsOp: number = OP.more;

  private constructor(socket: Socket) {
    this.#socket = socket;
    ({ promise: this.closed, resolve: this.#onClosed } = Promise.withResolvers<number>());
  }

  /**
   * Asks for a socket. Rejects when the connection itself was refused or nothing was answered in time. `ask` writes the
   * request, for whoever does it in another way.
   */
  static async open(
    target: RawTarget,
    ask: (socket: Socket, text: string) => void = (socket, text) => void socket.write(text),
  ): Promise<Opening> {
    const socket = await connectFrom(target);
    const { promise: answered, resolve, reject } = Promise.withResolvers<Opening>();
    const timer = setTimeout(() => {
      reject(new Error("the bench did not answer the handshake"));
      socket.destroy();
    }, HANDSHAKE_WAIT_MS);
    const raw = new RawSocket(socket);
    let head: Buffer = Buffer.alloc(0);
    let isUpgraded = false;
    socket.on("data", (bytes: Buffer) => {
      raw.receivedBytes += bytes.length;
      if (isUpgraded) return raw.#onBytes(bytes);
      head = Buffer.concat([head, bytes]);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head.toString("latin1", 0, end))?.[1] ?? 0);
      if (status !== 101) {
        resolve({ tag: "refused", status });
        return socket.destroy();
      }
      isUpgraded = true;
      if (head.length > end + 4) raw.#onBytes(head.subarray(end + 4));
      resolve({ tag: "open", socket: raw });
    });
    socket.on("end", () => socket.end());
    socket.on("close", () => {
      resolve({ tag: "refused", status: 0 });
      raw.#isOpen = false;
      clearTimeout(raw.#readsAgain);
      raw.#onClosed(raw.#closeCode);
    });
    ask(socket, handshakeText(target));
    try {
      return await answered;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Begins to call onText and onBinary; until then what arrives waits. */
  listen(): void {
    this.#isHeard = true;
    this.#takeFrames();
  }

  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  get isOpen(): boolean {
    return this.#isOpen && !this.#socket.destroyed;
  }

  send(message: string | Uint8Array): void {
    this.write(
      typeof message === "string"
        ? encodeRawFrame({ op: OP.text, payload: utf8(message) })
        : encodeRawFrame({ op: OP.binary, payload: message }),
    );
  }

  /** Any bytes at all. Returns `false` when it is better to wait for `drained`. */
  write(bytes: Uint8Array): boolean {
    return this.isOpen && this.#socket.write(bytes);
  }

  /** Resolves once the system took everything, or the socket ended. */
  async drained(): Promise<void> {
    if (!this.isOpen || this.#socket.writableLength === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.once("drain", resolve);
    await Promise.race([promise, this.closed]);
    this.#socket.off("drain", resolve);
  }

  /** From now on reads no faster than this: whatever it read is paid for with a pause. `Infinity` ends that. */
  readAtMost(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
    clearTimeout(this.#readsAgain);
    this.#socket.resume();
  }

  pauseReading(): void {
    this.#socket.pause();
  }

  resumeReading(): void {
    this.#socket.resume();
  }

  /** Says goodbye as a page does and resolves once the connection is gone. */
  async close(): Promise<void> {
    this.write(encodeRawFrame({ op: OP.close, payload: new Uint8Array([0x03, 0xe8]) }));
    const timer = setTimeout(() => this.cut(), 2_000);
    await this.closed;
    clearTimeout(timer);
  }

  /** Ends the connection without a word. */
  cut(): void {
    this.#socket.destroy();
  }

  #onBytes(bytes: Uint8Array): void {
    if (this.#bytesPerSecond !== Infinity) {
      this.#socket.pause();
      const waitMs = bytes.length / this.#bytesPerSecond * 1000;
      this.#readsAgain = setTimeout(() => this.#socket.resume(), waitMs);
    }
    this.#chunks.push(bytes);
    this.#held += bytes.length;
    if (this.#isHeard) this.#takeFrames();
  }

  #takeFrames(): void {
    while (this.#held >= this.#needed && this.#takeFrame());
  }

  /** Takes one frame of what arrived; `false` until it is whole. */
  #takeFrame(): boolean {
    const held = this.#chunks.length === 1 ? this.#chunks[0]! : concatBytes(...this.#chunks);
    this.#chunks = [held];
    const short = held[1]! & 0x7f;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (held.length < head) {
      this.#needed = head;
      return false;
    }
    const view = new DataView(held.buffer, held.byteOffset);
    const length = short < 126
      ? short
      : short === 126
      ? view.getUint16(2)
      : Number(view.getBigUint64(2));
    if (held.length < head + length) {
      this.#needed = head + length;
      return false;
    }
    this.#needed = 2;
    this.#held = held.length - head - length;
    this.#chunks = this.#held === 0 ? [] : [held.subarray(head + length)];
    this.#onFrame(held[0]!, held.subarray(head, head + length));
    return true;
  }

  #onFrame(first: number, payload: Uint8Array): void {
    const op = first & 0x0f;
    switch (op) {
      case OP.ping:
        this.write(encodeRawFrame({ op: OP.pong, payload }));
        return;
      case OP.pong:
        return;
      case OP.close:
        this.#closeCode = payload.length < 2 ? 1005 : payload[0]! << 8 | payload[1]!;
        this.write(encodeRawFrame({ op: OP.close, payload: payload.subarray(0, 2) }));
        this.#socket.end();
        return;
    }
    if (op !== OP.more) this.#fragmentsOp = op;
    if ((first & 0x80) === 0 || op === OP.more) this.#fragments.push(payload);
    if ((first & 0x80) === 0) return;
    const whole = op === OP.more ? concatBytes(...this.#fragments) : payload;
    this.#fragments = [];
    if (this.#fragmentsOp === OP.text) this.onText(Buffer.from(whole).toString());
    else this.onBinary(whole);
  }
}
