// The book of addresses: what holds across a change of keys, and what is forgotten when.

import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { AddressBook, keyedHash } from "../../lib/limits/mod.ts";
import {
  ADDRESS_KEY_MS,
  type Bytes,
  LIMITS,
  type Limits,
  MAX_ADDRESSES,
  NEW_ROOMS,
  NEW_ROOMS_WINDOW_MS,
  utf8,
} from "../../lib/wire/mod.ts";
import { Seeded } from "../support/seeded.ts";

const MINUTE = 60_000;

function bookOf(limits: Partial<Limits> = {}) {
  let drawn = 0;
  let hashed = 0;
  const book = new AddressBook<string>({
    limits: { ...LIMITS, ...limits },
    newKey: () => utf8(`key ${drawn++}`) as Bytes,
    hash: (key, text) => {
      hashed++;
      return `${key.join(".")}/${text}`;
    },
  });
  return { book, drawn: () => drawn, hashed: () => hashed };
}

Deno.test("[M12] one address is one record, another is another", () => {
  const { book } = bookOf();
  const record = book.recordOf("a", 0);
  assertEquals([record.sockets, record.unjoined.size], [0, 0]);
  assertStrictEquals(book.recordOf("a", 5), record);
  assertNotStrictEquals(book.recordOf("b", 5), record);
  assertEquals([book.size, book.keys], [2, 1]);
});

Deno.test("[M4] an address opens 20 sockets at once and then one in two seconds", () => {
  const { newSockets } = bookOf().book.recordOf("a", 0);
  let opened = 0;
  while (newSockets.take(1, 0)) opened++;
  assertEquals(opened, 20);
  assertEquals([newSockets.take(1, 1_999), newSockets.take(1, 2_000)], [false, true]);
});

Deno.test("[M4] a bench that allows fewer than the burst in a minute means that number", () => {
  const { newSockets } = bookOf({ maxJoinsPerMinute: 6 }).book.recordOf("a", 0);
  let opened = 0;
  while (newSockets.take(1, 0)) opened++;
  assertEquals(opened, 6);
  assertEquals(newSockets.take(1, 10_000), true);
});

Deno.test("[M4] a bench without that limit refuses no socket", () => {
  const { newSockets } = bookOf({ maxJoinsPerMinute: Infinity }).book.recordOf("a", 0);
  for (let i = 0; i < 10_000; i++) assertEquals(newSockets.take(1, 0), true);
});

Deno.test("[M5] ten proofs may fail in a minute", () => {
  const { failedProofs } = bookOf().book.recordOf("a", 0);
  for (let i = 0; i < 10; i++) assertEquals(failedProofs.take(1, 0), true);
  assertEquals([failedProofs.take(1, 5_999), failedProofs.take(1, 6_000)], [false, true]);
});

Deno.test("[M6] ten rooms may be opened, and ten more over ten minutes", () => {
  const { newRooms } = bookOf().book.recordOf("a", 0);
  for (let i = 0; i < NEW_ROOMS; i++) assertEquals(newRooms.take(1, 0), true);
  assertEquals([newRooms.take(1, MINUTE - 1), newRooms.take(1, MINUTE)], [false, true]);
});

Deno.test("[M12] a new key is drawn every ten minutes, when somebody is looked up", () => {
  const { book, drawn } = bookOf();
  book.recordOf("a", 0);
  book.recordOf("a", ADDRESS_KEY_MS - 1);
  assertEquals(drawn(), 1);
  book.recordOf("a", ADDRESS_KEY_MS);
  assertEquals(drawn(), 2);
  book.recordOf("a", 10 * ADDRESS_KEY_MS);
  assertEquals([drawn(), book.size, book.keys], [3, 1, 1]);
});

Deno.test("[M12] who is looked up moves under the newest key, and leaves nothing under the old one", () => {
  const { book } = bookOf();
  const a = book.recordOf("a", 0);
  book.recordOf("b", 0);
  book.recordOf("c", ADDRESS_KEY_MS);
  assertEquals([book.size, book.keys], [3, 2]);
  assertStrictEquals(book.recordOf("a", ADDRESS_KEY_MS), a);
  assertEquals([book.size, book.keys], [3, 2]);
  book.recordOf("b", ADDRESS_KEY_MS);
  assertEquals([book.size, book.keys], [3, 1]);
});

Deno.test("[M4] [M12] somebody's sockets are counted however many keys ago they came", () => {
  const { book } = bookOf();
  const record = book.recordOf("a", 0);
  record.sockets = 40;
  let nowMs = 0;
  for (let i = 1; i <= 60; i++) {
    nowMs = i * ADDRESS_KEY_MS;
    book.forget(nowMs);
    const passing = book.recordOf(`passing ${i}`, nowMs);
    assertEquals(passing.sockets, 0);
  }
  assertStrictEquals(book.recordOf("a", nowMs), record);
  assertEquals(book.recordOf("a", nowMs).sockets, 40);
});

Deno.test("[M12] a change of keys resets no bucket, whenever it comes and however one waits for it", () => {
  // Opens rooms as fast as the book lets it, coming back at the worst moments; a bucket that was never lost is the measure.
  const random = new Seeded(12);
  for (let round = 0; round < 300; round++) {
    const { book } = bookOf();
    book.recordOf("somebody else", 0);
    let nowMs = random.below(3 * ADDRESS_KEY_MS);
    let opened = 0;
    const startMs = nowMs;
    for (let visit = 0; visit < 12; visit++) {
      const record = book.recordOf("a", nowMs);
      // What a socket does within the five seconds that it may wait.
      const laterMs = nowMs + random.below(5_001);
      while (record.newRooms.take(1, laterMs)) opened++;
      const untilChange = ADDRESS_KEY_MS - laterMs % ADDRESS_KEY_MS;
      nowMs = laterMs + random.pick([
        1,
        untilChange,
        untilChange + ADDRESS_KEY_MS - 1,
        untilChange + ADDRESS_KEY_MS,
        ADDRESS_KEY_MS - 1,
        ADDRESS_KEY_MS,
        random.below(2 * ADDRESS_KEY_MS),
      ]);
      for (let when = laterMs; when <= nowMs; when += MINUTE) book.forget(when);
      book.forget(nowMs);
      assert(opened <= NEW_ROOMS + (nowMs - startMs) * NEW_ROOMS / NEW_ROOMS_WINDOW_MS + 0.001);
    }
  }
});

Deno.test("[M12] sockets that stay for an hour and fail as they leave do not leave a fresh bucket behind", () => {
  const { book } = bookOf();
  const record = book.recordOf("a", 0);
  record.sockets = 1;
  const hourMs = 60 * MINUTE;
  book.forget(hourMs);
  while (record.newRooms.take(1, hourMs));
  record.sockets = 0;
  book.forget(hourMs + MINUTE);
  assertEquals(book.recordOf("a", hourMs + MINUTE).newRooms.take(2, hourMs + MINUTE), false);
});

Deno.test("[M12] what is remembered without a socket is gone ten minutes after its key was replaced, and the key too", () => {
  const { book } = bookOf();
  book.recordOf("a", 0);
  book.recordOf("b", ADDRESS_KEY_MS - 1);
  assertEquals(book.forget(0), 2 * ADDRESS_KEY_MS);
  assertEquals(book.forget(2 * ADDRESS_KEY_MS - 1), 2 * ADDRESS_KEY_MS);
  assertEquals(book.size, 2);
  assertEquals(book.forget(2 * ADDRESS_KEY_MS), null);
  assertEquals([book.size, book.keys], [0, 0]);
});

Deno.test("[M12] an empty book holds no key and needs no call", () => {
  const { book, drawn } = bookOf();
  assertEquals([book.forget(0), book.size, book.keys, drawn()], [null, 0, 0, 0]);
});

Deno.test("[M12] a key goes within a minute of the last socket counted under it, if nobody asks sooner", () => {
  const { book } = bookOf();
  const record = book.recordOf("a", 0);
  record.sockets = 1;
  let nowMs = 0;
  for (let i = 0; i < 100; i++) nowMs = book.forget(nowMs) ?? -1;
  assertEquals([book.size, book.keys], [1, 1]);
  record.sockets = 0;
  assertEquals(book.forget(nowMs), null);
  assertEquals([book.size, book.keys], [0, 0]);
  // Until then it was asked once a minute, not more often.
  assertEquals(nowMs, 2 * ADDRESS_KEY_MS + 99 * MINUTE);
});

Deno.test("[M12] all that is due goes also when keys change and nobody calls forget", () => {
  const { book } = bookOf();
  for (let i = 0; i < 50; i++) book.recordOf(`a${i}`, i * ADDRESS_KEY_MS);
  assertEquals([book.size, book.keys], [2, 2]);
});

Deno.test("[M12] keys are bounded, also when somebody stays under every one of them", () => {
  const { book, hashed } = bookOf();
  for (let i = 0; i < 200; i++) book.recordOf(`a${i}`, i * ADDRESS_KEY_MS).sockets = 1;
  assertEquals([book.size, book.keys], [64, 64]);
  const before = hashed();
  book.recordOf("stranger", 199 * ADDRESS_KEY_MS);
  assertEquals(hashed() - before, 64);
  book.recordOf("stranger", 199 * ADDRESS_KEY_MS);
  assertEquals(hashed() - before, 65);
});

Deno.test("[M12] addresses are bounded: the oldest without a socket goes first", () => {
  const { book } = bookOf();
  const kept = book.recordOf("kept", 0);
  kept.sockets = 1;
  const lost = book.recordOf("lost", 0);
  const young = book.recordOf("young", 0);
  for (let i = 3; i < MAX_ADDRESSES; i++) book.recordOf(`a${i}`, 1);
  assertEquals(book.size, MAX_ADDRESSES);
  book.recordOf("one more", ADDRESS_KEY_MS);
  assertEquals(book.size, MAX_ADDRESSES);
  assertStrictEquals(book.recordOf("kept", ADDRESS_KEY_MS), kept);
  assertStrictEquals(book.recordOf("young", ADDRESS_KEY_MS), young);
  assertNotStrictEquals(book.recordOf("lost", ADDRESS_KEY_MS), lost);
  assertEquals(book.size, MAX_ADDRESSES);
});

Deno.test("[M12] addresses are bounded also when each has a socket", () => {
  const { book } = bookOf();
  const first = book.recordOf("first", 0);
  first.sockets = 1;
  for (let i = 1; i < MAX_ADDRESSES + 2; i++) book.recordOf(`a${i}`, 0).sockets = 1;
  assertEquals(book.size, MAX_ADDRESSES);
  assertNotStrictEquals(book.recordOf("first", 0), first);
});

Deno.test("[M12] nothing of the address itself is in what the book keeps", () => {
  const keys: Bytes[] = [];
  const book = new AddressBook<string>({
    limits: LIMITS,
    newKey: () => {
      keys.push(crypto.getRandomValues(new Uint8Array(32)));
      return keys.at(-1)!;
    },
    hash: keyedHash,
  });
  const record = book.recordOf("192.0.2.77", 0);
  assertEquals(keys.length, 1);
  assertEquals(
    Deno.inspect([book, record], { depth: 9, showHidden: true }).includes("192.0.2"),
    false,
  );
});

Deno.test("[M12] a bench that stops forgets every address at once, whatever was taken from it", () => {
  const { book } = bookOf();
  const record = book.recordOf("a", 0);
  record.newSockets.take(20, 0);
  record.failedProofs.spend(50, 0);
  book.recordOf("b", ADDRESS_KEY_MS).newRooms.take(1, ADDRESS_KEY_MS);
  assertEquals(book.forget(Infinity), null);
  assertEquals([book.size, book.keys], [0, 0]);
});
