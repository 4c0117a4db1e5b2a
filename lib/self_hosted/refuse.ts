// A plain answer on a connection that no page answers: a handshake that was refused, or bytes that are no request.
// Must leave nothing behind, whatever the other side does.

import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { LINGER_MS } from "./bounds.ts";

/** Answers, and ends the connection soon after. Harmless on one that has ended. */
export function refuse(
  socket: Duplex,
  status: number,
  words: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = `${words}\n`;
  const lines = Object.entries({
    connection: "close",
    "content-type": "text/plain; charset=utf-8",
    "content-length": String(new TextEncoder().encode(body).length),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(timer));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Refused"}\r\n${lines.join("")}\r\n${body}`,
  );
  // What still comes is thrown away, so that the answer is not lost to a reset.
  socket.resume();
}
