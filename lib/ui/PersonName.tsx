// How a person is drawn everywhere: name, colour, tag, and the badge of a proved admin.
// The name is a stranger's text: a text node in an isolate of its own, so that it can neither make markup nor turn the
// sentence around it.

import type { JSX } from "preact";
import type { Author } from "../session/view_state.ts";

/** The bare name in the person's colour. */
export function PersonName({ who }: { readonly who: Author }): JSX.Element {
  return <bdi class={`person-name hue-${who.hue}`}>{who.name}</bdi>;
}

/** Four characters that tell two equal names apart. */
export function PersonTag({ who }: { readonly who: Author }): JSX.Element {
  return <span class="person-tag">{who.tag}</span>;
}

/** Shown for the admin, whose key was checked. */
export function AdminBadge({ who }: { readonly who: Author }): JSX.Element | null {
  return who.isAdmin ? <span class="admin-badge">admin</span> : null;
}

/** A disc with the first letter, for the eye alone. */
export function PersonDisc({ who }: { readonly who: Author }): JSX.Element {
  const [first = "?"] = who.name;
  return <span class={`person-disc disc-${who.hue}`} aria-hidden="true">{first.toUpperCase()}
  </span>;
}
