// `<Head>`: elements that belong into the document's head, written where they are known.
// On the bench they are collected during one synchronous render; in the tab only the title is followed.
// Which element replaces which: Fresh's page on the head; here by title, key, id, and a meta's name.

import { type ComponentChildren, isValidElement, toChildArray, type VNode } from "preact";
import { useEffect } from "preact/hooks";

type Props = Readonly<Record<string, unknown>>;

let collected: VNode<Props>[] | null = null;

/** Runs one synchronous render and returns its result with the head elements it met. */
export function collectHead<T>(
  render: () => T,
): { readonly result: T; readonly head: VNode[] } {
  const outer = collected;
  const mine: VNode<Props>[] = [];
  collected = mine;
  try {
    return { result: render(), head: [...mine] };
  } finally {
    collected = outer;
  }
}

/** Moves its children into the document's head; a later element replaces an earlier one of the same sort. */
export function Head(
  { children }: { readonly children?: ComponentChildren },
): null {
  const elements = toChildArray(children).filter(isValidElement) as VNode<
    Props
  >[];
  if (collected !== null) {
    for (const element of elements) addElement(collected, element);
  }
  const titleElement = elements.find((element) => element.type === "title");
  const title = titleElement && toChildArray(textOf(titleElement)).join("");
  useEffect(() => {
    if (title !== undefined) document.title = title;
  }, [title]);
  return null;
}

function addElement(list: VNode<Props>[], element: VNode<Props>): void {
  const identity = identityOf(element);
  const at = list.findIndex((known) => identity !== null && identityOf(known) === identity);
  if (at < 0) list.push(element);
  else list[at] = element;
}

function textOf(element: VNode<Props>): ComponentChildren {
  return element.props.children as ComponentChildren;
}

/** What makes two head elements the same one, or null where both may stand. */
export function identityOf(element: VNode<Props>): string | null {
  const { type, key, props } = element;
  if (type === "title") return "title";
  if (key !== null && key !== undefined) return `key:${key}`;
  if (typeof props.id === "string") return `id:${props.id}`;
  if (type === "meta" && typeof props.name === "string") {
    return `meta:${props.name}`;
  }
  return null;
}
