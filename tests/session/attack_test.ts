// Attacks on a stay, one a test: by a stranger, by a member with the room's key, by one who left, by the bench, and by
// several of them together. The name says what is tried; where it cannot be prevented, the test says how it shows.
// Rules: lib/wire/PROTOCOL.md; what has no defence by design stands in SECURITY.md.

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  images,
  peopleOf,
  portTo,
  prepared,
  said,
  SessionRig,
  texts,
  urlOf,
} from "../support/session_rig.ts";
import {
  batchOf,
  contentOf,
  endAll,
  entriesOf,
  idOf,
  Mallory,
  nonceOf,
  roomOfThree,
  signedIn,
  troubles,
} from "../support/hostile.ts";
import { makeNoisePng } from "../support/image_samples.ts";
import { deriveRoomKeys, encodeImageHead, newBadge } from "../../lib/crypto/mod.ts";
import { randomBytes } from "../../lib/nacl.ts";
import { IncomingImages } from "../../lib/session/incoming_images.ts";
import { afterClose } from "../../lib/session/reconnect.ts";
import { naclSigner, newAdminCommand } from "../../lib/proof/mod.ts";
import {
  type Bytes,
  encodeAdminRelayed,
  encodeBase64url,
  encodeChunk,
  encodeSigned,
  type Entry,
  MAX_CHUNK_BYTES,
  parseBase64url,
  TYPE,
  utf8,
} from "../../lib/wire/mod.ts";

const MOST = Number.MAX_SAFE_INTEGER;

/** A picture's head with hashes of nothing in particular. */
function headOf(totalBytes: number, transfer: Bytes = randomBytes(16)) {
  return {
    transfer: encodeBase64url(transfer),
    kind: "png" as const,
    widthPx: 10,
    heightPx: 10,
    totalBytes,
    chunkHashes: Array.from(
      { length: Math.ceil(totalBytes / MAX_CHUNK_BYTES) },
      () => randomBytes(32),
    ),
  };
}

// ---- a lying bench --------------------------------------------------------------------------------------------

Deno.test("attack by the bench: junk of changing kinds does not push what was said out of the log", async () => {
  const { rig, ana, ben } = await roomOfThree();
  ana.stay.sendText("keep this");
  await rig.advance(500);
  const [entry] = contentOf(rig, ben, ana, TYPE.text);
  const from = idOf(ana);
  const foreign: Entry = { from: idOf(rig.tabs[2]!), box: entry!.box };
  const junk = batchOf([{ from, box: entry!.box }, foreign, { from, box: randomBytes(296) }]);
  rig.inject(ben, Array.from({ length: 30 }, () => junk));
  await rig.settle();
  assertEquals(texts(ben), ["Ana: keep this"]);
  assertEquals(troubles(ben), ["repeated 30", "forged 30", "unreadable 30"]);
  endAll(rig);
});

Deno.test("attack by the bench: cutting the connection again and again does not fill the log", async () => {
  const { rig, ana, ben } = await roomOfThree();
  ana.stay.sendText("keep this");
  await rig.advance(500);
  const before = ben.stay.view.log.length;
  for (let i = 0; i < 10; i++) {
    rig.cut(ben);
    await rig.advance(2_000);
  }
  assertEquals(ben.stay.view.phase, { tag: "live" });
  assertEquals(ben.stay.view.log.length, before + 2);
  assertEquals(said(ben).slice(-2), ["connection-lost", "connection-back"]);
  endAll(rig);
});

Deno.test("[F4] attack by the bench: two recordings of one absent member in turn do not make a tab talk", async () => {
  const { rig, ben } = await roomOfThree();
  const mallory = new Mallory(rig);
  const recordings = [await mallory.presence(), await mallory.presence({ asksAgain: true })];
  const before = ben.sent.length;
  for (let i = 0; i < 40; i++) {
    rig.inject(ben, [batchOf([{ from: mallory.id, box: recordings[i % 2]! }])]);
    await rig.advance(400);
  }
  const answers = ben.sent.length - before;
  assert(answers <= 4, `${answers} answers`);
  endAll(rig);
});

Deno.test("[F4] attack by the bench: saying between recordings that their member left does not make a tab talk", async () => {
  const { rig, ben } = await roomOfThree();
  const mallory = new Mallory(rig);
  const recording = await mallory.presence({ asksAgain: true });
  const before = ben.sent.length;
  for (let i = 0; i < 20; i++) {
    rig.inject(ben, [batchOf([{ from: mallory.id, box: recording }])]);
    await rig.advance(400);
    rig.inject(ben, [JSON.stringify({ t: "left", m: mallory.id })]);
    await rig.settle();
  }
  const answers = ben.sent.length - before;
  assert(answers <= 4, `${answers} answers`);
  endAll(rig);
});

Deno.test("[A7] attack by the bench: a DELETE of an earlier instance, under a nonce drawn again, is not the admin's word", async () => {
  const { rig, ben } = await roomOfThree();
  const { roomId } = deriveRoomKeys(rig.secret);
  const roomNonce = randomBytes(32);
  const admin = naclSigner(rig.adminSeed);
  const yesterday = 1_700_000_000_000 + rig.nowMs - 24 * 3_600_000;
  const old = await newAdminCommand(admin, { roomId, roomNonce }, yesterday, 2);
  // The bench says that Ben came into the very instance that was deleted yesterday.
  ben.tamper = (message) => {
    if (typeof message !== "string") return [message];
    const fields = JSON.parse(message) as Record<string, unknown>;
    return [
      fields.t === "ok" ? JSON.stringify({ ...fields, in: encodeBase64url(roomNonce) }) : message,
    ];
  };
  rig.cut(ben);
  await rig.advance(3_000);
  rig.inject(ben, [encodeAdminRelayed(old)]);
  await rig.advance(500);
  assertEquals(ben.stay.view.phase, { tag: "live" });
  rig.closeTab(ben, 4410);
  await rig.advance(500);
  assertEquals(ben.stay.view.phase, { tag: "ended", reason: "gone-says-bench" });
  endAll(rig);
});

Deno.test("attack by the bench: somebody heard in the moment of our own drop does not stay as a ghost", async () => {
  const { rig, ana, ben, cem } = await roomOfThree();
  // Cem's word is in Ben's queue when Ben's socket ends; while Ben is away, Cem leaves.
  cem.stay.sendText("last");
  await rig.advance(20);
  let held: readonly (string | Bytes)[] = [];
  ben.tamper = (message) => {
    if (entriesOf(message).length === 0) return [message];
    held = [message];
    return [];
  };
  cem.stay.sendText("in the very moment");
  await rig.advance(20);
  ben.tamper = null;
  assertEquals(held.length, 1);
  rig.inject(ben, held);
  rig.cut(ben);
  cem.stay.leave();
  await rig.advance(15_000);
  assertEquals(peopleOf(ben).toSorted(), ["Ana", "Ben"]);
  assertEquals(texts(ben).at(-1), "Cem: in the very moment");
  ana.stay.leave();
  ben.stay.leave();
});

Deno.test("attack by the bench: a frame of nothing but heads is counted, and holds up nothing behind it", async () => {
  const { rig, ana, ben } = await roomOfThree();
  const empty: Entry = { from: idOf(ana), box: new Uint8Array(0) };
  const frame = batchOf(Array.from({ length: 2_000 }, () => empty));
  rig.inject(ben, [frame]);
  ana.stay.sendText("after all that");
  await rig.advance(500);
  assertEquals(texts(ben), ["Ana: after all that"]);
  assertEquals(troubles(ben), ["unreadable 2000"]);
  endAll(rig);
});

Deno.test("[O2] attack by the bench: what it echoes to its sender and gives to nobody looks sent, and shows as a gap", async () => {
  const { rig, ana, ben, cem } = await roomOfThree();
  const silent = (message: string | Bytes) => entriesOf(message).length === 0 ? [message] : [];
  ben.tamper = silent;
  cem.tamper = silent;
  ana.stay.sendText("to nobody");
  await rig.advance(1_000);
  const [line] = ana.stay.view.log.filter(({ tag }) => tag === "text");
  assert(line?.tag === "text" && line.delivery === "sent");
  ben.tamper = null;
  cem.tamper = null;
  await rig.advance(31_000);
  assertEquals([troubles(ben), troubles(cem)], [["gap Ana 1"], ["gap Ana 1"]]);
  endAll(rig);
});

Deno.test("[D8] attack by the bench: acknowledgements of what never went, or of another's box, send nothing", async () => {
  const { rig, ana, ben } = await roomOfThree();
  rig.dropUpward = (tab, message) => tab === ana && typeof message !== "string";
  rig.inject(ana, [`{"t":"ack","n":${MOST}}`, `{"t":"ack","n":-1}`]);
  ana.stay.sendText("small");
  ana.stay.sendText("L".repeat(100_000));
  await rig.settle();
  ben.stay.sendText("small");
  await rig.advance(500);
  const [bens] = contentOf(rig, ana, ben, TYPE.text);
  const [own] = ana.sent.filter((message) => message[0] === 0x01).slice(-2) as Bytes[];
  const bent = own!.slice(1);
  bent[40]! ^= 1;
  rig.inject(ana, [
    batchOf([{ from: idOf(ana), box: bens!.box }, { from: idOf(ana), box: bent }]),
  ]);
  await rig.advance(500);
  const states = ana.stay.view.log.flatMap((item) =>
    item.tag === "text" && item.delivery !== null ? [item.delivery] : []
  );
  assertEquals(states, ["sending", "sending"]);
  assertEquals(troubles(ana), ["unreadable 1", "forged 2"]);
  endAll(rig);
});

Deno.test("[F10] attack by the bench: within the allowance for repeats nothing is shown twice, and nothing else gets through", async () => {
  const { rig, ana, ben } = await roomOfThree();
  // Ana hears no echo, so she will send again after a drop; Ben has all three.
  ana.tamper = (message) => entriesOf(message).length === 0 ? [message] : [];
  for (const text of ["one", "two", "three"]) ana.stay.sendText(text);
  await rig.advance(500);
  const old = contentOf(rig, ben, ana, TYPE.text);
  const oldPresences = contentOf(rig, ben, ana, TYPE.presence);
  assertEquals(old.length, 3);
  // The bench lets her presence through, holds what she sends again, and plays its recordings.
  let isHolding = true;
  ben.tamper = (message) => {
    const entries = entriesOf(message);
    const kept = entries.filter(({ box }) => !isHolding || signedIn(rig, box)?.type !== TYPE.text);
    return kept.length === entries.length ? [message] : kept.length === 0 ? [] : [batchOf(kept)];
  };
  ana.tamper = null;
  rig.cut(ana);
  await rig.advance(3_000);
  rig.inject(ben, [batchOf([...old, ...old, ...oldPresences])]);
  await rig.settle();
  assertEquals(texts(ben), ["Ana: one", "Ana: two", "Ana: three"]);
  assertEquals(troubles(ben), [`repeated ${3 + oldPresences.length}`]);
  isHolding = false;
  ana.stay.sendText("four");
  await rig.advance(500);
  assertEquals(texts(ben).at(-1), "Ana: four");
  assertEquals(troubles(ben), [`repeated ${3 + oldPresences.length}`]);
  endAll(rig);
});

Deno.test("[F11] attack by the bench: recordings do not come back through a reconnect with a new nonce", async () => {
  const { rig, ana, ben, cem } = await roomOfThree();
  cem.stay.sendText("once");
  await rig.advance(500);
  const recorded = [
    ...contentOf(rig, ben, cem, TYPE.presence),
    ...contentOf(rig, ben, cem, TYPE.text),
  ];
  cem.stay.leave();
  await rig.advance(5_000);
  const before = nonceOf(rig, ben);
  rig.cut(ben);
  await rig.advance(3_000);
  assertNotEquals(nonceOf(rig, ben), before);
  rig.inject(ben, [batchOf(recorded)]);
  await rig.advance(7_000);
  assertEquals(texts(ben), ["Cem: once"]);
  assertEquals(peopleOf(ben).toSorted(), ["Ana", "Ben"]);
  assertEquals(troubles(ben), [`repeated ${recorded.length}`]);
  ana.stay.leave();
  ben.stay.leave();
});

Deno.test("attack by the bench: a room split in two shows in each half only who is proved to be there", async () => {
  const { rig, ana, ben, cem } = await roomOfThree();
  const half = (names: readonly string[]) => {
    const ids = rig.tabs.filter(({ name }) => names.includes(name)).map(idOf);
    return (message: string | Bytes) => {
      const entries = entriesOf(message);
      if (entries.length === 0) return [message];
      const kept = entries.filter(({ from }) => ids.includes(from));
      return kept.length === 0 ? [] : [batchOf(kept)];
    };
  };
  for (const tab of [ana, ben]) tab.tamper = half(["Ana", "Ben"]);
  cem.tamper = half(["Cem"]);
  for (const tab of rig.tabs) rig.cut(tab);
  await rig.advance(10_000);
  assertEquals(peopleOf(ana).toSorted(), ["Ana", "Ben"]);
  assertEquals(peopleOf(cem), ["Cem"]);
  // The count is the bench's word, and here it tells the truth by mistake: more are counted than are proved.
  assertEquals(cem.stay.view.count, 3);
  endAll(rig);
});

Deno.test("attack by the bench: numbers of its own, each as large or small as can be, break no tab", async () => {
  const { rig, ana, ben } = await roomOfThree();
  for (const number of [MOST, MOST - 1, 0, -1, 1.5, "3", null]) {
    for (const field of ["cnt", "ack", "adm", "left"]) {
      const key = { cnt: "cnt", ack: "n", adm: "ac", left: "m" }[field]!;
      rig.inject(ben, [JSON.stringify({ t: field, [key]: number })]);
    }
  }
  ben.tamper = (message) => {
    if (typeof message !== "string") return [message];
    const fields = JSON.parse(message) as Record<string, unknown>;
    if (fields.t === "hi") {
      return [JSON.stringify({ ...fields, lim: { file: MOST }, instance: "" })];
    }
    if (fields.t === "ok") return [JSON.stringify({ ...fields, cnt: 0, ac: MOST - 1 })];
    return [message];
  };
  rig.cut(ben);
  await rig.advance(3_000);
  assertEquals(ben.stay.view.phase, { tag: "live" });
  const mallory = new Mallory(rig);
  await mallory.introduce();
  const bomb = headOf(2 ** 29 + 1);
  mallory.sendToAll(await mallory.box(TYPE.imageHead, 1, encodeImageHead(bomb)));
  await rig.advance(500);
  assertEquals(images(ben).at(-1)!.transfer, { tag: "broken", reason: "no-room" });
  assertEquals(images(ana).at(-1)!.transfer, { tag: "broken", reason: "too-big" });
  ana.stay.sendText("and on");
  await rig.advance(500);
  assertEquals(texts(ben), ["Ana: and on"]);
  endAll(rig);
});

Deno.test("[A7] attack by the bench: a DELETE that it keeps and plays later is still the admin's, but never twice", async () => {
  const { rig, ana, ben } = await roomOfThree();
  let kept: Bytes | null = null;
  rig.dropUpward = (tab, message) => {
    if (tab !== ana || typeof message === "string" || message[0] !== 0x02) return false;
    kept = encodeAdminRelayed(message.slice(1));
    return true;
  };
  const deleted = ana.stay.deleteRoom();
  await rig.advance(6_000);
  // The admin is told that nobody took it; what was signed cannot be taken back.
  assertEquals(await deleted, false);
  await rig.advance(3_600_000);
  rig.inject(ben, [kept!]);
  await rig.advance(500);
  assertEquals(ben.stay.view.phase, { tag: "ended", reason: "deleted-by-admin" });
  // Who comes later takes it for what it is: an hour old.
  const dan = await rig.join("Dan");
  await rig.advance(1_000);
  rig.inject(dan, [kept!]);
  await rig.advance(500);
  assertEquals(dan.stay.view.phase, { tag: "live" });
  assertEquals(troubles(dan), ["repeated 1"]);
  endAll(rig);
});

Deno.test("[A4] attack by the bench: no close code of its own is the admin's word", () => {
  for (let code = 1000; code < 5000; code++) {
    for (const wasInRoom of [true, false]) {
      const next = afterClose({
        code,
        attempt: 0,
        chance: 0,
        wasGreeted: true,
        isOffline: false,
        wasInRoom,
        adminSaidDelete: false,
      });
      assert(next.tag !== "ended" || next.reason !== "deleted-by-admin", String(code));
    }
  }
});

// ---- pictures -------------------------------------------------------------------------------------------------

Deno.test("[I5] attack by a member: pictures that are announced and never sent keep nobody's picture out", async () => {
  const { rig, ana, ben } = await roomOfThree();
  for (const totalBytes of [10 * 1024 * 1024, 512 * 1024]) {
    const mallory = new Mallory(rig);
    await mallory.introduce();
    for (let seq = 1; seq <= 8; seq++) {
      const head = headOf(totalBytes);
      mallory.sendToAll(await mallory.box(TYPE.imageHead, seq, encodeImageHead(head)));
    }
    await rig.advance(100);
  }
  ana.stay.sendImage(await prepared(ana, makeNoisePng(300_000, 3)));
  await rig.advance(3_000);
  assertEquals(images(ben).at(-1)!.transfer.tag, "complete");
  endAll(rig);
});

Deno.test("attack by a member: a picture whose line was pushed out of the log leaves neither bytes nor address behind", async () => {
  const { rig, ben } = await roomOfThree();
  const mallory = new Mallory(rig);
  await mallory.introduce();
  const file = makeNoisePng(20_000, 5);
  const transfer = randomBytes(16);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-512", file)).slice(0, 32);
  const head = { ...headOf(file.length, transfer), chunkHashes: [hash] };
  const entry = async (type: number, seq: number, body: Uint8Array): Promise<Entry> => ({
    from: mallory.id,
    box: await mallory.box(type, seq, body),
  });
  rig.inject(ben, [batchOf([await entry(TYPE.imageHead, 1, encodeImageHead(head))])]);
  const flood: Entry[] = [];
  // Each with a gap before it: two lines for one.
  for (let seq = 3; seq < 2_010; seq += 2) flood.push(await entry(TYPE.text, seq, utf8("x")));
  for (let at = 0; at < flood.length; at += 500) {
    rig.inject(ben, [batchOf(flood.slice(at, at + 500))]);
  }
  await rig.settle();
  assertEquals(images(ben).length, 0);
  const chunk = mallory.seal(encodeChunk(transfer, 0, file));
  rig.inject(ben, [batchOf([{ from: mallory.id, box: chunk }])]);
  await rig.settle();
  assertEquals([...ben.urls], []);
  endAll(rig);
});

Deno.test("attack by a member: another's transfer id is a transfer of its own, and cannot be cancelled or filled by it", async () => {
  const { rig, ana, ben } = await roomOfThree();
  const mallory = new Mallory(rig);
  await mallory.introduce();
  const file = makeNoisePng(600_000, 7);
  let seq = 0;
  // As soon as Ana's head is out, Mallory announces the same transfer, sends chunks for it and cancels it.
  ana.stay.sendImage(await prepared(ana, file));
  await rig.settle();
  const [head] = contentOf(rig, ben, ana, TYPE.imageHead);
  const { x } = JSON.parse(new TextDecoder().decode(signedIn(rig, head!.box)!.body)) as {
    x: string;
  };
  const transfer = parseBase64url(x, 16)!;
  const same = encodeImageHead(headOf(500_000, transfer));
  const attack: Entry[] = [];
  for (
    const box of [
      await mallory.box(TYPE.imageHead, ++seq, same),
      await mallory.box(TYPE.imageHead, ++seq, same),
      mallory.seal(encodeChunk(transfer, 1, new Uint8Array(20))),
      mallory.seal(encodeChunk(transfer, 65_535, new Uint8Array(1))),
      await mallory.box(TYPE.imageCancel, ++seq, transfer),
    ]
  ) attack.push({ from: mallory.id, box });
  rig.inject(ben, [batchOf(attack)]);
  await rig.advance(5_000);
  const [hers, first, second] = images(ben);
  assertEquals(hers!.author.name, "Ana");
  assertNotEquals(urlOf(hers), "");
  assertEquals(first!.transfer, { tag: "broken", reason: "piece-missing" });
  assertEquals(second!.transfer, { tag: "broken", reason: "no-room" });
  endAll(rig);
});

Deno.test("[I5] attack by a member: pictures that come to a halt give way once they crowd others out", () => {
  const piece = new Uint8Array(MAX_CHUNK_BYTES);
  const hash = randomBytes(32);
  const sender = new Mallory(new SessionRig()).id;
  const images = new IncomingImages();
  const chunks = 36;
  for (const item of ["a", "b", "c", "d"]) {
    const head = { ...headOf(chunks * piece.length), transfer: item };
    const hashed = { ...head, chunkHashes: head.chunkHashes.map(() => hash) };
    assertEquals(images.begin(item, sender, hashed, head.totalBytes, 0), null);
    for (let index = 0; index < chunks - 1; index++) {
      const step = images.onChunk(sender, item, index, piece, hash, item === "d" ? 30_000 : 0);
      assertEquals(step.tag, "progress");
    }
  }
  // Almost 35 MiB that nobody ever finishes; the oldest goes, and then there is room enough.
  assertEquals(images.takeStalled(59_999), []);
  assertEquals(images.takeStalled(60_000), ["a"]);
  assertEquals(images.takeStalled(120_000), []);
});

// ---- a member with the key ------------------------------------------------------------------------------------

Deno.test("attack by a member: numbers at the end of all numbers wedge nobody but their sender", async () => {
  const { rig, ana, ben } = await roomOfThree();
  const mallory = new Mallory(rig);
  await mallory.introduce();
  mallory.sendToAll(await mallory.presence({ contentSeq: MOST - 1 }));
  mallory.sendToAll(await mallory.box(TYPE.text, MOST, utf8("the end")));
  mallory.sendToAll(await mallory.presence({ contentSeq: 0, seq: MOST }));
  mallory.sendToAll(await mallory.box(TYPE.text, 1, utf8("too late")));
  mallory.sendToAll(await mallory.presence({ seq: 7 }));
  await rig.advance(1_000);
  ana.stay.sendText("unmoved");
  await rig.advance(100);
  ben.stay.sendText("so am I");
  await rig.advance(1_000);
  for (const tab of rig.tabs) {
    assertEquals(texts(tab), ["Mallory: the end", "Ana: unmoved", "Ben: so am I"]);
  }
  assertEquals(troubles(ana), [`gap Mallory ${MOST - 1}`, "repeated 2"]);
  endAll(rig);
});

Deno.test("attack by a member: different words to different people under one number reach them once each, and no third way", async () => {
  const { rig, ana, ben, cem } = await roomOfThree();
  const mallory = new Mallory(rig);
  await mallory.introduce();
  const yes = await mallory.box(TYPE.text, 1, utf8("yes"));
  const no = await mallory.box(TYPE.text, 1, utf8("no"));
  mallory.sendToOne(ben, yes);
  mallory.sendToOne(cem, no);
  await rig.advance(500);
  mallory.sendToAll(yes);
  mallory.sendToAll(no);
  await rig.advance(500);
  // Nobody can see that others were told something else: it takes asking them.
  assertEquals(texts(ben), ["Mallory: yes"]);
  assertEquals(texts(cem), ["Mallory: no"]);
  assertEquals(texts(ana), ["Mallory: yes"]);
  assertEquals(troubles(ben), ["repeated 2"]);
  assertEquals(troubles(cem), ["repeated 2"]);
  assertEquals(troubles(ana), ["repeated 1"]);
  endAll(rig);
});

Deno.test("attack by a member: goodbyes, voids, cancels, presences and pictures in another's name are forged", async () => {
  const { rig, ana, ben } = await roomOfThree();
  ana.stay.sendText("I am here");
  await rig.advance(500);
  const [entry] = contentOf(rig, ben, ana, TYPE.text);
  const hers = signedIn(rig, entry!.box)!;
  const mallory = new Mallory(rig);
  await mallory.introduce();
  const others = new TextDecoder().decode(
    signedIn(rig, contentOf(rig, ben, ana, TYPE.presence)[0]!.box)!.body,
  );
  const presence = utf8(JSON.stringify({ ...JSON.parse(others), name: "Not Ana", cs: 99 }));
  const forgeries: readonly (readonly [number, Uint8Array])[] = [
    [TYPE.bye, new Uint8Array(0)],
    [TYPE.void, new Uint8Array(0)],
    [TYPE.imageCancel, randomBytes(16)],
    [TYPE.imageHead, encodeImageHead(headOf(10))],
    [TYPE.presence, presence],
    [0xff, new Uint8Array(0)],
  ];
  for (const [type, body] of forgeries) {
    // Under her key with a signature of Mallory's, and as the bench would have to say it came from her.
    const own = signedIn(rig, await mallory.box(type, 1_000, body))!;
    const box = mallory.seal(encodeSigned({ ...own, signPublicKey: hers.signPublicKey }));
    mallory.sendToAll(box);
    rig.inject(ben, [batchOf([{ from: entry!.from, box }])]);
  }
  await rig.advance(6_000);
  assertEquals(troubles(ben), [`forged ${forgeries.length * 2}`]);
  assertEquals(peopleOf(ben).toSorted(), ["Ana", "Ben", "Cem", "Mallory"]);
  ana.stay.sendText("and still am");
  await rig.advance(500);
  assertEquals(texts(ben), ["Ana: I am here", "Ana: and still am"]);
  endAll(rig);
});

Deno.test("[F6] attack by a member: the admin's own badge on another session makes no admin", async () => {
  const { rig, ana, ben } = await roomOfThree();
  const [entry] = contentOf(rig, ben, ana, TYPE.presence);
  const { adm } = JSON.parse(new TextDecoder().decode(signedIn(rig, entry!.box)!.body)) as {
    adm: readonly [string, string];
  };
  const badge = {
    adminPublicKey: parseBase64url(adm[0], 32)!,
    signature: parseBase64url(adm[1], 64)!,
  };
  const mallory = new Mallory(rig);
  await mallory.introduce({ badge, name: "Ana" });
  const admins = ben.stay.view.people.filter(({ isAdmin }) => isAdmin);
  assertEquals(admins.map(({ memberId }) => memberId), [idOf(ana)]);
  assertEquals(peopleOf(ben).filter((name) => name === "Ana").length, 2);
  endAll(rig);
});

Deno.test("[F6] attack by a member: who showed a false badge is not looked at again, so that badges keep no phone busy", async () => {
  const { rig, ben } = await roomOfThree();
  const admin = naclSigner(rig.adminSeed);
  const { roomId } = deriveRoomKeys(rig.secret);
  const isAdmin = (of: Mallory) =>
    ben.stay.view.people.find(({ memberId }) => memberId === of.id)?.isAdmin;
  const honest = new Mallory(rig);
  await honest.introduce({ badge: await newBadge(admin, roomId, honest.signer.publicKey) });
  assertEquals(isAdmin(honest), true);
  const mallory = new Mallory(rig);
  const badge = await newBadge(admin, roomId, mallory.signer.publicKey);
  await mallory.introduce({ badge: { ...badge, signature: randomBytes(64) } });
  mallory.sendToAll(await mallory.presence({ badge }));
  await rig.advance(500);
  assertEquals(isAdmin(mallory), false);
  endAll(rig);
});

Deno.test("[F5] attack by a member: names that hide, turn around, pile up or are endless", async () => {
  const { rig, ben } = await roomOfThree();
  const names: readonly (readonly [string, string])[] = [
    ["\u202eanA\u2066", "anA"],
    ["\u200b\u2060\ufeff\u3164", "Somebody"],
    ["A" + "\u0301".repeat(500), "\u00c1\u0301\u0301"],
    ["x".repeat(100_000), "x".repeat(32)],
    ["\ufdfa".repeat(512), "\ufdfa".normalize("NFKC").repeat(2).slice(0, 32).trim()],
    ["<script>alert(1)</script>", "<script>alert(1)</script>"],
  ];
  const mallory = new Mallory(rig);
  await mallory.introduce();
  for (const [said, shown] of names) {
    mallory.sendToAll(await mallory.presence({ name: said }));
    await rig.settle();
    const person = ben.stay.view.people.find(({ memberId }) => memberId === mallory.id);
    assertEquals(person?.name, shown);
  }
  endAll(rig);
});

Deno.test("attack by a member: JSON that is deep, huge, doubled or full of lies is unreadable, and nothing stops", async () => {
  const { rig, ana, ben } = await roomOfThree();
  const mallory = new Mallory(rig);
  await mallory.introduce();
  const nonce = encodeBase64url(randomBytes(16));
  const good = { n: nonce, box: encodeBase64url(randomBytes(32)), name: "M", cs: 0, echo: [] };
  const bodies = [
    "[".repeat(200_000),
    '{"a":'.repeat(40_000),
    "null",
    "[]",
    JSON.stringify({ ...good, cs: -1 }),
    JSON.stringify({ ...good, cs: 0.5 }),
    JSON.stringify(good).replace('"cs":0', '"cs":1e400'),
    JSON.stringify(good).replace('"cs":0', '"cs":9007199254740992'),
    JSON.stringify({ ...good, echo: Array(513).fill(nonce) }),
    JSON.stringify({ ...good, echo: { length: 1, 0: nonce } }),
    JSON.stringify({ ...good, echo: ["short"] }),
    JSON.stringify({ ...good, n: `${nonce}=` }),
    JSON.stringify({ ...good, name: { toString: 1 } }),
    JSON.stringify({ ...good, adm: {} }),
    `{"__proto__":${JSON.stringify(good)}}`,
  ];
  let seq = 1;
  for (const body of bodies) {
    mallory.sendToAll(await mallory.box(TYPE.presence, ++seq, utf8(body)));
  }
  const heads = [
    { ...headOf(1), totalBytes: 2 ** 31 + 1 },
    { ...headOf(1), totalBytes: -1 },
    { ...headOf(1), chunkHashes: [] },
    { ...headOf(1), widthPx: 8_193 },
    { ...headOf(1), heightPx: 0 },
    { ...headOf(1), transfer: "../../etc/passwd" },
    { ...headOf(1), kind: "svg+xml" as "png" },
  ];
  let contentSeq = 0;
  for (const head of heads) {
    mallory.sendToAll(await mallory.box(TYPE.imageHead, ++contentSeq, encodeImageHead(head)));
  }
  mallory.sendToAll(await mallory.box(TYPE.text, ++contentSeq, new Uint8Array([0xff, 0xfe])));
  mallory.sendToAll(mallory.seal(new Uint8Array([0x02])));
  mallory.sendToAll(mallory.seal(new Uint8Array([0x09, 1, 2, 3])));
  mallory.sendToAll(mallory.seal(new Uint8Array(0)));
  await rig.advance(500);
  assertEquals(troubles(ben), [`unreadable ${bodies.length + heads.length + 4}`]);
  assertEquals(images(ben), []);
  ana.stay.sendText("still fine");
  await rig.advance(500);
  assertEquals(texts(ben), ["Ana: still fine"]);
  endAll(rig);
});

Deno.test("attack by a member: echoing everybody's nonces proves itself alone, and keeps nobody from being proved", async () => {
  const { rig, ben } = await roomOfThree();
  const mallory = new Mallory(rig);
  await mallory.enter();
  // Mallory takes Ben's nonce for its own and says so before anybody else can answer.
  mallory.sendToAll(
    await mallory.presence({ nonce: nonceOf(rig, ben), echoes: [nonceOf(rig, ben)] }),
  );
  const dan = await rig.join("Dan");
  await rig.advance(3_000);
  assertEquals(peopleOf(dan).toSorted(), ["Ana", "Ben", "Cem", "Dan"]);
  assertEquals(peopleOf(ben).toSorted(), ["Ana", "Ben", "Cem", "Dan", "Mallory"]);
  dan.stay.sendText("hello");
  await rig.advance(500);
  assertEquals(texts(ben), ["Dan: hello"]);
  endAll(rig);
});

Deno.test("[R5] attack by a member: one session racing itself on many sockets leaves one, and says nobody left", async () => {
  const { rig, ben } = await roomOfThree();
  const mallory = new Mallory(rig);
  await mallory.introduce();
  for (let i = 0; i < 5; i++) await mallory.enter();
  await rig.advance(6_000);
  assertEquals(mallory.received.filter((one) => one === 4409).length, 5);
  assertEquals(peopleOf(ben).toSorted(), ["Ana", "Ben", "Cem", "Mallory"]);
  assertEquals(said(ben).filter((line) => line.startsWith("left")), []);
  assertEquals(ben.stay.view.count, 4);
  mallory.drop();
  await rig.advance(6_000);
  assertEquals(ben.stay.view.count, 3);
  assertEquals(said(ben).at(-1), "left Mallory");
  endAll(rig);
});

Deno.test("[F8] attack by a member: a thousand strangers make tabs forget, yet no recording comes back and talk goes on", async () => {
  const { rig, ana, ben, cem } = await roomOfThree();
  ana.stay.sendText("before");
  await rig.advance(500);
  const recorded = [
    ...contentOf(rig, ben, ana, TYPE.presence),
    ...contentOf(rig, ben, ana, TYPE.text),
  ];
  const strangers: Entry[] = [];
  for (let i = 0; i < 1_024; i++) {
    const mallory = new Mallory(rig);
    strangers.push({ from: mallory.id, box: await mallory.presence() });
  }
  for (let at = 0; at < strangers.length; at += 256) {
    rig.inject(ben, [batchOf(strangers.slice(at, at + 256))]);
  }
  await rig.advance(3_000);
  rig.inject(ben, [batchOf(recorded)]);
  ana.stay.sendText("after");
  cem.stay.sendText("me too");
  await rig.advance(3_000);
  assertEquals(texts(ben), ["Ana: before", "Ana: after", "Cem: me too"]);
  assertEquals(peopleOf(ben).toSorted(), ["Ana", "Ben", "Cem"]);
  assertEquals(troubles(ben), [`repeated ${recorded.length}`]);
  endAll(rig);
});

// ---- who is outside -------------------------------------------------------------------------------------------

Deno.test("[J5] attack by a stranger: without the key there is one answer, and a recorded join opens nothing", async () => {
  const { rig, ana, ben } = await roomOfThree();
  const recorded = ben.sent.find((message) => typeof message === "string")! as string;
  const before = ana.received.length;
  const answers: (number | undefined)[] = [];
  const knock = (message: string | Bytes): void => {
    const closed: number[] = [];
    const port = portTo(() => undefined, (code) => void closed.push(code));
    const socket = rig.relay.accept(port, "https://bench.example");
    if (typeof message === "string") socket.onText(message);
    else socket.onBinary(message);
    socket.onClose();
    answers.push(closed[0]);
  };
  knock(recorded);
  knock(recorded.replace('"c":0', '"c":1'));
  const nowhere = { ...JSON.parse(recorded), r: encodeBase64url(randomBytes(16)) };
  knock(JSON.stringify(nowhere));
  assertEquals(answers.splice(0), [4401, 4401, 4401]);
  for (const message of [`{"t":"join"}`, "null", "[]", "", "x".repeat(5_000)]) knock(message);
  knock(ana.sent.find((message) => typeof message !== "string")! as Bytes);
  assertEquals(answers, [4400, 4400, 4400, 4400, 4400, 4400]);
  await rig.advance(500);
  assertEquals(ana.received.length, before);
  endAll(rig);
});

Deno.test("attack by one who left: the old link still opens the room, but only as a newcomer whom everybody sees", async () => {
  const { rig, ana, cem } = await roomOfThree();
  const former = idOf(cem);
  cem.stay.leave();
  await rig.advance(6_000);
  assertEquals(said(ana).at(-1), "left Cem");
  const again = await rig.join("Cem", { tap: true });
  await rig.advance(2_000);
  assertNotEquals(idOf(again), former);
  assertEquals(said(ana).at(-1), "joined Cem");
  assertEquals(texts(again), []);
  endAll(rig);
});
