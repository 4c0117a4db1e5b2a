// What hands and ears do with a room in a real browser: the keyboard, paste and drop, progress and cancel, the copy button, the
// sound, the narrowest phone.

import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { type BenchProcess, startBench } from "../support/bench_process.ts";
import { startChromium, type WatchedBrowser } from "../support/chromium.ts";
import { makeNoisePng } from "../support/image_samples.ts";

async function enter(page: Page, name: string): Promise<void> {
  await page.getByRole("textbox", { name: "Your name" }).fill(name);
  await page.getByRole("button", { name: "Join the room" }).click();
  await page.getByRole("textbox", { name: "Message" }).waitFor();
}

/** Ana, who made the room, and Ben, who came. */
async function twoPeople(
  bench: BenchProcess,
  watched: WatchedBrowser,
  options: Parameters<WatchedBrowser["newPerson"]>[0] = {},
): Promise<{ readonly ana: Page; readonly ben: Page }> {
  const { page: ana } = await watched.newPerson(options);
  await ana.goto(bench.url);
  await ana.getByRole("button", { name: "Create a room" }).click();
  await enter(ana, "Ana");
  const { page: ben } = await watched.newPerson(options);
  await ben.goto(ana.url());
  await enter(ben, "Ben");
  await ana.getByText("2 people here").waitFor();
  return { ana, ben };
}

const options = { sanitizeOps: false, sanitizeResources: false } as const;
const log = (page: Page) => page.getByRole("log", { name: "Messages" });

Deno.test({
  ...options,
  name:
    "everything but the mouse: make a room, say something, open the menu, come back to the button",
  fn: async () => {
    await using bench = await startBench();
    await using watched = await startChromium(bench.url);
    const { page } = await watched.newPerson();
    await page.goto(bench.url);
    const create = page.getByRole("button", { name: "Create a room" });
    await create.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("textbox", { name: "Your name" }).waitFor();
    // The name is offered, and the focus stands in it: Enter joins.
    assert((await page.getByRole("textbox", { name: "Your name" }).inputValue()).length > 3);
    await page.getByRole("textbox", { name: "Your name" }).press("Enter");
    const message = page.getByRole("textbox", { name: "Message" });
    await message.waitFor();
    await message.press("a");
    await message.press("Shift+Enter");
    await message.press("b");
    await message.press("Enter");
    await log(page).getByText("a\nb").waitFor();
    assertEquals(await message.inputValue(), "");
    const admin = page.getByRole("button", { name: "Admin" });
    await admin.focus();
    await page.keyboard.press("Enter");
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
    await page.getByRole("menuitem", { name: "Invite people" }).waitFor();
    assert((await focused()).startsWith("Invite people"));
    await page.keyboard.press("End");
    assert((await focused()).startsWith("Delete this bench"));
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    assert((await focused()).startsWith("Pair with another bench"));
    assertEquals(
      await page.getByRole("menuitem", { name: "Pair with another bench" }).getAttribute(
        "aria-disabled",
      ),
      "true",
    );
    await page.keyboard.press("Escape");
    assertEquals((await focused()).trim(), "Admin");
    assertEquals(watched.troubles, []);
  },
});

Deno.test({
  ...options,
  name:
    "pictures by paste and by drop, each with a preview; what is too big or no picture is refused in a sentence",
  fn: async () => {
    await using bench = await startBench({ env: { MAX_FILE_SIZE: "300000" } });
    await using watched = await startChromium(bench.url);
    const { ana, ben } = await twoPeople(bench, watched);
    for (const way of ["paste", "drop"] as const) {
      const bytes = [...makeNoisePng(20_000, way.length)];
      await ana.evaluate(([way, bytes]) => {
        const data = new DataTransfer();
        data.items.add(
          new File([new Uint8Array(bytes)], "secret-place.png", { type: "image/png" }),
        );
        const target = document.querySelector("textarea")!;
        if (way === "paste") {
          target.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
          );
        } else {
          for (const kind of ["dragenter", "dragover", "drop"]) {
            target.dispatchEvent(
              new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }),
            );
          }
        }
      }, [way, bytes] as const);
      const dialog = ana.getByRole("dialog");
      await dialog.getByRole("img").waitFor();
      await dialog.getByRole("button", { name: "Send image" }).click();
      await log(ben).getByRole("img", { name: /picture from Ana/i }).nth(way === "paste" ? 0 : 1)
        .waitFor();
    }
    assertEquals(await ben.getByText("secret-place").count(), 0);
    const input = ana.locator("input[type=file]");
    await input.setInputFiles({
      name: "a.png",
      mimeType: "image/png",
      buffer: Buffer.from(makeNoisePng(400_000, 1)),
    });
    await ana.getByText(/293 KiB/).first().waitFor();
    assertEquals(await ana.getByRole("button", { name: "Send image" }).count(), 0);
    await input.setInputFiles({
      name: "a.png",
      mimeType: "image/png",
      buffer: Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
      ),
    });
    await ana.getByText(/not a (jpeg|picture)|no picture|jpeg, png/i).first().waitFor();
    assertEquals(watched.troubles, []);
  },
});

Deno.test({
  ...options,
  name:
    "a picture under way shows progress on both sides, and the sender's cancel ends it for both",
  fn: async () => {
    await using bench = await startBench();
    await using watched = await startChromium(bench.url);
    const { ana, ben } = await twoPeople(bench, watched);
    // A receiver's view of a picture that comes slowly: Ana's line is slowed to 4 Mbit/s.
    const cdp = await ana.context().newCDPSession(ana);
    await cdp.send("Network.enable");
    await cdp.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 20,
      downloadThroughput: 500_000,
      uploadThroughput: 500_000,
    });
    await ana.locator("input[type=file]").setInputFiles({
      name: "a.png",
      mimeType: "image/png",
      buffer: Buffer.from(makeNoisePng(9_500_000, 2)),
    });
    await ana.getByRole("dialog").getByRole("button", { name: "Send image" }).click();
    await log(ben).getByRole("progressbar").waitFor();
    await log(ana).getByRole("progressbar").waitFor();
    assertEquals(await log(ben).getByRole("button", { name: /cancel|stop/i }).count(), 1);
    await log(ana).getByRole("button", { name: /cancel|stop/i }).click();
    await log(ben).getByRole("progressbar").waitFor({ state: "detached" });
    assertEquals(await log(ben).getByRole("img", { name: /picture from/i }).count(), 0);
    await log(ben).getByText(/cancelled|stopped/i).first().waitFor();
    assertEquals(watched.troubles, []);
  },
});

Deno.test({
  ...options,
  name: "the copy button copies the link, and where that is refused it does not say that it did",
  fn: async () => {
    await using bench = await startBench();
    await using watched = await startChromium(bench.url);
    const { ana } = await twoPeople(bench, watched);
    await ana.context().grantPermissions(["clipboard-write"], {
      origin: bench.url,
    });
    await ana.getByRole("button", { name: "Admin" }).click();
    await ana.getByRole("menuitem", { name: "Invite people" }).click();
    const link = await ana.getByRole("textbox", { name: "Invite link" }).inputValue();
    await ana.getByRole("button", { name: "Copy", exact: true }).click();
    await ana.getByRole("dialog").getByText(/copied/i).first().waitFor();
    await ana.keyboard.press("Escape");
    // The page may not read the clipboard, by its own policy; a person who pastes may.
    await ana.getByRole("textbox", { name: "Message" }).focus();
    await ana.keyboard.press("Control+V");
    assertEquals(await ana.getByRole("textbox", { name: "Message" }).inputValue(), link);
    await ana.evaluate(() => {
      Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true });
      document.execCommand = () => false;
    });
    await ana.getByRole("button", { name: "Admin" }).click();
    await ana.getByRole("menuitem", { name: "Invite people" }).click();
    await ana.getByRole("button", { name: "Copy", exact: true }).click();
    await ana.getByRole("dialog").getByText(/copy it yourself|select/i).first().waitFor();
    assertEquals(await ana.getByRole("dialog").getByText(/^copied/i).count(), 0);
  },
});

Deno.test({
  ...options,
  name:
    "a sound only while the tab is hidden, and none with the switch off; the title counts what was missed",
  fn: async () => {
    await using bench = await startBench();
    await using watched = await startChromium(bench.url);
    const { ana, ben } = await twoPeople(bench, watched);
    await ben.evaluate(() => {
      const state = { notes: 0, hidden: false };
      Object.assign(globalThis, { heard: state });
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (when?: number) {
        state.notes++;
        return start.call(this, when);
      };
      Object.defineProperty(document, "hidden", { get: () => state.hidden });
      Object.defineProperty(document, "visibilityState", {
        get: () => state.hidden ? "hidden" : "visible",
      });
    });
    const setHidden = (hidden: boolean) =>
      ben.evaluate((hidden) => {
        (globalThis as unknown as { heard: { hidden: boolean } }).heard.hidden = hidden;
        document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);
    const notes = () =>
      ben.evaluate(() => (globalThis as unknown as { heard: { notes: number } }).heard.notes);
    const say = async (text: string) => {
      await ana.getByRole("textbox", { name: "Message" }).fill(text);
      await ana.keyboard.press("Enter");
      await log(ben).getByText(text).waitFor();
      // The sound follows the line; a second is far more than it needs.
      await ben.waitForTimeout(1_000);
    };
    await say("while you look");
    assertEquals(await notes(), 0);
    await setHidden(true);
    await say("while you are away");
    assertEquals(await notes(), 2);
    assert((await ben.title()).startsWith("(1) "));
    assert(!(await ben.title()).includes("away"));
    await ben.getByRole("switch", { name: "Sound" }).click();
    await say("with the sound off");
    assertEquals(await notes(), 2);
    assert((await ben.title()).startsWith("(2) "));
    await setHidden(false);
    assert(!(await ben.title()).startsWith("("));
  },
});

Deno.test({
  ...options,
  name: "320 pixels: nothing is wider than the phone, and what is to be tapped is large enough",
  fn: async () => {
    await using bench = await startBench();
    await using watched = await startChromium(bench.url);
    const { page } = await watched.newPerson({
      viewport: { width: 320, height: 560 },
      hasTouch: true,
      isMobile: true,
    });
    const fits = async (where: string) => {
      const [wide, small] = await page.evaluate(() => {
        const small = [...document.querySelectorAll("button, textarea, input:not([type=file])")]
          .filter((one) => {
            const { width, height } = one.getBoundingClientRect();
            return width > 0 && (width < 40 || height < 40);
          });
        return [
          document.documentElement.scrollWidth,
          small.map((one) => one.outerHTML.slice(0, 80)),
        ] as const;
      });
      assert(wide <= 320, `${where} is ${wide} wide`);
      assertEquals(small, [], where);
    };
    await page.goto(bench.url);
    await fits("start");
    await page.getByRole("button", { name: "Create a room" }).click();
    await page.getByRole("textbox", { name: "Your name" }).waitFor();
    await fits("enter");
    await enter(page, "W".repeat(32));
    await page.getByRole("textbox", { name: "Message" }).fill(
      `${"long".repeat(60)} https://example.org/${"x".repeat(120)}`,
    );
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await log(page).getByRole("link").waitFor();
    await fits("room");
    await page.getByRole("button", { name: "Admin" }).click();
    await fits("menu");
    await page.getByRole("menuitem", { name: "Invite people" }).click();
    await page.getByRole("dialog").locator("svg path").first().waitFor();
    await fits("invite");
    const size = await page.getByRole("textbox", { name: "Message" }).evaluate((box) =>
      getComputedStyle(box).fontSize
    );
    assert(parseFloat(size) >= 16, "a phone would zoom in");
  },
});
