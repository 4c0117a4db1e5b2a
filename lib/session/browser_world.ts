// The browser as a session's world: its WebSocket, clock, crypto and object URLs. The only file of this folder that
// opens a connection, and only to the bench that served the page.

import { randomBytes, sha512 } from "../nacl.ts";
import { newEd25519 } from "../proof/mod.ts";
import type { Bytes } from "../wire/mod.ts";
import { parseRefusal } from "./reconnect.ts";
import type { TabSocket, TabSocketEvents, UpgradeRefusal, World } from "./world.ts";

/** WebSocket subprotocol of the protocol's version. */
const SUBPROTOCOL = "bt1";

/** The question why no socket came to be is given up after this. */
const ASK_WITHIN_MS = 5_000;

/** Hashed within the task that asks; longer takes some milliseconds without WebCrypto. */
const HEAVY_HASH_BYTES = 16 * 1024;

/** The world of this page. */
export async function newBrowserWorld(): Promise<World> {
  // Absent on plain http, whatever the types say.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  const ed25519 = await newEd25519(subtle);
  const nextTask = newTaskYield();
  return {
    origin: location.origin,
    ed25519,
    connect: connectToBench,
    askWhyRefused,
    isOffline: () => navigator.onLine === false,
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
    nextTask,
    randomBytes,
    chance: Math.random,
    sha512: async (bytes) => {
      if (subtle !== undefined) return new Uint8Array(await subtle.digest("SHA-512", bytes));
      // On the page's own thread, where a whole chunk is heavy: a task of its own.
      if (bytes.length > HEAVY_HASH_BYTES) await nextTask();
      return sha512(bytes);
    },
    isHidden: () => document.visibilityState === "hidden",
    newObjectUrl: (bytes, mime) => URL.createObjectURL(new Blob([bytes], { type: mime })),
    revokeObjectUrl: (url) => URL.revokeObjectURL(url),
  };
}

/** Asks where the socket would be, as anybody without a socket may [M4]. */
async function askWhyRefused(): Promise<UpgradeRefusal | null> {
  try {
    const answer = await fetch("/ws", {
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.timeout(ASK_WITHIN_MS),
    });
    void answer.body?.cancel().catch(() => undefined);
    return parseRefusal(answer.status, answer.headers.get("retry-after"));
  } catch {
    return null;
  }
}

/** Opens a socket to the bench that served the page. */
export function connectToBench(events: TabSocketEvents): TabSocket {
  const url = new URL("/ws", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.hash = "";
  const socket = new WebSocket(url, SUBPROTOCOL);
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (typeof data === "string") events.onText(data);
    else events.onBinary(new Uint8Array(data));
  };
  socket.onclose = ({ code }) => events.onClose(code);
  return {
    send: (message: string | Bytes) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(message);
    },
    close: () => socket.close(),
  };
}

/** A pause that lets the page paint; a message rather than a timer, because timers are slowed in hidden tabs. */
function newTaskYield(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(null);
    });
}
