// What the one polite announcer says: the difference between two views of the stay, in short sentences.
// Pure. The log itself is silent, so everything that a person who cannot see it has to know comes from here.

import type { LogItem } from "../session/view_state.ts";
import { formatSize } from "./file_size.ts";
import { noticeText } from "./notice_words.ts";

/** Longest part of a message that is read out, in UTF-16 units; the rest is in the log. */
const MAX_SPOKEN_CHARS = 140;

/** Sentences spoken at once; beyond it only how many there were. */
const MAX_SPOKEN_SENTENCES = 4;

/** Items of `after` that `before` did not have. Both are oldest first, and only grow at the end and shrink at the start. */
export function newItems(
  before: readonly LogItem[],
  after: readonly LogItem[],
): readonly LogItem[] {
  const lastId = before.at(-1)?.id;
  if (lastId === undefined) return after;
  for (let at = after.length - 1; at >= 0; at--) {
    if (after[at]!.id === lastId) return after.slice(at + 1);
  }
  // The last one we knew is gone: it was discarded, or pushed out. Fall back to what was never seen.
  const known = new Set(before.map((item) => item.id));
  return after.filter((item) => !known.has(item.id));
}

/** Whether the item was said by somebody else: what counts as unread. */
export function isFromOthers(item: LogItem): boolean {
  return item.tag !== "notice" && item.delivery === null;
}

/** What is said aloud about a change of the log, oldest first. */
export function sentencesFor(
  before: readonly LogItem[],
  after: readonly LogItem[],
): readonly string[] {
  if (before === after) return [];
  const sentences: string[] = [];
  const formerly = new Map(before.map((item) => [item.id, item]));
  for (const item of after) {
    const former = formerly.get(item.id);
    if (former === item || former === undefined) continue;
    if (isFailed(item) && !isFailed(former)) sentences.push("Your message was not sent");
  }
  for (const item of newItems(before, after)) {
    const sentence = sentenceOf(item);
    if (sentence !== null) sentences.push(sentence);
  }
  return sentences;
}

/** Several sentences as one announcement; a crowd of them as a number. */
export function mergeSentences(sentences: readonly string[]): string {
  if (sentences.length <= MAX_SPOKEN_SENTENCES) return sentences.join(". ");
  const last = sentences.slice(-2);
  return `${sentences.length} things happened. The last ones: ${last.join(". ")}`;
}

function sentenceOf(item: LogItem): string | null {
  switch (item.tag) {
    case "notice":
      return noticeText(item.notice);
    case "text":
      return item.delivery === null ? `${item.author.name}: ${shorten(item.text)}` : null;
    case "image":
      return item.delivery === null
        ? `${item.author.name} sends a picture, ${formatSize(item.totalBytes)}`
        : null;
  }
}

function isFailed(item: LogItem): boolean {
  return item.tag !== "notice" && item.delivery === "failed";
}

function shorten(text: string): string {
  const flat = text.replace(/\s+/g, " ").trim();
  return flat.length <= MAX_SPOKEN_CHARS ? flat : `${flat.slice(0, MAX_SPOKEN_CHARS)}…`;
}
