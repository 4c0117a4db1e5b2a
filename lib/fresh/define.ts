// `page()` and `createDefine()`: identity functions that only carry types from handlers to pages.
// They must do nothing at run time but return what they were given.
// Written after Fresh's page on the define helpers.

import type {
  HandlerFn,
  Middleware,
  PageComponent,
  PageProps,
  PageResponse,
  RouteHandler,
} from "./route.ts";

/** A handler's result that renders the page beside it with `data`. */
export function page<Data = undefined>(
  data?: Data,
  options: { readonly status?: number; readonly headers?: HeadersInit } = {},
): PageResponse<Data> {
  return { data: data as Data, ...options };
}

type Result<H> = H extends (...args: never[]) => infer R ? Exclude<Awaited<R>, Response>
  : never;
type ResultOf<H> = H extends (...args: never[]) => unknown ? Result<H>
  : { [M in keyof H]: Result<H[M]> }[keyof H];
type DataOf<H> = [ResultOf<H>] extends [never] ? unknown
  : ResultOf<H> extends PageResponse<infer Data> ? Data
  : unknown;

export interface Define<State> {
  /** A route's handlers, with `ctx` typed. */
  handlers<H extends RouteHandler<unknown, State>>(handlers: H): H;
  /** A page; `define.page<typeof handler>` gives it the data its handlers return. */
  page<H extends RouteHandler<unknown, State> = HandlerFn<never, State>>(
    render: PageComponent<DataOf<H>, State>,
  ): (
    props: PageProps<DataOf<H>, State>,
  ) => ReturnType<PageComponent<DataOf<H>, State>>;
  layout(render: PageComponent<unknown, State>): PageComponent<unknown, State>;
  middleware<M extends Middleware<State> | Middleware<State>[]>(
    middleware: M,
  ): M;
}

/** The define helpers of an app whose `ctx.state` is `State`. */
export function createDefine<State>(): Define<State> {
  return {
    handlers: (handlers) => handlers,
    page: (render) => render,
    layout: (render) => render,
    middleware: (middleware) => middleware,
  };
}
