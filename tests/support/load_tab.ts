// A tab of a load test: a raw socket that proved itself and is in a room. Signs by node:crypto, seals nothing: a bench
// cannot tell. Rules: lib/wire/PROTOCOL.md sections 3 and 4.

import { deriveMemberId, joinTranscript } from "../../lib/proof/mod.ts";
import {
  type BenchControl,
  BOX_BYTES,
  type Bytes,
  encodeJoin,
  encodeToAll,
  MAX_CHUNKS_IN_FLIGHT,
  type MemberId,
  parseBenchControl,
  parseBenchFrame,
} from "../../lib/wire/mod.ts";
import type { NodeSigner } from "./node_signer.ts";
import { RawSocket, type RawTarget } from "./raw_socket.ts";
import type { RigRoom } from "./relay_rig.ts";
import { Seeded } from "./seeded.ts";

/** What became of somebody at the door. */
export type Entered =
  | { readonly tag: "in"; readonly tab: LoadTab }
  | { readonly tag: "refused"; readonly status: number }
  | { readonly tag: "closed"; readonly code: number };

/** How to knock. */
export interface Knock {
  /** Whether a room that is not there is opened; so when absent. */
  readonly create?: boolean;
  /** Signatures over something else than what the bench asked. */
  readonly isFalse?: boolean;
}

/** The origin that a target's page has. */
export function originOf({ port, origin }: RawTarget): string {
  return origin ?? `http://127.0.0.1:${port}`;
}

/** Text of a join whose proof holds, unless it is to be false. */
export function joinText(
  target: RawTarget,
  room: RigRoom,
  session: NodeSigner,
  connNonce: Uint8Array,
  { create = true, isFalse = false }: Knock = {},
): string {
  const nonce = isFalse ? new Uint8Array(32) : connNonce;
  const transcript = joinTranscript(nonce, room.roomId, session.publicKey, originOf(target));
  return encodeJoin({
    roomId: room.roomId,
    joinPublicKey: room.join.publicKey,
    adminFp: room.adminFp,
    signPublicKey: session.publicKey,
    joinSignature: room.join.signSync(transcript),
    sessionSignature: session.signSync(transcript),
    create,
  });
}

/** Resolves to the connection's nonce as soon as the bench spoke, or to `null` when it closed instead. */
export function hiOf(socket: RawSocket): Promise<Uint8Array | null> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array | null>();
  socket.onText = (text) => {
    const control = parseBenchControl(text);
    if (control?.t === "hi") resolve(control.connNonce);
  };
  socket.closed.then(() => resolve(null));
  socket.listen();
  return promise;
}

/** A member of a room. */
export class LoadTab {
  readonly socket: RawSocket;
  readonly memberId: MemberId;
  /** The nonce of the room's instance. */
  readonly roomNonce: Bytes;
  /** Large boxes of this socket that the bench acknowledged. */
  acked = 0;
  onEntry: (from: MemberId, box: Uint8Array) => void = () => {};
  onControl: (control: BenchControl) => void = () => {};
  #onAck: () => void = () => {};

  private constructor(socket: RawSocket, memberId: MemberId, roomNonce: Bytes) {
    this.socket = socket;
    this.memberId = memberId;
    this.roomNonce = roomNonce;
    socket.onText = (text) => {
      const control = parseBenchControl(text);
      if (control === null) throw new Error("the bench sent a control message no tab understands");
      if (control.t === "ack") {
        this.acked = control.count;
        this.#onAck();
      }
      this.onControl(control);
    };
    socket.onBinary = (bytes) => {
      const frame = parseBenchFrame(bytes);
      if (frame === null) throw new Error("the bench sent a frame no tab understands");
      if (frame.tag !== "batch") return;
      for (const { from, box } of frame.entries) this.onEntry(from, box);
    };
  }

  /** Connects, proves itself and waits for what the bench says to it. */
  static async enter(
    target: RawTarget,
    room: RigRoom,
    session: NodeSigner,
    knock: Knock = {},
  ): Promise<Entered> {
    const opening = await RawSocket.open(target);
    if (opening.tag === "refused") return opening;
    const { socket } = opening;
    const connNonce = await hiOf(socket);
    if (connNonce === null) return { tag: "closed", code: await socket.closed };
    const { promise, resolve } = Promise.withResolvers<Entered>();
    socket.onText = (text) => {
      const control = parseBenchControl(text);
      if (control?.t !== "ok") return;
      const tab = new LoadTab(socket, deriveMemberId(session.publicKey), control.roomNonce);
      resolve({ tag: "in", tab });
    };
    socket.closed.then((code) => resolve({ tag: "closed", code }));
    socket.send(joinText(target, room, session, connNonce, knock));
    return await promise;
  }

  sayAll(box: Uint8Array): void {
    this.socket.send(encodeToAll(box));
  }

  /** Sends large boxes as a picture goes: at most four unacknowledged [I4]. Ends early when the socket did. */
  async sendPicture(boxes: readonly Uint8Array[]): Promise<void> {
    const { acked } = this;
    await this.#send(boxes, () => this.acked - acked);
  }

  /** Several pictures of one length at once, their boxes in turn, each with four of its own unacknowledged. */
  async sendPictures(pictures: readonly (readonly Uint8Array[])[]): Promise<void> {
    const inTurn = pictures[0]!.flatMap((_, i) => pictures.map((boxes) => boxes[i]!));
    const { acked } = this;
    await this.#send(inTurn, () => this.acked - acked, pictures.length);
  }

  async #send(boxes: readonly Uint8Array[], acked: () => number, pictures = 1): Promise<void> {
    const inFlight = pictures * MAX_CHUNKS_IN_FLIGHT;
    for (const [i, box] of boxes.entries()) {
      await this.#until(() => acked() > i - inFlight);
      if (!this.socket.isOpen) return;
      this.sayAll(box);
    }
    await this.#until(() => acked() >= boxes.length);
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo() && this.socket.isOpen) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onAck = resolve;
      await Promise.race([promise, this.socket.closed]);
    }
  }
}

/** The six lengths of a box by name. */
export const SMALL_BOX_BYTES = BOX_BYTES[0]!;
export const LARGE_BOX_BYTES = BOX_BYTES[5]!;

/** Boxes that a picture of 10 MiB goes in: 10,485,760 bytes in chunks of 262,121. */
export const PICTURE_BOXES = 41;

/** Large boxes that differ, each by its number in front. */
export function pictureBoxes(seed: number, count = PICTURE_BOXES): Bytes[] {
  const random = new Seeded(seed).bytes(LARGE_BOX_BYTES);
  return Array.from({ length: count }, (_, i) => {
    const box = random.slice();
    new DataView(box.buffer).setUint32(0, i);
    return box;
  });
}
