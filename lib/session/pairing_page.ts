// What the pairing page asks of this folder: reading a pairing link, and taking it to this bench. The secret in the link
// stays in this tab; the bench gets its hash and signatures made with it. Rules: lib/park/PAIRING.md, [A1] to [A9].

import type { PairFailure } from "../wire/mod.ts";

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
