// One running bench, as routes, the app and the self-hosted entry know it.

export { Bench, type Federation, type Health } from "./bench.ts";
export { compress } from "./compress.ts";
export { type Config, type ConfigResult, parseConfig, PROJECT_URL, VARIABLES } from "./config.ts";
export { answerFailures, type DrawFailure, noteFailure, statusOf } from "./failures.ts";
export { contentPolicy, securityHeaders } from "./headers.ts";
export { encodeMetrics, type Totals } from "./metrics.ts";
export { type NatsAccessResult, readNatsAccess } from "./read_nats.ts";
export { complain, say } from "./say.ts";
export { define, type State } from "./state.ts";
export { benchOf, openBench, readConfig, useBench } from "./the_bench.ts";
