// How a bench is drawn everywhere. Its label is its own word and proves nothing: a text node in an isolate, with the start
// of the fingerprint beside it, as people have their tags. Where somebody has to compare, the full id.

import type { JSX } from "preact";
import { fingerprintOf, hostOf, labelOf, shortFingerprint } from "./bench_words.ts";

/** The label alone; the full id is its tooltip. */
export function BenchName({ id }: { readonly id: string }): JSX.Element {
  return <bdi class="bench-name" title={id}>{labelOf(id)}</bdi>;
}

/** The first characters of the fingerprint, which tell two benches of one label apart. */
export function BenchTag({ id }: { readonly id: string }): JSX.Element {
  return <span class="person-tag" title={id}>{shortFingerprint(id)}</span>;
}

/** Everything that there is to compare: the full id, and the host where it is known. */
export function BenchCard(
  { id, url = null, children }: {
    readonly id: string;
    /** A bare origin, "" where the bench said none, `null` where nobody asked it. */
    readonly url?: string | null;
    readonly children?: JSX.Element | null;
  },
): JSX.Element {
  return (
    <div class="bench-card">
      <p class="bench-card-name">
        <bdi class="bench-name">{labelOf(id)}</bdi>
      </p>
      <p class="bench-card-print code" dir="ltr">~{fingerprintOf(id)}</p>
      {url === null ? null : (
        <p class="quiet">
          {hostOf(url) === null ? "It says no address of its own." : (
            <>
              at <bdi>{hostOf(url)}</bdi>
            </>
          )}
        </p>
      )}
      {children}
    </div>
  );
}
