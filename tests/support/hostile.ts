// Enemies for tests of a stay: the frames a lying bench makes, and a member who holds the room's key and keeps to no rule.
// Everything here is what an attacker could do with what an attacker has; nothing reaches into a tab.

import {
  deriveRoomKeys,
  encodePresence,
  openBox,
  type Presence,
  type RoomKeys,
  sealBox,
  signContent,
} from "../../lib/crypto/mod.ts";
import { randomBytes } from "../../lib/nacl.ts";
import { deriveMemberId, joinTranscript, naclSigner } from "../../lib/proof/mod.ts";
import type { SocketEvents } from "../../lib/relay/mod.ts";
import {
  type Bytes,
  encodeBase64url,
  encodeBatch,
  encodeJoin,
  encodeToAll,
  encodeToOne,
  type Entry,
  idBytes,
  type MemberId,
  parseBase64url,
  parseBenchFrame,
  parseContent,
  type SignedContent,
  TYPE,
} from "../../lib/wire/mod.ts";
import { assertEquals } from "@std/assert";
import { nodeSigner } from "./node_signer.ts";
import { ORIGIN, peopleOf, portTo, type RigTab, said, SessionRig } from "./session_rig.ts";

const derived = new WeakMap<SessionRig, RoomKeys>();

function keysOf(rig: SessionRig): RoomKeys {
  const keys = derived.get(rig) ?? deriveRoomKeys(rig.secret);
  derived.set(rig, keys);
  return keys;
}

/** Entries as the frame of a bench. */
export function batchOf(entries: readonly Entry[]): Bytes {
  return encodeBatch(
    entries.map(({ from, box }) => ({ from: idBytes(from), box })),
  );
}

/** The entries of a bench's frame; none for anything else. */
export function entriesOf(message: string | Bytes): readonly Entry[] {
  if (typeof message === "string") return [];
  const frame = parseBenchFrame(message);
  return frame?.tag === "batch" ? frame.entries : [];
}

/** The signed content in a box, as anybody with the key reads it. */
export function signedIn(rig: SessionRig, box: Uint8Array): SignedContent | null {
  const opened = openBox(box, keysOf(rig).messageKey);
  const content = opened === null ? null : parseContent(opened);
  return content?.tag === "signed" ? content : null;
}

/** Entries with content of this type from this tab, among what a tab received. */
export function contentOf(
  rig: SessionRig,
  of: RigTab,
  by: RigTab,
  type: number,
): readonly Entry[] {
  const from = idOf(by);
  return of.received.flatMap(entriesOf)
    .filter((entry) => entry.from === from && signedIn(rig, entry.box)?.type === type);
}

/** The member id of a tab. */
export function idOf(tab: RigTab): MemberId {
  return tab.stay.view.me!.memberId;
}

/** The nonce that a tab drew last: it stands in its own presence, which every member can open. */
export function nonceOf(rig: SessionRig, tab: RigTab): string {
  const nonces = tab.sent.flatMap((message) => {
    if (typeof message === "string") return [];
    const box = message.subarray(message[0] === 0x03 ? 17 : 1);
    const content = signedIn(rig, box);
    if (content?.type !== TYPE.presence) return [];
    return [(JSON.parse(new TextDecoder().decode(content.body)) as { n: string }).n];
  });
  return nonces.at(-1)!;
}

/** Ana (the admin), Ben and Cem, who have all met. */
export async function roomOfThree(): Promise<
  { readonly rig: SessionRig; readonly ana: RigTab; readonly ben: RigTab; readonly cem: RigTab }
> {
  const rig = new SessionRig();
  const ana = await rig.join("Ana", { admin: true });
  const ben = await rig.join("Ben", { tap: true });
  const cem = await rig.join("Cem", { tap: true });
  await rig.advance(3_000);
  for (const tab of rig.tabs) assertEquals(peopleOf(tab).length, 3);
  return { rig, ana, ben, cem };
}

/** What a tab says is wrong, in order. */
export function troubles(tab: RigTab): readonly string[] {
  return said(tab).filter((line) => /^(gap|forged|unproven|repeated|unreadable)/.test(line));
}

/** Everybody leaves, so that no timer is left. */
export function endAll(rig: SessionRig): void {
  for (const tab of rig.tabs) tab.stay.leave();
}

/** A member with the room's key that keeps to no rule. In the room by a socket of its own, if it `enter`ed. */
export class Mallory {
  readonly #rig: SessionRig;
  readonly #keys: RoomKeys;
  readonly signer = nodeSigner(randomBytes(32));
  readonly id = deriveMemberId(this.signer.publicKey);
  /** What the bench sent, in order; a number is a close code. */
  readonly received: (string | Bytes | number)[] = [];
  #signals = 0;
  #socket: SocketEvents | null = null;

  constructor(rig: SessionRig) {
    this.#rig = rig;
    this.#keys = keysOf(rig);
  }

  /** Joins by the book, on a new socket. */
  async enter(): Promise<void> {
    const received: (string | Bytes | number)[] = [];
    const port = portTo((message) => {
      received.push(message);
      this.received.push(message);
    }, (code) => void this.received.push(code));
    const socket = this.#rig.relay.accept(port, ORIGIN);
    const connNonce = parseBase64url((JSON.parse(received[0] as string) as { n: string }).n, 32)!;
    const { join, roomId, adminFp } = this.#keys;
    const transcript = joinTranscript(connNonce, roomId, this.signer.publicKey, ORIGIN);
    const joinSigner = naclSigner(join.secretKey.subarray(0, 32));
    socket.onText(encodeJoin({
      roomId,
      adminFp,
      joinPublicKey: joinSigner.publicKey,
      signPublicKey: this.signer.publicKey,
      joinSignature: await joinSigner.sign(transcript),
      sessionSignature: await this.signer.sign(transcript),
      create: false,
    }));
    this.#socket = socket;
    await this.#rig.settle();
  }

  /** Its socket ends without a word. */
  drop(): void {
    this.#socket?.onClose();
    this.#socket = null;
  }

  sendToAll(box: Bytes): void {
    this.#socket?.onBinary(encodeToAll(box));
  }

  sendToOne(to: RigTab, box: Bytes): void {
    this.#socket?.onBinary(encodeToOne(idOf(to), box));
  }

  /** Any content under its own key, sealed. */
  async box(type: number, seq: number, body: Uint8Array): Promise<Bytes> {
    return this.seal(await signContent(this.signer, this.#keys.roomId, type, seq, body));
  }

  /** Any bytes, sealed with the room's key. */
  seal(content: Uint8Array): Bytes {
    return sealBox(content, this.#keys.messageKey);
  }

  /** A presence that is honest but for what is given. Its number is the next, unless it is given. */
  presence(lies: Partial<Presence> & { readonly seq?: number } = {}): Promise<Bytes> {
    const { seq = ++this.#signals, ...rest } = lies;
    return this.box(
      TYPE.presence,
      seq,
      encodePresence({
        nonce: encodeBase64url(randomBytes(16)),
        boxPublicKey: randomBytes(32),
        name: "Mallory",
        contentSeq: 0,
        echoes: [],
        badge: null,
        asksAgain: false,
        ...rest,
      }),
    );
  }

  /** Enters and proves to be here to every tab, so that what it says is shown. */
  async introduce(lies: Partial<Presence> = {}): Promise<void> {
    await this.enter();
    const echoes = this.#rig.tabs.map((tab) => nonceOf(this.#rig, tab));
    this.sendToAll(await this.presence({ echoes, ...lies }));
    await this.#rig.advance(1_000);
  }
}
