// A picture as large as the window, in the page. Arrows lead to the pictures before and after it.

import type { JSX } from "preact";
import type { LogItem } from "../session/view_state.ts";
import { BackIcon, OnIcon } from "./icons.tsx";
import { Modal } from "./Modal.tsx";
import { DownloadLink, type PictureItem, pictureName } from "./Picture.tsx";

/** Pictures of the log that are wholly here, oldest first. */
export function completePictures(log: readonly LogItem[]): readonly PictureItem[] {
  return log.filter((item): item is PictureItem =>
    item.tag === "image" && item.transfer.tag === "complete"
  );
}

/** Shows the picture `itemId`; nothing when it is not there any more. */
export function ImageViewer(
  { log, itemId, onTurnTo, onClose }: {
    readonly log: readonly LogItem[];
    readonly itemId: string;
    readonly onTurnTo: (itemId: string) => void;
    readonly onClose: () => void;
  },
): JSX.Element | null {
  const pictures = completePictures(log);
  const at = pictures.findIndex((picture) => picture.id === itemId);
  const picture = pictures[at];
  if (picture === undefined || picture.transfer.tag !== "complete") return null;
  const before = pictures[at - 1]?.id;
  const after = pictures[at + 1]?.id;

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === "ArrowLeft" && before !== undefined) onTurnTo(before);
    if (event.key === "ArrowRight" && after !== undefined) onTurnTo(after);
  }

  return (
    <Modal name="viewer" title={pictureName(picture)} wide onClose={onClose} onKeyDown={onKeyDown}>
      <div class="viewer">
        <img
          src={picture.transfer.url}
          alt={pictureName(picture)}
          width={picture.widthPx}
          height={picture.heightPx}
        />
      </div>
      <div class="modal-buttons viewer-buttons">
        {pictures.length > 1
          ? (
            <>
              <TurnButton name="Picture before" to={before} onTurnTo={onTurnTo} />
              <TurnButton name="Picture after" to={after} onTurnTo={onTurnTo} />
            </>
          )
          : null}
        <DownloadLink url={picture.transfer.url} mime={picture.mime} />
      </div>
    </Modal>
  );
}

function TurnButton(
  { name, to, onTurnTo }: {
    readonly name: string;
    readonly to: string | undefined;
    readonly onTurnTo: (itemId: string) => void;
  },
): JSX.Element {
  return (
    <button
      type="button"
      class="button button-square"
      aria-label={name}
      aria-disabled={to === undefined ? "true" : undefined}
      onClick={() => {
        if (to !== undefined) onTurnTo(to);
      }}
    >
      {name === "Picture before" ? <BackIcon /> : <OnIcon />}
    </button>
  );
}
