// A link as the relay sees it, in the hand of a test: what the relay sends over it stands in lists, and how far it is is set by hand.

import type { Outgoing } from "../../lib/relay/outgoing.ts";
import type { RoomLink } from "../../lib/relay/park_port.ts";
import { type AdminRefusal, type Bytes, type MemberId, memberIdOf } from "../../lib/wire/mod.ts";

/** One link. */
export class FarLink implements RoomLink {
  isUp = true;
  beyond = 0;
  keepsRoom = false;
  /** Whether large boxes are held, as while they wait to go. */
  isStuck = false;
  /** Boxes for everybody, by sender and first byte. */
  readonly all: (readonly [MemberId, number])[] = [];
  /** Bytes of memory that those boxes keep, each for itself. */
  keptBytes = 0;
  readonly one: (readonly [MemberId, MemberId, number])[] = [];
  readonly left: MemberId[] = [];
  readonly admin: Bytes[] = [];
  readonly refused: (readonly [number, number, AdminRefusal])[] = [];
  states = 0;
  /** Large boxes that came over it and have left. */
  taken = 0;
  readonly #held: Outgoing[] = [];

  sendAll(from: Uint8Array, box: Uint8Array, held: Outgoing | null): void {
    this.all.push([memberIdOf(from), box[0]!]);
    this.keptBytes += box.buffer.byteLength;
    if (held === null || !this.isStuck) return;
    held.hold();
    this.#held.push(held);
  }

  sendOne(from: Uint8Array, to: Uint8Array, box: Uint8Array): void {
    this.one.push([memberIdOf(from), memberIdOf(to), box[0]!]);
  }

  sendLeft(memberIds: readonly MemberId[]): void {
    this.left.push(...memberIds);
  }

  sendAdmin(frame: Uint8Array): boolean {
    if (this.isUp) this.admin.push(frame.slice());
    return this.isUp;
  }

  sendRefused(ctr: number, lastCtr: number, why: AdminRefusal): void {
    this.refused.push([ctr, lastCtr, why]);
  }

  sendState(): void {
    this.states++;
  }

  onTaken(boxes: number): void {
    this.taken += boxes;
  }

  holdsUp(): boolean {
    return this.isUp && this.#held.length > 0;
  }

  /** What was held leaves. */
  letGo(): void {
    for (const held of this.#held.splice(0)) held.release();
  }
}
