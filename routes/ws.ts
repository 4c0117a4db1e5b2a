// Where a tab's socket begins, where Deno itself listens, and what a plain request for its address is told. Nothing is
// decided here: the bench looks at the origin and its limits, then the relay takes over.

import { define } from "../lib/bench/mod.ts";

export const handler = define.handlers({
  GET: (ctx) => ctx.state.bench.handleUpgrade(ctx.req, ctx.info.remoteAddr),
});
