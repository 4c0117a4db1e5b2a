// A reader that checks pictures as they come: every box, of whom, byte for byte, in order, none left out.

import { Buffer } from "node:buffer";
import type { MemberId } from "../../lib/wire/mod.ts";

import type { LoadTab } from "./load_tab.ts";

/** Reads pictures of one sender on one tab; several come with their boxes in turn. */
export class PictureReader {
  /** Resolves when all of it is there; rejects at the first box that is wrong, or when the tab is cut before. */
  readonly done: Promise<void>;

  constructor(tab: LoadTab, sender: MemberId, pictures: readonly (readonly Uint8Array[])[]) {
    const expected = pictures[0]!.flatMap((_, i) => pictures.map((boxes) => boxes[i]!));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let next = 0;
    tab.onEntry = (from, box) => {
      if (from !== sender) return;
      const isRight = next < expected.length && Buffer.compare(expected[next]!, box) === 0;
      if (!isRight) {
        return reject(new Error(`box ${next} of a picture is not the one that was sent`));
      }
      if (++next === expected.length) resolve();
    };
    tab.socket.closed.then((code) =>
      reject(new Error(`cut with ${code} after ${next} of ${expected.length} boxes`))
    );
    // Whoever waits for it hears of it; nobody else has to.
    promise.catch(() => {});
    this.done = promise;
  }
}
