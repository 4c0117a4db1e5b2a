// A socket to a bench in this process, as a page of its own opens it: each message takes a turn of the event loop.

import type { Bench } from "../../lib/bench/bench.ts";
import type { SocketEvents } from "../../lib/relay/mod.ts";
import type { TabSocket, TabSocketEvents } from "../../lib/session/world.ts";
import { portTo } from "./session_rig.ts";

/** Without a bench nobody answers (1006). Throws, a turn later, where the bench does not let it in. */
export function connectTo(
  bench: Bench | null,
  origin: string,
  events: TabSocketEvents,
): TabSocket {
  let isOpen = true;
  let up: SocketEvents | null = null;
  const later = (run: () => void) =>
    setTimeout(() => {
      if (isOpen) run();
    }, 0);
  const end = (code: number) => {
    isOpen = false;
    up?.onClose();
    events.onClose(code);
  };
  later(() => {
    if (bench === null) return end(1006);
    const admission = bench.admit({
      origin,
      host: new URL(origin).host,
      upgrade: "websocket",
      subprotocols: "bt1",
      forwardedFor: null,
      remoteAddress: "127.0.0.1",
    });
    if (!admission.ok) throw new Error(`not let in: ${admission.status}`);
    up = admission.accept(portTo(
      (message) =>
        later(() =>
          typeof message === "string" ? events.onText(message) : events.onBinary(message)
        ),
      (code) => later(() => end(code)),
    ));
  });
  return {
    send: (message) =>
      void later(() => {
        if (typeof message === "string") up?.onText(message);
        else up?.onBinary(message.slice());
      }),
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      up?.onClose();
    },
  };
}
