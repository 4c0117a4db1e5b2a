// [F1] [F6] [I1] [I2] Bodies: what a member writes comes back, and what a hostile one writes is nothing.

import { assert, assertEquals } from "@std/assert";
import {
  checkBadge,
  chunkCount,
  encodeImageHead,
  encodePresence,
  type ImageHead,
  MAX_ECHOES,
  newBadge,
  parseImageHead,
  parsePresence,
  type Presence,
} from "../../lib/crypto/bodies.ts";
import { naclSigner, type Verify } from "../../lib/proof/mod.ts";
import { verifyWithNode } from "../../lib/relay/node_ed25519.ts";
import {
  encodeBase64url,
  MAX_BODY_BYTES,
  MAX_CHUNK_BYTES,
  roomIdOf,
  utf8,
} from "../../lib/wire/mod.ts";
import { nodeSigner } from "../support/node_signer.ts";
import { Seeded } from "../support/seeded.ts";
import { hex, VECTOR_ROOM_ID, vectorAdminSeed, vectors } from "../support/vectors.ts";

const random = new Seeded(77);
const nonce = () => encodeBase64url(random.bytes(16));

const PRESENCE: Presence = {
  nonce: nonce(),
  boxPublicKey: hex(vectors.join.boxPub),
  name: "Ana",
  contentSeq: 4,
  echoes: [nonce(), nonce()],
  badge: { adminPublicKey: hex(vectors.room.adminPub), signature: hex(vectors.join.badge) },
  asksAgain: true,
};

const headOf = (totalBytes: number): ImageHead => ({
  transfer: nonce(),
  kind: "png",
  widthPx: 640,
  heightPx: 480,
  totalBytes,
  chunkHashes: Array.from({ length: chunkCount(totalBytes) }, () => random.bytes(32)),
});

type Json = Record<string, unknown>;
const change = (bytes: Uint8Array, changes: Json): Uint8Array =>
  utf8(JSON.stringify({ ...JSON.parse(new TextDecoder().decode(bytes)), ...changes }));

Deno.test("[F1] a presence comes back, with and without what it may leave out", () => {
  assertEquals(parsePresence(encodePresence(PRESENCE)), PRESENCE);
  const bare: Presence = {
    ...PRESENCE,
    name: "",
    contentSeq: 0,
    echoes: [],
    badge: null,
    asksAgain: false,
  };
  assertEquals(parsePresence(encodePresence(bare)), bare);
});

Deno.test("[F5] a presence's name is cleaned by who hears it, whatever its sender did", () => {
  const evil = { ...PRESENCE, name: `\u202eadmin${"x".repeat(100_000)}` };
  assertEquals(parsePresence(encodePresence(evil))?.name, `admin${"x".repeat(27)}`);
});

Deno.test("[F1] a presence with one wrong field is nothing", () => {
  const good = encodePresence(PRESENCE);
  const wrong: Record<string, readonly unknown[]> = {
    n: [undefined, null, 1, "", "A", nonce().slice(1), `${nonce()}A`, [nonce()], {}],
    box: [undefined, null, 1, "", "A", nonce(), [], {}],
    name: [undefined, null, 1, ["Ana"], { toString: "Ana" }, true],
    cs: [undefined, null, -1, 0.5, "4", 2 ** 53, [4], {}],
    echo: [
      undefined,
      null,
      "",
      nonce(),
      {},
      { length: 1, 0: nonce() },
      [1],
      [null],
      [""],
      [[nonce()]],
      [nonce(), `${nonce()}A`],
      Array.from({ length: MAX_ECHOES + 1 }, nonce),
    ],
    adm: [
      null,
      1,
      "",
      {},
      [],
      [nonce()],
      [encodeBase64url(random.bytes(32))],
      [null, null],
      [encodeBase64url(random.bytes(32)), encodeBase64url(random.bytes(63))],
      { 0: encodeBase64url(random.bytes(32)), 1: encodeBase64url(random.bytes(64)) },
    ],
  };
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) {
      const body = change(good, { [field]: value });
      // A badge may be left out; everything else may not.
      if (field === "adm" && value === undefined) continue;
      assertEquals(parsePresence(body), null, `${field} ${JSON.stringify(value)}`);
    }
  }
  assert(parsePresence(change(good, { echo: Array.from({ length: MAX_ECHOES }, nonce) })) !== null);
});

Deno.test("[F1] a presence of a full room fits the 16 KiB box that comes back to its sender", () => {
  const full = { ...PRESENCE, name: "🪑".repeat(32), echoes: Array.from({ length: 512 }, nonce) };
  const signedHeadBytes = 106;
  assert(encodePresence(full).length + signedHeadBytes + 4 <= 16_384);
});

Deno.test("[I1] a head comes back, for one chunk and for many", () => {
  for (const totalBytes of [1, MAX_CHUNK_BYTES, MAX_CHUNK_BYTES + 1, 10 * 1024 * 1024]) {
    const head = headOf(totalBytes);
    assertEquals(parseImageHead(encodeImageHead(head)), head);
  }
  assertEquals(chunkCount(MAX_CHUNK_BYTES), 1);
  assertEquals(chunkCount(MAX_CHUNK_BYTES + 1), 2);
  assertEquals(chunkCount(10 * 1024 * 1024), 41);
});

Deno.test("[I2] a head whose chunks do not fit its bytes is nothing", () => {
  for (const totalBytes of [1, MAX_CHUNK_BYTES, MAX_CHUNK_BYTES + 1, 5 * MAX_CHUNK_BYTES]) {
    const head = headOf(totalBytes);
    const { chunkHashes } = head;
    for (
      const hashes of [
        [],
        chunkHashes.slice(1),
        [...chunkHashes, random.bytes(32)],
        [...chunkHashes, ...chunkHashes],
      ]
    ) {
      if (hashes.length === chunkHashes.length) continue;
      assertEquals(parseImageHead(encodeImageHead({ ...head, chunkHashes: hashes })), null);
    }
  }
});

Deno.test("[I2] a head with one wrong field is nothing", () => {
  const good = encodeImageHead(headOf(100));
  const wrongSide = [undefined, null, 0, -1, 0.5, 8193, "640", 1e400, [640], {}];
  const wrong: Record<string, readonly unknown[]> = {
    x: [undefined, null, 1, "", nonce().slice(1), `${nonce()}=`, {}],
    m: [
      undefined,
      null,
      "",
      "svg",
      "PNG",
      "image/png",
      "heic",
      ["png"],
      "__proto__",
      "constructor",
    ],
    w: wrongSide,
    h: wrongSide,
    s: [undefined, null, 0, -1, 0.5, "100", 2 ** 31 + 1, 2 ** 53, 1e400, {}],
    c: [
      undefined,
      null,
      "",
      {},
      { length: 1, 0: encodeBase64url(random.bytes(32)) },
      [1],
      [null],
      [nonce()],
      [encodeBase64url(random.bytes(33))],
      [[encodeBase64url(random.bytes(32))]],
    ],
  };
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) {
      const body = change(good, { [field]: value });
      assertEquals(parseImageHead(body), null, `${field} ${JSON.stringify(value)}`);
    }
  }
  for (const side of [1, 8192]) assert(parseImageHead(change(good, { w: side, h: side })) !== null);
});

Deno.test("bodies that are no JSON object, or a huge one, are nothing and never throw", () => {
  const most = MAX_BODY_BYTES;
  const bodies = [
    "",
    "null",
    "1",
    '"n"',
    "[]",
    "{}",
    "{",
    "\ufeff{}",
    "[".repeat(most),
    '{"n":'.repeat(most / 5),
    `{"echo":[${"0,".repeat(most / 2 - 10)}0]}`,
    `{"c":[${"[],".repeat(most / 3 - 10)}0]}`,
    `{"name":"${"x".repeat(most - 20)}"}`,
    '{"__proto__":{"n":"x","name":"x","cs":1,"echo":[],"box":"x"}}',
    '{"constructor":{"prototype":{"n":1}},"toString":null,"hasOwnProperty":1}',
  ].map(utf8);
  for (const body of [...bodies, hex("ff"), hex("c080"), random.bytes(1_000)]) {
    assertEquals(parsePresence(body), null);
    assertEquals(parseImageHead(body), null);
  }
});

Deno.test("a prototype key in a body changes no prototype and fills no missing field", () => {
  const text = new TextDecoder().decode(encodePresence(PRESENCE));
  const poisoned = utf8(text.replace("{", '{"__proto__":{"polluted":1,"adm":5},'));
  assertEquals(parsePresence(poisoned), PRESENCE);
  assertEquals("polluted" in {}, false);
  const { name: _name, ...rest } = JSON.parse(text) as Json;
  const borrowed = JSON.stringify(rest).replace("{", '{"__proto__":{"name":"borrowed"},');
  assertEquals(parsePresence(utf8(borrowed)), null);
});

Deno.test("seeded changes of good bodies never throw", () => {
  const templates = [encodePresence(PRESENCE), encodeImageHead(headOf(MAX_CHUNK_BYTES * 2))];
  for (let i = 0; i < 10_000; i++) {
    const bytes = random.pick(templates).slice();
    for (let n = random.below(4) + 1; n > 0; n--) bytes[random.below(bytes.length)] = random.u32();
    const body = bytes.subarray(0, i % 3 === 0 ? random.below(bytes.length) : bytes.length);
    const presence = parsePresence(body);
    if (presence !== null) assertEquals(parsePresence(encodePresence(presence)), presence);
    const head = parseImageHead(body);
    if (head !== null) assertEquals(parseImageHead(encodeImageHead(head)), head);
  }
});

const verify: Verify = (publicKey, message, signature) =>
  Promise.resolve(verifyWithNode(publicKey, message, signature));

Deno.test("[F6] newBadge() makes the vectors' badge, and checkBadge() takes it", async () => {
  const badge = await newBadge(
    naclSigner(vectorAdminSeed()),
    VECTOR_ROOM_ID,
    hex(vectors.join.signPub),
  );
  assertEquals(badge.adminPublicKey.toHex(), vectors.room.adminPub);
  assertEquals(badge.signature.toHex(), vectors.join.badge);
  assert(
    await checkBadge(
      badge,
      hex(vectors.room.adminFp),
      VECTOR_ROOM_ID,
      hex(vectors.join.signPub),
      verify,
    ),
  );
});

Deno.test("[F6] a badge fits one admin, one room and one session, and no member can make or lend it", async () => {
  const badge = PRESENCE.badge!;
  const adminFp = hex(vectors.room.adminFp);
  const session = hex(vectors.join.signPub);
  const otherRoom = roomIdOf(new Uint8Array(16));
  const member = nodeSigner(new Uint8Array(32).fill(1));
  const check = (one = badge, fp = adminFp, roomId = VECTOR_ROOM_ID, key = session) =>
    checkBadge(one, fp, roomId, key, verify);
  assert(await check());
  assertEquals(await check(badge, adminFp, otherRoom), false);
  assertEquals(await check(badge, adminFp, VECTOR_ROOM_ID, member.publicKey), false);
  assertEquals(await check(badge, new Uint8Array(16)), false);
  const own = await newBadge(member, VECTOR_ROOM_ID, member.publicKey);
  assertEquals(await check(own, adminFp, VECTOR_ROOM_ID, member.publicKey), false);
  assertEquals(await check({ ...own, adminPublicKey: badge.adminPublicKey }), false);
  // An admin's command is no badge, whatever it says.
  const frame = hex(vectors.admin.MAKE_PUBLIC_ctr1_frame);
  assertEquals(await check({ ...badge, signature: frame.slice(32, 96) }), false);
});
