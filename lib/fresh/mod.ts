// The stand-in for `@fresh/core`: what routes and `main.ts` import as "fresh".
// It must export nothing that genuine Fresh 2.3.3 does not have under the same name.
// What is in, and what is left out: ./README.md.

export { App, type ListenOptions } from "./app.ts";
export { Context, type Context as FreshContext, type FreshConfig } from "./context.ts";
export { csp, type CSPOptions } from "./csp.ts";
export { createDefine, type Define, page } from "./define.ts";
export { HttpError } from "./http_error.ts";
export type {
  HandlerByMethod,
  HandlerFn,
  LayoutConfig,
  Method,
  Middleware,
  PageProps,
  PageResponse,
  RouteConfig,
  RouteHandler,
} from "./route.ts";
export { staticFiles } from "./static_files.ts";
