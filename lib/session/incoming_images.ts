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

/** Bytes of unfinished pictures of all senders, as their heads state them: six of the default limit at once. */
export const MAX_INCOMING_BYTES = 64 * 1024 * 1024;

/** Bytes of all pictures this tab holds, finished or not. */
export const MAX_HELD_BYTES = 512 * 1024 * 1024;

/** One picture under way. */
interface Incoming {
  readonly itemId: string;
  readonly sender: MemberId;
  readonly head: ImageHead;
  readonly parts: Uint8Array[];
  doneBytes: number;
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

  /** A verified head. Returns why the picture is refused, or `null` when its chunks are awaited. */
  begin(
    itemId: string,
    sender: MemberId,
    head: ImageHead,
    maxFileBytes: number,
  ): IncomingStep | null {
    const refuse = (reason: "too-big" | "no-room"): IncomingStep => ({
      tag: "broken",
      itemId,
      reason,
    });
    if (head.totalBytes > maxFileBytes) return refuse("too-big");
    let ofSender = 0;
    let awaitedBytes = 0;
    for (const incoming of this.#byTransfer.values()) {
      if (incoming.sender === sender) ofSender++;
      awaitedBytes += incoming.head.totalBytes;
    }
    if (
      this.#byTransfer.has(transferKey(sender, head.transfer)) ||
      ofSender >= MAX_INCOMING_PER_SENDER ||
      awaitedBytes + head.totalBytes > Math.max(MAX_INCOMING_BYTES, maxFileBytes) ||
      this.#heldBytes + head.totalBytes > MAX_HELD_BYTES
    ) return refuse("no-room");
    this.#heldBytes += head.totalBytes;
    this.#byTransfer.set(transferKey(sender, head.transfer), {
      itemId,
      sender,
      head,
      parts: [],
      doneBytes: 0,
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
    parts.push(data.slice());
    incoming.doneBytes += data.length;
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
    return { tag: "complete", itemId, file, head };
  }

  /** Stops awaiting a picture: cancelled by us, or by its sender (`sender` given). Returns its line, or `null`. */
  cancelTransfer(sender: MemberId, transfer: string): string | null {
    const key = transferKey(sender, transfer);
    const incoming = this.#byTransfer.get(key);
    if (incoming === undefined) return null;
    this.#forget(key);
    return incoming.itemId;
  }

  /** Stops awaiting the picture of a line. Returns whether it was awaited. */
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
  }

  #break(key: string, reason: Extract<IncomingStep, { tag: "broken" }>["reason"]): IncomingStep {
    const { itemId } = this.#byTransfer.get(key)!;
    this.#forget(key);
    return { tag: "broken", itemId, reason };
  }

  #forget(key: string): void {
    const incoming = this.#byTransfer.get(key)!;
    this.#heldBytes -= incoming.head.totalBytes;
    this.#byTransfer.delete(key);
  }
}

const transferKey = (sender: MemberId, transfer: string): string => `${sender}:${transfer}`;
