// The listener of a bench that stands on the internet by itself: node:http with timeouts, `ws` with bounds, Fresh's pages
// through an adapter, all on one port. Must never hand a request to the relay that was not admitted, print, or let
// anything that a stranger sends end the process. Rules: lib/wire/PROTOCOL.md sections 3 and 7.

import type { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type Server, type ServerOptions } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
// @ts-types="./ws.d.ts"
import { WebSocketServer } from "ws";
import { clientAddress, keyedHash } from "../limits/mod.ts";
import { type Admission, asksForSocket, type SocketRequest, SUBPROTOCOL } from "../relay/mod.ts";
import { MAX_BUFFERED_CHUNKS, MAX_FRAGMENTS, MAX_MESSAGE_BYTES } from "../wire/mod.ts";
import { BoundedWebSocket, handOver } from "./bounded_socket.ts";
import {
  CLOSE_MS,
  HEADERS_MS,
  KEEP_ALIVE_MS,
  LOOK_EVERY_MS,
  MAX_ENDING_CONNECTIONS,
  MAX_HEAD_BYTES,
  MAX_PAGE_CONNECTIONS,
  MAX_PIPELINED,
  REQUEST_MS,
  STUCK_MS,
} from "./bounds.ts";
import { PageConnections } from "./page_connections.ts";
import { answerPages, type Handler } from "./pages.ts";
import { refuse } from "./refuse.ts";

const SOCKET_PATH = "/ws";
const SOURCE_KEY_BYTES = 32;

/** What a listener needs. */
export interface ListenerOptions {
  readonly hostname: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Sockets of the whole bench, for which room is kept beside the pages; `Infinity` for no bound. */
  readonly maxConnections: number;
  /** May this become a socket? Called before anything is computed for it. */
  readonly admit: (request: SocketRequest) => Admission;
  readonly handler: Handler;
  /** A mistake of ours met one request or one socket. */
  readonly onFault: () => void;
}

/** A port that is open. */
export interface Listener {
  readonly port: number;
  /**
   * Takes no more connections and cuts those that are no sockets. Resolves when the last socket has ended too, which is
   * for whoever accepted it to bring about.
   */
  close(): Promise<void>;
}

/** Why a port could not be opened. */
export type ListenProblem = "taken" | "forbidden" | "foreign";

/** What `openListener` rejects with. */
export class ListenError extends Error {
  readonly problem: ListenProblem;

  constructor(problem: ListenProblem, cause: unknown) {
    super(`the port cannot be opened: ${problem}`, { cause });
    this.name = "ListenError";
    this.problem = problem;
  }
}

/** Of node:http since Node 24.9; the types at hand are older. */
interface UpgradeOption {
  readonly shouldUpgradeCallback: (request: IncomingMessage) => boolean;
}

/** Opens a port for pages and sockets. Rejects with `ListenError`. */
export function openListener(options: ListenerOptions): Promise<Listener> {
  const { hostname, port, maxConnections, handler, onFault } = options;
  const underWay = new Map<Duplex, number>();
  const pages = new PageConnections<Duplex>(MAX_PAGE_CONNECTIONS, (socket) => socket.destroy());
  const answer = answerPages(handler, onFault);
  const settings: ServerOptions & UpgradeOption = {
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: LOOK_EVERY_MS,
    maxHeaderSize: MAX_HEAD_BYTES,
    // Whoever asks for another protocol gets a page, as if it had not.
    shouldUpgradeCallback: ({ headers }) => asksForSocket(headers.upgrade ?? null),
  };
  const server = createServer(settings, (request, response) => {
    const { socket } = request;
    const count = (underWay.get(socket) ?? 0) + 1;
    if (count > MAX_PIPELINED) {
      socket.destroy();
      return;
    }
    underWay.set(socket, count);
    pages.touch(socket);
    response.once("close", () => {
      const left = (underWay.get(socket) ?? 1) - 1;
      if (left === 0) underWay.delete(socket);
      else underWay.set(socket, left);
      pages.touch(socket);
    });
    answer(request, response);
  });
  server.timeout = STUCK_MS;
  if (maxConnections !== Infinity) {
    server.maxConnections = maxConnections + MAX_PAGE_CONNECTIONS + MAX_ENDING_CONNECTIONS;
  }

  const sourceOf = newSourceOf();
  server.on("connection", (socket: Socket) => {
    // Unheard, an error would end the process; a close follows each.
    socket.on("error", () => {});
    socket.once("close", () => {
      pages.remove(socket);
      underWay.delete(socket);
    });
    pages.add(socket, sourceOf(socket));
  });
  server.on("clientError", (error: Error & { readonly code?: string }, socket: Duplex) => {
    // An answer that has begun cannot be taken back.
    if (underWay.has(socket)) socket.destroy();
    else refuse(socket, ...wordsFor(error.code));
  });
  server.on(
    "upgrade",
    newUpgrade(options, (socket) => underWay.has(socket), (socket) => {
      pages.remove(socket);
    }),
  );

  return new Promise((resolve, reject) => {
    server.once("error", (error: Error & { readonly code?: string }) => {
      reject(new ListenError(problemOf(error.code), error));
    });
    server.listen(port, hostname, () => {
      // What fails later, such as a connection that cannot be taken because files ran out, concerns that one alone.
      server.removeAllListeners("error").on("error", () => {});
      resolve({ port: portOf(server, port), close: () => closed(server, pages) });
    });
  });
}

function closed(server: Server, pages: PageConnections<Duplex>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    pages.cutAll();
  });
}

function portOf(server: Server, asked: number): number {
  const address = server.address();
  return address !== null && typeof address === "object" ? address.port : asked;
}

/** A word for each network, under a key of this listener's own [M12]; it goes with its last connection. */
function newSourceOf(): (socket: Socket) => string {
  const key = crypto.getRandomValues(new Uint8Array(SOURCE_KEY_BYTES));
  return ({ remoteAddress = null }) => {
    const { address } = clientAddress({ remoteAddress, forwardedFor: null, trustedProxyHops: 0 });
    return keyedHash(key, address ?? "");
  };
}

/** Handles requests that ask for a socket. */
function newUpgrade(
  { admit, onFault }: ListenerOptions,
  isAnswering: (socket: Duplex) => boolean,
  onSocket: (socket: Duplex) => void,
): (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
) => void {
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: MAX_BUFFERED_CHUNKS,
    closeTimeout: CLOSE_MS,
    handleProtocols: () => SUBPROTOCOL,
    WebSocket: BoundedWebSocket,
  });
  const refuseHandshake = (socket: Duplex) =>
    refuse(socket, 400, "This is not a WebSocket handshake.");
  sockets.on("wsClientError", (_error: Error, socket: Duplex) => refuseHandshake(socket));
  return (request, socket, head) => {
    // An answer to an earlier request is still on its way: no browser does that.
    if (isAnswering(socket)) {
      socket.destroy();
      return;
    }
    if (request.url?.split("?", 1)[0] !== SOCKET_PATH) {
      return refuse(socket, 404, "There is no socket at this address.");
    }
    try {
      const admission = admit(socketRequestOf(request));
      if (!admission.ok) {
        return refuse(socket, admission.status, admission.words, admission.headers);
      }
      sockets.handleUpgrade(request, socket, head, (ws) => {
        onSocket(socket);
        handOver(ws, socket, admission.accept, onFault);
      });
    } catch {
      onFault();
      refuse(socket, 500, "The bench failed at this.");
    }
  };
}

function socketRequestOf({ headers, socket }: IncomingMessage): SocketRequest {
  const text = (value: string | readonly string[] | undefined): string | null =>
    value === undefined ? null : typeof value === "string" ? value : value.join(", ");
  return {
    origin: text(headers.origin),
    host: text(headers.host),
    upgrade: text(headers.upgrade),
    subprotocols: text(headers["sec-websocket-protocol"]),
    forwardedFor: text(headers["x-forwarded-for"]),
    remoteAddress: socket.remoteAddress ?? null,
  };
}

function wordsFor(code: string | undefined): [number, string] {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return [431, "The head of this request is too long."];
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return [408, "This request took too long."];
    default:
      return [400, "This is no request."];
  }
}

function problemOf(code: string | undefined): ListenProblem {
  switch (code) {
    case "EADDRINUSE":
      return "taken";
    case "EACCES":
    case "EPERM":
      return "forbidden";
    default:
      return "foreign";
  }
}
