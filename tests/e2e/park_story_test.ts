// A room across two benches, as people see it in real Chromium: from the Bench ID on /bench to "deleted" on both sides. A
// third bench is where a link goes astray. Rules: lib/park/PAIRING.md.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { Page, Request } from "playwright-core";
import { parsePairingLink, stripImage } from "../../lib/crypto/mod.ts";
import { utf8 } from "../../lib/wire/mod.ts";
import { startChromium } from "../support/chromium.ts";
import { makeNoisePng } from "../support/image_samples.ts";
import { type ParkBench, startParkBenches } from "../support/park_benches.ts";
import {
  acceptPairing,
  adminItem,
  bar,
  button,
  closeDialog,
  counts,
  createRoom,
  enter,
  log,
  makePairingLink,
  makePublic,
  offerSays,
  outcome,
  pairDialog,
  pressAccept,
  said,
  say,
  seat,
  sees,
  textbox,
  whyDisabled,
} from "../support/park_pages.ts";
import { findSpelling } from "../support/spellings.ts";

const PICTURE_BYTES = Math.floor(9.9 * 1024 * 1024);
const PICTURE_WITHIN_MS = 90_000;

/** Everything that a page sends: requests with their headers and bodies, and frames of sockets. */
interface Sent {
  readonly sockets: string[];
  readonly frames: Uint8Array[];
  requests(): Promise<readonly Uint8Array[]>;
}

function record(page: Page): Sent {
  const requests: Request[] = [];
  const sockets: string[] = [];
  const frames: Uint8Array[] = [];
  page.on("request", (request) => requests.push(request));
  page.on("websocket", (socket) => {
    sockets.push(socket.url());
    socket.on("framesent", ({ payload }) => {
      frames.push(typeof payload === "string" ? utf8(payload) : new Uint8Array(payload));
    });
  });
  return {
    sockets,
    frames,
    requests: () =>
      Promise.all(requests.map(async (request) => {
        const headers = await request.allHeaders();
        return utf8(`${request.url()}\n${JSON.stringify(headers)}\n${request.postData() ?? ""}`);
      })),
  };
}

async function sendPicture(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  await page.locator("input[type=file]").setInputFiles({
    name,
    mimeType: "image/png",
    buffer: Buffer.from(bytes),
  });
  await button(page.getByRole("dialog"), "Send image").click();
}

/** Notes every percentage that the page shows of a picture on its way here. */
async function watchProgress(page: Page): Promise<() => Promise<number[]>> {
  await page.evaluate(() => {
    const seen: number[] = [];
    Object.assign(globalThis, { seenPercents: seen });
    new MutationObserver(() => {
      for (const element of document.querySelectorAll(".picture-far")) {
        const percent = Number(/^Coming, (\d+) %$/.exec(element.textContent ?? "")?.[1] ?? -1);
        if (percent >= 0 && percent !== seen.at(-1)) seen.push(percent);
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  return () =>
    page.evaluate(() => (globalThis as unknown as { seenPercents: number[] }).seenPercents);
}

/** SHA-256 of the newest picture of somebody's, as the page saves it. */
async function hashOfPicture(page: Page, from: string): Promise<string> {
  const shown = log(page).getByRole("img", { name: new RegExp(`^Picture from ${from},`) }).last();
  try {
    await shown.waitFor({ timeout: PICTURE_WITHIN_MS });
  } catch (cause) {
    const words = (await log(page).innerText()).slice(-600);
    throw new Error(`no picture from ${from}; the log ends with:\n${words}`, { cause });
  }
  const [saved] = await Promise.all([
    page.waitForEvent("download"),
    shown.locator("xpath=ancestor::div[@class='picture']").getByRole("link", { name: "Download" })
      .click(),
  ]);
  return createHash("sha256").update(await Deno.readFile(await saved.path())).digest("hex");
}

Deno.test({
  name: "the story of a room across two benches, from the Bench ID to the end",
  // Chromium's own connections outlive a step.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async (t) => {
    await using park = await startParkBenches([
      { label: "north" },
      { label: "south" },
      { label: "east" },
    ]);
    const [north, south, east] = park.benches as [ParkBench, ParkBench, ParkBench];
    await using watched = await startChromium(park.origins);
    const newPage = async () => (await watched.newPerson()).page;
    const [ana, cem, ben, dora, keeper] = [
      await newPage(),
      await newPage(),
      await newPage(),
      await newPage(),
      await newPage(),
    ];
    let linkOnNorth = "";
    let linkOnSouth = "";
    let pairingLink = "";

    await t.step("[B3] /bench shows the whole Bench ID, and its button copies it", async () => {
      const { context, page } = await watched.newPerson();
      await context.grantPermissions(["clipboard-write"], { origin: south.url });
      await page.goto(`${south.url}/bench`);
      const shown = await textbox(page, "Bench ID").inputValue();
      assertMatch(shown, /^south~[a-z2-7]{26}$/);
      assertEquals(shown, south.id);
      await page.getByText("It has joined a park.").waitFor();
      await page.getByText("The id changes when this bench restarts").waitFor();
      await button(page, "Copy Bench ID").click();
      await page.getByText("Copied.").waitFor();
      await page.goto(`${south.url}/pair`);
      await textbox(page, "Pairing link or code").focus();
      await page.keyboard.press("Control+V");
      assertEquals(await textbox(page, "Pairing link or code").inputValue(), shown);
      await context.close();
    });

    await t.step("a private room has no bar, and cannot be paired", async () => {
      linkOnNorth = await createRoom(ana, north.url, "Ana");
      await cem.goto(linkOnNorth);
      await enter(cem, "Cem");
      await counts(ana, 2);
      assertEquals(await bar(ana).count(), 0);
      assertEquals(
        await whyDisabled(ana, "Pair with another bench"),
        "Make the room public first.",
      );
      assertEquals(await cem.getByRole("button", { name: "Admin" }).count(), 0);
    });

    await t.step("making it public says what that means; everybody is told", async () => {
      await (await adminItem(ana, "Make room public")).click();
      const dialog = ana.getByRole("alertdialog", { name: "Make this room public?" });
      const words = await dialog.innerText();
      for (
        const part of [
          "only those that you pair it with, one by one",
          "There is no way back.",
          "the room's number, how many sit there, and when a message passes",
          "what is said, names, pictures, or who you are",
          "NATS, in between, sees still less",
        ]
      ) assertStringIncludes(words, part);
      // One way: the harmless answer has the focus, and leaves everything as it was.
      assert(await button(dialog, "Cancel").evaluate((it) => it === document.activeElement));
      await ana.keyboard.press("Enter");
      await dialog.waitFor({ state: "detached" });
      assertEquals(await bar(ana).count(), 0);
      await makePublic(ana);
      for (const page of [ana, cem]) {
        await sees(page, "This room was made public by the admin, for good");
        await page.getByText("Public", { exact: true }).waitFor();
        await bar(page).getByText("This room is public. It is paired with no bench yet.").waitFor();
      }
      assertEquals(
        await whyDisabled(ana, "Make room public"),
        "It is public already; there is no way back.",
      );
    });

    await t.step(
      "[T1] the dialog makes a link for one bench, and says how to hand it on",
      async () => {
        const dialog = await pairDialog(ana);
        for (
          const [typed, word] of [
            ["a b", "This is no Bench ID."],
            [south.id.slice(0, -1), "This is no Bench ID."],
            [north.id, "This is the Bench ID of this very bench."],
          ] as const
        ) {
          await textbox(dialog, "Bench ID").fill(typed);
          await button(dialog, "Create pairing link").click();
          await dialog.getByRole("status").filter({ hasText: word }).waitFor();
        }
        pairingLink = await makePairingLink(ana, south.id);
        assert(pairingLink.startsWith(`${south.url}/pair#`));
        const words = await dialog.innerText();
        for (
          const part of [
            "not through BenchTalks itself",
            "It works at that bench alone.",
            "The room's key is not in it.",
            `~${south.id.split("~")[1]}`,
            `at ${new URL(south.url).host}`,
            "Waiting for south to accept.",
          ]
        ) assertStringIncludes(words, part);
        const left = dialog.getByRole("timer");
        const first = await left.innerText();
        assertMatch(first, /^(5:00|4:[0-5]\d)$/);
        await left.filter({ hasNotText: first }).waitFor();
        assertMatch(await left.innerText(), /^4:[0-5]\d$/);
        await closeDialog(ana);
        await bar(ana).getByText("Waiting for south to accept.").waitFor();
        assertEquals(await bar(cem).getByText("Waiting for south").count(), 0);
      },
    );

    await t.step(
      "[T10] opened at a third bench: wrong bench, nothing burned, and the admin is told",
      async () => {
        const stray = await newPage();
        await acceptPairing(stray, pairingLink.replace(south.url, east.url), "wrong bench");
        await stray.getByRole("heading", { name: "This link does not work here" }).waitFor();
        await bar(ana).getByText("was opened at the wrong bench").waitFor();
        await offerSays(ana, "opened at the wrong bench. It still works at the right one, south.");
        await closeDialog(ana);
        await stray.close();
      },
    );

    await t.step(
      "[T13] opened at its own bench: the page takes it along to the right one, telling nobody",
      async () => {
        const sent = record(keeper);
        await keeper.goto(pairingLink.replace(south.url, north.url));
        await keeper.getByRole("heading", { name: "This link is for the other bench" }).waitFor();
        assertEquals(await button(keeper, "Accept pairing").count(), 0);
        await textbox(keeper, "Address of your bench").fill(new URL(south.url).host);
        await button(keeper, "Take it there").click();
        await keeper.getByRole("heading", { name: "Pair this bench?" }).waitFor();
        assertEquals(keeper.url(), pairingLink);
        // Who asks, and who is asked, by their fingerprints.
        const words = await keeper.getByRole("main").innerText();
        for (const { id } of [north, south]) assertStringIncludes(words, `~${id.split("~")[1]}`);
        assertStringIncludes(words, "Nothing has connected yet.");
        assertEquals(sent.sockets, [], "something connected before the tap");
        await pressAccept(keeper, "Paired with north. This bench carries the room from now on.");
        await keeper.getByRole("heading", { name: "It worked" }).waitFor();
        await keeper.getByText("The room's admin hands out the room's link").waitFor();
        assertEquals(sent.sockets, [`${south.url.replace("http", "ws")}/ws`]);

        const parsed = parsePairingLink(new URL(pairingLink).hash.slice(1));
        if (parsed.tag !== "pairing") throw new TypeError("the link did not parse");
        const { secret } = parsed.link;
        const code = utf8(new URL(pairingLink).hash.slice(1, 60));
        const requests = await sent.requests();
        assert(requests.some((bytes) => findSpelling(bytes, utf8(`${south.url}/pair`)) !== null));
        for (const bytes of [...requests, ...sent.frames]) {
          assertEquals(findSpelling(bytes, secret), null, "the secret left the browser");
          assertEquals(findSpelling(bytes, code), null, "the code left the browser");
        }
      },
    );

    await t.step("the admin hears of it, and gets the room's link on the other bench", async () => {
      await bar(ana).getByText("Paired with south.").waitFor();
      await offerSays(ana, "Paired with south.");
      const dialog = await pairDialog(ana);
      linkOnSouth = await textbox(dialog, "Room link on the other bench").inputValue();
      assertEquals(linkOnSouth, linkOnNorth.replace(north.url, south.url));
      await button(dialog, "Put away").click();
      await closeDialog(ana);
      for (const page of [ana, cem]) {
        await sees(page, "Paired with south: it carries this room, too");
      }
    });

    await t.step("[T6] opened a second time: already used", async () => {
      const late = await newPage();
      await acceptPairing(late, pairingLink, "already used");
      assertEquals(await button(late, "Accept pairing").count(), 0);
      await late.close();
    });

    await t.step("names, joins, leaves and counts cross; the bar says who sits where", async () => {
      await ben.goto(linkOnSouth);
      await enter(ben, "Ben");
      for (const page of [ana, cem]) await sees(page, "Ben joined");
      await dora.goto(linkOnSouth);
      await enter(dora, "Dora");
      const everybody = [ana, cem, ben, dora];
      for (const page of everybody) {
        await counts(page, 4);
        const people = page.getByRole("region", { name: "People here" });
        for (const name of ["Ana", "Cem", "Ben", "Dora"]) {
          await people.getByText(name, { exact: true }).waitFor();
        }
        for (const { id } of [north, south]) {
          await seat(page, id).getByText("2 people", { exact: true }).waitFor();
        }
        await seat(page, north.id).getByText("home", { exact: true }).waitFor();
      }
      await seat(ana, south.id).getByText("linked", { exact: true }).waitFor();
      await seat(ben, north.id).getByText("linked", { exact: true }).waitFor();
      await seat(ben, south.id).getByText("this bench", { exact: true }).waitFor();
      assertEquals(await seat(ben, north.id).getByRole("button").count(), 0);
      assertEquals(await bar(cem).getByRole("button", { name: /^Unpair/ }).count(), 0);
      await button(dora, "Leave").click();
      for (const page of [ana, cem, ben]) {
        await sees(page, "Dora left");
        await counts(page, 3);
        await seat(page, south.id).getByText("1 person", { exact: true }).waitFor();
      }
    });

    await t.step("texts cross both ways at once, in order, each exactly once", async () => {
      const lines = (who: string) => Array.from({ length: 15 }, (_, n) => `${who} says ${n}`);
      await Promise.all(
        [[ana, "ana"], [cem, "cem"], [ben, "ben"]].map(async ([page, who]) => {
          for (const line of lines(who as string)) await say(page as Page, line);
        }),
      );
      for (const page of [ana, cem, ben]) {
        for (const who of ["ana", "cem", "ben"]) await sees(page, `${who} says 14`);
        const all = await said(page);
        for (const who of ["ana", "cem", "ben"]) {
          assertEquals(all.filter((line) => line.startsWith(who)), lines(who));
        }
        assertEquals(all.length, 45);
        // A tab drops what comes twice, and says so.
        assertEquals(await log(page).getByText(/did not arrive|came again/).count(), 0);
      }
    });

    await t.step(
      "pictures of 9.9 MiB cross both ways, byte for byte, and are seen coming",
      async () => {
        for (
          const { from, name, to, seed } of [
            { from: ana, name: "Ana", to: ben, seed: 7 },
            { from: ben, name: "Ben", to: ana, seed: 8 },
          ]
        ) {
          const picture = makeNoisePng(PICTURE_BYTES, seed);
          const stripped = stripImage(picture);
          if (!stripped.ok) throw new TypeError("the picture did not strip");
          assert(stripped.bytes.length > 9.8 * 1024 * 1024);
          const wanted = createHash("sha256").update(stripped.bytes).digest("hex");
          const seen = await watchProgress(to);
          await sendPicture(from, `of ${name}.png`, picture);
          for (const [page, author] of [[to, name], [cem, name], [from, "you"]] as const) {
            assertEquals(await hashOfPicture(page, author), wanted);
          }
          const percents = await seen();
          assert(percents.some((it) => it > 0 && it < 100), `no progress shown: ${percents}`);
          assertEquals(percents, percents.toSorted((a, b) => a - b));
        }
      },
    );

    await t.step("the admin's tab loads anew: still the admin, and the bar is there", async () => {
      await ana.reload();
      assertEquals(await textbox(ana, "Your name").inputValue(), "Ana");
      await enter(ana, "Ana");
      for (const page of [ana, cem, ben]) await counts(page, 3);
      await seat(ana, north.id).getByText("2 people", { exact: true }).waitFor();
      await seat(ana, south.id).getByText("1 person", { exact: true }).waitFor();
      await button(ana, "Admin").waitFor();
      await seat(ana, south.id).getByRole("button", { name: /^Unpair south/ }).waitFor();
      await sees(ben, "Ana joined");
      await say(ana, "here again");
      await sees(ben, "here again");
      await say(ben, "seen again");
      await sees(ana, "seen again");
    });

    await t.step("[T2] a link that was taken back is said to be, and opens nothing", async () => {
      const link = await makePairingLink(ana, east.id);
      const dialog = await pairDialog(ana);
      await button(dialog, "Take it back").click();
      await offerSays(ana, "You took this link back. It opens nothing any more.");
      await button(dialog, "Put away").click();
      await closeDialog(ana);
      const late = await newPage();
      await acceptPairing(late, link, "expired");
      await late.close();
      assertEquals(await seat(ana, east.id).count(), 0);
    });

    await t.step("unpaired: both sides see it, nothing crosses, local talk goes on", async () => {
      await seat(ana, south.id).getByRole("button", { name: /^Unpair south/ }).click();
      const dialog = ana.getByRole("alertdialog", { name: "Unpair from south?" });
      assertStringIncludes(await dialog.innerText(), "Both sides are told.");
      await button(dialog, "Unpair").click();
      await dialog.waitFor({ state: "detached" });
      for (const page of [ana, cem]) {
        await sees(page, "Unpaired from south: nothing passes between the two");
        await counts(page, 2);
      }
      await sees(ben, "Unpaired from north: nothing passes between the two");
      await counts(ben, 1);
      await dora.goto(linkOnSouth);
      await enter(dora, "Dora");
      await counts(ben, 2);
      await say(ana, "only on north");
      await sees(cem, "only on north");
      await say(ben, "only on south");
      await sees(dora, "only on south");
    });

    await t.step(
      "[T1] the room's key in the link, where the admin ticks it: a way in",
      async () => {
        const dialog = await pairDialog(ana);
        await dialog.getByRole("checkbox", { name: "Put the room's key into the link" }).check();
        const link = await makePairingLink(ana, south.id);
        assertStringIncludes(await dialog.innerText(), "The room's key is in it");
        await keeper.goto(link);
        await keeper.getByText("The link holds the room's key, so you can go in").waitFor();
        await pressAccept(keeper, "Paired with north.");
        await offerSays(ana, "Paired with south.");
        await closeDialog(ana);
        await keeper.getByRole("link", { name: "Go into the room" }).click();
        await enter(keeper, "Eva");
        const everybody = [ana, cem, ben, dora, keeper];
        for (const page of everybody) await counts(page, 5);
        await sees(ana, "Eva joined");
        await say(keeper, "came by the link");
        await say(ana, "over the new link");
        for (const page of everybody) {
          await sees(page, "came by the link");
          await sees(page, "over the new link");
        }
        // What was said while they were apart came neither then nor with the new link.
        for (const page of [ana, cem]) assert(!(await said(page)).includes("only on south"));
        for (const page of [ben, dora, keeper]) {
          assert(!(await said(page)).includes("only on north"));
        }
      },
    );

    await t.step("deleted by the admin: the other bench's people see her word", async () => {
      await (await adminItem(ana, "Delete this bench")).click();
      await button(ana.getByRole("alertdialog"), "Delete").click();
      for (const page of [ana, cem, ben, dora, keeper]) {
        await page.getByRole("heading", { name: "The admin deleted this room" }).waitFor();
      }
      const late = await newPage();
      await late.goto(linkOnSouth);
      await textbox(late, "Your name").fill("Late");
      await button(late, "Join the room").click();
      await late.getByText("This bench says the room was deleted or moved.").waitFor();
      await late.close();
    });

    await t.step("not one CSP violation, page error or request to another host", () => {
      assertEquals(watched.troubles, []);
    });
  },
});

/** As a phone has it: touched, narrow, high. */
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Nothing stands out of the window to the side. */
async function fitsWidth(page: Page, where: string): Promise<void> {
  const [wide, window] = await page.evaluate(() => {
    return [document.documentElement.scrollWidth, document.documentElement.clientWidth] as const;
  });
  assert(wide <= window, `${where}: ${wide} px wide in a window of ${window}`);
}

Deno.test({
  name:
    "the same on phones: public, paired and talked by touch alone, and nothing is wider than the window",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using park = await startParkBenches([{ label: "north" }, {
      label: "a-bench-with-a-rather-long-label.of-its-own_for-a-small-phone",
    }]);
    const [north, south] = park.benches as [ParkBench, ParkBench];
    await using watched = await startChromium(park.origins);
    const { page: ana } = await watched.newPerson(PHONE);
    const { page: ben } = await watched.newPerson(PHONE);

    await ben.goto(`${south.url}/bench`);
    await textbox(ben, "Bench ID").waitFor();
    await fitsWidth(ben, "/bench");

    await createRoom(ana, north.url, "Ana");
    await button(ana, "Admin").tap();
    await fitsWidth(ana, "the admin's menu");
    await ana.getByRole("menuitem", { name: "Make room public" }).tap();
    await fitsWidth(ana, "the question before it is public");
    await button(ana.getByRole("alertdialog"), "Make public").tap();
    await bar(ana).waitFor();

    await button(ana, "Admin").tap();
    await ana.getByRole("menuitem", { name: "Pair with another bench" }).tap();
    const dialog = ana.getByRole("dialog", { name: "Pair with another bench" });
    await textbox(dialog, "Bench ID").fill(south.id);
    await button(dialog, "Create pairing link").tap();
    const field = textbox(dialog, "Pairing link");
    await field.waitFor();
    await fitsWidth(ana, "the dialog with a link");
    const link = await field.inputValue();

    await ben.goto(link);
    await fitsWidth(ben, "/pair");
    const { height } = (await button(ben, "Accept pairing").boundingBox())!;
    assert(height >= 44, `a button of ${height} px for a thumb`);
    await button(ben, "Accept pairing").tap();
    await outcome(ben, "Paired with north.");
    await fitsWidth(ben, "/pair at its end");
    const there = textbox(dialog, "Room link on the other bench");
    await there.waitFor();
    const roomLink = await there.inputValue();
    await button(dialog, "Close").tap();

    await ben.goto(roomLink);
    await textbox(ben, "Your name").fill("Ben");
    await button(ben, "Join the room").tap();
    for (const page of [ana, ben]) {
      await counts(page, 2);
      // One line until it is touched.
      await bar(page).getByText("2 benches, all linked").waitFor();
      assertEquals(await seat(page, south.id).isVisible(), false);
      await button(bar(page), "Which benches").tap();
      for (const { id } of [north, south]) {
        await seat(page, id).getByText("1 person", { exact: true }).waitFor();
      }
      await fitsWidth(page, "the bar, opened");
      await button(bar(page), "Which benches").tap();
    }
    for (const [from, to, text] of [[ana, ben, "by thumb"], [ben, ana, "thumbs up"]] as const) {
      await textbox(from, "Message").fill(text);
      await button(from, "Send").tap();
      await sees(to, text);
      await fitsWidth(to, "the room");
    }
    assertEquals(watched.troubles, []);
  },
});
