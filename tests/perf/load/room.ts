// The members of one room of a load, and what they receive between and during runs. The two dialects are told apart here: a bench
// sends batches that name each box's sender, a plain relay the very messages that came in.

import { ENTRY_HEAD_BYTES } from "../../../lib/wire/mod.ts";
import type { FrameReader } from "./frame_reader.ts";
import { LoadMember } from "./member.ts";
import { OP_TO_ALL, type Plan, Run, type RunResult } from "./run.ts";
import { newRoomKeys, type RoomKeys, type Target } from "./target.ts";

const OP_BATCH = 0x81;
const FROM_BYTES = 16;

/** A room with its members in it. */
export class LoadRoom {
  readonly #target: Target;
  readonly #members: LoadMember[] = [];
  readonly #keys: RoomKeys;
  #acks: number[] = [];
  #run: Run | null = null;
  #brokenBy: string | null = null;

  constructor(target: Target, address: string, keys: RoomKeys = newRoomKeys(address)) {
    this.#target = target;
    this.#keys = keys;
  }

  /** Makes all that one more member needs beforehand; what is returned lets it in, at another bench of the room where one is named. */
  prepareMember(target: Target = this.#target): () => Promise<void> {
    const session = LoadMember.newSession(target);
    const index = this.#acks.length;
    this.#acks.push(0);
    return async () => {
      this.#members[index] = await LoadMember.enter(target, this.#keys, session, {
        onMessage: (reader, nowMs) => this.#onMessage(index, reader, nowMs),
        onAcks: (count) => this.#onAcks(index, count),
        onFault: (what) => this.#onFault(what),
      });
    };
  }

  /** Says what is planned, and checks what arrives. Throws what was wrong with it. */
  async say(plan: Plan): Promise<RunResult> {
    if (this.#brokenBy !== null) throw new Error(this.#brokenBy);
    const run = this.#run = new Run(this.#members, plan);
    try {
      return await run.result;
    } finally {
      this.#run = null;
    }
  }

  async leave(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.leave()));
  }

  #onFault(what: string): void {
    this.#brokenBy ??= what;
    this.#run?.fail(what);
  }

  #onAcks(index: number, count: number): void {
    const more = count - this.#acks[index]!;
    this.#acks[index] = count;
    if (more < 1 || this.#run === null) return this.#onFault("ack: a count that tells nothing new");
    for (let i = 0; i < more; i++) this.#run?.onAck(index);
  }

  #onMessage(to: number, reader: FrameReader, nowMs: number): void {
    const run = this.#run;
    if (run === null) return this.#onFault("silence: a box came when none was under way");
    const { view, from, to: end } = reader;
    if (this.#target.dialect === "plain") {
      if (reader.bytes[from] !== OP_TO_ALL) return this.#onFault("bytes: not the message sent");
      return run.onBox(to, view, from + 1, end - from - 1, nowMs);
    }
    if (reader.bytes[from] !== OP_BATCH) return this.#onFault("batch: not the op byte of one");
    for (let at = from + 1; at < end;) {
      if (at + ENTRY_HEAD_BYTES > end) return this.#onFault("batch: cut off");
      const length = view.getUint32(at + FROM_BYTES);
      const boxAt = at + ENTRY_HEAD_BYTES;
      if (boxAt + length > end || length < FROM_BYTES) return this.#onFault("batch: cut off");
      const memberId = run.memberIdOfBox(view, boxAt);
      if (memberId === null || !startsWith(reader.bytes, at, memberId)) {
        return this.#onFault("sender: a batch names another than the box");
      }
      run.onBox(to, view, boxAt, length, nowMs);
      at = boxAt + length;
    }
  }
}

function startsWith(bytes: Uint8Array, at: number, part: Uint8Array): boolean {
  for (let i = 0; i < FROM_BYTES; i++) if (bytes[at + i] !== part[i]) return false;
  return true;
}
