// What the pairing page asks of this folder: reading a pairing link, and taking it to this bench. The secret in the link
// stays in this tab; the bench gets its hash and signatures made with it. Rules: lib/park/PAIRING.md, [T1] to [T9].

import { encodePairingLink, type PairingLink, parsePairingLink } from "../crypto/mod.ts";
import {
  benchFingerprint,
  claimTranscript,
  naclSigner,
  pairClaimSeed,
  pairTokenHash,
} from "../proof/mod.ts";
import {
  CLOSE,
  encodeParkRequest,
  fullBenchId,
  type PairFailure,
  parseBenchControl,
} from "../wire/mod.ts";
import { connectToBench } from "./browser_world.ts";
import type { TabSocket, TabSocketEvents } from "./world.ts";

const PAIR_PATH = "/pair";
const ROOM_PATH = "/room";

/** The bench gives a claim ten seconds; a slow phone and a slow hello, as much again. */
const ANSWER_WITHIN_MS = 25_000;

/** A bench that was not asked for its label in the link is shown by this. */
const NAMELESS = "bench";

/** What stands in a pairing link, as far as a page shows it. */
export interface PairingInvitation {
  /** The link's code, as it stood behind the '#': what another bench's page would be given. */
  readonly code: string;
  /** Full Bench ID of the bench that asks; its label is what the link says. */
  readonly hubId: string;
  /** The room's member token, where the admin put it in; "" elsewhere. */
  readonly roomToken: string;
}

/** What a pairing link, or code, turned out to be. */
export type InvitationResult =
  | { readonly tag: "invitation"; readonly invitation: PairingInvitation }
  | { readonly tag: "cut-off" }
  | { readonly tag: "none" };

/** What became of accepting. */
export type AcceptResult =
  /** `roomUrl` is the room's link on this bench, where the pairing link held its key; `null` elsewhere. */
  | { readonly ok: true; readonly roomUrl: string | null }
  | { readonly ok: false; readonly reason: PairFailure | "no-connection" };

const codes = new WeakMap<PairingInvitation, PairingLink>();

/** The link's code behind a '#', or a code by itself. Pure. */
export function parseInvitation(text: string): InvitationResult {
  const pasted = text.trim();
  const hashAt = pasted.indexOf("#");
  const parsed = parsePairingLink(hashAt < 0 ? pasted : pasted.slice(hashAt + 1));
  if (parsed.tag !== "pairing") return parsed;
  const { link } = parsed;
  const fp = benchFingerprint(link.hubSignPublicKey, link.hubBoxPublicKey);
  const invitation: PairingInvitation = {
    code: encodePairingLink(link),
    hubId: fullBenchId(link.hubLabel === "" ? NAMELESS : link.hubLabel, fp),
    roomToken: link.roomToken,
  };
  codes.set(invitation, link);
  return { tag: "invitation", invitation };
}

/** Reads the address bar. The fragment stays there: a page that is loaded again still knows what it was opened for. */
export function readInvitation(): InvitationResult {
  return parseInvitation(location.hash);
}

/** The bare origin of what somebody typed as the address of their bench, or `null`. Without a scheme it means https. */
export function parseBenchOrigin(text: string): string | null {
  const typed = text.trim();
  if (typed === "" || /\s/.test(typed)) return null;
  const isBare = !/^[a-z][a-z0-9+.-]*:\/\//i.test(typed);
  const url = URL.parse(isBare ? `https://${typed}` : typed);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "") return null;
  // Nobody gives their own machine a certificate.
  const isHome = isBare && /^(localhost|127\.|\[::1\])/.test(url.host);
  return isHome ? url.origin.replace(/^https:/, "http:") : url.origin;
}

/** Takes the link to another bench's page. Nothing of it is sent to anybody: it stays behind the '#'. */
export function goToPairingOn(origin: string, { code }: PairingInvitation): void {
  location.assign(`${origin}${PAIR_PATH}#${code}`);
}

/** Opens a socket to the bench of this page; tests hand in one of their own. */
type Connect = (events: TabSocketEvents) => TabSocket;

/** Accepts on this bench: shows it the secret's hash, proves the secret, and waits for what the other bench says. */
export function acceptInvitation(
  { invitation, operatorToken }: {
    readonly invitation: PairingInvitation;
    readonly operatorToken: string;
  },
  connect: Connect = connectToBench,
): Promise<AcceptResult> {
  const link = codes.get(invitation);
  if (link === undefined) throw new TypeError("an invitation that was not read here");
  const tokenHash = pairTokenHash(link.secret);
  const signer = naclSigner(pairClaimSeed(link.secret));
  return new Promise((resolve) => {
    const finish = (result: AcceptResult): void => {
      clearTimeout(deadline);
      resolve(result);
      socket.close();
    };
    const lost = (): void => finish({ ok: false, reason: "no-connection" });
    const deadline = setTimeout(lost, ANSWER_WITHIN_MS);
    const onText = (text: string): void => {
      const control = parseBenchControl(text);
      if (control === null) return;
      switch (control.t) {
        case "hi":
          return socket.send(encodeParkRequest({
            t: "pair_begin",
            hubSignPublicKey: link.hubSignPublicKey,
            hubBoxPublicKey: link.hubBoxPublicKey,
            tokenHash,
            operatorToken,
          }));
        case "pair_key": {
          const transcript = claimTranscript({
            tokenHash,
            hubSignPublicKey: link.hubSignPublicKey,
            hubBoxPublicKey: link.hubBoxPublicKey,
            benchSignPublicKey: control.benchSignPublicKey,
            benchBoxPublicKey: control.benchBoxPublicKey,
            ephemeralPublicKey: control.ephemeralPublicKey,
            nonce: control.nonce,
          });
          return socket.send(encodeParkRequest({
            t: "pair_claim",
            claimPublicKey: signer.publicKey,
            signature: signer.signSync(transcript),
          }));
        }
        case "pair_end": {
          if (control.failure !== null) return finish({ ok: false, reason: control.failure });
          const { roomToken } = link;
          const roomUrl = roomToken === "" ? null : `${location.origin}${ROOM_PATH}#${roomToken}`;
          return finish({ ok: true, roomUrl });
        }
        default:
      }
    };
    const socket: TabSocket = connect({
      onText,
      onBinary: () => undefined,
      onClose: (code) =>
        finish({ ok: false, reason: code === CLOSE.tooFast ? "too-fast" : "no-connection" }),
    });
  });
}
