// Three benches, each beside a NATS server of its own: one is the room's home, the other two hear each other through it alone.
// Rules: lib/park/PAIRING.md, [K4] [K12].

import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { startChromium } from "../support/chromium.ts";
import { makeNoisePng } from "../support/image_samples.ts";
import { type ParkBench, startParkBenches } from "../support/park_benches.ts";
import {
  adminItem,
  bar,
  button,
  counts,
  createRoom,
  enter,
  log,
  makePublic,
  pairRoom,
  said,
  say,
  seat,
  sees,
  textbox,
  whyDisabled,
} from "../support/park_pages.ts";

const LINES = 12;

Deno.test({
  name: "three benches around one hub: everything reaches everybody exactly once",
  // Chromium's own connections outlive a step.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async (t) => {
    await using park = await startParkBenches([
      { label: "hub" },
      { label: "left" },
      { label: "right" },
    ]);
    const [hub, left, right] = park.benches as [ParkBench, ParkBench, ParkBench];
    await using watched = await startChromium(park.origins);
    const newPage = async () => (await watched.newPerson()).page;
    const pages: Record<string, Page> = {};
    const everybody = () => Object.values(pages);
    let adminLink = "";

    await t.step("two spokes are paired, and people sit on all three", async () => {
      const ana = pages.ana = await newPage();
      await createRoom(ana, hub.url, "ana");
      await (await adminItem(ana, "Invite people")).click();
      await ana.getByText("Your own admin link").click();
      adminLink = await textbox(ana, "Admin link").inputValue();
      await ana.keyboard.press("Escape");
      await makePublic(ana);
      for (const [bench, people] of [[left, ["ben", "cem"]], [right, ["dora"]]] as const) {
        const keeper = await newPage();
        const roomLink = await pairRoom(ana, keeper, bench);
        await keeper.close();
        for (const name of people) {
          pages[name] = await newPage();
          await pages[name].goto(roomLink);
          await enter(pages[name], name);
        }
      }
      for (const page of everybody()) await counts(page, 4);
      for (const name of Object.keys(pages)) {
        for (const page of everybody()) {
          await page.getByRole("region", { name: "People here" }).getByText(name, { exact: true })
            .waitFor();
        }
      }
    });

    await t.step("[K12] the bar shows all three on every bench", async () => {
      for (const page of everybody()) {
        await seat(page, hub.id).getByText("home", { exact: true }).waitFor();
        await seat(page, hub.id).getByText("1 person", { exact: true }).waitFor();
        await seat(page, left.id).getByText("2 people", { exact: true }).waitFor();
        await seat(page, right.id).getByText("1 person", { exact: true }).waitFor();
        assertEquals(await bar(page).locator("li").count(), 3);
      }
      await seat(pages.dora!, left.id).getByText("linked", { exact: true }).waitFor();
      // Only the admin ends links, and only at the room's home.
      for (const [name, page] of Object.entries(pages)) {
        const buttons = bar(page).getByRole("button", { name: /^Unpair/ });
        assertEquals(await buttons.count(), name === "ana" ? 2 : 0);
      }
    });

    await t.step(
      "[K4] all talk at once: each text exactly once, in its sender's order",
      async () => {
        const lines = (who: string) => Array.from({ length: LINES }, (_, n) => `${who} says ${n}`);
        await Promise.all(
          Object.entries(pages).map(async ([who, page]) => {
            for (const line of lines(who)) await say(page, line);
          }),
        );
        for (const page of everybody()) {
          for (const who of Object.keys(pages)) await sees(page, `${who} says ${LINES - 1}`);
          const all = await said(page);
          for (const who of Object.keys(pages)) {
            assertEquals(all.filter((line) => line.startsWith(`${who} `)), lines(who));
          }
          assertEquals(all.length, 4 * LINES);
          // A tab drops what comes twice, and says so.
          assertEquals(await log(page).getByText(/did not arrive|came again/).count(), 0);
        }
      },
    );

    await t.step("a picture from one spoke is on the other and on the hub, once", async () => {
      await pages.ben!.locator("input[type=file]").setInputFiles({
        name: "left.png",
        mimeType: "image/png",
        buffer: Buffer.from(makeNoisePng(900_000, 3)),
      });
      await button(pages.ben!.getByRole("dialog"), "Send image").click();
      for (const page of [pages.ana!, pages.cem!, pages.dora!]) {
        const picture = log(page).getByRole("img", { name: /^Picture from ben,/ });
        await picture.waitFor({ timeout: 60_000 });
        await say(page, "got it");
        assertEquals(await picture.count(), 1);
      }
    });

    await t.step("who leaves one spoke is gone from all", async () => {
      await button(pages.dora!, "Leave").click();
      for (const name of ["ana", "ben", "cem"]) {
        await sees(pages[name]!, "dora left");
        await counts(pages[name]!, 3);
      }
      delete pages.dora;
    });

    await t.step(
      "[U5] the admin on a spoke is told that the room pairs from its home",
      async () => {
        const there = pages.eva = await newPage();
        await there.goto(adminLink.replace(hub.url, left.url));
        await enter(there, "eva");
        await counts(there, 4);
        assertEquals(
          await whyDisabled(there, "Pair with another bench"),
          "This room's home is the bench hub: pair from there.",
        );
        assertEquals(await bar(there).getByRole("button", { name: /^Unpair/ }).count(), 0);
      },
    );

    await t.step("[K10] deleted from a spoke, it is gone everywhere", async () => {
      await (await adminItem(pages.eva!, "Delete this bench")).click();
      await button(pages.eva!.getByRole("alertdialog"), "Delete").click();
      for (const page of everybody()) {
        await page.getByRole("heading", { name: "The admin deleted this room" }).waitFor();
      }
    });

    assertEquals(watched.troubles, []);
  },
});
