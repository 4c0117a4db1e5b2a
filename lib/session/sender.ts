// The way out: content is numbered, signed, sealed and queued in one row; pictures follow their head in chunks, four on
// their way at most. Everything is sealed in the order it was asked for. Never blocks the page for long. Above 300 lines,
// because content and pictures share one row of sealing and one count of acknowledgements.
// Rules: lib/wire/PROTOCOL.md section 4, "Outbox" [O1] to [O6] and "Images" [I1] to [I4].

import {
  type AdminBadge,
  chunkCount,
  encodeImageHead,
  encodePresence,
  type ImageKind,
  type RoomKeys,
  sealBox,
  signContent,
} from "../crypto/mod.ts";
import type { Signer } from "../proof/mod.ts";
import {
  type Bytes,
  encodeBase64url,
  encodeChunk,
  encodeToAll,
  encodeToOne,
  equalBytes,
  MAX_CHUNK_BYTES,
  MAX_CHUNKS_IN_FLIGHT,
  MAX_ECHOED_BOX_BYTES,
  type MemberId,
  TYPE,
} from "../wire/mod.ts";
import { LARGE_FAILED_AFTER_MS, Outbox } from "./outbox.ts";
import { Pace, type PacedKind } from "./pace.ts";
import type { Cancel, World } from "./world.ts";

/** An own picture that is not with everybody yet. */
interface Outgoing {
  readonly itemId: string;
  readonly transfer: Bytes;
  readonly bytes: Bytes;
  readonly chunks: number;
  /** `null` while its chunks are being hashed. */
  headSeq: number | null;
  next: number;
  acked: number;
  /** When it was begun, last acknowledged or tried again. */
  movedMs: number;
  isFailed: boolean;
}

/** What the way out reports. */
export interface SenderEvents {
  /** A line's content was relayed. For a picture that is its head. */
  onSent(itemId: string): void;
  onImageProgress(itemId: string, doneBytes: number): void;
  onImageSent(itemId: string): void;
}

/** What the way out needs. `send` is `false` when there is no live socket. */
export interface SenderOptions {
  readonly world: World;
  readonly keys: RoomKeys;
  readonly signer: Signer;
  readonly boxPublicKey: Bytes;
  readonly badge: AdminBadge | null;
  readonly send: (frame: Bytes) => boolean;
  readonly events: SenderEvents;
}

/** Signs, seals and sends what this tab says. */
export class Sender {
  readonly #options: SenderOptions;
  readonly outbox = new Outbox();
  readonly #pace: Pace;
  /** Set while content or chunks wait for their pace. */
  #cancelFlush: Cancel | null = null;
  #contentSeq = 0;
  #signalSeq = 0;
  #row: Promise<void> = Promise.resolve();
  #isOpen = false;
  /** Sockets lost so far: what was decided on a former one does not open the next. */
  #drops = 0;
  #isStopped = false;
  #isPumping = false;
  #outgoing: Outgoing[] = [];
  /** Owners of the chunks that the bench has yet to count, in order. */
  #counted: Outgoing[] = [];
  /** A last chunk that is small enough to be echoed instead. */
  #echoedChunk: { readonly owner: Outgoing; readonly box: Bytes } | null = null;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#pace = new Pace(options.world.nowMs());
  }

  /** Presences that may go now without this tab being too fast for the bench. */
  get sparePresences(): number {
    return this.#pace.spare("presence", this.#options.world.nowMs());
  }

  /** Milliseconds until another presence may go. */
  get presenceWaitMs(): number {
    return this.#pace.waitMs("presence", this.#options.world.nowMs());
  }

  /** Whether the bench may be behind with what this tab sent: an answer of it may take a while. */
  get isUploading(): boolean {
    return this.outbox.hasLargeInFlight;
  }

  /** Number of the last content. */
  get contentSeq(): number {
    return this.#contentSeq;
  }

  /** Queues content; returns its number. It is sent once sealed and once the stay is settled. */
  addContent(type: number, body: Uint8Array, itemId: string | null): number {
    const seq = ++this.#contentSeq;
    const waitsSinceMs = this.#options.world.nowMs();
    this.#inRow(async () => {
      const box = await this.#seal(type, seq, body);
      this.outbox.add({ seq, itemId, box, waitsSinceMs, isFailed: false });
      this.#flush();
    });
    return seq;
  }

  /** Sends a presence now, to one member or to all. Dropped without a socket: the next one comes at reconnecting. */
  sendPresence(presence: {
    readonly to: MemberId | null;
    readonly nonce: string;
    readonly name: string;
    readonly echoes: readonly string[];
    readonly asksAgain: boolean;
  }): void {
    const { boxPublicKey, badge } = this.#options;
    this.#inRow(async () => {
      const body = encodePresence({
        ...presence,
        boxPublicKey,
        badge,
        contentSeq: this.outbox.seqOnWire,
      });
      const box = await this.#seal(TYPE.presence, ++this.#signalSeq, body);
      this.#send(presence.to === null ? encodeToAll(box) : encodeToOne(presence.to, box));
    });
  }

  /** Announces a picture and sends it, chunk by chunk. `bytes` stay the caller's and must not change. */
  addImage(
    itemId: string,
    image: {
      readonly bytes: Bytes;
      readonly kind: ImageKind;
      readonly widthPx: number;
      readonly heightPx: number;
    },
  ): void {
    const { world } = this.#options;
    const { bytes, kind, widthPx, heightPx } = image;
    const transfer = world.randomBytes(16);
    const outgoing: Outgoing = {
      itemId,
      transfer,
      bytes,
      chunks: chunkCount(bytes.length),
      headSeq: null,
      next: 0,
      acked: 0,
      movedMs: world.nowMs(),
      isFailed: false,
    };
    this.#outgoing.push(outgoing);
    void (async () => {
      const chunkHashes: Bytes[] = [];
      for (let index = 0; index < outgoing.chunks; index++) {
        chunkHashes.push((await world.sha512(chunkOf(bytes, index))).slice(0, 32));
        await world.nextTask();
        if (this.#isStopped || !this.#outgoing.includes(outgoing)) return;
      }
      const head = encodeImageHead({
        transfer: encodeBase64url(transfer),
        kind,
        widthPx,
        heightPx,
        totalBytes: bytes.length,
        chunkHashes,
      });
      outgoing.headSeq = this.addContent(TYPE.imageHead, head, itemId);
    })();
  }

  /** Stops an own picture for everybody. Returns whether it was under way. */
  cancelImage(itemId: string): boolean {
    const outgoing = this.#outgoing.find((one) => one.itemId === itemId);
    if (outgoing === undefined) return false;
    this.#outgoing = this.#outgoing.filter((one) => one !== outgoing);
    if (outgoing.headSeq !== null) this.addContent(TYPE.imageCancel, outgoing.transfer, null);
    void this.#pump();
    return true;
  }

  /** Gives a failed content up: a void goes under its number, so that nobody sees a gap [O5]. */
  discard(itemId: string): void {
    const item = this.outbox.find(itemId);
    if (item === undefined) return;
    this.#outgoing = this.#outgoing.filter((one) => one.itemId !== itemId);
    this.#inRow(async () => {
      item.box = await this.#seal(TYPE.void, item.seq, new Uint8Array(0));
    });
  }

  /** Lines that are overdue now: nothing was acknowledged for too long [O2]. Each is returned once. */
  takeFailed(nowMs: number): readonly string[] {
    const failed = this.outbox.takeFailed(nowMs).flatMap(({ itemId }) =>
      itemId === null ? [] : [itemId]
    );
    for (const outgoing of this.#outgoing) {
      // A picture that waits its turn behind another is not overdue.
      if (outgoing !== this.#outgoing[0]) outgoing.movedMs = nowMs;
      if (outgoing.isFailed || nowMs - outgoing.movedMs < LARGE_FAILED_AFTER_MS) continue;
      outgoing.isFailed = true;
      failed.push(outgoing.itemId);
    }
    return [...new Set(failed)];
  }

  /** Counts a line as not overdue again. Returns whether it is still under way. */
  retry(itemId: string): boolean {
    const nowMs = this.#options.world.nowMs();
    const item = this.outbox.find(itemId);
    const outgoing = this.#outgoing.find((one) => one.itemId === itemId);
    if (item !== undefined) {
      item.isFailed = false;
      item.waitsSinceMs = nowMs;
    }
    if (outgoing !== undefined) {
      outgoing.isFailed = false;
      outgoing.movedMs = nowMs;
    }
    return item !== undefined || outgoing !== undefined;
  }

  /**
   * The stay is settled: content goes out from now on, what is unacknowledged first [O3]; but behind the presences that
   * were asked for before, or it would reach members to whom we are not proved yet [F12].
   */
  open(): void {
    const drops = this.#drops;
    this.#inRow(() => {
      if (drops === this.#drops) {
        this.#isOpen = true;
        this.#flush();
      }
      return Promise.resolve();
    });
  }

  /** Somebody came whom we have not met: content waits again until `open`. What is on the wire stays there. */
  hold(): void {
    this.#isOpen = false;
  }

  /** A new socket, of which the bench reads so many messages a second [M7]. */
  onHi(framesPerSecond: number): void {
    this.#pace.restart(framesPerSecond, this.#options.world.nowMs());
  }

  /** The socket is gone. */
  onDrop(): void {
    this.#drops++;
    this.#isOpen = false;
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    this.outbox.onDrop();
    this.#counted = [];
    this.#echoedChunk = null;
    for (const outgoing of this.#outgoing) outgoing.next = outgoing.acked;
  }

  /** A box of ours came back. */
  onEcho(box: Uint8Array): void {
    const item = this.outbox.onEcho(box, this.#options.world.nowMs());
    if (item !== null) return this.#onItemSent(item.itemId);
    if (this.#echoedChunk !== null && equalBytes(this.#echoedChunk.box, box)) {
      const { owner } = this.#echoedChunk;
      this.#echoedChunk = null;
      this.#onChunkAcked(owner);
    }
  }

  /** The bench counted our large boxes up to `count` on this socket. */
  onCount(count: number): void {
    const { content, chunks } = this.outbox.onCount(count, this.#options.world.nowMs());
    for (const { itemId } of content) this.#onItemSent(itemId);
    for (const owner of this.#counted.splice(0, chunks)) this.#onChunkAcked(owner);
    this.#flush();
  }

  /** The last word, at once and by a synchronous signature: the page may be closing. `null` when not connected. */
  sealBye(signSync: Signer, finish: (frame: Bytes) => void): Promise<void> {
    const { keys } = this.#options;
    const seq = this.outbox.seqOnWire + 1;
    return signContent(signSync, keys.roomId, TYPE.bye, seq, new Uint8Array(0)).then((content) => {
      finish(encodeToAll(sealBox(content, keys.messageKey)));
    });
  }

  /** Forgets everything and sends nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#isOpen = false;
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    this.#outgoing = [];
    this.#counted = [];
    this.#echoedChunk = null;
    this.outbox.clear();
  }

  #inRow(task: () => Promise<void>): void {
    this.#row = this.#row.then(async () => {
      if (!this.#isStopped) await task();
    });
  }

  async #seal(type: number, seq: number, body: Uint8Array): Promise<Bytes> {
    const { signer, keys } = this.#options;
    return sealBox(await signContent(signer, keys.roomId, type, seq, body), keys.messageKey);
  }

  #flush(): void {
    if (!this.#isOpen) return;
    const most = this.#pace.spare("content", this.#options.world.nowMs());
    for (const { box } of this.outbox.takeUnsent(most)) this.#send(encodeToAll(box));
    if (this.outbox.hasUnsent) this.#flushAtPace("content");
    void this.#pump();
  }

  /** What waits for its pace goes on when it may; what waits for an acknowledgement does so when that comes. */
  #flushAtPace(kind: PacedKind): void {
    const { world } = this.#options;
    const waitMs = this.#pace.waitMs(kind, world.nowMs());
    if (waitMs === 0) return;
    this.#cancelFlush?.();
    this.#cancelFlush = world.after(waitMs, () => {
      this.#cancelFlush = null;
      this.#flush();
    });
  }

  #send(frame: Bytes): void {
    this.#pace.spend(this.#options.world.nowMs());
    this.#options.send(frame);
  }

  #onItemSent(itemId: string | null): void {
    if (itemId !== null) this.#options.events.onSent(itemId);
  }

  #onChunkAcked(owner: Outgoing): void {
    if (!this.#outgoing.includes(owner)) return;
    owner.acked++;
    owner.movedMs = this.#options.world.nowMs();
    owner.isFailed = false;
    const { events } = this.#options;
    if (owner.acked < owner.chunks) {
      return events.onImageProgress(owner.itemId, owner.acked * MAX_CHUNK_BYTES);
    }
    this.#outgoing = this.#outgoing.filter((one) => one !== owner);
    events.onImageSent(owner.itemId);
  }

  /** The picture whose next chunk may go: its head must be on this socket, or relayed before. */
  #nextOutgoing(): Outgoing | undefined {
    return this.#outgoing.find(({ headSeq, next, chunks }) =>
      headSeq !== null && headSeq <= this.outbox.seqOnWire && next < chunks
    );
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    const { world, keys } = this.#options;
    try {
      let outgoing: Outgoing | undefined;
      while (
        this.#isOpen && this.#echoedChunk === null &&
        this.outbox.chunksInFlight < MAX_CHUNKS_IN_FLIGHT &&
        this.#pace.spare("chunk", world.nowMs()) > 0 &&
        (outgoing = this.#nextOutgoing()) !== undefined
      ) {
        const { bytes, transfer, next } = outgoing;
        const box = sealBox(encodeChunk(transfer, next, chunkOf(bytes, next)), keys.messageKey);
        outgoing.next++;
        if (box.length > MAX_ECHOED_BOX_BYTES) {
          this.outbox.onChunkSent();
          this.#counted.push(outgoing);
        } else {
          this.#echoedChunk = { owner: outgoing, box };
        }
        this.#send(encodeToAll(box));
        await world.nextTask();
      }
    } finally {
      this.#isPumping = false;
    }
    const mayGoOn = this.#isOpen && this.#nextOutgoing() !== undefined;
    if (mayGoOn && this.#cancelFlush === null) this.#flushAtPace("chunk");
  }
}

function chunkOf(bytes: Bytes, index: number): Bytes {
  return bytes.subarray(index * MAX_CHUNK_BYTES, (index + 1) * MAX_CHUNK_BYTES);
}
