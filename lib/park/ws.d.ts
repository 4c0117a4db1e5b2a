// The part of `ws` that is used here as a client, in types: the package brings none. Rules: its own doc/ws.md.

/** One socket. Emits `open`, `message` (Buffer, isBinary), `error`, and at last `close`. */
export class WebSocket {
  static readonly OPEN: 1;
  constructor(url: string, options: ClientOptions);
  readonly readyState: 0 | 1 | 2 | 3;
  readonly bufferedAmount: number;
  send(data: Uint8Array, onWritten: (error?: Error) => void): void;
  on(event: "message", run: (data: Uint8Array<ArrayBuffer>, isBinary: boolean) => void): this;
  on(event: "error", run: (error: Error) => void): this;
  on(event: "open" | "close", run: () => void): this;
  terminate(): void;
}

export interface ClientOptions {
  /** Authorities in PEM, in place of the system's. */
  readonly ca?: string;
  readonly perMessageDeflate: false;
  readonly maxPayload: number;
  readonly maxFragments: number;
  readonly maxBufferedChunks: number;
  readonly skipUTF8Validation: true;
}
