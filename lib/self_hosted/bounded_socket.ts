// A WebSocket of `ws` as a SocketPort. Must never parse a frame, hand anything to the relay after its `onClose`, or
// keep a message that was written or given up. Rules: lib/wire/PROTOCOL.md sections 3, 7, 9.

import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
// @ts-types="./ws.d.ts"
import { WebSocket } from "ws";
import type { Accept, Outgoing, SocketEvents, SocketPort } from "../relay/mod.ts";
import { CLOSE } from "../wire/mod.ts";
import {
  AFTER_CLOSE_BYTES,
  AFTER_CLOSE_STEP_BYTES,
  AT_ONCE_BYTES,
  CLOSE_MS,
  CONTROL_PERIOD_MS,
  LINGER_MS,
  MAX_CONTROL_FRAMES,
  MESSAGES_AFTER_CLOSE,
} from "./bounds.ts";
import { Pieces } from "./pieces.ts";
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

/**
 * Hands an open socket, and the connection that carries it, to the relay. `onFault` is called when the relay threw: a
 * mistake of ours.
 */
export function handOver(
  ws: WebSocket,
  connection: Duplex,
  accept: Accept,
  onFault: () => void,
): void {
  const port = new BoundedSocket(ws);
  standBefore(ws, connection, port);
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

  let messagesAfterClose = 0;
  ws.on("message", (data: Buffer, isBinary: boolean) => {
    if (port.isDeaf && ++messagesAfterClose > MESSAGES_AFTER_CLOSE) port.terminate();
    // Plain bytes: `slice` of Node's Buffer is a view, and what a room keeps must not hold the piece that it came in.
    const bytes = () => new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.length);
    guarded((relay) => isBinary ? relay.onBinary(bytes()) : relay.onText(data.toString()));
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

/** Looks at what the network delivers before `ws` does. */
function standBefore(ws: WebSocket, connection: Duplex, port: BoundedSocket): void {
  const toWs = connection.listeners("data") as ((piece: Buffer) => void)[];
  for (const each of toWs) connection.off("data", each);
  const hand = (piece: Buffer) => {
    if (port.hasFailed || port.isCut) return;
    for (const each of toWs) each.call(connection, piece);
  };
  const pieces = new Pieces(hand);
  for (const whole of ["message", "ping", "pong"]) ws.on(whole, () => pieces.onWhole());
  connection.once("close", () => pieces.stop());
  let afterCloseBytes = 0;
  connection.on("data", (piece: Buffer) => {
    if (port.isDeaf) {
      afterCloseBytes += piece.length;
      if (afterCloseBytes > AFTER_CLOSE_BYTES) return port.terminate();
    }
    if (!port.isDeaf) return pieces.take(piece);
    pieces.flush();
    for (let at = 0; at < piece.length && !port.isCut; at += AFTER_CLOSE_STEP_BYTES) {
      hand(piece.subarray(at, at + AFTER_CLOSE_STEP_BYTES));
    }
  });
  // Whoever says that it ends, and then reads nothing, would be waited for without end.
  connection.once("end", () => {
    const timer = setTimeout(() => port.terminate(), CLOSE_MS);
    connection.once("close", () => clearTimeout(timer));
  });
}

class BoundedSocket implements SocketPort, Writer {
  /** Our side ended it: what `ws` had read already is nobody's. */
  isDeaf = false;
  /** Nobody is waited for any more. */
  isCut = false;
  /** The other side broke a rule of the wire: `ws` reads no more. */
  hasFailed = false;
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
    this.isCut = true;
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
    this.hasFailed = true;
    this.#queue.drop();
    // `ws` reads on for an answer at the next tick; a flood is not worth reading.
    setTimeout(() => this.#ws.pause(), 0);
    const timer = setTimeout(() => this.#ws.terminate(), LINGER_MS);
    this.#ws.once("close", () => clearTimeout(timer));
  }
}
