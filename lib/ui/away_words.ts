// Why there is no connection, while the tab comes back by itself or waits for a tap: one or two sentences a cause, for the
// banner in the room, the screen before it, the log and the announcer. Pure. What a bench writes into a close is never shown: it sends a number.

import { assertNever } from "../wire/mod.ts";
import type { AwayCause, TapCause } from "../session/view_state.ts";

/** What is said of this cause. */
export function awayWords(cause: AwayCause | TapCause): string {
  switch (cause) {
    case "lost":
      return "Connection lost.";
    case "unreachable":
      return "This bench does not answer: it may be down, or this device may be offline.";
    case "offline":
      return "This device is offline.";
    case "bench-stops":
      return "This bench was stopped, most likely to start anew.";
    case "bench-fault":
      return "Something broke inside this bench.";
    case "too-slow":
      return "Your connection was too slow for what was said here, so this bench let go of it.";
    case "overloaded":
      return "This bench has more to carry than it can just now.";
    case "too-many-new":
      return "Too many new connections came from your network just now, so this bench takes no more for a moment.";
    case "too-many-sockets":
      return "This bench has as many connections as it takes.";
    case "slow-hello":
      return "This bench stopped waiting for this device to say hello: the line is slow, or many came at once.";
    case "too-fast":
      return "This bench closed the connection, because too much came from this tab or your network in too short a time. Try again in a minute.";
    case "too-many-from-one-network":
      return "This bench takes only so many connections from one address. Close some tabs, or try again later.";
    case "room-full":
      return "This room has as many people as it takes. Try again when somebody has left.";
    case "bench-full":
      return "This bench has as many rooms as it takes, or your network opened too many in the last minutes. Try again in a while.";
    default:
      return assertNever(cause);
  }
}

/** The same within a line of the log. */
export function awayLine(cause: AwayCause | TapCause): string {
  return awayWords(cause).replace(/\.$/, "");
}

/** What stands over the room meanwhile. */
export function comingBackWords(cause: AwayCause): string {
  return `${awayWords(cause)} Coming back by itself; what you write now waits.`;
}

/** What stands over the room after a tap, until the bench has answered. */
export const TRYING_WORDS = "Trying again; what you write now waits.";
