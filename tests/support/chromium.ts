// Real Chromium with a new empty profile for each person, watched: a CSP violation, a page error, or a request or socket to
// another host is kept, and makes the test fail at its end.

import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { CHROMIUM, programPath } from "./debian_program.ts";

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser whose pages are watched. */
export interface WatchedBrowser extends AsyncDisposable {
  readonly browser: Browser;
  /** What must not happen, as it happened. */
  readonly troubles: string[];
  /** A new person: an own profile and a page. */
  newPerson(
    options?: Parameters<Browser["newContext"]>[0],
  ): Promise<{ context: BrowserContext; page: Page }>;
}

/** Real Chromium, for tests that watch for themselves. */
export function launchChromium(moreArgs: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: programPath(CHROMIUM), args: [...ARGS, ...moreArgs] });
}

/** Starts Chromium. `origins` are the only places that pages may ask anything of. */
export async function startChromium(
  origins: string | readonly string[],
  moreArgs: readonly string[] = [],
): Promise<WatchedBrowser> {
  const browser = await launchChromium(moreArgs);
  const troubles: string[] = [];
  const allowed = typeof origins === "string" ? [origins] : origins;
  return {
    browser,
    troubles,
    async newPerson(options = {}) {
      const context = await browser.newContext({ acceptDownloads: true, ...options });
      context.on("page", (page) => watch(page, allowed, troubles));
      return { context, page: await context.newPage() };
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
    },
  };
}

function watch(page: Page, origins: readonly string[], troubles: string[]): void {
  page.on("console", (message) => {
    const text = message.text();
    const isPolicy = /content security policy|trusted ?type|permissions policy|refused to/i.test(
      text,
    );
    if (isPolicy || message.type() === "error") troubles.push(`console: ${text}`);
  });
  page.on("pageerror", (error) => troubles.push(`page error: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    const isOurs = origins.some((origin) => url.startsWith(`${origin}/`));
    if (!isOurs && !/^(blob|data|about):/.test(url)) {
      troubles.push(`request to another host: ${url}`);
    }
  });
  page.on("websocket", (socket) => {
    const url = socket.url().replace(/^ws/, "http");
    if (!origins.some((origin) => url.startsWith(`${origin}/`))) {
      troubles.push(`socket to another host: ${url}`);
    }
  });
}
