// The listener that bears strangers by itself. Imported by serve.ts alone: the Deno-native way in loads neither node:http
// nor ws.

export {
  type Listener,
  type ListenerOptions,
  ListenError,
  type ListenProblem,
  openListener,
} from "./listener.ts";
export type { Handler } from "./pages.ts";
