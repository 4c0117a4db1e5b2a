// What two benches say to each other to pair: the claim of the bench where the link was opened, and the answer of the bench
// that made it. Bytes, signatures and nothing else: who may claim what is decided in offers.ts.
// Rules: PAIRING.md, [T3] to [T8].
//
//   claim   0x01 || tokenHash32 || bSign32 || bBox32 || eB32 || nB16 || sigClaim64 || sigB64 || lp(label) || lp(url)
//   sigB    Ed25519(bench B, "bt1/pair-spoke\0" || SHA-512(claimT || sigClaim) || SHA-512(label || 0 || url))
//   th2     SHA-512(claimT || sigClaim || sigB)
//   accept  body = 0x02 || th2 || roomId16 || joinPub32 || adminFp16 || roomNonce32 || lp(offer frame) || lp(public frame)
//           body || Ed25519(bench A, "bt1/pair-accept\0" || SHA-512(body) || eA)
//   reject  body = 0x03 || th2 || why u8           body || Ed25519(bench A, "bt1/pair-reject\0" || body)
//   root    prf(X25519(eA, eB), "link", SHA-512(th2 || SHA-512(accept)))

import { type KeyPair, sha512, signDetached } from "../nacl.ts";
import { claimTranscript, prf, sharedSecret, type VerifySync } from "../proof/mod.ts";
import {
  type Bytes,
  concatBytes,
  idBytes,
  parseBenchLabel,
  parseBenchUrl,
  parseUtf8,
  type RoomId,
  roomIdOf,
  utf8,
} from "../wire/mod.ts";
import { FieldReader, lp } from "./field_reader.ts";

const SPOKE_CONTEXT = utf8("bt1/pair-spoke\0");
const ACCEPT_CONTEXT = utf8("bt1/pair-accept\0");
const REJECT_CONTEXT = utf8("bt1/pair-reject\0");
const KIND_CLAIM = 0x01;
const KIND_ACCEPT = 0x02;
const KIND_REJECT = 0x03;
const SIGNATURE_BYTES = 64;
const HASH_BYTES = 64;
const MAX_LABEL_BYTES = 63;
const MAX_URL_BYTES = 256;
const MAX_FRAME_BYTES = 512;

/** Why a proved claim was refused, by the byte that says so. */
export const REJECTIONS = { used: 1, expired: 2, "wrong-bench": 3, "too-many": 4 } as const;
export type Rejection = keyof typeof REJECTIONS;

/** The two signing and box keys of the bench that a claim is made to. */
export interface HubKeys {
  readonly sign: Uint8Array;
  readonly box: Uint8Array;
}

/** A claim as its maker knows it, or as it was opened. */
export interface Claim {
  readonly tokenHash: Bytes;
  readonly benchSignPublicKey: Bytes;
  readonly benchBoxPublicKey: Bytes;
  readonly ephemeralPublicKey: Bytes;
  readonly nonce: Bytes;
  readonly claimSignature: Bytes;
  readonly benchSignature: Bytes;
  /** What the claiming bench calls itself. */
  readonly label: string;
  /** A bare origin, or "". */
  readonly url: string;
}

/** An answer that takes the claim. */
export interface Accept {
  readonly th2: Bytes;
  readonly roomId: RoomId;
  readonly joinPublicKey: Bytes;
  readonly adminFp: Bytes;
  readonly roomNonce: Bytes;
  readonly offerFrame: Bytes;
  readonly publicFrame: Bytes;
}

/** The text that the pairing secret signed [T3]. */
export function transcriptOf(claim: Claim, hub: HubKeys): Bytes {
  return claimTranscript({
    tokenHash: claim.tokenHash,
    hubSignPublicKey: hub.sign,
    hubBoxPublicKey: hub.box,
    benchSignPublicKey: claim.benchSignPublicKey,
    benchBoxPublicKey: claim.benchBoxPublicKey,
    ephemeralPublicKey: claim.ephemeralPublicKey,
    nonce: claim.nonce,
  });
}

function spokeText(claim: Omit<Claim, "benchSignature">, transcript: Uint8Array): Bytes {
  const words = concatBytes(utf8(claim.label), new Uint8Array([0]), utf8(claim.url));
  return concatBytes(
    SPOKE_CONTEXT,
    sha512(concatBytes(transcript, claim.claimSignature)),
    sha512(words),
  );
}

/** Signs a claim by the claiming bench. `sign` is its signing key pair. */
export function signClaim(
  claim: Omit<Claim, "benchSignature">,
  hub: HubKeys,
  sign: KeyPair,
): Claim {
  const transcript = transcriptOf(claim as Claim, hub);
  return { ...claim, benchSignature: signDetached(spokeText(claim, transcript), sign.secretKey) };
}

/** Bytes of a claim, before padding. */
export function encodeClaim(claim: Claim): Bytes {
  return concatBytes(
    new Uint8Array([KIND_CLAIM]),
    claim.tokenHash,
    claim.benchSignPublicKey,
    claim.benchBoxPublicKey,
    claim.ephemeralPublicKey,
    claim.nonce,
    claim.claimSignature,
    claim.benchSignature,
    lp(utf8(claim.label)),
    lp(utf8(claim.url)),
  );
}

/** A claim out of its plaintext, not yet verified; `null` for anything else. */
export function parseClaim(plaintext: Uint8Array): Claim | null {
  const fields = new FieldReader(plaintext);
  const kind = fields.u8();
  const claim = {
    tokenHash: fields.take(32),
    benchSignPublicKey: fields.take(32),
    benchBoxPublicKey: fields.take(32),
    ephemeralPublicKey: fields.take(32),
    nonce: fields.take(16),
    claimSignature: fields.take(SIGNATURE_BYTES),
    benchSignature: fields.take(SIGNATURE_BYTES),
  };
  const label = parseBenchLabel(parseUtf8(fields.lp(MAX_LABEL_BYTES)));
  const spelled = parseUtf8(fields.lp(MAX_URL_BYTES));
  if (kind !== KIND_CLAIM || !fields.isWhole || label === null || spelled === null) return null;
  const url = parseBenchUrl(spelled);
  // An address that nobody may show is not taken for none: what was signed is what was said.
  return url === spelled ? { ...claim, label, url } : null;
}

/** Whether the claim's maker held the pairing secret [T3]. */
export function provesSecret(
  claim: Claim,
  hub: HubKeys,
  claimPublicKey: Uint8Array,
  verify: VerifySync,
): boolean {
  return verify(claimPublicKey, transcriptOf(claim, hub), claim.claimSignature);
}

/** Whether the bench that the claim names made it [T3]. */
export function provesBench(claim: Claim, hub: HubKeys, verify: VerifySync): boolean {
  const text = spokeText(claim, transcriptOf(claim, hub));
  return verify(claim.benchSignPublicKey, text, claim.benchSignature);
}

/** What both sides bind an answer to, 64 bytes. */
export function claimHash(claim: Claim, hub: HubKeys): Bytes {
  return sha512(
    concatBytes(transcriptOf(claim, hub), claim.claimSignature, claim.benchSignature),
  );
}

/** The plaintext of an ACCEPT, signed by the hub over its ephemeral key as well. */
export function encodeAccept(accept: Accept, sign: KeyPair, ephemeralPublicKey: Uint8Array): Bytes {
  const body = concatBytes(
    new Uint8Array([KIND_ACCEPT]),
    accept.th2,
    idBytes(accept.roomId),
    accept.joinPublicKey,
    accept.adminFp,
    accept.roomNonce,
    lp(accept.offerFrame),
    lp(accept.publicFrame),
  );
  const text = concatBytes(ACCEPT_CONTEXT, sha512(body), ephemeralPublicKey);
  return concatBytes(body, signDetached(text, sign.secretKey));
}

/** The plaintext of a REJECT. */
export function encodeReject(th2: Uint8Array, why: Rejection, sign: KeyPair): Bytes {
  const body = concatBytes(new Uint8Array([KIND_REJECT]), th2, new Uint8Array([REJECTIONS[why]]));
  return concatBytes(body, signDetached(concatBytes(REJECT_CONTEXT, body), sign.secretKey));
}

/** An answer that its hub signed. */
export type Answer =
  | { readonly tag: "accept"; readonly accept: Accept }
  | { readonly tag: "reject"; readonly why: Rejection; readonly th2: Bytes };

/** An answer, if `hubSignPublicKey` signed it for this envelope's key; else `null` [T8]. */
export function parseAnswer(
  plaintext: Uint8Array,
  hubSignPublicKey: Uint8Array,
  ephemeralPublicKey: Uint8Array,
  verify: VerifySync,
): Answer | null {
  if (plaintext.length < 1 + HASH_BYTES + SIGNATURE_BYTES) return null;
  const body = plaintext.subarray(0, plaintext.length - SIGNATURE_BYTES);
  const signature = plaintext.subarray(body.length);
  const fields = new FieldReader(body);
  const kind = fields.u8();
  const th2 = fields.take(HASH_BYTES);
  switch (kind) {
    case KIND_ACCEPT: {
      const accept = {
        th2,
        roomId: roomIdOf(fields.take(16)),
        joinPublicKey: fields.take(32),
        adminFp: fields.take(16),
        roomNonce: fields.take(32),
        offerFrame: fields.lp(MAX_FRAME_BYTES),
        publicFrame: fields.lp(MAX_FRAME_BYTES),
      };
      const text = concatBytes(ACCEPT_CONTEXT, sha512(body), ephemeralPublicKey);
      if (!fields.isWhole || !verify(hubSignPublicKey, text, signature)) return null;
      return { tag: "accept", accept };
    }
    case KIND_REJECT: {
      const code = fields.u8();
      const why = (Object.keys(REJECTIONS) as Rejection[]).find((each) =>
        REJECTIONS[each] === code
      );
      const text = concatBytes(REJECT_CONTEXT, body);
      if (why === undefined || !fields.isWhole || !verify(hubSignPublicKey, text, signature)) {
        return null;
      }
      return { tag: "reject", why, th2 };
    }
    default:
      return null;
  }
}

/** The root of a link's keys, 32 bytes; `null` when the other side's key is of small order. `accept` is unpadded. */
export function linkRoot(
  secretKey: Uint8Array,
  publicKey: Uint8Array,
  th2: Uint8Array,
  accept: Uint8Array,
): Bytes | null {
  const shared = sharedSecret(secretKey, publicKey);
  if (shared === null) return null;
  const root = prf(shared, "link", sha512(concatBytes(th2, sha512(accept))));
  shared.fill(0);
  return root;
}
