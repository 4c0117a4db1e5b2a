// File names for saved pictures. The sender's file name never travels, so the page makes one up.

const ENDINGS: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "image/gif": "gif",
  jpeg: "jpg",
  png: "png",
  webp: "webp",
  gif: "gif",
};

/** "picture-k3v0q9.jpg": says the kind and nothing else. */
export function madeUpFileName(mime: string): string {
  const random = crypto.getRandomValues(new Uint8Array(6));
  const letters = Array.from(random, (byte) => (byte % 36).toString(36)).join("");
  return `picture-${letters}.${ENDINGS[mime] ?? "img"}`;
}
