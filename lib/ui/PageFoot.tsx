// The foot of every page outside a room: the source (the AGPL's offer), and what a bench can see.

import type { JSX } from "preact";

/** `sourceUrl` is SOURCE_URL of this bench. Links are relative, so that a bench may live under a path. */
export function PageFoot({ sourceUrl }: { readonly sourceUrl: string }): JSX.Element {
  return (
    <footer class="page-foot">
      <FootLinks sourceUrl={sourceUrl} />
      <p>No accounts, no logs, nothing stored.</p>
    </footer>
  );
}

/** The links alone; `inRoom` opens them in another tab, so that a tap does not end a stay. */
export function FootLinks(
  { sourceUrl, inRoom = false }: { readonly sourceUrl: string; readonly inRoom?: boolean },
): JSX.Element {
  const elsewhere = { target: "_blank", rel: "noopener noreferrer" };
  return (
    <ul class="foot-links">
      <li>
        <a href="./#cannot-see" {...(inRoom ? elsewhere : {})}>What this bench cannot see</a>
      </li>
      <li>
        <a href="./bench" {...(inRoom ? elsewhere : {})}>This bench</a>
      </li>
      <li>
        <a href={sourceUrl} {...elsewhere}>Source, AGPL-3.0</a>
      </li>
    </ul>
  );
}
