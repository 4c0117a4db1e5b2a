// Keys, boxes and pictures, in the browser alone: the bench never loads this folder.

export * from "./bodies.ts";
export * from "./box.ts";
export * from "./image_kind.ts";
export * from "./image_size.ts";
export * from "./image_strip.ts";
export * from "./link.ts";
export * from "./name.ts";
export * from "./pairing_link.ts";
export * from "./room_key.ts";
export * from "./signed_content.ts";
export * from "./steps.ts";
