// Why the bench that somebody typed was not found, and what to do about it. Pure.

import { assertNever } from "../wire/mod.ts";
import type { FindFailure } from "../session/contract.ts";

/** Total over every failure. */
export function findFailureWords(reason: FindFailure): string {
  switch (reason) {
    case "not-an-id":
      return "This is no Bench ID. The other bench shows its own on its page /bench: copy it whole.";
    case "this-bench":
      return "This is the Bench ID of this very bench. Ask for that of the other one.";
    case "none":
      return "No bench answered to this label. Check it, or paste the full Bench ID: it works even while that bench is not heard.";
    case "several":
      return "Several benches go by this label. Paste the full Bench ID, which tells them apart.";
    case "busy":
      return "Benches were asked for too often just now. Wait a moment, and try again.";
    case "park-away":
      return "There is no way to other benches just now. Try again in a minute.";
    case "no-answer":
      return "This bench did not answer in time. Try again.";
    default:
      return assertNever(reason);
  }
}
