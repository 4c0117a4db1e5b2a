// The pairing link: a secret that lives in browsers, and the keys of the bench that asks, all behind the '#'. A label may stand
// at its end, which is what the asking bench calls itself and proves nothing. Rules: lib/park/PAIRING.md, [T1].
//
//   "/pair#" b64u(0x01 || S32 || hubSignPub32 || hubBoxPub32) [ "." member token ] [ "~" label ]

import {
  type Bytes,
  concatBytes,
  encodeBase64url,
  parseBase64url,
  parseBenchLabel,
} from "../wire/mod.ts";
import { encodeMemberToken, MEMBER_TOKEN_CHARACTERS, parseToken } from "./link.ts";

const VERSION = 1;
const LINK_BYTES = 1 + 3 * 32;

/** Characters of the part with the secret and the keys: 97 bytes in base64url. */
export const PAIRING_CODE_CHARACTERS = 130;

/** What a pairing link says. */
export interface PairingLink {
  /** 32 bytes; whoever holds them may pair the bench that the offer names, once. */
  readonly secret: Bytes;
  readonly hubSignPublicKey: Bytes;
  readonly hubBoxPublicKey: Bytes;
  /** The room's member token, or "" where the admin kept it back. */
  readonly roomToken: string;
  /** What the asking bench calls itself, or "". */
  readonly hubLabel: string;
}

/** What a fragment or a pasted code turned out to be. */
export type ParsedPairingLink =
  | { readonly tag: "pairing"; readonly link: PairingLink }
  | { readonly tag: "cut-off" }
  | { readonly tag: "none" };

/** The fragment, without '#'. */
export function encodePairingLink(link: PairingLink): string {
  const code = encodeBase64url(
    concatBytes(
      new Uint8Array([VERSION]),
      link.secret,
      link.hubSignPublicKey,
      link.hubBoxPublicKey,
    ),
  );
  const token = link.roomToken === "" ? "" : `.${link.roomToken}`;
  return code + token + (link.hubLabel === "" ? "" : `~${link.hubLabel}`);
}

/** Reads a fragment or a pasted code. What begins like one and is not whole is called cut off. */
export function parsePairingLink(text: string): ParsedPairingLink {
  const typed = text.trim();
  if (typed === "") return { tag: "none" };
  const labelAt = typed.indexOf("~");
  const hubLabel = labelAt < 0 ? "" : parseBenchLabel(typed.slice(labelAt + 1));
  const [code = "", ...tokens] = (labelAt < 0 ? typed : typed.slice(0, labelAt)).split(".");
  // The version's eight bits and four more are "AQ" to "Af"; anything else was never a pairing link.
  if (!/^A[Q-Za-f]/.test(code)) return { tag: "none" };
  const bytes = parseBase64url(code, LINK_BYTES);
  const roomToken = tokens.length === 0 ? "" : memberToken(tokens);
  if (bytes === null || roomToken === null || hubLabel === null) return { tag: "cut-off" };
  if (bytes[0] !== VERSION) return { tag: "none" };
  return {
    tag: "pairing",
    link: {
      secret: bytes.slice(1, 33),
      hubSignPublicKey: bytes.slice(33, 65),
      hubBoxPublicKey: bytes.slice(65),
      roomToken,
      hubLabel,
    },
  };
}

/** A member token alone; an admin's seed never travels in a pairing link. */
function memberToken(parts: readonly string[]): string | null {
  const [token = ""] = parts;
  if (parts.length !== 1 || token.length !== MEMBER_TOKEN_CHARACTERS) return null;
  const parsed = parseToken(token);
  return parsed.tag === "room" ? encodeMemberToken(parsed.secret) : null;
}
