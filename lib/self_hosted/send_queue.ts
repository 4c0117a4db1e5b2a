// What waits for one socket before `ws` has it. The system's part takes a whole row of messages as one write and tells of
// none of them before the last has left; a slow phone would look as if it read nothing for a minute. So it is given little
// at a time, and the rest waits here, where it is known to the byte and can be let go at once. [M10] [M11]

import type { Outgoing } from "../relay/mod.ts";

/** The socket behind the queue. */
export interface Writer {
  /** Bytes handed over and not yet written. */
  readonly writingBytes: number;
  /** Writes one message; `onDone` once, when it was written or given up. */
  write(message: Outgoing, onDone: () => void): void;
}

/** One socket's messages, in order. */
export class SendQueue {
  readonly #writer: Writer;
  readonly #atOnceBytes: number;
  #waiting: Outgoing[] = [];
  #next = 0;
  #bytes = 0;

  /** `atOnceBytes`: more is handed over only while less than this is being written. */
  constructor(writer: Writer, atOnceBytes: number) {
    this.#writer = writer;
    this.#atOnceBytes = atOnceBytes;
  }

  /** Bytes that wait here. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of those bytes, what this socket holds alone, and its part of what it shares. */
  get share(): number {
    let bytes = 0;
    for (let i = this.#next; i < this.#waiting.length; i++) {
      bytes += this.#waiting[i]!.bytes.length / this.#waiting[i]!.holders;
    }
    return bytes;
  }

  /** Writes it, or keeps it until it may be written. */
  send(message: Outgoing): void {
    message.hold();
    if (this.#bytes === 0 && this.#writer.writingBytes < this.#atOnceBytes) {
      return this.#write(message);
    }
    this.#waiting.push(message);
    this.#bytes += message.bytes.length;
  }

  /** Hands everything over, however much: nothing more will come. */
  flush(): void {
    for (let message = this.#take(); message !== null; message = this.#take()) this.#write(message);
  }

  /** Lets go of everything that waits. */
  drop(): void {
    for (let message = this.#take(); message !== null; message = this.#take()) message.release();
  }

  #write(message: Outgoing): void {
    this.#writer.write(message, () => {
      message.release();
      if (this.#bytes > 0) this.#pump();
    });
  }

  #pump(): void {
    while (this.#bytes > 0 && this.#writer.writingBytes < this.#atOnceBytes) {
      this.#write(this.#take()!);
    }
  }

  #take(): Outgoing | null {
    const message = this.#waiting[this.#next];
    if (message === undefined) return null;
    this.#next++;
    this.#bytes -= message.bytes.length;
    if (this.#next === this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
    } else if (this.#next > 1_000 && this.#next * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    return message;
  }
}
