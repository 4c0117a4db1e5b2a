// Why a tab has no connection, what it does meanwhile, and what it tells on coming back: with a real relay and its limits,
// a clock moved by hand and sockets in memory.

import { assert, assertEquals } from "@std/assert";
import { notices, peopleOf, type RigTab, said, SessionRig, texts } from "../support/session_rig.ts";
import { CLOSE } from "../../lib/wire/mod.ts";

async function roomOfTwo(): Promise<{ rig: SessionRig; ana: RigTab; ben: RigTab }> {
  const rig = new SessionRig();
  const ana = await rig.join("Ana", { admin: true });
  const ben = await rig.join("Ben", { tap: true });
  await rig.advance(2_000);
  assertEquals(peopleOf(ana).length, 2);
  return { rig, ana, ben };
}

function endAll(rig: SessionRig): void {
  for (const tab of rig.tabs) tab.stay.leave();
}

Deno.test("[C9] each code after which it comes back is told in the room, in the log, and is over once back", async () => {
  const causes = {
    [CLOSE.shuttingDown]: "bench-stops",
    1006: "lost",
    1011: "bench-fault",
    [CLOSE.tooSlow]: "too-slow",
    [CLOSE.overloaded]: "overloaded",
  } as const;
  for (const [code, cause] of Object.entries(causes)) {
    const { rig, ana } = await roomOfTwo();
    rig.closeTab(ana, Number(code));
    assertEquals(ana.stay.view.phase, { tag: "reconnecting", cause });
    assertEquals(notices(ana).at(-1), { kind: "connection-lost", cause });
    await rig.advance(3_000);
    assertEquals(ana.stay.view.phase, { tag: "live" });
    assertEquals(ana.asked, 0);
    endAll(rig);
  }
});

Deno.test("[M4] refused at the first try: it asks once an attempt, tells why, and comes in by itself", async () => {
  const rig = new SessionRig();
  const ana = await rig.join("Ana", { admin: true });
  await rig.advance(1_000);
  for (const why of ["too-many-new", "too-many-sockets"] as const) {
    rig.refusal = { why, retryAfterMs: 3_000 };
    const ben = await rig.join("Ben");
    await rig.advance(100);
    assertEquals(ben.stay.view.phase, { tag: "unreachable", cause: why });
    assertEquals(ben.asked, 1);
    await rig.advance(2_800);
    assertEquals(ben.asked, 1);
    // Three seconds, spread over half of them again.
    await rig.advance(1_700);
    assertEquals(ben.asked, 2);
    assertEquals(ben.stay.view.phase, { tag: "unreachable", cause: why });
    rig.refusal = null;
    await rig.advance(21_000);
    assertEquals(ben.stay.view.phase, { tag: "live" });
    ben.stay.leave();
  }
  ana.stay.leave();
});

Deno.test("[M4] refused on the way back: the room stays, the cause is told, and what waits goes out later", async () => {
  const { rig, ana, ben } = await roomOfTwo();
  rig.refusal = { why: "too-many-new", retryAfterMs: 2_000 };
  rig.cut(ana);
  assertEquals(ana.stay.view.phase, { tag: "reconnecting", cause: "lost" });
  ana.stay.sendText("written meanwhile");
  await rig.advance(2_000);
  assertEquals(ana.stay.view.phase, { tag: "reconnecting", cause: "too-many-new" });
  rig.refusal = null;
  await rig.advance(5_000);
  assertEquals(ana.stay.view.phase, { tag: "live" });
  assertEquals(texts(ben), ["Ana: written meanwhile"]);
  endAll(rig);
});

Deno.test("a page without a network asks nothing, says that it is offline, and is back when it is not", async () => {
  const { rig, ana } = await roomOfTwo();
  ana.isOffline = true;
  rig.cut(ana);
  await rig.advance(10_000);
  assertEquals(ana.stay.view.phase, { tag: "reconnecting", cause: "offline" });
  assertEquals(ana.asked, 0);
  ana.isOffline = false;
  ana.stay.wake();
  await rig.advance(1_000);
  assertEquals(ana.stay.view.phase, { tag: "live" });
  endAll(rig);
});

Deno.test("a bench that said it stops is not called unreachable while it is away", async () => {
  const { rig, ana } = await roomOfTwo();
  rig.closeTab(ana, CLOSE.shuttingDown);
  rig.killBench();
  await rig.advance(5_000);
  assert(ana.asked > 0);
  assertEquals(ana.stay.view.phase, { tag: "reconnecting", cause: "bench-stops" });
  rig.startBench();
  await rig.advance(10_000);
  assertEquals(ana.stay.view.phase, { tag: "live" });
  endAll(rig);
});

Deno.test("a connection that gets no further is given up after half a minute, and tried again", async () => {
  const rig = new SessionRig();
  const ana = await rig.join("Ana", { admin: true });
  // Not even the bench's goodbye arrives.
  rig.isHole = true;
  rig.cut(ana);
  await rig.advance(35_000);
  rig.isHole = false;
  await rig.advance(40_000);
  assertEquals(ana.stay.view.phase, { tag: "live" });
  ana.stay.leave();
});

Deno.test("everybody is told after a restart that something may be missing, and that it was the bench", async () => {
  const { rig, ana, ben } = await roomOfTwo();
  rig.killBench();
  await rig.advance(1_500);
  rig.startBench();
  await rig.advance(10_000);
  for (const tab of [ana, ben]) {
    assertEquals(notices(tab).at(-1), { kind: "room-began-anew", benchRestarted: true });
  }
  // The room of one that drops is forgotten by a bench that goes on: the same loss, another reason.
  ben.stay.leave();
  await rig.advance(1_000);
  rig.cut(ana);
  await rig.advance(5_000);
  assertEquals(notices(ana).at(-1), { kind: "room-began-anew", benchRestarted: false });
  endAll(rig);
});

Deno.test("two instances that take turns under one address are told; a bench that restarts again and again is not", async () => {
  for (const [names, isTwo] of [["abacus", true], ["abcdef", false], ["aaaaaa", false]] as const) {
    const rig = new SessionRig();
    let at = 0;
    const rename: RigTab["tamper"] = (message) => {
      if (typeof message !== "string" || !message.includes(`"t":"hi"`)) return [message];
      return [JSON.stringify({ ...JSON.parse(message), instance: names[at++] })];
    };
    const ana = await rig.join("Ana", { admin: true });
    ana.tamper = rename;
    const seen: boolean[] = [];
    for (let i = 0; i < names.length; i++) {
      await rig.advance(3_000);
      assertEquals(ana.stay.view.phase, { tag: "live" });
      seen.push(ana.stay.view.twoBenches);
      rig.cut(ana);
    }
    // Known as soon as the first comes back, and for as long as the tab lives.
    assertEquals(
      seen,
      isTwo ? [false, false, true, true, true, true] : Array(6).fill(false),
      names,
    );
    ana.stay.leave();
  }
});

Deno.test("[J7] a hello that comes too late on the way back leaves the room in sight, and a tap tries again", async () => {
  const { rig, ana, ben } = await roomOfTwo();
  ben.stay.sendText("still to be read");
  await rig.advance(500);
  ana.tamper = () => [];
  rig.cut(ana);
  await rig.advance(7_000);
  assertEquals(ana.stay.view.phase, { tag: "waiting-for-tap", cause: "slow-hello" });
  assertEquals(texts(ana), ["Ben: still to be read"]);
  ana.tamper = null;
  ana.stay.waitHere();
  await rig.advance(2_000);
  assertEquals(ana.stay.view.phase, { tag: "live" });
  assertEquals(said(ana).at(-1), "connection-back");
  endAll(rig);
});

const TAP_CAUSES = {
  [CLOSE.handshakeTimeout]: "slow-hello",
  [CLOSE.tooFast]: "too-fast",
  [CLOSE.tooManyFromOneNetwork]: "too-many-from-one-network",
  [CLOSE.roomFull]: "room-full",
  [CLOSE.benchFull]: "bench-full",
} as const;

Deno.test("[C9] refused on the way back: the room and what waits in it are kept, nothing is tried by itself, and a tap brings it back", async () => {
  for (const [code, cause] of Object.entries(TAP_CAUSES)) {
    const { rig, ana, ben } = await roomOfTwo();
    ben.stay.sendText("still to be read");
    await rig.advance(500);
    const { memberId } = ana.stay.view.me!;
    rig.cut(ana);
    rig.answer = Number(code);
    ana.stay.sendText("written on the way");
    await rig.advance(3_000);
    assertEquals(ana.stay.view.phase, { tag: "waiting-for-tap", cause });
    ana.stay.sendText("written while waiting");
    // Neither time nor being shown or back online changes the bench's answer; only a slow line may be quicker now.
    const attempts = rig.attempts;
    await rig.advance(120_000);
    assertEquals(rig.attempts, attempts);
    ana.stay.wake();
    await rig.advance(100);
    assertEquals(rig.attempts - attempts, cause === "slow-hello" ? 1 : 0);
    ana.stay.waitHere();
    await rig.advance(100);
    assertEquals(ana.stay.view.phase, { tag: "waiting-for-tap", cause });
    assertEquals(texts(ana), [
      "Ben: still to be read",
      "Ana: written on the way",
      "Ana: written while waiting",
    ]);
    rig.answer = null;
    ana.stay.waitHere();
    assertEquals(ana.stay.view.phase, { tag: "connecting" });
    await rig.advance(5_000);
    assertEquals(ana.stay.view.phase, { tag: "live" });
    assertEquals(ana.stay.view.me!.memberId, memberId);
    assertEquals(texts(ben), texts(ana));
    for (const item of ana.stay.view.log) {
      if (item.tag === "text" && item.delivery !== null) assertEquals(item.delivery, "sent");
    }
    endAll(rig);
  }
});

Deno.test("[C9] let go for speed in the middle of a talk: said in the log, and trying a failed message again is a tap", async () => {
  const { rig, ana, ben } = await roomOfTwo();
  rig.closeTab(ana, CLOSE.tooFast);
  assertEquals(ana.stay.view.phase, { tag: "waiting-for-tap", cause: "too-fast" });
  assertEquals(notices(ana).at(-1), { kind: "connection-lost", cause: "too-fast" });
  ana.stay.sendText("given up");
  ana.stay.sendText("tried again");
  await rig.advance(30_000);
  const failed = ana.stay.view.log.filter((item) =>
    item.tag === "text" && item.delivery === "failed"
  );
  assertEquals(failed.length, 2);
  ana.stay.discard(failed[0]!.id);
  await rig.advance(1_000);
  assertEquals(ana.stay.view.phase.tag, "waiting-for-tap");
  ana.stay.retry(failed[1]!.id);
  await rig.advance(5_000);
  assertEquals(ana.stay.view.phase, { tag: "live" });
  assertEquals(texts(ben), ["Ana: tried again"]);
  endAll(rig);
});

Deno.test("[C9] refused before it was ever in the room: it waits for a tap under the same key, and one that leaves instead forgets all", async () => {
  for (const [code, cause] of Object.entries(TAP_CAUSES)) {
    const rig = new SessionRig();
    const ana = await rig.join("Ana", { admin: true });
    await rig.advance(1_000);
    rig.answer = Number(code);
    const ben = await rig.join("Ben");
    const cem = await rig.join("Cem");
    await rig.advance(60_000);
    for (const tab of [ben, cem]) {
      assertEquals(tab.stay.view.phase, { tag: "waiting-for-tap", cause });
    }
    rig.answer = null;
    ben.stay.waitHere();
    cem.stay.leave();
    await rig.advance(2_000);
    assertEquals(cem.stay.view.phase, { tag: "ended", reason: "left" });
    assertEquals(peopleOf(ana), ["Ana", "Ben"]);
    endAll(rig);
    await rig.advance(1);
    assertEquals(rig.counts.sockets, 0);
  }
});

Deno.test("who says goodbye and whose socket is only gone are told apart", async () => {
  const { rig, ana, ben } = await roomOfTwo();
  const cem = await rig.join("Cem");
  await rig.advance(2_000);
  cem.stay.leave();
  // Ben's socket is gone and nothing of Ben comes back.
  ben.isOffline = true;
  rig.cut(ben);
  await rig.advance(6_000);
  const left = notices(ana).flatMap((notice) =>
    notice.kind === "left" ? [[notice.who.name, notice.saidGoodbye]] : []
  );
  assertEquals(left, [["Cem", true], ["Ben", false]]);
  endAll(rig);
});
