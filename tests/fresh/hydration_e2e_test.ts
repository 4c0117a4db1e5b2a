// Islands in a real Chromium, under the strictest policy: no inline script, Trusted Types with no policy at all.
// Needs Debian's chromium; without it this test fails, it is never skipped.

import { assertEquals, assertMatch } from "@std/assert";
import { launchChromium } from "../support/chromium.ts";
import { buildFixture, serveBuild } from "./built_fixture.ts";

Deno.test("islands hydrate in place, share a signal and count clicks without one violation", async () => {
  await using built = await buildFixture();
  await using bench = await serveBuild(built.outDir);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    const fetched: string[] = [];
    page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(`thrown: ${error.message}`));
    page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
    page.on("request", (request) => fetched.push(new URL(request.url()).pathname));

    const response = await page.goto(bench.origin);
    const policy = response?.headers()["content-security-policy"] ?? "";
    assertMatch(policy, /default-src 'none'; script-src 'self';/);
    assertMatch(policy, /require-trusted-types-for 'script'; trusted-types 'none'/);

    await page.getByText("live /style.css?__frsh_c=").first().waitFor();
    await page.locator("#frame[data-ready][data-names=box]").waitFor();
    assertEquals(await page.locator("#frame").getAttribute("data-size"), "23");

    await page.locator("#one").click();
    await page.locator("#two").click();
    await page.locator("#two").click();
    await page.getByText("Clicks: 6").nth(1).waitFor();
    assertEquals(await page.locator("#one").textContent(), "Clicks: 6");
    assertEquals(await page.locator("#two").textContent(), "Clicks: 6");

    await page.locator("#inner").click();
    await page.locator("#inner", { hasText: "11" }).waitFor();

    // What an island added later stands inside it, and nothing around it moved or came twice.
    const order = await page.locator("main").evaluate((main: Element) =>
      Array.from(main.childNodes, (node) => node instanceof Element ? node.id : node.nodeValue)
    );
    assertEquals(order, [
      "before",
      ...["island:0", "one", "one-state", "one-more", "one-last", "/island:0"],
      "between",
      ...["island:1", "two", "two-state", "two-more", "two-last", "/island:1"],
      ...["island:2", "frame", "/island:2"],
      ...["after", "picture"],
    ]);

    assertEquals(complaints, []);
    assertEquals(fetched.filter((path) => path.includes("Unused") || path.includes("/ws")), []);
    assertEquals(new Set(fetched).size, fetched.length, "nothing is fetched twice");
  } finally {
    await browser.close();
  }
});
