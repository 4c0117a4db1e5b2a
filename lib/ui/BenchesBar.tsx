// Which benches carry the room: how many sit on each, whether words reach it, which is the room's home. Stands over the
// log of every public room; on a phone it is one line that opens. Silent for screen readers: the announcer tells.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import type { BenchSeat, SessionView } from "../session/view_state.ts";
import {
  benchesLine,
  labelOf,
  linkState,
  PARK_AWAY_WORDS,
  seatCount,
  shortFingerprint,
  SILENT_WORDS,
} from "./bench_words.ts";
import { BenchName, BenchTag } from "./BenchName.tsx";
import { BenchIcon, MoreIcon, WarnIcon } from "./icons.tsx";
import { isOpen, isTroubled, offerLine } from "./offer_words.ts";

/** `onUnpair` and `onOffers` are asked for by the admin alone. */
export function BenchesBar(
  { view, onUnpair, onOffers }: {
    readonly view: SessionView;
    readonly onUnpair: (benchId: string) => void;
    readonly onOffers: () => void;
  },
): JSX.Element | null {
  const isOpened = useSignal(false);
  if (view.publicness === "private") return null;
  const { benches } = view;
  const endsLinks = view.isAdmin && benches.some(({ isHub, isThis }) => isHub && isThis);
  const someSilent = benches.some(({ isUp }) => !isUp);
  const offer = view.isAdmin ? view.offers.at(-1) : undefined;
  return (
    <section class="benches" aria-label="Benches of this room">
      <div class="benches-line">
        <BenchIcon />
        <p class={someSilent ? "benches-words benches-warn" : "benches-words"}>
          {benchesLine(view)}
        </p>
        {benches.length === 0 ? null : (
          <button
            type="button"
            class="button-icon benches-more"
            aria-label="Which benches"
            aria-expanded={isOpened.value ? "true" : "false"}
            aria-controls="benches-list"
            onClick={() => isOpened.value = !isOpened.value}
          >
            <MoreIcon />
          </button>
        )}
        {benches.length === 0 ? null : (
          <ul
            id="benches-list"
            class={isOpened.value ? "benches-list benches-open" : "benches-list"}
          >
            {benches.map((seat) => (
              <Seat
                key={seat.id}
                seat={seat}
                onUnpair={endsLinks && !seat.isThis ? onUnpair : null}
              />
            ))}
          </ul>
        )}
      </div>
      {view.park === "away"
        ? (
          <p class="benches-word benches-warn">
            <WarnIcon />
            {PARK_AWAY_WORDS}
          </p>
        )
        : null}
      {offer === undefined
        ? null
        : (
          <p class={isTroubled(offer) ? "benches-word benches-warn" : "benches-word"}>
            <span>{offerLine(offer)}</span>
            <button type="button" class="button button-small" onClick={onOffers}>
              {isOpen(offer) ? "Show the link" : "Show"}
            </button>
          </p>
        )}
    </section>
  );
}

function Seat(
  { seat, onUnpair }: {
    readonly seat: BenchSeat;
    readonly onUnpair: ((benchId: string) => void) | null;
  },
): JSX.Element {
  const state = linkState(seat);
  return (
    <li class={seat.isUp ? "seat" : "seat seat-silent"}>
      <span class="seat-dot" aria-hidden="true"></span>
      <span class="seat-words">
        <BenchName id={seat.id} />
        <BenchTag id={seat.id} />
        {seat.isHub ? <span class="seat-note">home</span> : null}
        {seat.isThis ? <span class="seat-note">this bench</span> : null}
        <span class="seat-count">{seatCount(seat.count)}</span>
        {seat.isThis ? null : (
          <span class="seat-state">
            {state === "silent" ? `${state}: ${SILENT_WORDS}` : state}
          </span>
        )}
      </span>
      {onUnpair === null ? null : (
        <button
          type="button"
          class="button button-small"
          aria-label={`Unpair ${labelOf(seat.id)} ${shortFingerprint(seat.id)}`}
          onClick={() => onUnpair(seat.id)}
        >
          Unpair
        </button>
      )}
    </li>
  );
}
