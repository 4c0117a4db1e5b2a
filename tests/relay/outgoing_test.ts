// [M11] What is held for tabs counts once, however many sockets wait with it, and not at all once all have written it.

import { assertEquals } from "@std/assert";
import { HeldBytes, Outgoing } from "../../lib/relay/outgoing.ts";

Deno.test("[M11] bytes that many sockets hold count once, until the last lets go", () => {
  const held = new HeldBytes();
  const message = new Outgoing(held, new Uint8Array(1_000));
  assertEquals(held.total, 0);
  for (let i = 0; i < 256; i++) message.hold();
  assertEquals(held.total, 1_000);
  const other = new Outgoing(held, new Uint8Array(24));
  other.hold();
  assertEquals(held.total, 1_024);
  for (let i = 0; i < 255; i++) message.release();
  assertEquals(held.total, 1_024);
  message.release();
  assertEquals(held.total, 24);
  message.hold();
  assertEquals(held.total, 1_024);
  message.release();
  other.release();
  assertEquals(held.total, 0);
});

Deno.test("a text leaves as UTF-8 and counts as such", () => {
  const held = new HeldBytes();
  const message = new Outgoing(held, "grüß");
  assertEquals([message.isText, message.bytes.length], [true, 6]);
  message.hold();
  assertEquals(held.total, 6);
  assertEquals(new Outgoing(held, new Uint8Array(1)).isText, false);
});
