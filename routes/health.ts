// Whether this bench runs, for whoever watches over it. Says nothing of rooms or people, not even how many.

import { define } from "../lib/bench/mod.ts";

export const handler = define.handlers({
  GET: (ctx) => Response.json(ctx.state.bench.health()),
});
