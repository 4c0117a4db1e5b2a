// What became of accepting a pairing link on the second bench, in words for its keeper. Pure.
// The word "paired" stands where it came to that, and nowhere else.

import { assertNever, type PairFailure } from "../wire/mod.ts";

/** Total over every way of failing. */
export function pairFailureWords(reason: PairFailure | "no-connection"): string {
  switch (reason) {
    case "used":
      return "This link was already used. Each works once: ask the room's admin for a new one.";
    case "expired":
      return "This link has expired, or its room is gone. Ask the room's admin for a new one.";
    case "wrong-bench":
      return "This is the wrong bench: the link was made for another one, and still works there.";
    case "unreachable":
      return "The bench that asks did not answer. It may be down, or not in the same park as this one. Try again in a moment.";
    case "park-away":
      return "This bench has no way to others just now. Try again in a minute.";
    case "pairing-off":
      return "This bench takes no part: it is by itself, or its keeper switched pairing off.";
    case "operator":
      return "The operator token is missing, or not the right one. Whoever runs this bench knows it.";
    case "elsewhere":
      return "This bench has this room from another bench already, or is its home with links of its own. Unpair there first.";
    case "too-many":
      return "One of the two benches has as many rooms or links as it takes. Try again later.";
    case "too-fast":
      return "Too many tries came from your network. Wait a minute, and try again.";
    case "own-link":
      return "This link is this bench's own: it has to be opened at the other one.";
    case "no-connection":
      return "This bench did not answer: it may be down, or this device may be offline. Try again.";
    default:
      return assertNever(reason);
  }
}

/** Whether pressing the button again may help; what else there is needs another link or another bench. */
export function mayTryAgain(reason: PairFailure | "no-connection"): boolean {
  switch (reason) {
    case "unreachable":
    case "park-away":
    case "operator":
    case "elsewhere":
    case "too-many":
    case "too-fast":
    case "no-connection":
      return true;
    case "used":
    case "expired":
    case "wrong-bench":
    case "pairing-off":
    case "own-link":
      return false;
    default:
      return assertNever(reason);
  }
}
