// Which bench each far member of a room sits on: where it was first seen. So nobody speaks for a member of another bench, and what
// is for one member goes one way. Pure; `Link` is whatever the caller calls one. Rules: lib/park/PAIRING.md, [K4].

import { idBytes, MAX_FAR_MEMBERS, type MemberId } from "../wire/mod.ts";

/** The far members of one room. */
export class FarMembers<Link> {
  readonly #links = new Map<MemberId, Link>();
  readonly #ids = new Map<MemberId, Uint8Array>();

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

  /** Where a member sits, or `null` for one that was never seen. */
  linkOf(memberId: MemberId): Link | null {
    return this.#links.get(memberId) ?? null;
  }

  /**
   * Whether `link` may speak for this member: it is known to sit there, or was never seen and sits there from now on. A member
   * too many is nobody's.
   */
  maySpeak(memberId: MemberId, link: Link): boolean {
    const known = this.#links.get(memberId);
    if (known !== undefined) return known === link;
    if (this.#links.size >= MAX_FAR_MEMBERS) return false;
    this.#links.set(memberId, link);
    return true;
  }

  /** The member is gone from there. `false` when it never sat there: another bench's word about it counts for nothing. */
  onLeft(memberId: MemberId, link: Link): boolean {
    return this.#links.get(memberId) === link && this.#forget(memberId);
  }

  /** It proved itself here: it sits here. */
  onHere(memberId: MemberId): void {
    this.#forget(memberId);
  }

  /** Who sits behind a link. */
  membersOf(link: Link): readonly MemberId[] {
    return [...this.#links].filter(([, each]) => each === link).map(([memberId]) => memberId);
  }

  /** Forgets everybody behind a link. Returns who that was. */
  forgetLink(link: Link): readonly MemberId[] {
    const gone = this.membersOf(link);
    for (const memberId of gone) this.#forget(memberId);
    return gone;
  }

  #forget(memberId: MemberId): boolean {
    this.#ids.delete(memberId);
    return this.#links.delete(memberId);
  }
}
