// One socket as the relay knows it: where it stands, how fast it may send, how well it reads. Holds no key and no text.

import { TokenBucket } from "../limits/mod.ts";
import {
  ADMIN_COMMANDS_BURST,
  ADMIN_COMMANDS_PER_SECOND,
  type Bytes,
  type Limits,
  type MemberId,
  type RoomId,
} from "../wire/mod.ts";
import type { Cancel } from "../clock.ts";
import type { Visitor } from "./gate.ts";
import type { LargeReader } from "./large_acks.ts";
import type { Outgoing } from "./outgoing.ts";
import type { Asker } from "./park_port.ts";
import { ReaderWatch } from "./reader_watch.ts";
import { SenderPace } from "./sender_pace.ts";
import type { SocketPort } from "./socket_port.ts";

/** Where a socket stands. */
export type Standing =
  | { readonly tag: "unjoined"; readonly connNonce: Bytes; readonly cancelDeadline: Cancel }
  | {
    readonly tag: "joined";
    readonly roomId: RoomId;
    readonly memberId: MemberId;
    /** The member id as it stands in every entry. */
    readonly memberIdBytes: Uint8Array;
  }
  | { readonly tag: "closed" };

/** A socket, from its upgrade to its end. */
export class Connection implements LargeReader {
  readonly port: SocketPort;
  /** As validated, word for word [C1]. */
  readonly origin: string;
  readonly visitor: Visitor<Connection>;
  readonly pace: SenderPace;
  readonly adminCommands: TokenBucket;
  standing: Standing = { tag: "closed" };
  /** Large boxes acknowledged on this socket so far. */
  largeAcked = 0;
  badAdminSignatures = 0;
  /** As the park knows it; `null` until it asked something of it. */
  asker: Asker | null = null;
  lastHeardMs: number;
  /** Messages that were read already, and wait for their turn with it [M7] [M8] [M15]. */
  readonly waiting: (string | Uint8Array)[] = [];
  /** Ends the bench's own pause in reading; `null` while it reads. */
  cancelPause: Cancel | null = null;
  readonly #watch = new ReaderWatch();
  #sentBytes = 0;
  #readBytes = 0;

  constructor(of: {
    readonly port: SocketPort;
    readonly origin: string;
    readonly visitor: Visitor<Connection>;
    readonly limits: Limits;
    readonly maxFileBytes: number;
    readonly nowMs: number;
  }) {
    this.port = of.port;
    this.origin = of.origin;
    this.visitor = of.visitor;
    this.pace = new SenderPace(of.limits, of.maxFileBytes, of.nowMs);
    this.adminCommands = new TokenBucket(ADMIN_COMMANDS_PER_SECOND, ADMIN_COMMANDS_BURST, of.nowMs);
    this.lastHeardMs = of.nowMs;
  }

  send(message: Outgoing): void {
    // What a socket that is ending does not take was never sent: it must not count as read.
    if (this.port.send(message)) this.#sentBytes += message.bytes.length;
  }

  holdsUp(sinceMs: number, nowMs: number): boolean {
    return this.#watch.holdsUp(this.port.bufferedBytes, sinceMs, nowMs);
  }

  /** Whether it read anything since this was last asked: a sign of life that no pong has to wait for [M3]. */
  hasReadOn(): boolean {
    const before = this.#readBytes;
    this.#readBytes = this.#sentBytes - this.port.bufferedBytes;
    return this.#readBytes > before;
  }

  /** Looks at how it reads. Returns whether it must be cut. */
  watch(nowMs: number): boolean {
    return this.#watch.look(this.#sentBytes, this.port.bufferedBytes, nowMs);
  }
}
