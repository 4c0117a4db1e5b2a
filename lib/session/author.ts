// How a person is told apart: colour and tag follow from the member id, so two equal names look different everywhere
// and alike on every screen [F5].

import { idBytes, type MemberId } from "../wire/mod.ts";
import { type Author, HUES } from "./view_state.ts";

const NAMELESS = "Somebody";

/** The author of a member id under its (cleaned) name. */
export function authorOf(memberId: MemberId, name: string, isAdmin: boolean): Author {
  const bytes = idBytes(memberId);
  return {
    memberId,
    name: name === "" ? NAMELESS : name,
    tag: memberId.slice(0, 4),
    hue: bytes[15]! % HUES,
    isAdmin,
  };
}
