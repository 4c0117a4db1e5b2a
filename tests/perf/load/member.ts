// One member of a load: a real TCP connection, a real upgrade and, at a bench, a real join. It judges what the protocol around the
// boxes is; the boxes themselves are its room's matter.

import { equalBytes, idBytes, parseBenchControl } from "../../../lib/wire/mod.ts";
import { FOUND, FrameReader } from "./frame_reader.ts";
import { FrameWriter, newPongFrame, newTextFrame } from "./frame_writer.ts";
import {
  isUpgraded,
  joinText,
  newSession,
  type RoomKeys,
  type Session,
  type Target,
  upgradeRequest,
} from "./target.ts";

/** What a member tells its room. */
export interface MemberEvents {
  /** A binary message stands at `reader.from` to `reader.to`. */
  onMessage(reader: FrameReader, nowMs: number): void;
  /** The bench acknowledged so many large boxes since this member joined. */
  onAcks(count: number): void;
  /** The relay did what none should, or is gone. */
  onFault(what: string): void;
}

type Standing = "upgrading" | "joining" | "in" | "gone";

/** Ends a run's waiting for what never comes. */
const ENTER_MS = 20_000;
const HEAD_END = "\r\n\r\n";

/** A member that is in its room. */
export class LoadMember {
  readonly session: Session | null;
  readonly #target: Target;
  readonly #room: RoomKeys;
  readonly #connection: Deno.TcpConn;
  readonly #reader = new FrameReader();
  readonly #writer: FrameWriter;
  readonly #events: MemberEvents;
  readonly #entered = Promise.withResolvers<void>();
  #standing: Standing = "upgrading";
  #reading: Promise<void>;

  private constructor(
    target: Target,
    room: RoomKeys,
    session: Session | null,
    connection: Deno.TcpConn,
    events: MemberEvents,
  ) {
    this.#target = target;
    this.#room = room;
    this.session = session;
    this.#connection = connection;
    this.#events = events;
    this.#writer = new FrameWriter(connection, () => this.#gone("a write failed"));
    this.#writer.write(upgradeRequest(target, room));
    this.#reading = this.#read();
  }

  /** Opens a connection and enters the room. Throws when the relay does not let it in. */
  static async enter(
    target: Target,
    room: RoomKeys,
    session: Session | null,
    events: MemberEvents,
  ): Promise<LoadMember> {
    const { hostname, port } = target;
    const connection = await Deno.connect({ hostname, port });
    connection.setNoDelay(true);
    const member = new LoadMember(target, room, session, connection, events);
    const timer = setTimeout(() => member.#gone("it took too long to enter"), ENTER_MS);
    try {
      await member.#entered.promise;
    } finally {
      clearTimeout(timer);
    }
    return member;
  }

  /** Keys are made ahead, so that joining is measured and making them is not. */
  static newSession(target: Target): Session | null {
    return target.dialect === "bench" ? newSession() : null;
  }

  /** Sends a frame made by a `FrameSpace`. */
  send(frame: Uint8Array<ArrayBuffer>): void {
    this.#writer.write(frame);
  }

  /** Closes the connection; nothing is reported any more. */
  async leave(): Promise<void> {
    this.#standing = "gone";
    try {
      this.#connection.close();
    } catch {
      // The relay was first.
    }
    await this.#reading;
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const count = await this.#connection.read(this.#reader.space());
        if (this.#standing === "gone") return;
        if (count === null) return this.#gone("the relay closed the connection");
        this.#reader.took(count);
        if (this.#standing !== "upgrading" || this.#onHead()) this.#onBytes();
      }
    } catch {
      this.#gone("the connection broke");
    }
  }

  #gone(what: string): void {
    if (this.#standing === "gone") return;
    const wasIn = this.#standing === "in";
    this.#standing = "gone";
    try {
      this.#connection.close();
    } catch {
      // It is closed.
    }
    if (wasIn) this.#events.onFault(what);
    else this.#entered.reject(new Error(what));
  }

  /** Whether the upgrade is through. */
  #onHead(): boolean {
    const head = String.fromCharCode(...this.#reader.rest());
    const end = head.indexOf(HEAD_END);
    if (end < 0) return false;
    if (!isUpgraded(head.slice(0, end + 2))) {
      this.#gone(`no upgrade: ${head.slice(0, head.indexOf("\r\n"))}`);
      return false;
    }
    this.#reader.skip(end + HEAD_END.length);
    this.#standing = "joining";
    if (this.session === null) this.#enter();
    return true;
  }

  #enter(): void {
    this.#standing = "in";
    this.#entered.resolve();
  }

  #onBytes(): void {
    const reader = this.#reader;
    const nowMs = performance.now();
    for (;;) {
      const found = reader.next();
      switch (found) {
        case FOUND.nothing:
          return;
        case FOUND.binary:
          if (this.#standing !== "in") return this.#gone("a box came before the join");
          this.#events.onMessage(reader, nowMs);
          break;
        case FOUND.text:
          this.#onText(new TextDecoder().decode(reader.bytes.subarray(reader.from, reader.to)));
          break;
        case FOUND.ping:
          this.#writer.write(newPongFrame(reader.bytes.slice(reader.from, reader.to)));
          break;
        case FOUND.pong:
          break;
        case FOUND.close: {
          const code = reader.to - reader.from < 2 ? "" : reader.view.getUint16(reader.from);
          return this.#gone(`the relay closed with ${code}`);
        }
        default:
          return this.#gone("a message that no relay sends");
      }
      if (this.#standing === "gone") return;
    }
  }

  #onText(text: string): void {
    const control = parseBenchControl(text);
    if (this.session === null || control === null) return this.#gone("a text that none sends");
    switch (control.t) {
      case "hi":
        return this.#writer.write(
          newTextFrame(joinText(control, this.#target, this.#room, this.session)),
        );
      case "ok":
        if (
          this.#standing !== "joining" ||
          !equalBytes(idBytes(control.memberId), this.session.memberId)
        ) {
          return this.#gone("an ok that is not for this member");
        }
        return this.#enter();
      case "ack":
        return this.#events.onAcks(control.count);
    }
  }
}
