// What became of a pairing link, for the admin who made it: in the dialog, in the bar over the room, and aloud. Pure.
// The word "paired" stands where it came to that, and nowhere else.

import { assertNever } from "../wire/mod.ts";
import type { PairingOffer } from "../session/view_state.ts";

/** Whether nobody told that it is over: with `wasUsedAgain` it is used, and the other bench's first word is waited for. */
export function isOpen({ state }: Pick<PairingOffer, "state">): boolean {
  return state === "open";
}

/** Whether it still works, and something came between: it showed up at a wrong bench, or this one had no room for it. */
export function isTroubled(offer: PairingOffer): boolean {
  return isOpen(offer) && !offer.wasUsedAgain && (offer.hasLeaked || offer.wasFull);
}

/** What is to be said of it, one to six sentences. */
export function offerWords(offer: PairingOffer): string {
  return offer.wasUsedAgain
    ? `${whatBecame(offer)} This link was tried once more after it was used: that was refused.`
    : whatBecame(offer);
}

function whatBecame(offer: PairingOffer): string {
  const { label } = offer.bench;
  switch (offer.state) {
    case "open":
      if (offer.wasUsedAgain) return `${label} accepted, and is not heard yet.`;
      return isTroubled(offer) ? whatCameBetween(offer) : `Waiting for ${label} to accept.`;
    case "paired":
      return `Paired with ${label}.`;
    case "unconfirmed":
      return `${label} answered, and then was not heard any more, so it came to nothing. ` +
        "This link is already used. Make a new one.";
    case "expired":
      return offer.wasFull
        ? `This link has expired: this bench had as many links as it takes when ${label} accepted. ` +
          "Make a new one once one of them has ended."
        : `This link has expired: ${label} did not accept in time. Make a new one.`;
    case "refused":
      return `${label} could not take this room, and told its keeper why. Make a new link once that is settled.`;
    case "taken-back":
      return "You took this link back. It opens nothing any more.";
    default:
      return assertNever(offer.state);
  }
}

function whatCameBetween({ bench: { label }, hasLeaked, wasFull }: PairingOffer): string {
  const leaked =
    `This link was opened at the wrong bench. It still works at the right one, ${label}. ` +
    "Take it back if that frightens you.";
  const full = `${label} could not pair: this bench has as many links as it takes. ` +
    `Once one of them has ended, ${label} can try again with this link.`;
  return [...hasLeaked ? [leaked] : [], ...wasFull ? [full] : []].join(" ");
}

/** The same in short, for the bar over the room. */
export function offerLine(offer: PairingOffer): string {
  return offer.wasUsedAgain
    ? `${whatBecameInShort(offer)} Its link was tried once more, and refused.`
    : whatBecameInShort(offer);
}

function whatBecameInShort(offer: PairingOffer): string {
  const { label } = offer.bench;
  switch (offer.state) {
    case "open":
      if (offer.wasUsedAgain) return `${label} accepted, and is not heard yet.`;
      if (offer.wasFull) {
        return `${label} could not pair: this bench has as many links as it takes.`;
      }
      if (offer.hasLeaked) return `The pairing link for ${label} was opened at the wrong bench.`;
      return `Waiting for ${label} to accept.`;
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

/** What has to be known at once, whether the dialog is open or not: how links ended, and what came between or after. */
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
