// Pictures picked, pasted or dropped, one after the other: each is prepared, looked at, then sent or put away.

import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { PreparedImage, Session } from "../session/contract.ts";
import { refusalWords } from "./notice_words.ts";

/** Files taken at once; the rest of a larger pick is let go, and that is said. */
export const MAX_PICKED = 20;

/** Where the picking stands. */
export interface PicturesToSend {
  /** The picture to be looked at now. */
  readonly image: Signal<PreparedImage | null>;
  readonly waiting: Signal<number>;
  readonly isPreparing: Signal<boolean>;
  /** Why a file was refused; empty when nothing was. */
  readonly refusal: Signal<string>;
  readonly pick: (files: readonly File[]) => void;
  readonly send: () => void;
  readonly putAway: () => void;
}

/** The queue of one room. */
export function usePicturesToSend(session: Session): PicturesToSend {
  const image = useSignal<PreparedImage | null>(null);
  const waiting = useSignal(0);
  const isPreparing = useSignal(false);
  const refusal = useSignal("");
  const queue = useRef<File[]>([]);
  const isGone = useRef(false);
  useEffect(() => () => {
    isGone.current = true;
    queue.current = [];
  }, []);

  async function next(): Promise<void> {
    if (isPreparing.value || image.value !== null) return;
    const file = queue.current.shift();
    waiting.value = queue.current.length;
    if (file === undefined) return;
    isPreparing.value = true;
    const result = await session.prepareImage(file).catch(() => null);
    if (isGone.current) return;
    isPreparing.value = false;
    if (result?.ok) {
      image.value = result.image;
      return;
    }
    refusal.value = result === null
      ? "This file could not be read."
      : refusalWords(result.reason, result.maxFileBytes);
    await next();
  }

  function pick(files: readonly File[]): void {
    const space = MAX_PICKED - queue.current.length;
    refusal.value = files.length > space
      ? `At most ${MAX_PICKED} pictures are taken at once; the others were left out.`
      : "";
    queue.current.push(...files.slice(0, Math.max(0, space)));
    waiting.value = queue.current.length;
    void next();
  }

  function putAway(): void {
    image.value = null;
    void next();
  }

  function send(): void {
    if (image.value !== null) session.sendImage(image.value);
    putAway();
  }

  return { image, waiting, isPreparing, refusal, pick, send, putAway };
}
