// Rooms across benches in a rig: the whole way of a pairing, as an admin and the other bench's keeper go it, in one call.

import type { PairingOffer } from "../../lib/session/view_state.ts";
import { fullBenchId } from "../../lib/wire/mod.ts";
import type { AcceptResult } from "../../lib/session/pairing_page.ts";
import { type RigTab, SessionRig } from "./session_rig.ts";

/** A rig of `benches` benches, with the admin alone in a private room on the first. */
export async function parkRig(
  benches = 2,
  labels: readonly string[] = [],
): Promise<{ readonly rig: SessionRig; readonly admin: RigTab }> {
  const rig = new SessionRig(undefined, 1, {}, benches, labels);
  const admin = await rig.join("Ada", { admin: true });
  await rig.settle();
  return { rig, admin };
}

/** Full Bench ID of a bench of the rig. */
export function idOf(rig: SessionRig, number: number): string {
  const { label, identity } = rig.bench(number);
  return fullBenchId(label, identity.fingerprint);
}

/** Runs the rig's clock until `promise` is settled; throws when that takes more than `withinMs` of it. */
export async function during<T>(
  rig: SessionRig,
  promise: Promise<T>,
  withinMs = 30_000,
): Promise<T> {
  let isDone = false;
  const done = promise.finally(() => isDone = true);
  // What is refused is the caller's to look at.
  done.catch(() => undefined);
  for (let passedMs = 0; !isDone; passedMs += 100) {
    if (passedMs > withinMs) throw new Error("it did not end in time");
    await rig.advance(100);
  }
  return await done;
}

/** The admin makes the room public. */
export async function makePublic(rig: SessionRig, admin: RigTab): Promise<void> {
  const made = await during(rig, admin.stay.makePublic());
  if (!made.ok) throw new Error(`not made public: ${made.reason}`);
  await rig.advance(200);
}

/** The admin makes a pairing link for a bench. */
export async function offerTo(
  rig: SessionRig,
  admin: RigTab,
  number: number,
  withRoomKey = false,
): Promise<PairingOffer> {
  const found = await during(rig, admin.stay.findBench(idOf(rig, number)));
  if (!found.ok) throw new Error(`not found: ${found.reason}`);
  const offered = await during(rig, admin.stay.offerPairing(found.bench, withRoomKey));
  if (!offered.ok) throw new Error(`not offered: ${offered.reason}`);
  return admin.stay.view.offers.at(-1)!;
}

/** From a private room to a room on both benches. Throws when any step fails. */
export async function pair(rig: SessionRig, admin: RigTab, number: number): Promise<void> {
  if (admin.stay.view.publicness === "private") await makePublic(rig, admin);
  const offer = await offerTo(rig, admin, number);
  const accepted: AcceptResult = await during(rig, rig.accept(offer.link, number));
  if (!accepted.ok) throw new Error(`not accepted: ${accepted.reason}`);
  await rig.advance(1_000);
}
