// What a page says when there is no room to show: one heading, a line or two, and one way on for every state.
// Pure. What only the bench said is worded "this bench says"; what the admin signed, "the admin".

import { assertNever } from "../wire/mod.ts";
import type { EndReason, Phase } from "../session/view_state.ts";

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
        heading: "This bench cannot be reached",
        lines: [
          phase.isRetrying
            ? "It may be down, or this device may be offline. It is tried again by itself."
            : "This device was too slow to say hello, so the bench stopped waiting.",
        ],
        wayOn: "wait",
        button: "Try again",
        busy: phase.isRetrying,
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
    case "room-full":
      return again("This room is full", ["Try again when somebody has left."]);
    case "bench-full":
      return again("This bench is full", [
        "It holds as many rooms or people as it can. Try again in a while.",
      ]);
    case "locked":
      return again("This room is locked", [
        "The admin lets nobody else in just now. Try again later, or ask whoever invited you.",
      ]);
    case "replaced":
      return again("This seat was taken over", [
        "A newer connection of this page took the place of this one.",
      ], "Come back");
    case "too-fast":
      return again("Too much at once", [
        "This bench closed the connection, because too much came from this tab in too short a time.",
      ]);
    case "too-many-from-one-network":
      return again("Too many from your network", [
        "This bench takes only so many connections from one address. Close some tabs, or try again later.",
      ]);
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
