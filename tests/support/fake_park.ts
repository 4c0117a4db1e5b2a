// The park as the relay asks it, in the hand of a test: what it was asked stands in lists, what it answers is set by hand.

import type { Asker, ParkPort } from "../../lib/relay/park_port.ts";
import type { AdminCommand } from "../../lib/proof/mod.ts";
import type { AdminRefusal, MemberId, ParkRequest, RoomId } from "../../lib/wire/mod.ts";

/** A park of which everything shows. */
export interface FakePark extends ParkPort {
  isOpen: boolean;
  /** What `onPairCommand` says. */
  answer: AdminRefusal | null;
  /** What `hasLink` says. */
  isLinked: boolean;
  /** What `linksText` says. */
  links: string | null;
  readonly commands: (readonly [RoomId, number, MemberId])[];
  readonly frames: Uint8Array[];
  readonly unpaired: (readonly [RoomId, Uint8Array])[];
  readonly gone: (readonly [RoomId, Uint8Array | null])[];
  readonly counted: RoomId[];
  readonly requests: (readonly [Asker, ParkRequest])[];
  readonly askersGone: Asker[];
}

/** One that is open, takes every offer, and has no link. */
export function fakePark(): FakePark {
  const park: FakePark = {
    isOpen: true,
    answer: null,
    isLinked: false,
    links: null,
    commands: [],
    frames: [],
    unpaired: [],
    gone: [],
    counted: [],
    requests: [],
    askersGone: [],
    onPairCommand: (roomId: RoomId, command: AdminCommand, frame: Uint8Array, by: MemberId) => {
      park.commands.push([roomId, command.op, by]);
      park.frames.push(frame);
      return park.answer;
    },
    hasLink: () => park.isLinked,
    unpair: (roomId, fp) => void park.unpaired.push([roomId, fp.slice()]),
    onRoomGone: (roomId, lastWord) => void park.gone.push([roomId, lastWord]),
    onLocalCount: (roomId) => void park.counted.push(roomId),
    linksText: () => park.links,
    onRequest: (asker, request) => void park.requests.push([asker, request]),
    onAskerGone: (asker) => void park.askersGone.push(asker),
  };
  return park;
}
