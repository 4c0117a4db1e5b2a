// [J2] [J3] [J4] The proof of a join: the known answers, and everything that it must be bound to.

import { assert, assertEquals } from "@std/assert";
import { checkJoinProof, deriveRoomId, joinTranscript, naclSigner } from "../../lib/proof/mod.ts";
import { verifyWithNode } from "../../lib/relay/node_ed25519.ts";
import type { Join } from "../../lib/wire/mod.ts";
import { nodeSigner } from "../support/node_signer.ts";
import { hex, VECTOR_ROOM_ID, vectors } from "../support/vectors.ts";

const { inputs, room, join: known } = vectors;
const CONN_NONCE = hex(inputs.connNonce);

const HONEST: Join = {
  t: "join",
  roomId: VECTOR_ROOM_ID,
  joinPublicKey: hex(room.joinPub),
  adminFp: hex(room.adminFp),
  signPublicKey: hex(known.signPub),
  joinSignature: hex(known.sj),
  sessionSignature: hex(known.ss),
  create: true,
};

const holds = (join: Join, nonce = CONN_NONCE, origin = inputs.origin) =>
  checkJoinProof(join, nonce, origin, verifyWithNode);

function flipped(bytes: Uint8Array<ArrayBuffer>, at: number): Uint8Array<ArrayBuffer> {
  const out = bytes.slice();
  out[at]! ^= 1;
  return out;
}

Deno.test("[J3] joinTranscript() is T of the vectors, byte for byte", () => {
  const t = joinTranscript(CONN_NONCE, VECTOR_ROOM_ID, hex(known.signPub), inputs.origin);
  assertEquals(t.toHex(), known.T);
});

Deno.test("[J4] checkJoinProof() takes the vectors' join", () => {
  assert(holds(HONEST));
  assertEquals(
    naclSigner(hex(inputs.sessionSignSeed)).signSync(hex(known.T)).toHex(),
    known.ss,
  );
});

Deno.test("[J2] an id that does not follow is refused before any signature is looked at", () => {
  let looked = 0;
  const counting = () => {
    looked++;
    return true;
  };
  const other = deriveRoomId(hex(known.signPub), hex(room.adminFp));
  for (
    const join of [
      { ...HONEST, roomId: other },
      { ...HONEST, joinPublicKey: hex(known.signPub) },
      { ...HONEST, adminFp: flipped(HONEST.adminFp, 3) },
    ]
  ) assertEquals(checkJoinProof(join, CONN_NONCE, inputs.origin, counting), false);
  assertEquals(looked, 0);
  assert(checkJoinProof(HONEST, CONN_NONCE, inputs.origin, counting));
  assertEquals(looked, 2);
});

Deno.test("[J3] a join is bound to its connection, room, session key and origin", () => {
  assertEquals(holds(HONEST, flipped(CONN_NONCE, 31)), false);
  assertEquals(holds(HONEST, CONN_NONCE, "https://evil.example"), false);
  assertEquals(holds(HONEST, CONN_NONCE, "http://bench.example"), false);
  assertEquals(holds(HONEST, CONN_NONCE, `${inputs.origin}/`), false);

  // The same key of the room under another admin is another room, and its proof is no proof here.
  const otherAdmin = flipped(HONEST.adminFp, 0);
  const elsewhere = deriveRoomId(HONEST.joinPublicKey, otherAdmin);
  assertEquals(holds({ ...HONEST, roomId: elsewhere, adminFp: otherAdmin }), false);
});

Deno.test("[J4] both signatures count, each by its own key", () => {
  const { joinSignature, sessionSignature } = HONEST;
  assertEquals(holds({ ...HONEST, joinSignature: sessionSignature }), false);
  assertEquals(holds({ ...HONEST, sessionSignature: joinSignature }), false);
  for (let at = 0; at < 64; at++) {
    assertEquals(holds({ ...HONEST, joinSignature: flipped(joinSignature, at) }), false);
    assertEquals(holds({ ...HONEST, sessionSignature: flipped(sessionSignature, at) }), false);
  }
});

Deno.test("[J4] a member cannot enter under another's session key", () => {
  // It holds K, so it can make sj over the victim's key; it cannot make ss.
  const attacker = nodeSigner(new Uint8Array(32).fill(1));
  const t = joinTranscript(CONN_NONCE, VECTOR_ROOM_ID, HONEST.signPublicKey, inputs.origin);
  assertEquals(holds({ ...HONEST, sessionSignature: attacker.signSync(t) }), false);
  // Nor put its own key under the victim's signature.
  assertEquals(holds({ ...HONEST, signPublicKey: attacker.publicKey }), false);
});

Deno.test("[P3] a session key of small order, under which one signature fits all, does not enter", () => {
  const neutral = new Uint8Array(32);
  neutral[0] = 1;
  const sessionSignature = new Uint8Array(64);
  sessionSignature[0] = 1;
  assertEquals(holds({ ...HONEST, signPublicKey: neutral, sessionSignature }), false);
});
