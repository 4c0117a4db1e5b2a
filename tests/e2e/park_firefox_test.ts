// The main path across two benches in Firefox, driven over WebDriver BiDi: public, paired, talk and a picture both ways, unpaired.

import { assertEquals } from "@std/assert";
import puppeteer, { type ElementHandle, type Page } from "puppeteer-core";
import { FIREFOX, programPath } from "../support/debian_program.ts";
import { makeNoisePng } from "../support/image_samples.ts";
import { type ParkBench, startParkBenches } from "../support/park_benches.ts";

const WAIT_MS = 60_000;

/** A control by its role and accessible name, as a screen reader finds it. */
const control = (page: Page, role: string, name: string) =>
  page.locator(`::-p-aria([role="${role}"][name="${name}"])`).setTimeout(WAIT_MS);

async function waitForText(page: Page, text: string): Promise<void> {
  await page.waitForFunction((wanted) => document.body.innerText.includes(wanted), {
    timeout: WAIT_MS,
  }, text);
}

async function enter(page: Page, name: string): Promise<void> {
  await control(page, "textbox", "Your name").fill(name);
  await control(page, "button", "Join the room").click();
  await control(page, "textbox", "Message").wait();
}

async function say(page: Page, text: string): Promise<void> {
  await control(page, "textbox", "Message").fill(text);
  await control(page, "button", "Send").click();
}

async function choose(page: Page, item: string): Promise<void> {
  await control(page, "button", "Admin").click();
  await control(page, "menuitem", item).click();
}

async function valueOf(page: Page, name: string): Promise<string> {
  const field = await control(page, "textbox", name).waitHandle() as ElementHandle<Element>;
  return await field.evaluate((element) => (element as HTMLInputElement).value);
}

async function sendPicture(page: Page, path: string): Promise<void> {
  const input = await page.waitForSelector("input[type=file]", { timeout: WAIT_MS });
  await (input as ElementHandle<HTMLInputElement>).uploadFile(path);
  await control(page, "button", "Send image").click();
}

/** Waits until the page shows so many pictures, decoded. */
async function showsPictures(page: Page, count: number): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll<HTMLImageElement>("[role=log] img")].filter((img) =>
        img.src.startsWith("blob:") && img.naturalWidth > 100
      ).length === wanted,
    { timeout: WAIT_MS },
    count,
  );
}

Deno.test({
  name: "Firefox: a room across two benches, public, paired, talked, unpaired",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using park = await startParkBenches([{ label: "north" }, { label: "south" }]);
    const [north, south] = park.benches as [ParkBench, ParkBench];
    const path = await Deno.makeTempFile({ suffix: ".png" });
    const browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: programPath(FIREFOX),
      headless: true,
    });
    try {
      const troubles: string[] = [];
      const newPage = async (): Promise<Page> => {
        // An own user context: an own sessionStorage, cookies and cache.
        const context = await browser.createBrowserContext();
        const page = await context.newPage();
        page.on("console", (message) => {
          if (message.type() === "error" || /content.security/i.test(message.text())) {
            troubles.push(message.text());
          }
        });
        page.on("pageerror", (error) => troubles.push(String(error)));
        return page;
      };
      const ana = await newPage();
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
      const ben = await newPage();
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
      assertEquals(troubles, []);
    } finally {
      await browser.close();
      await Deno.remove(path);
    }
  },
});
