// A native <dialog>, shown as a modal as long as it is drawn. Gives the focus back to where it came from.
// An alertdialog is not closed by a tap beside it: it asks something.

import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { CloseIcon } from "./icons.tsx";

/** What a dialog needs besides its content. `name` is also the prefix of its ids, so one of a kind may be open. */
export interface ModalProps {
  readonly name: string;
  readonly title: string;
  readonly kind?: "dialog" | "alertdialog";
  /** Fills the window, for pictures. */
  readonly wide?: boolean;
  readonly onClose: () => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  readonly children: ComponentChildren;
}

/** Draws the dialog; leave it out to close it. In an alertdialog the element `${name}-why` describes it. */
export function Modal(props: ModalProps): JSX.Element {
  const { name, title, kind = "dialog", wide = false, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    if (element !== null && !element.open) element.showModal();
    return () => {
      if (element?.open) element.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const describedBy = kind === "alertdialog" ? { "aria-describedby": `${name}-why` } : {};
  return (
    <dialog
      ref={dialog}
      class={wide ? "modal modal-wide" : "modal"}
      role={kind}
      aria-labelledby={`${name}-title`}
      {...describedBy}
      onCancel={(event) => {
        // A file picker inside a dialog bubbles its own cancel.
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        onClose();
      }}
      onClose={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      onPointerDown={(event) => {
        if (kind === "dialog" && event.target === event.currentTarget) onClose();
      }}
      onKeyDown={props.onKeyDown}
    >
      <div class="modal-inside">
        <div class="modal-head">
          <h2 id={`${name}-title`}>{title}</h2>
          {kind === "dialog"
            ? (
              <button type="button" class="button-icon" aria-label="Close" onClick={onClose}>
                <CloseIcon />
              </button>
            )
            : null}
        </div>
        {props.children}
      </div>
    </dialog>
  );
}
