// One side of a link, and the other: how far it is, what it says of itself, what it holds up, drops and forgets. Both ends stand under one
// manual clock, over a bus in memory that loses, repeats and holds back as a test says.

import { assert, assertEquals } from "@std/assert";
import {
  encodeData,
  encodeLinkMessage,
  linkKeys,
  LinkSealer,
  MAX_LINK_FRAME_BYTES,
} from "../../lib/park/link_frame.ts";
import {
  ENTRY_HEAD_BYTES,
  LINK_BYTES_PER_SECOND,
  LINK_FRAMES_PER_SECOND,
  LINK_PACED_BYTES,
  LINK_WINDOW_BYTES,
  LINKS_OPENED_AT_ONCE,
  MAX_LINK_PENDING_BYTES,
  MAX_PENDING_BYTES,
  memberIdOf,
  MOST_MEMBERS,
} from "../../lib/wire/mod.ts";
import { LINK_RATES, newOpening } from "../../lib/park/link.ts";
import { HeldBox, type LinkEnd, LinkRig } from "../support/link_rig.ts";

const FROM = new Uint8Array(16).fill(1);
const TO = new Uint8Array(16).fill(2);
const LARGE = 262_184;
const small = (mark: number) => new Uint8Array(296).fill(mark);
const large = (mark: number) => new Uint8Array(LARGE).fill(mark);
const FRAME = new Uint8Array(153).fill(3);

/** Bytes on the way from the hub that the spoke has not said it took, as the wire tells. */
function onTheWay(rig: LinkRig): number {
  let bytes = 0;
  for (const message of rig.messages()) {
    if (message?.tag !== "data") continue;
    for (const { box } of message.entries) bytes += ENTRY_HEAD_BYTES + box.length;
  }
  return bytes;
}
const sender = (n: number) => new Uint8Array(new Uint32Array([n, 7, 7, 7]).buffer);

/** Sends from an end, with somebody who counts. */
function send(end: LinkEnd, box: Uint8Array): HeldBox {
  const held = new HeldBox();
  end.link.sendAll(FROM, box, held);
  return held;
}

Deno.test("[T9] the spoke says CONFIRM at once and every second until it hears the hub; the hub says nothing before", () => {
  const rig = new LinkRig();
  rig.spoke.link.confirm();
  rig.spoke.link.confirm();
  rig.beat(3_000, false);
  assertEquals(rig.words(), ["confirm", "confirm", "confirm", "confirm"]);
  assert(rig.park.wire.every(({ subject }) => subject === rig.subjects.spokeToHub));
  assertEquals([rig.hub.link.phase, rig.spoke.link.phase], ["waiting", "waiting"]);
  rig.settle();
  assertEquals([rig.hub.link.phase, rig.spoke.link.phase], ["up", "up"]);
  assertEquals([rig.hub.heard[0], rig.spoke.heard[0]], ["up", "up"]);
  const before = rig.park.wire.length;
  rig.beat(5_000);
  assertEquals(rig.words(before).includes("confirm"), false);
});

Deno.test("[T9] a link that is never confirmed ends at exactly 30 s, without a word, and nothing is left of it", () => {
  const rig = new LinkRig();
  rig.clock.advance(29_999);
  rig.hub.link.tick();
  assertEquals(rig.hub.link.phase, "waiting");
  rig.clock.advance(1);
  rig.hub.link.tick();
  assertEquals([rig.hub.link.phase, rig.hub.link.isOver], ["ended", true]);
  assertEquals(rig.hub.heard, ["end unconfirmed"]);
  assertEquals([rig.park.wire.length, rig.hub.bus.subscriptions], [0, 0]);
});

Deno.test("[K5] STATE goes out at once, every 10 s, and says both numbers and whether the room is public", () => {
  const rig = new LinkRig();
  rig.hub.state = { local: 3, total: 7, isPublic: true };
  rig.spoke.state = { local: 2, total: 2, isPublic: true };
  rig.up();
  assertEquals(rig.messages().filter((each) => each?.tag === "state").slice(0, 2), [
    { tag: "state", ...rig.hub.state },
    { tag: "state", ...rig.spoke.state },
  ]);
  assertEquals([rig.spoke.link.count, rig.spoke.link.beyond], [3, 7]);
  assertEquals([rig.hub.link.count, rig.hub.link.beyond], [2, 2]);
  const statesOfHub = () =>
    rig.park.wire.filter((message) =>
      message.subject === rig.subjects.hubToSpoke && rig.open(message)?.tag === "state"
    ).length;
  const first = statesOfHub();
  rig.beat(9_000);
  assertEquals(statesOfHub(), first);
  rig.beat(1_000);
  assertEquals(statesOfHub(), first + 1);
  rig.beat(60_000);
  assertEquals(statesOfHub(), first + 7);
  assert(rig.hub.link.isUp && rig.spoke.link.isUp);
});

Deno.test("[K5] numbers above what a room may hold are cut to it, and behind it sit at least those who sit there", () => {
  const rig = new LinkRig();
  rig.up();
  for (
    const [local, total, count, beyond] of [
      [65_535, 65_535, MOST_MEMBERS, MOST_MEMBERS],
      [5, 65_535, 5, MOST_MEMBERS],
      [9, 2, 9, 9],
      [0, 0, 0, 0],
    ] as const
  ) {
    rig.spoke.state = { local, total, isPublic: true };
    rig.spoke.link.sendState();
    rig.settle();
    assertEquals([rig.hub.link.count, rig.hub.link.beyond], [count, beyond]);
    assertEquals(rig.hub.heard.at(-1), `count ${count} ${beyond}`);
  }
  const told = rig.hub.heard.length;
  rig.spoke.link.sendState();
  rig.settle();
  // The same again is no change.
  assertEquals(rig.hub.heard.length, told);
});

Deno.test("[K5] a link is down at exactly 30 s of silence, and up again with the first frame that opens", () => {
  const rig = new LinkRig().up();
  rig.park.tamper = () => [];
  rig.clock.advance(29_999);
  rig.hub.link.tick();
  assertEquals(rig.hub.link.phase, "up");
  rig.clock.advance(1);
  rig.hub.link.tick();
  assertEquals([rig.hub.link.phase, rig.hub.heard.at(-1)], ["down", "down"]);
  // What does not open is no sign of life.
  rig.park.inject(rig.subjects.spokeToHub, new Uint8Array(60).fill(9));
  rig.settle();
  assertEquals(rig.hub.link.phase, "down");
  rig.park.tamper = (message) => [message];
  rig.spoke.link.sendState();
  rig.settle();
  assertEquals([rig.hub.link.phase, rig.spoke.link.phase], ["up", "up"]);
  assertEquals(rig.hub.heard.filter((word) => word === "up" || word === "down"), [
    "up",
    "down",
    "up",
  ]);
});

Deno.test("[K6] a link that was down for exactly five minutes is over: keys wiped, nothing said, nothing opened, nothing listened to", () => {
  const rig = new LinkRig().up();
  rig.park.tamper = () => [];
  rig.beat(30_000, false);
  assertEquals(rig.hub.link.phase, "down");
  rig.clock.advance(299_999);
  rig.hub.link.tick();
  assertEquals(rig.hub.link.phase, "down");
  rig.clock.advance(1);
  rig.hub.link.tick();
  assertEquals([rig.hub.link.isOver, rig.hub.heard.at(-1)], [true, "end lost"]);
  assertEquals(rig.hub.bus.subscriptions, 0);
  rig.park.tamper = (message) => [message];
  const before = rig.park.wire.length;
  const sealer = new LinkSealer(linkKeys(rig.root).spokeToHub);
  for (let i = 0; i < 500; i++) sealer.seal(new Uint8Array([5]));
  rig.park.inject(rig.subjects.spokeToHub, sealer.seal(encodeLinkMessage({ tag: "confirm" })));
  rig.settle();
  send(rig.hub, small(1));
  rig.hub.link.sendOne(FROM, TO, small(1));
  rig.hub.link.sendLeft([memberIdOf(FROM)]);
  rig.hub.link.sendState();
  rig.hub.link.end("unpaired");
  for (let i = 0; i < 60; i++) {
    rig.clock.advance(10_000);
    rig.hub.link.tick();
  }
  rig.settle();
  assertEquals(rig.hub.link.sendAdmin(FRAME), false);
  // The attacker's own frame, and nothing else.
  assertEquals(rig.park.wire.length, before + 1);
  assertEquals(rig.hub.heard.at(-1), "end lost");
});

Deno.test("[K9] [K6] while it hears nothing it keeps asking with CONFIRM every 10 s, and nothing else goes", () => {
  const rig = new LinkRig().up();
  rig.park.tamper = () => [];
  rig.beat(30_000, false);
  const before = rig.park.wire.length;
  const held = send(rig.hub, large(1));
  rig.hub.link.sendOne(FROM, TO, small(1));
  rig.hub.link.sendLeft([memberIdOf(FROM)]);
  rig.hub.link.sendBenches([]);
  rig.hub.link.sendRefused(1, 1, "stale");
  assertEquals(rig.hub.link.sendAdmin(FRAME), false);
  rig.beat(60_000, false);
  const words = rig.park.wire.slice(before).filter(({ subject }) =>
    subject === rig.subjects.hubToSpoke
  ).map((message) => rig.open(message)?.tag);
  assertEquals(words, Array.from({ length: 6 }, () => "confirm"));
  assertEquals([held.holds, rig.hub.link.pendingBytes], [0, 0]);
});

Deno.test("[K5] who hears nothing says so, which takes the other end down as well; up again once both are heard", () => {
  const rig = new LinkRig().up();
  const phases = () => [rig.hub.link.phase, rig.spoke.link.phase];
  // One way only: what the hub says is lost.
  rig.park.tamper = (message) => message.subject === rig.subjects.hubToSpoke ? [] : [message];
  rig.beat(31_000);
  assertEquals(phases(), ["down", "down"]);
  rig.beat(60_000);
  assertEquals(phases(), ["down", "down"]);
  rig.park.tamper = (message) => [message];
  rig.beat(11_000);
  assertEquals(phases(), ["up", "up"]);
  // A bus that was away for a moment: the other end never noticed by itself.
  rig.hub.bus.goAway();
  rig.beat(1_000);
  assertEquals(phases(), ["down", "up"]);
  const downs = () => rig.spoke.heard.filter((word) => word === "down").length;
  const before = downs();
  rig.hub.bus.comeBack();
  rig.beat(1_000);
  assertEquals([phases(), downs()], [["up", "up"], before + 1]);
});

Deno.test("[K5] who says again and again that it hears nothing is believed every 10 s, and the last time as well", () => {
  const rig = new LinkRig().up();
  const downs = () => rig.spoke.heard.filter((word) => word === "down").length;
  for (let times = 0; times < 35; times++) {
    rig.hub.bus.goAway();
    rig.hub.bus.comeBack();
    rig.beat(1_000);
  }
  assertEquals(downs(), 4);
  rig.beat(20_000);
  assertEquals(downs(), 5);
  assertEquals([rig.hub.link.phase, rig.spoke.link.phase], ["up", "up"]);
});

Deno.test("[K14] a farewell is said again every 10 s for 40 s, until who left speaks again", () => {
  const rig = new LinkRig().up();
  const farewells = () =>
    rig.park.wire.filter(({ subject }) => subject === rig.subjects.hubToSpoke)
      .filter((message) => rig.open(message)?.tag === "left").length;
  rig.hub.link.sendLeft([memberIdOf(FROM)]);
  rig.beat(100_000);
  assertEquals(farewells(), 5);
  rig.hub.link.sendLeft([memberIdOf(FROM)]);
  rig.beat(15_000);
  assertEquals(farewells(), 7);
  send(rig.hub, small(1));
  rig.beat(100_000);
  assertEquals(farewells(), 7);
});

Deno.test("[K14] a class that leaves at once is one frame, and one frame each time it is said again", () => {
  const rig = new LinkRig().up();
  const farewells = () => rig.messages().flatMap((each) => each?.tag === "left" ? [each] : []);
  const ids = Array.from({ length: MOST_MEMBERS }, (_, n) => memberIdOf(sender(n)));
  // One by one, as their sockets end.
  for (const id of ids) rig.hub.link.sendLeft([id]);
  rig.settle();
  assertEquals(farewells().map(({ memberIds }) => memberIds), [ids]);
  assertEquals(rig.hub.pending.total, 0);
  // One who is back is not said again.
  rig.hub.link.sendAll(sender(7), small(1), null);
  rig.beat(100_000);
  assertEquals(farewells().map(({ memberIds }) => memberIds.length), [500, 499, 499, 499, 499]);
  // One more than a room may hold is a frame of its own.
  rig.hub.link.sendLeft([...ids, memberIdOf(FROM)]);
  rig.settle();
  assertEquals(farewells().slice(5).map(({ memberIds }) => memberIds.length), [500, 1]);
});

Deno.test("[K9] a bus that goes away takes the link down at once; what waited is dropped, and nothing is sent after it is back", () => {
  const rig = new LinkRig().up();
  const held = [1, 2, 3].map((mark) => send(rig.hub, large(mark)));
  assertEquals(held.map(({ holders }) => holders), [1, 1, 1]);
  const before = rig.park.wire.length;
  rig.hub.bus.goAway();
  assertEquals([rig.hub.link.phase, rig.hub.heard.at(-1)], ["down", "down"]);
  assertEquals(held.map(({ holds, releases }) => [holds, releases]), [[1, 1], [1, 1], [1, 1]]);
  assertEquals([rig.hub.link.pendingBytes, rig.hub.pending.total, rig.hub.link.dropped], [0, 0, 3]);
  send(rig.hub, small(4));
  rig.settle();
  rig.beat(5_000);
  assertEquals(rig.words(before).filter((word) => word === "data"), []);
  rig.hub.bus.comeBack();
  rig.settle();
  assertEquals([rig.hub.link.phase, rig.spoke.boxes], ["up", []]);
  send(rig.hub, small(5));
  rig.settle();
  assertEquals(rig.spoke.boxes, [5]);
});

Deno.test("[K9] nothing goes before a link is up, and what comes is handed out only then", () => {
  const rig = new LinkRig();
  for (const end of [rig.hub, rig.spoke]) {
    assertEquals(send(end, small(1)).holds, 0);
    end.link.sendOne(FROM, TO, small(1));
    end.link.sendLeft([memberIdOf(FROM)]);
    end.link.sendState();
    end.link.sendBenches([]);
    assertEquals(end.link.sendAdmin(FRAME), false);
  }
  rig.settle();
  assertEquals(rig.park.wire.length, 0);
});

Deno.test("[K4] [D7] boxes, boxes for one and farewells go in their order, small ones together, and arrive so", () => {
  const rig = new LinkRig().up();
  const from = rig.spoke.heard.length;
  const before = rig.park.wire.length;
  for (const mark of [1, 2, 3]) send(rig.hub, small(mark));
  rig.hub.link.sendOne(FROM, TO, small(4));
  send(rig.hub, small(5));
  rig.hub.link.sendLeft([memberIdOf(FROM)]);
  rig.settle();
  assertEquals(rig.words(before), ["data", "to", "data", "left"]);
  assertEquals(rig.spoke.boxes, [1, 2, 3, 4, 5]);
  assertEquals(rig.spoke.heard.slice(from), ["data 3", "to", "data 1", "left"]);
  assertEquals([rig.hub.link.pendingBytes, rig.hub.pending.total], [0, 0]);
});

Deno.test("[K2] everything twice, and once more later, arrives once", () => {
  const rig = new LinkRig().up();
  const kept: { subject: string; bytes: Uint8Array }[] = [];
  rig.park.tamper = (message) => {
    kept.push(message);
    return [message, message];
  };
  for (const mark of [1, 2, 3]) {
    send(rig.hub, small(mark));
    rig.settle();
  }
  for (const { subject, bytes } of kept) rig.park.inject(subject, bytes);
  rig.settle();
  assertEquals(rig.spoke.boxes, [1, 2, 3]);
});

Deno.test("[K7] never more than 1,048,816 bytes on their way that were not taken; each TAKEN lets the next go, in order", () => {
  const rig = new LinkRig().up();
  assertEquals(LINK_WINDOW_BYTES, 1_048_816);
  const before = rig.park.wire.length;
  send(rig.hub, small(99));
  for (let mark = 1; mark <= 12; mark++) send(rig.hub, large(mark));
  rig.clock.endTurn();
  // A small one in front, so that four chunks would be more than the window.
  assertEquals(rig.words(before), ["data", "data", "data", "data"]);
  assert(onTheWay(rig) <= LINK_WINDOW_BYTES);
  rig.clock.advance(60_000);
  rig.clock.endTurn();
  assertEquals(rig.words(before).length, 4);
  let most = 0;
  let taken = 0;
  for (let round = 0; round < 60 && rig.spoke.boxes.length < 13; round++) {
    rig.park.deliver();
    most = Math.max(most, onTheWay(rig) - taken);
    // The spoke's readers take what it was handed.
    const got = rig.spoke.boxes.filter((mark) => mark !== 99).length;
    taken = got * (ENTRY_HEAD_BYTES + LARGE) + ENTRY_HEAD_BYTES + 296;
    rig.spoke.link.onTaken(got);
    rig.clock.advance(200);
    rig.clock.endTurn();
  }
  assertEquals(rig.spoke.boxes, [99, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  assert(most <= LINK_WINDOW_BYTES, `${most}`);
});

Deno.test("[K7] the other side says what it took after 131,072 bytes, and only once its own readers did", () => {
  const rig = new LinkRig().up();
  rig.clock.advance(1_000);
  const before = rig.park.wire.length;
  for (let i = 0; i < 50; i++) send(rig.hub, small(1));
  rig.settle();
  // 15,800 bytes in one frame: not yet.
  assertEquals(rig.words(before), ["data"]);
  send(rig.hub, large(2));
  rig.settle();
  assertEquals(rig.words(before), ["data", "data"]);
  rig.spoke.link.onTaken(1);
  assertEquals(rig.messages(before).at(-1)?.tag, "taken");
  for (let i = 0; i < 400; i++) send(rig.hub, small(3));
  rig.settle();
  // 126,400 bytes of small boxes, then as much again: taken as they come, no reader asked.
  for (let i = 0; i < 400; i++) send(rig.hub, small(3));
  rig.settle();
  assertEquals(rig.words(before).filter((word) => word === "taken").length, 2);
});

Deno.test("[K7] a TAKEN that was lost is asked for by STATE after two seconds, and frames that were lost count as taken", () => {
  for (const lost of ["taken", "data"] as const) {
    const rig = new LinkRig().up();
    rig.park.tamper = (message) => rig.open(message)?.tag === lost ? [] : [message];
    for (let mark = 1; mark <= 6; mark++) send(rig.hub, large(mark));
    rig.settle();
    rig.spoke.link.onTaken(4);
    rig.settle();
    const before = rig.park.wire.length;
    rig.beat(1_000);
    assertEquals(rig.words(before).filter((word) => word === "data"), []);
    rig.park.tamper = (message) => [message];
    rig.beat(2_000);
    assertEquals(rig.spoke.boxes, lost === "data" ? [5, 6] : [1, 2, 3, 4, 5, 6]);
    assertEquals(rig.hub.link.pendingBytes, 0);
  }
});

Deno.test("[K7] what the readers over there do not take holds up the sender, not the memory", () => {
  const rig = new LinkRig().up();
  for (let mark = 1; mark <= 40; mark++) send(rig.hub, large(mark));
  rig.beat(20_000);
  assertEquals(rig.spoke.boxes, [1, 2, 3, 4]);
  // What is held here is within its bound, and the rest was dropped at once.
  assert(rig.hub.link.pendingBytes <= MAX_LINK_PENDING_BYTES);
  assert(rig.hub.link.isUp && rig.spoke.link.isUp);
});

Deno.test("[K8] more than one chunk in front holds up whoever sends; less does not, nor a link that took nothing for 5 s, nor one that is down", () => {
  const rig = new LinkRig().up();
  const holdsUp = () => rig.hub.link.holdsUp(0, rig.clock.nowMs());
  for (let mark = 1; mark <= 4; mark++) send(rig.hub, large(mark));
  rig.settle();
  assertEquals([rig.hub.link.pendingBytes, holdsUp()], [0, false]);
  send(rig.hub, large(5));
  assert(rig.hub.link.pendingBytes > LINK_PACED_BYTES - 100);
  // The largest box with its head is 262,204 bytes, a little more than the 262,144.
  assertEquals([rig.hub.link.pendingBytes > LINK_PACED_BYTES, holdsUp()], [true, true]);
  rig.clock.advance(4_999);
  assertEquals(holdsUp(), true);
  rig.clock.advance(1);
  assertEquals(holdsUp(), false);
  rig.spoke.link.onTaken(4);
  rig.settle();
  assertEquals([rig.hub.link.pendingBytes, holdsUp()], [0, false]);
  for (let mark = 6; mark <= 20; mark++) send(rig.hub, large(mark));
  rig.settle();
  assertEquals(holdsUp(), true);
  rig.hub.bus.goAway();
  assertEquals(holdsUp(), false);
});

Deno.test("[Q7] 8 MiB wait at a link and no byte more; who did not fit was never held, and is counted", () => {
  const rig = new LinkRig().up();
  const held = Array.from({ length: 40 }, (_, mark) => send(rig.hub, large(mark)));
  const fit = Math.floor(MAX_LINK_PENDING_BYTES / (ENTRY_HEAD_BYTES + LARGE));
  assertEquals(held.filter(({ holders }) => holders === 1).length, fit);
  assertEquals(held.filter(({ holds }) => holds === 0).length, 40 - fit);
  assertEquals(rig.hub.link.dropped, 40 - fit);
  assertEquals(rig.hub.link.pendingBytes, fit * (ENTRY_HEAD_BYTES + LARGE));
  // What fits beside them still goes in.
  const rest = MAX_LINK_PENDING_BYTES - rig.hub.link.pendingBytes;
  const smalls = Math.floor(rest / (ENTRY_HEAD_BYTES + 296));
  for (let i = 0; i < smalls; i++) assertEquals(send(rig.hub, small(1)).holders, 1);
  assertEquals(send(rig.hub, small(1)).holds, 0);
  assert(rig.hub.link.pendingBytes <= MAX_LINK_PENDING_BYTES);
});

Deno.test("[Q7] 64 MiB wait at all links of a bench together", () => {
  const pending = { total: MAX_PENDING_BYTES - 3 * (ENTRY_HEAD_BYTES + 296) };
  const others = pending.total;
  const rig = new LinkRig(1, pending).up();
  const held = [1, 2, 3, 4].map((mark) => send(rig.hub, small(mark)));
  assertEquals(held.map(({ holds }) => holds), [1, 1, 1, 0]);
  assertEquals(pending.total, MAX_PENDING_BYTES);
  rig.settle();
  assertEquals([pending.total, rig.spoke.boxes], [others, [1, 2, 3]]);
});

Deno.test("[Q7] a held box is let go of exactly once, whatever becomes of it", () => {
  const ways: Record<string, (rig: LinkRig) => void> = {
    sent: (rig) => rig.settle(),
    "no bus at the moment of sending": (rig) => {
      // Away without a word: the link hears of it only by the publish that fails.
      rig.hub.bus.onStatus(() => undefined);
      rig.hub.bus.goAway();
      rig.clock.endTurn();
    },
    "bus away": (rig) => rig.hub.bus.goAway(),
    "30 s of silence": (rig) => {
      rig.clock.advance(30_000);
      rig.hub.link.tick();
    },
    unpaired: (rig) => rig.hub.link.end("unpaired"),
    lost: (rig) => rig.hub.link.end("lost"),
    "closed by the other side": (rig) => {
      rig.spoke.link.end("stopping");
      rig.park.deliver();
    },
    wiped: (rig) => rig.hub.link.wipe(),
    "ended and wiped": (rig) => {
      rig.hub.link.end("stopping");
      rig.hub.link.wipe();
    },
    "ended behind a window": (rig) => {
      rig.clock.endTurn();
      rig.hub.link.end("room-gone");
    },
  };
  for (const [name, run] of Object.entries(ways)) {
    const rig = new LinkRig().up();
    const held = [1, 2, 3, 4, 5, 6].map((mark) => send(rig.hub, large(mark)));
    assertEquals(held.map(({ holders }) => holders), [1, 1, 1, 1, 1, 1], name);
    run(rig);
    if (name === "sent") {
      rig.spoke.link.onTaken(4);
      rig.settle();
      rig.clock.advance(1_000);
      rig.settle();
    }
    for (const box of held) assertEquals([box.holds, box.releases], [1, 1], name);
    assertEquals([rig.hub.link.pendingBytes, rig.hub.pending.total], [0, 0], name);
    rig.beat(400_000);
    for (const box of held) assertEquals([box.holds, box.releases], [1, 1], name);
    assertEquals(rig.clock.timers, 0, name);
  }
});

Deno.test("[Q6] a link keeps to 200 frames and 4 MiB a second on the way out, and the rest goes on by itself", () => {
  const rig = new LinkRig().up();
  rig.clock.advance(10_000);
  const before = rig.park.wire.length;
  for (let i = 0; i < 500; i++) rig.hub.link.sendOne(FROM, TO, small(i & 0xff));
  rig.clock.endTurn();
  const sent = () => rig.words(before).filter((word) => word === "to").length;
  // A burst of one second; one more goes before the bucket is seen to be empty.
  assertEquals(sent(), LINK_FRAMES_PER_SECOND + 1);
  rig.clock.advance(1_000);
  assertEquals(sent(), 2 * LINK_FRAMES_PER_SECOND + 1);
  rig.clock.advance(1_000);
  assertEquals(sent(), 500);
  assertEquals([rig.hub.link.pendingBytes, rig.clock.timers], [0, 0]);
});

Deno.test("[Q6] bytes out: a reader that takes at once gets 4 MiB in the first moment and 4 MiB a second after", () => {
  const rig = new LinkRig().up();
  rig.clock.advance(10_000);
  let handed = 0;
  const pump = () => {
    rig.settle();
    while (handed < rig.spoke.boxes.length) {
      rig.spoke.link.onTaken(1);
      handed++;
    }
  };
  for (let mark = 0; mark < 31; mark++) send(rig.hub, large(mark));
  for (let i = 0; i < 40; i++) pump();
  const bytes = () => rig.spoke.boxes.length * LARGE;
  assert(bytes() >= LINK_BYTES_PER_SECOND - LARGE && bytes() <= LINK_BYTES_PER_SECOND + LARGE);
  const first = bytes();
  for (let i = 0; i < 10; i++) {
    rig.clock.advance(50);
    for (let j = 0; j < 5; j++) pump();
  }
  assert(Math.abs(bytes() - first - LINK_BYTES_PER_SECOND / 2) <= 2 * LARGE, `${bytes() - first}`);
});

Deno.test("[Q6] on the way in, what is beyond twice the rate is dropped before any crypto: the number does not move", () => {
  const rig = new LinkRig().up();
  rig.clock.advance(10_000);
  const sealer = new LinkSealer(linkKeys(rig.root).spokeToHub);
  for (let i = 0; i < 10; i++) sealer.seal(new Uint8Array(1));
  const say = (mark: number) => {
    const data = encodeData([{ from: FROM, box: small(mark) }]);
    rig.park.inject(rig.subjects.spokeToHub, sealer.seal(data));
  };
  for (let i = 0; i < 2 * LINK_FRAMES_PER_SECOND + 50; i++) say(1);
  rig.park.deliver();
  assertEquals(rig.hub.boxes.length, 2 * LINK_FRAMES_PER_SECOND);
  rig.clock.advance(1_000);
  say(2);
  rig.park.deliver();
  assertEquals(rig.hub.boxes.at(-1), 2);
});

Deno.test("[Q6] a flood on the subject of a link costs no opening: rubbish and too long frames are dropped, and it goes on after", () => {
  const rig = new LinkRig().up();
  rig.clock.advance(10_000);
  // Too long is none at all, and does not even count.
  for (let i = 0; i < 40; i++) {
    rig.park.inject(rig.subjects.spokeToHub, new Uint8Array(MAX_LINK_FRAME_BYTES + 1));
  }
  send(rig.spoke, small(1));
  rig.settle();
  assertEquals(rig.hub.boxes, [1]);
  const rubbish = new Uint8Array(80);
  for (let i = 0; i < 2 * LINK_FRAMES_PER_SECOND; i++) {
    rig.park.inject(rig.subjects.spokeToHub, rubbish);
  }
  send(rig.spoke, small(2));
  rig.settle();
  // True frames are dropped with them, which shows as a gap.
  assertEquals(rig.hub.boxes, [1]);
  rig.clock.advance(1_000);
  send(rig.spoke, small(3));
  rig.settle();
  assertEquals(rig.hub.boxes, [1, 3]);
  assert(rig.hub.link.isUp);
});

Deno.test("[K10] the admin's word goes at once and twice, past what waits; why it was not taken comes back to a spoke alone", () => {
  const rig = new LinkRig().up();
  const before = rig.park.wire.length;
  for (let mark = 1; mark <= 8; mark++) send(rig.hub, large(mark));
  assertEquals(rig.hub.link.sendAdmin(FRAME), true);
  assertEquals(rig.words(before), ["admin", "admin"]);
  rig.settle();
  assertEquals(rig.spoke.heard.filter((word) => word === "admin").length, 2);
  rig.hub.link.sendRefused(7, 9, "stale");
  rig.spoke.link.sendRefused(7, 9, "stale");
  rig.settle();
  assertEquals(rig.spoke.heard.at(-1), "refused 7 9 stale");
  assertEquals(rig.hub.heard.some((word) => word.startsWith("refused")), false);
});

Deno.test("[K12] who carries the room is the hub's to say: a spoke that says it is not heard", () => {
  const rig = new LinkRig().up();
  rig.spoke.link.sendBenches([]);
  rig.hub.link.sendBenches([]);
  rig.settle();
  assertEquals(rig.spoke.heard.at(-1), "benches 0");
  assertEquals(rig.hub.heard.some((word) => word.startsWith("benches")), false);
});

Deno.test("[K11] an end is said with the admin's word before it; the other end is over at once, and keeps nothing", () => {
  const rig = new LinkRig().up();
  const before = rig.park.wire.length;
  rig.hub.link.end("room-gone", FRAME);
  assertEquals(rig.words(before), ["admin", "close"]);
  assertEquals([rig.hub.link.phase, rig.hub.link.isOver], ["ended", false]);
  rig.settle();
  assertEquals(rig.spoke.heard.slice(-2), ["admin", "end room-gone"]);
  assertEquals([rig.spoke.link.isOver, rig.spoke.bus.subscriptions], [true, 0]);
  // After the end nothing else is reported or said.
  const heard = rig.spoke.heard.length;
  rig.beat(10_000);
  assertEquals([rig.spoke.heard.length, rig.words(before).length], [heard, 2]);
});

Deno.test("[K11] last words that were lost are said again to whoever still speaks, at most once a second, for five minutes at most", () => {
  const rig = new LinkRig().up();
  rig.park.tamper = () => [];
  rig.hub.link.end("unpaired", FRAME);
  rig.park.tamper = (message) => message.subject === rig.subjects.hubToSpoke ? [] : [message];
  const before = rig.park.wire.length;
  const fromHub = () =>
    rig.park.wire.slice(before).filter(({ subject }) => subject === rig.subjects.hubToSpoke)
      .map((message) => rig.open(message)?.tag);
  // Nobody speaks: nothing is said.
  rig.clock.advance(5_000);
  rig.hub.link.tick();
  assertEquals(fromHub(), []);
  for (let i = 0; i < 20; i++) {
    send(rig.spoke, small(1));
    rig.settle();
  }
  assertEquals(fromHub(), ["admin", "close"]);
  rig.clock.advance(999);
  send(rig.spoke, small(1));
  rig.settle();
  assertEquals(fromHub().length, 2);
  rig.clock.advance(1);
  send(rig.spoke, small(1));
  rig.settle();
  assertEquals(fromHub().length, 4);
  // What comes is answered, and goes to nobody any more.
  assertEquals(rig.hub.boxes, []);
  rig.clock.advance(293_000);
  rig.hub.link.tick();
  assertEquals(rig.hub.link.isOver, false);
  rig.clock.advance(1_000);
  rig.hub.link.tick();
  assertEquals([rig.hub.link.isOver, rig.hub.bus.subscriptions], [true, 0]);
  rig.spoke.link.sendState();
  rig.settle();
  assertEquals(fromHub().length, 4);
});

Deno.test("[K11] who hears the last words at last says nothing more, and a CLOSE from there ends the wait", () => {
  const rig = new LinkRig().up();
  rig.park.tamper = () => [];
  rig.hub.link.end("unpaired");
  rig.park.tamper = (message) => [message];
  rig.clock.advance(1_000);
  rig.spoke.link.sendState();
  rig.settle();
  assertEquals(rig.spoke.heard.at(-1), "end unpaired");
  // Both end at the same moment: each hears the other's CLOSE and is done.
  const both = new LinkRig().up();
  both.hub.link.end("unpaired");
  both.spoke.link.end("room-gone");
  both.settle();
  assertEquals([both.hub.link.isOver, both.spoke.link.isOver], [true, true]);
  assertEquals([both.hub.heard.at(-1), both.spoke.heard.at(-1)], ["end unpaired", "end room-gone"]);
});

Deno.test("[K11] rubbish and replayed frames draw no last words", () => {
  const rig = new LinkRig().up();
  const overheard = rig.park.wire.filter(({ subject }) => subject === rig.subjects.spokeToHub);
  rig.park.tamper = () => [];
  rig.hub.link.end("unpaired");
  const before = rig.park.wire.length;
  rig.clock.advance(2_000);
  for (const { subject, bytes } of overheard) rig.park.inject(subject, bytes);
  for (let i = 0; i < 50; i++) rig.park.inject(rig.subjects.spokeToHub, new Uint8Array(80).fill(i));
  rig.settle();
  const said = rig.park.wire.slice(before).filter(({ subject }) =>
    subject === rig.subjects.hubToSpoke
  );
  assertEquals(said, []);
});

Deno.test("[U1] what keeps a room: on the hub people behind a link that is up, on a spoke the link while it waits or is up", () => {
  const rig = new LinkRig();
  rig.spoke.state = { local: 0, total: 0, isPublic: true };
  const keeps = () => [rig.hub.link.keepsRoom, rig.spoke.link.keepsRoom];
  assertEquals(keeps(), [false, true]);
  // The hub is up by CONFIRM alone, and does not know yet whether somebody is there.
  rig.spoke.link.confirm();
  assertEquals(rig.park.deliver(1), 1);
  assertEquals(keeps(), [true, true]);
  rig.settle();
  assertEquals([keeps(), rig.hub.heard], [[false, true], ["up", "count 0 0"]]);
  rig.spoke.state = { local: 1, total: 1, isPublic: true };
  rig.spoke.link.sendState();
  rig.settle();
  assertEquals(keeps(), [true, true]);
  rig.hub.bus.goAway();
  rig.spoke.bus.goAway();
  assertEquals(keeps(), [false, false]);
});

Deno.test("[K1] a link hears nothing of another link, nor of what is thrown back at it", () => {
  const rig = new LinkRig().up();
  const other = new LinkRig(2).up();
  send(rig.hub, small(1));
  send(other.hub, small(2));
  rig.clock.endTurn();
  other.clock.endTurn();
  const mine = rig.park.wire.at(-1)!;
  const theirs = other.park.wire.at(-1)!;
  rig.park.inject(rig.subjects.hubToSpoke, theirs.bytes);
  rig.park.inject(rig.subjects.spokeToHub, mine.bytes);
  rig.settle();
  assertEquals([rig.hub.boxes, rig.spoke.boxes], [[], [1]]);
});

Deno.test("[Q6] all links together open 16 MiB a second; beyond it each still opens its own part, and numbers of what is dropped do not move", () => {
  const shared = newOpening(LINK_RATES, 0);
  const busy = new LinkRig(1, { total: 0 }, null, shared).up();
  // Whoever reads the bus has the others' subjects as well: they have used up what is shared.
  shared.spend(Math.floor(shared.fill(busy.clock.nowMs())), busy.clock.nowMs());
  const sealer = new LinkSealer(linkKeys(busy.root).spokeToHub);
  for (let i = 0; i < 100; i++) sealer.seal(new Uint8Array([5]));
  const inner = encodeData([{ from: FROM, box: large(9) }]);
  const frames = [1, 2, 3].map(() => sealer.seal(inner));
  const heard = () => busy.hub.boxes.length;
  for (const frame of frames) busy.park.inject(busy.subjects.spokeToHub, frame);
  busy.settle();
  assertEquals(heard(), 1);
  // The number did not move: what was dropped opens when there is room again.
  busy.clock.advance(1_000);
  busy.park.inject(busy.subjects.spokeToHub, frames[1]!);
  busy.settle();
  assertEquals(heard(), 2);
  assertEquals(LINKS_OPENED_AT_ONCE * LINK_BYTES_PER_SECOND, 16 * 1024 * 1024);
});
