// Looking at a picture before it is sent: how large it is and what was taken out of it. Nothing has left the tab yet.

import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { PreparedImage } from "../session/contract.ts";
import { formatSize } from "./file_size.ts";
import { Modal } from "./Modal.tsx";
import { removedWords } from "./notice_words.ts";
import { fitPicture } from "./Picture.tsx";

/** `waiting`: how many more pictures were picked together with this one. */
export function SendImageDialog(
  { image, waiting, onSend, onClose }: {
    readonly image: PreparedImage;
    readonly waiting: number;
    readonly onSend: () => void;
    readonly onClose: () => void;
  },
): JSX.Element {
  const url = useMemo(() => previewUrl(image), [image]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  const { width, height } = fitPicture(image.widthPx, image.heightPx);
  return (
    <Modal name="send-image" title="Send this picture?" onClose={onClose}>
      <div class="preview">
        <img src={url} alt="The picture you picked" width={width} height={height} />
      </div>
      <p>
        <strong>{formatSize(image.bytes.length)}</strong>
        {`, ${image.widthPx} × ${image.heightPx} pixels. ${removedWords(image.removed)}`}
      </p>
      {waiting > 0
        ? <p class="quiet">{waiting === 1 ? "1 more follows." : `${waiting} more follow.`}</p>
        : null}
      <div class="modal-buttons">
        <button type="button" class="button" onClick={onClose}>Cancel</button>
        <button type="button" class="button button-main" onClick={onSend} autofocus>
          Send image
        </button>
      </div>
    </Modal>
  );
}

function previewUrl(image: PreparedImage): string {
  return URL.createObjectURL(new Blob([image.bytes], { type: imageType(image.mime) }));
}

function imageType(mime: string): string {
  return mime.includes("/") ? mime : `image/${mime}`;
}
