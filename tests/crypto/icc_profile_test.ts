import { assert, assertEquals } from "@std/assert";
import { rewriteIccProfile } from "../../lib/crypto/icc_profile.ts";
import {
  CANARY,
  includesBytes,
  latin1,
  screenProfile,
  seededNumbers,
} from "../support/image_samples.ts";

function rewriteWhole(profile: Uint8Array): Uint8Array<ArrayBuffer> {
  const rewritten = rewriteIccProfile(profile);
  if (rewritten === null) throw new RangeError("refused");
  return rewritten;
}

/** The data of one tag, read the plain way. */
function tagData(profile: Uint8Array, name: string): Uint8Array | null {
  const view = new DataView(profile.buffer, profile.byteOffset);
  for (let i = 0; i < view.getUint32(128); i++) {
    const entry = 132 + i * 12;
    if (!includesBytes(profile.subarray(entry, entry + 4), latin1(name))) continue;
    const offset = view.getUint32(entry + 4);
    return profile.subarray(offset, offset + view.getUint32(entry + 8));
  }
  return null;
}

Deno.test("rewriteIccProfile() keeps what decides about colours and nothing that names a thing", () => {
  const profile = screenProfile();
  const rewritten = rewriteWhole(profile);
  assert(includesBytes(profile, latin1(CANARY)));
  assertEquals(includesBytes(rewritten, latin1(CANARY)), false);
  for (const name of ["wtpt", "rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"]) {
    assertEquals(tagData(rewritten, name), tagData(profile, name), name);
  }
  assertEquals(tagData(rewritten, "mmod"), null);
  assertEquals(rewritten.subarray(24, 36), new Uint8Array(12)); // no date
  assertEquals(rewritten.subarray(48, 64), new Uint8Array(16)); // no maker
  assertEquals(rewritten.subarray(80, 128), new Uint8Array(48)); // no creator, no id
  assertEquals(new DataView(rewritten.buffer).getUint32(0), rewritten.length);
});

Deno.test("rewriteIccProfile() changes a rewritten profile no further", () => {
  for (const version of [2, 4]) {
    const profile = screenProfile();
    profile[8] = version;
    const once = rewriteWhole(profile);
    assertEquals(rewriteWhole(once), once);
  }
});

Deno.test("rewriteIccProfile() refuses what does not hold together, and throws at nothing", () => {
  const profile = screenProfile();
  for (let length = 0; length < profile.length; length++) {
    assertEquals(rewriteIccProfile(profile.subarray(0, length)), null);
  }
  const shared = profile.slice();
  const view = new DataView(shared.buffer);
  for (
    const [at, value] of [[128, 5_000], [136, 3], [136, 0xfffffff0], [140, 0x7fffffff]] as const
  ) {
    shared.set(profile);
    view.setUint32(at, value);
    assertEquals(rewriteIccProfile(shared), null, `${at}`);
  }
  const next = seededNumbers(9);
  for (let round = 0; round < 3_000; round++) {
    shared.set(profile);
    for (let n = 0; n < 3; n++) shared[next() % shared.length] = next();
    const rewritten = rewriteIccProfile(shared);
    assert(rewritten === null || rewritten.length < 8 * shared.length + 2_000);
  }
});
