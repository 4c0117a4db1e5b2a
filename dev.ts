// The build and the development server. Runs esbuild and writes `_fresh/`, so it never runs beside strangers:
// `deno task start` calls it in a process of its own that ends before the bench opens.

import { Builder } from "fresh/dev";

const builder = new Builder();

if (Deno.args.includes("build")) {
  await builder.build();
} else {
  await builder.listen(() => import("./main.ts"), { port: Number(Deno.env.get("PORT") ?? 3000) });
}
