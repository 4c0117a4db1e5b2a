// Whether, when and how a tab comes back after its socket closed. Pure. Rules: lib/wire/PROTOCOL.md [C6] to [C10].

import { CLOSE, isReconnectable } from "../wire/mod.ts";
import type { EndReason } from "./view_state.ts";

/** Within this time of the last contact a tab opens its room again by itself [C8]. */
export const REOPEN_WITHIN_MS = 5 * 60_000;

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 20_000;

/** What a close leads to. */
export type AfterClose =
  | { readonly tag: "retry"; readonly delayMs: number }
  /** The bench gave up on a slow hello: not tried again by itself, but at a tap or when the page is shown. */
  | { readonly tag: "stalled" }
  | { readonly tag: "nobody-here" }
  | { readonly tag: "away-too-long" }
  | { readonly tag: "ended"; readonly reason: EndReason };

/** 0.5 s, doubled up to 20 s, each spread over half to all of itself: a restarted bench is not stormed at once. */
export function retryDelayMs(attempt: number, chance: number): number {
  const most = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 10));
  return Math.max(FIRST_DELAY_MS, most * (0.5 + chance / 2));
}

/** Whether a join asks for the room to be opened if nobody is there [C7] [C8]. */
export function mayCreate(stay: {
  readonly isCreator: boolean;
  readonly wasTapped: boolean;
  /** `null` before the first time this page was in the room. */
  readonly lastContactMs: number | null;
  readonly nowMs: number;
}): boolean {
  if (stay.wasTapped) return true;
  if (stay.lastContactMs === null) return stay.isCreator;
  return stay.nowMs - stay.lastContactMs <= REOPEN_WITHIN_MS;
}

/** What a close with this code leads to [C9] [C10]. */
export function afterClose(close: {
  readonly code: number;
  readonly attempt: number;
  readonly chance: number;
  readonly wasInRoom: boolean;
  readonly adminSaidDelete: boolean;
}): AfterClose {
  const { code } = close;
  if (isReconnectable(code)) {
    return { tag: "retry", delayMs: retryDelayMs(close.attempt, close.chance) };
  }
  if (code === CLOSE.handshakeTimeout) return { tag: "stalled" };
  if (code === CLOSE.noSuchRoom) {
    return close.wasInRoom ? { tag: "away-too-long" } : { tag: "nobody-here" };
  }
  return { tag: "ended", reason: endReason(code, close.adminSaidDelete) };
}

function endReason(code: number, adminSaidDelete: boolean): EndReason {
  switch (code) {
    case CLOSE.deletedOrMoved:
      return adminSaidDelete ? "deleted-by-admin" : "gone-says-bench";
    case CLOSE.proofFailed:
      return "proof-failed";
    case CLOSE.removed:
      return "removed";
    case CLOSE.replaced:
      return "replaced";
    case CLOSE.locked:
      return "locked";
    case CLOSE.tooFast:
      return "too-fast";
    case CLOSE.tooManyFromOneNetwork:
      return "too-many-from-one-network";
    case CLOSE.roomFull:
      return "room-full";
    case CLOSE.benchFull:
      return "bench-full";
    default:
      return "refused";
  }
}
