// One connection as bytes. Ends at once when told to, also half-way through a handshake or while the other side is stuck, and
// knows how much of what it was given the system has not taken. The transports of NATS's own package can do neither: a dial
// that they give up keeps its socket, and a stuck one is never found dead while something waits to be written.

/** Bytes both ways, however they travel. */
export interface Pipe {
  /** Bytes handed to `write` that the system has not taken. */
  readonly waitingBytes: number;
  /** Takes the bytes, which must not change afterwards. Never throws; nothing happens once it is over. */
  write(bytes: Uint8Array): void;
  /** What arrives, each piece its own array; over when the connection is. Read once. */
  pieces(): AsyncIterableIterator<Uint8Array>;
  /** Ends it at once, whatever waits. */
  cut(): void;
}

const READ_BYTES = 64 * 1024;

/** Reads a connection to its end, however that comes; each piece its own array, because parsers keep what they were given. */
export async function* piecesOf(connection: Deno.TcpConn): AsyncIterableIterator<Uint8Array> {
  const buffer = new Uint8Array(READ_BYTES);
  try {
    for (;;) {
      const count = await connection.read(buffer);
      if (count === null) return;
      yield buffer.slice(0, count);
    }
  } catch {
    // However it ended, it is over.
  }
}

/** Writes all of it; rejects when the connection is over. */
export async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** Closes it, also a second time. */
export function closeNow(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}

/** What arrived and was not fetched yet, where it comes by events. */
export class Arrivals {
  #pieces: Uint8Array[] = [];
  #isOver = false;
  #next: PromiseWithResolvers<void> | null = null;

  push(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#next?.resolve();
  }

  /** Nothing more comes; what is here already can still be fetched. */
  end(): void {
    this.#isOver = true;
    this.#next?.resolve();
  }

  async *pieces(): AsyncIterableIterator<Uint8Array> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        yield piece;
        continue;
      }
      if (this.#isOver) return;
      this.#next = Promise.withResolvers();
      await this.#next.promise;
    }
  }
}

/** Plain TCP. */
export class TcpPipe implements Pipe {
  readonly #connection: Deno.TcpConn;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isWriting = false;
  #isOver = false;

  constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  write(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (!this.#isWriting) this.#writeWaiting();
  }

  async *pieces(): AsyncIterableIterator<Uint8Array> {
    yield* piecesOf(this.#connection);
    this.cut();
  }

  cut(): void {
    this.#isOver = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
    closeNow(this.#connection);
  }

  async #writeWaiting(): Promise<void> {
    this.#isWriting = true;
    try {
      for (;;) {
        const bytes = this.#waiting.shift();
        if (bytes === undefined) break;
        await writeAll(this.#connection, bytes);
        if (!this.#isOver) this.#waitingBytes -= bytes.length;
      }
    } catch {
      this.cut();
    } finally {
      this.#isWriting = false;
    }
  }
}
