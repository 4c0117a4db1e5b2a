// The question before the link to another bench is ended. The harmless answer has the focus.

import type { JSX } from "preact";
import type { ActResult } from "../session/contract.ts";
import { refusalOf } from "./act_words.ts";
import { labelOf } from "./bench_words.ts";
import { BenchCard } from "./BenchName.tsx";
import { ConfirmDialog } from "./ConfirmDialog.tsx";

/** Asks, and closes by itself once the bench has taken it. */
export function UnpairDialog(
  { benchId, unpair, onClose }: {
    /** Full id of the other bench. */
    readonly benchId: string;
    readonly unpair: () => Promise<ActResult>;
    readonly onClose: () => void;
  },
): JSX.Element {
  return (
    <ConfirmDialog
      name="unpair"
      title={`Unpair from ${labelOf(benchId)}?`}
      button="Unpair"
      isDangerous
      act={() => refusalOf(unpair())}
      onClose={onClose}
    >
      <BenchCard id={benchId} />
      <p id="unpair-why">
        Nothing passes between the two benches any more: people on either stay where they are, and
        no longer hear the others. Both sides are told. To undo it, pair again with a new link.
      </p>
    </ConfirmDialog>
  );
}
