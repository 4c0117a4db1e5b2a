// From the modules of the routes folder to the items of an app: error pages, middlewares, layouts, then routes.
// It must never look at the disk: which files there are was settled by the build.
// Conventions: Fresh's pages on file routing, layouts, middlewares and error pages.

import type { Context } from "./context.ts";
import { HttpError, statusOf } from "./http_error.ts";
import type { Item, Scope } from "./items.ts";
import { comparePatterns, matchBelow, matchExact, patternOfFile } from "./path_pattern.ts";
import { renderPage } from "./render.ts";
import type {
  Frame,
  HandlerFn,
  Method,
  Middleware,
  PageComponent,
  PageResponse,
  RouteConfig,
  RouteHandler,
} from "./route.ts";
import type { Snapshot } from "./snapshot.ts";

interface RouteModule<State> {
  readonly default?: PageComponent<unknown, State>;
  readonly handler?: RouteHandler<unknown, State>;
  readonly handlers?: RouteHandler<unknown, State>;
  readonly config?: RouteConfig;
}

interface RouteFile<State> {
  readonly folder: string;
  readonly name: string;
  readonly pattern: string;
  readonly module: RouteModule<State>;
}

/** The items of all route files, mounted below `mount` ("" for the root), outer folders first. */
export function itemsOfFiles<State>(
  routes: Snapshot["routes"],
  mount: string,
): Item<State>[] {
  const files = Object.entries(routes).map(
    ([file, module]): RouteFile<State> => {
      const at = file.lastIndexOf("/") + 1;
      const own = (module as RouteModule<State>).config?.routeOverride;
      const pattern = (mount + (own ?? patternOfFile(file))).replace(
        /(?<=.)\/$/,
        "",
      );
      return {
        folder: file.slice(0, at),
        name: file.slice(at),
        pattern,
        module,
      };
    },
  );
  const special = files.filter((file) => file.name.startsWith("_"));
  const pages = files.filter((file) => !file.name.startsWith("_"));
  // An error page comes before the middlewares of its folder: it answers for them, too.
  const order = ["_app", "_error", "_middleware", "_layout"];
  special.sort((a, b) =>
    depth(a.folder) - depth(b.folder) || a.folder.localeCompare(b.folder) ||
    order.indexOf(a.name) - order.indexOf(b.name)
  );
  pages.sort((a, b) => comparePatterns(a.pattern, b.pattern));
  return [
    ...special.flatMap((file) => specialItems(file, mount)),
    ...pages.map((file) => routeItem(file)),
  ];
}

function depth(folder: string): number {
  return folder.split("/").length;
}

/** A folder's items apply to the routes in it, and to paths below it that match no route file. */
function scopeOf(folder: string, mount: string): Scope {
  const below = matchBelow(mount + patternOfFile(folder + "index"));
  const group = folder.includes("(");
  return (pathname, routeFolder) =>
    routeFolder !== null
      ? routeFolder.startsWith(folder)
      : folder === "" && mount === "" || !group && below(pathname) !== null;
}

function specialItems<State>(
  file: RouteFile<State>,
  mount: string,
): Item<State>[] {
  const { module, name } = file;
  const scope = scopeOf(file.folder, mount);
  const component = module.default;
  switch (name) {
    case "_middleware": {
      const found = module.default ?? module.handler ?? module.handlers;
      const list = (Array.isArray(found) ? found : [found]) as Middleware<
        State
      >[];
      return list.map((middleware) => ({ kind: "use", scope, middleware }));
    }
    case "_layout":
      if (component === undefined) return [];
      return [{
        kind: "layout",
        scope,
        layout: { component, config: module.config ?? {} },
      }];
    case "_app":
      return component === undefined || file.folder !== "" ? [] : [{ kind: "app", component }];
    case "_error":
      return [{
        kind: "error",
        scope,
        handle: (ctx, frame) => answer(ctx, frame, module, "GET", statusOf(ctx.error)),
      }];
    default:
      return [];
  }
}

function routeItem<State>(file: RouteFile<State>): Item<State> {
  const { module, folder, pattern } = file;
  const handlers = module.handler ?? module.handlers;
  return {
    kind: "route",
    pattern,
    folder,
    match: matchExact(pattern),
    accepts: (method) =>
      typeof handlers === "function" ||
      handlers?.[method as Method] !== undefined ||
      (method === "GET" && module.default !== undefined),
    handle: (ctx, frame, method) => answer(ctx, frame, module, method, 200),
  };
}

/** Runs the module's handler, if it has one for the method, and renders its page with what came of it. */
async function answer<State>(
  ctx: Context<State>,
  frame: Frame<State>,
  module: RouteModule<State>,
  method: string,
  status: number,
): Promise<Response> {
  const handlers = module.handler ?? module.handlers;
  const handler = typeof handlers === "function"
    ? handlers
    : handlers?.[method as Method] as HandlerFn<unknown, State> | undefined;
  const result: Response | PageResponse<unknown> = await handler?.(ctx) ??
    { data: undefined };
  if (result instanceof Response) return result;
  if (module.default === undefined) throw new HttpError(500);
  const init = { status: result.status ?? status, headers: result.headers };
  return renderPage(
    ctx,
    frame,
    module.default,
    result.data,
    init,
    module.config ?? {},
  );
}
