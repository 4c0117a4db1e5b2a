// A lying bench and a forging member: whatever they do to frames is noticed by the tab, and never shown as somebody's
// word. Each attack is one test. Rules: lib/wire/PROTOCOL.md section 4, "Receive" and "Freshness".

import { assert, assertEquals } from "@std/assert";
import {
  images,
  peopleOf,
  prepared,
  type RigTab,
  said,
  SessionRig,
  texts,
} from "../support/session_rig.ts";
import { makeNoisePng } from "../support/image_samples.ts";
import {
  deriveRoomKeys,
  encodeImageHead,
  encodePresence,
  openBox,
  sealBox,
  signContent,
} from "../../lib/crypto/mod.ts";
import { randomBytes } from "../../lib/nacl.ts";
import { naclSigner, newAdminCommand } from "../../lib/proof/mod.ts";
import {
  type Bytes,
  encodeAdminRelayed,
  encodeBase64url,
  encodeBatch,
  encodeSigned,
  type Entry,
  idBytes,
  parseBenchFrame,
  parseContent,
  TYPE,
  utf8,
} from "../../lib/wire/mod.ts";

function batchOf(entries: readonly Entry[]): Bytes {
  return encodeBatch(
    entries.map(({ from, box }) => ({ from: idBytes(from), box })),
  );
}

function entriesOf(message: string | Bytes): readonly Entry[] {
  if (typeof message === "string") return [];
  const frame = parseBenchFrame(message);
  return frame?.tag === "batch" ? frame.entries : [];
}

/** Entries that hold content of this type from this tab, among what a tab received. */
function contentOf(rig: SessionRig, of: RigTab, by: RigTab, type: number): readonly Entry[] {
  const { messageKey } = deriveRoomKeys(rig.secret);
  return of.received.flatMap(entriesOf).filter(({ from, box }) => {
    if (from !== by.stay.view.me!.memberId) return false;
    const opened = openBox(box, messageKey);
    const content = opened === null ? null : parseContent(opened);
    return content?.tag === "signed" && content.type === type;
  });
}

async function roomOfThree(): Promise<{ rig: SessionRig; ana: RigTab; ben: RigTab; cem: RigTab }> {
  const rig = new SessionRig();
  const ana = await rig.join("Ana", { admin: true });
  const ben = await rig.join("Ben", { tap: true });
  const cem = await rig.join("Cem", { tap: true });
  await rig.advance(3_000);
  for (const tab of rig.tabs) assertEquals(peopleOf(tab).length, 3);
  return { rig, ana, ben, cem };
}

const troubles = (tab: RigTab): readonly string[] =>
  said(tab).filter((line) => /^(gap|forged|unproven|repeated|unreadable)/.test(line));

function endAll(rig: SessionRig): void {
  for (const tab of rig.tabs) tab.stay.leave();
}

Deno.test("lying bench: a swapped sender is forged, and not shown", async () => {
  const { rig, ana, ben, cem } = await roomOfThree();
  const cemId = cem.stay.view.me!.memberId;
  ben.tamper = (message) => {
    const entries = entriesOf(message);
    return entries.length === 0
      ? [message]
      : [batchOf(entries.map(({ box }) => ({ from: cemId, box })))];
  };
  ana.stay.sendText("I am Ana");
  await rig.advance(500);
  assertEquals(texts(ben), []);
  assertEquals(troubles(ben), ["forged 1"]);
  endAll(rig);
});

Deno.test("[F7] lying bench: a replayed message is dropped and noticed", async () => {
  const { rig, ana, ben } = await roomOfThree();
  ana.stay.sendText("yes, do it");
  await rig.advance(500);
  const [entry] = contentOf(rig, ben, ana, TYPE.text);
  rig.inject(ben, [batchOf([entry!])]);
  await rig.advance(500);
  assertEquals(texts(ben), ["Ana: yes, do it"]);
  assertEquals(troubles(ben), ["repeated 1"]);
  endAll(rig);
});

Deno.test("[D10] lying bench: the same frame twice in one batch shows once and is noticed", async () => {
  const { rig, ana, ben } = await roomOfThree();
  ben.tamper = (message) => {
    const entries = entriesOf(message);
    return entries.length === 0 ? [message] : [batchOf(entries.flatMap((entry) => [entry, entry]))];
  };
  ana.stay.sendText("once");
  await rig.advance(500);
  assertEquals(texts(ben), ["Ana: once"]);
  assertEquals(troubles(ben), ["repeated 1"]);
  endAll(rig);
});

Deno.test("lying bench: reordered messages show a gap, and the late one is dropped", async () => {
  const { rig, ana, ben } = await roomOfThree();
  const held: Entry[] = [];
  ben.tamper = (message) => {
    const entries = entriesOf(message);
    if (entries.length === 0) return [message];
    held.push(...entries);
    return held.length < 2 ? [] : [batchOf(held.splice(0).reverse())];
  };
  ana.stay.sendText("first");
  await rig.settle();
  ana.stay.sendText("second");
  await rig.advance(500);
  assertEquals(texts(ben), ["Ana: second"]);
  assertEquals(troubles(ben), ["gap Ana 1", "repeated 1"]);
  endAll(rig);
});

Deno.test("lying bench: a dropped message shows as a gap at the next one", async () => {
  const { rig, ana, ben } = await roomOfThree();
  let dropped = 0;
  ben.tamper = (message) => entriesOf(message).length > 0 && dropped++ < 2 ? [] : [message];
  ana.stay.sendText("lost");
  await rig.settle();
  ana.stay.sendText("lost too");
  await rig.settle();
  ana.stay.sendText("arrives");
  await rig.advance(500);
  assertEquals(texts(ben), ["Ana: arrives"]);
  assertEquals(troubles(ben), ["gap Ana 2"]);
  endAll(rig);
});

Deno.test("[F9] lying bench: a dropped last message shows half a minute later", async () => {
  const { rig, ana, ben } = await roomOfThree();
  let isDropped = false;
  ben.tamper = (message) => {
    if (entriesOf(message).length === 0 || isDropped) return [message];
    isDropped = true;
    return [];
  };
  ana.stay.sendText("the last word");
  await rig.advance(25_000);
  assertEquals(troubles(ben), []);
  await rig.advance(10_000);
  assertEquals(texts(ben), []);
  assertEquals(troubles(ben), ["gap Ana 1"]);
  endAll(rig);
});

Deno.test("lying bench: old frames to a newcomer are not shown, and noticed", async () => {
  const { rig, ana, ben } = await roomOfThree();
  ana.stay.sendText("before you came");
  await rig.advance(500);
  const old = contentOf(rig, ben, ana, TYPE.text);
  const oldPresences = contentOf(rig, ben, ana, TYPE.presence);
  assert(old.length === 1 && oldPresences.length > 0);
  const dan = await rig.join("Dan");
  // Before Ana can prove herself to Dan, the bench plays her old introduction and her old word.
  dan.tamper = (message) => entriesOf(message).length > 0 ? [] : [message];
  await rig.advance(300);
  rig.inject(dan, [batchOf([...oldPresences, ...old])]);
  await rig.advance(300);
  assertEquals(texts(dan), []);
  assertEquals(troubles(dan), ["unproven 1"]);
  assertEquals(peopleOf(dan), ["Dan"]);
  // And once Ana has proved herself, her old word is a number that does not rise.
  dan.tamper = null;
  await rig.advance(12_000);
  assertEquals(peopleOf(dan).toSorted(), ["Ana", "Ben", "Cem", "Dan"]);
  rig.inject(dan, [batchOf(old)]);
  await rig.advance(300);
  assertEquals(texts(dan), []);
  assertEquals(troubles(dan), ["unproven 1", "repeated 1"]);
  endAll(rig);
});

Deno.test("[F8] lying bench: a departed member's frames replayed bring neither it nor its words back", async () => {
  const { rig, ana, ben, cem } = await roomOfThree();
  cem.stay.sendText("I was here");
  await rig.advance(500);
  const recorded = [
    ...contentOf(rig, ben, cem, TYPE.presence),
    ...contentOf(rig, ben, cem, TYPE.text),
  ];
  cem.stay.leave();
  await rig.advance(6_000);
  assertEquals(peopleOf(ben).toSorted(), ["Ana", "Ben"]);
  rig.inject(ben, [batchOf(recorded)]);
  await rig.advance(6_000);
  assertEquals(texts(ben), ["Cem: I was here"]);
  assertEquals(peopleOf(ben).toSorted(), ["Ana", "Ben"]);
  assertEquals(troubles(ben), [`repeated ${recorded.length}`]);
  ana.stay.leave();
  ben.stay.leave();
});

Deno.test("lying bench: a room of strangers it invents cannot speak, and flipped bits show as unreadable", async () => {
  const { rig, ana, ben } = await roomOfThree();
  ana.stay.sendText("whole");
  await rig.advance(500);
  const [entry] = contentOf(rig, ben, ana, TYPE.text);
  const bent = entry!.box.slice();
  bent[100]! ^= 1;
  rig.inject(ben, [
    batchOf([{ from: entry!.from, box: bent }, { from: entry!.from, box: randomBytes(1064) }]),
  ]);
  rig.inject(ben, [`{"t":"hi"}`, "not json", new Uint8Array([0x81]), new Uint8Array([0x77, 1, 2])]);
  await rig.advance(500);
  assertEquals(texts(ben), ["Ana: whole"]);
  assertEquals(troubles(ben), ["unreadable 6"]);
  assertEquals(ben.stay.view.phase, { tag: "live" });
  endAll(rig);
});

Deno.test("lying bench: it says that somebody left who is still here; the next word brings that person back", async () => {
  const { rig, ana, ben } = await roomOfThree();
  rig.inject(ben, [JSON.stringify({ t: "left", m: ana.stay.view.me!.memberId })]);
  await rig.advance(6_000);
  assertEquals(peopleOf(ben).toSorted(), ["Ben", "Cem"]);
  ana.stay.sendText("still here");
  await rig.advance(500);
  assertEquals(texts(ben), ["Ana: still here"]);
  assertEquals(peopleOf(ben).toSorted(), ["Ana", "Ben", "Cem"]);
  endAll(rig);
});

Deno.test("lying bench: an own box under another's name, and another's box under our own, are forged", async () => {
  const { rig, ana, ben } = await roomOfThree();
  ben.stay.sendText("mine");
  await rig.advance(500);
  const [own] = contentOf(rig, ben, ben, TYPE.text);
  ana.stay.sendText("hers");
  await rig.advance(500);
  const [hers] = contentOf(rig, ben, ana, TYPE.text);
  rig.inject(ben, [
    batchOf([{ from: hers!.from, box: own!.box }, { from: own!.from, box: hers!.box }]),
  ]);
  await rig.advance(500);
  assertEquals(troubles(ben), ["forged 2"]);
  assertEquals(texts(ben), ["Ben: mine", "Ana: hers"]);
  endAll(rig);
});

/** A member who holds the room's key and does as it likes; colluding with a bench that says what it wants. */
function forger(rig: SessionRig): {
  readonly signer: ReturnType<typeof naclSigner>;
  box(type: number, seq: number, body: Uint8Array): Promise<Bytes>;
  seal(content: Uint8Array): Bytes;
} {
  const keys = deriveRoomKeys(rig.secret);
  const signer = naclSigner(randomBytes(32));
  return {
    signer,
    box: async (type, seq, body) =>
      sealBox(await signContent(signer, keys.roomId, type, seq, body), keys.messageKey),
    seal: (content) => sealBox(content, keys.messageKey),
  };
}

Deno.test("forging member: words under another's key and id do not verify, and move no counter", async () => {
  const { rig, ana, ben } = await roomOfThree();
  ana.stay.sendText("one");
  await rig.advance(500);
  const { messageKey } = deriveRoomKeys(rig.secret);
  const [entry] = contentOf(rig, ben, ana, TYPE.text);
  const content = parseContent(openBox(entry!.box, messageKey)!);
  if (content?.tag !== "signed") throw new TypeError("a text is signed");
  const forge = forger(rig);
  const forged = forge.seal(encodeSigned({ ...content, seq: 9, body: utf8("send money") }));
  const zeros = forge.seal(encodeSigned({ ...content, signature: new Uint8Array(64), seq: 10 }));
  rig.inject(ben, [
    batchOf([{ from: entry!.from, box: forged }, { from: entry!.from, box: zeros }]),
  ]);
  await rig.advance(500);
  ana.stay.sendText("two");
  await rig.advance(500);
  assertEquals(texts(ben), ["Ana: one", "Ana: two"]);
  assertEquals(troubles(ben), ["forged 2"]);
  endAll(rig);
});

Deno.test("forging member: an admin command, a badge and a room's end by another key are not the admin's", async () => {
  const { rig, ben, cem } = await roomOfThree();
  const forge = forger(rig);
  const { roomId } = deriveRoomKeys(rig.secret);
  const roomNonce = randomBytes(32);
  const command = await newAdminCommand(forge.signer, { roomId, roomNonce }, Date.now(), 2);
  rig.inject(ben, [encodeAdminRelayed(command)]);
  // The right admin, but another instance of the room: recorded yesterday.
  const old = await newAdminCommand(
    naclSigner(rig.adminSeed),
    { roomId, roomNonce },
    Date.now(),
    2,
  );
  rig.inject(ben, [encodeAdminRelayed(old)]);
  await rig.advance(500);
  assertEquals(ben.stay.view.phase, { tag: "live" });
  assertEquals(troubles(ben), ["forged 2"]);
  assertEquals(cem.stay.view.phase, { tag: "live" });
  endAll(rig);
});

Deno.test("[A4] lying bench: it can end the room, but not in the admin's name", async () => {
  const { rig, ben } = await roomOfThree();
  rig.inject(ben, [JSON.stringify({ t: "adm", ac: 9_007_199_254_740_991 })]);
  rig.closeTab(ben, 4410);
  await rig.advance(500);
  assertEquals(ben.stay.view.phase, { tag: "ended", reason: "gone-says-bench" });
  endAll(rig);
});

Deno.test("lying bench: a counter it invents does not make tabs deaf to the admin", async () => {
  const { rig, ana, ben } = await roomOfThree();
  rig.inject(ben, [JSON.stringify({ t: "adm", ac: 9_007_199_254_740_991 })]);
  const deleted = ana.stay.deleteRoom();
  await rig.advance(6_000);
  assertEquals(await deleted, true);
  assertEquals(ben.stay.view.phase, { tag: "ended", reason: "deleted-by-admin" });
  endAll(rig);
});

Deno.test("forging member: chunks for another's picture, and false or missing ones, end it at once", async () => {
  const { rig, ana, ben, cem } = await roomOfThree();
  const file = makeNoisePng(700_000, 9);
  const image = await prepared(ana, file);
  // The bench gives Ana's chunks to Ben under Cem's name: nobody awaits them from Cem, so nothing arrives.
  const cemId = cem.stay.view.me!.memberId;
  ben.tamper = (message) => {
    const entries = entriesOf(message);
    if (entries.length === 0) return [message];
    return [
      batchOf(
        entries.map(({ from, box }) => box.length > 60_000 ? { from: cemId, box } : { from, box }),
      ),
    ];
  };
  ana.stay.sendImage(image);
  await rig.advance(5_000);
  assertEquals(images(ben)[0]!.transfer, { tag: "moving", doneBytes: 0 });
  assertEquals(images(cem)[0]!.transfer.tag, "complete");
  // And a dropped chunk in the middle breaks a second picture, said as such.
  let chunks = 0;
  ben.tamper = (message) => {
    const entries = entriesOf(message);
    const kept = entries.filter(({ box }) => box.length < 60_000 || ++chunks !== 2);
    return kept.length === entries.length ? [message] : kept.length === 0 ? [] : [batchOf(kept)];
  };
  ana.stay.sendImage(image);
  await rig.advance(5_000);
  assertEquals(images(ben)[1]!.transfer, { tag: "broken", reason: "piece-missing" });
  endAll(rig);
});

Deno.test("forging member: a head that lies about its size or count is unreadable, a bomb of pixels is not shown", async () => {
  const { rig, ben } = await roomOfThree();
  const forge = forger(rig);
  const { memberIdOfForger } = await introduce(rig, ben, forge);
  const head = {
    transfer: encodeBase64url(randomBytes(16)),
    kind: "png" as const,
    widthPx: 10,
    heightPx: 10,
    totalBytes: 1_000,
    chunkHashes: [randomBytes(32), randomBytes(32)],
  };
  const bad = await forge.box(TYPE.imageHead, 1, encodeImageHead(head));
  const huge = await forge.box(
    TYPE.imageHead,
    2,
    encodeImageHead({ ...head, widthPx: 50_000, chunkHashes: [randomBytes(32)] }),
  );
  const notJson = await forge.box(TYPE.imageHead, 3, utf8("{"));
  rig.inject(ben, [batchOf([bad, huge, notJson].map((box) => ({ from: memberIdOfForger, box })))]);
  await rig.advance(500);
  assertEquals(images(ben), []);
  assertEquals(troubles(ben), ["unreadable 3"]);
  endAll(rig);
});

async function introduce(rig: SessionRig, to: RigTab, forge: ReturnType<typeof forger>) {
  const { deriveMemberId } = await import("../../lib/proof/mod.ts");
  const memberIdOfForger = deriveMemberId(forge.signer.publicKey);
  // The nonce that the tab draws is in its own presence, which every member can open.
  const { messageKey } = deriveRoomKeys(rig.secret);
  const nonces = to.sent.flatMap((message) => {
    if (typeof message === "string" || message[0] !== 0x01) return [];
    const opened = openBox(message.subarray(1), messageKey);
    const content = opened === null ? null : parseContent(opened);
    if (content?.tag !== "signed" || content.type !== TYPE.presence) return [];
    return [(JSON.parse(new TextDecoder().decode(content.body)) as { n: string }).n];
  });
  const box = await forge.box(
    TYPE.presence,
    1,
    encodePresence({
      nonce: encodeBase64url(randomBytes(16)),
      boxPublicKey: randomBytes(32),
      name: "Mallory\u202e<img onerror=alert(1)>",
      contentSeq: 0,
      echoes: [nonces.at(-1)!],
      badge: { adminPublicKey: forge.signer.publicKey, signature: randomBytes(64) },
      asksAgain: false,
    }),
  );
  rig.inject(to, [batchOf([{ from: memberIdOfForger, box }])]);
  await rig.advance(500);
  const shown = to.stay.view.people.find(({ memberId }) => memberId === memberIdOfForger);
  assertEquals(shown?.name, "Mallory<img onerror=alert(1)>");
  assertEquals(shown?.isAdmin, false);
  return { memberIdOfForger };
}

Deno.test("[F4] a recording that asks for answers is answered three times at most", async () => {
  const { rig, ana, ben } = await roomOfThree();
  const forge = forger(rig);
  const { deriveMemberId } = await import("../../lib/proof/mod.ts");
  const from = deriveMemberId(forge.signer.publicKey);
  const presence = await forge.box(
    TYPE.presence,
    1,
    encodePresence({
      nonce: encodeBase64url(randomBytes(16)),
      boxPublicKey: randomBytes(32),
      name: "Echo",
      contentSeq: 0,
      echoes: [],
      badge: null,
      asksAgain: true,
    }),
  );
  const before = ben.sent.length;
  for (let i = 0; i < 50; i++) {
    rig.inject(ben, [batchOf([{ from, box: presence }])]);
    await rig.advance(400);
  }
  assertEquals(ben.sent.length - before, 3);
  assertEquals(peopleOf(ben).toSorted(), ["Ana", "Ben", "Cem"]);
  ana.stay.leave();
  endAll(rig);
});
