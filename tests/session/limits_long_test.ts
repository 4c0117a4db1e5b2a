// A tab that keeps within the bench's limits by itself, at a real relay that holds them: nothing that honest use asks of it
// pauses it or closes its socket, and where the bench holds back its word, nothing is given up too soon.

import { assert, assertEquals } from "@std/assert";
import { images, notices, peopleOf, prepared, SessionRig, texts } from "../support/session_rig.ts";
import { makeNoisePng } from "../support/image_samples.ts";
import { MAX_CHUNK_BYTES } from "../../lib/wire/mod.ts";

const MIB = 1024 * 1024;

function endAll(rig: SessionRig): void {
  for (const tab of rig.tabs) tab.stay.leave();
}

Deno.test("[M7] [O6] two hundred messages that waited go out at the tab's own pace: the bench never has to stop reading", async () => {
  const rig = new SessionRig();
  const ana = await rig.join("Ana", { admin: true });
  const ben = await rig.join("Ben", { tap: true });
  await rig.advance(2_000);
  rig.killBench();
  for (let i = 0; i < 200; i++) assert(ana.stay.sendText(`waiting ${i}`));
  rig.startBench();
  const begunMs = rig.nowMs;
  const sentBefore = ana.sent.length;
  let firstMs: number | null = null;
  while (texts(ben).length < 200 && rig.nowMs - begunMs < 30_000) {
    await rig.advance(50);
    const sent = ana.sent.length - sentBefore;
    if (sent > 2) firstMs ??= rig.nowMs;
    if (firstMs !== null) assert(sent <= 100 + (rig.nowMs - firstMs) / 50, `${sent} sent`);
  }
  assertEquals(texts(ben), Array.from({ length: 200 }, (_, i) => `Ana: waiting ${i}`));
  assertEquals(texts(ana).length, 200);
  for (const item of ana.stay.view.log) {
    if (item.tag === "text") assertEquals(item.delivery, "sent");
  }
  assertEquals(rig.relay.totals.pauses, 0);
  assertEquals(rig.relay.totals.closes, {});
  endAll(rig);
});

Deno.test("[M7] [O2] where the bench reads five messages a second, two hundred that waited go out at that pace, and none fails", async () => {
  for (const maxFramesPerSecond of [5, 1]) {
    const rig = new SessionRig(undefined, 1, { maxFramesPerSecond });
    const ana = await rig.join("Ana", { admin: true });
    const ben = await rig.join("Ben", { tap: true });
    await rig.advance(2_000);
    rig.cut(ana);
    for (let i = 0; i < 200; i++) assert(ana.stay.sendText(`waiting ${i}`));
    let hasFailed = false;
    ana.stay.subscribe(({ log }) => {
      hasFailed ||= log.some((item) => item.tag === "text" && item.delivery === "failed");
    });
    const begunMs = rig.nowMs;
    while (texts(ben).length < 200 && rig.nowMs - begunMs < 300_000) {
      await rig.advance(500);
      assertEquals(ana.stay.view.phase.tag === "ended", false);
    }
    assertEquals(texts(ben), Array.from({ length: 200 }, (_, i) => `Ana: waiting ${i}`));
    assertEquals(hasFailed, false);
    assertEquals(rig.relay.totals.pauses, 0);
    assertEquals(rig.relay.totals.closes, {});
    // Not much slower than the bench reads: nine tenths of its rate, after nine tenths of its burst.
    const leastMs = 200 / maxFramesPerSecond * 1_000;
    assert(rig.nowMs - begunMs < 1.15 * leastMs + 3_000, `${rig.nowMs - begunMs} ms`);
    endAll(rig);
  }
});

Deno.test("[M7] a bench that says it reads without end, or says nothing of it, gets no more than the default", async () => {
  for (const lim of [{ file: 10_485_760, frames: 0 }, { file: 10_485_760 }]) {
    const rig = new SessionRig();
    const ana = await rig.join("Ana", { admin: true });
    const ben = await rig.join("Ben", { tap: true });
    await rig.advance(2_000);
    ana.tamper = (message) => {
      if (typeof message !== "string" || !message.includes(`"t":"hi"`)) return [message];
      return [JSON.stringify({ ...JSON.parse(message), lim })];
    };
    rig.cut(ana);
    for (let i = 0; i < 200; i++) ana.stay.sendText(`waiting ${i}`);
    await rig.advance(30_000);
    assertEquals(texts(ben).length, 200);
    assertEquals([rig.relay.totals.pauses, rig.relay.totals.closes], [0, {}]);
    endAll(rig);
  }
});

Deno.test("[M7] [F2] forty who come one after the other are each answered, and the bench stops reading nobody", async () => {
  const rig = new SessionRig();
  const ana = await rig.join("Ana", { admin: true });
  await rig.advance(2_000);
  for (let i = 0; i < 40; i++) {
    await rig.join(`P${i}`);
    await rig.advance(60);
  }
  await rig.advance(10_000);
  for (const tab of rig.tabs) assertEquals(peopleOf(tab).length, 41, tab.name);
  assertEquals(peopleOf(ana).length, 41);
  assertEquals(rig.relay.totals.pauses, 0);
  endAll(rig);
});

Deno.test("[D8] [O2] three pictures at once and words between them: paused by the bench, and nothing fails", async () => {
  const rig = new SessionRig();
  const ana = await rig.join("Ana", { admin: true });
  const ben = await rig.join("Ben", { tap: true });
  await rig.advance(2_000);
  const failed = new Set<string>();
  ana.stay.subscribe(({ log }) => {
    for (const item of log) {
      if (item.tag !== "notice" && item.delivery === "failed") failed.add(item.id);
    }
  });
  for (let i = 0; i < 3; i++) {
    ana.stay.sendImage(await prepared(ana, makeNoisePng(9 * MIB, i + 1)));
    ana.stay.sendText(`with picture ${i + 1}`);
  }
  const begunMs = rig.nowMs;
  let slowestMs = 0;
  for (
    let i = 0;
    images(ben).filter(({ transfer }) => transfer.tag === "complete").length < 3;
    i++
  ) {
    const text = `while they move ${i}`;
    const saidMs = rig.nowMs;
    ana.stay.sendText(text);
    do await rig.advance(100); while (!texts(ben).includes(`Ana: ${text}`));
    slowestMs = Math.max(slowestMs, rig.nowMs - saidMs);
    await rig.advance(900);
    assert(rig.nowMs - begunMs < 60_000, "three pictures take less than a minute");
  }
  assert(rig.relay.totals.pauses > 0, "the bench had to pause it, or this shows nothing");
  assertEquals(rig.relay.totals.closes, {});
  assertEquals(failed, new Set());
  assert(slowestMs < 5_000, `a text took ${slowestMs} ms`);
  await rig.advance(1_000);
  assertEquals(images(ana).map(({ delivery }) => delivery), ["sent", "sent", "sent"]);
  assertEquals(notices(ben).filter(({ kind }) => kind !== "joined"), []);
  endAll(rig);
});

Deno.test("[C6] [M7] shown again while a picture goes up: a bench that reads nothing for half a minute is not left", async () => {
  const rig = new SessionRig();
  const ana = await rig.join("Ana", { admin: true });
  const ben = await rig.join("Ben", { tap: true });
  await rig.advance(2_000);
  rig.stuckUpward = ana;
  ana.stay.sendImage(await prepared(ana, makeNoisePng(6 * MAX_CHUNK_BYTES, 4)));
  ana.stay.sendText("behind its chunks");
  await rig.advance(1_000);
  ana.stay.wake();
  await rig.advance(30_000);
  assertEquals(ana.stay.view.phase, { tag: "live" });
  assertEquals(
    ana.stay.view.log.filter((item) => item.tag !== "notice" && item.delivery === "failed"),
    [],
  );
  rig.stuckUpward = null;
  await rig.advance(5_000);
  assertEquals(images(ben)[0]!.transfer.tag, "complete");
  assertEquals(texts(ben), ["Ana: behind its chunks"]);
  assertEquals(notices(ana).filter(({ kind }) => kind !== "joined"), []);
  endAll(rig);
});

Deno.test("[M7] texts as long as can be wait for their acknowledgement four at a time, and all arrive", async () => {
  const rig = new SessionRig();
  const ana = await rig.join("Ana", { admin: true });
  const ben = await rig.join("Ben", { tap: true });
  await rig.advance(2_000);
  rig.stuckUpward = ana;
  const sentBefore = ana.sent.length;
  for (let i = 0; i < 30; i++) assert(ana.stay.sendText(`${i} ${"x".repeat(250_000)}`));
  ana.stay.sendText("after them");
  await rig.advance(1_000);
  assertEquals(ana.sent.length - sentBefore, 4);
  rig.stuckUpward = null;
  await rig.advance(30_000);
  assertEquals(texts(ben).map((text) => text.split(" ")[1]), [
    ...Array.from({ length: 30 }, (_, i) => `${i}`),
    "after",
  ]);
  assertEquals(rig.relay.totals.closes, {});
  endAll(rig);
});
