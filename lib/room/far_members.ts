// Which bench each far member of a room sits on: where it was first seen. So nobody speaks for a member of another bench, and what
// is for one member goes one way. Who left keeps its seat: it may be back in a moment, and until then another bench could take its
// place. A bench that nothing is heard of lends its seats: it may have begun anew under other keys, with the same people. Pure; `Link` is whatever the caller calls one. Rules: lib/park/PAIRING.md, [K4].

import { idBytes, MAX_FAR_MEMBERS, type MemberId, MOST_MEMBERS } from "../wire/mod.ts";

/** Who was seen behind one link, each list oldest first. */
interface Seats {
  readonly here: Set<MemberId>;
  readonly gone: Set<MemberId>;
}

/** The far members of one room. */
export class FarMembers<Link> {
  readonly #links = new Map<MemberId, Link>();
  readonly #seats = new Map<Link, Seats>();
  readonly #ids = new Map<MemberId, Uint8Array>();
  /** Who sits behind another link while nothing is heard of its own. */
  readonly #lent = new Map<MemberId, Link>();

  /** How many are remembered. */
  get size(): number {
    return this.#links.size;
  }

  /**
   * The id of a member as it stands in every entry: one and the same object as long as the member is remembered, by which what
   * one sender said is kept in its order [D7].
   */
  idOf(memberId: MemberId): Uint8Array {
    const known = this.#ids.get(memberId);
    if (known !== undefined) return known;
    const bytes = idBytes(memberId);
    if (this.#links.has(memberId)) this.#ids.set(memberId, bytes);
    return bytes;
  }

  /** Where a member sits or sat, or `null` for one that was never seen. */
  linkOf(memberId: MemberId): Link | null {
    return this.#lent.get(memberId) ?? this.#links.get(memberId) ?? null;
  }

  /**
   * Whether `link` may speak for this member: it is known to sit there, or was never seen and sits there from now on; or its own link
   * is silent (`isSilent`), and the seat is lent until that one speaks for it again. A bench seats no more at a time than a room
   * may hold. A member too many for the list takes the place of one behind the link with the most, or is nobody's: no bench fills the list for the others.
   */
  maySpeak(
    memberId: MemberId,
    link: Link,
    isSilent: (link: Link) => boolean = () => false,
  ): boolean {
    const known = this.#links.get(memberId);
    if (known !== undefined) {
      if (known !== link) return isSilent(known) && this.#lend(memberId, known, link, isSilent);
      const seats = this.#seatsOf(link);
      if (!seats.here.has(memberId)) {
        if (isFull(seats)) return false;
        this.#giveBack(memberId);
        seats.gone.delete(memberId);
        seats.here.add(memberId);
      }
      return true;
    }
    if (isFull(this.#seatsOf(link))) return false;
    if (this.#links.size >= MAX_FAR_MEMBERS && !this.#makeRoomFor(link)) return false;
    this.#links.set(memberId, link);
    this.#seatsOf(link).here.add(memberId);
    return true;
  }

  /** Whether a member sits behind a link now. */
  sitsBehind(memberId: MemberId, link: Link): boolean {
    return this.#seats.get(link)?.here.has(memberId) === true;
  }

  /** The member is gone from there. `false` when it did not sit there: another bench's word about it counts for nothing. */
  onLeft(memberId: MemberId, link: Link): boolean {
    const seats = this.#seats.get(link);
    if (seats === undefined || !seats.here.delete(memberId)) return false;
    if (this.#lent.get(memberId) === link) this.#lent.delete(memberId);
    else seats.gone.add(memberId);
    return true;
  }

  /** Nothing is heard of a link: who sat there is gone until it speaks again. Returns who that is, once. */
  onSilent(link: Link): readonly MemberId[] {
    const here = this.membersOf(link);
    for (const memberId of here) this.onLeft(memberId, link);
    return here;
  }

  /** It proved itself here: it sits here. */
  onHere(memberId: MemberId): void {
    this.#forget(memberId);
  }

  /** Who sits behind a link. */
  membersOf(link: Link): readonly MemberId[] {
    return [...this.#seats.get(link)?.here ?? []];
  }

  /** Forgets everybody behind a link. Returns who sat there. */
  forgetLink(link: Link): readonly MemberId[] {
    const seats = this.#seats.get(link);
    if (seats === undefined) return [];
    const here = [...seats.here];
    for (const memberId of [...here, ...seats.gone]) {
      const borrower = this.#lent.get(memberId);
      this.#lent.delete(memberId);
      if (borrower === undefined) this.#forget(memberId);
      // Who sat on a lent seat keeps it; who lent one has it back.
      else if (borrower !== link) this.#links.set(memberId, borrower);
    }
    this.#seats.delete(link);
    return here;
  }

  #lend(
    memberId: MemberId,
    owner: Link,
    link: Link,
    isSilent: (link: Link) => boolean,
  ): boolean {
    const borrower = this.#lent.get(memberId);
    if (borrower === link) return true;
    if ((borrower !== undefined && !isSilent(borrower)) || isFull(this.#seatsOf(link))) {
      return false;
    }
    this.#giveBack(memberId);
    const seats = this.#seatsOf(owner);
    if (seats.here.delete(memberId)) seats.gone.add(memberId);
    this.#lent.set(memberId, link);
    this.#seatsOf(link).here.add(memberId);
    return true;
  }

  #giveBack(memberId: MemberId): void {
    const borrower = this.#lent.get(memberId);
    if (borrower === undefined) return;
    this.#lent.delete(memberId);
    this.#seats.get(borrower)?.here.delete(memberId);
  }

  #seatsOf(link: Link): Seats {
    let seats = this.#seats.get(link);
    if (seats === undefined) this.#seats.set(link, seats = { here: new Set(), gone: new Set() });
    return seats;
  }

  #makeRoomFor(link: Link): boolean {
    const sizeOf = ({ here, gone }: Seats) => here.size + gone.size;
    const own = this.#seatsOf(link);
    let fullest = own;
    for (const seats of this.#seats.values()) if (sizeOf(seats) > sizeOf(fullest)) fullest = seats;
    const [going] = sizeOf(fullest) > sizeOf(own) + 1
      ? [...fullest.gone.values().take(1), ...fullest.here.values().take(1)]
      : own.gone;
    if (going === undefined) return false;
    this.#forget(going);
    return true;
  }

  #forget(memberId: MemberId): boolean {
    this.#giveBack(memberId);
    this.#giveBack(memberId);
    const link = this.#links.get(memberId);
    if (link !== undefined) {
      const seats = this.#seats.get(link);
      seats?.here.delete(memberId);
      seats?.gone.delete(memberId);
    }
    this.#ids.delete(memberId);
    return this.#links.delete(memberId);
  }
}

function isFull({ here }: Seats): boolean {
  return here.size >= MOST_MEMBERS;
}
