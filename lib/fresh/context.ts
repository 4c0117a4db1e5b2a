// What one request carries through the app, the shapes of a route file around it, and the helpers that type them.
// It must never rebuild a response it was handed: a 101 answer to a WebSocket lives only as the object it is.
// Names and meaning are Fresh's, from its pages on the context, routes, errors and the define helpers.

import type { ComponentChildren, FunctionComponent } from "preact";
import { REASON_PHRASES } from "./reason_phrases.ts";
import { renderPage } from "./render.ts";

/** Thrown to answer with `status`. Strangers may see its message, so that must hold words of ours alone. */
export class HttpError extends Error {
  override readonly name = "HttpError";

  constructor(readonly status: number, message?: string, options?: ErrorOptions) {
    super(message ?? REASON_PHRASES[status], options);
  }
}

/**
 * Under this key a context has what only this folder may know: the folder of the matched route file, and what a page
 * stands in, outermost first (layouts add themselves as the chain reaches them).
 */
export const place = Symbol("place");

/** One request's context; the chain owns what is not readonly and changes it as it goes. */
export class Context<State> {
  readonly url: URL;
  readonly state: State = {} as State;
  params: Readonly<Record<string, string>> = {};
  /** The matched pattern, or null where none matched. */
  route: string | null = null;
  /** What was thrown, while an error page renders; otherwise null. */
  error: unknown = null;
  /** Runs the rest of the chain; throws what it throws. */
  next: () => Promise<Response> = () => Promise.reject(new HttpError(404));
  readonly [place]: { layouts: readonly PageComponent<unknown, State>[]; folder?: string } = {
    layouts: [],
  };

  constructor(readonly req: Request, readonly info: Deno.ServeHandlerInfo) {
    this.url = new URL(req.url);
  }

  /** An HTML answer: the element inside the layouts of this path and the app wrapper. */
  render(content: ComponentChildren, init: ResponseInit = {}): Promise<Response> {
    return renderPage(this, this[place].layouts, content, undefined, init);
  }

  /** A redirect; a path that a browser would take for another host becomes one of this origin. */
  redirect(location: string, status = 302): Response {
    // Browsers drop these before they parse, so `/\t/host` is `//host` to them, and `/\host` too.
    const visible = location.replace(/^[\p{Cc}\s]+|[\t\r\n]/gu, "").trim();
    const safe = visible.replace(/^[/\\][^?#]*/, (path) => path.replace(/[/\\]+/g, "/"));
    return new Response(null, { status, headers: { location: safe } });
  }
}

/** Sees a request on its way in and its response on the way out. */
export type Middleware<State> = (ctx: Context<State>) => Response | Promise<Response>;

/** What a handler hands to the page beside it: its data, and how to answer. */
export interface PageResponse<Data> {
  readonly data: Data;
  readonly status?: number;
  readonly headers?: HeadersInit;
}

type Result<Data> = Response | PageResponse<Data>;
export type HandlerFn<Data, State> = (ctx: Context<State>) => Result<Data> | Promise<Result<Data>>;
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";

/** One function for every method, or one per method; a missing one is answered 405. */
export type RouteHandler<Data, State> =
  | HandlerFn<Data, State>
  | { readonly [M in Method]?: HandlerFn<Data, State> };

/** What pages, layouts, error pages and the app wrapper are given. */
export interface PageProps<Data = unknown, State = unknown>
  extends Pick<Context<State>, "req" | "url" | "params" | "state" | "info" | "route" | "error"> {
  readonly data: Data;
  readonly Component: FunctionComponent;
}

/** A page: plain ones are rendered by Preact, async ones are awaited first and may answer alone. */
export type PageComponent<Data, State> = (
  props: PageProps<Data, State>,
) => ComponentChildren | Response | Promise<ComponentChildren | Response>;

/** A handler's result that renders the page beside it with `data`. */
export function page<Data = undefined>(
  data?: Data,
  options: Omit<PageResponse<Data>, "data"> = {},
): PageResponse<Data> {
  return { data: data as Data, ...options };
}

type Given<H> = H extends (...args: never[]) => infer R ? Exclude<Awaited<R>, Response>
  : { [M in keyof H]: Given<H[M]> }[keyof H];
type DataOf<H> = [Given<H>] extends [never] ? unknown
  : Given<H> extends PageResponse<infer Data> ? Data
  : unknown;

/** Helpers that do nothing at run time: they type `ctx`, and by `page<typeof handler>` a page's data. */
export function createDefine<State>() {
  return {
    handlers: <H extends RouteHandler<unknown, State>>(handlers: H): H => handlers,
    page: <H extends RouteHandler<unknown, State> = HandlerFn<never, State>>(
      render: PageComponent<DataOf<H>, State>,
    ): PageComponent<DataOf<H>, State> => render,
    layout: (render: PageComponent<unknown, State>): typeof render => render,
    middleware: <M extends Middleware<State> | Middleware<State>[]>(middleware: M): M => middleware,
  };
}
