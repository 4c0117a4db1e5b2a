// [D7] [D8] [D9] What gathers in one turn leaves as one frame a member, in one order, the same bytes where nothing differs.

import { assert, assertEquals } from "@std/assert";
import { HeldBytes } from "../../lib/relay/outgoing.ts";
import { RoomTraffic } from "../../lib/relay/room_traffic.ts";
import {
  type Bytes,
  idBytes,
  MAX_MESSAGE_BYTES,
  type MemberId,
  memberIdOf,
  parseBenchFrame,
} from "../../lib/wire/mod.ts";
import { Seeded } from "../support/seeded.ts";

const ID: Readonly<Record<string, MemberId>> = Object.fromEntries(
  ["ana", "bo", "cy", "di"].map((name, i) => [name, memberIdOf(new Uint8Array(16).fill(i))]),
);
const MEMBERS = ["ana", "bo", "cy", "di"];

function flush(traffic: RoomTraffic<string>, members: readonly string[] = MEMBERS) {
  const frames = new Map<string, Bytes[]>(members.map((member) => [member, []]));
  traffic.flush(members, (to, { bytes }) => frames.get(to)!.push(bytes));
  return frames;
}
/** First bytes of the boxes in some frames, with their senders. */
const read = (frames: readonly Bytes[]): string[] =>
  frames.flatMap((bytes) => {
    const frame = parseBenchFrame(bytes);
    if (frame?.tag !== "batch") throw new Error("a batch expected");
    return frame.entries.map(({ from, box }) =>
      `${MEMBERS.find((name) => ID[name] === from)}:${box[0]}:${box.length}`
    );
  });
const box = (mark: number, length = 296): Uint8Array => new Uint8Array(length).fill(mark);

Deno.test("[D7] one frame a member, the very same bytes for all, in the order of arrival", () => {
  const traffic = new RoomTraffic<string>(new HeldBytes());
  assertEquals(traffic.isEmpty, true);
  for (let i = 0; i < 10; i++) {
    const from = MEMBERS[i % 4]!;
    traffic.addToAll(idBytes(ID[from]!), box(i));
  }
  assertEquals(traffic.isEmpty, false);
  const frames = flush(traffic);
  for (const member of MEMBERS) {
    assertEquals(frames.get(member)!.length, 1);
    assert(frames.get(member)![0] === frames.get("ana")![0]);
  }
  assertEquals(
    read(frames.get("ana")!),
    Array.from({ length: 10 }, (_, i) => `${MEMBERS[i % 4]}:${i}:296`),
  );
  assertEquals(traffic.isEmpty, true);
});

Deno.test("[D7] a queue that was flushed is empty: nothing goes out twice, and no frame goes out for nothing", () => {
  const traffic = new RoomTraffic<string>(new HeldBytes());
  assertEquals([...flush(traffic).values()].flat(), []);
  traffic.addToAll(idBytes(ID.ana!), box(1));
  flush(traffic);
  assertEquals([...flush(traffic).values()].flat(), []);
});

Deno.test("[D9] a box to one reaches the one and nobody else, its sender included", () => {
  const traffic = new RoomTraffic<string>(new HeldBytes());
  traffic.addToOne(idBytes(ID.ana!), "bo", box(1));
  const frames = flush(traffic);
  assertEquals(read(frames.get("bo")!), ["ana:1:296"]);
  for (const member of ["ana", "cy", "di"]) assertEquals(frames.get(member), []);
});

const BYTES: Readonly<Record<string, Uint8Array>> = Object.fromEntries(
  MEMBERS.map((name) => [name, idBytes(ID[name]!)]),
);

Deno.test("[D7] what was added for one changes nobody else's order, and copies nothing of what all get", () => {
  const traffic = new RoomTraffic<string>(new HeldBytes());
  traffic.addToAll(BYTES.ana!, box(1));
  traffic.addToOne(BYTES.cy!, "bo", box(2));
  traffic.addToAll(BYTES.di!, box(3, 65_576));
  traffic.addToOne(BYTES.ana!, "bo", box(4));
  traffic.addToAll(BYTES.bo!, box(5));
  const frames = flush(traffic);
  const toAll = ["ana:1:296", "di:3:65576", "bo:5:296"];
  for (const member of ["ana", "cy", "di"]) assertEquals(read(frames.get(member)!), toAll);
  assertEquals(read(frames.get("bo")!), [...toAll, "cy:2:296", "ana:4:296"]);
  for (const member of MEMBERS) assert(frames.get(member)![0] === frames.get("ana")![0]);
  assertEquals(frames.get("bo")!.length, 2);
});

Deno.test("[D7] what one sender said stays in its order, to all and to one by turns", () => {
  const random = new Seeded(9);
  for (let round = 0; round < 50; round++) {
    const traffic = new RoomTraffic<string>(new HeldBytes());
    const said = new Map<string, number[]>(MEMBERS.map((name) => [name, []]));
    const heardByBo = new Map<string, number[]>(MEMBERS.map((name) => [name, []]));
    const order: string[] = [];
    for (let i = 0; i < 60; i++) {
      const from = random.pick(MEMBERS);
      const to = random.pick(["all", "all", "bo", "cy"]);
      if (to === "all") traffic.addToAll(BYTES[from]!, box(i));
      else traffic.addToOne(BYTES[from]!, to, box(i));
      said.get(from)!.push(i);
      if (to !== "cy") heardByBo.get(from)!.push(i);
      if (to === "all") order.push(`${from}:${i}`);
    }
    const frames = flush(traffic);
    const marks = read(frames.get("bo")!).map((each) => each.split(":"));
    for (const name of MEMBERS) {
      const heard = marks.filter(([from]) => from === name).map(([, mark]) => Number(mark));
      assertEquals(heard, heardByBo.get(name));
    }
    // Who was spoken to by nobody alone hears the same as the other such member, and all of it.
    assertEquals(read(frames.get("ana")!), read(frames.get("di")!));
    assertEquals(read(frames.get("ana")!).length, order.length);
  }
});

Deno.test("[D7] a hundred who each change between all and one make as many rounds as one of them, not as all together", () => {
  const traffic = new RoomTraffic<string>(new HeldBytes());
  const senders = Array.from({ length: 100 }, (_, i) => new Uint8Array(16).fill(i));
  for (const from of senders) {
    for (let i = 0; i < 10; i++) {
      traffic.addToAll(from, box(i));
      traffic.addToOne(from, "bo", box(i));
    }
  }
  const frames = flush(traffic, ["ana", "bo"]);
  // A round is 100 boxes of 296 bytes and their heads: one message.
  assertEquals(frames.get("ana")!.length, 10);
  assertEquals(frames.get("bo")!.length, 20);
});

Deno.test("[D1] [D7] more than one message holds is split between entries, in order, as few as hold it", () => {
  const random = new Seeded(1);
  for (let round = 0; round < 20; round++) {
    const traffic = new RoomTraffic<string>(new HeldBytes());
    const sizes = Array.from(
      { length: 12 },
      () => random.pick([296, 4_136, 16_424, 65_576, 262_184]),
    );
    sizes.forEach((size, i) => traffic.addToAll(idBytes(ID.ana!), box(i, size)));
    const frames = flush(traffic).get("bo")!;
    for (const [i, frame] of frames.entries()) {
      assert(frame.length <= MAX_MESSAGE_BYTES);
      const next = frames[i + 1];
      // The next frame's first entry would not have fitted.
      if (next !== undefined) {
        const first = parseBenchFrame(next);
        assert(first?.tag === "batch");
        if (first?.tag === "batch") {
          assert(frame.length + 20 + first.entries[0]!.box.length > MAX_MESSAGE_BYTES);
        }
      }
    }
    assertEquals(read(frames), sizes.map((size, i) => `ana:${i}:${size}`));
  }
});

Deno.test("[D7] a split turn is the same bytes for all, frame by frame", () => {
  const traffic = new RoomTraffic<string>(new HeldBytes());
  for (let i = 0; i < 6; i++) traffic.addToAll(idBytes(ID.ana!), box(i, 65_576));
  const frames = flush(traffic);
  assertEquals(frames.get("bo")!.length, 2);
  assert(frames.get("bo")!.every((frame, i) => frame === frames.get("cy")![i]));
});
