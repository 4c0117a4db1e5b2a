// /bench: what this bench is to others. Its full id to hand on, whether it joins a park, and who may pair it. Drawn on the
// bench; the island inside is the id with its copy button.

import type { ComponentChildren, JSX } from "preact";
import { assertNever } from "../wire/mod.ts";
import { BenchCard } from "./BenchName.tsx";
import { BenchPicture } from "./BenchPicture.tsx";
import { PageFoot } from "./PageFoot.tsx";

/** How far this bench is on its way to others. */
export type Federation = "standalone" | "away" | "refused" | "joined";

/** What a bench tells of itself on its pages. */
export interface BenchFacts {
  readonly fullId: string;
  readonly federation: Federation;
  readonly isPairingOn: boolean;
  readonly asksOperatorToken: boolean;
  /** The id stays the same over a restart. */
  readonly hasLastingId: boolean;
}

/** `children` is the BenchId island. */
export function BenchPage(
  { facts, sourceUrl, children }: {
    readonly facts: BenchFacts;
    readonly sourceUrl: string;
    readonly children: ComponentChildren;
  },
): JSX.Element {
  return (
    <div class="page">
      <main class="status-main">
        <BenchPicture />
        <section class="card wide-card">
          <h1>This bench</h1>
          <p>
            Who wants to pair a room with this bench needs its id. It is no secret: the name is its
            own word, and what stands behind the ~ is the fingerprint of its keys, which nobody else
            can have.
          </p>
          <BenchCard id={facts.fullId} />
          {children}
          <p class="quiet">{lastingWords(facts.hasLastingId)}</p>
          <dl class="facts">
            <dt>Park</dt>
            <dd>{federationWords(facts.federation)}</dd>
            <dt>Pairing</dt>
            <dd>{pairingWords(facts)}</dd>
          </dl>
          <p>
            <a class="button" href="./pair">Pairing: I was given a link</a>
          </p>
        </section>
      </main>
      <PageFoot sourceUrl={sourceUrl} />
    </div>
  );
}

/** Whether the id can be kept. */
export function lastingWords(hasLastingId: boolean): string {
  return hasLastingId
    ? "The id stays the same when this bench restarts."
    : "The id changes when this bench restarts, because BENCH_KEY is not set.";
}

/** Where this bench stands towards others. */
export function federationWords(federation: Federation): string {
  switch (federation) {
    case "standalone":
      return "This bench is by itself: its rooms never leave it. Its keeper can join it to a park with NATS_PEERS.";
    case "away":
      return "It belongs to a park, but has no way to it just now. Its own rooms work; it joins by itself when the way is open.";
    case "refused":
      return "The NATS server beside it is of no use to it: it passes too little at once (max_payload has to be 270000 or more), or it wants a login that this bench does not have. What the bench prints says which. Until then it stays by itself.";
    case "joined":
      return "It has joined a park. Private rooms stay here all the same; public ones reach the benches that they are paired with.";
    default:
      return assertNever(federation);
  }
}

/** Who may pair it. */
export function pairingWords(
  { federation, isPairingOn, asksOperatorToken }: BenchFacts,
): string {
  if (federation === "standalone") return "There is nobody to pair with.";
  if (!isPairingOn) return "Off: its keeper switched it off.";
  return asksOperatorToken
    ? "On. To accept a pairing link here takes the operator token as well."
    : "On. Whoever holds a pairing link for this bench can accept it here.";
}
