// What a page says when a route fails. Never shows the error itself: it may hold what nobody should read.

import type { JSX } from "preact";
import { HomeLink, StatusScreen } from "./StatusScreen.tsx";

/** `status` is the HTTP status of the answer. */
export function ErrorScreen(
  { status, sourceUrl }: { readonly status: number; readonly sourceUrl: string },
): JSX.Element {
  const isMissing = status === 404;
  return (
    <StatusScreen
      sourceUrl={sourceUrl}
      heading={isMissing ? "There is no bench here" : "This bench stumbled"}
      lines={isMissing
        ? ["Nothing lies under this address (404)."]
        : [`Something went wrong on this bench (${status}). It wrote nothing about you down.`]}
    >
      <HomeLink primary />
    </StatusScreen>
  );
}
