// The one polite voice of a room: gathers sentences for about a second and says them together, so that a screen reader
// is not talked over. Drawn by RoomScreen as a single live region.

import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { mergeSentences } from "./announce.ts";

/** How long sentences are gathered before they are said. */
const GATHER_MS = 1_000;
/** How long they stand in the region; after that the same sentence can be said anew. */
const STAND_MS = 2_000;

/** `said` is the text of the live region; `say` adds a sentence to the next announcement. */
export interface Announcer {
  readonly said: Signal<string>;
  readonly say: (sentence: string) => void;
}

/** An announcer that lives as long as the component. */
export function useAnnouncer(): Announcer {
  const said = useSignal("");
  const inner = useRef<{ pending: string[]; timer: ReturnType<typeof setTimeout> | undefined }>({
    pending: [],
    timer: undefined,
  });
  useEffect(() => () => clearTimeout(inner.current.timer), []);

  function speak(): void {
    const { pending } = inner.current;
    said.value = mergeSentences(pending);
    inner.current.pending = [];
    inner.current.timer = setTimeout(fallSilent, STAND_MS);
  }
  function fallSilent(): void {
    said.value = "";
    inner.current.timer = undefined;
    if (inner.current.pending.length > 0) speak();
  }
  function say(sentence: string): void {
    // While something stands there, what comes next waits until it has been heard.
    inner.current.pending.push(sentence);
    inner.current.timer ??= setTimeout(speak, GATHER_MS);
  }
  return { said, say };
}
