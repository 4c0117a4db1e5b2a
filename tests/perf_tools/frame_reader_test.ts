// The load generator's own WebSocket reader and writer, which must find the same messages however the network cuts them.

import { assertEquals } from "@std/assert";
import { FOUND, FrameReader } from "../perf/load/frame_reader.ts";
import { maskPayload, newFrameSpace } from "../perf/load/frame_writer.ts";

/** A message as a relay sends it: unmasked, in one piece. */
function relayFrame(opcode: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const head = length < 126
    ? [length]
    : length < 65_536
    ? [126, length >> 8, length & 0xff]
    : [127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 0xff, length & 0xff];
  return new Uint8Array([0x80 | opcode, ...head, ...payload]);
}

const payload = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 0xff);

for (const step of [1, 2, 7, 1000, 100_000]) {
  Deno.test(`frame reader: every length, cut every ${step} bytes`, () => {
    const lengths = [0, 1, 125, 126, 300, 5000, 65_535, 65_536, 70_000];
    const all = lengths.map((length) => relayFrame(FOUND.binary, payload(length)));
    const stream = new Uint8Array(all.flatMap((frame) => [...frame]));
    const reader = new FrameReader();
    const found: number[] = [];
    for (let at = 0; at < stream.length;) {
      const space = reader.space();
      const part = stream.subarray(at, at + Math.min(step, space.length));
      space.set(part);
      reader.took(part.length);
      at += part.length;
      for (let opcode = reader.next(); opcode !== FOUND.nothing; opcode = reader.next()) {
        assertEquals(opcode, FOUND.binary);
        const got = reader.bytes.slice(reader.from, reader.to);
        assertEquals(got, payload(got.length));
        found.push(got.length);
      }
    }
    assertEquals(found, lengths);
  });
}

Deno.test("frame reader: what no relay sends is broken", () => {
  for (
    const bytes of [
      [0x82, 0x81, 0, 0, 0, 0, 0], // masked
      [0x02, 0x01, 0], // a fragment
      [0xc2, 0x01, 0], // compressed
      [0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0], // 4 GiB
      [0x82, 127, 0, 0, 0, 0, 1, 0, 0, 0], // 16 MiB
    ]
  ) {
    const reader = new FrameReader();
    reader.space().set(bytes);
    reader.took(bytes.length);
    assertEquals(reader.next(), FOUND.broken);
  }
});

for (const length of [5, 125, 126, 297, 65_535, 65_536, 65_577]) {
  Deno.test(`frame writer: a masked message of ${length} bytes`, () => {
    const space = newFrameSpace(length);
    space.payload.set(payload(length));
    maskPayload(space, 0x12345678);
    const { frame } = space;
    const maskAt = frame.length - length - 4;
    const mask = frame.slice(maskAt, maskAt + 4);
    assertEquals([frame[0], frame[1]! & 0x80], [0x82, 0x80]);
    assertEquals([...mask], [0x78, 0x56, 0x34, 0x12]);
    // Unmasked again it is what a relay would send, but for the four bytes of the mask.
    const body = frame.slice(maskAt + 4).map((byte, i) => byte ^ mask[i % 4]!);
    const head = frame.slice(0, maskAt);
    head[1]! &= 0x7f;
    assertEquals(new Uint8Array([...head, ...body]), relayFrame(FOUND.binary, payload(length)));
  });
}
