// Crowds that never get as far as a room, or do not want to: half requests, silence, foreign pages, false and true proofs,
// rooms by the thousand, slowness. Rules: lib/wire/PROTOCOL.md, [C1] [J7] [M2] [M4] [M5] [M6].

import type { Socket } from "node:net";
import { hiOf, joinText, type LoadTab } from "../support/load_tab.ts";
import { HONEST_ROOM } from "../support/honest_room.ts";
import {
  connectFrom,
  encodeRawFrame,
  handshakeText,
  OP,
  RawSocket,
} from "../support/raw_socket.ts";
import { rigRoom, rigSession } from "../support/relay_rig.ts";
import { Crowd, inParallel, pause, type Report } from "./crowd_tools.ts";

/** So many do something, from so many addresses. */
interface Many {
  readonly count: number;
  readonly addresses: number;
  readonly forMs: number;
}

/** How many knock at the same moment, in all and of one address: fewer than may wait unjoined. */
const WIDTH = 64;
const WIDTH_OF_ONE_ADDRESS = 5;

function widthOf({ addresses }: Many): number {
  return Math.min(WIDTH, addresses * WIDTH_OF_ONE_ADDRESS);
}

/** Until what the bench closed has been heard of. */
const SETTLE_MS = 1_000;

/** Connections that say half of what a request says, and wait. */
export async function halfHeaders(
  port: number,
  { count, addresses, forMs }: Many,
): Promise<Report> {
  const crowd = new Crowd(port, forMs);
  const held = new Set<Socket>();
  await inParallel(count, WIDTH, async (nth) => {
    const target = crowd.from(nth % addresses);
    try {
      const socket = await connectFrom(target);
      crowd.add("connected");
      held.add(socket);
      socket.on("data", () => {});
      socket.on("end", () => socket.end());
      socket.on("close", () => {
        held.delete(socket);
        crowd.add("cut");
      });
      const text = handshakeText(target);
      socket.write(text.slice(0, text.length - 2 - nth % 100));
    } catch {
      crowd.add("no connection");
    }
  }, () => crowd.isTimeUp);
  await crowd.end;
  crowd.add("held at the end", held.size);
  return crowd.report();
}

/** Sockets that hear `hi` and say nothing. */
export async function neverJoin(port: number, { count, addresses, forMs }: Many): Promise<Report> {
  const crowd = new Crowd(port, forMs);
  const held: RawSocket[] = [];
  await inParallel(count, WIDTH, async (nth) => {
    const socket = await crowd.open(crowd.from(nth % addresses));
    if (socket === null) return;
    socket.listen();
    held.push(socket);
  }, () => crowd.isTimeUp);
  await pause(SETTLE_MS);
  crowd.add("held at the end", held.filter(({ isOpen }) => isOpen).length);
  return crowd.report();
}

/** Pages of elsewhere that ask for a socket. */
export async function foreignOrigins(
  port: number,
  { count, addresses, forMs }: Many,
): Promise<Report> {
  const crowd = new Crowd(port, forMs);
  const origins = ["https://elsewhere.example", "null", `http://127.0.0.1:${port + 1}`, "http://"];
  await inParallel(count, WIDTH, async (nth) => {
    await crowd.open(crowd.from(nth % addresses, { origin: origins[nth % origins.length]! }));
  }, () => crowd.isTimeUp);
  return crowd.report();
}

/** Joins to the honest room, one after the other, each of which leaves again at once. */
export async function joinsAndLeaves(port: number, many: Many): Promise<Report> {
  const { count, addresses, forMs } = many;
  const crowd = new Crowd(port, forMs);
  await inParallel(count, widthOf(many), async (nth) => {
    const tab = await crowd.enter(
      crowd.from(nth % addresses),
      HONEST_ROOM,
      rigSession(9_000 + nth),
      { create: false },
    );
    await tab?.socket.close();
  }, () => crowd.isTimeUp);
  return crowd.report();
}

/** Joins whose signatures are right, but over something else. */
export async function falseProofs(port: number, many: Many): Promise<Report> {
  const { count, addresses, forMs } = many;
  const crowd = new Crowd(port, forMs);
  await inParallel(count, widthOf(many), async (nth) => {
    await crowd.enter(crowd.from(nth % addresses), HONEST_ROOM, rigSession(9_000 + nth), {
      isFalse: true,
    });
  }, () => crowd.isTimeUp);
  return crowd.report();
}

/** Rooms with one member each, held. */
export async function roomsOfOne(port: number, many: Many): Promise<Report> {
  const { count, addresses, forMs } = many;
  const crowd = new Crowd(port, forMs);
  const held: LoadTab[] = [];
  await inParallel(count, widthOf(many), async (nth) => {
    const tab = await crowd.enter(
      crowd.from(nth % addresses),
      rigRoom(100_000 + nth),
      rigSession(200_000 + nth),
    );
    if (tab !== null) held.push(tab);
  }, () => crowd.isTimeUp);
  crowd.add("held at the end", held.filter(({ socket }) => socket.isOpen).length);
  return crowd.report();
}

/** Many members in many rooms. */
interface Gathering extends Many {
  readonly rooms: number;
}

/** Everybody comes, and when all are there everybody goes. One address for each room. */
export async function comeAndGo(port: number, gathering: Gathering): Promise<Report> {
  const { count, rooms, forMs } = gathering;
  const crowd = new Crowd(port, forMs);
  const here: LoadTab[] = [];
  await inParallel(count, WIDTH, async (nth) => {
    const room = nth % rooms;
    const tab = await crowd.enter(
      crowd.from(room),
      rigRoom(500_000 + room),
      rigSession(600_000 + nth),
    );
    if (tab !== null) here.push(tab);
  }, () => crowd.isTimeUp);
  crowd.add("here at once", here.filter(({ socket }) => socket.isOpen).length);
  await inParallel(here.length, WIDTH, (nth) => here[nth]!.socket.close());
  return crowd.report();
}

/** Slow ones of each kind. */
interface Slow {
  readonly each: number;
  readonly forMs: number;
}

const DRIPS_EVERY_MS = 100;
const READS_BYTES_PER_SECOND = 1_024;

/** Requests and joins that come a byte at a time, and members who read a kilobyte a second. */
export async function slowOnes(port: number, { each, forMs }: Slow): Promise<Report> {
  const crowd = new Crowd(port, forMs);
  const all = Array.from({ length: each }, (_, nth) => nth);
  await Promise.all([
    ...all.map(async (nth) => {
      const target = crowd.from(nth % 10);
      const socket = await connectFrom(target);
      socket.on("data", () => {});
      socket.on("end", () => socket.end());
      let isCut = false;
      socket.on("close", () => isCut = true);
      await drip(new TextEncoder().encode(handshakeText(target)), (byte) => {
        if (!isCut) socket.write(byte);
        return !isCut;
      });
      crowd.add(isCut ? "a dripped request was cut" : "a dripped request went on");
    }),
    ...all.map(async (nth) => {
      const target = crowd.from(10 + nth % 10);
      const opening = await RawSocket.open(target);
      if (opening.tag === "refused") return crowd.add(`status ${opening.status}`);
      const { socket } = opening;
      const connNonce = await hiOf(socket) ?? new Uint8Array(32);
      const text = joinText(target, HONEST_ROOM, rigSession(9_500 + nth), connNonce);
      const frame = encodeRawFrame({ op: OP.text, payload: new TextEncoder().encode(text) });
      await drip(frame, (byte) => socket.write(byte) || socket.isOpen);
      crowd.add(
        socket.isOpen ? "a dripped join went on" : `a dripped join: ${await socket.closed}`,
      );
    }),
    ...all.map(async (nth) => {
      const target = crowd.from(20 + nth % 10);
      const tab = await crowd.enter(target, HONEST_ROOM, rigSession(9_600 + nth), {
        create: false,
      });
      if (tab === null) return;
      tab.socket.readAtMost(READS_BYTES_PER_SECOND);
      await crowd.end;
      if (tab.socket.isOpen) crowd.add("read slowly");
    }),
  ]);
  return crowd.report();

  async function drip(
    bytes: Uint8Array,
    write: (byte: Uint8Array) => boolean,
  ): Promise<void> {
    for (let at = 0; at < bytes.length && !crowd.isTimeUp; at++) {
      if (!write(bytes.subarray(at, at + 1))) return;
      await pause(DRIPS_EVERY_MS);
    }
  }
}
