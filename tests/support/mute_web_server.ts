// A server that takes WebSockets and then says only what a test writes, byte for byte, and answers nothing: no ping, no close.

import { createHash } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";

/** RFC 6455, section 1.3. */
const ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A listener on a free port of 127.0.0.1, until its disposal. */
export class MuteWebServer implements AsyncDisposable {
  readonly #sockets: Socket[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<MuteWebServer> {
    const server = createServer();
    const mute = new MuteWebServer(server);
    server.on("connection", (socket: Socket) => mute.#onConnection(socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return mute;
  }

  /** WebSockets that have not ended. */
  get open(): readonly Socket[] {
    return this.#sockets.filter(({ destroyed }) => !destroyed);
  }

  get address(): string {
    return `ws://127.0.0.1:${(this.#server.address() as { readonly port: number }).port}`;
  }

  /** Writes to everybody and waits until the system took it, or nobody is left. */
  async write(bytes: Uint8Array): Promise<void> {
    await Promise.all(
      this.open.map((socket) =>
        new Promise<void>((resolve) => socket.write(bytes, () => resolve()))
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.open) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #onConnection(socket: Socket): void {
    socket.on("error", () => undefined);
    let asked = "";
    const onAsk = (piece: Uint8Array): void => {
      asked += new TextDecoder().decode(piece);
      if (!asked.includes("\r\n\r\n")) return;
      socket.off("data", onAsk);
      // What comes is read and left at that.
      socket.resume();
      const key = /^sec-websocket-key: (\S+)/im.exec(asked)?.[1] ?? "";
      const accept = createHash("sha1").update(key + ACCEPT_GUID).digest("base64");
      socket.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
          `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      this.#sockets.push(socket);
    };
    socket.on("data", onAsk);
  }
}

/** A frame of a message that goes on: the first, or a further one. At most 65,535 bytes. */
export function unfinishedFrame(payload: Uint8Array, isFirst: boolean): Uint8Array {
  const frame = new Uint8Array(4 + payload.length);
  frame.set([isFirst ? 0x02 : 0x00, 126, payload.length >> 8, payload.length & 0xff]);
  frame.set(payload, 4);
  return frame;
}
