// Why the admin cannot make the room public, or pair it, just now. Pure; the menu shows the words.

import type { SessionView } from "../session/view_state.ts";
import { labelOf } from "./bench_words.ts";

/** What the two questions look at. */
export type ParkSide = Pick<SessionView, "publicness" | "park" | "benches">;

const BY_ITSELF =
  "This bench is by itself, or its keeper switched pairing off. Only its keeper can change that.";

/** `null` where the room can be made public. */
export function whyNotPublic({ publicness, park }: ParkSide): string | null {
  if (publicness === "by-admin") return "It is public already; there is no way back.";
  if (publicness === "by-bench") {
    return "This bench says that it is public already; there is no way back.";
  }
  return park === "none" ? BY_ITSELF : null;
}

/** `null` where it can be paired from here. */
export function whyNotPair({ publicness, park, benches }: ParkSide): string | null {
  if (park === "none") return BY_ITSELF;
  if (publicness === "private") return "Make the room public first.";
  const home = benches.find(({ isHub }) => isHub);
  return home === undefined || home.isThis
    ? null
    : `This room's home is the bench ${labelOf(home.id)}: pair from there.`;
}
