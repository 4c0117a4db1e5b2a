// The question before what cannot be taken back. The harmless answer has the focus.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { Modal } from "./Modal.tsx";

/** Asks before the room is deleted for all. `deleteRoom` resolves to whether the bench took it. */
export function DeleteDialog(
  { deleteRoom, onClose }: {
    readonly deleteRoom: () => Promise<boolean>;
    readonly onClose: () => void;
  },
): JSX.Element {
  const state = useSignal<"asking" | "working" | "refused">("asking");
  async function onDelete(): Promise<void> {
    if (state.value === "working") return;
    state.value = "working";
    const taken = await deleteRoom().catch(() => false);
    if (taken) onClose();
    else state.value = "refused";
  }
  return (
    <Modal name="delete" title="Delete this room?" kind="alertdialog" onClose={onClose}>
      <p id="delete-why">
        Everybody is sent out at once, and the room's link stops working. What people have seen or
        saved stays with them. This cannot be taken back.
      </p>
      <p class="field-word field-word-bad" role="status">
        {state.value === "refused" ? "The bench did not take it. Try again." : ""}
      </p>
      <div class="modal-buttons">
        <button type="button" class="button" onClick={onClose} autofocus>Cancel</button>
        <button
          type="button"
          class="button button-danger"
          aria-disabled={state.value === "working" ? "true" : undefined}
          onClick={onDelete}
        >
          Delete
        </button>
      </div>
    </Modal>
  );
}
