// Names: cleaned the same way by who says one and by who hears it, so that a name cannot draw over its line, turn the
// text around, or look like another. Rules: lib/wire/PROTOCOL.md [F5].

/** Code points a name keeps. */
export const MAX_NAME_CODE_POINTS = 32;

// Controls, format characters (which hold every bidi mark, override and isolate, zero-width ones and tags),
// lone surrogates, private use, line and paragraph separators, and what Unicode says to draw as nothing (fillers,
// variation selectors). Joiners go too: an emoji may fall apart, no name hides.
const UNWANTED =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]/gu;
// A mark without a letter of its own would sit on whatever the page writes before the name.
const LEADING_MARKS = /^[\s\p{M}]+/u;
// More than two combining marks on one letter is a picture over the neighbours' lines.
const STACKED_MARKS = /(\p{M}{2})\p{M}+/gu;

/** NFKC, without control, direction and invisible characters, white space single, at most 32 code points. May be empty. */
export function cleanName(text: string): string {
  // NFKC can grow a text 18 times; what is longer than this is cut before.
  const cleaned = text.slice(0, 512).normalize("NFKC").replace(UNWANTED, "").replace(/\s+/gu, " ")
    .normalize("NFKC").replace(STACKED_MARKS, "$1").replace(LEADING_MARKS, "");
  return [...cleaned].slice(0, MAX_NAME_CODE_POINTS).join("").trim();
}
