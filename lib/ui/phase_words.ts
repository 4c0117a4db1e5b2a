// What a page says when there is no room to show: one heading, a line or two, and one way on for every state.
// Pure. What only the bench said is worded "this bench says"; what the admin signed, "the admin".

import { assertNever } from "../wire/mod.ts";
import type { AwayCause, EndReason, Phase, TapCause } from "../session/view_state.ts";
import { awayWords } from "./away_words.ts";

/** `wait`: session.waitHere(). `again`: a new stay under the same name. `reload`: a fresh page. `null`: the start page. */
export type WayOn = "wait" | "again" | "reload" | null;

/** One screen in words. */
export interface StatusWords {
  readonly heading: string;
  readonly lines: readonly string[];
  readonly wayOn: WayOn;
  /** Name of the button for `wayOn`; empty when there is none. */
  readonly button: string;
  /** Something is under way by itself. */
  readonly busy: boolean;
}

/** Words for a phase that has a screen of its own; `null` for those in which the room is shown. */
export function phaseWords(phase: Phase): StatusWords | null {
  switch (phase.tag) {
    case "connecting":
      return {
        heading: "Finding a seat…",
        lines: ["This tab is connecting to the bench."],
        wayOn: null,
        button: "",
        busy: true,
      };
    case "unreachable":
      return {
        heading: awayHeading(phase.cause),
        lines: [awayWords(phase.cause), "It is tried again by itself."],
        wayOn: "wait",
        button: "Try again",
        busy: true,
      };
    case "waiting-for-tap":
      return {
        heading: tapHeading(phase.cause),
        lines: [awayWords(phase.cause)],
        wayOn: "wait",
        button: "Try again",
        busy: false,
      };
    case "nobody-here":
      return {
        heading: "Nobody is here",
        lines: [
          "It has ended or not begun.",
          "If you wait here, whoever holds the link finds you. Nothing from before you came is kept.",
        ],
        wayOn: "wait",
        button: "Wait here",
        busy: false,
      };
    case "live":
    case "reconnecting":
    case "away-too-long":
      return null;
    case "ended":
      return endWords(phase.reason);
    default:
      return assertNever(phase);
  }
}

/** Whether the bench is not there, or has no seat for us yet. */
function awayHeading(cause: AwayCause): string {
  switch (cause) {
    case "lost":
    case "unreachable":
    case "offline":
      return "This bench cannot be reached";
    case "bench-stops":
    case "bench-fault":
    case "too-slow":
    case "overloaded":
    case "too-many-new":
    case "too-many-sockets":
      return "Still finding a seat…";
    default:
      return assertNever(cause);
  }
}

/** What the bench answered, in short. */
function tapHeading(cause: TapCause): string {
  switch (cause) {
    case "slow-hello":
      return "This bench stopped waiting";
    case "too-fast":
      return "Too much at once";
    case "too-many-from-one-network":
      return "Too many from your network";
    case "room-full":
      return "This room is full";
    case "bench-full":
      return "No new room just now";
    default:
      return assertNever(cause);
  }
}

/** Words for a stay that is over. */
export function endWords(reason: EndReason): StatusWords {
  switch (reason) {
    case "left":
      return over("You left", [
        "Nothing is kept here: the room's key and its pictures are gone from this tab.",
        "To come back, open the room's link again.",
      ]);
    case "deleted-by-admin":
      return over("The admin deleted this room", [
        "It is deleted for everybody, and nothing of it is left on this bench.",
      ]);
    case "gone-says-bench":
      return over("This room is gone", [
        "This bench says the room was deleted or moved.",
        "The admin's signature did not come along, so only the bench vouches for it. Ask whoever invited you.",
      ]);
    case "removed":
      return over("You were removed", [
        "This bench says that the admin removed you from the room.",
      ]);
    case "proof-failed":
      return over("This link does not open the room", [
        "The bench did not take the proof that was made from it. The link may be damaged: ask for it again.",
      ]);
    case "locked":
      return again("This room is locked", [
        "The admin lets nobody else in just now. Try again later, or ask whoever invited you.",
      ]);
    case "replaced":
      return again("This seat was taken over", [
        "A newer connection of this page took the place of this one.",
      ], "Come back");
    case "too-big":
      return {
        heading: "Too long to pass",
        lines: [
          "One message from this tab was longer than this bench, or something on the way to it, lets through. A fresh page often helps.",
        ],
        wayOn: "reload",
        button: "Load the page again",
        busy: false,
      };
    case "refused":
      return {
        heading: "This page and this bench do not understand each other",
        lines: ["One of them may be older than the other. A fresh page often helps."],
        wayOn: "reload",
        button: "Load the page again",
        busy: false,
      };
    default:
      return assertNever(reason);
  }
}

function over(heading: string, lines: readonly string[]): StatusWords {
  return { heading, lines, wayOn: null, button: "", busy: false };
}

function again(heading: string, lines: readonly string[], button = "Try again"): StatusWords {
  return { heading, lines, wayOn: "again", button, busy: false };
}

/** "1 person here", "4 people here". */
export function peopleWords(count: number): string {
  return count === 1 ? "1 person here" : `${count} people here`;
}
