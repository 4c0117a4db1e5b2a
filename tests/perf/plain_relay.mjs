// What the bench is measured against: a plain chat relay as most small chats have it, `ws` under Node. A room for each path; every
// binary message goes to everybody else in it, nothing is parsed. Frozen: tests/perf_tools holds its SHA-256, so that figures of
// different days can be laid side by side.
//
//   node plain_relay.mjs PATH_OF_WS        prints http://127.0.0.1:PORT

import { createServer } from "node:http";
import process from "node:process";
import { pathToFileURL } from "node:url";

const { WebSocket, WebSocketServer } = await import(pathToFileURL(process.argv[2]).href);

const rooms = new Map();
const server = createServer((_request, response) => response.writeHead(426).end());
const sockets = new WebSocketServer({ server, perMessageDeflate: false });

sockets.on("connection", (socket, { url }) => {
  let members = rooms.get(url);
  if (members === undefined) rooms.set(url, members = new Set());
  members.add(socket);
  socket.on("message", (data, isBinary) => {
    if (!isBinary) return;
    for (const member of members) {
      if (member !== socket && member.readyState === WebSocket.OPEN) {
        member.send(data, { binary: true });
      }
    }
  });
  socket.on("close", () => {
    members.delete(socket);
    if (members.size === 0) rooms.delete(url);
  });
  socket.on("error", () => socket.terminate());
});

server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
});
process.on("SIGTERM", () => process.exit(0));
