// [A1] [A2] [A3] Admin commands: the known answers, each reason for a refusal, and everything a command is bound to.

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  ADMIN_OP,
  type AdminBinding,
  checkAdminCommand,
  deriveRoomId,
  h16,
  naclSigner,
  newAdminCommand,
  nextAdminCtr,
} from "../../lib/proof/mod.ts";
import { verifyWithNode } from "../../lib/relay/node_ed25519.ts";
import { concatBytes, u64, utf8 } from "../../lib/wire/mod.ts";
import { nodeSigner } from "../support/node_signer.ts";
import { rigAdminCommand } from "../support/relay_rig.ts";
import { Seeded } from "../support/seeded.ts";
import { hex, VECTOR_ROOM_ID, vectorAdminSeed, vectors } from "../support/vectors.ts";

const { inputs, room, admin: known, pairing, benches } = vectors;

const BINDING: AdminBinding = {
  roomId: VECTOR_ROOM_ID,
  adminFp: hex(room.adminFp),
  roomNonce: hex(inputs.roomNonce),
  lastAdminCtr: 0,
};
const ADMIN = nodeSigner(vectorAdminSeed());

const reasonOf = (frame: Uint8Array, binding = BINDING): string => {
  const verdict = checkAdminCommand(frame, binding, verifyWithNode);
  return verdict.ok ? "taken" : verdict.reason;
};
const deleteAt = (ctr: number): Uint8Array<ArrayBuffer> =>
  rigAdminCommand(ADMIN, BINDING.roomId, BINDING.roomNonce, ctr);

Deno.test("[A2] newAdminCommand() makes MAKE_PUBLIC of the vectors, and it is taken", async () => {
  const frame = await newAdminCommand(
    naclSigner(vectorAdminSeed()),
    BINDING,
    1,
    ADMIN_OP.makePublic,
  );
  assertEquals(frame.toHex(), known.MAKE_PUBLIC_ctr1_frame);
  const verdict = checkAdminCommand(frame, BINDING, verifyWithNode);
  assertEquals(verdict, { ok: true, command: { op: 1, args: new Uint8Array(0), ctr: 1 } });
});

Deno.test("[A2] newAdminCommand() makes PAIR_OFFER of the vectors, and it is taken", async () => {
  const args = concatBytes(
    hex(pairing.tokenHash),
    hex(pairing.claimPub),
    h16("bench", hex(benches.signPubB), hex(benches.boxPubB)),
    h16("bench", hex(benches.signPubA), hex(benches.boxPubA)),
  );
  const frame = await newAdminCommand(
    naclSigner(vectorAdminSeed()),
    BINDING,
    2,
    ADMIN_OP.pairOffer,
    args,
  );
  assertEquals(frame.toHex(), known.PAIR_OFFER_ctr2_frame);
  const verdict = checkAdminCommand(frame, { ...BINDING, lastAdminCtr: 1 }, verifyWithNode);
  assertEquals(verdict, { ok: true, command: { op: 5, args, ctr: 2 } });
});

Deno.test("[A2] checkAdminCommand() refuses another key than the admin's, also one that holds K", () => {
  const member = nodeSigner(new Uint8Array(32).fill(1));
  const own = rigAdminCommand(member, BINDING.roomId, BINDING.roomNonce, 1);
  assertEquals(reasonOf(own), "not-admin");
  // The admin's key in front of a member's signature.
  assertEquals(reasonOf(concatBytes(ADMIN.publicKey, own.subarray(32))), "bad-signature");
});

Deno.test("[A1] [A2] checkAdminCommand() refuses what was signed for another room or instance", () => {
  const otherRoom = deriveRoomId(ADMIN.publicKey, BINDING.adminFp);
  const otherNonce = BINDING.roomNonce.slice();
  otherNonce[0]! ^= 1;
  assertEquals(reasonOf(rigAdminCommand(ADMIN, otherRoom, BINDING.roomNonce, 1)), "wrong-room");
  assertEquals(reasonOf(rigAdminCommand(ADMIN, BINDING.roomId, otherNonce, 1)), "wrong-room");
});

Deno.test("[A2] checkAdminCommand() refuses a counter that does not rise", () => {
  const binding = { ...BINDING, lastAdminCtr: 7 };
  assertEquals(reasonOf(deleteAt(6), binding), "stale");
  assertEquals(reasonOf(deleteAt(7), binding), "stale");
  assertEquals(reasonOf(deleteAt(8), binding), "taken");
  assertEquals(reasonOf(deleteAt(0)), "stale");
});

Deno.test("[A2] checkAdminCommand() answers every cut of a frame with a reason and never throws", () => {
  const frame = deleteAt(1);
  assertEquals(frame.length, 153);
  for (let length = 0; length < frame.length; length++) {
    assertEquals(reasonOf(frame.subarray(0, length)), "malformed");
  }
  // Bytes behind it are arguments, and they are signed too.
  assertEquals(reasonOf(concatBytes(frame, new Uint8Array(1))), "bad-signature");
});

Deno.test("[A2] one flipped bit anywhere in a frame is never taken", () => {
  const frame = rigAdminCommand(
    ADMIN,
    BINDING.roomId,
    BINDING.roomNonce,
    1_000,
    ADMIN_OP.delete,
    utf8("args"),
  );
  assertEquals(reasonOf(frame), "taken");
  for (let bit = 0; bit < frame.length * 8; bit++) {
    frame[bit >> 3]! ^= 1 << (bit & 7);
    assert(reasonOf(frame) !== "taken");
    frame[bit >> 3]! ^= 1 << (bit & 7);
  }
});

Deno.test("[A2] a counter above what can be counted on is malformed, and so is the last one there is", () => {
  const tooLarge = [
    new Uint8Array(8).fill(0xff),
    hex("0020000000000000"),
    // After it no command could follow.
    u64(Number.MAX_SAFE_INTEGER),
  ];
  for (const ctr of tooLarge) {
    const command = concatBytes(
      hex(room.roomId),
      BINDING.roomNonce,
      ctr,
      new Uint8Array([ADMIN_OP.delete]),
    );
    const signature = ADMIN.signSync(concatBytes(utf8("bt1/admin\0"), command));
    assertEquals(reasonOf(concatBytes(ADMIN.publicKey, signature, command)), "malformed");
  }
  assertEquals(reasonOf(deleteAt(Number.MAX_SAFE_INTEGER - 1)), "taken");
});

Deno.test("[A2] the admin's signatures of another kind are no commands", () => {
  // The badge is signed under another context; so is a join. None can be dressed up as a command.
  const frame = deleteAt(1);
  for (const context of ["bt1/admin-session\0", "bt1/join\0", "bt1/msg\0", ""]) {
    const signature = ADMIN.signSync(concatBytes(utf8(context), frame.subarray(96)));
    const dressed = concatBytes(ADMIN.publicKey, signature, frame.subarray(96));
    assertEquals(reasonOf(dressed), "bad-signature");
  }
});

Deno.test("[A2] checkAdminCommand() answers junk of any length and never throws", () => {
  const random = new Seeded(5);
  for (let i = 0; i < 2_000; i++) {
    assert(reasonOf(random.bytes(random.below(400))) !== "taken");
  }
});

Deno.test("[A3] nextAdminCtr() is the clock, or one more than the last where the clock is behind", () => {
  assertEquals(nextAdminCtr(1_700_000_000_000.9, 5), 1_700_000_000_000);
  assertEquals(nextAdminCtr(10, 10), 11);
  assertEquals(nextAdminCtr(10, 9), 10);
  assertEquals(nextAdminCtr(0, 0), 1);
});

Deno.test("[A3] no last counter that a bench may say leaves the admin without a next one", () => {
  assertThrows(() => u64(nextAdminCtr(0, Number.MAX_SAFE_INTEGER)), RangeError);
  assertEquals(u64(nextAdminCtr(0, Number.MAX_SAFE_INTEGER - 1)).length, 8);
});
