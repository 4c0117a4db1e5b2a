// Own content that is not known to have been relayed yet: first in, first out, under fixed numbers [O1] to [O6].
// Pure bookkeeping of sealed boxes; it neither seals nor sends. Small boxes are acknowledged by their echo, large ones
// by the bench's count. Rules: lib/wire/PROTOCOL.md section 4, "Outbox".

import { type Bytes, equalBytes, MAX_CHUNKS_IN_FLIGHT, MAX_ECHOED_BOX_BYTES } from "../wire/mod.ts";

/** Content that waits for its acknowledgement at most; beyond it the person is told to wait. */
export const MAX_OUTBOX_ITEMS = 200;

/** Unacknowledged for this long is shown as failed, with a way to try again or to give it up [O2]. */
export const FAILED_AFTER_MS = 20_000;

/**
 * The same for large boxes and for what waits behind one: a bench that finds this tab too fast stops reading it for up to
 * half a minute and acknowledges nothing meanwhile [M7], and on a slow line four chunks take as long.
 */
export const LARGE_FAILED_AFTER_MS = 60_000;

/** Large contents on the wire without an acknowledgement: with as many chunks, 2 MiB that a bench has yet to read. */
const MAX_LARGE_IN_FLIGHT = MAX_CHUNKS_IN_FLIGHT;

/** One content under way. */
export interface OutboxItem {
  readonly seq: number;
  /** Line of the log it belongs to; `null` for what has none (a void, a cancel). */
  readonly itemId: string | null;
  box: Bytes;
  /** When it was said, tried again, or something before it was acknowledged. */
  waitsSinceMs: number;
  isFailed: boolean;
}

/** What a large box that is not echoed belongs to: its content number, or a chunk. */
type Counted = { readonly tag: "content"; readonly seq: number } | { readonly tag: "chunk" };

/** The row of unacknowledged content and what is in flight on the present socket. */
export class Outbox {
  #items: OutboxItem[] = [];
  /** Content of `#items` that is on the present socket: the first so many. */
  #onWire = 0;
  #counted: Counted[] = [];
  #countedAcked = 0;
  #lastSeq = 0;

  get isFull(): boolean {
    return this.#items.length >= MAX_OUTBOX_ITEMS;
  }

  get items(): readonly OutboxItem[] {
    return this.#items;
  }

  /** The number that a presence states as `cs`: all content up to it went before on this socket, or was acknowledged [F9]. */
  get seqOnWire(): number {
    const next = this.#items[this.#onWire];
    return next === undefined ? this.#lastSeq : next.seq - 1;
  }

  /** Chunks on the present socket that the bench has not counted yet. */
  get chunksInFlight(): number {
    return this.#counted.filter(({ tag }) => tag === "chunk").length;
  }

  /** Whether large boxes are on the present socket that the bench has not counted yet. */
  get hasLargeInFlight(): boolean {
    return this.#counted.length > 0;
  }

  /** Whether something is not on the present socket yet. */
  get hasUnsent(): boolean {
    return this.#onWire < this.#items.length;
  }

  /** Appends; numbers rise by one. */
  add(item: OutboxItem): void {
    this.#lastSeq = item.seq;
    this.#items.push(item);
  }

  /** What goes on the wire next, in order, so many at most; each is marked as being there. */
  takeUnsent(most: number): readonly OutboxItem[] {
    const unsent: OutboxItem[] = [];
    let largeInFlight = this.#counted.length - this.chunksInFlight;
    for (const item of this.#items.slice(this.#onWire, this.#onWire + most)) {
      if (item.box.length > MAX_ECHOED_BOX_BYTES) {
        if (largeInFlight >= MAX_LARGE_IN_FLIGHT) break;
        largeInFlight++;
        this.#counted.push({ tag: "content", seq: item.seq });
      }
      unsent.push(item);
    }
    this.#onWire += unsent.length;
    return unsent;
  }

  /** A chunk went on the wire. Its box is one that the bench counts, or it would be echoed. */
  onChunkSent(): void {
    this.#counted.push({ tag: "chunk" });
  }

  /** An own box came back. Returns the content it was, or `null` when it is none of ours under way. */
  onEcho(box: Uint8Array, nowMs: number): OutboxItem | null {
    const at = this.#items.findIndex((item, index) =>
      index < this.#onWire && equalBytes(item.box, box)
    );
    return at < 0 ? null : this.#settle(at, nowMs);
  }

  /** The bench counted our large boxes up to `count`. Returns the content among them and how many were chunks. */
  onCount(
    count: number,
    nowMs: number,
  ): { readonly content: readonly OutboxItem[]; readonly chunks: number } {
    const content: OutboxItem[] = [];
    let chunks = 0;
    while (this.#countedAcked < count && this.#counted.length > 0) {
      this.#countedAcked++;
      const counted = this.#counted.shift()!;
      if (counted.tag === "chunk") {
        chunks++;
        // Whatever is said while a picture moves waits behind its chunks.
        this.#moved(0, nowMs);
        continue;
      }
      const at = this.#items.findIndex(({ seq }) => seq === counted.seq);
      const item = at < 0 ? null : this.#settle(at, nowMs);
      if (item !== null) content.push(item);
    }
    return { content, chunks };
  }

  #settle(at: number, nowMs: number): OutboxItem {
    const [item] = this.#items.splice(at, 1);
    if (at < this.#onWire) this.#onWire--;
    // A bench answers in order: what went before this one and is not acknowledged has waited all the longer.
    this.#moved(at, nowMs);
    return item!;
  }

  #moved(from: number, nowMs: number): void {
    for (const item of this.#items.slice(from)) item.waitsSinceMs = nowMs;
  }

  /** The socket is gone: everything unacknowledged goes again, unchanged and in order, on the next one [O3]. */
  onDrop(): void {
    this.#onWire = 0;
    this.#counted = [];
    this.#countedAcked = 0;
  }

  /** Own content of a log line, while unacknowledged. */
  find(itemId: string): OutboxItem | undefined {
    return this.#items.find((item) => item.itemId === itemId);
  }

  /** Items that are now overdue; each is returned once. */
  takeFailed(nowMs: number): readonly OutboxItem[] {
    const patienceMs = this.hasLargeInFlight ? LARGE_FAILED_AFTER_MS : FAILED_AFTER_MS;
    const failed = this.#items.filter((item) =>
      !item.isFailed && nowMs - item.waitsSinceMs >= patienceMs
    );
    for (const item of failed) item.isFailed = true;
    return failed;
  }

  /** Forgets everything. */
  clear(): void {
    this.#items = [];
    this.onDrop();
  }
}
