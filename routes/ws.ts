// Where a tab's socket begins. Nothing is decided here: the bench looks at the origin, then the relay takes over.

import { define } from "../lib/bench/mod.ts";

export const handler = define.handlers({
  GET: (ctx) => ctx.state.bench.handleUpgrade(ctx.req),
});
