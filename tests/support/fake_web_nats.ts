// FakeNats (fake_nats.ts) where it is reached over WebSocket: somebody who may put anything into messages of any size and kind.
// Without orders it lets everybody in and answers pings.

import { utf8 } from "../../lib/wire/mod.ts";
import { type FakeNatsSetup, greeting } from "./fake_nats.ts";
import { until } from "./until.ts";

/** A listener on a free port of 127.0.0.1, until its disposal. */
export class FakeWebNats implements AsyncDisposable {
  /** How many connections there ever were. */
  accepted = 0;
  /** How many there are that have not begun to end. */
  open = 0;
  readonly #setup: FakeNatsSetup;
  readonly #sockets = new Set<WebSocket>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(setup: FakeNatsSetup = {}) {
    this.#setup = setup;
    const listen = { hostname: "127.0.0.1", port: 0, onListen: () => undefined };
    this.#server = Deno.serve(listen, (request) => this.#serve(request));
  }

  get address(): string {
    return `ws://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Says `piece` to everybody who is connected; a text goes in a text message. Resolves once it is on its way or nobody is left. */
  async send(piece: Uint8Array<ArrayBuffer> | string): Promise<void> {
    for (const socket of this.#sockets) {
      if (socket.readyState === WebSocket.OPEN) socket.send(piece);
      const isGone = () => socket.readyState !== WebSocket.OPEN || socket.bufferedAmount === 0;
      await until(isGone, "a message on its way");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.close();
    await this.#server.shutdown();
  }

  #serve(request: Request): Response {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.binaryType = "arraybuffer";
    const { answeredPings = Infinity } = this.#setup;
    let leftPings = answeredPings;
    socket.onopen = () => {
      this.accepted++;
      this.open++;
      this.#sockets.add(socket);
      const words = greeting(this.#setup);
      if (words !== null) socket.send(utf8(words));
    };
    socket.onmessage = ({ data }) => {
      const pings = new TextDecoder().decode(data).split("PING\r\n").length - 1;
      const answered = Math.min(pings, leftPings);
      leftPings -= answered;
      if (answered > 0 && socket.readyState === WebSocket.OPEN) {
        socket.send(utf8("PONG\r\n".repeat(answered)));
      }
    };
    socket.onerror = (event) => event.preventDefault();
    socket.onclose = () => {
      if (this.#sockets.delete(socket)) this.open--;
    };
    return response;
  }
}
