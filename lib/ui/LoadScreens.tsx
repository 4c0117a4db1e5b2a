// What an island shows before its own code is there, and when that does not come.

import type { JSX } from "preact";
import { StatusScreen } from "./StatusScreen.tsx";

/** `whyScripts` is for who has them switched off. */
export function OpeningScreen(
  { whyScripts, sourceUrl }: { readonly whyScripts: string; readonly sourceUrl: string },
): JSX.Element {
  return (
    <StatusScreen heading="Opening…" lines={[]} busy sourceUrl={sourceUrl}>
      <noscript>
        <p>{whyScripts}</p>
      </noscript>
    </StatusScreen>
  );
}

/** The code did not come; nothing is lost by loading the page again. */
export function NotLoadedScreen({ sourceUrl }: { readonly sourceUrl: string }): JSX.Element {
  return (
    <StatusScreen
      heading="This page could not load its parts"
      lines={["The bench may be down, or this device may be offline."]}
      sourceUrl={sourceUrl}
    >
      <button type="button" class="button button-main" onClick={() => location.reload()}>
        Load the page again
      </button>
    </StatusScreen>
  );
}
