// The same short path in Firefox, driven over WebDriver BiDi: create, invite, talk, a picture, delete.

import { assertEquals } from "@std/assert";
import puppeteer, { type Page } from "puppeteer-core";
import { startBenchHere } from "../support/bench_here.ts";
import { FIREFOX, programPath } from "../support/debian_program.ts";
import { makeNoisePng } from "../support/image_samples.ts";

const WAIT_MS = 30_000;

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
  await waitForText(page, "here");
}

async function say(page: Page, text: string): Promise<void> {
  await control(page, "textbox", "Message").fill(text);
  await control(page, "button", "Send").click();
}

Deno.test({
  name: "Firefox: create, invite, talk, a picture, delete",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using here = await startBenchHere();
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
      await ana.goto(here.url);
      await control(ana, "button", "Create a room").click();
      await enter(ana, "Ana");
      await waitForText(ana, "1 person here");
      const ben = await newPage();
      await ben.goto(ana.url());
      await enter(ben, "Ben");
      await waitForText(ana, "2 people here");
      await waitForText(ana, "Ben joined");

      await say(ana, "hello from a fox");
      await waitForText(ben, "hello from a fox");
      await say(ben, "heard");
      await waitForText(ana, "heard");

      const file = await Deno.makeTempFile({ suffix: ".png" });
      await Deno.writeFile(file, makeNoisePng(600_000, 11));
      const input = await ana.waitForSelector("input[type=file]", { timeout: WAIT_MS });
      await (input as Awaited<ReturnType<typeof ana.waitForSelector>> & {
        uploadFile(path: string): Promise<void>;
      })
        .uploadFile(file);
      await control(ana, "button", "Send image").click();
      await ben.waitForFunction(
        () =>
          [...document.querySelectorAll("img")].some((img) =>
            img.src.startsWith("blob:") && img.naturalWidth > 100
          ),
        { timeout: WAIT_MS },
      );
      await Deno.remove(file);

      await control(ana, "button", "Admin").click();
      await control(ana, "menuitem", "Delete this bench").click();
      await control(ana, "button", "Delete").click();
      await waitForText(ben, "The admin deleted this room");
      assertEquals(here.bench.counts().rooms, 0);
      assertEquals(troubles, []);
    } finally {
      await browser.close();
    }
  },
});
