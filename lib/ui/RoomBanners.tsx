// What has to be known about the whole room right now: the connection, the page's own safety, a mis-hosted bench.
// Silent for screen readers: the announcer speaks for it.

import type { JSX } from "preact";
import type { SessionView } from "../session/view_state.ts";
import { awayWords, comingBackWords, TRYING_WORDS } from "./away_words.ts";
import { WarnIcon } from "./icons.tsx";
import { PlainHttpBanner } from "./PlainHttpBanner.tsx";

/** Banners between header and log; nothing when all is well. */
export function RoomBanners(
  { view, plainHttp, onComeBack }: {
    readonly view: SessionView;
    readonly plainHttp: boolean;
    readonly onComeBack: () => void;
  },
): JSX.Element {
  return (
    <div class="banners">
      {plainHttp ? <PlainHttpBanner /> : null}
      {view.twoBenches
        ? (
          <div class="banner banner-warn" role="note">
            <WarnIcon />
            <p>
              <strong>Two different benches answer under this address.</strong>{" "}
              Friends with the same link may sit on the other one. Tell whoever runs it.
            </p>
          </div>
        )
        : null}
      {view.phase.tag === "reconnecting" || view.phase.tag === "connecting"
        ? (
          <div class="banner" role="note">
            <span class="breathing breathing-small" aria-hidden="true">
              <span></span>
              <span></span>
              <span></span>
            </span>
            <p>
              {view.phase.tag === "reconnecting" ? comingBackWords(view.phase.cause) : TRYING_WORDS}
            </p>
          </div>
        )
        : null}
      {view.phase.tag === "waiting-for-tap"
        ? (
          <div class="banner banner-warn" role="note">
            <WarnIcon />
            <p>{awayWords(view.phase.cause)}</p>
            <button type="button" class="button" onClick={onComeBack}>Try again</button>
          </div>
        )
        : null}
      {view.phase.tag === "away-too-long"
        ? (
          <div class="banner banner-warn" role="note">
            <WarnIcon />
            <p>
              <strong>You were away for more than 5 minutes, and nobody is left here.</strong>{" "}
              Coming back opens the room anew for whoever holds the link.
            </p>
            <button type="button" class="button" onClick={onComeBack}>Come back</button>
          </div>
        )
        : null}
    </div>
  );
}
