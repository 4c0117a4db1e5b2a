// `App`: collects middlewares, error pages and routes, by hand and from files, and runs requests through them. An item
// sees only the routes added after it. It must never show a stranger what was thrown (but for an HttpError's own
// words), nor touch a 101 answer. Rules: Fresh's pages on the app, file routing, middlewares, layouts and errors.

import { build, decodePath } from "./build.ts";
import { Context, HttpError, place } from "./context.ts";
import type { Method, Middleware, PageComponent, RouteHandler } from "./context.ts";
import { renderPage } from "./render.ts";

interface Route<State> {
  readonly pattern: string;
  readonly folder?: string;
  readonly match: ReturnType<typeof matchExact>;
  readonly accepts: (method: string) => boolean;
  readonly steps: readonly Middleware<State>[];
}

/** What requests pass through, or where they may end. */
type Item<State> = Middleware<State> | Route<State>;

/** Where a request came from when nobody says: tests call the handler without a connection. */
const remoteAddr = { transport: "tcp", hostname: "localhost", port: 0 } as const;

export class App<State = unknown> {
  /** Items wait as functions, since those of files are known only once a build was applied. */
  readonly #sources: (() => readonly Item<State>[])[] = [];
  #notFound: Middleware<State> = (ctx) => Promise.reject(ctx.error);

  #add(...items: Item<State>[]): this {
    this.#sources.push(() => items);
    return this;
  }

  /** Adds middlewares, for every path or for one and what is below it. */
  use(...uses: readonly [string, ...Middleware<State>[]] | readonly Middleware<State>[]): this {
    const [path, ...steps] = typeof uses[0] === "string" ? uses : ["*", ...uses];
    const below = matchBelow(path as string);
    return this.#add(
      ...(steps as Middleware<State>[]).map((step): Middleware<State> => (ctx) =>
        below(ctx.url.pathname) ? step(ctx) : ctx.next()
      ),
    );
  }

  #on(method: Method) {
    return (pattern: string, ...steps: Middleware<State>[]): this => {
      const accepts = (asked: string) => asked === method;
      return this.#add({ pattern, match: matchExact(pattern), accepts, steps });
    };
  }

  readonly get = this.#on("GET");
  readonly post = this.#on("POST");

  /** Answers for what is thrown below a path, by routes added after it. */
  onError(path: string, answer: Middleware<State>): this {
    return this.use(path, catching(answer));
  }

  /** Answers where no route fits, or where one throws a 404. */
  notFound(answer: Middleware<State>): this {
    this.#notFound = answer;
    return this;
  }

  /** Inserts the files of the routes folder here. */
  fsRoutes(): this {
    this.#sources.push(() =>
      Object.entries(build.routes).map(([file, module]) => itemsOfFile<State>(file, module))
        .sort((a, b) => a.key < b.key ? -1 : 1).flatMap(({ items }) => items)
    );
    return this;
  }

  /** The function that answers requests, as app and build are now. */
  handler(): (req: Request, info?: Deno.ServeHandlerInfo) => Promise<Response> {
    const items = this.#sources.flatMap((source) => source());
    const notFound = catching(this.#notFound, (error) => statusOf(error) === 404);
    const wrapper = build.routes._app?.default as PageComponent<unknown, State> | undefined;

    return async (req, info = { remoteAddr, completed: Promise.resolve() }) => {
      const ctx = new Context<State>(req, info);
      const { pathname } = ctx.url;
      const fitting = items.flatMap((item, at) => {
        const params = typeof item === "function" ? null : item.match(pathname);
        return params === null ? [] : [{ ...item as Route<State>, params, at }];
      });
      const found = fitting.find((route) => route.accepts(methodOf(req)));
      ctx.route = (found ?? fitting[0])?.pattern ?? null;
      ctx.params = found?.params ?? {};
      Object.assign(ctx[place], { folder: found?.folder, layouts: wrapper ? [wrapper] : [] });
      const around = items.slice(0, found?.at).filter((item) => typeof item === "function");
      const steps = [...around, notFound, ...found?.steps ?? []];
      const run = async (index: number): Promise<Response> => {
        const step = steps[index];
        if (step === undefined) throw new HttpError(found || ctx.route === null ? 404 : 405);
        const outerNext = ctx.next;
        ctx.next = () => run(index + 1);
        try {
          return await step(ctx);
        } finally {
          ctx.next = outerNext;
        }
      };
      try {
        const response = await run(0);
        if (req.method !== "HEAD" || response.body === null) return response;
        await response.body.cancel();
        return new Response(null, response);
      } catch (error) {
        const { message, status } = error instanceof HttpError ? error : new HttpError(500);
        return new Response(message, { status });
      }
    };
  }

  /** Serves the app until its `signal` option ends it. */
  listen(options: Deno.ServeTcpOptions = {}): Promise<void> {
    return Deno.serve(options, this.handler()).finished;
  }
}

/** HEAD is answered as GET is. */
function methodOf({ method }: Request): string {
  return method === "HEAD" ? "GET" : method;
}

function statusOf(error: unknown): number {
  return error instanceof HttpError ? error.status : 500;
}

/** A step that answers for what is thrown after it, in the layouts around it and not in those after it. */
function catching<State>(
  answer: Middleware<State>,
  catches: (error: unknown) => boolean = () => true,
): Middleware<State> {
  return async (ctx) => {
    const { layouts } = ctx[place];
    try {
      return await ctx.next();
    } catch (error) {
      if (!catches(error)) throw error;
      // Whatever was thrown, even nothing at all.
      ctx.error = error ?? new HttpError(500);
      ctx[place].layouts = layouts;
      return await answer(ctx);
    }
  };
}

interface RouteModule<State> {
  readonly default?: PageComponent<unknown, State>;
  readonly handler?: RouteHandler<unknown, State>;
  readonly handlers?: RouteHandler<unknown, State>;
}

/** What a route file adds, with a key to sort by: outer folders first, in each its error page first, then routes. */
function itemsOfFile<State>(
  file: string,
  module: RouteModule<State>,
): { readonly key: string; readonly items: readonly Item<State>[] } {
  const { default: component, handler, handlers = handler } = module;
  const folder = file.slice(0, file.lastIndexOf("/") + 1);
  const name = file.slice(folder.length);
  const handlerFor = (method: string) => {
    if (typeof handlers === "function") return handlers;
    return Object.hasOwn(handlers ?? {}, method) ? handlers?.[method as Method] : undefined;
  };
  const answer: Middleware<State> = async (ctx) => {
    const result = await handlerFor(methodOf(ctx.req))?.(ctx) ?? { data: undefined };
    if (result instanceof Response) return result;
    if (component === undefined) throw new HttpError(500);
    const init = { status: ctx.error === null ? 200 : statusOf(ctx.error), ...result };
    return renderPage(ctx, [...ctx[place].layouts, component], null, result.data, init);
  };
  const layout: Middleware<State> = (ctx) => {
    if (component !== undefined) ctx[place].layouts = [...ctx[place].layouts, component];
    return ctx.next();
  };
  const special = new Map([
    ["_app", []],
    ["_error", [catching(answer)]],
    ["_layout", [layout]],
    ["_middleware", [component ?? handlers].flat() as Middleware<State>[]],
  ]).get(name);
  if (special !== undefined) {
    const below = matchBelow(patternOfFile(`${folder}index`));
    const items = special.map((step): Middleware<State> => (ctx) =>
      ctx[place].folder?.startsWith(folder) ?? below(ctx.url.pathname) ? step(ctx) : ctx.next()
    );
    return { key: `1${folder}\0${name}`, items };
  }
  if (/^_|[()]|\[\[/.test(file)) throw new TypeError(`no such route file here: ${file}`);
  const pattern = patternOfFile(file);
  const accepts = (method: string) =>
    handlerFor(method) !== undefined || (method === "GET" && component !== undefined);
  const route = { pattern, folder, match: matchExact(pattern), accepts, steps: [answer] };
  return { key: `2${sortKey(pattern)}`, items: [route] };
}

/** The pattern of a route file, named relative to the routes folder and without its extension. */
export function patternOfFile(file: string): string {
  const path = file.replace(/(^|\/)index$/, "").replace(/\[\.\.\.(\w+)\]/g, ":$1*");
  return `/${path.replace(/\[(\w+)\]/g, ":$1")}`;
}

/** Sorts the more particular pattern first: text, then a parameter, then the rest. */
export function sortKey(pattern: string): string {
  return pattern.replace(/:\w+\*/g, "\uffff").replace(/:\w+/g, "\ufffe");
}

// What Deno keeps of an address that a URLPattern was asked for: without a base, the last thousands of them, queries and
// all; of exec(), the last one. A bench forgets what strangers ask for, so it asks with a base, and for groups only where
// there are some.
const BASE = "http://any";

/** A matcher for exactly this pattern, with decoded parameters; null where it does not fit. */
export function matchExact(pattern: string) {
  const compiled = new URLPattern({ pathname: pattern });
  const hasGroups = /[:*({]/.test(pattern);
  return (pathname: string): Readonly<Record<string, string>> | null => {
    if (!hasGroups) return compiled.test(BASE + pathname, BASE) ? {} : null;
    const groups = compiled.exec(BASE + pathname, BASE)?.pathname.groups;
    if (groups === undefined) return null;
    const params = Object.entries(groups).filter((entry) => entry[1] !== undefined);
    return Object.fromEntries(params.map(([name, text = ""]) => [name, decodePath(text) ?? text]));
  };
}

/** Whether a path is this pattern or below it; "*" and "/" are everything. */
export function matchBelow(pattern: string): (pathname: string) => boolean {
  const compiled = new URLPattern({ pathname: pattern.replace(/\/?\*?$/, "{/*}?") });
  return (pathname) => compiled.test(BASE + pathname, BASE);
}
