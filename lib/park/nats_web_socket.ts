// The way to a NATS server's websocket listener. `ws` and not the platform's WebSocket, which cannot be ended while the other
// side is stuck: its socket would stay open, one more at every attempt. The bounds hold against whoever answers there.

// @ts-types="./ws_client.d.ts"
import { WebSocket } from "ws";
import type { Pipe } from "./nats_pipe.ts";

/** One WebSocket message: NATS sends frames of at most 64 KiB unless told otherwise; this bound is for strangers. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** Opens a pipe; rejects when it cannot be opened or `signal` is raised before it is. */
export async function openWebSocketPipe(
  url: string,
  ca: string | null,
  signal: AbortSignal,
): Promise<Pipe> {
  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    ...(ca === null ? {} : { ca }),
  });
  const pipe = new WebSocketPipe(socket);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => socket.terminate();
  socket.on("open", resolve);
  // Also emitted after it was open, when it is too late to reject and `close` follows.
  socket.on("error", reject);
  signal.addEventListener("abort", abort);
  try {
    if (signal.aborted) abort();
    await promise;
  } finally {
    signal.removeEventListener("abort", abort);
  }
  return pipe;
}

class WebSocketPipe implements Pipe {
  readonly #socket: WebSocket;
  #arrived: Uint8Array[] = [];
  #isOver = false;
  #next: PromiseWithResolvers<void> | null = null;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      this.#arrived.push(new Uint8Array(data));
      this.#next?.resolve();
    });
    socket.on("close", () => {
      this.#isOver = true;
      this.#next?.resolve();
    });
  }

  get waitingBytes(): number {
    return this.#isOver ? 0 : this.#socket.bufferedAmount;
  }

  write(bytes: Uint8Array): void {
    if (!this.#isOver) this.#socket.send(bytes, { binary: true });
  }

  async *pieces(): AsyncIterableIterator<Uint8Array> {
    for (;;) {
      const piece = this.#arrived.shift();
      if (piece !== undefined) yield piece;
      else if (this.#isOver) return;
      else {
        this.#next = Promise.withResolvers();
        await this.#next.promise;
      }
    }
  }

  cut(): void {
    this.#isOver = true;
    this.#arrived = [];
    this.#socket.terminate();
    this.#next?.resolve();
  }
}
