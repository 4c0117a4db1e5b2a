// Pictures from several benches into one room at once: more than its links may bring in a second, so that every bench waits, and none
// of them loses a piece.

import { assertEquals } from "@std/assert";
import { makeNoisePng } from "../support/image_samples.ts";
import { pair, parkRig } from "../support/park_rig.ts";
import { images, prepared, urlOf } from "../support/session_rig.ts";

const SPOKES = 3;
const PICTURE_BYTES = 8 * 1024 * 1024;

Deno.test("[K7] [K13] three benches send a picture each at once: everybody gets all of them whole", async () => {
  const { rig, admin } = await parkRig(1 + SPOKES);
  for (let number = 1; number <= SPOKES; number++) await pair(rig, admin, number);
  const senders = [];
  for (let number = 1; number <= SPOKES; number++) {
    senders.push(await rig.join(`P${number}`, { bench: number }));
  }
  await rig.advance(4_000);
  for (const [seed, tab] of senders.entries()) {
    tab.stay.sendImage(await prepared(tab, makeNoisePng(PICTURE_BYTES, seed)));
  }
  await rig.advance(45_000);
  const sent = senders.map((tab) => urlOf(images(tab).find(({ delivery }) => delivery !== null)));
  for (const tab of [admin, ...senders]) {
    assertEquals(images(tab).map(urlOf).toSorted(), sent.toSorted());
  }
});
