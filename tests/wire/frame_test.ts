// [D1] [D2] [D9] Binary messages: what a tab may send, what a bench may send, and that nothing else is a frame.

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  BOX_BYTES,
  concatBytes,
  encodeAdminCommand,
  encodeAdminRelayed,
  encodeBatch,
  encodeToAll,
  encodeToOne,
  ENTRY_HEAD_BYTES,
  idBytes,
  isBoxLength,
  MAX_ADMIN_BYTES,
  MAX_MESSAGE_BYTES,
  memberIdOf,
  parseBenchFrame,
  parseTabFrame,
  u32,
} from "../../lib/wire/mod.ts";
import { Seeded } from "../support/seeded.ts";

const SOMEBODY = memberIdOf(new Uint8Array(16).fill(7));
const entryOf = (from: Uint8Array, box: Uint8Array) => ({ from, box });

Deno.test("[D2] a bench relays exactly six box lengths", () => {
  assertEquals(BOX_BYTES, [296, 1064, 4136, 16_424, 65_576, 262_184]);
  let count = 0;
  for (let length = 0; length <= MAX_MESSAGE_BYTES + 1; length++) if (isBoxLength(length)) count++;
  assertEquals(count, 6);
});

Deno.test("[D1] the largest box fits one message both ways, with room for an address and an entry", () => {
  const largest = BOX_BYTES.at(-1)!;
  assert(1 + 16 + largest <= MAX_MESSAGE_BYTES);
  assert(1 + ENTRY_HEAD_BYTES + largest <= MAX_MESSAGE_BYTES);
  assert(1 + MAX_ADMIN_BYTES <= MAX_MESSAGE_BYTES);
});

Deno.test("[D2] parseTabFrame() takes the six lengths to all and to one, and no length beside them", () => {
  for (const length of BOX_BYTES) {
    const box = new Seeded(length).bytes(length);
    assertEquals(parseTabFrame(encodeToAll(box)), { tag: "all", box });
    assertEquals(parseTabFrame(encodeToOne(SOMEBODY, box)), { tag: "one", to: SOMEBODY, box });
    for (const off of [-17, -16, -1, 1, 16, 17]) {
      assertEquals(parseTabFrame(encodeToAll(new Uint8Array(length + off))), null);
      assertEquals(parseTabFrame(encodeToOne(SOMEBODY, new Uint8Array(length + off))), null);
    }
  }
});

Deno.test("[D9] parseTabFrame() answers cut-off addresses with null", () => {
  for (let length = 0; length <= 17; length++) {
    const bytes = new Uint8Array(length);
    bytes[0] = 0x03;
    assertEquals(parseTabFrame(bytes), null);
  }
});

Deno.test("[A2] admin frames have at most 32 KiB, either way", () => {
  const command = new Seeded(2).bytes(MAX_ADMIN_BYTES);
  assertEquals(parseTabFrame(encodeAdminCommand(command)), { tag: "admin", command });
  assertEquals(parseBenchFrame(encodeAdminRelayed(command)), { tag: "admin", command });
  const more = new Uint8Array(MAX_ADMIN_BYTES + 1);
  assertEquals(parseTabFrame(encodeAdminCommand(more)), null);
  assertEquals(parseBenchFrame(encodeAdminRelayed(more)), null);
});

Deno.test("every op byte but the tab's three is no frame of a tab, nor the bench's two of a bench", () => {
  for (let op = 0; op < 256; op++) {
    const bytes = new Uint8Array(1 + 296);
    bytes[0] = op;
    assertEquals(parseTabFrame(bytes) !== null, op === 0x01 || op === 0x02);
    bytes.set(u32(276), 17);
    assertEquals(parseBenchFrame(bytes) !== null, op === 0x81 || op === 0x82);
  }
  assertEquals(parseTabFrame(new Uint8Array(0)), null);
  assertEquals(parseBenchFrame(new Uint8Array(0)), null);
});

Deno.test("[D7] a batch comes back entry by entry, in its order", () => {
  const random = new Seeded(3);
  const entries = Array.from({ length: 40 }, () => ({
    from: random.bytes(16),
    box: random.bytes(random.pick([296, 1064])),
  }));
  const parsed = parseBenchFrame(
    encodeBatch(entries.map(({ from, box }) => entryOf(from, box))),
  );
  assertEquals(parsed, {
    tag: "batch",
    entries: entries.map(({ from, box }) => ({ from: memberIdOf(from), box })),
  });
});

Deno.test("[D7] a batch of nothing, cut anywhere, or with a length that lies, is no frame", () => {
  assertEquals(parseBenchFrame(new Uint8Array([0x81])), null);
  const from = idBytes(SOMEBODY);
  const batch = encodeBatch([
    entryOf(from, new Uint8Array(296)),
    entryOf(from, new Uint8Array(296)),
  ]);
  const whole = 1 + ENTRY_HEAD_BYTES + 296;
  for (let length = 1; length < batch.length; length++) {
    // At the end of the first entry a cut batch is a whole one of one entry.
    const parsed = parseBenchFrame(batch.subarray(0, length));
    assertEquals(parsed !== null, length === whole);
  }
  for (const lie of [0xffffffff, 0x80000000, 297 + 316, MAX_MESSAGE_BYTES]) {
    const bytes = batch.slice();
    bytes.set(u32(lie), 17);
    assertEquals(parseBenchFrame(bytes), null);
  }
});

Deno.test("[D1] a batch above one message is neither made nor read", () => {
  const from = idBytes(SOMEBODY);
  const entries = Array.from({ length: 5 }, () => entryOf(from, new Uint8Array(65_576)));
  assertThrows(() => encodeBatch(entries), RangeError);
  const bytes = concatBytes(
    new Uint8Array([0x81]),
    from,
    u32(MAX_MESSAGE_BYTES - 20),
    new Uint8Array(MAX_MESSAGE_BYTES - 20),
  );
  assertEquals(bytes.length, MAX_MESSAGE_BYTES + 1);
  assertEquals(parseBenchFrame(bytes), null);
});

Deno.test("junk of any kind parses to null or to a frame that says the same again", () => {
  const random = new Seeded(4);
  for (let i = 0; i < 5_000; i++) {
    const bytes = random.bytes(random.below(700));
    if (bytes.length > 0 && i % 2 === 0) bytes[0] = random.pick([1, 2, 3, 0x81, 0x82]);
    const tab = parseTabFrame(bytes);
    if (tab?.tag === "admin") assertEquals(encodeAdminCommand(tab.command), bytes);
    if (tab?.tag === "all") assertEquals(encodeToAll(tab.box), bytes);
    if (tab?.tag === "one") assertEquals(encodeToOne(tab.to, tab.box), bytes);
    const bench = parseBenchFrame(bytes);
    if (bench?.tag === "batch") {
      const entries = bench.entries.map(({ from, box }) => entryOf(idBytes(from), box));
      assertEquals(encodeBatch(entries), bytes);
    }
  }
});
