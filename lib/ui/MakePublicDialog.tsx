// The question before a room becomes public: who could carry it, what they see and what they never see. There is no way
// back, so the harmless answer has the focus.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import type { ActResult } from "../session/contract.ts";
import { actRefusalWords } from "./act_words.ts";
import { Modal } from "./Modal.tsx";

/** Asks, and closes by itself once the bench has taken it. */
export function MakePublicDialog(
  { makePublic, onClose }: {
    readonly makePublic: () => Promise<ActResult>;
    readonly onClose: () => void;
  },
): JSX.Element {
  const isWorking = useSignal(false);
  const word = useSignal("");
  async function onMake(): Promise<void> {
    if (isWorking.value) return;
    isWorking.value = true;
    word.value = "";
    const result = await makePublic()
      .catch((): ActResult => ({ ok: false, reason: "no-answer" }));
    isWorking.value = false;
    if (result.ok) onClose();
    else word.value = actRefusalWords(result.reason);
  }
  return (
    <Modal name="public" title="Make this room public?" kind="alertdialog" onClose={onClose}>
      <div id="public-why" class="why">
        <p>
          Other benches can then carry this room, but only those that you pair it with, one by one.
          {" "}
          <strong>There is no way back.</strong>
        </p>
        <dl class="see-list">
          <dt>A bench that carries it sees</dt>
          <dd>
            the room's number, how many sit there, and when a message passes, in which of six sizes
          </dd>
          <dt>It never sees</dt>
          <dd>what is said, names, pictures, or who you are</dd>
          <dt>NATS, in between, sees still less</dt>
          <dd>that something passes between two benches, when, and in which size</dd>
        </dl>
        <p>
          People who come in over another bench get the page from it, so they trust its keeper as
          you trust yours. You sign this as the admin, and everybody here is told.
        </p>
      </div>
      <p class="field-word field-word-bad" role="status">{word.value}</p>
      <div class="modal-buttons">
        <button type="button" class="button" onClick={onClose} autofocus>Cancel</button>
        <button
          type="button"
          class="button button-main"
          aria-disabled={isWorking.value ? "true" : undefined}
          onClick={onMake}
        >
          Make public
        </button>
      </div>
    </Modal>
  );
}
