// Rooms as other benches carry them too: what comes over a link goes to the members here and on to the other links, what is said here
// goes over every link, and admin commands go up to the room's home and down from it. The relay lends its inside; the links
// themselves are lib/park's. Rules: lib/park/PAIRING.md, [K4] [K8] to [K10] and [U1] to [U6].

import type { Clock } from "../clock.ts";
import { ADMIN_OP, type AdminCommand, checkAdminCommand, type VerifySync } from "../proof/mod.ts";
import {
  type Adoption,
  FarMembers,
  onAdopt,
  onLinks,
  type Registry,
  type Room,
} from "../room/mod.ts";
import {
  type AdminRefusal,
  BENCH_FP_BYTES,
  type Bytes,
  encodeAdminAnswer,
  encodeLeft,
  encodeParkControl,
  type Entry,
  equalBytes,
  idBytes,
  type Limits,
  MAX_ECHOED_BOX_BYTES,
  type MemberId,
  type OutgoingEntry,
  type RoomId,
} from "../wire/mod.ts";
import type { Connection } from "./connection.ts";
import { LinkLine, type LinkPace, newLinksPace } from "./link_line.ts";
import type { RoomLink } from "./park_port.ts";

/** Admin commands of a spoke's tabs that wait for the room's home, at most. */
const MAX_ASKED = 32;

/** What the relay lends. */
export interface RelayInside {
  readonly registry: Registry<Connection>;
  readonly verify: VerifySync;
  readonly clock: Clock;
  readonly limits: Limits;
  say(to: Connection, text: string): void;
  /** The same text for all of them, held once. */
  sayAll(to: Iterable<Connection>, text: string): void;
  /** Queues a small box for everybody here. */
  addToAll(roomId: RoomId, from: Uint8Array, box: Uint8Array): void;
  addToOne(roomId: RoomId, from: Uint8Array, to: Connection, box: Uint8Array): void;
  /** Hands a large box to everybody here and to `links`; `link.onTaken` follows. */
  relayLarge(
    link: RoomLink,
    room: Room<Connection>,
    entry: OutgoingEntry,
    links: readonly RoomLink[],
  ): void;
  /** Counts what came over a link against the room's and the bench's rates. */
  spend(roomId: RoomId, lengthBytes: number, readers: number): void;
  flush(roomId: RoomId): void;
  tellCount(roomId: RoomId): void;
  /** The room stands no more: its queues go. */
  forgetRoom(roomId: RoomId): void;
  /** Why a checked command is not done where this bench is the room's home [U5]. */
  refusalAtHome(room: Room<Connection>, command: AdminCommand): AdminRefusal | null;
  /** Does what a checked command says, for members and links [U5]. */
  applyAdmin(room: Room<Connection>, frame: Uint8Array, command: AdminCommand): void;
}

/** One room's far side. */
interface FarSide {
  readonly links: Set<RoomLink>;
  /** The link to the room's home; `null` where this bench is the home. */
  hub: RoomLink | null;
  readonly members: FarMembers<RoomLink>;
  /** Commands passed up, oldest first, with who waits to hear of it. */
  asked: { readonly by: Connection; readonly ctr: number }[];
  /** What the links may bring together [K13]. */
  readonly pace: LinkPace;
}

/** The far sides of one relay's rooms. */
export class FarRooms {
  readonly #inside: RelayInside;
  readonly #sides = new Map<RoomId, FarSide>();
  /** What each link may bring; a link is one room's. */
  readonly #lines = new Map<RoomLink, LinkLine>();

  constructor(inside: RelayInside) {
    this.#inside = inside;
  }

  // ---- what the relay asks ----------------------------------------------------------------------------------

  /** Links that words from here go to; none for nearly every room. */
  linksOf(roomId: RoomId): ReadonlySet<RoomLink> | null {
    return this.#sides.get(roomId)?.links ?? null;
  }

  /** The link to the room's home, or `null` where the home is here. */
  hubOf(roomId: RoomId): RoomLink | null {
    return this.#sides.get(roomId)?.hub ?? null;
  }

  /** A small box of a member here goes over every link. */
  sendAll(roomId: RoomId, from: Uint8Array, box: Uint8Array): void {
    const side = this.#sides.get(roomId);
    if (side === undefined) return;
    const own = counted(box);
    for (const link of side.links) link.sendAll(from, own, null);
  }

  /** A box for one who does not sit here: to where it was seen; a spoke asks the home about a stranger [K4]. */
  sendOne(roomId: RoomId, from: Uint8Array, to: MemberId, box: Uint8Array): void {
    const side = this.#sides.get(roomId);
    if (side === undefined) return;
    const link = side.members.linkOf(to) ?? side.hub;
    link?.sendOne(from, idBytes(to), box);
  }

  /** A member proved itself here. */
  onJoined(roomId: RoomId, memberId: MemberId): void {
    this.#sides.get(roomId)?.members.onHere(memberId);
  }

  /** A member here is gone. */
  onLeft(roomId: RoomId, memberId: MemberId): void {
    const side = this.#sides.get(roomId);
    if (side === undefined) return;
    for (const link of side.links) link.sendLeft([memberId]);
  }

  /** Passes an admin's command up to the home; `false` when it cannot go. The answer follows when the home has one. */
  askHub(roomId: RoomId, frame: Uint8Array, ctr: number, by: Connection): boolean {
    const side = this.#sides.get(roomId);
    if (side === undefined || side.hub === null || !side.hub.sendAdmin(frame)) return false;
    side.asked = [...side.asked.slice(1 - MAX_ASKED), { by, ctr }];
    return true;
  }

  /** A command took effect here: the links hear it word for word. */
  relayAdmin(roomId: RoomId, frame: Uint8Array): void {
    const side = this.#sides.get(roomId);
    // What a spoke hears comes from the home, which has told everybody.
    if (side === undefined || side.hub !== null) return;
    for (const link of side.links) link.sendAdmin(frame);
  }

  /** Whether what came over a link is to be waited for before more is sent [K13]. */
  mustWait(link: RoomLink, nowMs: number): boolean {
    return this.#lines.get(link)?.mustWait(nowMs) ?? false;
  }

  /** The room is gone. */
  onRoomGone(roomId: RoomId): void {
    for (const link of this.#sides.get(roomId)?.links ?? []) this.#lines.delete(link);
    this.#sides.delete(roomId);
  }

  // ---- what the park says -----------------------------------------------------------------------------------

  /** A room as it stands here, or `null`. */
  roomOf(roomId: RoomId): Room<Connection> | null {
    return this.#inside.registry.rooms.get(roomId) ?? null;
  }

  /** This bench carries a room whose home is elsewhere [U2]. In the same tick `attach` must follow. */
  adopt(adoption: Adoption): "adopted" | "deleted" | "full" {
    const { registry, limits, clock } = this.#inside;
    const before = registry.rooms.get(adoption.roomId);
    // The admin's numbers rise with the clock, also from one instance to the next: an offer below the last word taken here is an old one
    // shown again, and with it everything of that instance could be done once more.
    const isOther = before !== undefined && !equalBytes(before.roomNonce, adoption.roomNonce);
    if (isOther && adoption.lastAdminCtr < before.lastAdminCtr) return "deleted";
    // What was said under the former instance is delivered under it.
    this.#inside.flush(adoption.roomId);
    const adopted = onAdopt(registry, adoption, limits.maxRooms, clock.nowMs());
    if (adopted !== "adopted") return adopted;
    const room = registry.rooms.get(adoption.roomId)!;
    this.tellAll(
      room.id,
      encodeParkControl({
        t: "inst",
        roomNonce: room.roomNonce as Bytes,
        lastAdminCtr: room.lastAdminCtr,
        publicFrame: adoption.publicFrame as Bytes,
      }),
    );
    return adopted;
  }

  /** A link carries the room from now on. `isHub`: it leads to the room's home. */
  attach(roomId: RoomId, link: RoomLink, isHub: boolean): void {
    const { limits, clock } = this.#inside;
    const nowMs = clock.nowMs();
    let side = this.#sides.get(roomId);
    if (side === undefined) {
      side = {
        links: new Set(),
        hub: null,
        members: new FarMembers(),
        asked: [],
        pace: newLinksPace(limits, nowMs),
      };
      this.#sides.set(roomId, side);
    }
    side.links.add(link);
    this.#lines.set(link, new LinkLine(limits, side.pace, nowMs));
    if (isHub) side.hub = link;
    this.onLinkChanged(roomId);
  }

  /** A link is over: its members are gone, and the room may be. */
  detach(roomId: RoomId, link: RoomLink): void {
    const side = this.#sides.get(roomId);
    if (side === undefined || !side.links.delete(link)) return;
    this.#lines.delete(link);
    if (side.hub === link) side.hub = null;
    this.#sayFarLeft(roomId, side, link, side.members.forgetLink(link));
    if (side.links.size === 0) this.#sides.delete(roomId);
    this.onLinkChanged(roomId);
  }

  /** A link fell silent: nobody is heard over it, which is said once. They stay its members. */
  onLinkDown(roomId: RoomId, link: RoomLink): void {
    const side = this.#sides.get(roomId);
    if (side === undefined) return;
    this.#sayFarLeft(roomId, side, link, side.members.onSilent(link));
    this.onLinkChanged(roomId);
  }

  /** How many sit elsewhere, or whether a link is up, changed. */
  onLinkChanged(roomId: RoomId): void {
    const { registry } = this.#inside;
    const room = registry.rooms.get(roomId);
    if (room === undefined) return;
    const links = [...this.#sides.get(roomId)?.links ?? []];
    const farCount = links.reduce((sum, { isUp, beyond }) => sum + (isUp ? beyond : 0), 0);
    const isOther = farCount !== room.farCount;
    if (!onLinks(registry, roomId, farCount, links.some(({ keepsRoom }) => keepsRoom))) {
      return this.#inside.forgetRoom(roomId);
    }
    if (isOther) this.#inside.tellCount(roomId);
  }

  /** Says the same to everybody here. */
  tellAll(roomId: RoomId, text: string): void {
    this.#inside.sayAll(this.#inside.registry.rooms.get(roomId)?.members.values() ?? [], text);
  }

  /** Says something to one member here, if it is. */
  tellMember(roomId: RoomId, memberId: MemberId, text: string): void {
    const member = this.#inside.registry.rooms.get(roomId)?.members.get(memberId);
    if (member !== undefined) this.#inside.say(member, text);
  }

  // ---- what came over a link --------------------------------------------------------------------------------

  /**
   * Boxes for everybody: to the members here, and on to the other links. Who speaks for another's member is not heard [K4], and not
   * what is more than links may bring [K13].
   */
  onData(roomId: RoomId, link: RoomLink, entries: readonly Entry[]): void {
    const { registry, clock } = this.#inside;
    const side = this.#sides.get(roomId);
    const room = registry.rooms.get(roomId);
    const line = this.#lines.get(link);
    const others = [...side?.links ?? []].filter((each) => each !== link);
    const nowMs = clock.nowMs();
    for (const { from, box } of entries) {
      const isLarge = box.length > MAX_ECHOED_BOX_BYTES;
      // Counted first, whoever it is from: what nobody hears was opened and read all the same.
      const isHeard = side !== undefined && room !== undefined && line !== undefined &&
        line.takeBox(box.length, room.members.size + others.length, side.links.size, nowMs) &&
        !room.members.has(from) &&
        side.members.maySpeak(from, link, isSilent);
      if (!isHeard) {
        if (isLarge) link.onTaken(1);
        continue;
      }
      this.#inside.spend(roomId, box.length, room.members.size + others.length);
      const entry = { from: side.members.idOf(from), box: others.length > 0 ? counted(box) : box };
      if (isLarge) this.#inside.relayLarge(link, room, entry, others);
      else {
        this.#inside.addToAll(roomId, entry.from, entry.box);
        for (const other of others) other.sendAll(entry.from, entry.box, null);
      }
    }
  }

  /** A box for one. */
  onTo(roomId: RoomId, link: RoomLink, from: MemberId, to: MemberId, box: Uint8Array): void {
    const side = this.#sides.get(roomId);
    const room = this.#inside.registry.rooms.get(roomId);
    if (side === undefined || room === undefined || room.members.has(from)) return;
    const nowMs = this.#inside.clock.nowMs();
    if (this.#lines.get(link)?.takeBox(box.length, 1, side.links.size, nowMs) !== true) return;
    if (!side.members.maySpeak(from, link, isSilent)) return;
    this.#inside.spend(roomId, box.length, 1);
    const member = room.members.get(to);
    if (member !== undefined) {
      return this.#inside.addToOne(roomId, side.members.idOf(from), member, box);
    }
    const onward = side.members.linkOf(to);
    if (onward !== null && onward !== link) onward.sendOne(idBytes(from), idBytes(to), box);
  }

  /** Members there are gone. */
  onFarLeft(roomId: RoomId, link: RoomLink, memberIds: readonly MemberId[]): void {
    const side = this.#sides.get(roomId);
    const line = this.#lines.get(link);
    if (side === undefined || line === undefined) return;
    const nowMs = this.#inside.clock.nowMs();
    const gone = memberIds.filter((memberId) =>
      side.members.sitsBehind(memberId, link) && line.takeDeparture(nowMs) &&
      side.members.onLeft(memberId, link)
    );
    this.#sayFarLeft(roomId, side, link, gone);
  }

  /** An admin's word: up from a spoke, or down from the home [K10]. It counts only by the admin's signature. */
  onAdmin(roomId: RoomId, link: RoomLink, frame: Uint8Array): void {
    const { registry, clock, verify } = this.#inside;
    const side = this.#sides.get(roomId);
    const room = registry.rooms.get(roomId);
    if (side === undefined || room === undefined) return;
    const isFromHub = side.hub === link;
    if (!isFromHub && side.hub !== null) return;
    // Each link has a rate of its own: who sends false words must not keep the true ones out [K13].
    if (this.#lines.get(link)?.takeAdminCommand(isFromHub, clock.nowMs()) !== true) return;
    // The link's bytes are a view into a frame that is let go of.
    const own = frame.slice();
    const verdict = checkAdminCommand(own, { ...room, roomId }, verify);
    const refuse = (why: AdminRefusal, ctr: number) =>
      isFromHub ? undefined : link.sendRefused(ctr, room.lastAdminCtr, why);
    // A frame too short to have a number has nobody who waits for an answer.
    if (!verdict.ok) {
      const ctr = ctrOf(own);
      return verdict.reason === "malformed" || ctr === null
        ? undefined
        : refuse(verdict.reason, ctr);
    }
    const { command } = verdict;
    if (!isAcrossLinks(command.op)) return refuse("on-spoke", command.ctr);
    // What the room keeps and answers claims with must fit there: a load behind the word is none of it.
    const argsBytes = command.op === ADMIN_OP.unpair ? BENCH_FP_BYTES : 0;
    const mayBeLong = command.op === ADMIN_OP.delete;
    if (!mayBeLong && command.args.length !== argsBytes) return refuse("malformed", command.ctr);
    const refusal = isFromHub ? null : this.#inside.refusalAtHome(room, command);
    if (refusal !== null) return refuse(refusal, command.ctr);
    // Before it takes effect: who deletes the room is told so, and then sent out with the others.
    this.#answer(side, command.ctr, null, command.ctr);
    this.#inside.applyAdmin(room, own, command);
  }

  /** The home did not take a command that went up from here. */
  onRefused(roomId: RoomId, link: RoomLink, ctr: number, lastCtr: number, why: AdminRefusal): void {
    const side = this.#sides.get(roomId);
    if (side !== undefined && side.hub === link) this.#answer(side, ctr, why, lastCtr);
  }

  #answer(side: FarSide, ctr: number, why: AdminRefusal | null, lastCtr: number): void {
    const asked = side.asked.find((each) => each.ctr === ctr);
    if (asked === undefined) return;
    side.asked = side.asked.filter((each) => each !== asked);
    if (asked.by.standing.tag === "joined") {
      this.#inside.say(asked.by, encodeAdminAnswer(why, lastCtr));
    }
  }

  /** Who sat behind `link` is not there any more, for those here and for those behind the others. */
  #sayFarLeft(
    roomId: RoomId,
    side: FarSide,
    link: RoomLink,
    memberIds: readonly MemberId[],
  ): void {
    if (memberIds.length === 0) return;
    // What they said before is delivered before.
    this.#inside.flush(roomId);
    for (const memberId of memberIds) this.tellAll(roomId, encodeLeft(memberId));
    for (const other of side.links) if (other !== link) other.sendLeft(memberIds);
  }
}

/** A view keeps all that it was cut from: what waits at a link holds no more than is counted of it [Q7]. */
function counted(box: Uint8Array): Uint8Array {
  return 2 * box.length > box.buffer.byteLength ? box : box.slice();
}

const isSilent = ({ isUp }: RoomLink): boolean => !isUp;

/** Commands that take effect on every bench that carries the room [K10]. */
export function isAcrossLinks(op: number): boolean {
  return op === ADMIN_OP.makePublic || op === ADMIN_OP.delete || op === ADMIN_OP.unpair;
}

function ctrOf(frame: Uint8Array): number | null {
  const at = 32 + 64 + 48;
  if (frame.length < at + 9) return null;
  const value = Number(new DataView(frame.buffer, frame.byteOffset).getBigUint64(at));
  return Number.isSafeInteger(value) ? value : null;
}
