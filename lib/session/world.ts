// Everything a session takes from outside: sockets, time, chance, the platform's crypto and object URLs. The browser
// fills it in browser_world.ts; tests fill it with a clock moved by hand and sockets in memory.

import type { Ed25519 } from "../proof/mod.ts";
import type { Bytes } from "../wire/mod.ts";

/** One WebSocket to the bench, as the session uses it. */
export interface TabSocket {
  send(message: string | Bytes): void;
  close(): void;
}

/** What a socket reports. After `onClose` nothing else comes. */
export interface TabSocketEvents {
  onText(text: string): void;
  onBinary(bytes: Bytes): void;
  /** 1006 when the connection was lost or never came to be. */
  onClose(code: number): void;
}

/** Why a bench takes no socket just now, as it says over http [M4]. */
export interface UpgradeRefusal {
  readonly why: "too-many-new" | "too-many-sockets";
  /** When it would take one, in milliseconds from now; `null` when it did not say. */
  readonly retryAfterMs: number | null;
}

/** Stops a timer; harmless afterwards. */
export type Cancel = () => void;

/** The world outside a session. */
export interface World {
  /** `location.origin`, which the join proof is bound to. */
  readonly origin: string;
  readonly ed25519: Ed25519;
  connect(events: TabSocketEvents): TabSocket;
  /**
   * Asks once over http why no socket came to be, which a browser does not tell: `null` when the bench says nothing
   * of it, or nothing at all within a few seconds. Never rejects.
   */
  askWhyRefused(): Promise<UpgradeRefusal | null>;
  /** The browser is sure that there is no network; `false` proves nothing. */
  isOffline(): boolean;
  /** Milliseconds that only rise. */
  nowMs(): number;
  /** Wall clock, for arrival times and admin counters. */
  wallMs(): number;
  after(delayMs: number, run: () => void): Cancel;
  every(periodMs: number, run: () => void): Cancel;
  /** Lets the page paint and answer before the next piece of heavy work. */
  nextTask(): Promise<void>;
  randomBytes(length: number): Bytes;
  /** 0 <= x < 1, for jitter only. */
  chance(): number;
  sha512(bytes: Bytes): Promise<Bytes>;
  /** Timers of a hidden page are slowed: it answers at once. */
  isHidden(): boolean;
  newObjectUrl(bytes: Bytes, mime: string): string;
  revokeObjectUrl(url: string): void;
}
