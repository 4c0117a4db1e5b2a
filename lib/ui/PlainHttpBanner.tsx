// Said on every screen of a page that came over plain http from another machine (wishes: it works, and says what that means).

import type { JSX } from "preact";
import { WarnIcon } from "./icons.tsx";

/** The warning, in two sentences. */
export function PlainHttpBanner(): JSX.Element {
  return (
    <div class="banner banner-warn" role="note">
      <WarnIcon />
      <p>
        <strong>This page came over plain http.</strong>{" "}
        What you say is still sealed, but anybody on the network between you and this bench could
        have changed the page itself, and so read along. Use https for anything that matters.
      </p>
    </div>
  );
}
