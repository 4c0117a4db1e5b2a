// The log: keeps to the newest line while the reader is there, stays put while they read back, and never draws more than
// a bounded number of lines. Silent for screen readers by itself; the announcer speaks for it.

import type { ComponentChildren, JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { LogItem } from "../session/view_state.ts";
import { isFromOthers, newItems } from "./announce.ts";
import { isSameDay } from "./clock_words.ts";
import { DownIcon } from "./icons.tsx";
import { type LineActions, LogLine } from "./LogLine.tsx";

/** Lines drawn at once; "Show earlier messages" adds as many again. */
export const LINES_DRAWN = 500;
/** How near to the end counts as being there, in CSS pixels. */
const NEAR_END_PX = 64;
/** After this silence the name is shown again. */
const GROUP_MS = 5 * 60_000;

/** Whether `item` begins a new group under its author's name. */
export function startsGroup(before: LogItem | undefined, item: LogItem): boolean {
  if (before === undefined || before.tag === "notice" || item.tag === "notice") return true;
  return before.author.memberId !== item.author.memberId ||
    before.author.name !== item.author.name || item.atMs - before.atMs > GROUP_MS;
}

/** `children` stand before the first line: the greeting of an empty room. */
export function MessageLog(
  { log, maxFileBytes, actions, children }: {
    readonly log: readonly LogItem[];
    readonly maxFileBytes: number;
    readonly actions: LineActions;
    readonly children?: ComponentChildren;
  },
): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const inside = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const before = useRef(log);
  const heightBefore = useRef<number | null>(null);
  const unseen = useSignal(0);
  const limit = useSignal(LINES_DRAWN);

  function toEnd(): void {
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
    atEnd.current = true;
    unseen.value = 0;
  }

  useLayoutEffect(() => {
    const fresh = newItems(before.current, log);
    before.current = log;
    const saidByMe = fresh.some((item) => item.tag !== "notice" && item.delivery !== null);
    if (atEnd.current || saidByMe) {
      limit.value = LINES_DRAWN;
      toEnd();
      return;
    }
    // Keep what is being read: let the drawn part grow instead of dropping its oldest lines.
    limit.value += fresh.length;
    unseen.value += fresh.filter(isFromOthers).length;
  }, [log]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || heightBefore.current === null) return;
    element.scrollTop += element.scrollHeight - heightBefore.current;
    heightBefore.current = null;
  }, [limit.value]);

  useEffect(() => {
    if (scroller.current === null || inside.current === null) return;
    const observer = new ResizeObserver(() => {
      if (atEnd.current) toEnd();
    });
    observer.observe(scroller.current);
    observer.observe(inside.current);
    return () => observer.disconnect();
  }, []);

  function onScroll(): void {
    const element = scroller.current;
    if (element === null) return;
    const left = element.scrollHeight - element.scrollTop - element.clientHeight;
    atEnd.current = left < NEAR_END_PX;
    if (atEnd.current) unseen.value = 0;
  }

  function showEarlier(): void {
    heightBefore.current = scroller.current?.scrollHeight ?? null;
    limit.value += LINES_DRAWN;
  }

  const first = Math.max(0, log.length - limit.value);
  return (
    <div class="log-frame">
      <div
        ref={scroller}
        class="log"
        role="log"
        aria-label="Messages"
        aria-live="off"
        tabIndex={0}
        onScroll={onScroll}
      >
        <div ref={inside} class="log-inside">
          {children}
          {first > 0
            ? (
              <button type="button" class="button button-small show-earlier" onClick={showEarlier}>
                Show earlier messages
              </button>
            )
            : null}
          <ol class="log-lines">
            {log.slice(first).map((item, index) => {
              const former = log[first + index - 1];
              return (
                <LogLine
                  key={item.id}
                  item={item}
                  startsGroup={startsGroup(former, item)}
                  newDay={former !== undefined && !isSameDay(former.atMs, item.atMs)}
                  maxFileBytes={maxFileBytes}
                  actions={actions}
                />
              );
            })}
          </ol>
        </div>
      </div>
      {unseen.value > 0
        ? (
          <button type="button" class="new-pill" onClick={toEnd}>
            <DownIcon />
            {`${unseen.value} new`}
          </button>
        )
        : null}
    </div>
  );
}
