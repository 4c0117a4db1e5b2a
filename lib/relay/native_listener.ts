// Deno's own WebSocket as a SocketPort: the one place that knows it. Must never parse a frame, and nothing that a
// stranger sends may throw past it. It cannot stop reading, and gathers a message up to 64 MiB before anybody is asked
// [M1]; the listener that can is lib/self_hosted, under the same contract. Rules: lib/wire/PROTOCOL.md sections 3, 7, 9.

import { CLOSE, DEAD_AFTER_MS, MAX_MESSAGE_BYTES } from "../wire/mod.ts";
import { SUBPROTOCOL } from "./handshake.ts";
import type { Accept, SocketEvents, SocketPort } from "./socket_port.ts";

/** Silence after which Deno gives a socket up; it pings at half of that [M3]. */
const IDLE_SECONDS = DEAD_AFTER_MS / 1000;

/** "Internal error" of RFC 6455: the handler failed, and the tab may come back. */
const CLOSE_INTERNAL = 1011;

/**
 * Upgrades an admitted request and hands the socket to the relay as soon as it is open. `onFault` is called when the
 * relay threw: a mistake of ours, and that socket is closed. Throws `TypeError` for a request that is no WebSocket
 * handshake.
 */
export function upgradeNative(request: Request, accept: Accept, onFault: () => void): Response {
  const { socket, response } = Deno.upgradeWebSocket(request, {
    protocol: SUBPROTOCOL,
    idleTimeout: IDLE_SECONDS,
  });
  socket.binaryType = "arraybuffer";
  let events: SocketEvents | null = null;
  let isDeaf = false;
  const port = portOf(socket, () => isDeaf = true);

  const guarded = (run: () => void) => {
    try {
      run();
    } catch {
      onFault();
      port.close(CLOSE_INTERNAL);
    }
  };
  socket.onopen = () => guarded(() => events = accept(port));
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    const relay = events;
    if (isDeaf || relay === null) return;
    if (typeof data === "string") {
      // Characters, of which none is less than a byte; what is small enough here the relay measures in bytes.
      if (data.length > MAX_MESSAGE_BYTES) port.close(CLOSE.tooBig);
      else guarded(() => relay.onText(data));
    } else if (data instanceof ArrayBuffer) {
      if (data.byteLength > MAX_MESSAGE_BYTES) port.close(CLOSE.tooBig);
      else guarded(() => relay.onBinary(new Uint8Array(data)));
    }
  };
  socket.onclose = () => {
    const relay = events;
    events = null;
    isDeaf = true;
    if (relay !== null) guarded(() => relay.onClose());
  };
  // Every error is followed by a close; unheard, it would end the process.
  socket.onerror = (event) => event.preventDefault();
  return response;
}

/** `onEnd` is called when our side ends the socket: whatever still comes is nobody's. */
function portOf(socket: WebSocket, onEnd: () => void): SocketPort {
  const close = (code: number) => {
    onEnd();
    try {
      socket.close(code);
    } catch {
      // Already closed, or never opened: nobody is there to be told.
    }
  };
  return {
    copies: true,
    send({ bytes, isText }) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      try {
        socket.send(isText ? textOf(bytes) : bytes);
        return true;
      } catch {
        // Closed between the look and the call: the close event tells the relay.
        return false;
      }
    },
    close,
    // Deno has no harder way.
    terminate: () => close(CLOSE.tooSlow),
    // Deno pings by itself, and says nothing of the answer.
    ping: () => false,
    pause: () => false,
    resume() {},
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    get heldShare() {
      return socket.bufferedAmount;
    },
  };
}

const decoder = new TextDecoder();

/** The text that the bytes came from. */
function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
