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

/** TCP, or TLS over it. */
export class TcpPipe implements Pipe {
  readonly connection: Deno.TcpConn | Deno.TlsConn;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isWriting = false;
  #isOver = false;

  constructor(connection: Deno.TcpConn | Deno.TlsConn) {
    this.connection = connection;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  write(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (!this.#isWriting) this.#writeAll();
  }

  async *pieces(): AsyncIterableIterator<Uint8Array> {
    const buffer = new Uint8Array(READ_BYTES);
    try {
      for (;;) {
        const count = await this.connection.read(buffer);
        if (count === null) break;
        // The parser keeps what it was given.
        yield buffer.slice(0, count);
      }
    } catch {
      // However it ended, it is over.
    } finally {
      this.cut();
    }
  }

  cut(): void {
    this.#isOver = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
    try {
      this.connection.close();
    } catch {
      // It is closed already.
    }
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    try {
      for (;;) {
        const bytes = this.#waiting.shift();
        if (bytes === undefined) break;
        for (let at = 0; at < bytes.length && !this.#isOver;) {
          const count = await this.connection.write(bytes.subarray(at));
          at += count;
          if (!this.#isOver) this.#waitingBytes -= count;
        }
      }
    } catch {
      this.cut();
    } finally {
      this.#isWriting = false;
    }
  }
}
