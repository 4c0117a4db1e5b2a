// Asking the park for a bench by its label, and answering. The label goes out as a hash under a fresh nonce, the answer comes
// back sealed and signed; what it proves is that somebody holds those keys and says it has that label, no more.
// Rules: PAIRING.md, [W1] to [W4].
//
//   bt1.who   JSON {v, e: ephPub, n: nonce16, tag: H16("who", nonce || utf8(label))}
//   answer    envelope of JSON {label, sp, bp, url, sig}, sig over "bt1/who\0" || ephPub || nonce || lp(label) || sp || bp || lp(url)

import { type KeyPair, signDetached } from "../nacl.ts";
import { benchFingerprint, h16, type VerifySync } from "../proof/mod.ts";
import {
  type Bytes,
  concatBytes,
  encodeBase64url,
  equalBytes,
  parseBase64url,
  parseBenchLabel,
  parseBenchUrl,
  parseUtf8,
  utf8,
} from "../wire/mod.ts";
import { lp } from "./field_reader.ts";
import type { BenchIdentity } from "./identity.ts";
import { openEnvelope, sealEnvelope } from "./sealed.ts";

const CONTEXT = utf8("bt1/who\0");
const MAX_QUESTION_BYTES = 512;

/** Somebody asks who has a label. */
export interface Question {
  readonly ephemeralPublicKey: Bytes;
  readonly nonce: Bytes;
  readonly tag: Bytes;
}

/** A bench that answered: its keys signed label and address. */
export interface AnsweringBench {
  readonly label: string;
  readonly fp: Bytes;
  readonly url: string;
}

function tagOf(nonce: Uint8Array, label: string): Bytes {
  return h16("who", nonce, utf8(label));
}

function signedText(
  question: Pick<Question, "ephemeralPublicKey" | "nonce">,
  label: string,
  signPublicKey: Uint8Array,
  boxPublicKey: Uint8Array,
  url: string,
): Bytes {
  return concatBytes(
    CONTEXT,
    question.ephemeralPublicKey,
    question.nonce,
    lp(utf8(label)),
    signPublicKey,
    boxPublicKey,
    lp(utf8(url)),
  );
}

/** The question for a label, under a fresh key and a fresh nonce of 16 bytes [W1]. */
export function encodeQuestion(label: string, ephemeralPublicKey: Bytes, nonce: Bytes): Bytes {
  return utf8(JSON.stringify({
    v: 1,
    e: encodeBase64url(ephemeralPublicKey),
    n: encodeBase64url(nonce),
    tag: encodeBase64url(tagOf(nonce, label)),
  }));
}

/** A question, or `null` for anything else. Never throws. */
export function parseQuestion(bytes: Uint8Array): Question | null {
  const fields = parseObject(bytes.length <= MAX_QUESTION_BYTES ? parseUtf8(bytes) : null);
  const ephemeralPublicKey = parseBase64url(fields?.e, 32);
  const nonce = parseBase64url(fields?.n, 16);
  const tag = parseBase64url(fields?.tag, 16);
  if (fields?.v !== 1 || ephemeralPublicKey === null || nonce === null || tag === null) return null;
  return { ephemeralPublicKey, nonce, tag };
}

/** Whether a question is for this label. */
export function asksFor({ nonce, tag }: Question, label: string): boolean {
  return equalBytes(tagOf(nonce, label), tag);
}

/** The sealed answer; `null` when the asker's key is of small order. `ephemeral` and `nonce` are fresh. */
export function sealWhoAnswer(
  question: Question,
  bench: { readonly identity: BenchIdentity; readonly label: string; readonly url: string },
  ephemeral: KeyPair,
  nonce: Uint8Array,
): Bytes | null {
  const { identity: { sign, box }, label, url } = bench;
  const text = signedText(question, label, sign.publicKey, box.publicKey, url);
  const answer = JSON.stringify({
    label,
    sp: encodeBase64url(sign.publicKey),
    bp: encodeBase64url(box.publicKey),
    url,
    sig: encodeBase64url(signDetached(text, sign.secretKey)),
  });
  return sealEnvelope(utf8(answer), question.ephemeralPublicKey, ephemeral, nonce);
}

/** An answer to our question for `label`, or `null` for what is not one [W2] [W3]. Never throws. */
export function openWhoAnswer(
  envelope: Uint8Array,
  asked: { readonly label: string; readonly ephemeral: KeyPair; readonly nonce: Bytes },
  verify: VerifySync,
): AnsweringBench | null {
  const opened = openEnvelope(envelope, asked.ephemeral.secretKey);
  const fields = parseObject(opened === null ? null : parseUtf8(opened.plaintext));
  const label = parseBenchLabel(fields?.label);
  const signPublicKey = parseBase64url(fields?.sp, 32);
  const boxPublicKey = parseBase64url(fields?.bp, 32);
  const signature = parseBase64url(fields?.sig, 64);
  const url = fields?.url;
  if (
    label !== asked.label || signPublicKey === null || boxPublicKey === null ||
    signature === null || typeof url !== "string" || url.length > 256
  ) return null;
  const question = { ephemeralPublicKey: asked.ephemeral.publicKey, nonce: asked.nonce };
  const text = signedText(question, label, signPublicKey, boxPublicKey, url);
  if (!verify(signPublicKey, text, signature)) return null;
  return { label, fp: benchFingerprint(signPublicKey, boxPublicKey), url: parseBenchUrl(url) };
}

function parseObject(text: string | null): Readonly<Record<string, unknown>> | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    return value as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}
