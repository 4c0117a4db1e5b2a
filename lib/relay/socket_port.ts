// What the relay needs of a WebSocket, so that it runs on the self-hosted listener, on Deno's own, and on a pair in
// memory. Must never parse a frame. One contract suite runs on each (tests/relay/listener_contract.ts).

import type { Outgoing } from "./outgoing.ts";

/** The relay's way out to one tab. */
export interface SocketPort {
  /**
   * Queues one message; `false` where the socket takes nothing any more. Never throws. A port that does not copy calls
   * `hold` on it, and `release` once it was written or given up.
   */
  send(message: Outgoing): boolean;
  /** Closes with a code of PROTOCOL.md section 9; who does not answer is cut off soon. Harmless when already closed. */
  close(code: number): void;
  /** Cuts at once and lets go of all that waits. `onClose` follows. Harmless when already closed. */
  terminate(): void;
  /** Asks the other end for a sign of life, which comes as `onAlive`; `false` where the platform looks after that alone. */
  ping(): boolean;
  /** Stops reading from this tab; `false` where the platform cannot. */
  pause(): boolean;
  resume(): void;
  /** Bytes queued at this socket and not yet handed to the system. */
  readonly bufferedBytes: number;
  /** What of the bytes that wait here would be free without this socket: shared ones count by its part. */
  readonly heldShare: number;
  /** Whether what is queued here is a copy of this socket's own, not shared. */
  readonly copies: boolean;
}

/** The relay's end for one tab: what the listener reports. After `onClose` nothing else is called. */
export interface SocketEvents {
  onText(text: string): void;
  /** The relay may keep the bytes; the listener must not reuse them. */
  onBinary(bytes: Uint8Array): void;
  /** A pong came. */
  onAlive(): void;
  onClose(): void;
}

/** Hands an upgraded socket to the relay. */
export type Accept = (port: SocketPort) => SocketEvents;

/** What a request for a socket said, as far as anybody looks at it. */
export interface SocketRequest {
  readonly origin: string | null;
  readonly host: string | null;
  readonly upgrade: string | null;
  /** `Sec-WebSocket-Protocol`. */
  readonly subprotocols: string | null;
  readonly forwardedFor: string | null;
  /** Address at the other end of the connection, `null` where the platform does not say. */
  readonly remoteAddress: string | null;
}

/** May this request become a socket? What was counted for it is given back when the accepted socket closes. */
export type Admission =
  | { readonly ok: true; readonly accept: Accept }
  | {
    readonly ok: false;
    readonly status: number;
    readonly words: string;
    readonly headers: Readonly<Record<string, string>>;
  };
