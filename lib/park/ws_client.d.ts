// The part of `ws` that a bench uses as a client, in types: the package brings none. Rules: its own doc/ws.md.

/** One socket that dials by itself. Emits `open`, `message` (a Buffer), `error`, and at last `close`. */
export class WebSocket {
  constructor(address: string, options: ClientOptions);
  readonly bufferedAmount: number;
  send(data: Uint8Array, options: { readonly binary: boolean }): void;
  /** Ends it at once; an `error` follows when it was not open yet. */
  terminate(): void;
  on(event: "open" | "close", run: () => void): this;
  on(event: "message", run: (data: Uint8Array) => void): this;
  on(event: "error", run: (error: Error) => void): this;
}

export interface ClientOptions {
  readonly perMessageDeflate: false;
  readonly maxPayload: number;
  readonly ca?: string;
}
