// A bench in words: label, short fingerprint, host, and what the link to it does. Pure. Label and address are a bench's
// own words, so whoever draws them isolates them.

import type { BenchSeat, SessionView } from "../session/view_state.ts";

/** Characters of a fingerprint that tell two benches of one label apart at a glance. They prove nothing. */
const SHORT_CHARACTERS = 6;

/** The label in a full Bench ID. */
export function labelOf(benchId: string): string {
  const at = benchId.lastIndexOf("~");
  return at < 0 ? benchId : benchId.slice(0, at);
}

/** What stands behind the label, which is what proves a bench; "" where there is none. */
export function fingerprintOf(benchId: string): string {
  const at = benchId.lastIndexOf("~");
  return at < 0 ? "" : benchId.slice(at + 1);
}

/** The first characters of the fingerprint. */
export function shortFingerprint(benchId: string): string {
  return fingerprintOf(benchId).slice(0, SHORT_CHARACTERS);
}

/** Host of a bare origin, or `null` where a bench said none. */
export function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).host || null : null;
}

/** How many sit on one of several benches. */
export function seatCount(count: number): string {
  return count === 1 ? "1 person" : `${count} people`;
}

/** What the link to another bench does. */
export function linkState({ isUp }: Pick<BenchSeat, "isUp">): "linked" | "silent" {
  return isUp ? "linked" : "silent";
}

/** What "silent" means. */
export const SILENT_WORDS = "words do not reach it just now";

/** Said while the way to all other benches is broken. */
export const PARK_AWAY_WORDS =
  "The way to other benches is broken just now. Talk on this bench goes on.";

/** Said once it is open again. */
export const PARK_BACK_WORDS = "The way to other benches is open again.";

/** The one line over the list of benches. */
export function benchesLine({ benches, publicness }: SessionView): string {
  const byBench = publicness === "by-bench";
  if (benches.length === 0) {
    return byBench
      ? "This bench says that this room is public. It is paired with no bench yet."
      : "This room is public. It is paired with no bench yet.";
  }
  const others = benches.filter(({ isThis }) => !isThis);
  const silent = others.filter(({ isUp }) => !isUp).length;
  const state = silent === 0
    ? "all linked"
    : others.length === 1
    ? "the other is silent"
    : `${silent} silent`;
  const line = `${benches.length === 1 ? "1 bench" : `${benches.length} benches`}, ${state}`;
  return byBench ? `This bench says public: ${line}` : line;
}

/** The header's word beside the number of people. */
export function publicMark(publicness: SessionView["publicness"]): {
  readonly text: string;
  readonly about: string;
} | null {
  switch (publicness) {
    case "private":
      return null;
    case "by-admin":
      return {
        text: "Public",
        about: "The admin made this room public: benches that the admin chooses can carry it.",
      };
    case "by-bench":
      return {
        text: "Public, unsigned",
        about: "This bench says that the room is public. The admin's signature did not come along.",
      };
  }
}
