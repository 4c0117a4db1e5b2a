// A WebSocket of `ws` as a SocketPort. Must never parse a frame, hand anything to the relay after its `onClose`, or
// keep a message that was written or given up. Rules: lib/wire/PROTOCOL.md sections 3, 7, 9.

import type { Buffer } from "node:buffer";
// @ts-types="./ws.d.ts"
import { WebSocket } from "ws";
import type { Accept, Outgoing, SocketEvents, SocketPort } from "../relay/mod.ts";
import { CLOSE } from "../wire/mod.ts";
import { AT_ONCE_BYTES, CONTROL_PERIOD_MS, LINGER_MS, MAX_CONTROL_FRAMES } from "./bounds.ts";
import { SendQueue, type Writer } from "./send_queue.ts";

/** "Internal error" of RFC 6455: the handler failed, and the tab may come back. */
const CLOSE_INTERNAL = 1011;

/** "Policy violation", as which `ws` counts a message in too many pieces. */
const CLOSE_POLICY = 1008;

/** What the listener's sockets are made of: too many pieces are a message too big, and answered so [M1]. */
export class BoundedWebSocket extends WebSocket {
  override close(code?: number, reason?: string | Buffer): void {
    super.close(code === CLOSE_POLICY ? CLOSE.tooBig : code, reason);
  }
}

/** Hands an open socket to the relay. `onFault` is called when the relay threw: a mistake of ours. */
export function handOver(ws: WebSocket, accept: Accept, onFault: () => void): void {
  const port = new BoundedSocket(ws);
  let events: SocketEvents | null = null;
  const guarded = (run: (relay: SocketEvents) => void) => {
    if (events === null || port.isDeaf) return;
    try {
      run(events);
    } catch {
      onFault();
      port.close(CLOSE_INTERNAL);
    }
  };

  let controlFrames = 0;
  let countedSinceMs = 0;
  const onControl = () => {
    const nowMs = performance.now();
    if (nowMs - countedSinceMs > CONTROL_PERIOD_MS) {
      countedSinceMs = nowMs;
      controlFrames = 0;
    }
    // They cost work and count as no message: nobody needs many.
    if (++controlFrames > MAX_CONTROL_FRAMES) port.terminate();
  };

  ws.on("message", (data: Buffer, isBinary: boolean) => {
    guarded((relay) => isBinary ? relay.onBinary(data) : relay.onText(data.toString()));
  });
  ws.on("ping", onControl);
  ws.on("pong", () => {
    onControl();
    guarded((relay) => relay.onAlive());
  });
  ws.on("error", () => port.onError());
  ws.on("close", () => {
    const relay = events;
    events = null;
    port.isDeaf = true;
    try {
      relay?.onClose();
    } catch {
      onFault();
    }
  });
  try {
    events = accept(port);
  } catch {
    onFault();
    port.close(CLOSE_INTERNAL);
  }
}

class BoundedSocket implements SocketPort, Writer {
  /** Our side ended it: what `ws` had read already is nobody's. */
  isDeaf = false;
  readonly copies = false;
  readonly #ws: WebSocket;
  readonly #queue = new SendQueue(this, AT_ONCE_BYTES);

  constructor(ws: WebSocket) {
    this.#ws = ws;
    ws.once("close", () => this.#queue.drop());
  }

  send(message: Outgoing): boolean {
    if (this.#ws.readyState !== WebSocket.OPEN) return false;
    this.#queue.send(message);
    return true;
  }

  get writingBytes(): number {
    return this.#ws.bufferedAmount;
  }

  write(message: Outgoing, onDone: () => void): void {
    // Called once in any case: when written, when the socket ended before that.
    this.#ws.send(message.bytes, { binary: !message.isText }, onDone);
  }

  close(code: number): void {
    this.isDeaf = true;
    this.#queue.flush();
    // The other side's answer is read again, or it would look as if none came.
    this.#ws.resume();
    this.#ws.close(code);
  }

  terminate(): void {
    this.isDeaf = true;
    this.#queue.drop();
    this.#ws.terminate();
  }

  ping(): boolean {
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.ping();
    return true;
  }

  pause(): boolean {
    this.#ws.pause();
    return true;
  }

  resume(): void {
    this.#ws.resume();
  }

  get bufferedBytes(): number {
    return this.#ws.readyState === WebSocket.CLOSED
      ? 0
      : this.#queue.bytes + this.#ws.bufferedAmount;
  }

  get heldShare(): number {
    return this.#queue.share;
  }

  /** The other side broke a rule, and `ws` has said which: nothing more is read, and it is cut soon. */
  onError(): void {
    this.isDeaf = true;
    this.#queue.drop();
    // `ws` reads on for an answer at the next tick; a flood is not worth reading.
    setTimeout(() => this.#ws.pause(), 0);
    const timer = setTimeout(() => this.#ws.terminate(), LINGER_MS);
    this.#ws.once("close", () => clearTimeout(timer));
  }
}
