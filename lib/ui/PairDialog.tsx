// Pairing, on the admin's side: which bench, who that is, and the link for its keeper. A full Bench ID names one bench
// for certain, so one press looks it up and makes the link; behind a label alone anybody may stand, so it is shown who
// answered, and the same button makes the link at the second press. Rules: lib/park/PAIRING.md.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ActResult, FindResult, Session } from "../session/contract.ts";
import type { PairingOffer, PairingPartner, SessionView } from "../session/view_state.ts";
import { MAX_OFFERS_OF_ROOM, parseTypedBenchId } from "../wire/mod.ts";
import { actRefusalWords } from "./act_words.ts";
import { BenchCard } from "./BenchName.tsx";
import { findFailureWords } from "./find_words.ts";
import { Modal } from "./Modal.tsx";
import { isOpen, offerWords } from "./offer_words.ts";
import { OfferCard, type OfferWishes } from "./OfferCard.tsx";

/** What the dialog asks of the session. */
export type PairWishes = OfferWishes & Pick<Session, "findBench" | "offerPairing">;

type Step =
  | { readonly tag: "typing"; readonly word: string }
  | { readonly tag: "looking" }
  /** A label alone was typed: who answered is shown before anything is made. */
  | { readonly tag: "found"; readonly bench: PairingPartner }
  | { readonly tag: "making"; readonly bench: PairingPartner };

const TOO_MANY_WORDS =
  `${MAX_OFFERS_OF_ROOM} pairing links of this room work already. Take one back first.`;

/** Closing it takes nothing back: the links stand in the view. `firstStep` is for drawing it without a press. */
export function PairDialog(
  { view, wishes, onClose, firstStep = { tag: "typing", word: "" } }: {
    readonly view: SessionView;
    readonly wishes: PairWishes;
    readonly onClose: () => void;
    readonly firstStep?: Step;
  },
): JSX.Element {
  const step = useSignal<Step>(firstStep);
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
  const newestAtFirst = useRef(newest?.key);
  useEffect(() => {
    if (newest === undefined || newest.key === newestAtFirst.current) return;
    newestAtFirst.current = newest.key;
    picked.value = newest.key;
    document.getElementById("offer-title")?.focus();
  }, [newest?.key]);

  function refuse(word: string): void {
    step.value = { tag: "typing", word };
    field.current?.focus();
  }

  async function press(event: Event): Promise<void> {
    event.preventDefault();
    const now = step.value;
    if (now.tag === "looking" || now.tag === "making") return;
    if (view.offers.filter(isOpen).length >= MAX_OFFERS_OF_ROOM) return refuse(TOO_MANY_WORDS);
    if (now.tag === "found") return await make(now.bench);
    const text = typed.value.trim();
    const id = parseTypedBenchId(text);
    if (id === null) return refuse(findFailureWords("not-an-id"));
    step.value = { tag: "looking" };
    const found = await wishes.findBench(text)
      .catch((): FindResult => ({ ok: false, reason: "no-answer" }));
    if (!isDrawn.current) return;
    if (!found.ok) return refuse(findFailureWords(found.reason));
    if (id.fp === null) step.value = { tag: "found", bench: found.bench };
    else await make(found.bench);
  }

  async function make(bench: PairingPartner): Promise<void> {
    step.value = { tag: "making", bench };
    const made = await wishes.offerPairing(bench, withRoomKey.value)
      .catch((): ActResult => ({ ok: false, reason: "no-answer" }));
    if (!isDrawn.current) return;
    if (!made.ok) return refuse(actRefusalWords(made.reason));
    step.value = { tag: "typing", word: "" };
    typed.value = "";
    withRoomKey.value = false;
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
          autofocus={shown.key === newestAtFirst.current}
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
        <label class="check-row">
          <input
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

function stepWords(step: Step): string {
  switch (step.tag) {
    case "typing":
      return step.word;
    case "looking":
      return "Looking for that bench. This takes two seconds…";
    case "found":
      return "One bench answered. Compare what stands behind the ~ with its page /bench, then press again.";
    case "making":
      return "Making the link…";
  }
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
          <span>{offerWords(offer)}</span>
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
