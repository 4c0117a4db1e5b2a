// A session's world in a test's own process: real time, a real WebSocket to a real bench, node's Ed25519. Where it is to have
// a network of its own, the address stands in X-Forwarded-For, which a bench with TRUST_PROXY=1 believes.

import { createHash } from "node:crypto";
import { setImmediate } from "node:timers";
import { randomBytes } from "../../lib/nacl.ts";
import type { TabSocket, TabSocketEvents, World } from "../../lib/session/world.ts";
import { parseRefusal } from "../../lib/session/reconnect.ts";
import type { Bytes } from "../../lib/wire/mod.ts";
import { nodeEd25519 } from "./session_rig.ts";

/** A world, and what a test may do to it. */
export interface RealWorld extends World {
  /** While it is set, no connection comes to be. */
  isCutOff: boolean;
  /** The last control message of this kind that the bench sent on the present socket, or `null`. */
  lastControl(kind: string): Readonly<Record<string, unknown>> | null;
  /** Sends any bytes on the present socket, whatever the session thinks of it. */
  sendRaw(frame: Bytes): void;
}

/** The world of one tab at `url`, seen from `address`; `null`: from this machine's own, like all such. */
export function newRealWorld(url: string, address: string | null): RealWorld {
  let present: WebSocket | null = null;
  let controls = new Map<string, Readonly<Record<string, unknown>>>();
  const headers = { origin: url, ...(address === null ? {} : { "x-forwarded-for": address }) };

  function connect(events: TabSocketEvents): TabSocket {
    if (world.isCutOff) {
      const timer = setTimeout(() => events.onClose(1006), 1);
      return { send: () => undefined, close: () => clearTimeout(timer) };
    }
    controls = new Map();
    // Deno takes headers here; the DOM's types do not know that.
    const options = { protocols: ["bt1"], headers } as unknown as string[];
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/ws`, options);
    socket.binaryType = "arraybuffer";
    present = socket;
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data !== "string") return events.onBinary(new Uint8Array(data));
      const control = JSON.parse(data) as Readonly<Record<string, unknown>>;
      controls.set(`${control.t}`, control);
      events.onText(data);
    };
    socket.onerror = (event) => event.preventDefault();
    socket.onclose = ({ code }) => events.onClose(code === 0 ? 1006 : code);
    return {
      send: (message) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(message);
      },
      close: () => socket.close(),
    };
  }

  const world: RealWorld = {
    isCutOff: false,
    lastControl: (kind) => controls.get(kind) ?? null,
    sendRaw: (frame) => present?.send(frame),
    origin: url,
    ed25519: nodeEd25519,
    connect,
    askWhyRefused: async () => {
      try {
        const answer = await fetch(`${url}/ws`, { headers, signal: AbortSignal.timeout(5_000) });
        await answer.body?.cancel();
        return parseRefusal(answer.status, answer.headers.get("retry-after"));
      } catch {
        return null;
      }
    },
    isOffline: () => false,
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
    every: (periodMs, run) => {
      const timer = setInterval(run, periodMs);
      return () => clearInterval(timer);
    },
    nextTask: () => new Promise<void>((resolve) => void setImmediate(() => resolve())),
    randomBytes,
    chance: Math.random,
    sha512: (bytes) => Promise.resolve(new Uint8Array(createHash("sha512").update(bytes).digest())),
    isHidden: () => false,
    newObjectUrl: (bytes, mime) => URL.createObjectURL(new Blob([bytes], { type: mime })),
    revokeObjectUrl: (link) => URL.revokeObjectURL(link),
  };
  return world;
}
