// Figures that are told and not judged: how often raw memory still holds what a bench has let go of.

import { type Found, sumOf } from "../support/canary.ts";

/** One line into the test's output. */
export function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** "room id 3 times, box 2 times": finds by what kind of thing they are. */
export function figures(found: readonly Found[]): string {
  const byKind = found.map(({ what, times }) => ({
    what: /^(?:the |a )?(room id|member id|address|box)/.exec(what)?.[1] ?? what,
    spelling: "",
    times,
  }));
  return sumOf(byKind).map(({ what, times }) => `${what} ${times} times`).join(", ") || "nothing";
}
