// A bench's totals for whoever watches over it [M14]. Unless METRICS=1 asks for it, there is no such address.

import { HttpError } from "fresh";
import { define, encodeMetrics } from "../lib/bench/mod.ts";

export const handler = define.handlers({
  GET: ({ state: { bench } }) => {
    if (!bench.config.hasMetrics) throw new HttpError(404);
    return new Response(encodeMetrics(bench.totals()), {
      headers: {
        "content-type": "text/plain; version=0.0.4; charset=utf-8",
        "cache-control": "no-store",
      },
    });
  },
});
