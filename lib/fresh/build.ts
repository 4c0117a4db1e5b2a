// What the build settled, for the process that serves it and (its id alone) for the tab that hydrates it; and what
// bench and tab agree on. It must import nothing of one side only.
// Written by ./dev.ts into `_fresh/server.js`.

import { type ComponentType, createContext, type VNode } from "preact";

type Props = Record<string, unknown>;

/** An island, and the scripts that its code needs as file names beside boot.js. */
export interface IslandSpec {
  readonly name: string;
  readonly component: ComponentType<Props>;
  readonly scripts: readonly string[];
}

export interface Build {
  readonly buildId: string;
  /** Route modules by file name, relative to the routes folder and without extension. */
  readonly routes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly islands: readonly IslandSpec[];
  /** The folder, as a URL that ends in a slash, below which the static files lie under their names. */
  readonly staticRoot: string;
  /** The tags of the only files that are ever served, by path from the root. */
  readonly staticFiles: Readonly<Record<string, string>>;
}

/** The build of this process or tab; empty before one was applied. */
export let build: Build = { buildId: "", routes: {}, islands: [], staticRoot: "", staticFiles: {} };

/** Changes these parts of the build; handlers made before keep their routes. */
export function applyBuild(parts: Partial<Build>): void {
  build = { ...build, ...parts };
}

export const cacheKey = "__frsh_c";
export const dataBlockId = "__fresh_data";

/** The data block of a page: its islands stand in the order of their markers, `<!--island:0-->` first. */
export interface PageData {
  readonly buildId: string;
  readonly islands: { readonly name: string; readonly props: Props }[];
}

/** What a render collects; `islands` is null inside an island, where others are ordinary components. */
export const PageParts = createContext<
  { readonly head: VNode[]; readonly islands: PageData["islands"] | null } | null
>(null);

/** Null where the escapes of a stranger's path are no text. */
export function decodePath(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
