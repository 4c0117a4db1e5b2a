// Ways around the bench's bounds that an attacker of our own found, on memory sockets and a clock moved by hand, and what
// was tried and held. Each says what must hold, however that is brought about. Rules: lib/wire/PROTOCOL.md, section 7.

import { assert, assertEquals } from "@std/assert";
import {
  ADDRESS_KEY_MS,
  BOX_BYTES,
  DEAD_AFTER_MS,
  type MemberId,
  SLOW_READER_BYTES,
  SLOW_READER_MS,
  TOMBSTONE_MS,
} from "../../lib/wire/mod.ts";
import {
  adminMessage,
  RelayRig,
  rigAdminCommand,
  rigRoom,
  type RigTab,
  roomNonceOf,
} from "../support/relay_rig.ts";
import { Seeded } from "../support/seeded.ts";

const ROOM = rigRoom(1);
const OTHER_ROOM = rigRoom(2);
const SMALL = new Uint8Array(BOX_BYTES[0]!);
const ECHOED = new Uint8Array(BOX_BYTES[3]!);
const LARGE = new Uint8Array(BOX_BYTES[5]!);
const PICTURE_BOXES = 41;

/** Nothing of a tab's own pictures may take longer, whatever rooms of others do: half of what [O2] waits for. */
const PICTURE_WITHIN_MS = 30_000;

/** Seconds of the clock until a picture has been read by the bench, or `Infinity` where it takes ten minutes. */
function pictureMs(rig: RelayRig, from: RigTab): number {
  let left = PICTURE_BOXES;
  for (let ms = 0; ms < 600_000; ms += 100) {
    while (left > 0 && !from.socket.isPaused) {
      from.sayAll(LARGE);
      left--;
    }
    if (left === 0) return ms;
    rig.clock.advance(100);
  }
  return Infinity;
}

/** Everybody reads all that was sent to them. */
function readAll(tabs: readonly RigTab[]): void {
  for (const { socket } of tabs) socket.take();
}

function isCut({ closedWith, socket }: RigTab): boolean {
  return closedWith !== null || socket.isTerminated;
}

Deno.test("[D9] [M11] a box to one does not copy what the room says for each who gets one", () => {
  const rig = new RelayRig();
  const members = rig.members(ROOM, 40);
  for (const { socket } of members) socket.stick();
  let cameBytes = 0;
  for (const [place, member] of members.entries()) {
    for (let i = 0; i < 4; i++) member.sayAll(ECHOED);
    member.sayOne(members[(place + 1) % members.length]!.memberId, SMALL);
    cameBytes += 4 * ECHOED.length + SMALL.length;
  }
  rig.clock.endTurn();
  const { heldBytes } = rig.relay.counts();
  assert(heldBytes <= 4 * cameBytes, `${heldBytes} bytes wait, of ${cameBytes} that came`);
});

Deno.test("[M15] [M8] a room of many who each send little does not hold up a picture in another room", () => {
  const rig = new RelayRig();
  const crowd = rig.members(ROOM, 256);
  const [ana] = rig.members(OTHER_ROOM, 2) as [RigTab, RigTab];
  for (let second = 0; second < 30; second++) {
    for (const each of crowd) if (!each.socket.isPaused) each.sayAll(ECHOED);
    rig.clock.endTurn();
    readAll(crowd);
    rig.clock.advance(1_000);
  }
  const tookMs = pictureMs(rig, ana);
  assert(
    tookMs <= PICTURE_WITHIN_MS,
    `a picture took ${tookMs / 1000} s after the crowd fell silent`,
  );
});

Deno.test("[M15] [M8] one volley of a room of many does not hold up a picture in another room", () => {
  const rig = new RelayRig();
  const crowd = rig.members(ROOM, 256);
  const [ana] = rig.members(OTHER_ROOM, 2) as [RigTab, RigTab];
  for (const each of crowd) each.sayAll(LARGE);
  readAll(crowd);
  const tookMs = pictureMs(rig, ana);
  assert(tookMs <= PICTURE_WITHIN_MS, `a picture took ${tookMs / 1000} s after the volley`);
});

Deno.test("[M11] who waits for what many wait for is not cut before those who hold bytes of their own", () => {
  const rig = new RelayRig({
    maxFramesPerSecond: Infinity,
    maxBytesPerSecond: Infinity,
    maxRoomBytesPerSecond: Infinity,
  });
  const [ana, ...phones] = rig.members(OTHER_ROOM, 50) as [RigTab, ...RigTab[]];
  const [eve, ...hoarders] = rig.members(ROOM, 70) as [RigTab, ...RigTab[]];
  for (const { socket } of [...phones, ...hoarders]) socket.stick();
  // Half a picture, once for all 49; cutting any of them frees nothing.
  for (let i = 0; i < 20; i++) ana.sayAll(LARGE);
  // A little less than [M10] looks at, for each its own.
  const each = Math.floor(SLOW_READER_BYTES / LARGE.length);
  for (const hoarder of hoarders) {
    for (let i = 0; i < each; i++) {
      eve.sayOne(hoarder.memberId, LARGE);
      rig.clock.endTurn();
    }
  }
  for (let i = 0; i < 50; i++) rig.clock.advance(100);
  assertEquals([phones.filter(isCut).length, hoarders.some(isCut)], [0, true]);
});

/** A socket that takes nothing any more, such as one whose other end said that it ends and then does nothing. */
function takesNothing(tab: RigTab, waitingBytes: number): void {
  tab.socket.send = () => false;
  tab.socket.bufferedBytes = waitingBytes;
  tab.socket.canPing = true;
}

Deno.test("[M10] what a socket did not take does not count as read", () => {
  const rig = new RelayRig();
  const [ana, ghost] = rig.members(ROOM, 2) as [RigTab, RigTab];
  for (let i = 0; i < 25; i++) ana.sayAll(LARGE);
  takesNothing(ghost, SLOW_READER_BYTES + 1);
  for (let ms = 0; ms < 2 * SLOW_READER_MS; ms += 250) {
    ana.sayAll(ECHOED);
    rig.clock.endTurn();
    rig.clock.advance(250);
  }
  assert(isCut(ghost), "a reader that read nothing for 30 s is still a member");
});

Deno.test("[M3] a beat that a socket did not take is no sign of life", () => {
  const rig = new RelayRig();
  const [ana, ghost] = rig.members(ROOM, 2) as [RigTab, RigTab];
  takesNothing(ghost, SLOW_READER_BYTES / 2);
  ana.sayAll(LARGE);
  for (let ms = 0; ms < 3 * DEAD_AFTER_MS; ms += 5_000) rig.clock.advance(5_000);
  assert(isCut(ghost), "a socket from which nothing came for three minutes is still a member");
});

Deno.test("[M10] [D8] one member that does not wait for its acknowledgements cuts no phone of its room", () => {
  const rig = new RelayRig();
  const [eve, phone] = rig.members(ROOM, 3) as [RigTab, RigTab];
  phone.socket.stick();
  // 1 Mbit/s: one of the largest boxes in 2.1 s.
  for (let ms = 0; ms < 60_000 && !isCut(phone); ms += 2_100) {
    for (let step = 0; step < 21; step++) {
      while (!eve.socket.isPaused && !isCut(eve)) eve.sayAll(LARGE);
      rig.clock.advance(100);
    }
    phone.socket.read(LARGE.length);
  }
  assertEquals(isCut(phone), false);
});

Deno.test("[M15] [M8] a crowd that waits is not looked at as a whole for each of its messages", () => {
  const rig = new RelayRig();
  const crowd = Array.from({ length: 120 }, (_, nth) => rig.tab().join(rigRoom(10 + nth)));
  rig.clock.endTurn();
  let armed = 0;
  const after = rig.clock.after.bind(rig.clock);
  rig.clock.after = (delayMs, run) => {
    armed++;
    return after(delayMs, run);
  };
  let said = 0;
  for (let ms = 0; ms < 4_000; ms++) {
    for (const each of crowd) {
      if (each.socket.isPaused) continue;
      each.sayOne(each.memberId, LARGE);
      each.socket.take();
      said++;
    }
    rig.clock.endTurn();
    rig.clock.advance(1);
  }
  assert(armed <= 10 * said, `${armed} timers were armed for ${said} messages`);
});

// What was tried and held.

/** One of everything that strangers and members can do, by a number. */
function act(rig: RelayRig, tabs: RigTab[], random: Seeded): void {
  const pick = (most: number) => random.bytes(4).reduce((sum, byte) => sum * 256 + byte, 0) % most;
  const rooms = [ROOM, OTHER_ROOM, rigRoom(3)] as const;
  const room = rooms[pick(rooms.length)]!;
  const address = `192.0.2.${pick(6)}`;
  const some = tabs[pick(Math.max(1, tabs.length))];
  switch (pick(16)) {
    case 0:
    case 1:
    case 2: {
      // At times under a session key that somebody has already, who is replaced.
      const session = pick(4) === 0 ? some?.session : undefined;
      const tab = rig.tabFrom(address, session);
      if (typeof tab !== "number") tabs.push(tab);
      return;
    }
    case 3:
    case 4:
    case 5:
      return void some?.join(room, pick(3) > 0);
    case 6:
      return some?.sayAll(SMALL);
    case 7:
      return some?.sayAll(LARGE);
    case 8: {
      const other = tabs[pick(tabs.length)];
      if (other !== undefined) some?.sayOne(other.memberId, pick(2) === 0 ? SMALL : LARGE);
      return;
    }
    case 9:
      return some?.events.onBinary(new Uint8Array(pick(40)));
    case 10:
      return some?.events.onText(pick(2) === 0 ? "{" : '{"t":"beat"}');
    case 11:
      return pick(2) === 0 ? some?.socket.stick() : some?.socket.read(1_000_000);
    case 12: {
      if (some === undefined || pick(4) > 0) return;
      const nonce = some.socket.controlsOf("ok").at(-1)?.roomNonce ?? new Uint8Array(32);
      const frame = rigAdminCommand(room.admin, room.roomId, nonce, rig.clock.nowMs());
      return some.events.onBinary(adminMessage(frame));
    }
    case 13:
      if (some !== undefined) {
        some.events.onClose();
        some.socket.read(Infinity);
        tabs.splice(tabs.indexOf(some), 1);
      }
      return;
    case 14:
      return void rig.clock.endTurn();
    case 15:
      return rig.clock.advance(pick(3_000));
  }
}

Deno.test("[M2] [M4] [M11] [M12] [R6] after five times 1,500 acts at random nothing is left: no count, byte, address or timer", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const rig = new RelayRig({
      maxPerAddress: 12,
      maxUnjoinedPerAddress: 3,
      maxJoinsPerMinute: 600,
    });
    const random = new Seeded(seed);
    const tabs: RigTab[] = [];
    for (let i = 0; i < 1_500; i++) act(rig, tabs, random);
    for (const { events } of tabs) events.onClose();
    for (const { socket } of tabs) socket.read(Infinity);
    rig.clock.endTurn();
    rig.clock.advance(2 * ADDRESS_KEY_MS + TOMBSTONE_MS);
    rig.clock.endTurn();
    assertEquals({ ...rig.relay.counts(), timers: rig.clock.timers }, {
      rooms: 0,
      members: 0,
      sockets: 0,
      unjoined: 0,
      tombstones: 0,
      addresses: 0,
      heldBytes: 0,
      timers: 0,
    });
  }
});

Deno.test("[M7] [A5] a sender that is paused and then deleted, replaced or gone leaves no timer, and is not read on early", () => {
  for (const end of ["deleted", "replaced", "gone"] as const) {
    const rig = new RelayRig();
    const [ana, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
    for (let i = 0; i < 102; i++) ana.sayAll(SMALL);
    assertEquals(ana.socket.isPaused, true);
    rig.clock.endTurn();
    rig.clock.advance(49);
    assertEquals(ana.socket.isPaused, true);
    const nonce = roomNonceOf(rig, ROOM);
    switch (end) {
      case "deleted":
        bo.events.onBinary(
          adminMessage(rigAdminCommand(ROOM.admin, ROOM.roomId, nonce, rig.clock.nowMs())),
        );
        break;
      case "replaced":
        rig.tab(ana.session).join(ROOM).events.onClose();
        bo.events.onClose();
        break;
      case "gone":
        ana.events.onClose();
        bo.events.onClose();
        break;
    }
    rig.clock.endTurn();
    rig.clock.advance(TOMBSTONE_MS);
    assertEquals([rig.relay.counts().sockets, rig.clock.timers], [0, 0], end);
  }
});

Deno.test("[D9] the largest boxes to nobody reach nobody, are acknowledged by nobody and leave nothing waiting", () => {
  const rig = new RelayRig();
  const [eve, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
  bo.socket.stick();
  for (let i = 0; i < 40; i++) eve.sayOne("AAAAAAAAAAAAAAAAAAAAAA" as MemberId, LARGE);
  rig.clock.endTurn();
  rig.clock.advance(5_000);
  assertEquals([bo.socket.frames.length, eve.socket.controlsOf("ack").length], [0, 0]);
  assertEquals(rig.relay.counts().heldBytes, 0);
});

Deno.test("[D8] a member that never reads starves nobody's acknowledgements", () => {
  const rig = new RelayRig();
  const [ana, stuck] = rig.members(ROOM, 3) as [RigTab, RigTab];
  stuck.socket.stick();
  let said = 0;
  const acked = () => ana.socket.controlsOf("ack").at(-1)?.count ?? 0;
  // Two pictures, four boxes under way.
  let ms = 0;
  for (; acked() < 2 * PICTURE_BOXES && ms < PICTURE_WITHIN_MS; ms += 100) {
    while (said < 2 * PICTURE_BOXES && said - acked() < 4 && !ana.socket.isPaused) {
      ana.sayAll(LARGE);
      said++;
    }
    rig.clock.advance(100);
  }
  assertEquals(acked(), 2 * PICTURE_BOXES, `in ${ms} ms`);
});
