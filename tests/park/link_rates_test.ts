// A link whose bench has rates of its own: what its keeper set is kept on the way out, and twice that borne on the way in.

import { assertEquals } from "@std/assert";
import { encodeData, linkKeys, LinkSealer } from "../../lib/park/link_frame.ts";
import { LinkRig } from "../support/link_rig.ts";

const FROM = new Uint8Array(16).fill(1);
const box = (mark: number) => new Uint8Array(296).fill(mark);

Deno.test("[Q6] a keeper's own rates: so many frames at once and a second on the way out, twice that on the way in", () => {
  const rig = new LinkRig(1, { total: 0 }, { framesPerSecond: 10, bytesPerSecond: 1_000_000 }).up();
  rig.clock.advance(10_000);
  const before = rig.park.wire.length;
  for (let i = 0; i < 40; i++) rig.hub.link.sendOne(FROM, FROM, box(i));
  rig.clock.endTurn();
  const sent = () => rig.words(before).filter((word) => word === "to").length;
  // One more goes before the bucket is seen to be empty.
  assertEquals(sent(), 11);
  rig.clock.advance(1_000);
  assertEquals(sent(), 21);
  rig.settle();
  rig.clock.advance(10_000);
  const sealer = new LinkSealer(linkKeys(rig.root).spokeToHub);
  for (let i = 0; i < 50; i++) sealer.seal(new Uint8Array(1));
  for (let i = 0; i < 60; i++) {
    const frame = sealer.seal(encodeData([{ from: FROM, box: box(i) }]));
    rig.park.inject(rig.subjects.spokeToHub, frame);
  }
  rig.park.deliver();
  assertEquals(rig.hub.boxes.length, 20);
});

Deno.test("[Q6] without a limit nothing waits and nothing is dropped on its way", () => {
  const rates = { framesPerSecond: Infinity, bytesPerSecond: Infinity };
  const rig = new LinkRig(1, { total: 0 }, rates).up();
  for (let i = 0; i < 1_500; i++) rig.hub.link.sendOne(FROM, FROM, box(i & 0xff));
  rig.settle();
  assertEquals([rig.spoke.boxes.length, rig.clock.timers], [1_500, 0]);
});
