// The same short path in Firefox: create, invite, talk, a picture, delete.

import { assertEquals } from "@std/assert";
import { startBenchHere } from "../support/bench_here.ts";
import {
  choose,
  control,
  enter,
  say,
  sendPicture,
  showsPictures,
  startFirefox,
  waitForText,
} from "../support/firefox.ts";
import { makeNoisePng } from "../support/image_samples.ts";

Deno.test({
  name: "Firefox: create, invite, talk, a picture, delete",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using here = await startBenchHere();
    await using firefox = await startFirefox();
    await using files = new AsyncDisposableStack();
    const path = await Deno.makeTempFile({ suffix: ".png" });
    files.defer(() => Deno.remove(path));
    const ana = await firefox.newPage();
    await ana.goto(here.url);
    await control(ana, "button", "Create a room").click();
    await enter(ana, "Ana");
    await waitForText(ana, "1 person here");
    const ben = await firefox.newPage();
    await ben.goto(ana.url());
    await enter(ben, "Ben");
    await waitForText(ana, "2 people here");
    await waitForText(ana, "Ben joined");

    await say(ana, "hello from a fox");
    await waitForText(ben, "hello from a fox");
    await say(ben, "heard");
    await waitForText(ana, "heard");

    await Deno.writeFile(path, makeNoisePng(600_000, 11));
    await sendPicture(ana, path);
    await showsPictures(ben, 1);

    await choose(ana, "Delete this bench");
    await control(ana, "button", "Delete").click();
    await waitForText(ben, "The admin deleted this room");
    assertEquals(here.bench.counts().rooms, 0);
    assertEquals(firefox.troubles, []);
  },
});
