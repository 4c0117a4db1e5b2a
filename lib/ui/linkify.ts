// Finds http and https addresses in a stranger's text, so that lib/ui can draw them as links.
// Pure; never makes markup. What is not surely an address stays text: a missed link costs a copy and paste, a false one
// costs trust. Rules: SECURITY.md, "Links in messages".

/** A run of text as it was written, or an address with the place it really leads to. */
export type TextPiece =
  | { readonly tag: "text"; readonly text: string }
  | {
    readonly tag: "link";
    /** As written by the sender. */
    readonly text: string;
    /** Normalised by the URL parser; always http: or https:, never with a user name in it. */
    readonly href: string;
    /** The host as the browser will ask for it, when it is not what was written (IDN, odd numbers); else `null`. */
    readonly realHost: string | null;
  };

/** Addresses made clickable in one message; further ones stay text, so that one message cannot make 20,000 elements. */
export const MAX_LINKS = 100;

/** Longest address made clickable, in UTF-16 units. */
export const MAX_LINK_CHARS = 2_048;

// Ends at blanks, quotes, angle brackets, backslashes (a URL parser reads them as slashes), control characters and
// everything that reorders or hides text.
const ADDRESS =
  /(?<![\p{L}\p{N}_@./:+-])https?:\/\/[^\s<>"`{}|\\^\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}]+/giu;
const CLOSER_OF: Readonly<Record<string, string>> = { "(": ")", "[": "]", "«": "»", "“": "”" };
const OPENED: ReadonlySet<string> = new Set(Object.values(CLOSER_OF));
const TRAILING: ReadonlySet<string> = new Set([
  ".",
  ",",
  ";",
  ":",
  "!",
  "?",
  "'",
  "’",
  "*",
  "_",
  "~",
  "…",
  "、",
  "。",
]);

/** `text` in pieces, in order; joined together their `text` is the input again. */
export function linkify(text: string): readonly TextPiece[] {
  const pieces: TextPiece[] = [];
  let links = 0;
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    if (links === MAX_LINKS) break;
    const written = withoutTrailing(match[0]);
    const link = parseLink(written);
    if (link === null) continue;
    if (match.index > from) pieces.push({ tag: "text", text: text.slice(from, match.index) });
    pieces.push(link);
    links++;
    from = match.index + written.length;
  }
  if (from < text.length) pieces.push({ tag: "text", text: text.slice(from) });
  return pieces;
}

/**
 * Drops the full stop of the sentence around the address, and a closing bracket that was opened outside of it. Counts
 * brackets once, so that a message of nothing but brackets costs no more than any other.
 */
function withoutTrailing(written: string): string {
  const surplus = new Map<string, number>();
  for (const char of written) {
    const closer = CLOSER_OF[char];
    if (closer !== undefined) surplus.set(closer, (surplus.get(closer) ?? 0) - 1);
    else if (OPENED.has(char)) surplus.set(char, (surplus.get(char) ?? 0) + 1);
  }
  let end = written.length;
  for (; end > 0; end--) {
    const last = written[end - 1]!;
    const unopened = surplus.get(last) ?? 0;
    if (unopened > 0) surplus.set(last, unopened - 1);
    else if (!TRAILING.has(last)) break;
  }
  return written.slice(0, end);
}

function parseLink(written: string): TextPiece | null {
  if (written.length > MAX_LINK_CHARS) return null;
  let url: URL;
  try {
    url = new URL(written);
  } catch {
    return null;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return null;
  const authority = /^https?:\/\/([^/?#]*)/i.exec(written)?.[1] ?? "";
  // "https://your-bank.example@elsewhere" leads elsewhere; such an address is never made clickable.
  if (authority === "" || authority.includes("@") || url.username !== "" || url.password !== "") {
    return null;
  }
  const writtenHost = authority.replace(/:\d*$/, "").toLowerCase();
  const realHost = writtenHost === url.hostname ? null : url.hostname;
  return { tag: "link", text: written, href: url.href, realHost };
}
