// [M10] [M11] What waits for one socket: in order, little of it handed over at a time, and let go of to the last byte.

import { assertEquals } from "@std/assert";
import { HeldBytes, Outgoing } from "../../lib/relay/mod.ts";
import { SendQueue, type Writer } from "../../lib/self_hosted/send_queue.ts";

/** A socket whose writes end when a test says so, oldest first. */
class HandWriter implements Writer {
  readonly written: number[] = [];
  writingBytes = 0;
  readonly #dones: (() => void)[] = [];

  write({ bytes }: Outgoing, onDone: () => void): void {
    this.writingBytes += bytes.length;
    this.#dones.push(() => {
      this.writingBytes -= bytes.length;
      this.written.push(bytes[0]!);
      onDone();
    });
  }

  get underWay(): number {
    return this.#dones.length;
  }

  /** The oldest write ended. */
  end(): void {
    this.#dones.shift()?.();
  }
}

function rig(atOnceBytes = 1_000) {
  const held = new HeldBytes();
  const writer = new HandWriter();
  const queue = new SendQueue(writer, atOnceBytes);
  const send = (mark: number, length = 400) =>
    queue.send(new Outgoing(held, new Uint8Array(length).fill(mark)));
  return { held, writer, queue, send };
}

Deno.test("a quiet socket's messages go at once", () => {
  const { held, writer, queue, send } = rig();
  send(1);
  assertEquals([writer.underWay, queue.bytes, held.total], [1, 0, 400]);
  writer.end();
  assertEquals([writer.written, held.total], [[1], 0]);
});

Deno.test("[M10] no more is handed over than what is written leaves room for, and all of it goes in order", () => {
  const { held, writer, queue, send } = rig();
  for (let i = 0; i < 100; i++) send(i);
  // 400 and 800 are below the bound; with the third there are 1,200.
  assertEquals([writer.underWay, queue.bytes, held.total], [3, 97 * 400, 100 * 400]);
  let most = 0;
  while (writer.underWay > 0) {
    writer.end();
    most = Math.max(most, writer.writingBytes);
  }
  assertEquals(most, 1_200);
  assertEquals(writer.written, Array.from({ length: 100 }, (_, i) => i));
  assertEquals([queue.bytes, held.total], [0, 0]);
});

Deno.test("a later small message does not overtake what waits", () => {
  const { writer, send } = rig();
  send(1, 5_000);
  send(2, 5_000);
  send(3, 10);
  while (writer.underWay > 0) writer.end();
  assertEquals(writer.written, [1, 2, 3]);
});

Deno.test("[M11] what is dropped is held no more; what was handed over is let go of when it ends", () => {
  const { held, writer, queue, send } = rig();
  for (let i = 0; i < 10; i++) send(i);
  queue.drop();
  assertEquals([queue.bytes, held.total], [0, 3 * 400]);
  while (writer.underWay > 0) writer.end();
  assertEquals([writer.written, held.total], [[0, 1, 2], 0]);
});

Deno.test("flush hands everything over in order, before a close code", () => {
  const { held, writer, queue, send } = rig();
  for (let i = 0; i < 2_500; i++) send(i % 250, 10);
  for (let i = 0; i < 10; i++) writer.end();
  queue.flush();
  assertEquals(queue.bytes, 0);
  while (writer.underWay > 0) writer.end();
  assertEquals(writer.written, Array.from({ length: 2_500 }, (_, i) => i % 250));
  assertEquals(held.total, 0);
});

Deno.test("a long queue is read to its end whatever comes meanwhile", () => {
  const { held, writer, send } = rig();
  let next = 0;
  for (let i = 0; i < 20_000; i++) {
    if (i % 3 !== 0) send(next++ % 251);
    writer.end();
  }
  while (writer.underWay > 0) writer.end();
  assertEquals(writer.written, Array.from({ length: next }, (_, i) => i % 251));
  assertEquals(held.total, 0);
});
