// The stand-in for `@fresh/core`: what routes and `main.ts` import as "fresh".
// It must export nothing that genuine Fresh 2.3.3 does not have under the same name.
// What is in, and what is left out: ./README.md.

export { App } from "./app.ts";
export { Context, type Context as FreshContext, createDefine, HttpError, page } from "./context.ts";
export type { HandlerFn, Method, Middleware } from "./context.ts";
export type { PageProps, PageResponse, RouteHandler } from "./context.ts";
export { csp, type CSPOptions, staticFiles } from "./middlewares.ts";
