// The question before what cannot be taken back, as every such question is asked: the harmless answer has the focus, and what
// was refused is said in the same place.

import type { ComponentChildren, JSX } from "preact";
import { useSignal } from "@preact/signals";
import { Modal } from "./Modal.tsx";

/**
 * `children` say what it means; the paragraph with the id `${name}-why` describes the dialog. `act` resolves to `null` once it is
 * done, which closes the dialog, else to why it is not; it never rejects, and runs once at a time.
 */
export function ConfirmDialog(
  { name, title, button, isDangerous = false, act, onClose, children }: {
    readonly name: string;
    readonly title: string;
    /** Words on the button that does it. */
    readonly button: string;
    readonly isDangerous?: boolean;
    readonly act: () => Promise<string | null>;
    readonly onClose: () => void;
    readonly children: ComponentChildren;
  },
): JSX.Element {
  const isWorking = useSignal(false);
  const word = useSignal("");
  async function onAct(): Promise<void> {
    if (isWorking.value) return;
    isWorking.value = true;
    word.value = "";
    const refusal = await act();
    isWorking.value = false;
    if (refusal === null) onClose();
    else word.value = refusal;
  }
  return (
    <Modal name={name} title={title} kind="alertdialog" onClose={onClose}>
      {children}
      <p class="field-word field-word-bad" role="status">{word.value}</p>
      <div class="modal-buttons">
        <button type="button" class="button" onClick={onClose} autofocus>Cancel</button>
        <button
          type="button"
          class={`button ${isDangerous ? "button-danger" : "button-main"}`}
          aria-disabled={isWorking.value ? "true" : undefined}
          onClick={onAct}
        >
          {button}
        </button>
      </div>
    </Modal>
  );
}
