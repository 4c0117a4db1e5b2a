// Which bench each far member of a room sits on: where it was first seen. So nobody speaks for a member of another bench, and what
// is for one member goes one way. Pure; `Link` is whatever the caller calls one. Rules: lib/park/PAIRING.md, [K4].

import { MAX_FAR_MEMBERS, type MemberId } from "../wire/mod.ts";

/** The far members of one room. */
export class FarMembers<Link> {
  readonly #links = new Map<MemberId, Link>();

  /** How many are remembered. */
  get size(): number {
    return this.#links.size;
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
    return this.#links.get(memberId) === link && this.#links.delete(memberId);
  }

  /** It proved itself here: it sits here. */
  onHere(memberId: MemberId): void {
    this.#links.delete(memberId);
  }

  /** Who sits behind a link. */
  membersOf(link: Link): readonly MemberId[] {
    return [...this.#links].filter(([, each]) => each === link).map(([memberId]) => memberId);
  }

  /** Forgets everybody behind a link. Returns who that was. */
  forgetLink(link: Link): readonly MemberId[] {
    const gone = this.membersOf(link);
    for (const memberId of gone) this.#links.delete(memberId);
    return gone;
  }
}
