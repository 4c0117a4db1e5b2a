// One connection to the bench: hello, proof, then frames. It does not come back by itself; the stay decides that.
// Rules: lib/wire/PROTOCOL.md section 3, [J1] to [J5].

import type { RoomKeys } from "../crypto/mod.ts";
import { joinTranscript, type Signer } from "../proof/mod.ts";
import {
  type AdminAnswer,
  assertNever,
  BEAT,
  type BenchControl,
  type Bytes,
  encodeJoin,
  type Entry,
  type Hi,
  type MemberId,
  type Ok,
  type ParkControl,
  parseBenchControl,
  parseBenchFrame,
} from "../wire/mod.ts";
import type { TabSocket, World } from "./world.ts";

/** What one connection reports, in order. After `onDown` nothing else comes. */
export interface RoomSocketEvents {
  onHi(hi: Hi): void;
  onLive(ok: Ok): void;
  onEntries(entries: readonly Entry[]): void;
  onAdminCommand(frame: Uint8Array): void;
  onAdminAnswer(answer: AdminAnswer): void;
  onSocketGone(memberId: MemberId): void;
  onHeadCount(count: number): void;
  onAckCount(count: number): void;
  /** What it says of other benches. */
  onPark(control: ParkControl): void;
  /** Anything at all came: the bench is there. */
  onHeard(): void;
  /** What no honest bench sends. */
  onNonsense(): void;
  onDown(code: number): void;
}

/** What a connection needs to join. */
export interface JoinMeans {
  readonly keys: RoomKeys;
  readonly joinSigner: Signer;
  readonly sessionSigner: Signer;
  readonly create: boolean;
}

/** A connection, from opening to closing. */
export class RoomSocket {
  readonly #world: World;
  readonly #means: JoinMeans;
  readonly #events: RoomSocketEvents;
  readonly #socket: TabSocket;
  #hasJoined = false;
  #isLive = false;
  #isDown = false;

  constructor(world: World, means: JoinMeans, events: RoomSocketEvents) {
    this.#world = world;
    this.#means = means;
    this.#events = events;
    this.#socket = world.connect({
      onText: (text) => this.#onText(text),
      onBinary: (bytes) => this.#onBinary(bytes),
      onClose: (code) => this.#onClose(code),
    });
  }

  /** Sends a frame; `false` when this connection has not joined or is down. */
  send(frame: Bytes): boolean {
    if (!this.#isLive || this.#isDown) return false;
    this.#socket.send(frame);
    return true;
  }

  /** Sends a control message; `false` when this connection has not joined or is down. */
  sendText(text: string): boolean {
    if (!this.#isLive || this.#isDown) return false;
    this.#socket.send(text);
    return true;
  }

  /** Asks the bench whether it is there. */
  sendBeat(): void {
    if (this.#isLive && !this.#isDown) this.#socket.send(BEAT);
  }

  /** Lets go without waiting for the other side: `onDown` comes now, with `code`. */
  drop(code: number): void {
    this.#socket.close();
    this.#onClose(code);
  }

  #onClose(code: number): void {
    if (this.#isDown) return;
    this.#isDown = true;
    this.#events.onDown(code);
  }

  #onText(text: string): void {
    if (this.#isDown) return;
    this.#events.onHeard();
    const control = parseBenchControl(text);
    if (control === null) return this.#events.onNonsense();
    this.#onControl(control);
  }

  #onControl(control: BenchControl): void {
    const events = this.#events;
    switch (control.t) {
      case "hi":
        if (this.#hasJoined) return events.onNonsense();
        this.#hasJoined = true;
        events.onHi(control);
        return void this.#join(control);
      case "ok":
        if (this.#isLive || !this.#hasJoined) return events.onNonsense();
        this.#isLive = true;
        return events.onLive(control);
      case "cnt":
        return events.onHeadCount(control.count);
      case "left":
        return events.onSocketGone(control.memberId);
      case "ack":
        return events.onAckCount(control.count);
      case "adm":
        return events.onAdminAnswer(control);
      case "whois":
      case "pair_key":
      case "pair_end":
      case "offer":
      case "links":
      case "inst":
        return this.#isLive ? events.onPark(control) : events.onNonsense();
      case "beat":
        return;
      default:
        return assertNever(control);
    }
  }

  #onBinary(bytes: Bytes): void {
    if (this.#isDown) return;
    this.#events.onHeard();
    const frame = this.#isLive ? parseBenchFrame(bytes) : null;
    if (frame === null) return this.#events.onNonsense();
    if (frame.tag === "batch") this.#events.onEntries(frame.entries);
    else this.#events.onAdminCommand(frame.command);
  }

  async #join({ connNonce }: Hi): Promise<void> {
    const { keys, joinSigner, sessionSigner, create } = this.#means;
    const transcript = joinTranscript(
      connNonce,
      keys.roomId,
      sessionSigner.publicKey,
      this.#world.origin,
    );
    const joinSignature = await joinSigner.sign(transcript);
    const sessionSignature = await sessionSigner.sign(transcript);
    if (this.#isDown) return;
    this.#socket.send(encodeJoin({
      roomId: keys.roomId,
      joinPublicKey: joinSigner.publicKey,
      adminFp: keys.adminFp,
      signPublicKey: sessionSigner.publicKey,
      joinSignature,
      sessionSignature,
      create,
    }));
  }
}
