// The main path across two benches in Firefox: public, paired, talk and a picture both ways, unpaired.

import { assertEquals } from "@std/assert";
import {
  choose,
  control,
  enter,
  say,
  sendPicture,
  showsPictures,
  startFirefox,
  valueOf,
  waitForText,
} from "../support/firefox.ts";
import { makeNoisePng } from "../support/image_samples.ts";
import { type ParkBench, startParkBenches } from "../support/park_benches.ts";

Deno.test({
  name: "Firefox: a room across two benches, public, paired, talked, unpaired",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using park = await startParkBenches([{ label: "north" }, { label: "south" }]);
    const [north, south] = park.benches as [ParkBench, ParkBench];
    await using firefox = await startFirefox();
    await using files = new AsyncDisposableStack();
    const path = await Deno.makeTempFile({ suffix: ".png" });
    files.defer(() => Deno.remove(path));
    const ana = await firefox.newPage();
    await ana.goto(north.url);
    await control(ana, "button", "Create a room").click();
    await enter(ana, "Ana");
    await choose(ana, "Make room public");
    await control(ana, "button", "Make public").click();
    await waitForText(ana, "It is paired with no bench yet.");

    await choose(ana, "Pair with another bench");
    await control(ana, "textbox", "Bench ID").fill(south.id);
    await control(ana, "button", "Create pairing link").click();
    const link = await valueOf(ana, "Pairing link");
    const ben = await firefox.newPage();
    await ben.goto(link);
    await control(ben, "button", "Accept pairing").click();
    await waitForText(ben, "Paired with north.");
    const roomLink = await valueOf(ana, "Room link on the other bench");
    await ana.keyboard.press("Escape");

    await ben.goto(roomLink);
    await enter(ben, "Ben");
    await waitForText(ana, "Ben joined");
    for (const page of [ana, ben]) await waitForText(page, "2 people here");
    await say(ana, "from fox to fox");
    await waitForText(ben, "from fox to fox");
    await say(ben, "and back");
    await waitForText(ana, "and back");

    await Deno.writeFile(path, makeNoisePng(150_000, 11));
    await sendPicture(ana, path);
    await showsPictures(ben, 1);
    await sendPicture(ben, path);
    await showsPictures(ana, 2);

    const tag = south.id.split("~")[1]!.slice(0, 6);
    await control(ana, "button", `Unpair south ${tag}`).click();
    await control(ana, "button", "Unpair").click();
    await waitForText(ana, "Unpaired from south");
    await waitForText(ben, "Unpaired from north");
    for (const page of [ana, ben]) await waitForText(page, "1 person here");
    assertEquals(firefox.troubles, []);
  },
});
