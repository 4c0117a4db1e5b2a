// TLS over a connection of ours. By node:tls and not Deno.startTls, whose socket stays open when a handshake is given up: one
// more at every attempt at a server that says nothing. Here the socket below is ours to close. Verifies always.

import { Duplex } from "node:stream";
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { Arrivals, closeNow, piecesOf, type Pipe, writeAll } from "./nats_pipe.ts";

/**
 * Shakes hands with whoever is there as `host`, trusting `ca` (PEM) and nobody else, or what the platform trusts where that is
 * `null`. Rejects when that fails, which `isAboutCertificate` can tell more of, or `signal` is raised; the connection is closed
 * then.
 */
export async function openTlsPipe(
  connection: Deno.TcpConn,
  host: string,
  ca: string | null,
  signal: AbortSignal,
): Promise<Pipe> {
  const below = duplexOf(connection);
  const socket = connect({
    socket: below,
    host,
    // A server's name may be sent, an address may not (RFC 6066, section 3).
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === null ? {} : { ca }),
    rejectUnauthorized: true,
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => {
    closeNow(connection);
    reject(new Error("given up"));
  };
  socket.on("secureConnect", resolve);
  // Stays for the whole life: an error that nobody listens to would end the process. `close` follows.
  socket.on("error", reject);
  socket.on("close", () => reject(new Error("closed")));
  signal.addEventListener("abort", abort);
  try {
    if (signal.aborted) abort();
    await promise;
    return new TlsPipe(socket, connection);
  } catch (cause) {
    socket.destroy();
    closeNow(connection);
    throw cause;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/**
 * Whether an error means that the other side's certificate is not one that is trusted here for that name: OpenSSL's names for
 * the ways in which it can be wrong, as node:tls passes them on.
 */
export function isAboutCertificate(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === "string" &&
    /CERT|SIGNATURE|CHAIN|CRL|INVALID_CA|ISSUER|PURPOSE/.test(code);
}

function duplexOf(connection: Deno.TcpConn): Duplex {
  const duplex = new Duplex({
    // What arrives is pushed as it comes; NATS's parser takes everything at once.
    read: () => {},
    write: (bytes: Uint8Array, _encoding, onWritten) => {
      writeAll(connection, bytes).then(() => onWritten(), onWritten);
    },
    destroy: (_error, onDestroyed) => {
      closeNow(connection);
      onDestroyed(null);
    },
  });
  duplex.on("error", () => closeNow(connection));
  (async () => {
    for await (const piece of piecesOf(connection)) duplex.push(piece);
    if (!duplex.destroyed) duplex.push(null);
  })();
  return duplex;
}

class TlsPipe implements Pipe {
  readonly #socket: TLSSocket;
  readonly #connection: Deno.TcpConn;
  readonly #arrivals = new Arrivals();
  #isOver = false;

  constructor(socket: TLSSocket, connection: Deno.TcpConn) {
    this.#socket = socket;
    this.#connection = connection;
    socket.on("data", (data: Uint8Array) => this.#arrivals.push(new Uint8Array(data)));
    for (const event of ["end", "close"]) socket.on(event, () => this.cut());
  }

  get waitingBytes(): number {
    return this.#isOver ? 0 : this.#socket.writableLength;
  }

  write(bytes: Uint8Array): void {
    if (!this.#isOver) this.#socket.write(bytes);
  }

  pieces(): AsyncIterableIterator<Uint8Array> {
    return this.#arrivals.pieces();
  }

  cut(): void {
    this.#isOver = true;
    closeNow(this.#connection);
    this.#socket.destroy();
    this.#arrivals.end();
  }
}
