// What the park takes from the rest of the bench: its rooms, and the sockets of tabs that ask something. lib/relay fills these in by its
// own shapes; lib/bench joins the two. Rules: PAIRING.md, [K4] [K10] [U1] to [U6].

import type { AdminRefusal, CloseCode, Entry, MemberId, RoomId } from "../wire/mod.ts";
import type { Link } from "./link.ts";

/** A room as the relay knows it. */
export interface RoomFacts {
  readonly joinPublicKey: Uint8Array;
  readonly adminFp: Uint8Array;
  readonly roomNonce: Uint8Array;
  /** The admin's signed MAKE_PUBLIC; `null` in a private room. */
  readonly publicFrame: Uint8Array | null;
  readonly members: { readonly size: number };
}

/** A room that its home hands to this bench, as far as the admin signed it. */
export interface AdoptedRoom {
  readonly roomId: RoomId;
  readonly joinPublicKey: Uint8Array;
  readonly adminFp: Uint8Array;
  readonly roomNonce: Uint8Array;
  readonly lastAdminCtr: number;
  readonly publicFrame: Uint8Array;
}

/** The rooms of this bench. */
export interface Rooms {
  roomOf(roomId: RoomId): RoomFacts | null;
  /** In the same tick `attach` follows. */
  adopt(room: AdoptedRoom): "adopted" | "deleted" | "full";
  attach(roomId: RoomId, link: Link, isHub: boolean): void;
  detach(roomId: RoomId, link: Link): void;
  onLinkDown(roomId: RoomId, link: Link): void;
  onLinkChanged(roomId: RoomId): void;
  tellAll(roomId: RoomId, text: string): void;
  tellMember(roomId: RoomId, memberId: MemberId, text: string): void;
  onData(roomId: RoomId, link: Link, entries: readonly Entry[]): void;
  onTo(roomId: RoomId, link: Link, from: MemberId, to: MemberId, box: Uint8Array): void;
  onFarLeft(roomId: RoomId, link: Link, memberIds: readonly MemberId[]): void;
  onAdmin(roomId: RoomId, link: Link, frame: Uint8Array): void;
  onRefused(roomId: RoomId, link: Link, ctr: number, lastCtr: number, why: AdminRefusal): void;
}

/** A socket that asked something. After its end nothing that is said to it does anything. */
export interface ParkAsker {
  /** `null` on the pairing page. */
  readonly roomId: RoomId | null;
  say(text: string): void;
  close(code: CloseCode): void;
}
