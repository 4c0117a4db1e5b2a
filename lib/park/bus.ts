// The bus between benches, as the park uses it: subjects and bytes, nothing else. Whoever stands on it can read, forge, hold
// back and repeat, so nothing here is trusted (PAIRING.md). Nothing is queued: what cannot go now is lost, and said to be.
// NATS fills it in (nats_bus.ts); tests fill it in with memory. One contract suite runs on both (tests/park/bus_contract.ts).

import type { Bytes } from "../wire/mod.ts";

/** Where a bus stands. */
export type BusStatus =
  /** No connection; it tries by itself. */
  | { readonly tag: "away" }
  /** There is a connection, and it is of no use; it is looked at again at every reconnect. */
  | { readonly tag: "refused"; readonly why: BusRefusal }
  | { readonly tag: "up" };

/** Why a bus that answers is of no use. */
export type BusRefusal =
  /** `max_payload` is below MIN_BUS_PAYLOAD_BYTES. */
  | "payload-too-small"
  /** It asks for credentials that it was not given, or did not take them. */
  | "not-let-in";

/** Stops something; harmless afterwards. */
export type Stop = () => void;

/** A connection to the other benches, from its making to `close`. */
export interface Bus {
  readonly status: BusStatus;
  /** Calls `run` after every change of status. One listener; the last one set counts. */
  onStatus(run: (status: BusStatus) => void): void;
  /**
   * Hands bytes to the bus; `false` when it is not up, and then they are gone. Never throws for a status. The bytes must not
   * change afterwards. A subject of ours is at most 64 characters of [a-z0-9.].
   */
  publish(subject: string, bytes: Uint8Array): boolean;
  /**
   * Calls `onMessage` with everything published under `subject` while the bus is up, what this bus itself published
   * included, in order. Stands over reconnects, and may be asked for while it is away. The bytes are the callee's to keep.
   */
  subscribe(subject: string, onMessage: (bytes: Bytes) => void): Stop;
  /** Lets go of the connection; nothing is called after that. */
  close(): Promise<void>;
}
