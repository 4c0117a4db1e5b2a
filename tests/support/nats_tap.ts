// What one bench itself says to its NATS server, on the wire: stands between the two and reads the client's own words as they pass, so
// that "it published nothing" is seen where it would be said. Passes every byte on as it is. Loopback only.

import { Buffer } from "node:buffer";
import { until } from "./until.ts";

/** One thing that a client published. */
export interface Published {
  readonly subject: string;
  readonly length: number;
}

/** One such place, from `NatsTap.to` to its disposal, over all connections that came through it. */
export class NatsTap implements AsyncDisposable {
  /** Where to connect, on 127.0.0.1. */
  readonly port: number;
  /** In order, over all connections. */
  readonly published: Published[] = [];
  /** Every subject that was ever asked for. */
  readonly subscribed = new Set<string>();
  readonly #listener: Deno.TcpListener;
  readonly #targetPort: number;
  readonly #connections = new Set<Deno.TcpConn>();
  #open = 0;

  /** A place before a server's client port. */
  static to(port: number): NatsTap {
    return new NatsTap(port);
  }

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = this.#listener.addr.port;
    this.#watch(this.#accept());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) close(connection);
    await until(() => this.#open === 0, "what comes through the tap ends");
  }

  async #accept(): Promise<void> {
    try {
      for await (const near of this.#listener) this.#watch(this.#join(near));
    } catch {
      // Closed.
    }
  }

  async #join(near: Deno.TcpConn): Promise<void> {
    let far: Deno.TcpConn;
    try {
      far = await Deno.connect({ hostname: "127.0.0.1", port: this.#targetPort });
    } catch {
      close(near);
      return;
    }
    this.#connections.add(near).add(far);
    const read = this.#newReader();
    await Promise.all([pass(near, far, read), pass(far, near, () => undefined)]);
    this.#connections.delete(near);
    this.#connections.delete(far);
  }

  /** Reads one connection's words: payloads are skipped, or a picture in one could pass for a word. */
  #newReader(): (piece: Uint8Array) => void {
    let rest = Buffer.alloc(0);
    let skip = 0;
    return (piece) => {
      rest = Buffer.concat([rest, piece]);
      while (true) {
        const skipped = Math.min(skip, rest.length);
        rest = rest.subarray(skipped);
        skip -= skipped;
        const end = rest.indexOf("\r\n");
        if (skip > 0 || end < 0) return;
        const words = rest.subarray(0, end).toString("latin1").split(" ");
        rest = rest.subarray(end + 2);
        const verb = words[0]!.toUpperCase();
        if (verb === "SUB") this.subscribed.add(words[1]!);
        if (verb !== "PUB" && verb !== "HPUB") continue;
        const length = Number(words.at(-1));
        this.published.push({ subject: words[1]!, length });
        skip = length + 2;
      }
    };
  }

  #watch(work: Promise<void>): void {
    this.#open++;
    void work.finally(() => this.#open--);
  }
}

async function pass(
  from: Deno.TcpConn,
  to: Deno.TcpConn,
  read: (piece: Uint8Array) => void,
): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (;;) {
      const count = await from.read(buffer);
      if (count === null) break;
      read(buffer.subarray(0, count));
      for (let at = 0; at < count;) at += await to.write(buffer.subarray(at, count));
    }
  } catch {
    // One of the two ends is gone.
  }
  close(from);
  close(to);
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
