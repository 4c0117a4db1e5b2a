// What people do on the pages of a park, in Playwright: by role and accessible name, as a screen reader finds things. Every wait
// has a bound that a busy machine keeps.

import type { Locator, Page } from "playwright-core";

const SLOW_MS = 60_000;

export const button = (within: Page | Locator, name: string) =>
  within.getByRole("button", { name, exact: true });

export const textbox = (within: Page | Locator, name: string) =>
  within.getByRole("textbox", { name, exact: true });

export const log = (page: Page) => page.getByRole("log", { name: "Messages" });

/** The bar over a public room. */
export const bar = (page: Page) => page.getByRole("region", { name: "Benches of this room" });

/** A bench in the bar; a full id names one and no other. */
export const seat = (page: Page, id: string) =>
  bar(page).locator("li").filter({ has: page.getByTitle(id).first() });

export async function enter(page: Page, name: string): Promise<void> {
  await textbox(page, "Your name").fill(name);
  await button(page, "Join the room").click();
  await textbox(page, "Message").waitFor({ timeout: SLOW_MS });
}

/** Creates a room on the bench at `url`; resolves to the link for members. */
export async function createRoom(page: Page, url: string, name: string): Promise<string> {
  await page.goto(url);
  await button(page, "Create a room").click();
  await enter(page, name);
  await page.getByText("1 person here").waitFor();
  return page.url();
}

export async function say(page: Page, text: string): Promise<void> {
  await textbox(page, "Message").fill(text);
  await button(page, "Send").click();
}

export async function sees(page: Page, text: string | RegExp): Promise<void> {
  await log(page).getByText(text).first().waitFor({ timeout: SLOW_MS });
}

/** How many the header says are here. */
export async function counts(page: Page, people: number): Promise<void> {
  const words = people === 1 ? "1 person here" : `${people} people here`;
  await page.getByText(words, { exact: true }).waitFor({ timeout: SLOW_MS });
}

/** Every text in the log, oldest first. */
export async function said(page: Page): Promise<string[]> {
  return await log(page).locator(".said-text").allInnerTexts();
}

/** The item of the admin's menu, which stays open. */
export async function adminItem(page: Page, name: string): Promise<Locator> {
  await button(page, "Admin").click();
  return page.getByRole("menuitem", { name, exact: true });
}

/** What the admin's menu says of an item that cannot be used; `null` of one that can. */
export async function whyDisabled(page: Page, name: string): Promise<string | null> {
  const item = await adminItem(page, name);
  await item.waitFor();
  const isDisabled = await item.getAttribute("aria-disabled") === "true";
  const about = await item.getAttribute("aria-describedby");
  const words = await page.locator(`[id="${about}"]`).innerText();
  await page.keyboard.press("Escape");
  return isDisabled ? words : null;
}

export async function makePublic(page: Page): Promise<void> {
  await (await adminItem(page, "Make room public")).click();
  const dialog = page.getByRole("alertdialog");
  await button(dialog, "Make public").click();
  await dialog.waitFor({ state: "detached", timeout: SLOW_MS });
  await bar(page).waitFor();
}

/** The admin's dialog; opens it where it is not open. */
export async function pairDialog(page: Page): Promise<Locator> {
  const dialog = page.getByRole("dialog", { name: "Pair with another bench" });
  if (!await dialog.isVisible()) await (await adminItem(page, "Pair with another bench")).click();
  await dialog.waitFor();
  return dialog;
}

/** Types an id, presses once, and waits for the link that this makes. */
export async function makePairingLink(page: Page, benchId: string): Promise<string> {
  const dialog = await pairDialog(page);
  const field = textbox(dialog, "Pairing link");
  const before = await field.isVisible() ? await field.inputValue() : "";
  await textbox(dialog, "Bench ID").fill(benchId);
  await button(dialog, "Create pairing link").click();
  await field.waitFor({ timeout: SLOW_MS });
  const endMs = performance.now() + SLOW_MS;
  while (await field.inputValue() === before && performance.now() < endMs) {
    await page.waitForTimeout(50);
  }
  return await field.inputValue();
}

export async function closeDialog(page: Page): Promise<void> {
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

/** Opens a pairing link and taps; `wanted` has to stand in the outcome. */
export async function acceptPairing(
  page: Page,
  link: string,
  wanted: string | RegExp,
): Promise<void> {
  await page.goto(link);
  await pressAccept(page, wanted);
}

/** The tap alone, on a page that is open. */
export async function pressAccept(page: Page, wanted: string | RegExp): Promise<void> {
  try {
    await button(page, "Accept pairing").click();
  } catch (cause) {
    const words = await page.locator("body").innerText();
    throw new Error(`no way to accept; the page says:\n${words}`, { cause });
  }
  await outcome(page, wanted);
}

/** Waits until the page's status says so. */
export async function outcome(page: Page, wanted: string | RegExp): Promise<void> {
  await page.getByRole("status").filter({ hasText: wanted }).waitFor({ timeout: SLOW_MS });
}

/** Waits until the admin's dialog says so of its newest link. */
export async function offerSays(page: Page, wanted: string | RegExp): Promise<void> {
  await (await pairDialog(page)).getByRole("status").filter({ hasText: wanted })
    .waitFor({ timeout: SLOW_MS });
}

/** From a public room to a link that is up: resolves to the room's link on the other bench. */
export async function pairRoom(
  admin: Page,
  other: Page,
  { id, label }: { readonly id: string; readonly label: string },
): Promise<string> {
  const link = await makePairingLink(admin, id);
  await acceptPairing(other, link, /^Paired with /);
  await offerSays(admin, `Paired with ${label}`);
  const there = textbox(await pairDialog(admin), "Room link on the other bench");
  const roomLink = await there.inputValue();
  await closeDialog(admin);
  return roomLink;
}
