// /pair with a link that was read: who asks, what accepting means, the one button, and what became of it. A page that was
// opened on the wrong bench takes the link along to the right one.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { assertNever } from "../wire/mod.ts";
import type { AcceptResult } from "../session/mod.ts";
import { mayTryAgain, pairFailureWords } from "./accept_words.ts";
import { fingerprintOf, labelOf } from "./bench_words.ts";
import { BenchCard } from "./BenchName.tsx";
import type { Federation } from "./BenchPage.tsx";
import { PageFoot } from "./PageFoot.tsx";
import { PlainHttpBanner } from "./PlainHttpBanner.tsx";
import { TakeAlong } from "./TakeAlong.tsx";

/** Where accepting stands. `word` is what is wrong with what was typed. */
export type PairStep =
  | { readonly tag: "asking"; readonly word: string }
  | { readonly tag: "working" }
  | { readonly tag: "over"; readonly result: AcceptResult };

/** A pairing link that was read: who asks, and one button. Links made by this very bench are for another. */
export function PairScreen(
  {
    hubId,
    benchId,
    hasRoomKey,
    federation,
    isPairingOn,
    asksOperatorToken,
    plainHttp,
    sourceUrl,
    step,
    onAccept,
    onTakeAlong,
  }: {
    /** Full id of the bench that asks. */
    readonly hubId: string;
    /** Full id of this bench. */
    readonly benchId: string;
    readonly hasRoomKey: boolean;
    readonly federation: Federation;
    readonly isPairingOn: boolean;
    readonly asksOperatorToken: boolean;
    readonly plainHttp: boolean;
    readonly sourceUrl: string;
    readonly step: PairStep;
    readonly onAccept: (operatorToken: string) => void;
    /** Answers what is wrong with the address; "" when the tab goes there. */
    readonly onTakeAlong: (address: string) => string;
  },
): JSX.Element {
  const token = useSignal("");
  const isOwn = fingerprintOf(hubId) === fingerprintOf(benchId);
  const cannot = whyNotHere(federation, isPairingOn);
  const isOver = step.tag === "over" && (step.result.ok || !mayTryAgain(step.result.reason));
  const isWrong = step.tag === "over" && !step.result.ok && step.result.reason === "wrong-bench";
  return (
    <div class="page">
      {plainHttp ? <PlainHttpBanner /> : null}
      <main class="status-main">
        <form
          class="card wide-card"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (!isOwn && !isOver && step.tag !== "working") onAccept(token.value);
          }}
        >
          <h1>{headingOf(step, isOwn, isOver)}</h1>
          {isOwn
            ? (
              <p>
                It was made on this one,{" "}
                <bdi class="bench-name">{labelOf(benchId)}</bdi>. Give it to whoever keeps the other
                bench, or take it there yourself.
              </p>
            )
            : (
              <>
                <div class="two-benches">
                  <div>
                    <h2>Asks</h2>
                    <BenchCard id={hubId} />
                  </div>
                  <div>
                    <h2>This bench</h2>
                    <BenchCard id={benchId} />
                  </div>
                </div>
                {isOver ? null : <WhatItMeans hasRoomKey={hasRoomKey} />}
              </>
            )}
          {cannot === null || isOwn || isOver ? null : <p class="offer-word-warn">{cannot}</p>}
          {asksOperatorToken && !isOwn && !isOver
            ? (
              <div>
                <label class="field-label" for="operator-token">Operator token</label>
                <input
                  id="operator-token"
                  class="text-field code"
                  type="password"
                  value={token.value}
                  onInput={(event) => token.value = event.currentTarget.value}
                  aria-describedby="operator-about"
                  autocomplete="off"
                  maxLength={256}
                  dir="ltr"
                />
                <p class="quiet" id="operator-about">
                  Whoever runs this bench set it. It goes to this bench alone.
                </p>
              </div>
            )
            : null}
          {isOwn || isOver ? null : (
            <button
              type="submit"
              class="button button-main button-large"
              aria-disabled={step.tag === "working" ? "true" : undefined}
            >
              Accept pairing
            </button>
          )}
          {isOwn ? null : (
            <p class={outcomeClass(step)} role="status">
              {outcomeWords(step, labelOf(hubId))}
            </p>
          )}
          {step.tag === "over" && step.result.ok ? <IntoTheRoom url={step.result.roomUrl} /> : null}
          {isOwn || isWrong ? <TakeAlong onTakeAlong={onTakeAlong} /> : null}
          {isOwn || isOver ? null : (
            <details class="fold" open={cannot !== null}>
              <summary>Not your bench?</summary>
              <p>
                The link may have been opened at the wrong address. It goes along to yours, and is
                sent nowhere else.
              </p>
              <TakeAlong onTakeAlong={onTakeAlong} />
            </details>
          )}
        </form>
      </main>
      <PageFoot sourceUrl={sourceUrl} />
    </div>
  );
}

function WhatItMeans({ hasRoomKey }: { readonly hasRoomKey: boolean }): JSX.Element {
  return (
    <>
      <p>
        Accepting means that this bench carries one room of the other. It sees the room's number,
        how many sit there, and when a message passes, in which of six sizes; never what is said,
        nor names or pictures. The admin over there can end it at any time.
      </p>
      <p class="quiet">
        Nothing has connected yet.{" "}
        {hasRoomKey ? "The link holds the room's key, so you can go in afterwards." : ""}
      </p>
    </>
  );
}

function IntoTheRoom({ url }: { readonly url: string | null }): JSX.Element {
  return url === null
    ? <p>The room's admin hands out the room's link for this bench.</p>
    : <a class="button button-main button-large" href={url}>Go into the room</a>;
}

function headingOf(step: PairStep, isOwn: boolean, isOver: boolean): string {
  if (isOwn) return "This link is for the other bench";
  if (!isOver) return "Pair this bench?";
  return step.tag === "over" && step.result.ok ? "It worked" : "This link does not work here";
}

/** What this bench already knows of itself; the button stays, for it may have been another when the page was loaded. */
function whyNotHere(federation: Federation, isPairingOn: boolean): string | null {
  switch (federation) {
    case "standalone":
    case "refused":
      return "This bench is by itself: it has no way to others.";
    case "away":
    case "joined":
      return isPairingOn ? null : "The keeper of this bench switched pairing off.";
    default:
      return assertNever(federation);
  }
}

function outcomeWords(step: PairStep, hubLabel: string): string {
  switch (step.tag) {
    case "asking":
      return step.word;
    case "working":
      return "Asking the other bench. This takes a few seconds…";
    case "over":
      return step.result.ok
        ? `Paired with ${hubLabel}. This bench carries the room from now on.`
        : pairFailureWords(step.result.reason);
  }
}

function outcomeClass(step: PairStep): string {
  if (step.tag === "working") return "outcome";
  if (step.tag === "over" && step.result.ok) return "outcome outcome-good";
  return "outcome outcome-bad";
}
