// A tab's socket in memory: what the relay sends stays in a list, and how full it claims to be is set by hand.

import type { Outgoing } from "../../lib/relay/outgoing.ts";
import type { SocketPort } from "../../lib/relay/socket_port.ts";
import {
  type BenchControl,
  type Entry,
  parseBenchControl,
  parseBenchFrame,
} from "../../lib/wire/mod.ts";

/** One end of a socket. Nothing is kept that was sent after its close. */
export class MemorySocket implements SocketPort {
  /** All messages in order; a byte string is the very array that the relay passed. */
  sent: (string | Uint8Array<ArrayBuffer>)[] = [];
  /** Close codes in order; more than one is a mistake of the relay's. */
  readonly closes: number[] = [];
  bufferedBytes = 0;
  copies = false;
  /** Whether reading can be stopped here. */
  canPause = true;
  /** Whether pings are this port's to send; if not, the platform looks after silence. */
  canPing = false;
  isPaused = false;
  isTerminated = false;
  pings = 0;
  /** What is held until `release`; only while a test says that nothing is read. */
  readonly #held: Outgoing[] = [];
  #isStuck = false;

  send(message: Outgoing): boolean {
    if (this.closes.length > 0 || this.isTerminated) return false;
    this.sent.push(message.isText ? new TextDecoder().decode(message.bytes) : message.bytes);
    if (!this.#isStuck) return true;
    message.hold();
    this.#held.push(message);
    this.bufferedBytes += message.bytes.length;
    return true;
  }

  get heldShare(): number {
    if (this.copies) return this.bufferedBytes;
    return this.#held.reduce((sum, { bytes, holders }) => sum + bytes.length / holders, 0);
  }

  /** From now on nothing leaves. */
  stick(): void {
    this.#isStuck = true;
  }

  /** The other end reads about so many bytes of what is held, oldest first. */
  read(bytes: number): void {
    let left = bytes;
    while (left > 0 && this.#held.length > 0) {
      const message = this.#held.shift()!;
      left -= message.bytes.length;
      this.bufferedBytes -= message.bytes.length;
      message.release();
    }
  }

  close(code: number): void {
    this.closes.push(code);
  }

  terminate(): void {
    this.isTerminated = true;
    this.read(Infinity);
  }

  ping(): boolean {
    this.pings++;
    return this.canPing;
  }

  pause(): boolean {
    this.isPaused = this.canPause;
    return this.canPause;
  }

  resume(): void {
    this.isPaused = false;
  }

  /** What was sent since the last look, which empties the list. */
  take(): readonly (string | Uint8Array<ArrayBuffer>)[] {
    const sent = this.sent;
    this.sent = [];
    return sent;
  }

  /** Control messages in the list, parsed; one that no tab would understand fails here. */
  get controls(): readonly BenchControl[] {
    return this.sent.filter((message) => typeof message === "string").map((text) => {
      const control = parseBenchControl(text);
      if (control === null) throw new Error("the relay sent a control message no tab understands");
      return control;
    });
  }

  /** Control messages of one kind. */
  controlsOf<T extends BenchControl["t"]>(kind: T): readonly Extract<BenchControl, { t: T }>[] {
    return this.controls.filter((control): control is Extract<BenchControl, { t: T }> =>
      control.t === kind
    );
  }

  /** Binary messages in the list. */
  get frames(): readonly Uint8Array<ArrayBuffer>[] {
    return this.sent.filter((message) => typeof message !== "string");
  }

  /** Entries of all batches in the list, in order. */
  get entries(): readonly Entry[] {
    return this.frames.flatMap((bytes) => {
      const frame = parseBenchFrame(bytes);
      if (frame === null) throw new Error("the relay sent a frame no tab understands");
      return frame.tag === "batch" ? frame.entries : [];
    });
  }
}
