// What the relay needs of a WebSocket, so that it runs on Deno's own, on another library's, and on a pair in memory.
// Must never parse a frame. One contract suite (tests/relay) runs on each implementation.

/** The relay's way out to one tab. */
export interface SocketPort {
  /** Queues one message; never throws, also after the socket closed. The relay does not change the bytes later. */
  send(message: string | Uint8Array<ArrayBuffer>): void;
  /** Closes with a code of PROTOCOL.md section 9. Harmless when already closed. */
  close(code: number): void;
  /** Bytes queued and not yet handed to the system. */
  readonly bufferedBytes: number;
}

/** The relay's end for one tab: what the listener reports. After `onClose` nothing else is called. */
export interface SocketEvents {
  onText(text: string): void;
  /** The relay may keep the bytes; the listener must not reuse them. */
  onBinary(bytes: Uint8Array): void;
  onClose(): void;
}

/** Hands an accepted socket to the relay. `origin` is the validated Origin, word for word [C1]. */
export type Accept = (port: SocketPort, origin: string) => SocketEvents;
