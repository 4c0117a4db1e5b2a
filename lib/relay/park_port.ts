// What the relay needs of the park, and of one link: it hands boxes over and is told what came, and knows nothing of keys, subjects
// or a bus. lib/park fills this in by its own shapes; lib/bench joins the two. Rules: lib/park/PAIRING.md, [K4] [K9] [U1] to [U6].

import type { AdminCommand } from "../proof/mod.ts";
import type { AdminRefusal, CloseCode, MemberId, ParkRequest, RoomId } from "../wire/mod.ts";
import type { LargeReader } from "./large_acks.ts";
import type { Outgoing } from "./outgoing.ts";

/** The way to another bench, for one room. */
export interface RoomLink extends LargeReader {
  /** Whether words reach it. */
  readonly isUp: boolean;
  /** Members that are counted behind it. */
  readonly beyond: number;
  /** Whether it keeps the room although nobody is left here [U1]. */
  readonly keepsRoom: boolean;
  sendAll(from: Uint8Array, box: Uint8Array, held: Outgoing | null): void;
  sendOne(from: Uint8Array, to: Uint8Array, box: Uint8Array): void;
  sendLeft(memberIds: readonly MemberId[]): void;
  /** `false` when the link is not up. */
  sendAdmin(frame: Uint8Array): boolean;
  sendRefused(ctr: number, lastCtr: number, why: AdminRefusal): void;
  sendState(): void;
  /** So many more large boxes that came over it have left here. */
  onTaken(boxes: number): void;
}

/** A socket that asked something of the park. It may be gone by the time of the answer; then nothing happens. */
export interface Asker {
  /** `null` on the pairing page, which is in no room. */
  readonly roomId: RoomId | null;
  say(text: string): void;
  close(code: CloseCode): void;
}

/** The park, as the relay asks it. */
export interface ParkPort {
  /** An offer or its taking back, signed by the admin and checked; `null` when taken [T2]. */
  onPairCommand(
    roomId: RoomId,
    command: AdminCommand,
    frame: Uint8Array,
    by: MemberId,
  ): AdminRefusal | null;
  hasLink(roomId: RoomId, peerFp: Uint8Array): boolean;
  unpair(roomId: RoomId, peerFp: Uint8Array): void;
  /** The room is gone; `lastWord` is the admin's signed DELETE, if that was why. */
  onRoomGone(roomId: RoomId, lastWord: Uint8Array | null): void;
  /** How many sit here changed. */
  onLocalCount(roomId: RoomId): void;
  /** Text of `links` for a newcomer; `null` where there is nothing to say. */
  linksText(roomId: RoomId): string | null;
  /** Whether a room may be made public here at all. */
  readonly isOpen: boolean;
  onRequest(asker: Asker, request: ParkRequest): void;
  onAskerGone(asker: Asker): void;
}
