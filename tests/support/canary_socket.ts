// A WebSocket from an address of our choosing (all of 127.0.0.0/8 is ours), by hand on a TCP connection, because the
// platform's own takes no local address. It can also say what no browser would: any header, any bytes. A test's double;
// it trusts the bench's frames and takes none that is fragmented, which no bench of ours sends.

import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";

/** Where from, and what the handshake says beside what it must. */
export interface SocketFrom {
  readonly port: number;
  readonly localAddress: string;
  readonly path?: string;
  /** Lower-case names; `host` and `origin` among them. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a socket reports. */
export interface CanarySocketEvents {
  onText(text: string): void;
  onBinary(bytes: Uint8Array<ArrayBuffer>): void;
  /** 1006 when the connection was lost or the handshake refused. Once. */
  onClose(code: number): void;
}

const OP = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** One connection, from the first byte on. Messages given before the handshake's answer wait for it. */
export class CanarySocket {
  readonly #socket: Socket;
  readonly #events: CanarySocketEvents;
  #buffer = Buffer.alloc(0);
  #waiting: Buffer[] = [];
  #isOpen = false;
  #closeCode: number | null = null;
  #isOver = false;

  constructor(from: SocketFrom, events: CanarySocketEvents) {
    this.#events = events;
    const { port, localAddress } = from;
    this.#socket = connect({ host: "127.0.0.1", port, localAddress });
    this.#socket.on("connect", () => this.#socket.write(handshakeOf(from)));
    this.#socket.on("data", (data) => this.#onData(data as Buffer));
    this.#socket.on("error", () => {});
    this.#socket.on("close", () => this.#end());
  }

  send(message: string | Uint8Array): void {
    const isText = typeof message === "string";
    this.#write(frameOf(isText ? OP.text : OP.binary, Buffer.from(message as string)));
  }

  /** Bytes as they are, without any framing. */
  sendRaw(bytes: Uint8Array): void {
    this.#write(Buffer.from(bytes));
  }

  close(code = 1000): void {
    this.#closeCode ??= code;
    this.#write(frameOf(OP.close, Buffer.from([code >> 8, code & 0xff])));
    this.#socket.end();
  }

  /** Without a word. */
  kill(): void {
    this.#socket.resetAndDestroy();
  }

  #write(bytes: Buffer): void {
    if (this.#isOpen) this.#socket.write(bytes);
    else this.#waiting.push(bytes);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.onClose(this.#closeCode ?? 1006);
  }

  #onData(data: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    if (!this.#isOpen) {
      const end = this.#buffer.indexOf("\r\n\r\n");
      if (end < 0) return;
      if (!this.#buffer.toString("latin1").startsWith("HTTP/1.1 101 ")) return this.kill();
      this.#buffer = this.#buffer.subarray(end + 4);
      this.#isOpen = true;
      for (const bytes of this.#waiting.splice(0)) this.#socket.write(bytes);
    }
    for (let frame = this.#next(); frame !== null; frame = this.#next()) this.#onFrame(...frame);
  }

  #next(): [number, Buffer] | null {
    const buffer = this.#buffer;
    if (buffer.length < 2) return null;
    const short = buffer[1]! & 0x7f;
    const head = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (buffer.length < head) return null;
    const length = head === 4
      ? buffer.readUInt16BE(2)
      : head === 10
      ? Number(buffer.readBigUInt64BE(2))
      : short;
    if (buffer.length < head + length) return null;
    if ((buffer[0]! & 0x80) === 0) throw new Error("the bench sent a fragment");
    this.#buffer = buffer.subarray(head + length);
    return [buffer[0]! & 0x0f, buffer.subarray(head, head + length)];
  }

  #onFrame(op: number, payload: Buffer): void {
    if (this.#isOver) return;
    if (op === OP.text) this.#events.onText(payload.toString("utf8"));
    else if (op === OP.binary) this.#events.onBinary(new Uint8Array(payload));
    else if (op === OP.ping) this.#socket.write(frameOf(OP.pong, payload));
    else if (op === OP.close) {
      this.#closeCode ??= payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
      this.#socket.end(frameOf(OP.close, payload.subarray(0, 2)));
    }
  }
}

function handshakeOf({ path = "/ws", headers }: SocketFrom): string {
  const lines = Object.entries({
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "c2l4dGVlbiBieXRlcyBvaw==",
    "sec-websocket-protocol": "bt1",
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** A frame as a browser masks it. */
function frameOf(op: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 0x80 | op;
  if (length < 126) head[1] = length;
  else if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  head[1]! |= 0x80;
  const mask = crypto.getRandomValues(new Uint8Array(4));
  const masked = Buffer.alloc(length);
  for (let at = 0; at < length; at++) masked[at] = payload[at]! ^ mask[at & 3]!;
  return Buffer.concat([head, mask, masked]);
}

/** Says bytes on a connection of their own and waits for the first answer, or the end. `null` when there was none. */
export function sayRaw(
  { port, localAddress }: Pick<SocketFrom, "port" | "localAddress">,
  bytes: Uint8Array | string,
): Promise<string | null> {
  const socket = connect({ host: "127.0.0.1", port, localAddress });
  return new Promise((resolve) => {
    socket.on("connect", () => socket.write(bytes));
    socket.on("error", () => {});
    socket.on("data", (data) => {
      resolve((data as Buffer).toString("latin1"));
      socket.destroy();
    });
    socket.on("close", () => resolve(null));
  });
}
