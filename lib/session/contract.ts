// What a page asks of a session. The island and lib/ui know this file and view_state.ts, never the inner parts.

import type { AdminRefusal } from "../wire/mod.ts";
import type { PairingPartner, SessionView } from "./view_state.ts";

/** Why a picture cannot be sent; each has one sentence. */
export type ImageRefusal = "not-an-image" | "damaged" | "too-big" | "too-many-pixels";

/** A picture ready to be looked at and sent: metadata gone. */
export interface PreparedImage {
  readonly mime: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Kinds of metadata that were removed, for the line under the preview. */
  readonly removed: readonly string[];
}

export type PrepareResult =
  | { readonly ok: true; readonly image: PreparedImage }
  | { readonly ok: false; readonly reason: ImageRefusal; readonly maxFileBytes: number };

/** What became of an admin's act: taken, refused by the bench, or not answered in time. */
export type ActResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: AdminRefusal | "no-answer" };

/** What became of looking for a bench. */
export type FindResult =
  | { readonly ok: true; readonly bench: PairingPartner }
  | { readonly ok: false; readonly reason: FindFailure };

/** Why a bench was not found; each has one sentence that says what to do. */
export type FindFailure =
  /** Neither a full Bench ID nor a label. */
  | "not-an-id"
  | "this-bench"
  /** Only a label was typed, and no bench answered to it. */
  | "none"
  /** Only a label was typed, and several benches answered to it: the full id tells them apart. */
  | "several"
  /** Asked too often just now. */
  | "busy"
  | "park-away"
  | "no-answer";

/** One stay in a room. Every method may be called at any time; after `leave` all are without effect. */
export interface Session {
  readonly view: SessionView;
  /** Called after every change, at most once a turn. Returns the way to stop it. */
  subscribe(onChange: (view: SessionView) => void): () => void;
  /** Queues a text; `false` when it is empty or longer than fits (about 260,000 bytes) or the stay is over. */
  sendText(text: string): boolean;
  /** Strips and measures a picture; nothing is sent. */
  prepareImage(file: Blob): Promise<PrepareResult>;
  sendImage(image: PreparedImage): void;
  /** Stops a picture: for everybody when it is ours, for us alone when it is another's. */
  cancelImage(itemId: string): void;
  /** Tries a failed message again now. */
  retry(itemId: string): void;
  /** Gives a failed message up; its number is spent. */
  discard(itemId: string): void;
  /** "Wait here", "Try again", "Come back": connects now, and opens the room if nobody is there. */
  waitHere(): void;
  /** The admin deletes the room for all. Resolves to `false` when it was not taken. */
  deleteRoom(): Promise<boolean>;
  /** The admin makes the room public, for good. */
  makePublic(): Promise<ActResult>;
  /** Looks for the bench that somebody typed: a full Bench ID, or a label alone. Takes two seconds. */
  findBench(text: string): Promise<FindResult>;
  /**
   * Makes a pairing link for that bench; it then stands in `view.offers`. `withRoomKey` puts the room's key into it, so
   * that who opens it can come in.
   */
  offerPairing(bench: PairingPartner, withRoomKey: boolean): Promise<ActResult>;
  /** Takes a pairing link back; `key` is that of `view.offers`. */
  takeBackOffer(key: string): Promise<ActResult>;
  /** Puts an offer that is over out of sight. */
  forgetOffer(key: string): void;
  /** The admin ends the link with that bench, by its full id. */
  unpair(benchId: string): Promise<ActResult>;
  /** The page was shown again, or the network is back: look whether the bench still answers. */
  wake(): void;
  /** The links to hand out; `admin` is `null` without the admin's key. */
  links(): { readonly member: string; readonly admin: string | null };
  /** Says goodbye, closes, and clears keys and pictures. */
  leave(): void;
}
