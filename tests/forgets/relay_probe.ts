// A relay through every way in which members and rooms end, in a process with --expose-gc (weak_references_e2e_test.ts). Prints
// one line of JSON: for each way, what was watched and what is still held. Each way runs in a function of its own, so that
// nothing on the stack holds what it made.

import { BOX_BYTES, CLOSE, HANDSHAKE_MS, parseBenchControl } from "../../lib/wire/mod.ts";
import {
  adminMessage,
  RelayRig,
  RIG_ORIGIN,
  rigAdminCommand,
  type RigRoom,
  rigRoom,
  rigSession,
  type RigTab,
  roomNonceOf,
} from "../support/relay_rig.ts";
import { type WatchReport, WeakWatch } from "./weak_watch.ts";

const watch = new WeakWatch();
let rooms = 0;
let addresses = 0;

/** A room that is watched. */
function newRoom(): RigRoom {
  const room = rigRoom(++rooms);
  watch.addId(room.roomId);
  return room;
}

/** A tab from an address of its own, watched. */
function newTab(rig: RelayRig, address = `198.51.100.${++addresses}`): RigTab {
  const tab = rig.tabFrom(address);
  if (typeof tab === "number") throw new Error(`refused with ${tab}`);
  watch.addId(tab.memberId);
  watch.addPort(tab.socket);
  watch.add("events", tab.events);
  return tab;
}

function newMembers(rig: RelayRig, room: RigRoom, count: number): RigTab[] {
  const tabs = Array.from({ length: count }, () => newTab(rig).join(room));
  rig.clock.endTurn();
  return tabs;
}

/** Says one box of each length to everybody, and one to one member. */
function talk(rig: RelayRig, from: RigTab, to: RigTab): void {
  for (const length of BOX_BYTES) {
    const box = new Uint8Array(length).fill(length % 251);
    watch.add("box", box);
    watch.add("buffer of a box", box.buffer);
    from.sayAll(box);
    from.sayOne(to.memberId, box);
    rig.clock.endTurn();
  }
  for (const { socket } of [from, to]) {
    for (const frame of socket.frames) watch.add("frame", frame);
  }
}

function leave(rig: RelayRig, ...tabs: readonly RigTab[]): void {
  for (const { events } of tabs) events.onClose();
  rig.clock.endTurn();
}

/** Each leaves `rig` as if nobody had been there. */
const WAYS: Readonly<Record<string, (rig: RelayRig) => void>> = {
  "the last member leaves"(rig) {
    const [a, b, c] = newMembers(rig, newRoom(), 3) as [RigTab, RigTab, RigTab];
    talk(rig, a, b);
    talk(rig, c, a);
    leave(rig, a, b, c);
  },
  "everybody leaves in the turn in which they talk"(rig) {
    const [a, b] = newMembers(rig, newRoom(), 2) as [RigTab, RigTab];
    const box = new Uint8Array(BOX_BYTES[0]!);
    watch.add("box", box);
    a.sayAll(box);
    b.events.onClose();
    a.events.onClose();
    rig.clock.endTurn();
  },
  "the admin deletes the room"(rig) {
    const room = newRoom();
    const [a, b] = newMembers(rig, room, 2) as [RigTab, RigTab];
    talk(rig, a, b);
    const frame = adminMessage(
      rigAdminCommand(room.admin, room.roomId, roomNonceOf(rig, room), 1),
    );
    watch.add("admin command", frame);
    a.events.onBinary(frame);
    if (a.closedWith !== CLOSE.deletedOrMoved) throw new Error("the room was not deleted");
    leave(rig, a, b);
    // Somebody asks for it while it is refused.
    const late = newTab(rig).join(room);
    if (late.closedWith !== CLOSE.deletedOrMoved) throw new Error("a deleted room stands");
    leave(rig, late);
  },
  "a newer socket replaces an older one"(rig) {
    const room = newRoom();
    const session = rigSession(77);
    const tabs = ["203.0.113.7", "203.0.113.7"].map((address) => {
      const tab = rig.tabFrom(address, session) as RigTab;
      watch.addId(tab.memberId);
      watch.addPort(tab.socket);
      return tab.join(room);
    });
    rig.clock.endTurn();
    if (tabs[0]!.closedWith !== CLOSE.replaced) throw new Error("nobody was replaced");
    leave(rig, ...tabs);
  },
  "joins are refused"(rig) {
    const room = newRoom();
    const [member] = newMembers(rig, room, 1) as [RigTab];
    const nobody = newTab(rig).join(newRoom(), false);
    const foreign = newTab(rig);
    const proof = foreign.newJoin(room, true, `${RIG_ORIGIN}.example`);
    foreign.events.onText(JSON.stringify(proof));
    const garbage = newTab(rig);
    garbage.events.onText("{");
    const [silent, gone] = [newTab(rig), newTab(rig)];
    gone.events.onClose();
    rig.clock.advance(HANDSHAKE_MS);
    const closed = [nobody, foreign, garbage, silent];
    if (closed.some(({ closedWith }) => closedWith === null)) throw new Error("one is still open");
    leave(rig, ...closed, member);
  },
  "one address opens too many"(rig) {
    const tabs = Array.from({ length: 12 }, () => newTab(rig, "192.0.2.9"));
    if (tabs.every(({ closedWith }) => closedWith === null)) throw new Error("all are open");
    leave(rig, ...tabs);
  },
  "a reader does not read, and is cut"(rig) {
    const [a, b] = newMembers(rig, newRoom(), 2) as [RigTab, RigTab];
    b.socket.stick();
    for (let i = 0; i < 80; i++) {
      const box = new Uint8Array(BOX_BYTES.at(-1)!);
      watch.add("box", box);
      a.sayAll(box);
      rig.clock.endTurn();
      rig.clock.advance(500);
    }
    if (b.closedWith === null && !b.socket.isTerminated) throw new Error("it was not cut");
    b.socket.terminate();
    leave(rig, b, a);
  },
  "a sender goes while the bench does not read it"(rig) {
    const [a, b] = newMembers(rig, newRoom(), 2) as [RigTab, RigTab];
    while (!a.socket.isPaused) a.sayAll(new Uint8Array(BOX_BYTES[0]!));
    leave(rig, a, b);
  },
  "large boxes were not acknowledged yet"(rig) {
    const [a, b] = newMembers(rig, newRoom(), 2) as [RigTab, RigTab];
    b.socket.stick();
    for (let i = 0; i < 4; i++) {
      const box = new Uint8Array(BOX_BYTES.at(-1)!);
      watch.add("box", box);
      a.sayAll(box);
    }
    a.events.onClose();
    b.socket.terminate();
    leave(rig, b);
  },
};

const reports: Record<string, WatchReport> = {};
for (const [way, go] of Object.entries(WAYS)) {
  const rig = new RelayRig();
  go(rig);
  reports[way] = await watch.look();
  // The relay itself is still in use: what it let go of was not let go with it.
  if (rig.relay.counts().sockets !== 0) throw new Error("sockets are left");
  watch.reset();
}

/** The control: a room in which people are, and what they said before. */
async function stand(rig: RelayRig): Promise<void> {
  const tabs = newMembers(rig, newRoom(), 2) as [RigTab, RigTab];
  reports["a standing room"] = await watch.look();
  watch.reset();
  talk(rig, tabs[0], tabs[1]);
  for (const { socket } of tabs) {
    if (
      socket.take().some((each) => typeof each === "string" && parseBenchControl(each) === null)
    ) {
      throw new Error("nonsense");
    }
  }
  // Longer than anything waits for an acknowledgement.
  rig.clock.advance(5_000);
  for (const { socket } of tabs) socket.take();
  reports["what was said in it"] = await watch.look();
  leave(rig, ...tabs);
}
await stand(new RelayRig());

Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(reports)}\n`));
