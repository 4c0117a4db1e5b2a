// Requests of node:http to Fresh's handler and its answers back. Nothing a stranger asks for may throw past here or
// print. Loads nothing of the bench.

import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequestListener } from "@remix-run/node-fetch-server";
import { MAX_ANSWERED_AT_ONCE } from "./bounds.ts";
import { Turnstile } from "./turnstile.ts";

/** Fresh's handler, and any other of this shape. */
export type Handler = (
  request: Request,
  info: Deno.ServeHandlerInfo,
) => Response | Promise<Response>;

/** An authority in a URL: a name, an address, a port; no path, question or user. */
const HOST = /^[\w.~%:[\]-]{1,255}$/;

/** Methods that a `Request` cannot have. */
const NO_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

/** Answers requests by `handler`; `onFault` is called when that failed, which is a mistake of ours. */
export function answerPages(
  handler: Handler,
  onFault: () => void,
): (request: IncomingMessage, response: ServerResponse) => void {
  // A timeout rather than an immediate: only a loop that rests asks the system who else has something to say.
  const turnstile = new Turnstile(MAX_ANSWERED_AT_ONCE, (run) => void setTimeout(run, 0));
  return (request, response) => {
    response.on("error", () => {});
    const refuse = (status: number) => {
      response.writeHead(status, { connection: "close", "content-type": "text/plain" });
      response.end();
    };
    const target = targetOf(request);
    if (target === null) return refuse(400);
    if (NO_METHODS.has(request.method ?? "")) return refuse(405);
    request.url = target;
    // No page takes a body: who sends one anyway is answered, and not read to its end.
    if (hasBody(request)) response.shouldKeepAlive = false;
    const { promise: completed, resolve } = Promise.withResolvers<void>();
    response.once("close", resolve);
    const { remoteAddress: hostname = "", remotePort: port = 0 } = request.socket;
    const info: Deno.ServeHandlerInfo = {
      remoteAddr: { transport: "tcp", hostname, port },
      completed,
    };
    let isInside = false;
    const leave = () => {
      if (isInside) turnstile.end();
      isInside = false;
    };
    const handled = async (asked: Request) => {
      try {
        return await handler(asked, info);
      } finally {
        // Made, and not yet delivered: who reads slowly keeps nobody waiting.
        leave();
      }
    };
    const answer = createRequestListener(handled, {
      onError() {
        onFault();
        return new Response(null, { status: 500 });
      },
    });
    const begin = () => {
      isInside = true;
      if (response.destroyed) leave();
      else answer(request, response);
    };
    response.once("close", () => {
      turnstile.giveUp(begin);
      leave();
    });
    turnstile.enter(begin);
  };
}

/** Path and query of what is asked for, or `null` where that is no address of ours. */
function targetOf({ url = "", headers: { host = "localhost" } }: IncomingMessage): string | null {
  if (!HOST.test(host)) return null;
  // A request may name the whole address (RFC 9112, section 3.2.2).
  const target = url.startsWith("/") ? url : /^https?:\/\/[^/?#]+(\/.*)?$/i.exec(url)?.[1] ?? null;
  return target !== null && URL.canParse(`http://${host}${target}`) ? target : null;
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
}
