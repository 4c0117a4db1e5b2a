// What a quiet line in the log says, and what became of a picture: one sentence each, with its cause.
// Pure. A thing that only the bench could know or do is worded so. Names of people and benches stay apart from words,
// because they are drawn isolated (a name may be written from right to left).

import { assertNever } from "../wire/mod.ts";
import type { ImageRefusal } from "../session/contract.ts";
import type { Author, Notice, Transfer } from "../session/view_state.ts";
import { awayLine } from "./away_words.ts";
import { labelOf } from "./bench_words.ts";
import { formatSize } from "./file_size.ts";

/** Words, or a person to be drawn by name, or a bench by its full id. */
export type NoticePart = string | { readonly who: Author } | { readonly bench: string };

/** The sentence in parts, in order. */
export function noticeParts(notice: Notice): readonly NoticePart[] {
  switch (notice.kind) {
    case "joined":
      return [{ who: notice.who }, " joined"];
    case "left":
      return [{ who: notice.who }, notice.saidGoodbye ? " left" : " left without a goodbye"];
    case "gap":
      return [`${messages(notice.count)} from `, { who: notice.who }, " did not arrive"];
    case "unreadable":
      return [
        `${
          messages(notice.count)
        } could not be opened: damaged on the way, or sealed with another key`,
      ];
    case "forged":
      return [
        `${messages(notice.count)} thrown away: the signature did not fit the sender. ` +
        "Somebody here, or this bench, tried to pass for another",
      ];
    case "unproven":
      return [
        `${messages(notice.count)} not shown: whoever sent ${
          notice.count === 1 ? "it" : "them"
        } has not proved to be here now`,
      ];
    case "repeated":
      return [
        notice.count === 1
          ? "1 message came again or too late, and was dropped"
          : `${notice.count} messages came again or too late, and were dropped`,
      ];
    case "newer-kind":
      return [
        { who: notice.who },
        notice.count === 1
          ? " sent something that this page does not know yet"
          : ` sent ${notice.count} things that this page does not know yet`,
      ];
    case "connection-lost":
      return [awayLine(notice.cause)];
    case "connection-back":
      return ["Connection is back"];
    case "room-began-anew":
      return [
        `${
          notice.benchRestarted ? "This bench restarted" : "The room began anew while you were away"
        }: what others said meanwhile may be missing`,
      ];
    case "made-public":
      return [
        notice.byAdmin
          ? "This room was made public by the admin, for good: benches that the admin chooses can carry it"
          : "This bench says that the room was made public, but the admin's signature did not come along",
      ];
    case "public-no-more":
      return [
        "This bench lost what it knew of the room: it is not public here any more, and no other bench carries it",
      ];
    case "bench-paired":
      return ["Paired with ", { bench: notice.benchId }, ": it carries this room, too"];
    case "bench-away":
      return [{ bench: notice.benchId }, " is silent: words do not reach it just now"];
    case "bench-back":
      return [{ bench: notice.benchId }, " is linked again"];
    case "bench-unpaired":
      return ["Unpaired from ", { bench: notice.benchId }, ": nothing passes between the two"];
    default:
      return assertNever(notice);
  }
}

/** The same sentence as plain text, for the announcer. */
export function noticeText(notice: Notice): string {
  return noticeParts(notice).map((part) => {
    if (typeof part === "string") return part;
    return "who" in part ? part.who.name : labelOf(part.bench);
  }).join("");
}

/** Whether the line tells of something wrong, and so is drawn to be seen. */
export function isWarning(notice: Notice): boolean {
  switch (notice.kind) {
    case "gap":
    case "unreadable":
    case "forged":
    case "unproven":
    case "room-began-anew":
    case "public-no-more":
    case "bench-away":
      return true;
    case "made-public":
      return !notice.byAdmin;
    case "joined":
    case "left":
    case "repeated":
    case "newer-kind":
    case "connection-lost":
    case "connection-back":
    case "bench-paired":
    case "bench-back":
    case "bench-unpaired":
      return false;
    default:
      return assertNever(notice);
  }
}

/** Why a picture is not there; `null` while it moves and once it is there. `name` is `null` for an own picture. */
export function lostPictureWords(
  transfer: Transfer,
  name: string | null,
  maxFileBytes: number,
): string | null {
  switch (transfer.tag) {
    case "moving":
    case "complete":
      return null;
    case "cancelled":
      return transfer.by === "me" || name === null
        ? "You cancelled this picture."
        : `${name} cancelled this picture.`;
    case "broken":
      switch (transfer.reason) {
        case "piece-missing":
          return "A piece of this picture did not arrive.";
        case "piece-false":
          return "A piece of this picture was not what its sender signed, so it is not shown.";
        case "too-big":
          return `This picture is larger than this bench allows (${formatSize(maxFileBytes)}).`;
        case "not-an-image":
          return "This was announced as a picture, but it is none.";
        case "no-room":
          return "There was no memory left for this picture.";
        default:
          return assertNever(transfer.reason);
      }
    default:
      return assertNever(transfer);
  }
}

/** Why a file cannot be sent as a picture. */
export function refusalWords(reason: ImageRefusal, maxFileBytes: number): string {
  switch (reason) {
    case "not-an-image":
      return "This is not a picture that can be sent here. JPEG, PNG, WebP and GIF can.";
    case "damaged":
      return "This picture is damaged and cannot be sent.";
    case "too-big":
      return `This picture is too big: at most ${formatSize(maxFileBytes)} can be sent here.`;
    case "too-many-pixels":
      return "This picture has too many pixels: at most 8192 on a side can be sent here.";
    default:
      return assertNever(reason);
  }
}

/** What people call the kinds of hidden data that lib/crypto takes out of pictures. */
export const REMOVED_WORDS: Readonly<Record<string, string>> = {
  exif: "place, time and camera (EXIF)",
  xmp: "editing notes (XMP)",
  iptc: "captions and names (IPTC)",
  comment: "comments",
  text: "text notes",
  time: "the time",
  thumbnail: "a small copy of it",
  "second-image": "a second picture",
  provenance: "its history (C2PA)",
  "colour-profile": "a broken colour profile",
  "profile-details": "names in the colour profile",
  "application-data": "data of applications",
  "hidden-data": "hidden bytes",
  "trailing-data": "bytes after its end",
};

/** The line under a preview: what was taken out of the picture. An unknown kind stands there by its own word. */
export function removedWords(removed: readonly string[]): string {
  const words = removed.map((kind) => REMOVED_WORDS[kind] ?? kind);
  const last = words.pop();
  if (last === undefined) return "Nothing hidden was found in it.";
  const list = words.length === 0 ? last : `${words.join(", ")} and ${last}`;
  return `Removed before sending: ${list}.`;
}

function messages(count: number): string {
  return count === 1 ? "1 message" : `${count} messages`;
}
