// The attackers of found_e2e_test.ts, in a process of their own: `found_crowd.ts PORT NAME`. Each attack ends by itself and
// prints what it saw. Speaks to a bench on loopback only.

import { connect } from "node:net";
import { type Bytes, concatBytes } from "../../lib/wire/mod.ts";
import { type LoadTab, pictureBoxes } from "../support/load_tab.ts";
import { encodeRawFrame, OP, RawSocket, type RawTarget } from "../support/raw_socket.ts";
import { adminMessage, rigAdminCommand, rigRoom, rigSession } from "../support/relay_rig.ts";
import { Crowd, inParallel, pause, type Report } from "./crowd_tools.ts";

const SOCKETS_OF_ONE_ADDRESS = 20;
const ROOM_SEED = 9_100;

function sessionOf(nth: number) {
  return rigSession(9_200 + nth);
}

/** Members, twenty from each address. */
async function membersOf(crowd: Crowd, count: number): Promise<LoadTab[]> {
  const tabs: LoadTab[] = [];
  await inParallel(count, 10, async (nth) => {
    const from = crowd.from(Math.floor(nth / SOCKETS_OF_ONE_ADDRESS));
    const tab = await crowd.enter(from, rigRoom(ROOM_SEED), sessionOf(nth));
    if (tab !== null) tabs.push(tab);
  });
  return tabs;
}

const EMPTY = encodeRawFrame({ op: OP.binary });
const EMPTY_MESSAGES = concatBytes(...Array.from({ length: 40_000 }, () => EMPTY));

/** Twenty sockets of one address say something senseless and then go on, as if the bench had not closed them. */
export async function poursAfterItsClose(port: number): Promise<Report> {
  const crowd = new Crowd(port, 8_000);
  await inParallel(SOCKETS_OF_ONE_ADDRESS, SOCKETS_OF_ONE_ADDRESS, async () => {
    const socket = await crowd.open(crowd.from(0));
    if (socket !== null) await crowd.pour(socket, () => EMPTY_MESSAGES);
  });
  await crowd.end;
  return crowd.report();
}

/** Asks for one page again and again on kept connections, four requests under way on each. */
async function asksForPages(port: number, path: string, connections: number): Promise<Report> {
  const crowd = new Crowd(port, 8_000);
  const request =
    `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\naccept-encoding: gzip\r\n\r\n`;
  await inParallel(connections, connections, async (nth) => {
    const { localAddress } = crowd.from(nth % 4);
    const socket = connect({ host: "127.0.0.1", port, localAddress });
    socket.on("error", () => {});
    socket.on("connect", () => socket.write(request.repeat(4)));
    socket.on("data", (bytes: Uint8Array) => {
      const answers = new TextDecoder("latin1").decode(bytes).split("HTTP/1.1 ").length - 1;
      crowd.add("answers", answers);
      if (answers > 0 && !crowd.isTimeUp) socket.write(request.repeat(answers));
    });
    await crowd.end;
    socket.destroy();
  });
  return crowd.report();
}

/** 240 members begin a message and send one byte of it at a time. */
export async function unfinishedMessages(port: number): Promise<Report> {
  const crowd = new Crowd(port, 40_000);
  const tabs = await membersOf(crowd, 240);
  const begin = encodeRawFrame({
    op: OP.binary,
    announcedBytes: 200_000,
    payload: new Uint8Array(1),
  });
  for (const { socket } of tabs) socket.write(begin);
  for (let i = 0; i < 2_000; i++) {
    await pause(2);
    for (const { socket } of tabs) socket.write(new Uint8Array(1));
  }
  crowd.add("open at the end", tabs.filter(({ socket }) => socket.isOpen).length);
  return crowd.report();
}

/** A hundred members who do not read send one small box each to one other between three to all. */
export async function boxesToOne(port: number): Promise<Report> {
  const crowd = new Crowd(port, 20_000);
  const tabs = await membersOf(crowd, 100);
  for (const { socket } of tabs) socket.pauseReading();
  const message = (head: Bytes, length: number) =>
    encodeRawFrame({ op: OP.binary, payload: concatBytes(head, new Uint8Array(length)) });
  const toAll = message(new Uint8Array([1]), 16_424);
  for (let round = 0; round < 5; round++) {
    for (const [place, { socket }] of tabs.entries()) {
      const to = tabs[(place + 1) % tabs.length]!.memberId.replaceAll("-", "+").replaceAll(
        "_",
        "/",
      );
      const id = Uint8Array.from(atob(to), (each) => each.charCodeAt(0));
      const toOne = message(concatBytes(new Uint8Array([3]), id), 296);
      socket.write(concatBytes(toOne, toAll, toAll, toAll));
    }
    await pause(20);
  }
  await pause(6_000);
  return crowd.report();
}

/** Readers for whom a picture waits when their own admin deletes the room; then they read a little. */
export async function deletionOverFullReaders(port: number): Promise<Report> {
  const crowd = new Crowd(port, 20_000);
  const tabs = await membersOf(crowd, 80);
  const [sender, admin, ...readers] = tabs as [LoadTab, LoadTab, ...LoadTab[]];
  for (const { socket } of readers) socket.pauseReading();
  for (const box of pictureBoxes(1, 58)) sender.sayAll(box);
  await pause(6_000);
  const { roomId, admin: signer } = rigRoom(ROOM_SEED);
  const command = rigAdminCommand(signer, roomId, admin.roomNonce, Date.now());
  admin.socket.send(adminMessage(command));
  for (const { socket } of readers) socket.readAtMost(3_000_000);
  await pause(3_000);
  return crowd.report();
}

/** Connections that are opened and cut at once, a hundred at a time. */
export async function comesAndCuts(port: number): Promise<Report> {
  const crowd = new Crowd(port, 5_000);
  await inParallel(Infinity, 100, (nth) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const socket = connect({
      host: "127.0.0.1",
      port,
      localAddress: crowd.from(nth % 10).localAddress,
    });
    socket.on("error", () => {});
    socket.on("connect", () => {
      crowd.add("connected");
      socket.destroy();
    });
    socket.on("close", () => resolve());
    return promise;
  }, () => crowd.isTimeUp);
  return crowd.report();
}

/** Requests of every strange shape, one after another; each is answered or cut. */
export async function strangeShapes(port: number): Promise<Report> {
  const crowd = new Crowd(port, 60_000);
  const host = `host: 127.0.0.1:${port}\r\n`;
  const upgrade = `${host}origin: http://127.0.0.1:${port}\r\nconnection: Upgrade\r\n` +
    "upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-protocol: bt1\r\n" +
    "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
  const shapes = [
    `CONNECT x:1 HTTP/1.1\r\n${host}\r\n`,
    `OPTIONS * HTTP/1.1\r\n${host}\r\n`,
    `TRACE / HTTP/1.1\r\n${host}\r\n`,
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    `POST / HTTP/1.1\r\n${host}expect: 100-continue\r\ncontent-length: 5\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}expect: tea\r\n\r\n`,
    `POST / HTTP/1.1\r\n${host}transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\nGET /health HTTP/1.1\r\n${host}\r\n`,
    `POST / HTTP/1.1\r\n${host}transfer-encoding: xchunked\r\n\r\nabc`,
    `POST / HTTP/1.1\r\n${host}transfer-encoding: chunked\r\n\r\n1;${"a".repeat(20_000)}\r\nx\r\n`,
    `GET / HTTP/1.1\r\n${host}host: other\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}x: a\r\n b\r\n\r\n`,
    `GET http://user:word@127.0.0.1/health HTTP/1.1\r\n${host}\r\n`,
    `GET /%zz%E0%A4%A HTTP/1.1\r\n${host}\r\n`,
    `GET /_fresh/js/%E0%A4%A HTTP/1.1\r\n${host}\r\n`,
    `GET /%2e%2e/%2e%2e/deno.json HTTP/1.1\r\n${host}\r\n`,
    `GET / HTTP/1.1\r\n${host}${"a: b\r\n".repeat(2_000)}\r\n`,
    `GET /styles.css HTTP/1.1\r\n${host}range: bytes=${"0-1,".repeat(3_000)}\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}__proto__: x\r\nconstructor: y\r\n\r\n`,
    `GET /ws HTTP/1.0\r\n${upgrade}\r\n`,
    `GET /ws HTTP/1.1\r\n${upgrade}content-length: 10\r\n\r\n0123456789`,
    `POST /ws HTTP/1.1\r\n${upgrade}\r\n`,
    `HEAD /ws HTTP/1.1\r\n${upgrade}\r\n`,
    `GET / HTTP/1.1\r\n${host}\r\nGET /ws HTTP/1.1\r\n${upgrade}\r\n`,
    `GET /ws HTTP/1.1\r\n${upgrade}\r\nGET /health HTTP/1.1\r\n${host}\r\n`,
    `GET /ws HTTP/1.1\r\n${upgrade}sec-websocket-protocol: bt1\r\n\r\n`,
    `GET /ws HTTP/1.1\r\n${upgrade}sec-websocket-extensions: permessage-deflate; ;;=\r\n\r\n`,
    `GET /ws HTTP/1.1\r\n${upgrade}x-forwarded-for: ${",".repeat(14_000)}\r\n\r\n`,
  ];
  for (const [nth, text] of shapes.entries()) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const socket = connect({ host: "127.0.0.1", port, localAddress: crowd.from(nth).localAddress });
    let isAnswered = false;
    const look = setTimeout(() => socket.destroy(), 400);
    socket.on("error", () => {});
    socket.on("connect", () => socket.write(text));
    socket.on("data", () => isAnswered = true);
    socket.on("close", () => {
      clearTimeout(look);
      crowd.add(isAnswered ? "answered" : "cut");
      resolve();
    });
    await promise;
  }
  return crowd.report();
}

const FOUND = {
  poursAfterItsClose,
  asksForTheStartPage: (port: number) => asksForPages(port, "/", 200),
  asksForTheSocketsAddress: (port: number) => asksForPages(port, "/ws", 100),
  unfinishedMessages,
  boxesToOne,
  deletionOverFullReaders,
  comesAndCuts,
  strangeShapes,
} as const;

export type FoundAttack = keyof typeof FOUND;

/** Opens a socket and hands out the plain connection below it. */
export async function openWithConnection(target: RawTarget) {
  let plain: ReturnType<typeof connect> | null = null;
  const opening = await RawSocket.open(target, (socket, text) => {
    plain = socket;
    socket.write(text);
  });
  return { opening, connection: plain! as ReturnType<typeof connect> };
}

if (import.meta.main) {
  const [port, name] = Deno.args as [string, FoundAttack];
  const report = await FOUND[name](Number(port));
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(report)));
  Deno.exit(0);
}
