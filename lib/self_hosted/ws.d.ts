// The part of `ws` that is used here, in types: the package brings none. Rules: its own doc/ws.md.

import type { Buffer } from "node:buffer";
import type { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

/** One socket. Emits `message` (Buffer, isBinary), `ping`, `pong`, `error`, and at last `close`. */
export class WebSocket extends EventEmitter {
  static readonly OPEN: 1;
  static readonly CLOSED: 3;
  constructor(address: null, protocols?: undefined, options?: ServerOptions);
  readonly readyState: 0 | 1 | 2 | 3;
  readonly bufferedAmount: number;
  send(
    data: Uint8Array,
    options: { readonly binary: boolean },
    onWritten: (error?: Error) => void,
  ): void;
  ping(): void;
  pause(): void;
  resume(): void;
  close(code?: number, reason?: string | Buffer): void;
  terminate(): void;
}

export interface ServerOptions {
  readonly noServer: true;
  readonly clientTracking: boolean;
  readonly perMessageDeflate: false;
  readonly maxPayload: number;
  readonly maxFragments: number;
  readonly maxBufferedChunks: number;
  readonly closeTimeout: number;
  readonly handleProtocols: (offered: ReadonlySet<string>) => string | false;
  readonly WebSocket: typeof WebSocket;
}

/** Emits `wsClientError` (Error, Duplex) for a handshake that is none. */
export class WebSocketServer extends EventEmitter {
  constructor(options: ServerOptions);
  handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    onOpen: (socket: WebSocket) => void,
  ): void;
}
