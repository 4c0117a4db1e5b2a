// Claims and answers against the published values, and every way of making a false one.

import { assert, assertEquals } from "@std/assert";
import { boxKeyPair, signKeyPair } from "../../lib/nacl.ts";
import {
  type Claim,
  claimHash,
  encodeAccept,
  encodeClaim,
  encodeReject,
  linkRoot,
  parseAnswer,
  parseClaim,
  provesBench,
  provesSecret,
  REJECTIONS,
  signClaim,
  transcriptOf,
} from "../../lib/park/claim.ts";
import { newBenchIdentity } from "../../lib/park/identity.ts";
import {
  naclSigner,
  pairClaimSeed,
  pairTokenHash,
  parsePairOffer,
  verifyWithNacl,
} from "../../lib/proof/mod.ts";
import { verifyWithNode } from "../../lib/relay/mod.ts";
import { roomIdOf, toHex } from "../../lib/wire/mod.ts";
import { Seeded } from "../support/seeded.ts";
import { hex, vectors } from "../support/vectors.ts";

const { inputs, pairing, admin, room } = vectors;
const benchA = newBenchIdentity(hex(inputs.benchASeed));
const benchB = newBenchIdentity(hex(inputs.benchBSeed));
const hub = { sign: benchA.sign.publicKey, box: benchA.box.publicKey };
const secret = hex(inputs.S);
const claimKey = naclSigner(pairClaimSeed(secret));
const eB = boxKeyPair(hex(inputs.eB));
const eA = boxKeyPair(hex(inputs.eA));

function vectorClaim(): Claim {
  const unsigned = {
    tokenHash: pairTokenHash(secret),
    benchSignPublicKey: benchB.sign.publicKey,
    benchBoxPublicKey: benchB.box.publicKey,
    ephemeralPublicKey: eB.publicKey,
    nonce: hex(inputs.nB),
    claimSignature: hex(pairing.sigClaim),
    label: inputs.labelB,
    url: inputs.urlB,
  };
  return signClaim(unsigned, hub, benchB.sign);
}

const accepted = {
  th2: hex(pairing.th2),
  roomId: roomIdOf(hex(room.roomId)),
  joinPublicKey: hex(room.joinPub),
  adminFp: hex(room.adminFp),
  roomNonce: hex(inputs.roomNonce),
  offerFrame: hex(admin.PAIR_OFFER_ctr2_frame),
  publicFrame: hex(admin.MAKE_PUBLIC_ctr1_frame),
};

Deno.test("[T1] [T2] [T3] the published claim: token, key, transcript, both signatures, hash", () => {
  const claim = vectorClaim();
  assertEquals(toHex(claim.tokenHash), pairing.tokenHash);
  assertEquals(toHex(claimKey.publicKey), pairing.claimPub);
  assertEquals(toHex(transcriptOf(claim, hub)), pairing.claimT);
  assertEquals(toHex(claimKey.signSync(transcriptOf(claim, hub))), pairing.sigClaim);
  assertEquals(toHex(claim.benchSignature), pairing.sigB);
  assertEquals(toHex(claimHash(claim, hub)), pairing.th2);
});

Deno.test("[T8] the published answers and the root that follows", () => {
  const accept = encodeAccept(accepted, benchA.sign, eA.publicKey);
  assertEquals(toHex(accept), pairing.accept_pt);
  assertEquals(
    toHex(encodeReject(hex(pairing.th2), "used", benchA.sign)),
    pairing.reject_used_pt,
  );
  for (const [own, other] of [[eA, eB], [eB, eA]] as const) {
    const root = linkRoot(own.secretKey, other.publicKey, accepted.th2, accept);
    assertEquals(toHex(root!), pairing.root);
  }
});

Deno.test("[T2] the published offer names token, key, spoke and hub", () => {
  const offer = parsePairOffer(hex(admin.PAIR_OFFER_ctr2_frame).subarray(96 + 57))!;
  assertEquals(toHex(offer.tokenHash), pairing.tokenHash);
  assertEquals(toHex(offer.claimPublicKey), pairing.claimPub);
  assertEquals(offer.peerFp, benchB.fingerprint);
  assertEquals(offer.hubFp, benchA.fingerprint);
});

Deno.test("[T3] a claim survives its encoding, and is proved by both keys", () => {
  const claim = parseClaim(encodeClaim(vectorClaim()))!;
  assertEquals(claim, vectorClaim());
  for (const verify of [verifyWithNacl, verifyWithNode]) {
    assert(provesSecret(claim, hub, claimKey.publicKey, verify));
    assert(provesBench(claim, hub, verify));
  }
});

Deno.test("[T3] no changed byte of a claim proves both the secret and the bench", () => {
  const bytes = encodeClaim(vectorClaim());
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at]! ^= 1;
    const claim = parseClaim(changed);
    const holds = claim !== null &&
      provesSecret(claim, hub, claimKey.publicKey, verifyWithNode) &&
      provesBench(claim, hub, verifyWithNode);
    assertEquals(holds, false, `byte ${at}`);
  }
});

Deno.test("[T3] a claim cut short anywhere, or longer, is none", () => {
  const bytes = encodeClaim(vectorClaim());
  for (let length = 0; length < bytes.length; length++) {
    assertEquals(parseClaim(bytes.subarray(0, length)), null);
  }
  assertEquals(parseClaim(new Uint8Array([...bytes, 0])), null);
});

Deno.test("[T11] who lacks the secret proves nothing, whatever else is right", () => {
  const stranger = signKeyPair(new Seeded(5).bytes(32));
  const claim = signClaim(
    {
      ...vectorClaim(),
      claimSignature: naclSigner(new Seeded(5).bytes(32)).signSync(
        transcriptOf(vectorClaim(), hub),
      ),
    },
    hub,
    benchB.sign,
  );
  assertEquals(provesSecret(claim, hub, claimKey.publicKey, verifyWithNode), false);
  assertEquals(provesSecret(claim, hub, stranger.publicKey, verifyWithNode), true);
  assert(provesBench(claim, hub, verifyWithNode));
});

Deno.test("[T8] no changed byte of an answer is taken, nor another hub's, nor one for another key", () => {
  const answers = [
    encodeAccept(accepted, benchA.sign, eA.publicKey),
    encodeReject(hex(pairing.th2), "expired", benchA.sign),
  ];
  for (const answer of answers) {
    const tag = parseAnswer(answer, hub.sign, eA.publicKey, verifyWithNode)?.tag;
    assertEquals(tag, answer[0] === 2 ? "accept" : "reject");
    for (let at = 0; at < answer.length; at++) {
      const changed = answer.slice();
      changed[at]! ^= 0x80;
      assertEquals(parseAnswer(changed, hub.sign, eA.publicKey, verifyWithNode), null, `${at}`);
    }
    assertEquals(parseAnswer(answer, benchB.sign.publicKey, eA.publicKey, verifyWithNode), null);
  }
  assertEquals(parseAnswer(answers[0]!, hub.sign, eB.publicKey, verifyWithNode), null);
});

Deno.test("[T6] [T10] every refusal keeps its reason, and no other byte is one", () => {
  for (const why of Object.keys(REJECTIONS) as (keyof typeof REJECTIONS)[]) {
    const bytes = encodeReject(hex(pairing.th2), why, benchA.sign);
    const answer = parseAnswer(bytes, hub.sign, eA.publicKey, verifyWithNode);
    assertEquals(answer, { tag: "reject", why, th2: hex(pairing.th2) });
  }
});

Deno.test("[T3] a claim whose address nobody may show is none", () => {
  for (const url of ["http://public.example", "https://b.example/path", "javascript:alert(1)"]) {
    const claim = signClaim({ ...vectorClaim(), url }, hub, benchB.sign);
    assertEquals(parseClaim(encodeClaim(claim)), null);
  }
});

Deno.test("[P4] a small-order key agrees on nothing", () => {
  assertEquals(linkRoot(eA.secretKey, new Uint8Array(32), accepted.th2, new Uint8Array(1)), null);
});
