// What became of a pairing link, for the admin who made it: in the dialog, in the bar over the room, and aloud. Pure.
// The word "paired" stands where it came to that, and nowhere else.

import { assertNever } from "../wire/mod.ts";
import type { PairingOffer } from "../session/view_state.ts";

/** Whether the link still works. */
export function isOpen({ state }: Pick<PairingOffer, "state">): boolean {
  return state === "open" || state === "leaked";
}

/** Whether it showed up at a bench that it was not made for. */
export function isLeaked({ state, hasLeaked }: PairingOffer): boolean {
  return state === "leaked" || (hasLeaked && state === "open");
}

/** What is to be said of it, one to three sentences. */
export function offerWords(offer: PairingOffer): string {
  const { label } = offer.bench;
  switch (offer.state) {
    case "open":
    case "leaked":
      return isLeaked(offer)
        ? `This link was opened at the wrong bench. It still works at the right one, ${label}. ` +
          "Take it back if that frightens you."
        : `Waiting for ${label} to accept.`;
    case "paired":
      return `Paired with ${label}.`;
    case "unconfirmed":
      return `${label} answered, and then was not heard any more, so it came to nothing. ` +
        "This link is already used. Make a new one.";
    case "expired":
      return `This link has expired: ${label} did not accept in time. Make a new one.`;
    case "refused":
      return `${label} could not take this room, and told its keeper why. Make a new link once that is settled.`;
    case "taken-back":
      return "You took this link back. It opens nothing any more.";
    default:
      return assertNever(offer.state);
  }
}

/** The same in short, for the bar over the room. */
export function offerLine(offer: PairingOffer): string {
  const { label } = offer.bench;
  switch (offer.state) {
    case "open":
    case "leaked":
      return isLeaked(offer)
        ? `The pairing link for ${label} was opened at the wrong bench.`
        : `Waiting for ${label} to accept.`;
    case "paired":
      return `Paired with ${label}.`;
    case "unconfirmed":
      return `The pairing link for ${label} is already used, and came to nothing.`;
    case "expired":
      return `The pairing link for ${label} has expired.`;
    case "refused":
      return `${label} could not take this room.`;
    case "taken-back":
      return `You took the pairing link for ${label} back.`;
    default:
      return assertNever(offer.state);
  }
}

/** What has to be known at once, whether the dialog is open or not: how links ended, or that one leaked. */
export function offerNews(
  before: readonly PairingOffer[],
  after: readonly PairingOffer[],
): readonly string[] {
  const formerly = new Map(before.map((offer) => [offer.key, offer]));
  return after.filter((offer) => {
    const former = formerly.get(offer.key);
    if (former === undefined || former === offer || offer.state === "taken-back") return false;
    return offerWords(former) !== offerWords(offer);
  }).map(offerWords);
}

/** What is left, as "4:59". Never below nought, and 0:00 only when nothing is left. */
export function timeLeft(endsAtMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.ceil((endsAtMs - nowMs) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
