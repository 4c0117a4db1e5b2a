// Whether, when and how a tab comes back after its socket closed. Pure. Rules: lib/wire/PROTOCOL.md [C6] to [C10].

import { CLOSE, isReconnectable } from "../wire/mod.ts";
import type { AwayCause, EndReason, TapCause } from "./view_state.ts";
import type { UpgradeRefusal } from "./world.ts";

/** Within this time of the last contact a tab opens its room again by itself [C8]. */
export const REOPEN_WITHIN_MS = 5 * 60_000;

/** What a bench, or what stands before it, closes with when it broke inside (RFC 6455 7.4.1). */
const INSIDE_FAULT = 1011;

/** The first wait at most. A third of it is the least. */
const FIRST_DELAY_MS = 1_500;
const LONGEST_DELAY_MS = 20_000;

/** Answers that another time, or others who leave, may change: not tried again by itself [C9]. */
const TAP_CAUSES: ReadonlyMap<number, TapCause> = new Map([
  [CLOSE.handshakeTimeout, "slow-hello"],
  [CLOSE.tooFast, "too-fast"],
  [CLOSE.tooManyFromOneNetwork, "too-many-from-one-network"],
  [CLOSE.roomFull, "room-full"],
  [CLOSE.benchFull, "bench-full"],
]);

/** What a close leads to. */
export type AfterClose =
  | { readonly tag: "retry"; readonly delayMs: number; readonly cause: AwayCause }
  | { readonly tag: "waiting-for-tap"; readonly cause: TapCause }
  | { readonly tag: "nobody-here" }
  | { readonly tag: "away-too-long" }
  | { readonly tag: "ended"; readonly reason: EndReason };

/**
 * 1.5 s, doubled up to 20 s, each spread over a third to all of itself: a class that lost its bench together neither
 * storms it nor crowds its own network out [M2].
 */
export function retryDelayMs(attempt: number, chance: number): number {
  const most = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 10));
  return most * (1 + 2 * chance) / 3;
}

/** After a refusal that names a time: not sooner, spread over half of it again, and never later than 20 s. */
export function delayAfterRefusalMs(retryAfterMs: number, chance: number): number {
  return Math.min(LONGEST_DELAY_MS, retryAfterMs * (1 + chance / 2));
}

/** What a bench answers where a socket was refused [M4]; `null` for every other answer. */
export function parseRefusal(status: number, retryAfter: string | null): UpgradeRefusal | null {
  const seconds = retryAfter !== null && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : null;
  const retryAfterMs = seconds === null ? null : seconds * 1_000;
  if (status === 429) return { why: "too-many-new", retryAfterMs };
  if (status === 503) return { why: "too-many-sockets", retryAfterMs };
  return null;
}

/**
 * What is told of an attempt that failed without a word: a bench that said it stops has stopped, and a refusal stands
 * until the bench was asked again.
 */
export function standingCause(
  before: AwayCause | null,
  found: AwayCause,
  wasAsked: boolean,
): AwayCause {
  if (found !== "unreachable" || before === null) return found;
  if (before === "bench-stops") return before;
  const wasRefused = before === "too-many-new" || before === "too-many-sockets";
  return wasRefused && !wasAsked ? before : found;
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
  /** A hello had come on this connection. */
  readonly wasGreeted: boolean;
  readonly isOffline: boolean;
  readonly wasInRoom: boolean;
  readonly adminSaidDelete: boolean;
}): AfterClose {
  const { code } = close;
  if (isReconnectable(code)) {
    const delayMs = retryDelayMs(close.attempt, close.chance);
    return { tag: "retry", delayMs, cause: awayCause(close) };
  }
  const tapCause = TAP_CAUSES.get(code);
  if (tapCause !== undefined) return { tag: "waiting-for-tap", cause: tapCause };
  if (code === CLOSE.noSuchRoom) {
    return close.wasInRoom ? { tag: "away-too-long" } : { tag: "nobody-here" };
  }
  return { tag: "ended", reason: endReason(code, close.adminSaidDelete) };
}

function awayCause(
  { code, wasGreeted, isOffline }: Pick<
    Parameters<typeof afterClose>[0],
    "code" | "wasGreeted" | "isOffline"
  >,
): AwayCause {
  switch (code) {
    case CLOSE.shuttingDown:
      return "bench-stops";
    case INSIDE_FAULT:
      return "bench-fault";
    case CLOSE.tooSlow:
      return "too-slow";
    case CLOSE.overloaded:
      return "overloaded";
    default:
      if (isOffline) return "offline";
      return wasGreeted ? "lost" : "unreachable";
  }
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
    case CLOSE.tooBig:
      return "too-big";
    default:
      return "refused";
  }
}
