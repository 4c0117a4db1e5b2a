// What a press of "Create pairing link" does, step by step, without a page.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ActResult, FindResult } from "../../lib/session/contract.ts";
import type { PairingPartner } from "../../lib/session/view_state.ts";
import { type PairFormStep, type Press, pressCreate, stepWords } from "../../lib/ui/pair_flow.ts";
import { MAX_OFFERS_OF_ROOM } from "../../lib/wire/mod.ts";
import { OAK, OAK_ID } from "./fixtures.ts";

/** Presses once; answers the steps shown, and what was asked of the session. */
async function press(
  given: Partial<Press> & {
    readonly found?: FindResult | Error;
    readonly made?: ActResult | Error;
  } = {},
): Promise<{
  readonly steps: readonly PairFormStep[];
  readonly looked: readonly string[];
  readonly offers: readonly (readonly [PairingPartner, boolean])[];
}> {
  const { found = { ok: true, bench: OAK }, made = { ok: true } } = given;
  const steps: PairFormStep[] = [];
  const looked: string[] = [];
  const offers: (readonly [PairingPartner, boolean])[] = [];
  const answer = <Value>(value: Value | Error): Promise<Value> =>
    value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
  await pressCreate({
    step: { tag: "typing", word: "" },
    typed: OAK_ID,
    openOffers: 0,
    withRoomKey: false,
    wishes: {
      findBench: (text) => {
        looked.push(text);
        return answer(found);
      },
      offerPairing: (bench, withRoomKey) => {
        offers.push([bench, withRoomKey]);
        return answer(made);
      },
    },
    isStillDrawn: () => true,
    show: (step) => steps.push(step),
    ...given,
  });
  return { steps, looked, offers };
}

const tags = (steps: readonly PairFormStep[]) => steps.map(({ tag }) => tag);

Deno.test("a full Bench ID: one press finds the bench and makes the link, heard or not", async () => {
  for (const isHeard of [true, false]) {
    const bench = { ...OAK, isHeard };
    const { steps, looked, offers } = await press({ found: { ok: true, bench } });
    assertEquals(tags(steps), ["looking", "making", "typing"]);
    assertEquals(steps.at(-1), { tag: "typing", word: "" });
    assertEquals([looked, offers], [[OAK_ID], [[bench, false]]]);
  }
});

Deno.test("a label alone: the first press shows who answered and makes nothing, the second makes it", async () => {
  const first = await press({ typed: OAK.label });
  assertEquals(first.steps, [{ tag: "looking" }, { tag: "found", bench: OAK }]);
  assertEquals(first.offers, []);
  const second = await press({
    typed: OAK.label,
    step: first.steps.at(-1)!,
    withRoomKey: true,
  });
  assertEquals(tags(second.steps), ["making", "typing"]);
  assertEquals([second.looked, second.offers], [[], [[OAK, true]]]);
});

Deno.test("what is no Bench ID is not looked for", async () => {
  for (const typed of ["", "two words", "a/b", `${OAK.label}~short`, `${OAK_ID}x`]) {
    const { steps, looked } = await press({ typed });
    assertEquals(tags(steps), ["typing"], typed);
    assertStringIncludes(stepWords(steps[0]!), "This is no Bench ID.");
    assertEquals(looked, []);
  }
});

Deno.test("a bench that is not found, and a link that is refused, say why and leave the form as it was", async () => {
  const none = await press({ found: { ok: false, reason: "none" } });
  assertEquals(tags(none.steps), ["looking", "typing"]);
  assertStringIncludes(stepWords(none.steps[1]!), "No bench answered");
  assertEquals(none.offers, []);
  const refused = await press({ made: { ok: false, reason: "too-many" } });
  assertEquals(tags(refused.steps), ["looking", "making", "typing"]);
  assertStringIncludes(stepWords(refused.steps[2]!), "as it takes");
});

Deno.test("what breaks is told as no answer", async () => {
  for (const broken of [{ found: new Error("x") }, { made: new Error("x") }]) {
    const { steps } = await press(broken);
    assertStringIncludes(stepWords(steps.at(-1)!), "did not answer in time");
  }
});

Deno.test("a press while another is under way does nothing", async () => {
  for (const step of [{ tag: "looking" }, { tag: "making", bench: OAK }] as const) {
    const { steps, looked, offers } = await press({ step });
    assertEquals([steps, looked, offers], [[], [], []]);
  }
});

Deno.test("a dialog that was closed while it looked makes no link", async () => {
  const { offers, steps } = await press({ isStillDrawn: () => false });
  assertEquals(offers, []);
  assertEquals(tags(steps), ["looking"]);
});

Deno.test("one link more than a room may have open is refused at once", async () => {
  const { steps, looked } = await press({ openOffers: MAX_OFFERS_OF_ROOM });
  assertStringIncludes(stepWords(steps[0]!), "Take one back first.");
  assertEquals(looked, []);
  const last = await press({ openOffers: MAX_OFFERS_OF_ROOM - 1 });
  assert(last.offers.length === 1);
});
