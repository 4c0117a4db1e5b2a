// The data block that a page with islands carries: written by ./render.ts, read by ./boot.ts.
// It must hold nothing but what the islands were given: everybody with the page can read it.
// How it is written down: ./serialise.ts.

/** The data block's id in the page. */
export const dataBlockId = "__fresh_data";

/** Islands stand in the order of their markers: `<!--island:0-->` belongs to the first. */
export interface PageData {
  readonly buildId: string;
  readonly islands: readonly {
    readonly name: string;
    readonly props: Readonly<Record<string, unknown>>;
  }[];
}
