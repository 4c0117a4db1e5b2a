// One run in one room: senders that keep a bounded number of boxes under way, and the check of everything that every member
// receives. A box is under way until all other members have it (at a bench the sender's echo, too), so that both relays
// are loaded alike, and neither by what the other would need: nothing is dropped, nothing piles up without a bound.

import { MAX_CHUNKS_IN_FLIGHT, MAX_ECHOED_BOX_BYTES } from "../../../lib/wire/mod.ts";
import { type Box, fillBox, isBox, newBox, numberOf, senderOf, sentAtMs } from "./box.ts";
import { type FrameSpace, maskPayload, newFrameSpace } from "./frame_writer.ts";
import type { LoadMember } from "./member.ts";

/** How senders send. */
export type Pace =
  /** As fast as the window lets them, for a time. */
  | { readonly tag: "flood"; readonly forMs: number; readonly underWay: number }
  /** As fast as the window lets them, so many boxes each. */
  | { readonly tag: "count"; readonly boxes: number; readonly underWay: number }
  /** One box at a time, by the clock. Several rooms begin spread over `everyMs`. */
  | {
    readonly tag: "calm";
    readonly boxes: number;
    readonly everyMs: number;
    readonly firstMs: number;
  };

/** What is said in a room. */
export interface Plan {
  readonly senders: number;
  readonly boxBytes: number;
  readonly pace: Pace;
  /** Silence after which what is still missing counts as lost. */
  readonly lostAfterMs: number;
}

/** What came of it. */
export interface RunResult {
  readonly sent: number;
  /** Boxes that reached a member other than their sender. */
  readonly deliveries: number;
  /** From the first box sent to the last that arrived. */
  readonly tookMs: number;
  /** From sent to arrived, at up to ten members spread over the room. */
  readonly latenciesMs: readonly number[];
}

/** What a member may send: the op byte of a box to all (PROTOCOL.md section 4). A plain relay gets the same bytes. */
export const OP_TO_ALL = 0x01;
const SAMPLED_MEMBERS = 10;

interface Slot {
  readonly box: Box;
  readonly frame: FrameSpace;
  /** Members that do not have it yet. */
  missing: number;
}

interface Sender {
  readonly index: number;
  readonly member: LoadMember;
  readonly memberIndex: number;
  readonly slots: readonly Slot[];
  sent: number;
  /** Large boxes that the bench acknowledged in this run. */
  acked: number;
}

/** A run that goes on. */
export class Run {
  readonly #members: readonly LoadMember[];
  readonly #plan: Plan;
  readonly #isBench: boolean;
  /** Whether the bench sends boxes of this length back to their sender; if not, it acknowledges them. */
  readonly #isEchoed: boolean;
  readonly #isAcked: boolean;
  readonly #senders: readonly Sender[];
  /** The number that each member must get next from each sender. */
  readonly #next: Uint32Array;
  readonly #isSampled: Uint8Array;
  readonly #latenciesMs: number[] = [];
  readonly #end = Promise.withResolvers<RunResult>();
  readonly #startedMs = performance.now();
  readonly #timers: ReturnType<typeof setTimeout>[] = [];
  #deliveries = 0;
  #missing = 0;
  #lastAtMs = 0;
  #isOver = false;
  #saysMore = true;

  constructor(members: readonly LoadMember[], plan: Plan) {
    this.#members = members;
    this.#plan = plan;
    this.#isBench = members[0]!.session !== null;
    this.#isEchoed = this.#isBench && plan.boxBytes <= MAX_ECHOED_BOX_BYTES;
    this.#isAcked = this.#isBench && !this.#isEchoed;
    const count = plan.senders;
    if (count < 1 || count > members.length) throw new RangeError("more senders than members");
    const windowOf = plan.pace.tag === "calm" ? 1 : plan.pace.underWay;
    this.#senders = Array.from({ length: count }, (_, index) => {
      const memberIndex = Math.floor((index * members.length) / count);
      return {
        index,
        member: members[memberIndex]!,
        memberIndex,
        slots: Array.from({ length: windowOf }, () => newSlot(plan.boxBytes)),
        sent: 0,
        acked: 0,
      };
    });
    this.#next = new Uint32Array(members.length * count);
    this.#isSampled = new Uint8Array(members.length);
    const sampled = Math.min(SAMPLED_MEMBERS, members.length);
    for (let i = 0; i < sampled; i++) {
      this.#isSampled[Math.round((i * (members.length - 1)) / Math.max(1, sampled - 1))] = 1;
    }
    this.#start();
  }

  /** Resolves when all that was sent has arrived; rejects at the first thing that is not as it should be. */
  get result(): Promise<RunResult> {
    return this.#end.promise;
  }

  /** The 16 bytes of the sender that a batch must name, for the box at `at`; `null` when there is no such sender. */
  memberIdOfBox(view: DataView, at: number): Uint8Array | null {
    return this.#senders[senderOf(view, at)]?.member.session?.memberId ?? null;
  }

  /** A box of `length` bytes at `at` reached the member of that index. */
  onBox(to: number, view: DataView, at: number, length: number, nowMs: number): void {
    if (length !== this.#plan.boxBytes) return this.fail(`length: a box has ${length} bytes`);
    const sender = this.#senders[senderOf(view, at)];
    if (sender === undefined) return this.fail("sender: a box is from nobody");
    const number = numberOf(view, at);
    const nextAt = to * this.#senders.length + sender.index;
    if (number !== this.#next[nextAt]) {
      return this.fail(`order: number ${number} came where ${this.#next[nextAt]} was due`);
    }
    const slot = sender.slots[number % sender.slots.length]!;
    if (slot.missing === 0 || !isBox(slot.box, view, at)) {
      return this.fail("bytes: a box is not the one that was sent");
    }
    this.#next[nextAt] = number + 1;
    if (sender.memberIndex !== to) {
      this.#deliveries++;
      if (this.#isSampled[to] === 1) this.#latenciesMs.push(nowMs - sentAtMs(view, at));
    } else if (!this.#isEchoed) return this.fail("echo: a box came back to its sender");
    this.#lastAtMs = nowMs;
    this.#missing--;
    if (--slot.missing === 0) this.#pump(sender);
  }

  /** The bench acknowledged one more large box of this member. */
  onAck(memberIndex: number): void {
    const sender = this.#senders.find((each) => each.memberIndex === memberIndex);
    if (sender === undefined || ++sender.acked > sender.sent) {
      return this.fail("ack: for a box that was never sent");
    }
    this.#pump(sender);
  }

  /** Ends the run as failed; once is enough. */
  fail(what: string): void {
    this.#stop();
    this.#end.reject(new Error(what));
  }

  #start(): void {
    const { pace, lostAfterMs } = this.#plan;
    let seen = -1;
    this.#timers.push(setInterval(() => {
      if (seen === this.#deliveries && this.#missing > 0) {
        this.fail(`missing: ${this.#missing} boxes did not arrive`);
      } else if (seen === this.#deliveries && (!this.#saysMore || pace.tag !== "calm")) {
        this.fail("ack: the bench owes acknowledgements");
      }
      seen = this.#deliveries;
    }, lostAfterMs));
    if (pace.tag === "calm") {
      for (const sender of this.#senders) {
        for (let i = 0; i < pace.boxes; i++) {
          this.#timers.push(
            setTimeout(() => {
              if (!this.#maySend(sender)) return this.fail("calm: the last box is still under way");
              this.#say(sender);
              this.#pump(sender);
            }, pace.firstMs + i * pace.everyMs),
          );
        }
      }
      return;
    }
    if (pace.tag === "flood") {
      this.#timers.push(setTimeout(() => {
        this.#saysMore = false;
        this.#endIfAll();
      }, pace.forMs));
    }
    for (const sender of this.#senders) this.#pump(sender);
  }

  #maySend({ slots, sent, acked }: Sender): boolean {
    return slots[sent % slots.length]!.missing === 0 &&
      (!this.#isAcked || sent - acked < MAX_CHUNKS_IN_FLIGHT);
  }

  #pump(sender: Sender): void {
    const { pace } = this.#plan;
    if (this.#isOver) return;
    if (pace.tag !== "calm" && this.#saysMore) {
      const most = pace.tag === "count" ? pace.boxes : Infinity;
      while (sender.sent < most && this.#maySend(sender)) this.#say(sender);
    }
    if (pace.tag !== "flood") {
      this.#saysMore = this.#senders.some(({ sent }) => sent < pace.boxes);
    }
    this.#endIfAll();
  }

  #say(sender: Sender): void {
    const slot = sender.slots[sender.sent % sender.slots.length]!;
    fillBox(slot.box, sender.index, sender.sent, performance.now());
    slot.frame.payload[0] = OP_TO_ALL;
    slot.frame.payload.set(slot.box.bytes, 1);
    maskPayload(slot.frame, (slot.box.words.at(-1)! ^ 0x2545f491) | 1);
    slot.missing = this.#members.length - (this.#isEchoed ? 0 : 1);
    this.#missing += slot.missing;
    sender.sent++;
    sender.member.send(slot.frame.frame);
  }

  #endIfAll(): void {
    if (this.#isOver || this.#saysMore || this.#missing > 0) return;
    if (this.#isAcked && this.#senders.some(({ sent, acked }) => acked < sent)) return;
    this.#stop();
    this.#end.resolve({
      sent: this.#senders.reduce((sum, { sent }) => sum + sent, 0),
      deliveries: this.#deliveries,
      tookMs: this.#lastAtMs - this.#startedMs,
      latenciesMs: this.#latenciesMs,
    });
  }

  #stop(): void {
    this.#isOver = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

function newSlot(boxBytes: number): Slot {
  return { box: newBox(boxBytes), frame: newFrameSpace(1 + boxBytes), missing: 0 };
}
