// Every subject that a bench of ours speaks or listens on. None of them holds a label, a room or a fingerprint in the clear:
// who reads the bus sees that somebody is spoken to, not who. Rules: PAIRING.md, [B4] [W1] [K1].

import { h16, prf } from "../proof/mod.ts";
import { toHex } from "../wire/mod.ts";

/** Where a bench asks who has a label [W1]. */
export const WHO_SUBJECT = "bt1.who";

/** Where a bench is spoken to by who knows its box key [B4]. */
export function inboxSubject(boxPublicKey: Uint8Array): string {
  return `bt1.b.${toHex(h16("inbox", boxPublicKey))}`;
}

/** Where answers to a question for a label go; the asker's key is drawn for that question [W1]. */
export function answerSubject(ephemeralPublicKey: Uint8Array): string {
  return `bt1.r.${toHex(h16("r", ephemeralPublicKey))}`;
}

/** The two subjects of a link [K1]. `root` has 32 bytes. */
export function linkSubjects(root: Uint8Array): {
  readonly hubToSpoke: string;
  readonly spokeToHub: string;
} {
  const subject = (label: string) => `bt1.l.${toHex(prf(root, label).subarray(0, 16))}`;
  return { hubToSpoke: subject("s-hs"), spokeToHub: subject("s-sh") };
}
