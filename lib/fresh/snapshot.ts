// What a build tells the running app: its id, the route modules, the islands and the static files.
// Applying one must have no effect but on this app and on the names of assets and islands.
// Written by ./builder.ts into `_fresh/snapshot.js`.

import { setBuildId } from "./asset.ts";
import { type IslandSpec, registerIslands } from "./islands.ts";

export interface StaticFile {
  readonly etag: string;
}

export interface Snapshot {
  readonly buildId: string;
  readonly mode: "development" | "production";
  /** Route modules by file name, relative to the routes folder and without extension. */
  readonly routes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly islands: readonly IslandSpec[];
  /** The folder, as a URL that ends in a slash, below which the static files lie under their names. */
  readonly staticRoot: URL;
  /** The only files that are ever served, by path from the root. */
  readonly staticFiles: Readonly<Record<string, StaticFile>>;
}

/** What an app without a build has: no files and no islands. */
export const emptySnapshot: Snapshot = {
  buildId: "",
  mode: "production",
  routes: {},
  islands: [],
  staticRoot: new URL("file:///"),
  staticFiles: {},
};

const applied = new WeakMap<object, Snapshot>();

/** Gives an app its build; handlers made before do not see it. */
export function applySnapshot(app: object, snapshot: Snapshot): void {
  applied.set(app, snapshot);
  setBuildId(snapshot.buildId);
  registerIslands(snapshot.islands);
}

/** The build that was applied to an app, or the empty one. */
export function snapshotOf(app: object): Snapshot {
  return applied.get(app) ?? emptySnapshot;
}
