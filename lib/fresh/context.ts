// What every middleware, handler and page of one request is given.
// It must never rebuild a response it was handed: a 101 answer to a WebSocket lives only as the object it is.
// Written after Fresh's pages on the context and on WebSockets.

import type { ComponentChildren, FunctionComponent } from "preact";
import { HttpError } from "./http_error.ts";
import { renderVNode } from "./render.ts";
import type { Frame } from "./route.ts";

export interface FreshConfig {
  /** Where the build lies. */
  readonly root: string;
  readonly basePath: string;
  readonly mode: "development" | "production";
}

interface ContextInit<State> {
  readonly req: Request;
  readonly url: URL;
  readonly info: Deno.ServeHandlerInfo;
  readonly config: FreshConfig;
  readonly params: Readonly<Record<string, string>>;
  readonly route: string | null;
  readonly frame: Frame<State>;
}

/** One request's context; the chain owns `next` and `error` and changes them as it goes. */
export class Context<State> {
  readonly req: Request;
  readonly url: URL;
  readonly info: Deno.ServeHandlerInfo;
  readonly config: FreshConfig;
  readonly params: Readonly<Record<string, string>>;
  /** The matched pattern, or null where none matched. */
  readonly route: string | null;
  /** Partials are left out, so this is always false. */
  readonly isPartial: boolean = false;
  readonly state: State = {} as State;
  /** What was thrown, while an error page renders; otherwise null. */
  error: unknown = null;
  /** What a layout or the app wrapper wraps; renders nothing outside of one. */
  Component: FunctionComponent = () => null;
  /** Runs the rest of the chain; throws what it throws. */
  next: () => Promise<Response> = () => Promise.reject(new HttpError(404));
  readonly #frame: Frame<State>;

  constructor(init: ContextInit<State>) {
    this.req = init.req;
    this.url = init.url;
    this.info = init.info;
    this.config = init.config;
    this.params = init.params;
    this.route = init.route;
    this.#frame = init.frame;
  }

  /** An HTML answer: the element inside the layouts of this path and the app wrapper. */
  render(
    vnode: ComponentChildren,
    init: ResponseInit = {},
    config: {
      readonly skipAppWrapper?: boolean;
      readonly skipInheritedLayouts?: boolean;
    } = {},
  ): Promise<Response> {
    return renderVNode(this, this.#frame, vnode, init, config);
  }

  /** A redirect; a path that a browser would take for another host becomes one of this origin. */
  redirect(location: string, status = 302): Response {
    return new Response(null, {
      status,
      headers: { location: safeLocation(location) },
    });
  }

  /** Upgrades to a WebSocket; throws HttpError 400 where none was asked for. */
  upgrade(options: Deno.UpgradeWebSocketOptions = {}): Deno.WebSocketUpgrade {
    if (this.req.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      throw new HttpError(400);
    }
    return Deno.upgradeWebSocket(this.req, options);
  }
}

/** `//host` and its spellings with backslashes or control characters, made a path of this origin. */
function safeLocation(location: string): string {
  // Browsers drop these before they parse, so `/\t/host` is `//host` to them.
  const visible = location.replace(/[\t\r\n]/g, "").trim();
  if (!/^[/\\]/.test(visible)) return visible;
  const end = visible.search(/[?#]/);
  const path = end < 0 ? visible : visible.slice(0, end);
  return path.replaceAll("\\", "/").replace(/\/{2,}/g, "/") +
    visible.slice(path.length);
}
