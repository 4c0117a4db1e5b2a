// The admin's side of pairing, in a tab among real benches in memory: finding a bench, making links and taking them back, what becomes of
// them, and making the room public by the admin's word or by a bench's alone.

import { assert, assertEquals } from "@std/assert";
import { deriveRoomKeys, parsePairingLink } from "../../lib/crypto/mod.ts";
import { ADMIN_OP, newAdminCommand, pairTokenHash } from "../../lib/proof/mod.ts";
import {
  encodeAdminRelayed,
  encodeBase64url,
  encodeParkControl,
  fullBenchId,
  OFFER_MS,
  parseBase64url,
  parseBenchControl,
} from "../../lib/wire/mod.ts";
import { during, idOf, makePublic, offerTo, pair, parkRig } from "../support/park_rig.ts";
import { nodeEd25519, notices, type RigTab, type SessionRig } from "../support/session_rig.ts";

const find = (rig: SessionRig, tab: RigTab, text: string) => during(rig, tab.stay.findBench(text));
const kinds = (tab: RigTab) => notices(tab).map(({ kind }) => kind);
const hellos = (tab: RigTab, kind: string) =>
  tab.received.filter((message) =>
    typeof message === "string" && parseBenchControl(message)?.t === kind
  ).length;

Deno.test("[W2] a label that one bench has is found with its full id and address; no answer and two are refused", async () => {
  const { rig, admin } = await parkRig(4, ["hub", "oak", "elm", "elm"]);
  await makePublic(rig, admin);
  assertEquals(await find(rig, admin, " oak "), {
    ok: true,
    bench: { id: idOf(rig, 1), label: "oak", url: "https://bench-1.example", isHeard: true },
  });
  assertEquals(await find(rig, admin, "ash"), { ok: false, reason: "none" });
  assertEquals(await find(rig, admin, "elm"), { ok: false, reason: "several" });
  // The full id tells them apart.
  assertEquals(await find(rig, admin, idOf(rig, 2)), {
    ok: true,
    bench: { id: idOf(rig, 2), label: "elm", url: "https://bench-2.example", isHeard: true },
  });
});

Deno.test("[W2] a full id is found in any case: unheard, it has no address", async () => {
  const { rig, admin } = await parkRig(2);
  await makePublic(rig, admin);
  const unheard = fullBenchId("far-away", new Uint8Array(16).fill(7));
  assertEquals(await find(rig, admin, unheard), {
    ok: true,
    bench: { id: unheard, label: "far-away", url: "", isHeard: false },
  });
  // A bench with that label and another key is not the one.
  const other = fullBenchId(rig.bench(1).label, new Uint8Array(16).fill(7));
  const found = await find(rig, admin, other);
  assert(found.ok);
  if (found.ok) assertEquals([found.bench.url, found.bench.isHeard], ["", false]);
});

Deno.test("[W2] [W1] no id at all, this bench itself, and a park that is away are said before anybody is asked", async () => {
  const { rig, admin } = await parkRig(2);
  for (const text of ["", "o k", "oak~", "a~b~c"]) {
    assertEquals(await find(rig, admin, text), { ok: false, reason: "not-an-id" });
  }
  assertEquals(await find(rig, admin, idOf(rig, 0)), { ok: false, reason: "this-bench" });
  assertEquals(rig.wires.wire.length, 0);
  assertEquals(await find(rig, admin, rig.bench(0).label), { ok: false, reason: "this-bench" });
  await makePublic(rig, admin);
  rig.bench(0).bus.goAway();
  await rig.advance(1_000);
  assertEquals(admin.stay.view.park, "away");
  assertEquals(await find(rig, admin, idOf(rig, 1)), { ok: false, reason: "park-away" });
});

Deno.test("[W2] an answer to an earlier question, or to another label, is none to this; and a tab that hears nothing gives up", async () => {
  const { rig, admin } = await parkRig(2);
  await makePublic(rig, admin);
  const lie = { label: "rig-1", fp: new Uint8Array(16).fill(3), url: "" };
  const first = admin.stay.findBench("ash");
  const second = admin.stay.findBench("elm");
  rig.inject(admin, [encodeParkControl({ t: "whois", label: "ash", found: [lie] })]);
  assertEquals(await during(rig, first), { ok: false, reason: "no-answer" });
  assertEquals(await during(rig, second), { ok: false, reason: "none" });
  // A bench that says nothing.
  admin.tamper = (message) =>
    typeof message === "string" && parseBenchControl(message)?.t === "whois" ? [] : [message];
  assertEquals(await find(rig, admin, "elm"), { ok: false, reason: "no-answer" });
  // An answer that nobody asked for changes nothing.
  rig.inject(admin, [encodeParkControl({ t: "whois", label: "elm", found: "busy" })]);
  assertEquals(admin.stay.view.phase.tag, "live");
});

Deno.test("[T1] the link holds a secret that no bench ever sees: not on the tab's wire, not in what the bench holds, not on the bus", async () => {
  const { rig, admin } = await parkRig(2);
  await makePublic(rig, admin);
  const offer = await offerTo(rig, admin, 1);
  const parsed = parsePairingLink(offer.link.split("#")[1]!);
  assert(parsed.tag === "pairing");
  if (parsed.tag !== "pairing") return;
  const { secret, roomToken, hubLabel } = parsed.link;
  assertEquals([roomToken, hubLabel], ["", rig.bench(0).label]);
  assertEquals(offer.key, encodeBase64url(pairTokenHash(secret)));
  const forms = [secret.toHex(), encodeBase64url(secret)];
  const sent = [
    ...admin.sent.map((message) => typeof message === "string" ? message : message.toHex()),
    ...rig.wires.wire.map(({ bytes }) => bytes.toHex()),
  ];
  assert(sent.length > 4);
  for (const each of sent) for (const form of forms) assert(!each.includes(form));
});

Deno.test("[T1] the room's key is in the link only where the admin ticked so, and an admin's seed never", async () => {
  const { rig, admin } = await parkRig(2);
  await makePublic(rig, admin);
  const { member, admin: adminLink } = admin.stay.links();
  const token = member.split("#")[1]!;
  const seed = adminLink!.split(".").at(-1)!;
  const [plain, ticked] = [await offerTo(rig, admin, 1), await offerTo(rig, admin, 1, true)];
  assertEquals([plain.link.includes(token), ticked.link.includes(token)], [false, true]);
  for (const { link } of [plain, ticked]) assert(!link.includes(seed));
  // The room's link on the other bench is for the people there, and is shown in both cases.
  for (const { roomLink } of [plain, ticked]) {
    assertEquals(roomLink, `https://bench-1.example/room#${token}`);
  }
});

Deno.test("[T2] [T5] an offer is shown with its end, and is expired when the bench says so, at five minutes", async () => {
  const { rig, admin } = await parkRig(2);
  await makePublic(rig, admin);
  const offer = await offerTo(rig, admin, 1);
  assertEquals([offer.state, offer.hasLeaked], ["open", false]);
  const leftMs = offer.endsAtMs - rig.nowMs;
  assert(leftMs <= OFFER_MS && leftMs > OFFER_MS - 1_000);
  await rig.advance(leftMs - 1_000);
  assertEquals(admin.stay.view.offers[0]!.state, "open");
  await rig.advance(1_000);
  assertEquals(admin.stay.view.offers[0]!.state, "expired");
  assertEquals(await during(rig, rig.accept(offer.link, 1)), { ok: false, reason: "expired" });
  admin.stay.forgetOffer(offer.key);
  assertEquals(admin.stay.view.offers, []);
});

Deno.test("[T2] a link that was taken back is so for its holders too; what is used cannot be taken back", async () => {
  const { rig, admin } = await parkRig(2);
  await makePublic(rig, admin);
  const offer = await offerTo(rig, admin, 1);
  assertEquals(await during(rig, admin.stay.takeBackOffer(offer.key)), { ok: true });
  assertEquals(admin.stay.view.offers[0]!.state, "taken-back");
  assertEquals(await during(rig, rig.accept(offer.link, 1)), { ok: false, reason: "expired" });
  const used = await offerTo(rig, admin, 1);
  assertEquals((await during(rig, rig.accept(used.link, 1))).ok, true);
  assertEquals(await during(rig, admin.stay.takeBackOffer(used.key)), {
    ok: false,
    reason: "spent",
  });
  assertEquals(await during(rig, admin.stay.takeBackOffer("none")), { ok: false, reason: "spent" });
  assertEquals(admin.stay.view.offers.at(-1)!.state, "paired");
});

Deno.test("[T10] a link that shows up at another bench is told to the admin, and still works for the right one", async () => {
  const { rig, admin } = await parkRig(3);
  await makePublic(rig, admin);
  const offer = await offerTo(rig, admin, 1);
  assertEquals(await during(rig, rig.accept(offer.link, 2)), { ok: false, reason: "wrong-bench" });
  assertEquals([admin.stay.view.offers[0]!.state, admin.stay.view.offers[0]!.hasLeaked], [
    "open",
    true,
  ]);
  assertEquals((await during(rig, rig.accept(offer.link, 1))).ok, true);
  await rig.advance(500);
  const [after] = admin.stay.view.offers;
  assertEquals([after!.state, after!.hasLeaked], ["paired", true]);
});

Deno.test("[T6] a used link that is opened again, here or at another bench, is refused; the admin is told, and the pairing stands", async () => {
  for (const again of [1, 2]) {
    const { rig, admin } = await parkRig(3);
    await makePublic(rig, admin);
    const offer = await offerTo(rig, admin, 1);
    assertEquals((await during(rig, rig.accept(offer.link, 1))).ok, true);
    await rig.advance(500);
    const state = () => {
      const [{ state, wasUsedAgain } = offer] = admin.stay.view.offers;
      return [state, wasUsedAgain];
    };
    assertEquals(state(), ["paired", false]);
    assertEquals(await during(rig, rig.accept(offer.link, again)), { ok: false, reason: "used" });
    await rig.advance(500);
    assertEquals(state(), ["paired", true]);
    assertEquals(admin.stay.view.benches.map(({ isUp }) => isUp), [true, true]);
  }
});

Deno.test("[T4] that this bench was full changes no offer's state: it waits on, and pairs once there is room", async () => {
  const { rig, admin } = await parkRig(2);
  await makePublic(rig, admin);
  const offer = await offerTo(rig, admin, 1);
  const tokenHash = parseBase64url(offer.key, 32)!;
  rig.inject(admin, [encodeParkControl({ t: "offer", tokenHash, event: "full" })]);
  await rig.settle();
  const state = () => {
    const [{ state, wasFull } = offer] = admin.stay.view.offers;
    return [state, wasFull];
  };
  assertEquals(state(), ["open", true]);
  assertEquals((await during(rig, rig.accept(offer.link, 1))).ok, true);
  await rig.advance(500);
  assertEquals(state(), ["paired", true]);
});

Deno.test("[T9] the admin hears that nothing is paired where the other bench answered and then was not heard", async () => {
  const { rig, admin } = await parkRig(2);
  await makePublic(rig, admin);
  const offer = await offerTo(rig, admin, 1);
  // Whatever goes over links is lost.
  rig.wires.tamper = (message) => message.subject.startsWith("bt1.l.") ? [] : [message];
  assertEquals(await during(rig, rig.accept(offer.link, 1)), { ok: false, reason: "unreachable" });
  await rig.advance(31_000);
  assertEquals(admin.stay.view.offers[0]!.state, "unconfirmed");
  assertEquals(admin.stay.view.benches, []);
});

Deno.test("[A6] offers of who is no admin, in a private room, or without a full id, are refused", async () => {
  const { rig, admin } = await parkRig(2);
  const found = await find(rig, admin, idOf(rig, 1));
  assert(found.ok);
  if (!found.ok) return;
  const offer = (tab: RigTab, bench = found.bench) =>
    during(rig, tab.stay.offerPairing(bench, false));
  assertEquals(await offer(admin), { ok: false, reason: "not-public" });
  await makePublic(rig, admin);
  const ben = await rig.join("Ben");
  await rig.advance(2_000);
  assertEquals(await offer(ben), { ok: false, reason: "no-answer" });
  assertEquals(await offer(admin, { ...found.bench, id: "oak" }), {
    ok: false,
    reason: "no-answer",
  });
  assertEquals([admin.stay.view.offers, ben.stay.view.offers], [[], []]);
});

Deno.test("[A8] the admin's signed word makes the room public in every tab; who comes later sees it proved, without a line", async () => {
  const { rig, admin } = await parkRig(2);
  const ben = await rig.join("Ben");
  await rig.advance(2_000);
  await makePublic(rig, admin);
  for (const tab of [admin, ben]) assertEquals(tab.stay.view.publicness, "by-admin");
  assertEquals(notices(ben).filter(({ kind }) => kind === "made-public"), [
    { kind: "made-public", byAdmin: true },
  ]);
  const late = await rig.join("Cleo");
  await rig.advance(2_000);
  assertEquals(late.stay.view.publicness, "by-admin");
  assertEquals(kinds(late).includes("made-public"), false);
});

Deno.test("[A8] [A4] what only the bench says is worded so: a forged frame, another room's, or none at all", async () => {
  const { rig, admin } = await parkRig(2);
  await makePublic(rig, admin);
  const frames: ((pf: string) => string | undefined)[] = [
    () => undefined,
    (pf) => `${pf.slice(0, 60)}${pf[60] === "A" ? "B" : "A"}${pf.slice(61)}`,
    (pf) => pf.slice(0, -4),
  ];
  for (const change of frames) {
    const eve = await rig.join("Eve", { tap: true });
    eve.tamper = (message) => {
      if (typeof message !== "string" || parseBenchControl(message)?.t !== "ok") return [message];
      const fields = JSON.parse(message) as Record<string, unknown>;
      return [JSON.stringify({ ...fields, pf: change(String(fields.pf)) })];
    };
    rig.cut(eve);
    await rig.advance(5_000);
    assertEquals(eve.stay.view.phase.tag, "live");
    assertEquals(eve.stay.view.publicness, "by-bench");
    eve.stay.leave();
  }
});

Deno.test("[A8] a bench that says a private room is public is believed to have said so, no more", async () => {
  const { rig, admin } = await parkRig(2);
  const ben = await rig.join("Ben");
  await rig.advance(2_000);
  ben.tamper = (message) => {
    if (typeof message !== "string" || parseBenchControl(message)?.t !== "ok") return [message];
    return [JSON.stringify({ ...JSON.parse(message) as object, pub: true })];
  };
  rig.cut(ben);
  await rig.advance(5_000);
  assertEquals(ben.stay.view.publicness, "by-bench");
  assertEquals(notices(ben).filter(({ kind }) => kind === "made-public"), [
    { kind: "made-public", byAdmin: false },
  ]);
  assertEquals(admin.stay.view.publicness, "private");
});

Deno.test("[A7] [U2] a bench that says 'another home' with an old nonce cannot replay what the admin signed under it", async () => {
  const { rig, admin } = await parkRig(2);
  const ben = await rig.join("Ben");
  await rig.advance(2_000);
  const signer = await nodeEd25519.newSigner(rig.adminSeed);
  // What the admin signed yesterday, for an instance whose nonce the bench kept.
  const oldNonce = new Uint8Array(32).fill(9);
  const { roomId } = deriveRoomKeys(rig.secret);
  const yesterday = 1_700_000_000_000 + rig.nowMs - 24 * 3_600_000;
  const sign = (ctr: number, op: number) =>
    newAdminCommand(signer, { roomId, roomNonce: oldNonce }, ctr, op, new Uint8Array(0));
  const madePublic = await sign(yesterday, ADMIN_OP.makePublic);
  const deleted = await sign(yesterday + 1, ADMIN_OP.delete);
  const instance = { roomNonce: oldNonce, lastAdminCtr: 0, publicFrame: madePublic };
  rig.inject(ben, [encodeParkControl({ t: "inst", ...instance })]);
  await rig.settle();
  // The word that it is public is the admin's, however old; it takes nothing from anybody.
  assertEquals(ben.stay.view.publicness, "by-admin");
  rig.inject(ben, [encodeAdminRelayed(deleted)]);
  await rig.settle();
  assertEquals(ben.stay.view.phase.tag, "live");
  assertEquals(kinds(ben).includes("repeated"), true);
  // What the admin signs now, under that nonce, is taken.
  rig.inject(ben, [
    encodeAdminRelayed(await sign(1_700_000_000_000 + rig.nowMs, ADMIN_OP.delete)),
  ]);
  await rig.settle();
  assertEquals(ben.stay.view.phase, { tag: "ended", reason: "deleted-by-admin" });
  assertEquals(admin.stay.view.phase.tag, "live");
});

Deno.test("[U2] [U6] people who were in the room on the other bench already meet the others, and the room stays theirs after UNPAIR", async () => {
  const { rig, admin } = await parkRig(2);
  const ben = await rig.join("Ben", { bench: 1, tap: true });
  await rig.advance(2_000);
  assertEquals(ben.stay.view.publicness, "private");
  await pair(rig, admin, 1);
  await rig.advance(3_000);
  assertEquals([ben.stay.view.publicness, hellos(ben, "inst")], ["by-admin", 1]);
  for (const tab of [admin, ben]) assertEquals(tab.stay.view.count, 2);
  assertEquals(ben.stay.view.people.map(({ name }) => name).toSorted(), ["Ada", "Ben"]);
  assertEquals(await during(rig, admin.stay.unpair(idOf(rig, 1))), { ok: true });
  await rig.advance(2_000);
  for (const tab of [admin, ben]) {
    assertEquals([tab.stay.view.count, tab.stay.view.benches], [1, []]);
    assertEquals(tab.stay.view.publicness, "by-admin");
  }
  assertEquals(kinds(admin).includes("bench-unpaired"), true);
  assertEquals(kinds(ben).includes("bench-unpaired"), true);
  assertEquals(await during(rig, admin.stay.unpair(idOf(rig, 1))), {
    ok: false,
    reason: "wrong-bench",
  });
});

Deno.test("[K10] the admin on a spoke: DELETE goes up and ends the room everywhere; pairing from there is refused", async () => {
  const { rig, admin } = await parkRig(3);
  await pair(rig, admin, 1);
  const ben = await rig.join("Ben", { bench: 1 });
  const ada = await rig.join("Ada again", { bench: 1, admin: true });
  await rig.advance(4_000);
  const found = await find(rig, ada, idOf(rig, 2));
  assert(found.ok);
  if (!found.ok) return;
  assertEquals(await during(rig, ada.stay.offerPairing(found.bench, false)), {
    ok: false,
    reason: "on-spoke",
  });
  assertEquals(await during(rig, ada.stay.deleteRoom()), true);
  await rig.advance(1_000);
  for (const tab of [admin, ben, ada]) {
    assertEquals(tab.stay.view.phase, { tag: "ended", reason: "deleted-by-admin" }, tab.name);
  }
  assertEquals(rig.benches.slice(0, 2).map((bench) => bench!.relay.counts().rooms), [0, 0]);
});
