// One member's stay in a room: connects, introduces itself, comes back after a drop, and shows what happened. It ties
// together the way in (receiver), the way out (sender), who is here (roster, introductions), the admin's acts and the log;
// the rules stand there. It is above 300 lines because the contract of the page and the events of every part meet here
// and nowhere else.
// Must never let a key or a text out of this tab. Rules: lib/wire/PROTOCOL.md sections 3 to 5.

import {
  type AdminBadge,
  type AdminSeed,
  encodeAdminToken,
  encodeMemberToken,
  type ImageKind,
  mimeOf,
  newBadge,
  type RoomKeys,
  type RoomSecret,
  stripImageInSteps,
  wipeRoomKeys,
  wipeSecret,
} from "../crypto/mod.ts";
import { boxKeyPair, type KeyPair } from "../nacl.ts";
import { ADMIN_OP, deriveMemberId, naclSigner, type Signer } from "../proof/mod.ts";
import {
  assertNever,
  type Bytes,
  CLOSE,
  DEFAULT_MAX_FILE_BYTES,
  encodeBase64url,
  fullBenchId,
  type Hi,
  MAX_BODY_BYTES,
  MAX_ECHOED_BOX_BYTES,
  type MemberId,
  type Ok,
  type ParkControl,
  parseTypedBenchId,
  TYPE,
  utf8,
} from "../wire/mod.ts";
import { AdminActs } from "./admin_acts.ts";
import { authorOf } from "./author.ts";
import { inBursts } from "./bursts.ts";
import type { ActResult, FindResult, PreparedImage, PrepareResult, Session } from "./contract.ts";
import { FarBenches } from "./far_benches.ts";
import { IncomingImages, type IncomingStep } from "./incoming_images.ts";
import { Introductions } from "./introductions.ts";
import { Log } from "./log.ts";
import { PairingActs } from "./pairing_acts.ts";
import { Receiver, type Trouble } from "./receiver.ts";
import { ComingBack } from "./coming_back.ts";
import { afterClose, mayCreate, standingCause } from "./reconnect.ts";
import { RoomSocket } from "./room_socket.ts";
import {
  ABSENT_AFTER_ANEW_MS,
  ABSENT_AFTER_MS,
  type MemberRecord,
  type PresenceOutcome,
  Roster,
} from "./roster.ts";
import { Sender } from "./sender.ts";
import type {
  Author,
  AwayCause,
  EndReason,
  Notice,
  PairingPartner,
  Person,
  Phase,
  SessionView,
} from "./view_state.ts";
import type { Cancel, World } from "./world.ts";

/** Presence is repeated so long after the last content, so that a dropped last message shows [F9]. */
const REPEAT_PRESENCE_AFTER_MS = 30_000;
/** Silence after which the bench is asked, and how long it has to answer [C6]. */
const SILENCE_MS = 40_000;
const BEAT_ANSWER_MS = 5_000;
/**
 * The same while large boxes are on their way: the question waits behind ours, at a bench that may have stopped reading
 * us for half a minute [M7], or the answer behind another's on a slow line.
 */
const BUSY_BEAT_ANSWER_MS = 40_000;
/** A large box was heard so lately that the next may still be coming. */
const LARGE_HEARD_MS = 30_000;
/** A connection that did not get as far as the room is given up after this. */
const CONNECT_WITHIN_MS = 30_000;
const TICK_MS = 1_000;
/** A raw picture this many times the limit may still shrink under it when its metadata goes. */
const RAW_FILE_FACTOR = 2;

/** What a stay is begun with. Owns the secret and the seeds, and wipes them at its end. */
export interface StayOptions {
  readonly world: World;
  readonly secret: RoomSecret;
  readonly keys: RoomKeys;
  readonly adminSeed: AdminSeed | null;
  readonly name: string;
}

/** Begins a stay: makes the session's keys and connects. */
export async function beginStay(options: StayOptions): Promise<RoomStay> {
  const { world, keys, adminSeed } = options;
  const sessionSeed = world.randomBytes(32);
  const signer = await world.ed25519.newSigner(sessionSeed);
  const admin = adminSeed === null ? null : naclSigner(adminSeed);
  const badge = admin === null ? null : await newBadge(admin, keys.roomId, signer.publicKey);
  const joinSigner = await world.ed25519.newSigner(keys.join.secretKey.subarray(0, 32));
  const stay = new RoomStay(options, { sessionSeed, signer, joinSigner, admin, badge });
  stay.connect();
  return stay;
}

interface SessionKeys {
  readonly sessionSeed: Bytes;
  readonly signer: Signer;
  readonly joinSigner: Signer;
  readonly admin: Signer | null;
  readonly badge: AdminBadge | null;
}

/** A stay, as the page drives it. */
export class RoomStay implements Session {
  readonly #world: World;
  readonly #options: StayOptions;
  readonly #keys: SessionKeys;
  readonly #ownId: MemberId;
  readonly #box: KeyPair;
  readonly #me: Author;
  readonly #roster = new Roster();
  readonly #images = new IncomingImages();
  readonly #log: Log;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #introductions: Introductions;
  readonly #adminActs: AdminActs;
  readonly #pairing: PairingActs;
  readonly #farBenches: FarBenches;
  readonly #subscribers = new Set<(view: SessionView) => void>();
  readonly #seenInstances = new Set<string>();
  readonly #timers = new Set<Cancel>();
  /** Own pictures until their last chunk is acknowledged. */
  readonly #ownImages = new Map<string, Bytes>();

  #view: SessionView;
  #isNotifyDue = false;
  #socket: RoomSocket | null = null;
  /** The bench as it said in its last `hi`. */
  #bench: Hi["bench"] | null = null;
  #instance = "";
  /** The bench process that this tab was last in the room of. */
  #instanceInRoom = "";
  #wasTapped = false;
  #wasInRoom = false;
  #wasGreeted = false;
  #lastLargeHeardMs = -Infinity;
  readonly #comingBack: ComingBack;
  #lastContactMs: number | null = null;
  #lastHeardMs = 0;
  #beatAskedMs: number | null = null;
  #lastContentMs: number | null = null;
  #connectionTimers = new Set<Cancel>();

  constructor(options: StayOptions, keys: SessionKeys) {
    const { world } = options;
    this.#world = world;
    this.#options = options;
    this.#keys = keys;
    this.#box = boxKeyPair(world.randomBytes(32));
    this.#log = new Log((item) => {
      if (item.tag !== "image") return;
      // Its line is gone: what still comes would be kept with nobody to see or release it.
      if (item.transfer.tag === "moving") this.#images.cancelItem(item.id);
      if (item.transfer.tag !== "complete") return;
      world.revokeObjectUrl(item.transfer.url);
      this.#images.release(item.delivery === null ? item.totalBytes : 0);
    });
    this.#sender = new Sender({
      world,
      keys: options.keys,
      signer: keys.signer,
      boxPublicKey: this.#box.publicKey,
      badge: keys.badge,
      send: (frame) => this.#socket?.send(frame) ?? false,
      events: {
        onSent: (itemId) => this.#onSent(itemId),
        onImageProgress: (itemId, doneBytes) => this.#onImageProgress(itemId, doneBytes),
        onImageSent: (itemId) => this.#onImageSent(itemId),
      },
    });
    this.#comingBack = new ComingBack({
      world,
      connect: () => this.connect(),
      onAnswer: (refusal) => this.#learnCause(refusal?.why ?? "unreachable", true),
    });
    this.#ownId = deriveMemberId(keys.signer.publicKey);
    this.#me = authorOf(this.#ownId, options.name, keys.admin !== null);
    this.#adminActs = new AdminActs({
      world,
      keys: options.keys,
      admin: keys.admin,
      send: (frame) => this.#socket?.send(frame) ?? false,
    });
    this.#introductions = new Introductions({
      world,
      roster: this.#roster,
      sender: this.#sender,
      name: this.#me.name,
      headCount: () => this.#view.count,
      after: (delayMs, run) => this.#afterOnConnection(delayMs, run),
    });
    this.#pairing = new PairingActs({
      world,
      secret: options.secret,
      adminActs: this.#adminActs,
      sendText: (text) => this.#socket?.sendText(text) ?? false,
      ownBench: () => this.#bench,
      isParkAway: () => this.#view.park === "away",
      onChange: () => this.#patch({ offers: this.#pairing.offers }),
    });
    this.#farBenches = new FarBenches({
      nowMs: () => world.nowMs(),
      notice: (notice) => this.#notice(notice),
      onFarBench: (hasMet) => this.#introductions.onFarBench(hasMet),
    });
    this.#receiver = new Receiver({
      world,
      keys: options.keys,
      ownId: this.#ownId,
      ownSignPublicKey: keys.signer.publicKey,
      roster: this.#roster,
      images: this.#images,
      ownNonce: () => this.#introductions.nonce,
      events: {
        onOwnBox: (box) => this.#sender.onEcho(box),
        onText: (record, seq, text) => this.#onText(record, seq, text),
        onImageHead: (record, seq, head) => {
          const itemId = `${record.memberId}:${seq}`;
          this.#log.add({
            tag: "image",
            id: itemId,
            atMs: world.wallMs(),
            author: this.#authorOf(record),
            mime: mimeOf(head.kind),
            widthPx: head.widthPx,
            heightPx: head.heightPx,
            totalBytes: head.totalBytes,
            transfer: { tag: "moving", doneBytes: 0 },
            delivery: null,
          });
          const step = this.#images.begin(
            itemId,
            record.memberId,
            head,
            this.#view.maxFileBytes,
            world.nowMs(),
          );
          if (step !== null) this.#onImageStep(step);
          this.#changed();
        },
        onImageStep: (step) => this.#onImageStep(step),
        onImageCancel: (record, transfer) => {
          const itemId = this.#images.cancelTransfer(record.memberId, transfer);
          if (itemId !== null) this.#onImageCancelled(itemId, "sender");
        },
        onBye: (record) => {
          if (this.#roster.onBye(record)) this.#onDeparted(record, true);
        },
        onNewerKind: (record) =>
          this.#notice({ kind: "newer-kind", who: this.#authorOf(record), count: 1 }),
        onGap: (record, count) => this.#notice({ kind: "gap", who: this.#authorOf(record), count }),
        onPresence: (record, outcome) => this.#onPresence(record, outcome),
        onTrouble: (trouble) => this.#onTrouble(trouble),
        onRosterFull: () => {
          this.#roster.forgetAll();
          this.#introductions.onRosterForgotten();
        },
      },
    });
    this.#view = {
      phase: { tag: "connecting" },
      benchLabel: "",
      count: 1,
      me: this.#me,
      isAdmin: keys.admin !== null,
      people: [],
      log: [],
      maxFileBytes: DEFAULT_MAX_FILE_BYTES,
      twoBenches: false,
      publicness: "private",
      park: "none",
      benchId: "",
      benches: [],
      offers: [],
    };
    this.#timers.add(world.every(TICK_MS, () => this.#onTick()));
  }

  get view(): SessionView {
    return this.#view;
  }

  subscribe(onChange: (view: SessionView) => void): () => void {
    this.#subscribers.add(onChange);
    return () => this.#subscribers.delete(onChange);
  }

  // ---- what the page asks for -------------------------------------------------------------------------------

  sendText(text: string): boolean {
    const body = utf8(text);
    if (text.trim() === "" || body.length > MAX_BODY_BYTES || !this.#mayQueue()) return false;
    const itemId = `${this.#ownId}:own:${this.#sender.contentSeq + 1}`;
    this.#log.add({
      tag: "text",
      id: itemId,
      atMs: this.#world.wallMs(),
      author: this.#me,
      text,
      delivery: "sending",
    });
    this.#sender.addContent(TYPE.text, body, itemId);
    this.#lastContentMs = this.#world.nowMs();
    this.#changed();
    return true;
  }

  async prepareImage(file: Blob): Promise<PrepareResult> {
    const { maxFileBytes } = this.#view;
    if (file.size > maxFileBytes * RAW_FILE_FACTOR) {
      return { ok: false, reason: "too-big", maxFileBytes };
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    const stripped = await inBursts(stripImageInSteps(bytes), this.#world);
    if (!stripped.ok) {
      switch (stripped.reason) {
        case "not-an-image":
          return { ok: false, reason: "not-an-image", maxFileBytes };
        case "too-large-side":
          return { ok: false, reason: "too-many-pixels", maxFileBytes };
        default:
          return { ok: false, reason: "damaged", maxFileBytes };
      }
    }
    if (stripped.bytes.length > maxFileBytes) return { ok: false, reason: "too-big", maxFileBytes };
    return {
      ok: true,
      image: {
        mime: mimeOf(stripped.kind),
        widthPx: stripped.width,
        heightPx: stripped.height,
        bytes: stripped.bytes,
        removed: stripped.removed,
      },
    };
  }

  sendImage(image: PreparedImage): void {
    const kind = image.mime.slice("image/".length) as ImageKind;
    if (!this.#mayQueue()) return;
    const itemId = `${this.#ownId}:image:${encodeBase64url(this.#world.randomBytes(8))}`;
    this.#log.add({
      tag: "image",
      id: itemId,
      atMs: this.#world.wallMs(),
      author: this.#me,
      mime: image.mime,
      widthPx: image.widthPx,
      heightPx: image.heightPx,
      totalBytes: image.bytes.length,
      transfer: { tag: "moving", doneBytes: 0 },
      delivery: "sending",
    });
    this.#ownImages.set(itemId, image.bytes);
    this.#sender.addImage(itemId, { ...image, kind });
    this.#lastContentMs = this.#world.nowMs();
    this.#changed();
  }

  cancelImage(itemId: string): void {
    if (this.#sender.cancelImage(itemId) || this.#images.cancelItem(itemId)) {
      this.#onImageCancelled(itemId, "me");
    }
  }

  retry(itemId: string): void {
    if (!this.#sender.retry(itemId)) return;
    this.#setDelivery(itemId, "sending");
    if (this.#view.phase.tag === "waiting-for-tap") this.connect();
    else this.#reconnectNow();
  }

  discard(itemId: string): void {
    // A picture whose head is with the others is taken back; anything else becomes a void.
    if (this.#sender.outbox.find(itemId) === undefined) this.#sender.cancelImage(itemId);
    else this.#sender.discard(itemId);
    this.#ownImages.delete(itemId);
    this.#log.remove(itemId);
    this.#changed();
    this.#reconnectNow();
  }

  waitHere(): void {
    const { tag } = this.#view.phase;
    if (
      tag !== "nobody-here" && tag !== "away-too-long" && tag !== "unreachable" &&
      tag !== "waiting-for-tap" && tag !== "reconnecting"
    ) {
      return;
    }
    this.#wasTapped ||= tag === "nobody-here" || tag === "away-too-long";
    this.connect();
  }

  deleteRoom(): Promise<boolean> {
    return this.#adminActs.deleteRoom();
  }

  makePublic(): Promise<ActResult> {
    return this.#adminActs.act(ADMIN_OP.makePublic);
  }

  findBench(text: string): Promise<FindResult> {
    return this.#pairing.find(text);
  }

  offerPairing(bench: PairingPartner, withRoomKey: boolean): Promise<ActResult> {
    return this.#pairing.offer(bench, withRoomKey);
  }

  takeBackOffer(key: string): Promise<ActResult> {
    return this.#pairing.takeBack(key);
  }

  forgetOffer(key: string): void {
    this.#pairing.forget(key);
  }

  unpair(benchId: string): Promise<ActResult> {
    const fp = parseTypedBenchId(benchId)?.fp ?? null;
    if (fp === null) return Promise.resolve({ ok: false, reason: "wrong-bench" });
    return this.#adminActs.act(ADMIN_OP.unpair, fp);
  }

  wake(): void {
    const { phase } = this.#view;
    switch (phase.tag) {
      case "live":
        this.#askBeat();
        return;
      case "reconnecting":
      case "unreachable":
        this.connect();
        return;
      case "waiting-for-tap":
        // A slow line may be quicker now. The other answers are the bench's, and a look at the page changes none.
        if (phase.cause === "slow-hello") this.connect();
        return;
      default:
    }
  }

  links(): { readonly member: string; readonly admin: string | null } {
    const { secret, adminSeed, world } = this.#options;
    const base = `${world.origin}/room#`;
    return {
      member: base + encodeMemberToken(secret),
      admin: adminSeed === null ? null : base + encodeAdminToken(secret, adminSeed),
    };
  }

  leave(): void {
    if (this.#view.phase.tag === "ended") return;
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return this.#end("left");
    void this.#sender.sealBye(naclSigner(this.#keys.sessionSeed), (frame) => {
      socket.send(frame);
    }).finally(() => socket.drop(1000));
    this.#end("left");
  }

  // ---- the connection ---------------------------------------------------------------------------------------

  /** Connects now; any former connection and waiting attempt is let go. */
  connect(): void {
    this.#clear(this.#connectionTimers);
    this.#comingBack.stop();
    this.#dropSocket();
    if (this.#view.phase.tag === "ended") return;
    this.#wasGreeted = false;
    const socket: RoomSocket = new RoomSocket(this.#world, {
      keys: this.#options.keys,
      joinSigner: this.#keys.joinSigner,
      sessionSigner: this.#keys.signer,
      create: mayCreate({
        isCreator: this.#keys.admin !== null,
        wasTapped: this.#wasTapped,
        lastContactMs: this.#lastContactMs,
        nowMs: this.#world.nowMs(),
      }),
    }, {
      onHi: (hi) => this.#onHi(hi),
      onLive: (ok) => this.#onLive(ok),
      onEntries: (entries) => {
        if (entries.some(({ box }) => box.length > MAX_ECHOED_BOX_BYTES)) {
          this.#lastLargeHeardMs = this.#world.nowMs();
        }
        this.#receiver.push(entries);
      },
      onAdminCommand: (frame) => this.#onAdminCommand(frame),
      onAdminAnswer: (answer) => this.#adminActs.onBenchAnswer(answer),
      onSocketGone: (memberId) => {
        this.#roster.onSocketGone(memberId, this.#world.nowMs());
        this.#changed();
      },
      onHeadCount: (count) => {
        this.#patch({ count });
        this.#introductions.onHeadCount();
      },
      onAckCount: (count) => this.#sender.onCount(count),
      onPark: (control) => this.#onPark(control),
      onHeard: () => {
        this.#lastHeardMs = this.#world.nowMs();
        this.#beatAskedMs = null;
      },
      onNonsense: () => this.#onTrouble("unreadable"),
      onDown: (code) => {
        if (this.#socket === socket) this.#onDown(code);
      },
    });
    this.#socket = socket;
    this.#afterOnConnection(CONNECT_WITHIN_MS, () => {
      if (this.#socket === socket && this.#view.phase.tag !== "live") socket.drop(1006);
    });
    const { tag } = this.#view.phase;
    if (tag === "nobody-here" || tag === "waiting-for-tap") {
      this.#patch({ phase: { tag: "connecting" } });
    }
  }

  #onHi(hi: Hi): void {
    this.#wasGreeted = true;
    // A restarted bench has a new name for itself; an old one that returns means that two take turns.
    const isOld = hi.instance !== this.#instance && this.#seenInstances.has(hi.instance);
    this.#instance = hi.instance;
    this.#seenInstances.add(hi.instance);
    this.#sender.onHi(hi.framesPerSecond);
    this.#bench = hi.bench;
    this.#patch({
      benchLabel: hi.bench.label,
      benchId: fullBenchId(hi.bench.label, hi.bench.fp),
      park: hi.park ? this.#view.park === "away" ? "away" : "up" : "none",
      maxFileBytes: hi.maxFileBytes,
      twoBenches: this.#view.twoBenches || isOld,
    });
  }

  #onLive(ok: Ok): void {
    const nowMs = this.#world.nowMs();
    const isReturn = this.#wasInRoom;
    const isSameInstance = this.#adminActs.onLive(ok.roomNonce, ok.lastAdminCtr);
    const benchRestarted = this.#instance !== this.#instanceInRoom;
    this.#instanceInRoom = this.#instance;
    if (isReturn) {
      this.#notice(
        isSameInstance ? { kind: "connection-back" } : { kind: "room-began-anew", benchRestarted },
      );
    }
    this.#wasInRoom = true;
    this.#wasTapped = false;
    this.#comingBack.onLive();
    this.#lastHeardMs = nowMs;
    this.#lastContactMs = nowMs;
    const isReforming = isReturn && !isSameInstance;
    this.#roster.onOwnReturn(nowMs, isReforming ? ABSENT_AFTER_ANEW_MS : ABSENT_AFTER_MS);
    this.#patch({ phase: { tag: "live" }, count: ok.count, people: this.#people() });
    this.#farBenches.onLive(ok.isPublic);
    this.#onPublicness(ok.isPublic, ok.publicFrame, isReturn);
    this.#introductions.onLive(isReforming);
  }

  /** Whether the room is public, as the bench says or the admin signed [A8]. */
  #onPublicness(isPublic: boolean, frame: Bytes | null, isReturn: boolean): void {
    const before = this.#view.publicness;
    const isSigned = isPublic && frame !== null && this.#adminActs.isPublicFrame(frame);
    const publicness = isSigned ? "by-admin" : isPublic ? "by-bench" : "private";
    if (publicness === before) return;
    this.#patch({ publicness });
    if (publicness !== "private") {
      // Who comes into a public room sees so; a line is for those who were here when it became so.
      if (before === "private" && isReturn) {
        this.#notice({ kind: "made-public", byAdmin: isSigned });
      }
      return;
    }
    this.#patch({ benches: [] });
    this.#farBenches.onAlone();
    this.#notice({ kind: "public-no-more" });
  }

  #onPark(control: ParkControl): void {
    switch (control.t) {
      case "whois":
        return this.#pairing.onWhois(control);
      case "offer":
        return this.#pairing.onEvent(control.tokenHash, control.event);
      case "links":
        this.#patch({
          benches: this.#farBenches.onLinks(control.benches),
          park: this.#view.park === "none" ? "none" : control.isParkUp ? "up" : "away",
        });
        return;
      case "inst":
        this.#adminActs.onLive(control.roomNonce, control.lastAdminCtr);
        return this.#onPublicness(true, control.publicFrame, true);
      // Of the pairing page's business nothing belongs into a room.
      case "pair_key":
      case "pair_end":
        return this.#onTrouble("unreadable");
      default:
        return assertNever(control);
    }
  }

  #onDown(code: number): void {
    this.#socket = null;
    this.#clear(this.#connectionTimers);
    const wasLive = this.#view.phase.tag === "live";
    this.#letGo();
    const next = afterClose({
      code,
      attempt: this.#comingBack.failures,
      chance: this.#world.chance(),
      wasGreeted: this.#wasGreeted,
      isOffline: this.#world.isOffline(),
      wasInRoom: this.#wasInRoom,
      adminSaidDelete: this.#adminActs.saidDelete,
    });
    switch (next.tag) {
      case "retry": {
        if (wasLive) this.#notice({ kind: "connection-lost", cause: next.cause });
        this.#learnCause(next.cause, false);
        return this.#comingBack.begin(next.delayMs, next.cause === "unreachable");
      }
      case "waiting-for-tap": {
        const { cause } = next;
        if (wasLive) this.#notice({ kind: "connection-lost", cause });
        return this.#patch({ phase: next });
      }
      case "nobody-here":
      case "away-too-long":
        return this.#patch({ phase: { tag: next.tag } });
      case "ended":
        return this.#end(next.reason);
    }
  }

  /** Says why there is no connection, as far as it is known. */
  #learnCause(found: AwayCause, wasAsked: boolean): void {
    const { phase } = this.#view;
    const isTrying = phase.tag === "reconnecting" || phase.tag === "unreachable";
    const before = isTrying ? phase.cause : null;
    const cause = standingCause(before, found, wasAsked);
    if (cause === before) return;
    this.#patch({ phase: { tag: this.#wasInRoom ? "reconnecting" : "unreachable", cause } });
  }

  #reconnectNow(): void {
    const { tag } = this.#view.phase;
    if (tag === "live") this.#socket?.drop(1006);
    if (tag === "live" || tag === "reconnecting" || tag === "unreachable") this.connect();
  }

  #dropSocket(): void {
    const socket = this.#socket;
    if (socket === null) return;
    this.#socket = null;
    socket.drop(1006);
    this.#letGo();
  }

  /** What every part forgets with a connection. */
  #letGo(): void {
    if (this.#view.phase.tag === "live") this.#lastContactMs = this.#lastHeardMs;
    this.#adminActs.onDown();
    this.#pairing.onDown();
    this.#introductions.onDown();
    this.#sender.onDrop();
    this.#roster.onOwnDrop();
    this.#beatAskedMs = null;
  }

  #end(reason: EndReason): void {
    this.#clear(this.#connectionTimers);
    this.#comingBack.stop();
    this.#clear(this.#timers);
    const socket = this.#socket;
    this.#socket = null;
    socket?.drop(1000);
    this.#receiver.stop();
    this.#pairing.stop();
    this.#images.clear();
    this.#roster.forgetAll();
    this.#ownImages.clear();
    this.#log.clear();
    this.#patch({
      phase: { tag: "ended", reason } as Phase,
      log: [],
      people: [],
      count: 0,
      benches: [],
      offers: [],
    });
    // The goodbye is being sealed under these keys in this very turn; then nothing of them is left.
    this.#world.after(0, () => {
      this.#sender.stop();
      wipeRoomKeys(this.#options.keys);
      wipeSecret(this.#options.secret);
      this.#options.adminSeed?.fill(0);
      this.#keys.sessionSeed.fill(0);
      this.#box.secretKey.fill(0);
    });
  }

  // ---- who is here ------------------------------------------------------------------------------------------

  #onPresence(record: MemberRecord, outcome: PresenceOutcome): void {
    if (outcome.missing > 0) {
      this.#notice({ kind: "gap", who: this.#authorOf(record), count: outcome.missing });
    }
    if (record.isLive && !record.isAnnounced) {
      record.isAnnounced = true;
      if (record.cameAfterUs) this.#notice({ kind: "joined", who: this.#authorOf(record) });
    }
    this.#introductions.onPresence();
    this.#changed();
  }

  #onDeparted(record: MemberRecord, saidGoodbye: boolean): void {
    for (const itemId of this.#images.cancelSender(record.memberId)) {
      this.#onImageStep({ tag: "broken", itemId, reason: "piece-missing" });
    }
    if (record.isLive && record.isAnnounced) {
      this.#notice({ kind: "left", who: this.#authorOf(record), saidGoodbye });
      record.isAnnounced = false;
      record.cameAfterUs = true;
    }
    this.#changed();
  }

  // ---- what arrived -----------------------------------------------------------------------------------------

  #onText(record: MemberRecord, seq: number, text: string): void {
    this.#log.add({
      tag: "text",
      id: `${record.memberId}:${seq}`,
      atMs: this.#world.wallMs(),
      author: this.#authorOf(record),
      text,
      delivery: null,
    });
    this.#changed();
  }

  #onTrouble(kind: Trouble): void {
    this.#notice({ kind, count: 1 });
  }

  #onImageStep(step: IncomingStep): void {
    switch (step.tag) {
      case "ignored":
        return;
      case "progress":
        this.#log.change(step.itemId, "image", (item) => ({
          ...item,
          transfer: { tag: "moving", doneBytes: step.doneBytes },
        }));
        break;
      case "broken":
        this.#log.change(step.itemId, "image", (item) => ({
          ...item,
          transfer: { tag: "broken", reason: step.reason },
        }));
        break;
      case "complete": {
        // Its line may have gone between its last chunk and now.
        if (this.#log.find(step.itemId) === undefined) {
          return this.#images.release(step.head.totalBytes);
        }
        const url = this.#world.newObjectUrl(step.file, mimeOf(step.head.kind));
        this.#log.change(
          step.itemId,
          "image",
          (item) => ({ ...item, transfer: { tag: "complete", url } }),
        );
        break;
      }
    }
    this.#changed();
  }

  #onImageCancelled(itemId: string, by: "me" | "sender"): void {
    this.#ownImages.delete(itemId);
    this.#log.change(itemId, "image", (item) => ({ ...item, transfer: { tag: "cancelled", by } }));
    this.#changed();
  }

  #onAdminCommand(frame: Uint8Array): void {
    const relayed = this.#adminActs.onRelayed(frame);
    if (relayed === "forged" || relayed === "repeated") return this.#onTrouble(relayed);
    if (relayed === "deleted") this.#socket?.drop(CLOSE.deletedOrMoved);
    if (relayed === "made-public") {
      const wasPrivate = this.#view.publicness === "private";
      this.#patch({ publicness: "by-admin" });
      if (wasPrivate) this.#notice({ kind: "made-public", byAdmin: true });
    }
  }

  // ---- what was sent ----------------------------------------------------------------------------------------

  #onSent(itemId: string): void {
    // A picture is sent when its last chunk is, not when its head is.
    if (this.#ownImages.has(itemId)) return;
    this.#setDelivery(itemId, "sent");
  }

  #onImageProgress(itemId: string, doneBytes: number): void {
    this.#log.change(itemId, "image", (item) => ({
      ...item,
      // Also after it had failed: it moves again.
      delivery: "sending",
      transfer: { tag: "moving", doneBytes },
    }));
    this.#changed();
  }

  #onImageSent(itemId: string): void {
    const bytes = this.#ownImages.get(itemId);
    if (bytes === undefined) return;
    this.#ownImages.delete(itemId);
    this.#log.change(itemId, "image", (item) => ({
      ...item,
      delivery: "sent",
      transfer: { tag: "complete", url: this.#world.newObjectUrl(bytes, item.mime) },
    }));
    this.#lastContentMs = this.#world.nowMs();
    this.#changed();
  }

  #setDelivery(itemId: string, delivery: "sending" | "sent" | "failed"): void {
    this.#log.change(itemId, "text", (item) => ({ ...item, delivery }));
    this.#log.change(itemId, "image", (item) => ({ ...item, delivery }));
    this.#changed();
  }

  #mayQueue(): boolean {
    return this.#view.phase.tag !== "ended" && !this.#sender.outbox.isFull;
  }

  // ---- time -------------------------------------------------------------------------------------------------

  #onTick(): void {
    const nowMs = this.#world.nowMs();
    for (const itemId of this.#sender.takeFailed(nowMs)) this.#setDelivery(itemId, "failed");
    if (this.#view.phase.tag !== "live") return;
    for (const record of this.#roster.takeDeparted(nowMs)) this.#onDeparted(record, false);
    for (const itemId of this.#images.takeStalled(nowMs)) {
      this.#onImageStep({ tag: "broken", itemId, reason: "piece-missing" });
    }
    if (this.#lastContentMs !== null && nowMs - this.#lastContentMs >= REPEAT_PRESENCE_AFTER_MS) {
      this.#lastContentMs = null;
      this.#introductions.repeatPresence();
    }
    const isBusy = this.#sender.isUploading || nowMs - this.#lastLargeHeardMs < LARGE_HEARD_MS;
    const answerWithinMs = isBusy ? BUSY_BEAT_ANSWER_MS : BEAT_ANSWER_MS;
    if (this.#beatAskedMs !== null && nowMs - this.#beatAskedMs >= answerWithinMs) {
      return this.#socket?.drop(1006);
    }
    if (nowMs - this.#lastHeardMs >= SILENCE_MS) this.#askBeat();
  }

  #askBeat(): void {
    if (this.#beatAskedMs !== null) return;
    this.#beatAskedMs = this.#world.nowMs();
    this.#socket?.sendBeat();
  }

  #afterOnConnection(delayMs: number, run: () => void): void {
    const cancel = this.#world.after(delayMs, () => {
      this.#connectionTimers.delete(cancel);
      run();
    });
    this.#connectionTimers.add(cancel);
  }

  #clear(timers: Set<Cancel>): void {
    for (const cancel of timers) cancel();
    timers.clear();
  }

  // ---- the view ---------------------------------------------------------------------------------------------

  #authorOf(record: MemberRecord): Author {
    return authorOf(record.memberId, record.name, record.isAdmin);
  }

  #notice(notice: Notice): void {
    this.#log.notice(notice, this.#world.wallMs());
    this.#changed();
  }

  #people(): readonly Person[] {
    const people: Person[] = [{ ...this.#me, isMe: true, away: false }];
    for (const record of this.#roster.records) {
      if (!record.isLive || record.presentness.tag === "gone") continue;
      people.push({
        ...this.#authorOf(record),
        isMe: false,
        away: record.presentness.tag === "away",
      });
    }
    return people;
  }

  #patch(patch: Partial<SessionView>): void {
    this.#view = { ...this.#view, ...patch };
    this.#notifySoon();
  }

  #changed(): void {
    if (this.#view.phase.tag === "ended") return;
    this.#patch({ log: this.#log.items, people: this.#people() });
  }

  #notifySoon(): void {
    if (this.#isNotifyDue) return;
    this.#isNotifyDue = true;
    queueMicrotask(() => {
      this.#isNotifyDue = false;
      for (const subscriber of this.#subscribers) subscriber(this.#view);
    });
  }
}
