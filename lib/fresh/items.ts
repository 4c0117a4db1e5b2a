// The items an app is made of, and the chain of one request through them.
// Everything applies from top to bottom: an item sees only the routes that were added after it.
// Rules: Fresh's pages on the app, middlewares and error handling.

import type { Context } from "./context.ts";
import { HttpError } from "./http_error.ts";
import type { Params, PathMatcher } from "./path_pattern.ts";
import type { Frame, LayoutEntry, Middleware, PageComponent } from "./route.ts";

/** Whether an item applies: to a path, and to the folder of the route file that matched (null without one). */
export type Scope = (pathname: string, routeFolder: string | null) => boolean;

type Handle<State> = (
  ctx: Context<State>,
  frame: Frame<State>,
  method: string,
) => Response | Promise<Response>;

export interface RouteItem<State> {
  readonly kind: "route";
  readonly pattern: string;
  /** The folder of a route file, null for a route added by hand. */
  readonly folder: string | null;
  readonly match: PathMatcher;
  readonly accepts: (method: string) => boolean;
  readonly handle: Handle<State>;
}

export type Item<State> =
  | {
    readonly kind: "use";
    readonly scope: Scope;
    readonly middleware: Middleware<State>;
  }
  | {
    readonly kind: "error";
    readonly scope: Scope;
    readonly handle: Handle<State>;
  }
  | {
    readonly kind: "layout";
    readonly scope: Scope;
    readonly layout: LayoutEntry<State>;
  }
  | { readonly kind: "app"; readonly component: PageComponent<unknown, State> }
  | { readonly kind: "notFound"; readonly middleware: Middleware<State> }
  | RouteItem<State>;

export interface Match<State> {
  readonly route: RouteItem<State> | null;
  /** The pattern that fits the path, even where the method does not. */
  readonly pattern: string | null;
  readonly params: Params;
  /** The method to handle as: HEAD becomes GET where nothing handles HEAD. */
  readonly method: string;
}

/** The first route that fits path and method; HEAD takes what GET takes. */
export function findRoute<State>(
  items: readonly Item<State>[],
  pathname: string,
  method: string,
): Match<State> {
  let pattern: string | null = null;
  for (const candidate of method === "HEAD" ? ["HEAD", "GET"] : [method]) {
    for (const item of items) {
      if (item.kind !== "route") continue;
      const params = item.match(pathname);
      if (params === null) continue;
      pattern ??= item.pattern;
      if (item.accepts(candidate)) {
        return {
          route: item,
          pattern: item.pattern,
          params,
          method: candidate,
        };
      }
    }
  }
  return { route: null, pattern, params: {}, method };
}

/** The items that apply to a match, in order. */
export function itemsFor<State>(
  items: readonly Item<State>[],
  pathname: string,
  route: RouteItem<State> | null,
): readonly Item<State>[] {
  const upTo = route === null ? items : items.slice(0, items.indexOf(route));
  return upTo.filter((item) => !("scope" in item) || item.scope(pathname, route?.folder ?? null));
}

/** The layouts among these items, and the app wrapper of the whole app. */
export function frameOf<State>(
  applied: readonly Item<State>[],
  all: readonly Item<State>[],
): Frame<State> {
  return {
    layouts: applied.flatMap((item) => item.kind === "layout" ? [item.layout] : []),
    app: all.findLast((item) => item.kind === "app")?.component ?? null,
  };
}

/** Runs a request through the items that apply to it; throws what no error page answered. */
export async function runChain<State>(
  ctx: Context<State>,
  all: readonly Item<State>[],
  applied: readonly Item<State>[],
  { route, pattern, method }: Match<State>,
): Promise<Response> {
  const notFound = all.findLast((item) => item.kind === "notFound")?.middleware;
  const frame = frameOf(applied, all);

  const end = async (): Promise<Response> => {
    if (route !== null) return await route.handle(ctx, frame, method);
    throw new HttpError(pattern === null ? 404 : 405);
  };

  const step = async (index: number): Promise<Response> => {
    const item = applied[index];
    if (item === undefined) return await orNotFound(ctx, end, notFound);
    if (item.kind === "use") {
      const outerNext = ctx.next;
      ctx.next = () => step(index + 1);
      try {
        return await item.middleware(ctx);
      } finally {
        ctx.next = outerNext;
      }
    }
    if (item.kind !== "error") return step(index + 1);
    try {
      return await step(index + 1);
    } catch (error) {
      ctx.error = error;
      // An error page stands in the layouts around it, not in those it answers for.
      return await item.handle(
        ctx,
        frameOf(applied.slice(0, index), all),
        method,
      );
    }
  };

  return await orNotFound(ctx, () => step(0), notFound);
}

/** Hands a thrown 404 to the app's notFound handler, if it has one. */
async function orNotFound<State>(
  ctx: Context<State>,
  run: () => Promise<Response>,
  notFound: Middleware<State> | undefined,
): Promise<Response> {
  try {
    return await run();
  } catch (error) {
    const again = ctx.error === error;
    if (
      notFound === undefined || again || !(error instanceof HttpError) ||
      error.status !== 404
    ) {
      throw error;
    }
    ctx.error = error;
    return await notFound(ctx);
  }
}
