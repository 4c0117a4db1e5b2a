// The one bench of this process. `serve.ts` installs it; where Fresh's own `_fresh/server.js` was started instead,
// the first request builds it from the environment, because importing the app must do nothing.

import { LateBus, openNatsBus } from "../park/mod.ts";
import { Bench } from "./bench.ts";
import { type Config, type ConfigResult, parseConfig, VARIABLES } from "./config.ts";
import { type NatsAccessResult, readNatsAccess } from "./read_nats.ts";
import { complain, say } from "./say.ts";

let installed: Bench | null = null;

/** The environment, read by name: the process may read no other variable. */
export function readConfig(): ConfigResult {
  return parseConfig(Object.fromEntries(VARIABLES.map((name) => [name, Deno.env.get(name)])));
}

/**
 * A bench by its settings, with a bus to the others where NATS_PEERS names one: local rooms wait neither for the servers nor
 * for the package that speaks to them. What `access` turns out to lack ends the process with its one line.
 */
export function openBench(config: Config, access: Promise<NatsAccessResult> | null): Bench {
  if (access === null) return new Bench(config);
  const coming = access.then((result) => {
    if (result.ok) return openNatsBus(result.access, { say });
    complain(result.problem);
    Deno.exit(1);
  });
  const onFault = (): void => complain("The part that speaks to NATS could not be loaded.");
  return new Bench(config, new LateBus(coming, onFault));
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
  const { nats } = result.config;
  installed = openBench(result.config, nats === null ? null : readNatsAccess(nats));
  return installed;
}
