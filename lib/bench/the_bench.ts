// The one bench of this process. `serve.ts` installs it; where Fresh's own `_fresh/server.js` was started instead,
// the first request builds it from the environment, because importing the app must do nothing.

import { Bench } from "./bench.ts";
import { type ConfigResult, parseConfig, VARIABLES } from "./config.ts";
import { complain } from "./say.ts";

let installed: Bench | null = null;

/** The environment, read by name: the process may read no other variable. */
export function readConfig(): ConfigResult {
  return parseConfig(Object.fromEntries(VARIABLES.map((name) => [name, Deno.env.get(name)])));
}

/** Makes `bench` the one that answers from now on. */
export function useBench(bench: Bench): void {
  installed = bench;
}

/** This process's bench. A bad setting found only now ends the process with its one line, as at a start. */
export function benchOf(): Bench {
  if (installed !== null) return installed;
  const result = readConfig();
  if (!result.ok) {
    complain(result.problem);
    Deno.exit(1);
  }
  installed = new Bench(result.config);
  return installed;
}
