// The page for whatever a route threw. Shows the status in words of ours, never what was thrown.

import { define, noteFailure, statusOf } from "../lib/bench/mod.ts";
import { ErrorScreen } from "../lib/ui/ErrorScreen.tsx";

export default define.page(function Failure({ error, state }) {
  noteFailure(error);
  return <ErrorScreen status={statusOf(error)} sourceUrl={state.bench.config.sourceUrl} />;
});
