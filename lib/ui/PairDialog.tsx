// Pairing, on the admin's side: which bench, who that is, the link for its keeper, and what became of it. What a press
// of its button does stands in pair_flow.ts.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { PairingOffer, SessionView } from "../session/view_state.ts";
import { BenchCard } from "./BenchName.tsx";
import { Modal } from "./Modal.tsx";
import { isOpen, offerLine } from "./offer_words.ts";
import { OfferCard, type OfferWishes } from "./OfferCard.tsx";
import { type FormWishes, type PairFormStep, pressCreate, stepWords } from "./pair_flow.ts";

/** What the dialog asks of the session. */
export type PairWishes = OfferWishes & FormWishes;

/** Closing it takes nothing back: the links stand in the view. `firstStep` is for drawing it without a press. */
export function PairDialog(
  { view, wishes, onClose, firstStep = { tag: "typing", word: "" } }: {
    readonly view: SessionView;
    readonly wishes: PairWishes;
    readonly onClose: () => void;
    readonly firstStep?: PairFormStep;
  },
): JSX.Element {
  const step = useSignal<PairFormStep>(firstStep);
  const typed = useSignal("");
  const withRoomKey = useSignal(false);
  const picked = useSignal<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const isDrawn = useRef(true);
  useEffect(() => () => {
    isDrawn.current = false;
  }, []);

  const newest = view.offers.at(-1);
  const shown = view.offers.find(({ key }) => key === picked.value) ?? newest;
  // A link that was just made is the one to look at.
  useEffect(() => {
    picked.value = null;
  }, [newest?.key]);
  const shownBefore = useRef(shown?.key);
  const isFirst = shownBefore.current === shown?.key;
  useEffect(() => {
    if (shownBefore.current === shown?.key) return;
    shownBefore.current = shown?.key;
    // What had the focus may be gone: go on from what is shown instead.
    (document.getElementById("offer-title") ?? field.current)?.focus();
  }, [shown?.key]);

  async function press(event: Event): Promise<void> {
    event.preventDefault();
    await pressCreate({
      step: step.value,
      typed: typed.value,
      openOffers: view.offers.filter(isOpen).length,
      withRoomKey: withRoomKey.value,
      wishes,
      isStillDrawn: () => isDrawn.current,
      show: (next) => {
        step.value = next;
        if (next.tag !== "typing") return;
        if (next.word !== "") return field.current?.focus();
        typed.value = "";
        withRoomKey.value = false;
      },
    });
  }

  const now = step.value;
  const isBusy = now.tag === "looking" || now.tag === "making";
  return (
    <Modal name="pair" title="Pair with another bench" onClose={onClose}>
      {shown === undefined ? null : (
        <OfferCard
          key={shown.key}
          offer={shown}
          wishes={wishes}
          autofocus={isFirst}
        />
      )}
      <OtherOffers
        offers={view.offers.filter((offer) => offer !== shown)}
        onPick={(key) => picked.value = key}
      />
      <form class="pair-form" onSubmit={press} noValidate>
        {shown === undefined
          ? (
            <p>
              The other bench carries this room, too, once its keeper accepts. It shows its Bench ID
              on its page /bench.
            </p>
          )
          : <h3>One more bench</h3>}
        <div>
          <label class="field-label" for="pair-id">Bench ID</label>
          <input
            ref={field}
            id="pair-id"
            class="text-field code"
            type="text"
            value={typed.value}
            onInput={(event) => {
              typed.value = event.currentTarget.value;
              step.value = { tag: "typing", word: "" };
            }}
            readOnly={isBusy}
            aria-describedby="pair-hint pair-word"
            aria-invalid={now.tag === "typing" && now.word !== "" ? "true" : "false"}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            maxLength={128}
            dir="ltr"
            autofocus={shown === undefined}
          />
          <p class="quiet" id="pair-hint">
            The whole of it, with what stands behind the ~. The label alone does where only one
            bench has it.
          </p>
        </div>
        <label class="check-row" for="pair-key">
          <input
            id="pair-key"
            type="checkbox"
            checked={withRoomKey.value}
            onChange={(event) => withRoomKey.value = event.currentTarget.checked}
            aria-describedby="pair-key-about"
          />
          <span>Put the room's key into the link</span>
        </label>
        <p class="quiet check-about" id="pair-key-about">
          Whoever opens it can then come in and read along, and the other bench serves the page that
          reads it. Without it, you hand out the room's link there yourself.
        </p>
        {now.tag === "found" || now.tag === "making"
          ? <BenchCard id={now.bench.id} url={now.bench.isHeard ? now.bench.url : null} />
          : null}
        <p
          class={now.tag === "typing" ? "field-word field-word-bad" : "field-word"}
          id="pair-word"
          role="status"
        >
          {stepWords(now)}
        </p>
        <div class="modal-buttons">
          <button
            type="submit"
            class="button button-main"
            aria-disabled={isBusy ? "true" : undefined}
          >
            Create pairing link
          </button>
        </div>
      </form>
    </Modal>
  );
}

function OtherOffers(
  { offers, onPick }: {
    readonly offers: readonly PairingOffer[];
    readonly onPick: (key: string) => void;
  },
): JSX.Element | null {
  if (offers.length === 0) return null;
  return (
    <ul class="other-offers" aria-label="Other pairing links">
      {offers.map((offer) => (
        <li key={offer.key}>
          <span>{offerLine(offer)}</span>
          <button
            type="button"
            class="button button-small"
            aria-label={`Show the link for ${offer.bench.label}`}
            onClick={() => onPick(offer.key)}
          >
            Show
          </button>
        </li>
      ))}
    </ul>
  );
}
