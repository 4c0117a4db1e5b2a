// Deno's own WebSocket as a SocketPort: the one place that knows it. Must never parse a frame, and nothing that a
// stranger sends may throw past it. A later listener with harder limits stands beside it under the same contract.
// Rules: lib/wire/PROTOCOL.md sections 3 and 9.

import { CLOSE, MAX_MESSAGE_BYTES } from "../wire/mod.ts";
import type { Accept, SocketEvents, SocketPort } from "./socket_port.ts";

/** The one subprotocol; a tab that does not offer it is not ours. */
export const SUBPROTOCOL = "bt1";

/** Silence after which Deno gives a socket up; it pings at half of that. */
const IDLE_SECONDS = 60;

/** "Internal error" of RFC 6455: the handler failed, and the tab may come back. */
const CLOSE_INTERNAL = 1011;

/** Whether the request asks for a WebSocket. */
export function asksForSocket(request: Request): boolean {
  return request.headers.get("upgrade")?.toLowerCase() === "websocket";
}

/** Whether bt1 is among the subprotocols that the tab offers. */
export function offersSubprotocol(request: Request): boolean {
  const offered = request.headers.get("sec-websocket-protocol") ?? "";
  return offered.split(",").some((each) => each.trim() === SUBPROTOCOL);
}

/**
 * Upgrades a request whose origin was checked and hands the socket to the relay as soon as it is open. `onFault`
 * is called when the relay threw: a mistake of ours, and that socket is closed. Throws `TypeError` for a request
 * that is no WebSocket handshake.
 */
export function upgradeNative(
  request: Request,
  origin: string,
  accept: Accept,
  onFault: () => void,
): Response {
  const { socket, response } = Deno.upgradeWebSocket(request, {
    protocol: SUBPROTOCOL,
    idleTimeout: IDLE_SECONDS,
  });
  socket.binaryType = "arraybuffer";
  const port = portOf(socket);
  let events: SocketEvents | null = null;
  let deaf = false;

  const refuse = (code: number) => {
    deaf = true;
    port.close(code);
  };
  const guarded = (run: () => void) => {
    try {
      run();
    } catch {
      onFault();
      refuse(CLOSE_INTERNAL);
    }
  };
  socket.onopen = () => guarded(() => events = accept(port, origin));
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    const relay = events;
    if (deaf || relay === null) return;
    if (typeof data === "string") {
      // Characters, of which none is less than a byte; what is small enough here the relay measures in bytes.
      if (data.length > MAX_MESSAGE_BYTES) refuse(CLOSE.tooBig);
      else guarded(() => relay.onText(data));
    } else if (data instanceof ArrayBuffer) {
      if (data.byteLength > MAX_MESSAGE_BYTES) refuse(CLOSE.tooBig);
      else guarded(() => relay.onBinary(new Uint8Array(data)));
    }
  };
  socket.onclose = () => {
    const relay = events;
    events = null;
    deaf = true;
    if (relay !== null) guarded(() => relay.onClose());
  };
  // Every error is followed by a close; unheard, it would end the process.
  socket.onerror = (event) => event.preventDefault();
  return response;
}

function portOf(socket: WebSocket): SocketPort {
  return {
    send(message) {
      if (socket.readyState !== WebSocket.OPEN) return;
      try {
        socket.send(message);
      } catch {
        // Closed between the look and the call: the close event tells the relay.
      }
    },
    close(code) {
      try {
        socket.close(code);
      } catch {
        // Already closed, or never opened: nobody is there to be told.
      }
    },
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
  };
}
