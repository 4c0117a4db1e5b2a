// How others come in: the room's link to copy, to scan or to hand to another app, and what such a link means.
// The admin's own link stands folded away below, so that nobody sends it by mistake.

import type { JSX } from "preact";
import { CopyField } from "./CopyField.tsx";
import { ShareIcon } from "./icons.tsx";
import { Modal } from "./Modal.tsx";
import { QrCode } from "./qr.tsx";

/** `adminLink` is `null` for those who do not hold the admin's key. */
export function InviteDialog(
  { memberLink, adminLink, onClose }: {
    readonly memberLink: string;
    readonly adminLink: string | null;
    readonly onClose: () => void;
  },
): JSX.Element {
  const canShare = typeof navigator !== "undefined" && typeof navigator.share === "function";
  return (
    <Modal name="invite" title="Invite people" onClose={onClose}>
      <CopyField name="invite" label="Invite link" button="Copy" text={memberLink} autofocus />
      <p>
        This link is the key: whoever has it can come in and read along from then on. It can stay in
        browser histories, in their sync, and in the apps you send it with.
      </p>
      <div class="invite-ways">
        <QrCode text={memberLink} label="QR code of the invite link" />
        <div class="invite-side">
          <p>
            Let a friend beside you scan it. Or let them paste the link on the start page: pasted
            there, it never enters a history.
          </p>
          {canShare
            ? (
              <button
                type="button"
                class="button"
                onClick={() => void navigator.share({ url: memberLink }).catch(() => undefined)}
              >
                <ShareIcon />
                Share with an app
              </button>
            )
            : null}
        </div>
      </div>
      {adminLink === null ? null : (
        <details class="fold">
          <summary>Your own admin link</summary>
          <p>
            Keep it secret, and keep it if you want to come back as the admin: with it anybody can
            delete this room. This tab forgets it when you leave.
          </p>
          <CopyField
            name="admin-link"
            label="Admin link"
            button="Copy admin link"
            text={adminLink}
          />
        </details>
      )}
    </Modal>
  );
}
