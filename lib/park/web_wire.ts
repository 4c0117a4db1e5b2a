// A WebSocket to a NATS server, as far as the package's transport looks at a socket of `node:net`. By `ws`, because Deno's own has no
// bound for a message that comes in pieces and keeps a closed socket whose other side does not answer. What comes is bounded
// before anybody reads it, and it ends the moment it is cut.

// @ts-types="./ws.d.ts"
import { WebSocket } from "ws";

/**
 * One message. A NATS server puts all that waits for a reader into one, and keeps 64 MiB for it as it comes (its `max_pending`): with
 * less, a bench that was busy for a moment would be cut off.
 */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** Fragments of one message, and reads that it came in: as many as segments of 1 KiB. */
const MAX_FRAGMENTS = 4_096;
const MAX_BUFFERED_CHUNKS = MAX_MESSAGE_BYTES / 1_024;

/** A message is handed on in pieces as TCP brings them, so that what was made sense of is told before the next is counted. */
const PIECE_BYTES = 65_536;

type WireEvent = "data" | "error" | "close" | "end";

/** One WebSocket, from its dialling on. */
export class WebWire {
  /** Resolves when it stands, rejects when it does not come to that. */
  readonly opened: Promise<void>;
  /** What went wrong with it, if anything did. */
  error: Error | null = null;
  destroyed = false;
  readonly #socket: WebSocket;
  readonly #maxEarlyBytes: number;
  readonly #listeners = new Map<WireEvent, ((value?: unknown) => void)[]>();
  /** Came while nobody listened: the package looks for the first line, and then turns round to read. */
  #early: Uint8Array[] = [];
  #earlyBytes = 0;

  /** `ca`: authorities in PEM; the system's for `null`. At most `maxEarlyBytes` wait for a first listener. */
  constructor(url: string, ca: string | null, maxEarlyBytes: number) {
    this.#maxEarlyBytes = maxEarlyBytes;
    this.#socket = new WebSocket(url, {
      ...(ca === null ? {} : { ca }),
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      maxFragments: MAX_FRAGMENTS,
      maxBufferedChunks: MAX_BUFFERED_CHUNKS,
      skipUTF8Validation: true,
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.opened = promise;
    this.#socket.on("open", resolve);
    this.#socket.on("message", (data, isBinary) => this.#onMessage(data, isBinary));
    this.#socket.on("error", (error) => {
      this.error ??= error;
      this.#emit("error", error);
      this.destroy();
    });
    this.#socket.on("close", () => this.destroy());
    this.on("close", () => reject(this.error ?? new Error("it did not open")));
    // Who cuts it while it dials has stopped waiting.
    promise.catch(() => undefined);
  }

  get writableLength(): number {
    return this.#socket.bufferedAmount;
  }

  on(event: WireEvent, run: (value?: unknown) => void): void {
    this.#listeners.set(event, [...this.#listeners.get(event) ?? [], run]);
    // Later, as a socket of `node:net` does it: who adds one listener may be about to add a second.
    if (event === "data") queueMicrotask(() => this.#deliver());
    if (event === "close" && this.destroyed) queueMicrotask(run);
  }

  removeAllListeners(): void {
    this.#listeners.clear();
  }

  write(frame: Uint8Array<ArrayBuffer>, onWritten: (error?: Error) => void): void {
    if (this.#socket.readyState !== WebSocket.OPEN || frame.length === 0) return onWritten();
    this.#socket.send(frame, onWritten);
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.#early = [];
    this.#socket.terminate();
    this.#emit("close");
  }

  #onMessage(data: Uint8Array<ArrayBuffer>, isBinary: boolean): void {
    if (this.destroyed) return;
    // NATS is binary. The package would take a text for a number of bytes to reserve.
    if (!isBinary) return this.destroy();
    // An empty message says nothing, and no count of bytes would ever see it.
    if (data.length === 0) return;
    for (let at = 0; at < data.length; at += PIECE_BYTES) {
      const length = Math.min(PIECE_BYTES, data.length - at);
      this.#early.push(new Uint8Array(data.buffer, data.byteOffset + at, length));
    }
    this.#earlyBytes += data.length;
    this.#deliver();
    if (this.#earlyBytes > this.#maxEarlyBytes) this.destroy();
  }

  #deliver(): void {
    while (this.#early.length > 0 && this.#listeners.has("data")) {
      const piece = this.#early.shift()!;
      this.#earlyBytes -= piece.length;
      this.#emit("data", piece);
    }
  }

  #emit(event: WireEvent, value?: unknown): void {
    for (const run of this.#listeners.get(event) ?? []) run(value);
  }
}
