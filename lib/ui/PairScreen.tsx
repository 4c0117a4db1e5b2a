// /pair, drawn: a box for a link, and for a link that was read, who asks, what accepting means, and the one button. A page
// that was opened on the wrong bench takes the link along to the right one.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { AcceptResult } from "../session/mod.ts";
import { mayTryAgain, pairFailureWords } from "./accept_words.ts";
import { fingerprintOf, labelOf } from "./bench_words.ts";
import { BenchCard } from "./BenchName.tsx";
import type { Federation } from "./BenchPage.tsx";
import { BenchPicture } from "./BenchPicture.tsx";
import { PageFoot } from "./PageFoot.tsx";
import { PlainHttpBanner } from "./PlainHttpBanner.tsx";

/** Where accepting stands. `word` is what is wrong with what was typed. */
export type PairStep =
  | { readonly tag: "asking"; readonly word: string }
  | { readonly tag: "working" }
  | { readonly tag: "over"; readonly result: AcceptResult };

/** Asks for a pairing link where the page was opened without one. */
export function PasteScreen(
  { word, benchId, sourceUrl, onPaste }: {
    readonly word: string;
    readonly benchId: string;
    readonly sourceUrl: string;
    readonly onPaste: (text: string) => void;
  },
): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  return (
    <div class="page">
      <main class="status-main">
        <BenchPicture />
        <form
          class="card wide-card"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            onPaste(field.current?.value ?? "");
            field.current?.focus();
          }}
        >
          <h1>Pair this bench</h1>
          <p>
            The admin of a room on another bench makes a pairing link for this one,{" "}
            <bdi class="bench-name">{labelOf(benchId)}</bdi>. It works once, for five minutes.
          </p>
          <div>
            <label class="field-label" for="pairing">Pairing link or code</label>
            <div class="field-row">
              <input
                ref={field}
                id="pairing"
                class="text-field code"
                type="text"
                placeholder="Paste it here"
                aria-describedby="pairing-word"
                aria-invalid={word === "" ? "false" : "true"}
                autocomplete="off"
                autocapitalize="off"
                spellcheck={false}
                dir="ltr"
              />
              <button type="submit" class="button button-main">Go on</button>
            </div>
            <p class="field-word field-word-bad" id="pairing-word" role="status">{word}</p>
          </div>
          <p class="quiet">
            Nothing happens yet: first you see who asks. For that admin, this bench's own id stands
            on the page <a href="./bench">This bench</a>.
          </p>
        </form>
      </main>
      <PageFoot sourceUrl={sourceUrl} />
    </div>
  );
}

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
          <h1>{isOwn ? "This link is for the other bench" : "Pair this bench?"}</h1>
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

function TakeAlong(
  { onTakeAlong }: { readonly onTakeAlong: (address: string) => string },
): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const word = useSignal("");
  function go(): void {
    word.value = onTakeAlong(field.current?.value ?? "");
    if (word.value !== "") field.current?.focus();
  }
  return (
    <div>
      <label class="field-label" for="own-bench">Address of your bench</label>
      <div class="field-row field-row-wraps">
        <input
          ref={field}
          id="own-bench"
          class="text-field"
          type="text"
          inputMode="url"
          placeholder="https://"
          aria-describedby="own-bench-word"
          aria-invalid={word.value === "" ? "false" : "true"}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxLength={256}
          dir="ltr"
          onInput={() => word.value = ""}
          onKeyDown={(event) => {
            // Enter would press the form's own button, which accepts.
            if (event.key !== "Enter") return;
            event.preventDefault();
            go();
          }}
        />
        <button type="button" class="button" onClick={go}>Take it there</button>
      </div>
      <p class="field-word field-word-bad" id="own-bench-word" role="status">{word.value}</p>
    </div>
  );
}

/** What this bench already knows of itself; the button stays, for it may have been another when the page was loaded. */
function whyNotHere(federation: Federation, isPairingOn: boolean): string | null {
  if (!isPairingOn) return "The keeper of this bench switched pairing off.";
  switch (federation) {
    case "standalone":
    case "refused":
      return "This bench is by itself: it has no way to others.";
    case "away":
    case "joined":
      return null;
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
