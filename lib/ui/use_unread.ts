// What happens in a hidden tab: the chime, and a count in the title and the icon. Never a word of what was said, nor who said it.

import { useEffect, useRef } from "preact/hooks";
import type { LogItem } from "../session/view_state.ts";
import { isFromOthers, newItems } from "./announce.ts";
import type { Chime } from "./chime.ts";

/** Counts what others said since the tab was hidden; looking at the tab ends the count. */
export function useUnread(log: readonly LogItem[], chime: Chime, soundOn: boolean): void {
  const before = useRef(log);
  const unread = useRef(0);
  const title = useRef("");
  useEffect(() => {
    title.current = document.title;
    const onShown = (): void => {
      if (document.hidden) return;
      unread.current = 0;
      showUnread(title.current, 0);
    };
    document.addEventListener("visibilitychange", onShown);
    return () => {
      document.removeEventListener("visibilitychange", onShown);
      showUnread(title.current, 0);
    };
  }, []);
  useEffect(() => {
    const fresh = newItems(before.current, log).filter(isFromOthers).length;
    before.current = log;
    if (fresh === 0 || !document.hidden) return;
    unread.current += fresh;
    showUnread(title.current, unread.current);
    if (soundOn) chime.ring();
  }, [log]);
}

function showUnread(title: string, count: number): void {
  document.title = count === 0 ? title : `(${count > 99 ? "99+" : count}) ${title}`;
  const icon = document.querySelector<HTMLLinkElement>('link[rel~="icon"][type="image/svg+xml"]');
  if (icon === null) return;
  // The two drawings lie side by side; what else stands in the address (a version) stays.
  icon.href = icon.href.replace(
    /favicon(-unread)?(?=[^/]*$)/,
    count === 0 ? "favicon" : "favicon-unread",
  );
}
