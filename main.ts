// The app: what every request passes through, outermost first. Importing it does nothing more; the bench behind it is
// installed by serve.ts or built at the first request (lib/bench/the_bench.ts).

import { App, staticFiles } from "fresh";
import { h } from "preact";
import {
  answerFailures,
  compress,
  contentPolicy,
  type DrawFailure,
  securityHeaders,
  type State,
} from "./lib/bench/mod.ts";
import { ErrorScreen } from "./lib/ui/ErrorScreen.tsx";

const drawFailure: DrawFailure = (ctx, status) => {
  const { sourceUrl } = ctx.state.bench.config;
  return ctx.render(h(ErrorScreen, { status, sourceUrl }), { status });
};

export const app = new App<State>()
  .use(securityHeaders())
  .use(contentPolicy())
  .use(compress())
  .use(answerFailures(drawFailure))
  .use(staticFiles())
  .notFound((ctx) => drawFailure(ctx, 404))
  .fsRoutes();
