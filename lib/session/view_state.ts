// What a page shows of one stay in a room: plain, immutable data that the session makes and lib/ui draws.
// Never holds a key. Texts in it come from strangers: they are only ever put into text nodes.

import type { MemberId, OfferEvent } from "../wire/mod.ts";

/** Colours that tell people apart; the number picks a CSS class `hue-0` .. `hue-11`. */
export const HUES = 12;

/** A person as the room tells them apart: by name, by a short tag and a colour from the member id. */
export interface Author {
  readonly memberId: MemberId;
  readonly name: string;
  /** Four characters of the member id. */
  readonly tag: string;
  readonly hue: number;
  /** Proved with the admin's key, not claimed. */
  readonly isAdmin: boolean;
}

/** Somebody who is here now. `away`: the socket dropped moments ago and may come back. */
export interface Person extends Author {
  readonly isMe: boolean;
  readonly away: boolean;
}

/** Why a stay is over; each has one sentence and one way on. */
export type EndReason =
  | "left"
  | "deleted-by-admin"
  | "gone-says-bench"
  | "removed"
  | "proof-failed"
  | "locked"
  | "replaced"
  | "too-big"
  | "refused";

/** Why there is no connection while the tab comes back by itself; each has one sentence. */
export type AwayCause =
  /** It ended without a word. */
  | "lost"
  /** No hello came, and nothing tells why. */
  | "unreachable"
  /** The browser says so. */
  | "offline"
  /** The bench said that it stops. */
  | "bench-stops"
  | "bench-fault"
  | "too-slow"
  | "overloaded"
  /** No socket is taken: too many new ones from this network in the last minute. */
  | "too-many-new"
  /** No socket is taken: the bench has as many as it takes. */
  | "too-many-sockets";

/** Why there is no connection until the person asks for one: an answer of the bench that time or others may change [C9]. */
export type TapCause =
  /** It gave up on a slow hello. */
  | "slow-hello"
  | "too-fast"
  | "too-many-from-one-network"
  | "room-full"
  | "bench-full";

/** Where the stay stands. */
export type Phase =
  | { readonly tag: "connecting" }
  /** No connection, and never one before. Tried again by itself. */
  | { readonly tag: "unreachable"; readonly cause: AwayCause }
  /** Refused, before the room or on the way back to it: everything is kept, and it takes a tap. */
  | { readonly tag: "waiting-for-tap"; readonly cause: TapCause }
  /** Code 4404: waiting for "Wait here". */
  | { readonly tag: "nobody-here" }
  | { readonly tag: "live" }
  /** A short drop: coming back by itself. */
  | { readonly tag: "reconnecting"; readonly cause: AwayCause }
  /** Away for more than 5 minutes and nobody is left here: coming back opens the room anew, so it takes a tap. */
  | { readonly tag: "away-too-long" }
  | { readonly tag: "ended"; readonly reason: EndReason };

/** What became of an own message. */
export type Delivery = "sending" | "sent" | "failed";

/** How far a picture is. */
export type Transfer =
  | { readonly tag: "moving"; readonly doneBytes: number }
  /** `url` is a blob: URL that the session revokes on leave. */
  | { readonly tag: "complete"; readonly url: string }
  | { readonly tag: "cancelled"; readonly by: "me" | "sender" }
  | {
    readonly tag: "broken";
    readonly reason: "piece-missing" | "piece-false" | "too-big" | "not-an-image" | "no-room";
  };

/** Something that happened, in the log as a quiet line. Counts are merged while they stay the newest line. */
export type Notice =
  | { readonly kind: "joined"; readonly who: Author }
  /** By its own signed goodbye; or the bench says that its socket is gone, or it was not heard in time. */
  | { readonly kind: "left"; readonly who: Author; readonly saidGoodbye: boolean }
  /** Signed messages of this person that did not arrive. */
  | { readonly kind: "gap"; readonly who: Author; readonly count: number }
  /** Boxes that did not open, or opened to nonsense. */
  | { readonly kind: "unreadable"; readonly count: number }
  /** Signature or sender did not fit: somebody, or this bench, tried to pass for another. */
  | { readonly kind: "forged"; readonly count: number }
  /** Content of a sender that never proved to be here now: old frames, or said while we were being introduced. */
  | { readonly kind: "unproven"; readonly count: number }
  /** Boxes that had been here before (or came too late): dropped. */
  | { readonly kind: "repeated"; readonly count: number }
  | { readonly kind: "newer-kind"; readonly who: Author; readonly count: number }
  | { readonly kind: "connection-lost"; readonly cause: AwayCause | TapCause }
  | { readonly kind: "connection-back" }
  /** The admin's signed word, or this bench's alone: the room flows across benches from now on, for good. */
  | { readonly kind: "made-public"; readonly byAdmin: boolean }
  /** This bench lost what it knew of the room: it is not public here any more, and paired with nobody. */
  | { readonly kind: "public-no-more" }
  /** Another bench carries the room from now on. `benchId` is its full id. */
  | { readonly kind: "bench-paired"; readonly benchId: string }
  /** A link fell silent; it may come back by itself. */
  | { readonly kind: "bench-away"; readonly benchId: string }
  | { readonly kind: "bench-back"; readonly benchId: string }
  /** A link ended for good: by the admin, by that bench, or after five minutes of silence. */
  | { readonly kind: "bench-unpaired"; readonly benchId: string }
  /** The room on the bench began anew while we were away: what others said meanwhile may be missing. */
  | { readonly kind: "room-began-anew"; readonly benchRestarted: boolean };

/** One line of the log, oldest first. `id` is stable and unique. `atMs` is the time of arrival here. */
export type LogItem =
  | {
    readonly tag: "text";
    readonly id: string;
    readonly atMs: number;
    readonly author: Author;
    readonly text: string;
    /** `null` for what others said. */
    readonly delivery: Delivery | null;
  }
  | {
    readonly tag: "image";
    readonly id: string;
    readonly atMs: number;
    readonly author: Author;
    readonly mime: string;
    readonly widthPx: number;
    readonly heightPx: number;
    readonly totalBytes: number;
    readonly transfer: Transfer;
    readonly delivery: Delivery | null;
  }
  | { readonly tag: "notice"; readonly id: string; readonly atMs: number; readonly notice: Notice };

/** A bench that carries the room. Label and address are its own words; the id ends in what proves it. */
export interface BenchSeat {
  /** Full Bench ID: label, `~`, fingerprint. */
  readonly id: string;
  readonly label: string;
  /** A bare origin, or "" where it said none. */
  readonly url: string;
  /** How many sit there; the last that was heard while it is away. */
  readonly count: number;
  /** The link works. Always so for this bench. */
  readonly isUp: boolean;
  /** The room's home: pairings are made there. */
  readonly isHub: boolean;
  readonly isThis: boolean;
}

/** The way to other benches: this bench has none, it is broken just now, or it is open. */
export type ParkState = "none" | "away" | "up";

/** A pairing link that this tab, the admin's, made. */
export interface PairingOffer {
  readonly key: string;
  readonly bench: PairingPartner;
  /** What the other bench's keeper opens or pastes. */
  readonly link: string;
  /** When it stops working, on the clock of `performance.now()`. */
  readonly endsAtMs: number;
  readonly state: "open" | "taken-back" | Exclude<OfferEvent, "leaked" | "full" | "used-again">;
  /** It showed up at a bench it was not made for; it still works for the right one. */
  readonly hasLeaked: boolean;
  /** The other bench accepted while this one had as many links as it takes; it still works once there is room. */
  readonly wasFull: boolean;
  /** It was tried once more after it was used; that was refused, and what became of it stands. */
  readonly wasUsedAgain: boolean;
  /** The room's link on the other bench, to hand to the people there; `null` where its address is not known. */
  readonly roomLink: string | null;
}

/** A bench that an offer is made for. */
export interface PairingPartner {
  readonly id: string;
  readonly label: string;
  /** A bare origin, or "" where it said none. */
  readonly url: string;
  /** It answered just now; `false`: its full id was typed, and it was not heard. */
  readonly isHeard: boolean;
}

/** Everything a page shows of the stay. A new object on every change; unchanged items keep their identity. */
export interface SessionView {
  readonly phase: Phase;
  /** The label the bench gives itself; it proves nothing. */
  readonly benchLabel: string;
  /** How many people the bench says are here, this tab included. */
  readonly count: number;
  readonly me: Author | null;
  /** Whether this tab holds the admin's key. */
  readonly isAdmin: boolean;
  /** This tab first, then the others by arrival. Only those who proved to be here. */
  readonly people: readonly Person[];
  readonly log: readonly LogItem[];
  readonly maxFileBytes: number;
  /** Two different bench processes answered under one address: a mis-hosted bench. */
  readonly twoBenches: boolean;
  /** Whether the room may flow across benches, and by whose word: the admin's signed one, or this bench's alone. */
  readonly publicness: "private" | "by-admin" | "by-bench";
  readonly park: ParkState;
  /** Full id of this bench, as it says; "" before it said so. */
  readonly benchId: string;
  /** Benches that carry the room, the home first; empty where this one carries it alone. */
  readonly benches: readonly BenchSeat[];
  /** Pairing links that this tab made, oldest first. */
  readonly offers: readonly PairingOffer[];
}
