// What every part of the park stands on: who this bench is, the bus to the others, and time.

import type { Clock } from "../clock.ts";
import type { VerifySync } from "../proof/mod.ts";
import type { Bus } from "./bus.ts";
import type { BenchIdentity } from "./identity.ts";

/** One bench's place in the park. */
export interface ParkPlace {
  readonly bus: Bus;
  readonly identity: BenchIdentity;
  readonly label: string;
  /** Own bare origin, or "" where none is set. */
  readonly url: string;
  readonly clock: Clock;
  readonly verify: VerifySync;
}
