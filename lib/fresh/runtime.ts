// The stand-in for `@fresh/core/runtime`: what pages and islands may use on the bench and in the browser alike.
// It must never import anything that only runs on one side.
// The rules are in ./README.md.

export { asset } from "./asset.ts";
export { Head } from "./head.ts";

/** True in a tab, false while rendering on the bench; bundlers may not fold it. */
export const IS_BROWSER: boolean = typeof document !== "undefined";
