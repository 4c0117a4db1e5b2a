// The way in: one queue a room. Each box is opened, placed and verified before the next is looked at, because checks are
// asynchronous and the same box twice in one batch must show once [D10]. State changes only after the signature held.
// Rules: lib/wire/PROTOCOL.md section 4, "Receive".

import {
  checkBadge,
  type ImageHead,
  openBox,
  parseImageHead,
  parsePresence,
  type Presence,
  type RoomKeys,
  verifyContent,
} from "../crypto/mod.ts";
import { deriveMemberId } from "../proof/mod.ts";
import {
  type Bytes,
  type ChunkContent,
  encodeBase64url,
  type Entry,
  ENTRY_HEAD_BYTES,
  equalBytes,
  FIRST_SIGNAL_TYPE,
  type MemberId,
  parseContent,
  parseUtf8,
  type SignedContent,
  TYPE,
} from "../wire/mod.ts";
import { BURST_MS } from "./bursts.ts";
import type { IncomingImages, IncomingStep } from "./incoming_images.ts";
import { MAX_RECORDS, type MemberRecord, type PresenceOutcome, type Roster } from "./roster.ts";
import type { World } from "./world.ts";

/** Boxes that wait to be looked at, in bytes with their heads; beyond it they are let go and show up as gaps. */
export const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** What is wrong with a box, as far as a person is concerned. */
export type Trouble = "unreadable" | "forged" | "unproven" | "repeated";

/** What the way in reports, in the room's order. */
export interface ReceiverEvents {
  onOwnBox(box: Uint8Array): void;
  onText(record: MemberRecord, seq: number, text: string): void;
  onImageHead(record: MemberRecord, seq: number, head: ImageHead): void;
  onImageStep(step: IncomingStep): void;
  onImageCancel(record: MemberRecord, transfer: string): void;
  onBye(record: MemberRecord): void;
  onNewerKind(record: MemberRecord): void;
  onGap(record: MemberRecord, missing: number): void;
  onPresence(record: MemberRecord, outcome: PresenceOutcome): void;
  onTrouble(trouble: Trouble): void;
  /** The roster is full: a new nonce must be drawn [F8]. */
  onRosterFull(): void;
}

/** What the way in needs. `ownNonce` changes with every connection. */
export interface ReceiverOptions {
  readonly world: World;
  readonly keys: RoomKeys;
  readonly ownId: MemberId;
  readonly ownSignPublicKey: Bytes;
  readonly roster: Roster;
  readonly images: IncomingImages;
  readonly ownNonce: () => string;
  readonly events: ReceiverEvents;
}

/** Opens, checks and places what arrives, one box after the other. */
export class Receiver {
  readonly #options: ReceiverOptions;
  #queue: Entry[] = [];
  #waitingBytes = 0;
  #isRunning = false;
  #isStopped = false;
  /** Badges that held, so that a repeated presence costs no second check. */
  readonly #goodBadges = new Map<MemberId, string>();
  /** Who has signed a presence with a false badge: not looked at again, because a look may cost a phone 50 ms. */
  readonly #falseBadges = new Set<MemberId>();

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }

  /** Queues the entries of one batch. */
  push(entries: readonly Entry[]): void {
    if (this.#isStopped) return;
    for (const entry of entries) {
      const bytes = ENTRY_HEAD_BYTES + entry.box.length;
      if (this.#waitingBytes + bytes > MAX_WAITING_BYTES) continue;
      this.#waitingBytes += bytes;
      this.#queue.push(entry);
    }
    if (!this.#isRunning) void this.#run();
  }

  /** Nothing more is looked at. */
  stop(): void {
    this.#isStopped = true;
    this.#queue = [];
    this.#goodBadges.clear();
    this.#falseBadges.clear();
  }

  async #run(): Promise<void> {
    const { world } = this.#options;
    this.#isRunning = true;
    let burstSinceMs = world.nowMs();
    try {
      let entry: Entry | undefined;
      while ((entry = this.#queue.shift()) !== undefined) {
        this.#waitingBytes -= ENTRY_HEAD_BYTES + entry.box.length;
        await this.#process(entry);
        if (this.#isStopped) return;
        if (world.nowMs() - burstSinceMs >= BURST_MS) {
          await world.nextTask();
          burstSinceMs = world.nowMs();
        }
      }
    } finally {
      this.#isRunning = false;
    }
  }

  async #process({ from, box }: Entry): Promise<void> {
    const { ownId, keys, events } = this.#options;
    if (from === ownId) return this.#onOwn(box);
    const opened = openBox(box, keys.messageKey);
    const content = opened === null ? null : parseContent(opened);
    if (content === null) return events.onTrouble("unreadable");
    if (content.tag === "chunk") return await this.#onChunk(from, content);
    if (deriveMemberId(content.signPublicKey) !== from) return events.onTrouble("forged");
    if (content.type === TYPE.presence) return await this.#onPresence(from, content);
    if (content.type >= FIRST_SIGNAL_TYPE) return await this.#onUnknownSignal(from, content);
    return await this.#onContent(from, content);
  }

  /** What comes back under our own id is either ours, or somebody passes for us. */
  #onOwn(box: Uint8Array): void {
    const { keys, events, ownSignPublicKey } = this.#options;
    const opened = openBox(box, keys.messageKey);
    const content = opened === null ? null : parseContent(opened);
    const isOurs = content !== null &&
      (content.tag === "chunk" || equalBytes(content.signPublicKey, ownSignPublicKey));
    if (isOurs) events.onOwnBox(box);
    else events.onTrouble("forged");
  }

  async #verified(content: SignedContent): Promise<boolean> {
    const { world, keys, events } = this.#options;
    const holds = await verifyContent(content, keys.roomId, world.ed25519.verify);
    if (this.#isStopped) return false;
    if (!holds) events.onTrouble("forged");
    return holds;
  }

  async #onContent(from: MemberId, content: SignedContent): Promise<void> {
    const { roster, events } = this.#options;
    const record = roster.get(from);
    if (record === undefined || !record.isLive) {
      const isSaid = content.type !== TYPE.bye && content.type !== TYPE.void &&
        content.type !== TYPE.imageCancel;
      if (isSaid) events.onTrouble("unproven");
      return;
    }
    const verdict = roster.judgeContent(record, content.seq);
    if (verdict.tag === "repeated") return events.onTrouble("repeated");
    if (!await this.#verified(content)) return;
    if (verdict.tag === "known") return roster.onKnownRepeat(record, content.seq);
    roster.onContent(record, content.seq);
    if (verdict.missing > 0) events.onGap(record, verdict.missing);
    switch (content.type) {
      case TYPE.text: {
        const text = parseUtf8(content.body);
        return text === null
          ? events.onTrouble("unreadable")
          : events.onText(record, content.seq, text);
      }
      case TYPE.imageHead: {
        const head = parseImageHead(content.body);
        return head === null
          ? events.onTrouble("unreadable")
          : events.onImageHead(record, content.seq, head);
      }
      case TYPE.imageCancel:
        return content.body.length === 16
          ? events.onImageCancel(record, encodeBase64url(content.body))
          : events.onTrouble("unreadable");
      case TYPE.bye:
        return events.onBye(record);
      case TYPE.void:
        return;
      default:
        return events.onNewerKind(record);
    }
  }

  async #onPresence(from: MemberId, content: SignedContent): Promise<void> {
    const { roster, events, ownNonce } = this.#options;
    if (roster.judgePresence(from, content.seq) === "repeated") return events.onTrouble("repeated");
    if (!await this.#verified(content)) return;
    const presence = parsePresence(content.body);
    if (presence === null) return events.onTrouble("unreadable");
    const isAdmin = await this.#isAdmin(from, content, presence);
    if (this.#isStopped) return;
    if (!roster.hasRoomFor(from)) events.onRosterFull();
    const outcome = roster.onPresence(from, content.seq, presence, isAdmin, ownNonce());
    events.onPresence(roster.get(from)!, outcome);
  }

  async #isAdmin(
    from: MemberId,
    { signPublicKey }: SignedContent,
    { badge }: Presence,
  ): Promise<boolean> {
    if (badge === null) return false;
    const { keys, world } = this.#options;
    const text = encodeBase64url(badge.signature);
    if (this.#goodBadges.get(from) === text) return true;
    if (this.#falseBadges.has(from)) return false;
    const { verify } = world.ed25519;
    if (!await checkBadge(badge, keys.adminFp, keys.roomId, signPublicKey, verify)) {
      if (this.#falseBadges.size >= MAX_RECORDS) this.#falseBadges.clear();
      this.#falseBadges.add(from);
      return false;
    }
    this.#goodBadges.set(from, text);
    return true;
  }

  /** A signal of a later version: it moves the counter, and nothing else. */
  async #onUnknownSignal(from: MemberId, content: SignedContent): Promise<void> {
    const { roster, events } = this.#options;
    const record = roster.get(from);
    if (record === undefined || !record.isLive) return;
    if (content.seq <= record.signalSeq) return events.onTrouble("repeated");
    if (await this.#verified(content)) record.signalSeq = content.seq;
  }

  async #onChunk(from: MemberId, chunk: ChunkContent): Promise<void> {
    const { images, world, events } = this.#options;
    const transfer = encodeBase64url(chunk.transfer);
    if (!images.awaits(from, transfer)) return;
    const data = chunk.data as Bytes;
    const hash = (await world.sha512(data)).subarray(0, 32);
    if (this.#isStopped) return;
    const step = images.onChunk(from, transfer, chunk.index, data, hash, world.nowMs());
    // A picture was just put together, and handing it to the browser copies it once more: a task each.
    if (step.tag === "complete") await world.nextTask();
    if (!this.#isStopped) events.onImageStep(step);
  }
}
