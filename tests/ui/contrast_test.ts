// The palette's promise: text stands out from whatever it can stand on, in both themes (WCAG 2.2, 1.4.3 and 1.4.11).

import { assert, assertEquals } from "@std/assert";
import { HUES } from "../../lib/session/view_state.ts";

const css = await Deno.readTextFile(new URL("../../static/styles.css", import.meta.url));

type Palette = ReadonlyMap<string, string>;

function paletteOf(block: string): Palette {
  const pairs = block.matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6})\s*;/g);
  return new Map(Array.from(pairs, ([, name, colour]) => [name!, colour!]));
}

const [, lightBlock = ""] = /:root\s*{([^}]*)}/.exec(css) ?? [];
const [, darkBlock = ""] =
  /@media \(prefers-color-scheme: dark\)\s*{\s*:root\s*{([^}]*)}/.exec(css) ?? [];
const PALETTES = { light: paletteOf(lightBlock), dark: paletteOf(darkBlock) };

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

const HUE_NAMES = Array.from({ length: HUES }, (_, hue) => `--hue-${hue}`);

/** Text, and everything it may be drawn on. */
const TEXT_ON: readonly (readonly [text: string, grounds: readonly string[]])[] = [
  ["--ink", ["--ground", "--paper", "--mine", "--hover"]],
  ["--ink-soft", ["--ground", "--paper", "--mine", "--hover"]],
  ["--leaf-ink", ["--ground", "--paper", "--mine", "--hover"]],
  ["--danger-ink", ["--ground", "--paper", "--mine", "--hover"]],
  ["--warn-ink", ["--warn-ground", "--paper", "--mine", "--ground"]],
  ["--on-leaf", ["--leaf", "--leaf-deep"]],
  ["--on-danger", ["--danger", "--danger-deep"]],
  // Names, and the letter on a person's disc.
  ...HUE_NAMES.map((hue) => [hue, ["--ground", "--paper"]] as const),
];

/** Edges of controls and the focus ring. */
const EDGE_ON: readonly (readonly [edge: string, grounds: readonly string[]])[] = [
  ["--line-strong", ["--ground", "--paper"]],
  ["--focus", ["--ground", "--paper", "--mine"]],
  ["--leaf", ["--ground", "--paper"]],
  ["--danger", ["--paper"]],
  // The ring of a bench that words do not reach.
  ["--warn-ink", ["--ground"]],
];

for (const [theme, palette] of Object.entries(PALETTES)) {
  const colour = (name: string): string => {
    const value = palette.get(name);
    if (value === undefined) throw new Error(`${name} is missing in the ${theme} palette`);
    return value;
  };
  Deno.test(`${theme}: text has a contrast of at least 4.5 on all it stands on`, () => {
    for (const [text, grounds] of TEXT_ON) {
      for (const ground of grounds) {
        const ratio = contrast(colour(text), colour(ground));
        assert(ratio >= 4.5, `${text} on ${ground}: ${ratio.toFixed(2)}`);
      }
    }
  });
  Deno.test(`${theme}: edges and the focus ring have at least 3`, () => {
    for (const [edge, grounds] of EDGE_ON) {
      for (const ground of grounds) {
        const ratio = contrast(colour(edge), colour(ground));
        assert(ratio >= 3, `${edge} on ${ground}: ${ratio.toFixed(2)}`);
      }
    }
  });
  Deno.test(`${theme}: no two people's colours are the same`, () => {
    assertEquals(new Set(HUE_NAMES.map(colour)).size, HUES);
  });
}

Deno.test("contrast() gives the known answers", () => {
  assertEquals(contrast("#000000", "#ffffff"), 21);
  assertEquals(contrast("#777777", "#ffffff").toFixed(2), "4.48");
});

Deno.test("the dark palette redraws every colour of the light one", () => {
  const names = (block: string) =>
    Array.from(block.matchAll(/(--[\w-]+):/g), ([, name]) => name!).sort();
  assertEquals(names(darkBlock), names(lightBlock));
});

Deno.test("the style sheet asks for nothing: no import, no url(), no font", () => {
  assert(!/@import|url\(|@font-face|image-set\(/i.test(css));
});

Deno.test("every colour that is used is defined, and colours stand in the palette alone", () => {
  for (const [, name] of css.matchAll(/var\((--[\w-]+)\)/g)) {
    assert(PALETTES.light.has(name!) || lightBlock.includes(`${name}:`), name);
  }
  const rules = css.slice(css.indexOf("ground rules"));
  const written = Array.from(rules.matchAll(/#[0-9a-f]{3,8}\b/gi), ([hex]) => hex);
  // The QR code alone is dark on light in both themes.
  assertEquals(written, ["#ffffff", "#14231a"]);
});

Deno.test("every person's colour has its two classes", () => {
  for (let hue = 0; hue < HUES; hue++) {
    assert(new RegExp(`\\.hue-${hue} {\\s*color: var\\(--hue-${hue}\\)`).test(css));
    assert(new RegExp(`\\.disc-${hue} {\\s*background: var\\(--hue-${hue}\\)`).test(css));
  }
});
