// One pairing link in the dialog: what to hand on and how long it works, or what became of it. Its outcome stands in a
// status region that is there from the start, so that it is heard.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import type { ActResult, Session } from "../session/contract.ts";
import type { PairingOffer } from "../session/view_state.ts";
import { actRefusalWords } from "./act_words.ts";
import { BenchCard } from "./BenchName.tsx";
import { CopyField } from "./CopyField.tsx";
import { isOpen, isTroubled, offerWords } from "./offer_words.ts";
import { useTimeLeft } from "./use_time_left.ts";

/** What a card asks of the session. */
export type OfferWishes = Pick<Session, "takeBackOffer" | "forgetOffer">;

/** `autofocus` puts the focus on the button that copies, as the dialog opens. */
export function OfferCard(
  { offer, wishes, autofocus }: {
    readonly offer: PairingOffer;
    readonly wishes: OfferWishes;
    readonly autofocus: boolean;
  },
): JSX.Element {
  const open = isOpen(offer);
  const warns = isTroubled(offer) || !(open || offer.state === "paired" ||
    offer.state === "taken-back");
  return (
    <section class="offer" aria-labelledby="offer-title">
      <h3 id="offer-title" tabIndex={-1}>
        {open ? "Pairing link for " : "Pairing with "}
        <bdi>{offer.bench.label}</bdi>
      </h3>
      {open
        ? (
          <CopyField
            name="pairing-link"
            label="Pairing link"
            button="Copy pairing link"
            text={offer.link}
            autofocus={autofocus}
          />
        )
        : null}
      {open ? <HowLong offer={offer} wishes={wishes} /> : null}
      <p class={warns ? "offer-word offer-word-warn" : "offer-word"} role="status">
        {offerWords(offer)}
      </p>
      {open ? <HandItOver offer={offer} /> : null}
      {offer.state === "paired" ? <RoomThere offer={offer} autofocus={autofocus} /> : null}
      {open ? null : (
        <div class="modal-buttons">
          <button
            type="button"
            class="button"
            onClick={() => wishes.forgetOffer(offer.key)}
          >
            Put away
          </button>
        </div>
      )}
    </section>
  );
}

function HowLong(
  { offer, wishes }: { readonly offer: PairingOffer; readonly wishes: OfferWishes },
): JSX.Element {
  const isWorking = useSignal(false);
  const word = useSignal("");
  const left = useTimeLeft(offer.endsAtMs);
  async function takeBack(): Promise<void> {
    if (isWorking.value) return;
    isWorking.value = true;
    word.value = "";
    const result = await wishes.takeBackOffer(offer.key)
      .catch((): ActResult => ({ ok: false, reason: "no-answer" }));
    isWorking.value = false;
    if (!result.ok) word.value = actRefusalWords(result.reason);
  }
  return (
    <>
      <div class="offer-row">
        <p>
          Valid once, for <span class="countdown" role="timer" aria-live="off">{left}</span>
        </p>
        <button
          type="button"
          class="button button-small"
          aria-disabled={isWorking.value ? "true" : undefined}
          onClick={takeBack}
        >
          Take it back
        </button>
      </div>
      <p class="field-word field-word-bad" aria-live="polite">{word.value}</p>
    </>
  );
}

function HandItOver({ offer }: { readonly offer: PairingOffer }): JSX.Element {
  // Behind the first dot of the code; what follows a ~ is the asking bench's label, which may have dots of its own.
  const [code = ""] = offer.link.slice(offer.link.indexOf("#") + 1).split("~");
  const hasRoomKey = code.includes(".");
  return (
    <>
      <BenchCard id={offer.bench.id} url={offer.bench.isHeard ? offer.bench.url : null}>
        {offer.bench.isHeard ? null : (
          <p class="quiet">
            It was not heard just now. The link works all the same once it is there.
          </p>
        )}
      </BenchCard>
      <p>
        Give it to whoever keeps that bench, by mail, messenger or hand: not through BenchTalks
        itself. It works at that bench alone.
        {hasRoomKey
          ? " The room's key is in it: whoever opens it can come in, and that bench serves the page that reads it."
          : " The room's key is not in it."}
      </p>
    </>
  );
}

function RoomThere(
  { offer, autofocus }: { readonly offer: PairingOffer; readonly autofocus: boolean },
): JSX.Element {
  if (offer.roomLink === null) {
    return (
      <p>
        That bench says no address of its own. Ask its keeper for it: people there paste this room's
        link on its start page.
      </p>
    );
  }
  return (
    <>
      <CopyField
        name="room-there"
        label="Room link on the other bench"
        button="Copy room link"
        text={offer.roomLink}
        autofocus={autofocus}
      />
      <p>
        Hand it to the people there. They get the page from that bench, and a bench that serves the
        page could read the room: give it out only if you trust its keeper.
      </p>
    </>
  );
}
