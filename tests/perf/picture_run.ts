// One measured run: two people in real Chromium, one sends the other a picture, and both pages are watched from the choosing of
// the file until it is shown. Beside it a control: a page of the same bench that first rests, then reads, shows and lets go the same
// file without our code. The file goes by its path, or the driver would unpack its ten megabytes inside the page; and
// while it is measured the driver asks the pages for nothing, but waits for what the probe tells it.

import type { Browser, Page } from "playwright-core";
import { markPage, type Thread, traceMainThreads } from "./main_thread.ts";
import { installProbe, type PageNotes, PROBE, type Probe, type Stall } from "./page_probe.ts";

const TYPED = "typed while the picture is on its way";
/** A picture of 10 MiB takes about this long here; the control rests as long. */
const REST_MS = 1_500;
/** The browser holds on to a picture for a moment after its page let it go. */
const HELD_MS = 1_000;

/** What is measured, in the order of the tables. */
export const STRETCHES = [
  "sender: choose, strip, preview",
  "sender: hash, seal, send",
  "receiver: open, check, show",
  "control: page at rest",
  "control: browser reads and shows the file",
  "control: browser frees it again",
] as const;

/** One of them. */
export type StretchName = typeof STRETCHES[number];

/** What one stretch of one page held, in milliseconds. */
export interface Stretch {
  readonly name: StretchName;
  readonly tookMs: number;
  /** Long tasks that began in it, by the wall clock, longest first; none: no task of 50 ms. */
  readonly longTasksMs: readonly number[];
  /** The longest pause of the main thread that reached into it, by the wall clock; 0: none above 20 ms. */
  readonly longestPauseMs: number;
  /** The longest that its thread itself ran in one task, by the thread's clock. */
  readonly longestRunMs: number;
  /** The longest that the browser took of its own accord to free what it had shown; not in `longestRunMs`. */
  readonly longestFreeingMs: number;
}

/** All of one run. */
export interface PictureRun {
  /** `false` on plain http, where a page has no WebCrypto. */
  readonly isSecureContext: boolean;
  readonly stretches: readonly Stretch[];
  /** From the tap on Send until the other side showed the text. */
  readonly typedMs: number;
  /** Whether the text stood in the receiver's log before the picture did. */
  readonly typedCameFirst: boolean;
}

/** What a run needs. `newPage` opens one with a profile of its own. */
export interface RunOptions {
  readonly browser: Browser;
  readonly newPage: () => Promise<Page>;
  readonly url: string;
  /** A PNG file. */
  readonly path: string;
}

/** Sends the picture once, and measures the control after it. */
export async function runPicture(options: RunOptions): Promise<PictureRun> {
  const { browser, url, path } = options;
  const pages: Page[] = [];
  const newPage = async (): Promise<Page> => {
    const page = await options.newPage();
    pages.push(page);
    await page.addInitScript(installProbe, { global: PROBE, text: TYPED });
    return page;
  };
  try {
    const ana = await newPage();
    await ana.goto(url);
    await ana.getByRole("button", { name: "Create a room" }).click();
    await enter(ana, "Ana");
    const ben = await newPage();
    // The creator's address bar holds the member's link.
    await ben.goto(ana.url());
    await enter(ben, "Ben");
    for (const page of [ana, ben]) await page.getByText("2 people here").waitFor();
    // Typed beforehand, so that one tap says it while the picture is under way.
    await ana.getByRole("textbox", { name: "Message" }).fill(TYPED);
    const control = await newPage();
    await control.goto(url);

    const marks = {
      ana: new Marks(ana, "ana"),
      ben: new Marks(ben, "ben"),
      control: new Marks(control, "control"),
    };
    let typedMs = 0;
    const threadOf = await traceMainThreads(browser, async () => {
      typedMs = await sendPicture(marks.ana, marks.ben, path);
      await showPicture(marks.control, path);
    });
    const { textMs, pictureMs } = await notesOf(ben);
    return {
      isSecureContext: await ana.evaluate(() => isSecureContext),
      typedMs,
      typedCameFirst: textMs !== null && (pictureMs === null || textMs < pictureMs),
      stretches: [
        ...await marks.ana.cut(STRETCHES.slice(0, 2), threadOf),
        ...await marks.ben.cut(STRETCHES.slice(2, 3), threadOf),
        ...await marks.control.cut(STRETCHES.slice(3), threadOf),
      ],
    };
  } finally {
    for (const page of pages) await page.context().close();
  }
}

async function enter(page: Page, name: string): Promise<void> {
  await page.getByRole("textbox", { name: "Your name" }).fill(name);
  await page.getByRole("button", { name: "Join the room" }).click();
  await page.getByRole("textbox", { name: "Message" }).waitFor();
}

/** Returns how long the text took that was said meanwhile. */
async function sendPicture(from: Marks, to: Marks, path: string): Promise<number> {
  await to.add();
  await from.add();
  await from.page.locator("input[type=file]").setInputFiles(path);
  await appears(from.page, "dialog img, [role=dialog] img");
  await from.add();
  await tap(from.page, "Send image");
  const tappedMs = performance.now();
  await tap(from.page, "Send");
  await to.page.evaluate(
    (name) => (globalThis as unknown as Record<string, Probe>)[name]!.textAppears(),
    PROBE,
  );
  const typedMs = performance.now() - tappedMs;
  for (const { page } of [to, from]) await appears(page, "[role=log] img");
  await to.add();
  await from.add();
  return typedMs;
}

/** The browser's own part: what it does for a picture at a tap, and later when it collects what was freed. */
async function showPicture(on: Marks, path: string): Promise<void> {
  const { page } = on;
  await page.evaluate(() => {
    const input = document.createElement("input");
    input.type = "file";
    input.id = "control";
    document.body.replaceChildren(input);
  });
  await on.add();
  await page.evaluate((restMs) => new Promise((done) => setTimeout(done, restMs)), REST_MS);
  await on.add();
  await page.locator("#control").setInputFiles(path);
  await page.evaluate(async () => {
    const file = document.querySelector<HTMLInputElement>("#control")!.files![0]!;
    const bytes = await file.arrayBuffer();
    const image = new Image(320, 320);
    image.decoding = "async";
    image.src = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
    document.body.append(image);
    await image.decode();
  });
  await on.add();
  await page.evaluate(() => {
    URL.revokeObjectURL(document.querySelector("img")!.src);
    document.body.replaceChildren();
  });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("HeapProfiler.collectGarbage");
  await page.evaluate((heldMs) => new Promise((done) => setTimeout(done, heldMs)), HELD_MS);
  await devtools.send("HeapProfiler.collectGarbage");
  await devtools.detach();
  await on.add();
}

/** Taps by the button's own words in one step: the driver's own way asks the page a dozen things first. */
async function tap(page: Page, words: string): Promise<void> {
  const wasThere = await page.evaluate((of) => {
    const buttons = [...document.querySelectorAll("button")];
    const button = buttons.findLast((each) =>
      (each.getAttribute("aria-label") ?? each.textContent ?? "").trim() === of
    );
    button?.click();
    return button !== undefined;
  }, words);
  if (!wasThere) throw new Error(`there is no button ${words}`);
}

async function appears(page: Page, selector: string): Promise<void> {
  const isPicture = await page.evaluate(
    ([name, of]) => (globalThis as unknown as Record<string, Probe>)[name!]!.appears(of!),
    [PROBE, selector],
  );
  if (!isPicture) throw new Error("what appeared is no picture that can be shown");
}

function notesOf(page: Page): Promise<PageNotes> {
  return page.evaluate(
    (name) => (globalThis as unknown as Record<string, Probe>)[name]!.notes(),
    PROBE,
  );
}

/** The marks between a page's stretches, by its own clock and in the trace. */
class Marks {
  readonly #atMs: number[] = [];

  constructor(readonly page: Page, readonly name: string) {}

  async add(): Promise<void> {
    await markPage(this.page, this.#name(this.#atMs.length));
    this.#atMs.push(
      await this.page.evaluate(
        (name) => (globalThis as unknown as Record<string, Probe>)[name]!.nowMs(),
        PROBE,
      ),
    );
  }

  #name(i: number): string {
    return `${this.name} ${i}`;
  }

  /** One stretch between each two marks. */
  async cut(
    names: readonly StretchName[],
    threadOf: (mark: string) => Thread,
  ): Promise<readonly Stretch[]> {
    const { longTasks, pauses } = await notesOf(this.page);
    const thread = threadOf(this.#name(0));
    return names.map((name, i) => {
      const [from, to] = [this.#atMs[i]!, this.#atMs[i + 1]!];
      const begunIn = ({ startMs }: Stall) => startMs >= from && startMs < to;
      const reachesInto = ({ startMs, durationMs }: Stall) =>
        startMs < to && startMs + durationMs > from;
      return {
        name,
        tookMs: to - from,
        longTasksMs: longTasks.filter(begunIn).map(({ durationMs }) => durationMs)
          .toSorted((a, b) => b - a),
        longestPauseMs: longest(pauses.filter(reachesInto).map(({ durationMs }) => durationMs)),
        ...this.#longestOf(thread, i),
      };
    });
  }

  #longestOf(
    { marksMs, tasks }: Thread,
    i: number,
  ): Pick<Stretch, "longestRunMs" | "longestFreeingMs"> {
    const from = marksMs.get(this.#name(i))!;
    const to = marksMs.get(this.#name(i + 1))!;
    const inside = tasks.filter(({ startMs }) => startMs >= from && startMs < to);
    if (inside.length === 0) throw new Error("the trace holds no task of a measured page");
    return {
      longestRunMs: longest(inside.map(({ ranMs }) => ranMs)),
      longestFreeingMs: longest(inside.map(({ freeingMs }) => freeingMs)),
    };
  }
}

function longest(values: readonly number[]): number {
  return Math.max(0, ...values);
}
