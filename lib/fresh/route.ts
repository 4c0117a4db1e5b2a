// The shapes a route file is made of: handlers, page data, props and configuration.
// Shapes only: this file must hold no behaviour, so that everything else may import it.
// Names and meaning are Fresh's, from its pages on routes, layouts and the define helpers.

import type { ComponentChildren, FunctionComponent } from "preact";
import type { Context } from "./context.ts";

export type Method =
  | "GET"
  | "POST"
  | "PUT"
  | "PATCH"
  | "DELETE"
  | "HEAD"
  | "OPTIONS";

/** What a handler hands to the page beside it: its data, and how to answer. */
export interface PageResponse<Data> {
  readonly data: Data;
  readonly status?: number;
  readonly headers?: HeadersInit;
}

/** Sees a request on its way in and its response on the way out. */
export type Middleware<State> = (
  ctx: Context<State>,
) => Response | Promise<Response>;

export type HandlerFn<Data, State> = (
  ctx: Context<State>,
) => Response | PageResponse<Data> | Promise<Response | PageResponse<Data>>;

export type HandlerByMethod<Data, State> = {
  readonly [M in Method]?: HandlerFn<Data, State>;
};

/** One function for every method, or one per method; a missing one is answered 405. */
export type RouteHandler<Data, State> =
  | HandlerFn<Data, State>
  | HandlerByMethod<Data, State>;

/** What pages, layouts, error pages and the app wrapper are given. */
export interface PageProps<Data = unknown, State = unknown> extends
  Pick<
    Context<State>,
    | "req"
    | "url"
    | "params"
    | "state"
    | "info"
    | "config"
    | "route"
    | "error"
    | "isPartial"
  > {
  readonly data: Data;
  readonly Component: FunctionComponent;
}

/** A page: plain ones are rendered by Preact, async ones are awaited first and may answer alone. */
export type PageComponent<Data, State> = (
  props: PageProps<Data, State>,
) => ComponentChildren | Response | Promise<ComponentChildren | Response>;

export interface LayoutConfig {
  readonly skipInheritedLayouts?: boolean;
  readonly skipAppWrapper?: boolean;
}

export interface RouteConfig extends LayoutConfig {
  /** A URLPattern path that takes the place of the one made from the file's name. */
  readonly routeOverride?: string;
}

/** One layout that applies to a request, outermost first in a list. */
export interface LayoutEntry<State> {
  readonly component: PageComponent<unknown, State>;
  readonly config: LayoutConfig;
}

/** What a render is wrapped in: decided by the path, before any handler runs. */
export interface Frame<State> {
  readonly layouts: readonly LayoutEntry<State>[];
  readonly app: PageComponent<unknown, State> | null;
}
