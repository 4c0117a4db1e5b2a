// What a request carries from the app's first middleware to its route, and the helpers typed by it.

import { createDefine } from "fresh";
import type { Bench } from "./bench.ts";

/** `ctx.state` of every request. */
export interface State {
  bench: Bench;
}

/** Fresh's helpers for routes of this app. */
export const define = createDefine<State>();
