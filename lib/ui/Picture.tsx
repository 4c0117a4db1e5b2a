// A picture in the log: its place is kept from the first moment, so that nothing jumps when it arrives.
// Shows only blob: addresses that the session made; never the sender's file name.

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { LogItem } from "../session/view_state.ts";
import { formatSize, percentDone } from "./file_size.ts";
import { DownloadIcon, PictureIcon } from "./icons.tsx";
import type { LineActions } from "./LogLine.tsx";
import { madeUpFileName } from "./made_up_name.ts";
import { lostPictureWords } from "./notice_words.ts";

/** An item of the log that is a picture. */
export type PictureItem = LogItem & { readonly tag: "image" };

/** Largest place a picture takes in the log, in CSS pixels. */
const MAX_WIDTH_PX = 360;
const MAX_HEIGHT_PX = 320;
const MIN_SIDE_PX = 48;

/** The name by which a picture is told to those who do not see it. */
export function pictureName(item: PictureItem): string {
  const from = item.delivery === null ? item.author.name : "you";
  return `Picture from ${from}, ${formatSize(item.totalBytes)}`;
}

/** The place of a picture of this size in the log, in whole CSS pixels. */
export function fitPicture(
  widthPx: number,
  heightPx: number,
): { readonly width: number; readonly height: number } {
  const width = Math.max(1, widthPx);
  const height = Math.max(1, heightPx);
  const scale = Math.min(1, MAX_WIDTH_PX / width, MAX_HEIGHT_PX / height);
  return {
    width: Math.max(MIN_SIDE_PX, Math.round(width * scale)),
    height: Math.max(MIN_SIDE_PX, Math.round(height * scale)),
  };
}

/** The picture, how far it is, or why it is not there. */
export function Picture(
  { item, maxFileBytes, actions }: {
    readonly item: PictureItem;
    readonly maxFileBytes: number;
    readonly actions: LineActions;
  },
): JSX.Element {
  const { transfer } = item;
  const { width, height } = fitPicture(item.widthPx, item.heightPx);
  const lost = lostPictureWords(
    transfer,
    item.delivery === null ? item.author.name : null,
    maxFileBytes,
  );
  if (lost !== null) {
    return (
      <p class="picture-lost">
        <PictureIcon />
        <bdi>{lost}</bdi>
      </p>
    );
  }
  if (transfer.tag === "complete") {
    return (
      <div class="picture">
        <button type="button" class="picture-open" onClick={() => actions.openPicture(item.id)}>
          <img
            src={transfer.url}
            alt={pictureName(item)}
            width={width}
            height={height}
            decoding="async"
          />
        </button>
        <div class="picture-row">
          <span>{formatSize(item.totalBytes)}</span>
          <DownloadLink url={transfer.url} mime={item.mime} />
        </div>
      </div>
    );
  }
  const percent = transfer.tag === "moving" ? percentDone(transfer.doneBytes, item.totalBytes) : 0;
  const isMine = item.delivery !== null;
  return (
    <div class="picture">
      <svg
        class="picture-place"
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        aria-hidden="true"
        focusable="false"
      >
        <rect width={width} height={height} />
        <path
          transform={`translate(${width / 2 - 18} ${height / 2 - 18}) scale(1.5)`}
          d="M4 17l4.7-4.2 3.3 2.7 3.5-3.7L20 16M6 4.5h12A2.5 2.5 0 0 1 20.5 7v10a2.5 2.5 0 0 1-2.5 2.5H6A2.5 2.5 0 0 1 3.5 17V7A2.5 2.5 0 0 1 6 4.5z"
        />
      </svg>
      <div class="picture-row">
        <progress max={100} value={percent} aria-label={pictureName(item)}></progress>
        <span class="picture-far">{`${isMine ? "Sending" : "Coming"}, ${percent} %`}</span>
      </div>
      <div class="picture-row">
        <span>{formatSize(item.totalBytes)}</span>
        <button
          type="button"
          class="button button-small"
          onClick={() => actions.cancelImage(item.id)}
        >
          Cancel
        </button>
      </div>
    </div>
  );
}

/** Saves the picture under a made-up name. */
export function DownloadLink(
  { url, mime }: { readonly url: string; readonly mime: string },
): JSX.Element {
  const fileName = useMemo(() => madeUpFileName(mime), [url, mime]);
  return (
    <a class="button button-small" href={url} download={fileName}>
      <DownloadIcon />
      Download
    </a>
  );
}
