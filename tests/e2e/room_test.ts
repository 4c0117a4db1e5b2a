// Three people in real Chromium, from "Create a room" to "deleted", with everything recorded on its way to the bench; and
// afterwards the search: nothing of what they said, showed or are called may be in it, in any spelling.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { deriveRoomKeys, parseToken, stripImage } from "../../lib/crypto/mod.ts";
import { encodeBase64url, idBytes, parseBase64url, toHex, utf8 } from "../../lib/wire/mod.ts";
import { startBenchHere } from "../support/bench_here.ts";
import { startChromium } from "../support/chromium.ts";
import { makeNoisePng } from "../support/image_samples.ts";
import { findSpelling } from "../support/spellings.ts";

const HOSTILE_NAME = `<img src=x onerror="document.title='broken'">`;
// What is left of it: a name has 32 characters.
const HOSTILE_SHOWN = HOSTILE_NAME.slice(0, 32);

async function enter(page: Page, name: string): Promise<void> {
  await page.getByRole("textbox", { name: "Your name" }).fill(name);
  await page.getByRole("button", { name: "Join the room" }).click();
  await page.getByRole("textbox", { name: "Message" }).waitFor();
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

const log = (page: Page) => page.getByRole("log", { name: "Messages" });

async function sees(page: Page, text: string | RegExp): Promise<void> {
  await log(page).getByText(text).first().waitFor();
}

Deno.test({
  name: "three people talk, share a picture and end; the bench saw none of it",
  // Chromium's own connections outlive a step; the bench's are checked below by its own counts.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async (t) => {
    await using here = await startBenchHere();
    await using watched = await startChromium(here.url);
    const [ana, ben, cem] = [
      await watched.newPerson(),
      await watched.newPerson(),
      await watched.newPerson({ viewport: { width: 390, height: 844 } }),
    ];
    let link = "";
    let adminSeed = "";
    const picture = makeNoisePng(Math.floor(9.9 * 1024 * 1024), 7);

    await t.step(
      "Ana creates a room in her browser alone; the admin's part never shows",
      async () => {
        await ana.page.goto(here.url);
        await ana.page.getByRole("button", { name: "Create a room" }).click();
        await ana.page.getByRole("textbox", { name: "Your name" }).waitFor();
        assert(
          !here.recorded.some(({ kind }) => kind === "up"),
          "something connected before the Join tap",
        );
        assertEquals(new URL(ana.page.url()).hash.length, 65);
        adminSeed = await ana.page.evaluate(() => sessionStorage.getItem("benchtalks.admin") ?? "");
        assertEquals(adminSeed.length, 43);
        await enter(ana.page, "Ana Überall");
        assertEquals(new URL(ana.page.url()).hash.length, 65);
        await ana.page.getByText("1 person here").waitFor();
      },
    );

    await t.step("the invite dialog gives the member link and a QR code", async () => {
      await ana.page.getByRole("button", { name: "Admin" }).click();
      await ana.page.getByRole("menuitem", { name: "Invite people" }).click();
      link = await ana.page.getByRole("textbox", { name: "Invite link" }).inputValue();
      assertEquals(link, ana.page.url());
      assert(!link.includes(adminSeed));
      await ana.page.getByRole("dialog").locator("svg path").first().waitFor();
      await ana.page.keyboard.press("Escape");
    });

    await t.step(
      "Ben opens the link, Cem pastes it; his address bar and history stay empty of it",
      async () => {
        await ben.page.goto(link);
        await enter(ben.page, HOSTILE_NAME);
        await cem.page.goto(here.url);
        await cem.page.getByRole("textbox", { name: "Room link or code" }).fill(link);
        await cem.page.getByRole("button", { name: "Join", exact: true }).click();
        await enter(cem.page, "Cem");
        assertEquals(new URL(cem.page.url()).hash, "");
        for (const { page } of [ana, ben, cem]) await page.getByText("3 people here").waitFor();
        await sees(ana.page, `${HOSTILE_SHOWN} joined`);
        assertEquals(await ana.page.locator("img[src='x']").count(), 0);
      },
    );

    await t.step("they talk: several lines, links, hostile text as text", async () => {
      await say(ana.page, "first line\nsecond line");
      await sees(ben.page, "second line");
      await say(ben.page, "see https://example.org/a?b=1. and javascript:alert(1) <b>bold</b>");
      await sees(cem.page, "javascript:alert(1)");
      const links = log(cem.page).getByRole("link");
      assertEquals(await links.count(), 1);
      assertEquals(await links.first().getAttribute("href"), "https://example.org/a?b=1");
      assertEquals(await log(cem.page).locator("b").count(), 0);
      await say(cem.page, "merhaba 👋");
      await sees(ana.page, "merhaba 👋");
    });

    await t.step("a picture of 9.9 MiB arrives byte for byte as stripped", async () => {
      await ana.page.locator("input[type=file]").setInputFiles({
        name: "holiday at home.png",
        mimeType: "image/png",
        buffer: Buffer.from(picture),
      });
      await ana.page.getByRole("dialog").getByRole("button", { name: "Send image" }).click();
      const stripped = stripImage(picture);
      assert(stripped.ok);
      for (const { page } of [ben, cem]) {
        const shown = log(page).getByRole("img", { name: /picture from Ana Überall/i });
        await shown.waitFor({ timeout: 60_000 });
        const wide = await shown.evaluate((img) =>
          (img as HTMLImageElement).decode().then(() => (img as HTMLImageElement).naturalWidth)
        );
        assertEquals(wide, stripped.ok ? stripped.width : 0);
      }
      const waiting = ben.page.waitForEvent("download");
      await log(ben.page).getByRole("link", { name: /download/i }).or(
        log(ben.page).getByRole("button", { name: /download/i }),
      ).first().click();
      const download = await waiting;
      assertStringIncludes(download.suggestedFilename(), ".png");
      assert(!download.suggestedFilename().includes("holiday"));
      const arrived = await Deno.readFile(await download.path());
      assertEquals(arrived.length, stripped.ok ? stripped.bytes.length : 0);
      assert(
        stripped.ok && arrived.every((byte, i) => byte === stripped.bytes[i]),
        "the bytes differ",
      );
    });

    await t.step("Dan comes later and sees nothing from before", async () => {
      const dan = await watched.newPerson();
      await dan.page.goto(link);
      await enter(dan.page, "Dan");
      await dan.page.getByText("4 people here").waitFor();
      await sees(ana.page, "Dan joined");
      assertEquals(await log(dan.page).getByText("second line").count(), 0);
      assertEquals(await log(dan.page).getByRole("img").count(), 0);
      await dan.page.getByRole("button", { name: "Leave" }).click();
      await dan.page.getByText("You left").waitFor();
      assertEquals(new URL(dan.page.url()).hash, "");
      await sees(ana.page, "Dan left");
      await ana.page.getByText("3 people here").waitFor();
      await dan.context.close();
    });

    await t.step("a reload comes back under the same name, as a newcomer", async () => {
      await cem.page.reload();
      assertEquals(await cem.page.getByRole("textbox", { name: "Your name" }).inputValue(), "Cem");
      await cem.page.getByRole("button", { name: "Join the room" }).click();
      await cem.page.getByText("3 people here").waitFor();
      await sees(ana.page, "Cem left");
      assertEquals(await log(cem.page).getByText("second line").count(), 0);
      await say(cem.page, "back again");
      await sees(ben.page, "back again");
    });

    const parsed = parseToken(new URL(link).hash.slice(1));
    if (parsed.tag !== "room") throw new TypeError("the link did not parse");
    const keys = deriveRoomKeys(parsed.secret);

    await t.step("Ana deletes the room for all, and the bench has forgotten it", async () => {
      assertEquals(here.bench.counts().rooms, 1);
      await ana.page.getByRole("button", { name: "Admin" }).click();
      await ana.page.getByRole("menuitem", { name: "Delete this bench" }).click();
      await ana.page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
      for (const { page } of [ana, ben, cem]) {
        await page.getByText(/admin deleted this room/i).first().waitFor();
      }
      assertEquals(here.bench.counts().rooms, 0);
      await ben.page.goto(link);
      await ben.page.getByRole("textbox", { name: "Your name" }).fill("Ben");
      await ben.page.getByRole("button", { name: "Join the room" }).click();
      await ben.page.getByText("This bench says the room was deleted or moved.").waitFor();
    });

    await t.step("what the bench saw: no key, seed, name, text or pixel, in any spelling", () => {
      const secrets: [string, Uint8Array][] = [
        ["the room key", parsed.secret.key],
        ["the admin seed", parseBase64url(adminSeed, 32)!],
        ["the message key", keys.messageKey],
        ["the link's token", utf8(new URL(link).hash.slice(1))],
        ["a name", utf8("Ana Überall")],
        ["a hostile name", utf8("onerror=")],
        ["a text", utf8("second line")],
        ["another text", utf8("merhaba 👋")],
        ["a link in a text", utf8("example.org/a?b=1")],
        ["the file's name", utf8("holiday at home")],
      ];
      const stripped = stripImage(picture);
      if (!stripped.ok) throw new TypeError("the picture did not strip");
      for (const at of [2_000, 1_000_000, 5_000_000, stripped.bytes.length - 100]) {
        secrets.push([`pixels at ${at}`, stripped.bytes.slice(at, at + 24)]);
      }
      const up = here.recorded.filter(({ kind }) => kind === "up");
      assert(up.length > 60, "the record is suspiciously short");
      assert(up.reduce((sum, { bytes }) => sum + bytes.length, 0) > 9.9 * 1024 * 1024);
      // What the bench hands down in large boxes came up in the very same boxes.
      const looked = here.recorded.filter(({ kind, bytes }) =>
        kind !== "down" || bytes.length < 100_000
      );
      for (const [what, secret] of secrets) {
        for (const { kind, bytes } of looked) {
          const spelling = findSpelling(bytes, secret);
          assertEquals(spelling, null, `${what} is in a ${kind} as ${spelling}`);
        }
      }
      // A control: the search finds what is there.
      assert(up.some(({ bytes }) => findSpelling(bytes, idBytes(keys.roomId)) === "base64url"));
      const requests = here.recorded.filter(({ kind }) => kind === "request");
      const urls = requests.map(({ bytes }) => new TextDecoder().decode(bytes).split("\n")[0]!);
      assert(urls.some((line) => line === "GET /room"));
      for (
        const spelling of [encodeBase64url(idBytes(keys.roomId)), toHex(idBytes(keys.roomId)), "#"]
      ) {
        for (const line of urls) assert(!line.includes(spelling), `${spelling} in ${line}`);
      }
      assertEquals(
        requests.filter(({ bytes }) => findSpelling(bytes, idBytes(keys.roomId)) !== null),
        [],
      );
    });

    await t.step("after the last leave the registry is empty", async () => {
      for (const { context } of [ana, ben, cem]) await context.close();
      for (let tries = 0; here.bench.counts().sockets > 0 && tries < 200; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      // An address is remembered under its keyed hash until the key goes [M12].
      const { addresses: _, ...counts } = here.bench.counts();
      assertEquals(counts, {
        rooms: 0,
        members: 0,
        sockets: 0,
        unjoined: 0,
        tombstones: 1,
        heldBytes: 0,
      });
    });

    await t.step("not one CSP violation, page error or request to another host", () => {
      // The browser's own line for a socket that the bench closed is none of these.
      assertEquals(watched.troubles, []);
    });
  },
});
