// Pictures on their way to us: chunks taken from the head's sender alone, in order, each once, each against its listed
// hash. Bounded in number and bytes before anything is kept; a finished file is measured before anything decodes it.
// Rules: lib/wire/PROTOCOL.md section 4, "Images", [I3] to [I8].

import { type ImageHead, readImageSize, sniffImageKind } from "../crypto/mod.ts";
import {
  type Bytes,
  equalBytes,
  MAX_CHUNK_BYTES,
  MAX_IMAGE_SIDE_PX,
  type MemberId,
} from "../wire/mod.ts";
import type { Transfer } from "./view_state.ts";

/** Unfinished pictures of one sender. */
export const MAX_INCOMING_PER_SENDER = 8;

/**
 * Bytes that have come of unfinished pictures of all senders: six of the default limit at once. What a head states does
 * not count, or one member could keep everybody's pictures out by announcing some.
 */
export const MAX_INCOMING_BYTES = 64 * 1024 * 1024;

/** An unfinished picture of which nothing came for so long gives way once half of that is used. */
export const STALLED_AFTER_MS = 60_000;

/** Bytes of all pictures this tab holds, finished or not. */
export const MAX_HELD_BYTES = 512 * 1024 * 1024;

/** One picture under way. */
interface Incoming {
  readonly itemId: string;
  readonly sender: MemberId;
  readonly head: ImageHead;
  readonly parts: Uint8Array[];
  doneBytes: number;
  heardMs: number;
}

/** What a head or a chunk leads to. `file` is the whole picture, the caller's to keep. */
export type IncomingStep =
  | { readonly tag: "ignored" }
  | { readonly tag: "progress"; readonly itemId: string; readonly doneBytes: number }
  | {
    readonly tag: "complete";
    readonly itemId: string;
    readonly file: Bytes;
    readonly head: ImageHead;
  }
  | {
    readonly tag: "broken";
    readonly itemId: string;
    readonly reason: Extract<Transfer, { readonly tag: "broken" }>["reason"];
  };

/** All pictures on their way to this tab. */
export class IncomingImages {
  readonly #byTransfer = new Map<string, Incoming>();
  #heldBytes = 0;
  #unfinishedBytes = 0;

  /** A verified head. Returns why the picture is refused, or `null` when its chunks are awaited. */
  begin(
    itemId: string,
    sender: MemberId,
    head: ImageHead,
    maxFileBytes: number,
    nowMs: number,
  ): IncomingStep | null {
    const refuse = (reason: "too-big" | "no-room"): IncomingStep => ({
      tag: "broken",
      itemId,
      reason,
    });
    if (head.totalBytes > maxFileBytes) return refuse("too-big");
    let ofSender = 0;
    for (const incoming of this.#byTransfer.values()) if (incoming.sender === sender) ofSender++;
    if (
      this.#byTransfer.has(transferKey(sender, head.transfer)) ||
      ofSender >= MAX_INCOMING_PER_SENDER ||
      this.#heldBytes + head.totalBytes > MAX_HELD_BYTES
    ) return refuse("no-room");
    this.#byTransfer.set(transferKey(sender, head.transfer), {
      itemId,
      sender,
      head,
      parts: [],
      doneBytes: 0,
      heardMs: nowMs,
    });
    return null;
  }

  /** Whether a chunk of this transfer is awaited from this sender, so that others are not hashed for nothing. */
  awaits(sender: MemberId, transfer: string): boolean {
    return this.#byTransfer.has(transferKey(sender, transfer));
  }

  /** A chunk with the first 32 bytes of its SHA-512. Copies `data`. */
  onChunk(
    sender: MemberId,
    transfer: string,
    index: number,
    data: Uint8Array,
    hash: Uint8Array,
    nowMs: number,
  ): IncomingStep {
    const key = transferKey(sender, transfer);
    const incoming = this.#byTransfer.get(key);
    if (incoming === undefined) return { tag: "ignored" };
    const { head, itemId, parts } = incoming;
    // Sent again after a drop of the sender's.
    if (index < parts.length) return { tag: "ignored" };
    if (index > parts.length) return this.#break(key, "piece-missing");
    const wantBytes = Math.min(MAX_CHUNK_BYTES, head.totalBytes - index * MAX_CHUNK_BYTES);
    if (data.length !== wantBytes || !equalBytes(hash, head.chunkHashes[index]!)) {
      return this.#break(key, "piece-false");
    }
    // One picture alone always fits, however large the bench allows it to be.
    const mostBytes = Math.max(MAX_INCOMING_BYTES, head.totalBytes);
    if (
      this.#unfinishedBytes + data.length > mostBytes ||
      this.#heldBytes + data.length > MAX_HELD_BYTES
    ) return this.#break(key, "no-room");
    parts.push(data.slice());
    incoming.doneBytes += data.length;
    incoming.heardMs = nowMs;
    this.#unfinishedBytes += data.length;
    this.#heldBytes += data.length;
    if (parts.length < head.chunkHashes.length) {
      return { tag: "progress", itemId, doneBytes: incoming.doneBytes };
    }
    const file = new Uint8Array(head.totalBytes);
    let at = 0;
    for (const part of parts) {
      file.set(part, at);
      at += part.length;
    }
    const size = readImageSize(file);
    if (
      sniffImageKind(file) !== head.kind || size === null ||
      Math.max(size.width, size.height) > MAX_IMAGE_SIDE_PX
    ) return this.#break(key, "not-an-image");
    // Its bytes stay counted as held: the page shows it from now on.
    this.#byTransfer.delete(key);
    this.#unfinishedBytes -= head.totalBytes;
    return { tag: "complete", itemId, file, head };
  }

  /** Where room gets short: ends what has come to a halt. Returns the lines, once each. */
  takeStalled(nowMs: number): readonly string[] {
    const items: string[] = [];
    for (const [key, { itemId, doneBytes, heardMs }] of this.#byTransfer) {
      if (this.#unfinishedBytes <= MAX_INCOMING_BYTES / 2) break;
      if (doneBytes === 0 || nowMs - heardMs < STALLED_AFTER_MS) continue;
      this.#forget(key);
      items.push(itemId);
    }
    return items;
  }

  /** Stops awaiting a picture: cancelled by us, or by its sender (`sender` given). Returns its line, or `null`. */
  cancelTransfer(sender: MemberId, transfer: string): string | null {
    const key = transferKey(sender, transfer);
    const incoming = this.#byTransfer.get(key);
    if (incoming === undefined) return null;
    this.#forget(key);
    return incoming.itemId;
  }

  /** Stops awaiting the picture of a line, which may be gone already. Returns whether it was awaited. */
  cancelItem(itemId: string): boolean {
    for (const [key, incoming] of this.#byTransfer) {
      if (incoming.itemId !== itemId) continue;
      this.#forget(key);
      return true;
    }
    return false;
  }

  /** The sender has gone: what it has not finished never will be. Returns the lines. */
  cancelSender(sender: MemberId): readonly string[] {
    const items: string[] = [];
    for (const [key, incoming] of this.#byTransfer) {
      if (incoming.sender !== sender) continue;
      this.#forget(key);
      items.push(incoming.itemId);
    }
    return items;
  }

  /** A finished picture left the page. */
  release(totalBytes: number): void {
    this.#heldBytes -= totalBytes;
  }

  clear(): void {
    this.#byTransfer.clear();
    this.#heldBytes = 0;
    this.#unfinishedBytes = 0;
  }

  #break(key: string, reason: Extract<IncomingStep, { tag: "broken" }>["reason"]): IncomingStep {
    const { itemId } = this.#byTransfer.get(key)!;
    this.#forget(key);
    return { tag: "broken", itemId, reason };
  }

  #forget(key: string): void {
    const incoming = this.#byTransfer.get(key)!;
    this.#heldBytes -= incoming.doneBytes;
    this.#unfinishedBytes -= incoming.doneBytes;
    this.#byTransfer.delete(key);
  }
}

const transferKey = (sender: MemberId, transfer: string): string => `${sender}:${transfer}`;
