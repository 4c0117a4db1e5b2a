// Crowds that are in: they hold a key and a place, send as fast as they can, command what they may and may not, or stop
// reading. Rules: lib/wire/PROTOCOL.md, [A2] [M7] to [M10].

import {
  ADMIN_COMMANDS_BURST,
  concatBytes,
  encodeToAll,
  encodeToOne,
  type MemberId,
} from "../../lib/wire/mod.ts";
import { HONEST_ROOM } from "../support/honest_room.ts";
import { LARGE_BOX_BYTES, type LoadTab, SMALL_BOX_BYTES } from "../support/load_tab.ts";
import { encodeRawFrame, OP } from "../support/raw_socket.ts";
import { adminMessage, rigAdminCommand, rigRoom, rigSession } from "../support/relay_rig.ts";
import { Seeded } from "../support/seeded.ts";
import { Crowd, inParallel, pause, type Report } from "./crowd_tools.ts";

/** Where they send, and what. */
interface Sending {
  readonly sockets: number;
  readonly forMs: number;
  readonly where: "rooms of their own" | "a room of theirs" | "the honest room";
  readonly what: "small boxes" | "large boxes";
}

const SOCKETS_OF_ONE_ADDRESS = 5;

/** Members who send as fast as the bench reads: to all, and to each one that they hear of. */
export async function fastSenders(port: number, options: Sending): Promise<Report> {
  const { sockets, forMs, where, what } = options;
  const crowd = new Crowd(port, forMs);
  const heard = new Set<MemberId>();
  const tabs = await Promise.all(Array.from({ length: sockets }, (_, nth) =>
    crowd.enter(
      crowd.from(Math.floor(nth / SOCKETS_OF_ONE_ADDRESS)),
      where === "the honest room"
        ? HONEST_ROOM
        : rigRoom(where === "a room of theirs" ? 8_500 : 8_500 + nth),
      rigSession(8_600 + nth),
    )));
  const box = new Seeded(8_700).bytes(what === "small boxes" ? SMALL_BOX_BYTES : LARGE_BOX_BYTES);
  const toAll = encodeRawFrame({ op: OP.binary, payload: encodeToAll(box) });
  await Promise.all(tabs.map(async (tab) => {
    if (tab === null) return;
    tab.onEntry = (from) => heard.add(from);
    await crowd.pour(tab.socket, (nth) => {
      const to = [...heard];
      if (what === "large boxes" || nth % 2 === 0 || to.length === 0) return toAll;
      const payload = encodeToOne(to[nth % to.length]!, box);
      return encodeRawFrame({ op: OP.binary, payload });
    });
    if (tab.socket.isOpen) crowd.add("open at the end");
  }));
  return crowd.report();
}

/** What is wrong with the commands, or nothing. */
interface Commanding {
  readonly sockets: number;
  readonly forMs: number;
  readonly kind: "deletions" | "unsupported" | "stale" | "badly signed";
}

/** Three times what a socket may send at once. */
const COMMANDS_AT_ONCE = 3 * ADMIN_COMMANDS_BURST;
/** A flood has ended its socket after this, on a busy machine too. */
const ANSWERED_WITHIN_MS = 5_000;
/** An operation that nobody has built. */
const NO_OPERATION = 99;

/** Admins of rooms of their own, and people who would like to be. */
export async function commanders(
  port: number,
  { sockets, forMs, kind }: Commanding,
): Promise<Report> {
  const crowd = new Crowd(port, forMs);
  await inParallel(Infinity, sockets, async (nth) => {
    const room = rigRoom(300_000 + nth);
    const tab = await crowd.enter(crowd.from(nth), room, rigSession(400_000 + nth));
    if (tab === null) return;
    tab.onControl = (control) => {
      if (control.t === "adm") crowd.add(control.refusal ?? "taken");
    };
    const signer = kind === "badly signed"
      ? { ...room.admin, signSync: (message: Uint8Array) => room.join.signSync(message) }
      : room.admin;
    const frames = Array.from({ length: COMMANDS_AT_ONCE }, (_, i) => {
      const command = rigAdminCommand(
        signer,
        room.roomId,
        tab.roomNonce,
        kind === "stale" ? 0 : i + 1,
        kind === "unsupported" ? NO_OPERATION : undefined,
      );
      return encodeRawFrame({ op: OP.binary, payload: adminMessage(command) });
    });
    const bytes = concatBytes(...frames);
    crowd.sentBytes += bytes.length;
    tab.socket.write(bytes);
    await Promise.race([tab.socket.closed, pause(ANSWERED_WITHIN_MS)]);
    if (tab.socket.isOpen) crowd.add("open at the end");
  }, () => crowd.isTimeUp);
  return crowd.report();
}

/** Who stops reading, and where. */
interface Stopping {
  readonly readers: number;
  /** Number of the room, which the test opens. */
  readonly room: number;
  readonly forMs: number;
}

/** Members who read nothing from the moment they are in; at the end they look at what became of them. */
export async function stoppedReaders(
  port: number,
  { readers, room, forMs }: Stopping,
): Promise<Report> {
  const crowd = new Crowd(port, forMs);
  const tabs: LoadTab[] = [];
  await inParallel(readers, readers, async (nth) => {
    const tab = await crowd.enter(
      crowd.from(Math.floor(nth / SOCKETS_OF_ONE_ADDRESS)),
      rigRoom(room),
      rigSession(8_800 + nth),
      { create: false },
    );
    if (tab === null) return;
    tab.socket.pauseReading();
    tabs.push(tab);
  });
  await crowd.end;
  for (const { socket } of tabs) socket.resumeReading();
  await Promise.race([Promise.all(tabs.map(({ socket }) => socket.closed)), pause(3_000)]);
  crowd.add("open at the end", tabs.filter(({ socket }) => socket.isOpen).length);
  return crowd.report();
}
