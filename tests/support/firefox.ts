// Firefox for a test, driven over WebDriver BiDi: by role and accessible name, as a screen reader finds things. Every wait has a bound
// that a busy machine keeps.

import puppeteer, { type Browser, type ElementHandle, type Page } from "puppeteer-core";
import { FIREFOX, programPath } from "./debian_program.ts";

const WAIT_MS = 60_000;

/** A running Firefox and what its pages complained of. */
export interface WatchedFirefox extends AsyncDisposable {
  /** Errors in the console, breaches of the content policy, and what a page threw. */
  readonly troubles: readonly string[];
  /** A page of another person: an own sessionStorage, cookies and cache. */
  newPage(): Promise<Page>;
}

/** Starts a headless Firefox with an empty profile; ends with its scope. */
export async function startFirefox(): Promise<WatchedFirefox> {
  const browser: Browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: programPath(FIREFOX),
    headless: true,
  });
  const troubles: string[] = [];
  return {
    troubles,
    async newPage() {
      const page = await (await browser.createBrowserContext()).newPage();
      page.on("console", (message) => {
        if (message.type() === "error" || /content.security/i.test(message.text())) {
          troubles.push(message.text());
        }
      });
      page.on("pageerror", (error) => troubles.push(String(error)));
      return page;
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

export const control = (page: Page, role: string, name: string) =>
  page.locator(`::-p-aria([role="${role}"][name="${name}"])`).setTimeout(WAIT_MS);

export async function waitForText(page: Page, text: string): Promise<void> {
  await page.waitForFunction((wanted) => document.body.innerText.includes(wanted), {
    timeout: WAIT_MS,
  }, text);
}

export async function enter(page: Page, name: string): Promise<void> {
  await control(page, "textbox", "Your name").fill(name);
  await control(page, "button", "Join the room").click();
  await control(page, "textbox", "Message").wait();
}

export async function say(page: Page, text: string): Promise<void> {
  await control(page, "textbox", "Message").fill(text);
  await control(page, "button", "Send").click();
}

/** Presses an item of the admin's menu. */
export async function choose(page: Page, item: string): Promise<void> {
  await control(page, "button", "Admin").click();
  await control(page, "menuitem", item).click();
}

export async function valueOf(page: Page, name: string): Promise<string> {
  const field = await control(page, "textbox", name).waitHandle() as ElementHandle<Element>;
  return await field.evaluate((element) => (element as HTMLInputElement).value);
}

export async function sendPicture(page: Page, path: string): Promise<void> {
  const input = await page.waitForSelector("input[type=file]", { timeout: WAIT_MS });
  await (input as ElementHandle<HTMLInputElement>).uploadFile(path);
  await control(page, "button", "Send image").click();
}

/** Waits until the page shows so many pictures, decoded. */
export async function showsPictures(page: Page, count: number): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll<HTMLImageElement>("[role=log] img")].filter((img) =>
        img.src.startsWith("blob:") && img.naturalWidth > 100
      ).length === wanted,
    { timeout: WAIT_MS },
    count,
  );
}
