// [D1] [D2] [D7] [D8] [D9] What passes between members of a room: order, echo, acknowledgement, and who gets nothing.

import { assert, assertEquals } from "@std/assert";
import {
  ACK_AFTER_MS,
  BOX_BYTES,
  CLOSE,
  concatBytes,
  MAX_MESSAGE_BYTES,
  memberIdOf,
} from "../../lib/wire/mod.ts";
import { RelayRig, rigRoom, type RigTab } from "../support/relay_rig.ts";
import { Seeded } from "../support/seeded.ts";

const ROOM = rigRoom(1);
const OTHER_ROOM = rigRoom(2);
const LARGE = 262_184;
const box = (mark: number, length = 296): Uint8Array => new Uint8Array(length).fill(mark);
const marks = (tab: RigTab): number[] => tab.socket.entries.map((entry) => entry.box[0]!);
const acks = (tab: RigTab): number[] => tab.socket.controlsOf("ack").map(({ count }) => count);

Deno.test("[D7] what arrives in a turn leaves at its end, as one frame a member, the very same bytes for all", () => {
  const rig = new RelayRig();
  const tabs = rig.members(ROOM, 5);
  for (let i = 0; i < 20; i++) tabs[i % 5]!.sayAll(box(i));
  for (const tab of tabs) assertEquals(tab.socket.sent, []);
  assertEquals(rig.clock.endTurn(), 1);
  for (const tab of tabs) {
    assertEquals(tab.socket.sent.length, 1);
    assert(tab.socket.sent[0] === tabs[0]!.socket.sent[0]);
    assertEquals(marks(tab), Array.from({ length: 20 }, (_, i) => i));
    assertEquals(
      tab.socket.entries.map(({ from }) => from),
      Array.from({ length: 20 }, (_, i) => tabs[i % 5]!.memberId),
    );
  }
  assertEquals(rig.clock.endTurn(), 0);
});

Deno.test("[D7] every member sees one and the same order, with large boxes, boxes to one, joins and leaves between", () => {
  const random = new Seeded(20);
  const rig = new RelayRig();
  const tabs = rig.members(ROOM, 4);
  const stays = tabs.slice(0, 3);
  let mark = 0;
  const said: number[] = [];
  const boxes = new Map<number, { readonly from: RigTab }>();
  for (let step = 0; step < 300; step++) {
    const tab = random.pick(tabs);
    const length = random.pick([296, 296, 1_064, 65_576]);
    const number = mark++;
    const numbered = box(0, length);
    new DataView(numbered.buffer).setUint32(0, number);
    switch (random.below(12)) {
      case 0:
        rig.clock.endTurn();
        break;
      case 1:
        tab.sayOne(random.pick(tabs).memberId, box(255));
        break;
      case 2:
        rig.tab().join(ROOM).events.onClose();
        break;
      default:
        said.push(number);
        boxes.set(number, { from: tab });
        tab.sayAll(numbered);
    }
  }
  rig.clock.endTurn();
  const orders: number[][] = [];
  for (const tab of stays) {
    const heard = tab.socket.entries.filter((entry) => entry.box[0] !== 255).map((entry) => ({
      number: new DataView(entry.box.buffer, entry.box.byteOffset).getUint32(0),
      entry,
    }));
    const own = new Set(said);
    for (const { number } of heard) own.delete(number);
    // Everything once; what is missing is its own large boxes, which are counted instead.
    const numbers = heard.map(({ number }) => number);
    assertEquals(new Set(numbers).size, numbers.length);
    assertEquals(numbers.length + own.size, said.length);
    assertEquals(acks(tab).at(-1) ?? 0, own.size);
    // What one said comes in the order in which it said it.
    for (const from of tabs) {
      const its = numbers.filter((number) => boxes.get(number)!.from === from);
      assertEquals(its, its.toSorted((a, b) => a - b));
    }
    orders.push(numbers);
  }
  // One order for all: what two of them both got, they got in the same order.
  for (const order of orders) {
    const common = (numbers: readonly number[]) =>
      numbers.filter((number) => orders.every((each) => each.includes(number)));
    assertEquals(common(order), common(orders[0]!));
  }
});

Deno.test("[D7] a newcomer gets nothing that was under way before it came", () => {
  const rig = new RelayRig();
  const [ana, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
  ana.sayAll(box(1));
  const cy = rig.tab().join(ROOM);
  ana.sayAll(box(2));
  rig.clock.endTurn();
  assertEquals([marks(bo), marks(cy)], [[1, 2], [2]]);
  assertEquals(cy.socket.controls.map(({ t }) => t), ["ok", "cnt"]);
});

Deno.test("[D7] a socket that replaces an older one in the same turn gets what came after it, and only that", () => {
  const rig = new RelayRig();
  const [ana, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
  ana.sayAll(box(1));
  bo.sayOne(ana.memberId, box(2));
  const again = rig.tab(ana.session).join(ROOM);
  bo.sayAll(box(3));
  rig.clock.endTurn();
  assertEquals(marks(again), [3]);
  assertEquals(marks(ana), [1, 2]);
  assertEquals(marks(bo), [1, 3]);
});

Deno.test("[D8] boxes up to 16,424 bytes come back to their sender and are not counted", () => {
  const rig = new RelayRig();
  const [ana, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
  for (const length of [296, 1_064, 4_136, 16_424]) ana.sayAll(box(1, length));
  rig.clock.endTurn();
  assertEquals(ana.socket.entries.length, 4);
  assertEquals(bo.socket.entries.length, 4);
  assertEquals(acks(ana), []);
});

Deno.test("[D8] longer boxes do not come back; they leave at once, after what was said before them, and are counted", () => {
  const rig = new RelayRig();
  const [ana, bo, cy] = rig.members(ROOM, 3) as [RigTab, RigTab, RigTab];
  bo.sayAll(box(1));
  ana.sayAll(box(2, LARGE));
  assertEquals([marks(ana), marks(bo), marks(cy)], [[1], [1, 2], [1, 2]]);
  assertEquals(acks(ana), [1]);
  ana.sayAll(box(3, 65_576));
  bo.sayAll(box(4));
  rig.clock.endTurn();
  assertEquals([marks(ana), marks(bo)], [[1, 4], [1, 2, 3, 4]]);
  assertEquals(acks(ana), [1, 2]);
  assertEquals([acks(bo), acks(cy)], [[], []]);
});

Deno.test("[D8] boxes up to 16,424 bytes come back to their sender in the batch, longer ones are counted", () => {
  for (const length of BOX_BYTES) {
    const rig = new RelayRig();
    const [ana, bo, cy] = rig.members(ROOM, 3) as [RigTab, RigTab, RigTab];
    ana.sayAll(box(1, length));
    rig.clock.endTurn();
    const isEchoed = length <= 16_424;
    assertEquals([marks(ana), acks(ana)], isEchoed ? [[1], []] : [[], [1]]);
    assertEquals(bo.socket.entries.map(({ box }) => box.length), [length]);
    assert(bo.socket.frames[0] === cy.socket.frames[0]);
  }
});

Deno.test("[D8] a box is counted at the moment when the last socket let go of it", () => {
  const rig = new RelayRig();
  const [ana, bo, cy] = rig.members(ROOM, 3) as [RigTab, RigTab, RigTab];
  for (const { socket } of [bo, cy]) socket.stick();
  for (let i = 0; i < 10; i++) ana.sayAll(box(i, LARGE));
  // Four may wait for each.
  assertEquals(acks(ana), [1, 2, 3, 4]);
  // The fifth is the next; both still have more than four to read when the last of them lets go of it.
  for (const { socket } of [bo, cy]) socket.read(4 * LARGE);
  assertEquals(acks(ana), [1, 2, 3, 4]);
  bo.socket.read(1);
  assertEquals(acks(ana), [1, 2, 3, 4]);
  cy.socket.read(1);
  // Five more wait at both; no time passed.
  assertEquals(acks(ana), [1, 2, 3, 4, 5]);
});

Deno.test("[D8] a slow reader delays the count until it has room, and by two seconds at most", () => {
  const rig = new RelayRig();
  const [ana, bo, cy] = rig.members(ROOM, 3) as [RigTab, RigTab, RigTab];
  bo.socket.bufferedBytes = 2_000_000;
  ana.sayAll(box(1, LARGE));
  ana.sayAll(box(2, LARGE));
  cy.sayAll(box(3, LARGE));
  rig.clock.advance(500);
  assertEquals([acks(ana), acks(cy)], [[], []]);
  bo.socket.bufferedBytes = 0;
  rig.clock.advance(20);
  assertEquals([acks(ana), acks(cy)], [[2], [1]]);

  bo.socket.bufferedBytes = 2_000_000;
  ana.sayAll(box(4, LARGE));
  rig.clock.advance(ACK_AFTER_MS - 1);
  assertEquals(acks(ana), [2]);
  rig.clock.advance(21);
  assertEquals(acks(ana), [2, 3]);
});

Deno.test("[D8] a sender's own full queue does not delay its count, nor does being alone", () => {
  const rig = new RelayRig();
  const [ana] = rig.members(ROOM, 2) as [RigTab, RigTab];
  ana.socket.bufferedBytes = 1_000_000;
  ana.sayAll(box(1, LARGE));
  assertEquals(acks(ana), [1]);
  const [alone] = rig.members(OTHER_ROOM, 1) as [RigTab];
  alone.sayAll(box(1, LARGE));
  assertEquals([acks(alone), alone.socket.entries], [[1], []]);
});

Deno.test("[D8] the count belongs to a socket: who comes back counts from the start, and nothing old is added", () => {
  const rig = new RelayRig();
  const [ana, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
  bo.socket.bufferedBytes = 2_000_000;
  ana.sayAll(box(1, LARGE));
  const again = rig.tab(ana.session).join(ROOM);
  bo.socket.bufferedBytes = 0;
  rig.clock.advance(ACK_AFTER_MS + 20);
  assertEquals([acks(ana), acks(again)], [[], []]);
  again.sayAll(box(2, LARGE));
  assertEquals(acks(again), [1]);
});

Deno.test("[D9] a box to one reaches the one alone, and one to nobody here reaches nobody", () => {
  const rig = new RelayRig();
  const [ana, bo, cy] = rig.members(ROOM, 3) as [RigTab, RigTab, RigTab];
  const [di] = rig.members(OTHER_ROOM, 1) as [RigTab];
  for (const length of BOX_BYTES) ana.sayOne(bo.memberId, box(1, length));
  // Somebody in another room, and nobody at all.
  ana.sayOne(di.memberId, box(2));
  ana.sayOne(memberIdOf(new Uint8Array(16)), box(3));
  rig.clock.endTurn();
  assertEquals(marks(bo), [1, 1, 1, 1, 1, 1]);
  for (const tab of [ana, cy, di]) assertEquals(tab.socket.entries, []);
  assertEquals(bo.socket.entries[0]!.from, ana.memberId);
  assertEquals(ana.closedWith, null);
});

Deno.test("[D9] whether a member is here cannot be asked by a box to it: the sender hears nothing either way", () => {
  const rig = new RelayRig();
  const [ana, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
  ana.sayOne(bo.memberId, box(1));
  rig.clock.endTurn();
  const there = ana.socket.take();
  ana.sayOne(memberIdOf(new Uint8Array(16)), box(1));
  rig.clock.endTurn();
  assertEquals(ana.socket.take(), there);
});

Deno.test("rooms do not hear each other, though one turn ends for both", () => {
  const rig = new RelayRig();
  const [ana, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
  const [cy, di] = rig.members(OTHER_ROOM, 2) as [RigTab, RigTab];
  ana.sayAll(box(1));
  cy.sayAll(box(2));
  assertEquals(rig.clock.endTurn(), 1);
  assertEquals([marks(ana), marks(bo), marks(cy), marks(di)], [[1], [1], [2], [2]]);
});

Deno.test("[D2] a box of any other length is 4400, to all or to one, and reaches nobody", () => {
  const lengths = BOX_BYTES.flatMap((length) => [length - 1, length + 1]);
  for (const length of [0, 1, 40, 256, 17_000, ...lengths]) {
    for (const isToOne of [false, true]) {
      const rig = new RelayRig();
      const [ana, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
      if (isToOne) ana.sayOne(bo.memberId, box(1, length));
      else ana.sayAll(box(1, length));
      assertEquals(ana.closedWith, CLOSE.malformed);
      rig.clock.endTurn();
      assertEquals(bo.socket.entries, []);
    }
  }
});

Deno.test("[D1] a message above 266,240 bytes is 1009, joined or not; one of just that is merely malformed", () => {
  const rig = new RelayRig();
  const [ana, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
  const stranger = rig.tab();
  for (const tab of [ana, stranger]) {
    tab.events.onBinary(concatBytes(new Uint8Array([1]), new Uint8Array(MAX_MESSAGE_BYTES)));
    assertEquals(tab.closedWith, CLOSE.tooBig);
  }
  bo.events.onBinary(new Uint8Array(MAX_MESSAGE_BYTES));
  assertEquals(bo.closedWith, CLOSE.malformed);
});

Deno.test("what a member says just before a mistake of its own is still delivered", () => {
  const rig = new RelayRig();
  const [ana, bo] = rig.members(ROOM, 2) as [RigTab, RigTab];
  ana.sayAll(box(1));
  ana.events.onText("{");
  assertEquals(marks(bo), [1]);
  assertEquals(ana.closedWith, CLOSE.malformed);
});
