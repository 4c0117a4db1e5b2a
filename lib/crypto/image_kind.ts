// Which of the four picture formats a file is: decided by its first bytes alone. A file's name and its MIME type are the
// sender's word and are never asked; SVG is a document that can act, so it is no picture here. Rules: lib/wire/PROTOCOL.md, "Images".

import { assertNever } from "../wire/mod.ts";
import { hasTag } from "./byte_fields.ts";

/** The formats a room carries; the same words stand as `m` in an image head. */
export type ImageKind = "jpeg" | "png" | "webp" | "gif";

/** The kind that the first bytes name, or null for anything else (SVG, HEIC, BMP, text, too short). */
export function sniffImageKind(bytes: Uint8Array): ImageKind | null {
  const end = bytes.length;
  if (hasTag(bytes, 0, end, "\xff\xd8\xff")) return "jpeg";
  if (hasTag(bytes, 0, end, "\x89PNG\r\n\x1a\n")) return "png";
  if (hasTag(bytes, 0, end, "RIFF") && hasTag(bytes, 8, end, "WEBP")) return "webp";
  if (hasTag(bytes, 0, end, "GIF87a") || hasTag(bytes, 0, end, "GIF89a")) return "gif";
  return null;
}

/** The MIME type to give a Blob of this kind. */
export function mimeOf(kind: ImageKind): string {
  return `image/${kind}`;
}

/** The file name ending for a download of this kind, without the dot. */
export function extensionOf(kind: ImageKind): string {
  switch (kind) {
    case "jpeg":
      return "jpg";
    case "png":
      return "png";
    case "webp":
      return "webp";
    case "gif":
      return "gif";
    default:
      return assertNever(kind);
  }
}
