// A length of wire between two programs on this machine, in the hand of a test: it can be cut, held, slowed and delayed.
// Passes bytes on as they are; at most one piece a direction is held here, so that a slow wire pushes back as a real one.

import { until } from "./until.ts";

const PIECE_BYTES = 16 * 1024;

/** Where a valve leads to. */
export interface ValveTarget {
  readonly hostname?: string;
  readonly port: number;
}

/** One wire with all its connections, from `TcpValve.to` to its disposal. */
export class TcpValve implements AsyncDisposable {
  /** Where to connect, on 127.0.0.1. */
  readonly port: number;
  /** How long each piece waits before it goes on. */
  delayMs = 0;
  /** Each direction of each connection; Infinity is as fast as it goes. */
  bytesPerSecond = Infinity;
  /** Everything that came through, both ways. */
  passedBytes = 0;
  readonly #listener: Deno.TcpListener;
  readonly #target: ValveTarget;
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #work = new Set<Promise<void>>();
  #isCut = false;
  #isClosed = false;
  #held: PromiseWithResolvers<void> | null = null;

  /** A wire to a port of this machine. */
  static to(target: ValveTarget): TcpValve {
    return new TcpValve(target);
  }

  private constructor(target: ValveTarget) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = this.#listener.addr.port;
    this.#keep(this.#accept());
  }

  /** How many connections go through now. */
  get connections(): number {
    return this.#connections.size / 2;
  }

  /** Every connection ends, and new ones end at once: a process that is gone. */
  cut(): void {
    this.#isCut = true;
    for (const connection of this.#connections) close(connection);
  }

  /** Nothing passes, and nobody is told: a network that is gone. */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  /** Ends `cut` and `hold`; what was held goes on. */
  open(): void {
    this.#isCut = false;
    this.#held?.resolve();
    this.#held = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#listener.close();
    this.cut();
    this.#held?.resolve();
    await until(() => this.#work.size === 0, "the valve's connections end");
  }

  async #accept(): Promise<void> {
    try {
      for await (const near of this.#listener) this.#keep(this.#join(near));
    } catch {
      // Closed.
    }
  }

  async #join(near: Deno.TcpConn): Promise<void> {
    let far: Deno.TcpConn;
    try {
      if (this.#isCut) throw new Error("cut");
      const { hostname = "127.0.0.1", port } = this.#target;
      far = await Deno.connect({ hostname, port });
    } catch {
      close(near);
      return;
    }
    this.#connections.add(near).add(far);
    // Cut while it was being made.
    if (this.#isCut) this.cut();
    for (const connection of [near, far]) {
      try {
        connection.setNoDelay();
      } catch {
        // It is gone already.
      }
    }
    await Promise.all([this.#pump(near, far), this.#pump(far, near)]);
    this.#connections.delete(near);
    this.#connections.delete(far);
  }

  async #pump(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(PIECE_BYTES);
    try {
      for (;;) {
        const count = await from.read(buffer);
        if (count === null) break;
        await this.#pass(count);
        for (let at = 0; at < count;) at += await to.write(buffer.subarray(at, count));
        this.passedBytes += count;
      }
    } catch {
      // One of the two ends is gone.
    }
    close(from);
    close(to);
  }

  async #pass(bytes: number): Promise<void> {
    const waitMs = this.delayMs + bytes / this.bytesPerSecond * 1000;
    // In steps, so that the end of a test does not wait for a slow wire.
    const endMs = performance.now() + waitMs;
    for (let leftMs = waitMs; leftMs > 0 && !this.#isClosed; leftMs = endMs - performance.now()) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(leftMs, 50)));
    }
    while (this.#held !== null && !this.#isClosed) await this.#held.promise;
  }

  #keep(work: Promise<void>): void {
    const kept = work.finally(() => this.#work.delete(kept));
    this.#work.add(kept);
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
