// [L2] [L4] [L5] [L6] Links: the known answers, and that a damaged one is called cut off and never passes for another.

import { assertEquals, assertNotEquals } from "@std/assert";
import {
  encodeAdminToken,
  encodeMemberToken,
  newRoomSecret,
  parseToken,
  wipeSecret,
} from "../../lib/crypto/link.ts";
import { vectorAdminSeed, vectors, vectorSecret } from "../support/vectors.ts";

const { linkToken_b64u: MEMBER, adminLinkToken_b64u: ADMIN } = vectors.room;
const SECRET = vectorSecret();

Deno.test("[L4] [L5] tokens have the known answers, and 64 and 64 + 44 characters", () => {
  assertEquals(encodeMemberToken(SECRET), MEMBER);
  assertEquals(encodeAdminToken(SECRET, vectorAdminSeed()), ADMIN);
  assertEquals(MEMBER.length, 64);
  assertEquals(ADMIN.length, 64 + 44);
});

Deno.test("[L4] [L5] parseToken() reads both back, white space around them passed over", () => {
  for (const [before, after] of [["", ""], [" ", "\n"], ["\t", "  "]]) {
    assertEquals(parseToken(before + MEMBER + after), {
      tag: "room",
      secret: SECRET,
      adminSeed: null,
    });
    assertEquals(parseToken(before + ADMIN + after), {
      tag: "room",
      secret: SECRET,
      adminSeed: vectorAdminSeed(),
    });
  }
  assertEquals(parseToken(""), { tag: "none" });
  assertEquals(parseToken(" \n"), { tag: "none" });
});

Deno.test("[L4] every cut of a member token is cut off, and so is every longer one", () => {
  for (let length = 1; length < 64; length++) {
    assertEquals(parseToken(MEMBER.slice(0, length)), { tag: "cut-off", have: length, want: 64 });
  }
  for (const tail of ["A", "AAAA", "=", "#", "/", "?x=1"]) {
    assertEquals(parseToken(MEMBER + tail).tag, "cut-off");
  }
});

Deno.test("[L6] every cut of an admin token is cut off, and none passes for a member link", () => {
  for (let length = 65; length < ADMIN.length; length++) {
    assertEquals(parseToken(ADMIN.slice(0, length)), {
      tag: "cut-off",
      have: length,
      want: ADMIN.length,
    });
  }
  for (const tail of ["A", ".", ".AAAA", "=", `.${MEMBER}`]) {
    assertEquals(parseToken(ADMIN + tail).tag, "cut-off");
  }
});

Deno.test("[L6] a seed that is not the one the token commits to makes the whole link cut off", () => {
  const seed = vectorAdminSeed();
  for (let bit = 0; bit < 256; bit += 5) {
    seed[bit >> 3]! ^= 1 << (bit & 7);
    assertEquals(parseToken(encodeAdminToken(SECRET, seed)).tag, "cut-off");
    seed[bit >> 3]! ^= 1 << (bit & 7);
  }
  assertEquals(parseToken(encodeAdminToken(SECRET, seed)).tag, "room");
});

Deno.test("[P5] a token with one character outside the alphabet is no token", () => {
  for (const character of ["=", "+", "/", " ", "%", "é", "\u200b"]) {
    assertEquals(parseToken(MEMBER.slice(0, 30) + character + MEMBER.slice(31)).tag, "cut-off");
  }
});

Deno.test("[L2] newRoomSecret() makes a room whose token and admin fit each other, each time another", () => {
  const [one, other] = [newRoomSecret(), newRoomSecret()];
  for (const { secret, adminSeed } of [one, other]) {
    assertEquals(parseToken(encodeAdminToken(secret, adminSeed)), {
      tag: "room",
      secret,
      adminSeed,
    });
  }
  assertNotEquals(one.secret.key, other.secret.key);
  assertNotEquals(one.adminSeed, other.adminSeed);
});

Deno.test("wipeSecret() leaves nothing of the key", () => {
  const secret = vectorSecret();
  wipeSecret(secret);
  assertEquals(secret.key.every((byte) => byte === 0), true);
});
