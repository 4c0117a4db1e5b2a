// Why a bench did not take what the admin asked for: one sentence or two each, with what to do. Pure.

import type { ActResult } from "../session/contract.ts";
import { type AdminRefusal, assertNever } from "../wire/mod.ts";

/** What to say of an act that was not taken; `null` of one that was. A rejected promise is silence. */
export async function refusalOf(act: Promise<ActResult>): Promise<string | null> {
  const result = await act.catch((): ActResult => ({ ok: false, reason: "no-answer" }));
  return result.ok ? null : actRefusalWords(result.reason);
}

/** Total over every refusal and over silence. */
export function actRefusalWords(reason: AdminRefusal | "no-answer"): string {
  switch (reason) {
    case "malformed":
      return "This bench could not read that. Load the page again: one of the two may be older than the other.";
    case "not-admin":
      return "This bench does not know this tab's key as the admin's.";
    case "wrong-room":
      return "That was for another room, so this bench did not take it.";
    case "stale":
      return "The admin said something newer meanwhile, perhaps in another tab. Try again.";
    case "bad-signature":
      return "This bench says that the signature did not fit. Load the page again, and try once more.";
    case "unsupported":
      return "This bench does not know how to do that yet.";
    case "not-public":
      return "This room is private. Make it public first.";
    case "no-park":
      return "This bench is by itself, or its keeper does not let it pair.";
    case "park-away":
      return "There is no way to other benches just now. Try again in a minute.";
    case "on-spoke":
      return "This room's home is another bench. It has to be done there.";
    case "hub-away":
      return "This room's home does not answer just now. Try again when it is linked again.";
    case "too-many":
      return "This bench has as many pairing links or links to benches as it takes. End one, or try again later.";
    case "spent":
      return "This pairing link was already used, or is in use. Make a new one.";
    case "wrong-bench":
      return "That is the wrong bench: a room pairs from its own home, with another bench than that.";
    case "no-answer":
      return "This bench did not answer in time. Try again.";
    default:
      return assertNever(reason);
  }
}
