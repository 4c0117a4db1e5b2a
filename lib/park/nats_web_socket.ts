// The way to a NATS server's websocket listener. `ws` and not the platform's WebSocket, which cannot be ended while the other
// side is stuck: its socket would stay open, one more at every attempt. The bounds hold against whoever answers there.

// @ts-types="./ws_client.d.ts"
import { WebSocket } from "ws";
import { Arrivals, type Pipe } from "./nats_pipe.ts";

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
  readonly #arrivals = new Arrivals();
  #isOver = false;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#arrivals.push(new Uint8Array(data)));
    socket.on("close", () => this.cut());
  }

  get waitingBytes(): number {
    return this.#isOver ? 0 : this.#socket.bufferedAmount;
  }

  write(bytes: Uint8Array): void {
    if (!this.#isOver) this.#socket.send(bytes, { binary: true });
  }

  pieces(): AsyncIterableIterator<Uint8Array> {
    return this.#arrivals.pieces();
  }

  cut(): void {
    this.#isOver = true;
    this.#socket.terminate();
    this.#arrivals.end();
  }
}
