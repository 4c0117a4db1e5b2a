// The question before a room becomes public: who could carry it, what they see and what they never see. There is no way
// back, so the harmless answer has the focus.

import type { JSX } from "preact";
import type { ActResult } from "../session/contract.ts";
import { refusalOf } from "./act_words.ts";
import { ConfirmDialog } from "./ConfirmDialog.tsx";

/** Asks, and closes by itself once the bench has taken it. */
export function MakePublicDialog(
  { makePublic, onClose }: {
    readonly makePublic: () => Promise<ActResult>;
    readonly onClose: () => void;
  },
): JSX.Element {
  return (
    <ConfirmDialog
      name="public"
      title="Make this room public?"
      button="Make public"
      act={() => refusalOf(makePublic())}
      onClose={onClose}
    >
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
    </ConfirmDialog>
  );
}
