// The promise that matters, asked of a real decoder: a stripped picture looks exactly like the one with metadata, turned the same
// way. Chromium makes the pictures, metadata is put into them here, and Chromium decodes both.

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Browser } from "playwright-core";
import { stripImage } from "../../lib/crypto/image_strip.ts";
import {
  CANARY,
  dirtyJpeg,
  dirtyPng,
  dirtyWebp,
  imageSamples,
  includesBytes,
  latin1,
  makeNoisePng,
} from "../support/image_samples.ts";
import { launchChromium } from "../support/chromium.ts";

/** What a browser shows: sides after turning, and a digest of every pixel's colour. */
interface Shown {
  readonly width: number;
  readonly height: number;
  readonly digest: number;
}

async function withBrowser(run: (browser: Browser) => Promise<void>): Promise<void> {
  const browser = await launchChromium();
  try {
    await run(browser);
  } finally {
    await browser.close();
  }
}

/** A picture of gradients and lines, encoded by the browser. */
async function encode(
  browser: Browser,
  type: string,
  colorSpace: "srgb" | "display-p3",
  alpha: number,
): Promise<Uint8Array> {
  const page = await browser.newPage();
  const base64 = await page.evaluate(async ({ type, colorSpace, alpha }) => {
    const canvas = new OffscreenCanvas(120, 70);
    const context = canvas.getContext("2d", { colorSpace });
    if (context === null) throw new Error("no canvas");
    for (let y = 0; y < 70; y++) {
      for (let x = 0; x < 120; x++) {
        context.fillStyle = `color(${colorSpace} ${x / 120} ${y / 70} ${
          (x ^ y) % 16 / 16
        } / ${alpha})`;
        context.fillRect(x, y, 1, 1);
      }
    }
    const blob = await canvas.convertToBlob({ type, quality: 0.8 });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  }, { type, colorSpace, alpha });
  await page.close();
  return Uint8Array.fromBase64(base64);
}

/** What the browser shows for each file; null where it cannot decode one. */
async function show(
  browser: Browser,
  files: readonly { readonly type: string; readonly bytes: Uint8Array }[],
): Promise<readonly (Shown | null)[]> {
  const page = await browser.newPage();
  const shown = await page.evaluate(
    async (files) => {
      const results: ({ width: number; height: number; digest: number } | null)[] = [];
      for (const { type, base64 } of files) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        try {
          const bitmap = await createImageBitmap(new Blob([bytes], { type }));
          const { width, height } = bitmap;
          const canvas = new OffscreenCanvas(width, height);
          const context = canvas.getContext("2d", { colorSpace: "display-p3" });
          if (context === null) throw new Error("no canvas");
          context.drawImage(bitmap, 0, 0);
          let digest = 0x811c9dc5;
          for (const value of context.getImageData(0, 0, width, height).data) {
            digest = Math.imul(digest ^ value, 0x01000193) >>> 0;
          }
          results.push({ width, height, digest });
        } catch {
          results.push(null);
        }
      }
      return results;
    },
    files.map(({ type, bytes }) => ({ type, base64: bytes.toBase64() })),
  );
  await page.close();
  return shown;
}

/** Chromium turns no WebP, whatever its EXIF says; that it stays in the file is asked in image_strip_test.ts. */
function turns(type: string): boolean {
  return type !== "image/webp";
}

function stripped(bytes: Uint8Array): Uint8Array {
  const result = stripImage(bytes);
  if (!result.ok) throw new RangeError(`refused: ${result.reason}`);
  assertEquals(includesBytes(result.bytes, latin1(CANARY)), false);
  return result.bytes;
}

Deno.test("a stripped picture of the browser's own making shows the same pixels, turned the same way", async () => {
  await withBrowser(async (browser) => {
    const sides = { width: 120, height: 70 };
    const put = {
      "image/jpeg": dirtyJpeg,
      "image/png": dirtyPng,
      "image/webp": (made: Uint8Array, orientation: number) => dirtyWebp(made, sides, orientation),
    };
    for (const type of ["image/jpeg", "image/png", "image/webp"] as const) {
      for (const [colorSpace, alpha] of [["srgb", 1], ["display-p3", 1], ["srgb", 0.5]] as const) {
        const made = await encode(browser, type, colorSpace, alpha);
        const dirtied = (orientation: number) => put[type](made, orientation);
        const upright = dirtied(1);
        const turned = dirtied(6);
        assert(includesBytes(turned, latin1(CANARY)));
        const files = [made, upright, stripped(upright), turned, stripped(turned)];
        const [before, dirty, clean, dirtyTurned, cleanTurned] = await show(
          browser,
          files.map((bytes) => ({ type, bytes })),
        );
        const name = `${type} ${colorSpace} ${alpha}`;
        assert(before, name);
        assertEquals([clean?.width, clean?.height], [120, 70], name);
        assertEquals(clean, dirty, name);
        assertEquals(cleanTurned, dirtyTurned, name);
        if (!turns(type)) continue;
        assertEquals([cleanTurned?.width, cleanTurned?.height], [70, 120], name);
        assertNotEquals(cleanTurned?.digest, clean?.digest, name);
      }
    }
  });
});

Deno.test("the hand-made samples are pictures, and stripped they show the same pixels", async () => {
  await withBrowser(async (browser) => {
    const samples = imageSamples().filter(({ name }) => name !== "jpeg arithmetic");
    const files = samples.flatMap(({ kind, bytes }) => {
      const type = `image/${kind}`;
      return [{ type, bytes }, { type, bytes: stripped(bytes) }];
    });
    const shown = await show(browser, files);
    samples.forEach(({ name, kind, width, height, orientation }, i) => {
      const [before, after] = [shown[2 * i], shown[2 * i + 1]];
      const sides = orientation >= 5 && turns(`image/${kind}`) ? [height, width] : [width, height];
      assertEquals([before?.width, before?.height], sides, name);
      assertEquals(after, before, name);
    });
  });
});

Deno.test("makeNoisePng() makes a file that a browser decodes", async () => {
  await withBrowser(async (browser) => {
    const png = makeNoisePng(300_000, 8);
    const [dirty, clean] = await show(
      browser,
      [png, stripped(png)].map((bytes) => ({ type: "image/png", bytes })),
    );
    assert(dirty);
    assertEquals(clean, dirty);
  });
});
