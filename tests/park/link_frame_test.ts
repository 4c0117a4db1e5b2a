// What two paired benches say to each other about a room: the published frame, every kind there and back, and nothing that was
// touched, cut, thrown back, carried over or made up.

import { assert, assertEquals, assertThrows } from "@std/assert";
import nacl from "tweetnacl";
import { linkSubjects } from "../../lib/park/subjects.ts";
import {
  encodeData,
  encodeLinkMessage,
  encodeTo,
  LINK_ENDS,
  LINK_FRAME_OVERHEAD_BYTES,
  type LinkEnd,
  linkKeys,
  type LinkMessage,
  LinkOpener,
  LinkSealer,
  MAX_LINK_FRAME_BYTES,
  parseLinkMessage,
} from "../../lib/park/link_frame.ts";
import {
  ADMIN_REFUSALS,
  BOX_BYTES,
  concatBytes,
  ENTRY_HEAD_BYTES,
  idBytes,
  MAX_ADMIN_BYTES,
  MAX_BENCHES_OF_ROOM,
  MAX_LINK_DATA_BYTES,
  memberIdOf,
  MIN_BUS_PAYLOAD_BYTES,
  u32,
  u64,
} from "../../lib/wire/mod.ts";
import { Seeded } from "../support/seeded.ts";
import { hex, vectors } from "../support/vectors.ts";

const { link } = vectors;
const root = () => hex(vectors.pairing.root);
const STATE = { tag: "state", local: 2, total: 5, isPublic: true } as const;

/** One way of a link with the keys of the vectors. */
function way(direction: "hubToSpoke" | "spokeToHub" = "hubToSpoke") {
  const sealer = new LinkSealer(linkKeys(root())[direction]);
  const opener = new LinkOpener(linkKeys(root())[direction]);
  return { sealer, opener };
}

const random = new Seeded(50);
const ID = memberIdOf(random.bytes(16));
const OTHER = memberIdOf(random.bytes(16));
const bench = (n: number) => ({
  fp: new Uint8Array(16).fill(n),
  label: `oak-${n}`,
  url: n % 2 === 0 ? `https://oak-${n}.example` : "",
  count: n,
  isUp: n % 3 !== 0,
  isHub: n === 0,
});
const MESSAGES: readonly Exclude<LinkMessage, { tag: "data" | "to" }>[] = [
  { tag: "admin", frame: random.bytes(250) },
  { tag: "admin", frame: random.bytes(MAX_ADMIN_BYTES) },
  STATE,
  { tag: "state", local: 65_535, total: 0, isPublic: false },
  ...(Object.keys(LINK_ENDS) as LinkEnd[]).map((why) => ({ tag: "close" as const, why })),
  { tag: "confirm" },
  { tag: "left", memberIds: [ID] },
  { tag: "benches", benches: [] },
  { tag: "benches", benches: Array.from({ length: MAX_BENCHES_OF_ROOM }, (_, n) => bench(n)) },
  { tag: "taken", seq: 1 },
  { tag: "taken", seq: Number.MAX_SAFE_INTEGER },
  ...ADMIN_REFUSALS.map((why) => ({ tag: "refused" as const, ctr: 7, lastCtr: 2 ** 40, why })),
];
const dataOf = (...lengths: number[]) =>
  lengths.map((length, i) => ({
    from: new Uint8Array(16).fill(i + 1),
    box: random.bytes(length),
  }));

Deno.test("[K1] the published keys and subjects of a root, one each way", () => {
  assertEquals(linkKeys(root()), { hubToSpoke: hex(link.kHS), spokeToHub: hex(link.kSH) });
  assertEquals(linkSubjects(root()), {
    hubToSpoke: link.subject_hub_to_spoke,
    spokeToHub: link.subject_spoke_to_hub,
  });
});

Deno.test("[K2] [K5] the published STATE is the first frame of the hub, byte for byte", () => {
  const { sealer, opener } = way();
  const frame = sealer.seal(encodeLinkMessage(STATE));
  assertEquals(frame.toHex(), link.STATE_local2_total5_public_seq1_hub_to_spoke);
  assertEquals(parseLinkMessage(opener.open(frame)!), STATE);
  assertEquals([sealer.seq, opener.seq], [1, 1]);
});

Deno.test("[K1] [K2] a frame is its number and tweetnacl's secretbox under that number", () => {
  const { sealer } = way("spokeToHub");
  sealer.seal(new Uint8Array(1));
  const inner = random.bytes(333);
  const nonce = concatBytes(new TextEncoder().encode("bt1link\0"), new Uint8Array(8), u64(2));
  assertEquals(
    sealer.seal(inner),
    concatBytes(u64(2), nacl.secretbox(inner, nonce, hex(link.kSH))),
  );
});

Deno.test("[K3] every kind comes back as it was meant", () => {
  for (const message of MESSAGES) {
    assertEquals(parseLinkMessage(encodeLinkMessage(message)), message);
  }
  for (const lengths of [[BOX_BYTES[0]!], [...BOX_BYTES.slice(0, 3)], [BOX_BYTES.at(-1)!]]) {
    const entries = dataOf(...lengths);
    assertEquals(parseLinkMessage(encodeData(entries)), {
      tag: "data",
      entries: entries.map(({ from, box }) => ({ from: memberIdOf(from), box })),
    });
  }
  const box = random.bytes(BOX_BYTES[1]!);
  assertEquals(parseLinkMessage(encodeTo(idBytes(ID), idBytes(OTHER), box)), {
    tag: "to",
    from: ID,
    to: OTHER,
    box,
  });
});

Deno.test("[K3] no other kind, no kind cut short or made longer, is taken for one of its bytes' kind", () => {
  for (let kind = 0; kind < 256; kind++) {
    if (kind >= 1 && kind <= 10) continue;
    assertEquals(parseLinkMessage(concatBytes(new Uint8Array([kind]), random.bytes(300))), null);
  }
  assertEquals(parseLinkMessage(new Uint8Array(0)), null);
  const fixed = MESSAGES.filter(({ tag }) => tag !== "admin" && tag !== "benches");
  for (const message of fixed) {
    const inner = encodeLinkMessage(message);
    for (let length = 1; length < inner.length; length++) {
      assertEquals(parseLinkMessage(inner.subarray(0, length)), null, `${message.tag} ${length}`);
    }
    assertEquals(parseLinkMessage(concatBytes(inner, new Uint8Array(1))), null);
  }
  // A list may be cut between two benches, and nowhere else.
  const list = encodeLinkMessage({ tag: "benches", benches: [bench(0), bench(1)] });
  const one = encodeLinkMessage({ tag: "benches", benches: [bench(0)] }).length;
  for (let length = 2; length < list.length; length++) {
    assertEquals(parseLinkMessage(list.subarray(0, length)) === null, length !== one, `${length}`);
  }
  const data = encodeData(dataOf(296, 296));
  for (let length = 1; length < data.length; length++) {
    const isWhole = length === 1 + ENTRY_HEAD_BYTES + 296;
    assertEquals(parseLinkMessage(data.subarray(0, length)) !== null, isWhole, `${length}`);
  }
});

Deno.test("[K3] a box of no length that boxes have, a label or a flag that nobody has, is none", () => {
  for (const length of [0, 1, 295, 297, 262_185]) {
    const entry = concatBytes(idBytes(ID), u32(length), new Uint8Array(length));
    assertEquals(parseLinkMessage(concatBytes(new Uint8Array([1]), entry)), null);
    assertEquals(
      parseLinkMessage(encodeTo(idBytes(ID), idBytes(OTHER), random.bytes(length))),
      null,
    );
  }
  // Said to be longer than all that is there.
  const short = concatBytes(new Uint8Array([1]), idBytes(ID), u32(296), new Uint8Array(295));
  assertEquals(parseLinkMessage(short), null);
  for (const label of ["", "o k", "x".repeat(64), "<b>"]) {
    const inner = encodeLinkMessage({ tag: "benches", benches: [{ ...bench(1), label }] });
    assertEquals(parseLinkMessage(inner), null, label);
  }
  const flagged = encodeLinkMessage({ tag: "benches", benches: [bench(1)] });
  flagged[1 + 16 + 2] = 4;
  assertEquals(parseLinkMessage(flagged), null);
  const crowd = Array.from({ length: MAX_BENCHES_OF_ROOM + 1 }, (_, n) => bench(n));
  assertEquals(parseLinkMessage(encodeLinkMessage({ tag: "benches", benches: crowd })), null);
  assertEquals(parseLinkMessage(new Uint8Array([3, 0, 1, 0, 1, 2])), null);
  assertEquals(parseLinkMessage(new Uint8Array([4, 0])), null);
  assertEquals(parseLinkMessage(new Uint8Array([4, 6])), null);
  assertEquals(
    parseLinkMessage(concatBytes(new Uint8Array([2]), new Uint8Array(MAX_ADMIN_BYTES + 1))),
    null,
  );
});

Deno.test("[B5] [K12] an address that nobody may show is shown as none", () => {
  const urls = ["javascript:alert(1)", "http://evil.example", "https://a.example/path", "https://"];
  const benches = urls.map((url) => ({ ...bench(1), url }));
  assertEquals(parseLinkMessage(encodeLinkMessage({ tag: "benches", benches })), {
    tag: "benches",
    benches: benches.map((each) => ({ ...each, url: "" })),
  });
});

Deno.test("[K3] DATA of exactly 262,400 bytes goes, one entry more does not; and its frame fits every bus of ours", () => {
  assertEquals(MAX_LINK_DATA_BYTES, 262_400);
  assertEquals(MAX_LINK_FRAME_BYTES, 262_425);
  assert(MAX_LINK_FRAME_BYTES <= MIN_BUS_PAYLOAD_BYTES);
  // 829 entries of 316 bytes are 261,964; none of the lengths of boxes fills it to the byte, so the bound is shown by a frame.
  const most = Math.floor(MAX_LINK_DATA_BYTES / (ENTRY_HEAD_BYTES + 296));
  const entries = dataOf(...Array.from({ length: most + 1 }, () => 296));
  assertEquals(parseLinkMessage(encodeData(entries.slice(0, most)))?.tag, "data");
  assertThrows(() => encodeData(entries), RangeError);
  const tooLong = concatBytes(
    new Uint8Array([1]),
    ...entries.map(({ from, box }) => concatBytes(from, u32(box.length), box)),
  );
  assertEquals(parseLinkMessage(tooLong), null);
  for (const [innerBytes, isOpened] of [[262_401, true], [262_402, false]] as const) {
    const { sealer, opener } = way();
    const frame = sealer.seal(new Uint8Array(innerBytes));
    assertEquals(frame.length - LINK_FRAME_OVERHEAD_BYTES, innerBytes);
    assertEquals(opener.open(frame) !== null, isOpened);
  }
  assertEquals(way().opener.open(way().sealer.seal(new Uint8Array(0))), null);
});

Deno.test("[K2] one flipped bit in any byte opens to nothing, nor does any shorter or longer frame, and the number stays", () => {
  const { sealer, opener } = way();
  const frame = sealer.seal(encodeData(dataOf(296)));
  for (let at = 0; at < frame.length; at++) {
    for (const bit of [1, 0x80]) {
      const changed = frame.slice();
      changed[at]! ^= bit;
      assertEquals(opener.open(changed), null, `byte ${at}`);
    }
  }
  for (let length = 0; length < frame.length; length++) {
    assertEquals(opener.open(frame.subarray(0, length)), null);
  }
  assertEquals(opener.open(concatBytes(frame, new Uint8Array(1))), null);
  assertEquals(opener.seq, 0);
  assert(opener.open(frame) !== null);
});

Deno.test("[K2] the number moves only with a frame that opens: a false high one blocks nothing, a true one is taken once", () => {
  const { sealer, opener } = way();
  const frames = [1, 2, 3].map(() => sealer.seal(encodeLinkMessage(STATE)));
  const high = frames[0]!.slice();
  high.set(u64(2 ** 50));
  assertEquals([opener.open(high), opener.seq], [null, 0]);
  assert(opener.open(frames[1]!) !== null);
  assertEquals(opener.seq, 2);
  // Older, and the very same again.
  assertEquals([opener.open(frames[0]!), opener.open(frames[1]!)], [null, null]);
  assert(opener.open(frames[2]!) !== null);
  const beyond = frames[2]!.slice();
  beyond.set(new Uint8Array(8).fill(255));
  assertEquals([opener.open(beyond), opener.seq], [null, 3]);
});

Deno.test("[K1] what is thrown back, or carried over to another link, does not open", () => {
  const hub = way("hubToSpoke");
  const spoke = way("spokeToHub");
  const frame = hub.sealer.seal(encodeLinkMessage(STATE));
  assertEquals(spoke.opener.open(frame), null);
  const otherRoot = root();
  otherRoot[0]! ^= 1;
  const other = linkKeys(otherRoot);
  for (const key of [other.hubToSpoke, other.spokeToHub]) {
    assertEquals(new LinkOpener(key).open(frame), null);
  }
  const subjects = [root(), otherRoot].flatMap((each) => Object.values(linkSubjects(each)));
  assertEquals(new Set(subjects).size, 4);
});

Deno.test("[K6] a wiped key opens and seals nothing that the other side would take", () => {
  const { sealer, opener } = way();
  const frame = sealer.seal(encodeLinkMessage(STATE));
  opener.wipe();
  assertEquals(opener.open(frame), null);
  sealer.wipe();
  assertEquals(way().opener.open(sealer.seal(encodeLinkMessage(STATE))), null);
});

Deno.test("[K3] 20,000 random inners, and as many changed ones of true words, never throw and never parse to what they do not say", () => {
  const fuzz = new Seeded(51);
  const trueInners = [...MESSAGES.map(encodeLinkMessage), encodeData(dataOf(296, 1_064))];
  let taken = 0;
  for (let round = 0; round < 20_000; round++) {
    const inner = fuzz.bytes(1 + fuzz.below(80));
    inner[0] = fuzz.below(12);
    const changed = fuzz.pick(trueInners).slice(0, 400);
    changed[fuzz.below(changed.length)]! ^= 1 << fuzz.below(8);
    for (const each of [inner, changed]) {
      const message = parseLinkMessage(each);
      if (message === null) continue;
      taken++;
      // Whatever was taken says, encoded again, the very same bytes; but an address may have been dropped.
      const again = message.tag === "data"
        ? encodeData(message.entries.map(({ from, box }) => ({ from: idBytes(from), box })))
        : message.tag === "to"
        ? encodeTo(idBytes(message.from), idBytes(message.to), message.box)
        : encodeLinkMessage(message);
      if (message.tag !== "benches") assertEquals(again, each);
    }
  }
  assert(taken > 1_000);
});

Deno.test("[K1] 20,000 random frames open nothing and move nothing", () => {
  const fuzz = new Seeded(52);
  const { opener } = way();
  for (let round = 0; round < 20_000; round++) {
    const frame = fuzz.bytes(fuzz.below(60));
    if (frame.length >= 8) frame.fill(0, 0, 6);
    assertEquals(opener.open(frame), null);
  }
  assertEquals(opener.seq, 0);
});
