// The stand-in for `@fresh/core/runtime`: what pages and islands may use on the bench and in the browser alike.
// It must export nothing that genuine Fresh 2.3.3 does not have under the same name.
// Rules: Fresh's pages on static files and on the head.

import { type ComponentChildren, toChildArray, type VNode } from "preact";
import { useContext } from "preact/hooks";
import { build, cacheKey, PageParts } from "./build.ts";

/** True in a tab, false while rendering on the bench; bundlers may not fold it. */
export const IS_BROWSER: boolean = typeof document !== "undefined";

/** Adds the build's id to a path of this origin, so that its bytes may be kept; the rest comes back as it was. */
export function asset(path: string): string {
  const url = new URL(path, "http://here");
  const isOurs = /^\/(?!\/)/.test(path) && !url.searchParams.has(cacheKey);
  if (build.buildId === "" || !isOurs) return path;
  url.searchParams.append(cacheKey, build.buildId);
  return url.href.slice(url.origin.length);
}

/** Moves its children into the head of the page that is being rendered; in the tab it does nothing. */
export function Head({ children }: { readonly children?: ComponentChildren }): null {
  useContext(PageParts)?.head.push(...toChildArray(children) as VNode[]);
  return null;
}
