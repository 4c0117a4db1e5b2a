// A stay in a room, for the page: where to, under which name, and the session itself. Loaded by a dynamic import in the
// browser; the bench never loads this folder.

import { cleanName, deriveRoomKeys } from "../crypto/mod.ts";
import { newBrowserWorld } from "./browser_world.ts";
import type { Session } from "./contract.ts";
import type { RoomPlace } from "./place.ts";
import { beginStay } from "./session.ts";
import { stash, stashed } from "./stash.ts";
import { suggestNameBy } from "./suggest_name.ts";

export { cleanName } from "../crypto/mod.ts";
export type { ImageRefusal, PreparedImage, PrepareResult, Session } from "./contract.ts";
export {
  acceptInvitation,
  type AcceptResult,
  goToPairingOn,
  type InvitationResult,
  type PairingInvitation,
  parseBenchOrigin,
  parseInvitation,
  readInvitation,
} from "./pairing_page.ts";
export {
  clearStay,
  type GoResult,
  goToCode,
  type NewRoom,
  newRoomUrl,
  type PlaceResult,
  readPlace,
  type RoomPlace,
} from "./place.ts";
export type * from "./view_state.ts";

/** A friendly random name. */
export function suggestName(): string {
  return suggestNameBy(Math.random);
}

/** The name this tab used last, or `null`. */
export function rememberedName(): string | null {
  return stashed("name");
}

/** Keeps the name for a reload of this tab. */
export function rememberName(name: string): void {
  stash("name", cleanName(name));
}

/** Enters a room: connects at once, comes back by itself, says goodbye when the page goes. */
export async function startSession(
  options: { readonly place: RoomPlace; readonly name: string },
): Promise<Session> {
  const { place } = options;
  const world = await newBrowserWorld();
  // The stay wipes what it was begun with, so it gets copies: the page may enter the same place again.
  const secret = {
    key: place.secret.key.slice() as typeof place.secret.key,
    adminFp: place.secret.adminFp,
  };
  const adminSeed = place.adminSeed === null
    ? null
    : place.adminSeed.slice() as NonNullable<typeof place.adminSeed>;
  const stay = await beginStay({
    world,
    secret,
    keys: deriveRoomKeys(secret),
    adminSeed,
    name: cleanName(options.name),
  });
  const onShown = (): void => {
    if (document.visibilityState === "visible") stay.wake();
  };
  const onOnline = (): void => stay.wake();
  const onHide = ({ persisted }: PageTransitionEvent): void => {
    if (!persisted) stay.leave();
  };
  document.addEventListener("visibilitychange", onShown);
  addEventListener("online", onOnline);
  addEventListener("pageshow", onShown);
  addEventListener("pagehide", onHide);
  const unsubscribe = stay.subscribe(({ phase }) => {
    if (phase.tag !== "ended") return;
    unsubscribe();
    document.removeEventListener("visibilitychange", onShown);
    removeEventListener("online", onOnline);
    removeEventListener("pageshow", onShown);
    removeEventListener("pagehide", onHide);
  });
  return stay;
}
