// Somebody on a port who may say anything, as NATS or not: what a real server cannot be made to do. Without orders it lets
// everybody in and answers pings.

import { utf8 } from "../../lib/wire/mod.ts";

/** What a real server of the version that Debian has says first, as far as a client looks at it. */
const INFO = { version: "2.9.10", proto: 1, headers: true, max_payload: 1_048_576, client_id: 1 };

/** What is not as usual. */
export interface FakeNatsSetup {
  /** Fields of INFO that differ, or a text in its place; `null` says nothing at all. */
  readonly info?: Readonly<Record<string, unknown>> | string | null;
  /** How many pings of a connection are answered: the first is the login's; all unless said. */
  readonly answeredPings?: number;
}

/** What such a server says first; `null` is nothing. */
export function greeting({ info }: FakeNatsSetup): string | null {
  if (typeof info === "string" || info === null) return info;
  return `INFO ${JSON.stringify({ ...INFO, ...info })} \r\n`;
}

/** A listener on a free port of 127.0.0.1, until its disposal. */
export class FakeNats implements AsyncDisposable {
  /** How many connections there ever were. */
  accepted = 0;
  /** How many there are. */
  open = 0;
  /** Pings of the newest connection. */
  pings = 0;
  readonly #setup: FakeNatsSetup;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #work: Promise<void>[] = [];

  constructor(setup: FakeNatsSetup = {}) {
    this.#setup = setup;
    this.#work.push(this.#accept());
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  get address(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Says `bytes` to everybody who is connected; resolves once they are on their way or nobody is left. */
  async send(bytes: Uint8Array | string): Promise<void> {
    const all = typeof bytes === "string" ? utf8(bytes) : bytes;
    for (const connection of this.#connections) await write(connection, all);
  }

  /** Ends every connection. */
  hangUp(): void {
    for (const connection of this.#connections) close(connection);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.hangUp();
    await Promise.all(this.#work);
  }

  async #accept(): Promise<void> {
    try {
      for await (const connection of this.#listener) this.#work.push(this.#serve(connection));
    } catch {
      // Closed.
    }
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    this.accepted++;
    this.pings = 0;
    this.open++;
    this.#connections.add(connection);
    const { answeredPings = Infinity } = this.#setup;
    let leftPings = answeredPings;
    const words = greeting(this.#setup);
    if (words !== null) await write(connection, utf8(words));
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (;;) {
        const count = await connection.read(buffer);
        if (count === null) break;
        const pings = decoder.decode(buffer.subarray(0, count)).split("PING\r\n").length - 1;
        this.pings += pings;
        const answered = Math.min(pings, leftPings);
        leftPings -= answered;
        await write(connection, utf8("PONG\r\n".repeat(answered)));
      }
    } catch {
      // Gone.
    }
    this.open--;
    this.#connections.delete(connection);
    close(connection);
  }
}

async function write(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  } catch {
    // Nobody is there to hear it.
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
