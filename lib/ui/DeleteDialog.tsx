// The question before a room is deleted for all.

import type { JSX } from "preact";
import { ConfirmDialog } from "./ConfirmDialog.tsx";

/** `deleteRoom` resolves to whether the bench took it. */
export function DeleteDialog(
  { deleteRoom, onClose }: {
    readonly deleteRoom: () => Promise<boolean>;
    readonly onClose: () => void;
  },
): JSX.Element {
  async function act(): Promise<string | null> {
    const isTaken = await deleteRoom().catch(() => false);
    return isTaken ? null : "The bench did not take it. Try again.";
  }
  return (
    <ConfirmDialog
      name="delete"
      title="Delete this room?"
      button="Delete"
      isDangerous
      act={act}
      onClose={onClose}
    >
      <p id="delete-why">
        Everybody is sent out at once, and the room's link stops working. What people have seen or
        saved stays with them. This cannot be taken back.
      </p>
    </ConfirmDialog>
  );
}
