// The question before the link to another bench is ended. The harmless answer has the focus.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import type { ActResult } from "../session/contract.ts";
import { actRefusalWords } from "./act_words.ts";
import { labelOf } from "./bench_words.ts";
import { BenchCard } from "./BenchName.tsx";
import { Modal } from "./Modal.tsx";

/** Asks, and closes by itself once the bench has taken it. */
export function UnpairDialog(
  { benchId, unpair, onClose }: {
    /** Full id of the other bench. */
    readonly benchId: string;
    readonly unpair: () => Promise<ActResult>;
    readonly onClose: () => void;
  },
): JSX.Element {
  const isWorking = useSignal(false);
  const word = useSignal("");
  async function onUnpair(): Promise<void> {
    if (isWorking.value) return;
    isWorking.value = true;
    word.value = "";
    const result = await unpair().catch((): ActResult => ({ ok: false, reason: "no-answer" }));
    isWorking.value = false;
    if (result.ok) onClose();
    else word.value = actRefusalWords(result.reason);
  }
  return (
    <Modal
      name="unpair"
      title={`Unpair from ${labelOf(benchId)}?`}
      kind="alertdialog"
      onClose={onClose}
    >
      <BenchCard id={benchId} />
      <p id="unpair-why">
        Nothing passes between the two benches any more: people on either stay where they are, and
        no longer hear the others. Both sides are told. To undo it, pair again with a new link.
      </p>
      <p class="field-word field-word-bad" role="status">{word.value}</p>
      <div class="modal-buttons">
        <button type="button" class="button" onClick={onClose} autofocus>Cancel</button>
        <button
          type="button"
          class="button button-danger"
          aria-disabled={isWorking.value ? "true" : undefined}
          onClick={onUnpair}
        >
          Unpair
        </button>
      </div>
    </Modal>
  );
}
