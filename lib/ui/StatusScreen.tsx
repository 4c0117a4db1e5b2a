// A page with one thing to say and one way on: nobody here, deleted, cut off, not reachable, left.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { BenchPicture } from "./BenchPicture.tsx";
import { PageFoot } from "./PageFoot.tsx";

/** `children` are the ways on: buttons and links. `busy` shows that something goes on by itself. */
export function StatusScreen(
  { heading, lines, busy = false, sourceUrl, children }: {
    readonly heading: string;
    readonly lines: readonly string[];
    readonly busy?: boolean;
    readonly sourceUrl: string;
    readonly children?: ComponentChildren;
  },
): JSX.Element {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // The screen before took the focused button away with it: go on reading from here.
    if (document.activeElement === document.body) title.current?.focus({ preventScroll: true });
  }, [heading]);
  return (
    <div class="page">
      <main class="status-main">
        <BenchPicture />
        <div class="status-words" role="status">
          <h1 ref={title} tabIndex={-1}>{heading}</h1>
          {lines.map((line) => <p key={line}>{line}</p>)}
        </div>
        {busy ? <Leaves /> : null}
        <div class="ways-on">{children}</div>
      </main>
      <PageFoot sourceUrl={sourceUrl} />
    </div>
  );
}

/** The way back that every such page has. */
export function HomeLink(
  { primary = false }: { readonly primary?: boolean },
): JSX.Element {
  return <a class={primary ? "button button-main" : "button"} href="/">To the start page</a>;
}

/** Three dots that breathe while something is under way. */
function Leaves(): JSX.Element {
  return (
    <div class="breathing" aria-hidden="true">
      <span></span>
      <span></span>
      <span></span>
    </div>
  );
}
