// `App`: collects middlewares, routes and error pages, and makes the one function that answers requests.
// It must never show a stranger what was thrown (but for an HttpError's own words), nor touch a 101 answer.
// Written after Fresh's page on the app.

import { Context } from "./context.ts";
import { itemsOfFiles } from "./fs_routes.ts";
import { HttpError, statusOf } from "./http_error.ts";
import { findRoute, frameOf, type Item, itemsFor, runChain } from "./items.ts";
import { matchBelow, matchExact } from "./path_pattern.ts";
import type { LayoutConfig, Method, Middleware, PageComponent } from "./route.ts";
import { type Snapshot, snapshotOf } from "./snapshot.ts";
import { withSnapshot } from "./static_files.ts";

export type ListenOptions = Deno.ServeTcpOptions;

/** A path and middlewares, or middlewares alone. */
type Uses<State> =
  | readonly [string, ...Middleware<State>[]]
  | readonly Middleware<State>[];

type Handler = (
  req: Request,
  info?: Deno.ServeHandlerInfo,
) => Promise<Response>;

/** Where a request came from when nobody says: tests call the handler without a connection. */
const noConnection: Deno.ServeHandlerInfo = {
  remoteAddr: { transport: "tcp", hostname: "localhost", port: 0 },
  completed: Promise.resolve(),
};

export class App<State = unknown> {
  /** Items wait as functions, since those of files are known only once a build was applied. */
  readonly #sources: ((snapshot: Snapshot) => Item<State>[])[] = [];

  #add(...items: Item<State>[]): this {
    this.#sources.push(() => items);
    return this;
  }

  /** Adds middlewares, for every path or for one and what is below it. */
  use(...uses: Uses<State>): this {
    const [path, ...middlewares] = typeof uses[0] === "string" ? uses : ["*", ...uses];
    const below = matchBelow(path as string);
    const scope = (pathname: string) => below(pathname) !== null;
    return this.#add(
      ...(middlewares as Middleware<State>[]).map((middleware) =>
        ({ kind: "use", scope, middleware }) as const
      ),
    );
  }

  #route(
    method: Method | null,
    pattern: string,
    middlewares: readonly Middleware<State>[],
  ): this {
    const last = middlewares.at(-1);
    if (last === undefined) throw new TypeError("a route needs a handler");
    return this.#add({
      kind: "route",
      pattern,
      folder: null,
      match: matchExact(pattern),
      accepts: (asked) => method === null || asked === method,
      handle: (ctx) => {
        const step = async (index: number): Promise<Response> => {
          const middleware = middlewares[index];
          if (middleware === undefined) throw new HttpError(404);
          ctx.next = () => step(index + 1);
          return await middleware(ctx);
        };
        return step(0);
      },
    });
  }

  get(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#route("GET", path, middlewares);
  }

  post(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#route("POST", path, middlewares);
  }

  put(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#route("PUT", path, middlewares);
  }

  patch(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#route("PATCH", path, middlewares);
  }

  delete(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#route("DELETE", path, middlewares);
  }

  head(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#route("HEAD", path, middlewares);
  }

  all(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#route(null, path, middlewares);
  }

  /** Inserts the files of the routes folder here, below `path`. */
  fsRoutes(path = ""): this {
    const mount = path.replace(/\/?\*?$/, "");
    this.#sources.push((snapshot) => itemsOfFiles(snapshot.routes, mount));
    return this;
  }

  /** Answers for what is thrown below a path, by routes added after it. */
  onError(path: string, middleware: Middleware<State>): this {
    const below = matchBelow(path);
    const scope = (pathname: string) => below(pathname) !== null;
    return this.#add({
      kind: "error",
      scope,
      handle: (ctx) => middleware(ctx),
    });
  }

  /** Answers every 404, thrown or unmatched. */
  notFound(middleware: Middleware<State>): this {
    return this.#add({ kind: "notFound", middleware });
  }

  appWrapper(component: PageComponent<unknown, State>): this {
    return this.#add({ kind: "app", component });
  }

  layout(
    path: string,
    component: PageComponent<unknown, State>,
    config: LayoutConfig = {},
  ): this {
    const below = matchBelow(path);
    const scope = (pathname: string) => below(pathname) !== null;
    return this.#add({ kind: "layout", scope, layout: { component, config } });
  }

  /** The function that answers requests, as the app is now. */
  handler(): Handler {
    const snapshot = snapshotOf(this);
    const items = this.#sources.flatMap((source) => source(snapshot));
    const config = {
      root: snapshot.staticRoot.href,
      basePath: "",
      mode: snapshot.mode,
    } as const;
    return async (req, info = noConnection) => {
      const url = new URL(req.url);
      const match = findRoute(items, url.pathname, req.method);
      const applied = itemsFor(items, url.pathname, match.route);
      const ctx = new Context<State>({
        ...{ req, url, info, config },
        params: match.params,
        route: match.pattern,
        frame: frameOf(applied, items),
      });
      withSnapshot(ctx, snapshot);
      try {
        const response = await runChain(ctx, items, applied, match);
        if (req.method !== "HEAD" || response.body === null) return response;
        await response.body.cancel();
        return new Response(null, response);
      } catch (error) {
        return plainAnswer(error, snapshot.mode);
      }
    };
  }

  /** Serves the app until its `signal` option ends it. */
  listen(options: ListenOptions = {}): Promise<void> {
    return Deno.serve(options, this.handler()).finished;
  }
}

/** The last resort: plain words, and what was thrown only while developing. */
function plainAnswer(error: unknown, mode: Snapshot["mode"]): Response {
  const status = statusOf(error);
  const known = error instanceof HttpError ? error : new HttpError(500);
  const shown = mode === "development" && error instanceof Error ? error.stack : undefined;
  return new Response(shown ?? known.message, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}
