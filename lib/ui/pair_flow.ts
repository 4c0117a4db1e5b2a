// What a press of "Create pairing link" does. A full Bench ID names one bench for certain, so one press looks it up and
// makes the link; behind a label alone anybody may stand, so who answered is shown first, and the link is made at the
// second press. No DOM here. Rules: lib/park/PAIRING.md.

import type { ActResult, FindResult, Session } from "../session/contract.ts";
import type { PairingPartner } from "../session/view_state.ts";
import { assertNever, MAX_OFFERS_OF_ROOM, parseTypedBenchId } from "../wire/mod.ts";
import { actRefusalWords } from "./act_words.ts";
import { findFailureWords } from "./find_words.ts";

/** Where the form stands. `word` is why the last press came to nothing; "" when it did not. */
export type PairFormStep =
  | { readonly tag: "typing"; readonly word: string }
  | { readonly tag: "looking" }
  /** A label alone was typed, and this is who answered: the next press makes the link. */
  | { readonly tag: "found"; readonly bench: PairingPartner }
  | { readonly tag: "making"; readonly bench: PairingPartner };

/** What the form asks of the session. */
export type FormWishes = Pick<Session, "findBench" | "offerPairing">;

/** One press, in the state that it met. */
export interface Press {
  readonly step: PairFormStep;
  readonly typed: string;
  readonly openOffers: number;
  readonly withRoomKey: boolean;
  readonly wishes: FormWishes;
  /** The dialog was not closed meanwhile; if it was, nothing more is made. */
  readonly isStillDrawn: () => boolean;
  /** Told every step on the way; `typing` without a word means that the link is made. */
  readonly show: (step: PairFormStep) => void;
}

const TOO_MANY_WORDS =
  `${MAX_OFFERS_OF_ROOM} pairing links of this room are open. Take one back first.`;

/** Resolves when the press has had all its effects. Never throws. */
export async function pressCreate(press: Press): Promise<void> {
  const { step, typed, openOffers, wishes, isStillDrawn, show } = press;
  if (step.tag === "looking" || step.tag === "making") return;
  if (openOffers >= MAX_OFFERS_OF_ROOM) return show({ tag: "typing", word: TOO_MANY_WORDS });
  if (step.tag === "found") return await make(press, step.bench);
  const id = parseTypedBenchId(typed);
  if (id === null) return show({ tag: "typing", word: findFailureWords("not-an-id") });
  show({ tag: "looking" });
  const found = await wishes.findBench(typed)
    .catch((): FindResult => ({ ok: false, reason: "no-answer" }));
  if (!isStillDrawn()) return;
  if (!found.ok) return show({ tag: "typing", word: findFailureWords(found.reason) });
  if (id.fp === null) show({ tag: "found", bench: found.bench });
  else await make(press, found.bench);
}

async function make({ wishes, withRoomKey, show }: Press, bench: PairingPartner): Promise<void> {
  show({ tag: "making", bench });
  const made = await wishes.offerPairing(bench, withRoomKey)
    .catch((): ActResult => ({ ok: false, reason: "no-answer" }));
  show({ tag: "typing", word: made.ok ? "" : actRefusalWords(made.reason) });
}

/** What the form says meanwhile. */
export function stepWords(step: PairFormStep): string {
  switch (step.tag) {
    case "typing":
      return step.word;
    case "looking":
      return "Looking for that bench. This takes two seconds…";
    case "found":
      return `${step.bench.label} answered. Compare what stands behind the ~ with its page /bench, then press again.`;
    case "making":
      return "Making the link…";
    default:
      return assertNever(step);
  }
}
