// The lines a page shows, oldest first. Keeps at most so many, merges equal notices, and never changes an item in place:
// what did not change keeps its identity, so that the page draws only what is new. What a bench can cause alone must
// not push out what people said, so it takes a bounded number of lines between two of those.

import type { Author, LogItem, Notice } from "./view_state.ts";

/** Lines kept at most; the oldest goes first, with its picture. */
export const MAX_LOG_ITEMS = 2_000;

type Item<Tag extends LogItem["tag"]> = Extract<LogItem, { readonly tag: Tag }>;

/** The log of one stay. `onForget` is told of every line that goes. */
export class Log {
  #items: readonly LogItem[] = [];
  #nextNotice = 1;
  readonly #onForget: (item: LogItem) => void;

  constructor(onForget: (item: LogItem) => void) {
    this.#onForget = onForget;
  }

  get items(): readonly LogItem[] {
    return this.#items;
  }

  find(id: string): LogItem | undefined {
    return this.#items.find((item) => item.id === id);
  }

  add(item: LogItem): void {
    const overflow = this.#items.length + 1 - MAX_LOG_ITEMS;
    if (overflow > 0) { for (const old of this.#items.slice(0, overflow)) this.#onForget(old); }
    this.#items = [...this.#items.slice(Math.max(0, overflow)), item];
  }

  /**
   * Adds a quiet line. Where one since the last said line says the same of the same person, that one counts on; where
   * it says the same of our connection, it gives way.
   */
  notice(notice: Notice, atMs: number): void {
    for (let at = this.#items.length - 1; at >= 0; at--) {
      const item = this.#items[at]!;
      if (item.tag !== "notice") break;
      if (isOfConnection(notice) && item.notice.kind === notice.kind) {
        this.#items = this.#items.toSpliced(at, 1);
        break;
      }
      const merged = mergeNotices(item.notice, notice);
      if (merged === null) continue;
      this.#items = this.#items.with(at, { ...item, notice: merged, atMs });
      return;
    }
    this.add({ tag: "notice", id: `notice:${this.#nextNotice++}`, atMs, notice });
  }

  /** Replaces one line by a changed copy of it; nothing happens when it is not there (any more). */
  change<Tag extends LogItem["tag"]>(
    id: string,
    tag: Tag,
    change: (item: Item<Tag>) => LogItem,
  ): void {
    const at = this.#items.findLastIndex((item) => item.id === id);
    const item = this.#items[at];
    if (item === undefined || item.tag !== tag) return;
    this.#items = this.#items.with(at, change(item as Item<Tag>));
  }

  /** Takes one line out. */
  remove(id: string): void {
    const item = this.find(id);
    if (item === undefined) return;
    this.#onForget(item);
    this.#items = this.#items.filter((one) => one !== item);
  }

  /** Forgets every line. */
  clear(): void {
    for (const item of this.#items) this.#onForget(item);
    this.#items = [];
  }
}

const sameAuthor = (a: Author, b: Author): boolean => a.memberId === b.memberId;

function isOfConnection({ kind }: Notice): boolean {
  return kind === "connection-lost" || kind === "connection-back" || kind === "room-began-anew";
}

function mergeNotices(old: Notice, added: Notice): Notice | null {
  if ("count" in old && "count" in added && old.kind === added.kind) {
    if ("who" in old && "who" in added && !sameAuthor(old.who, added.who)) return null;
    return { ...old, count: old.count + added.count };
  }
  return null;
}
