// Islands in the tab: reads the page's data block and hydrates each island between its two comment markers.
// It must need neither eval nor innerHTML nor an inline script (Trusted Types 'none'), and no request of its own
// but the import() of the bundle's own chunks.
// The bench's half is ./islands.ts and ./render.ts.

import { type ComponentType, type ContainerNode, h, hydrate } from "preact";
import { setBuildId } from "./asset.ts";
import { dataBlockId, type PageData } from "./page_data.ts";
import { parse } from "./serialise.ts";

type Props = Readonly<Record<string, unknown>>;
type Loader = () => Promise<{ readonly default: ComponentType<Props> }>;

/** Hydrates the page's islands; `loaders` is made by the build, by island name. */
export async function boot(
  loaders: Readonly<Record<string, Loader>>,
): Promise<void> {
  const block = document.getElementById(dataBlockId);
  if (block === null) return;
  const data = parse(block.textContent ?? "") as PageData;
  setBuildId(data.buildId);
  const comments = commentsOf(document.body);
  await Promise.all(data.islands.map(async ({ name, props }, index) => {
    const start = comments.get(`island:${index}`);
    const end = comments.get(`/island:${index}`);
    const load = loaders[name];
    if (start === undefined || end === undefined || load === undefined) return;
    const { default: component } = await load();
    hydrate(h(component, props), rootBetween(start, end));
  }));
}

function commentsOf(root: Node): Map<string, Comment> {
  const found = new Map<string, Comment>();
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  // Walked to the end before anything is hydrated, which would change the tree under the walker.
  while (walker.nextNode()) {
    const comment = walker.currentNode as Comment;
    found.set(comment.data, comment);
  }
  return found;
}

/** What Preact takes for a parent element: the nodes between two markers among their siblings. */
function rootBetween(start: Comment, end: Comment): ContainerNode {
  const parent = end.parentElement ?? document.body;
  const nodes = (): Node[] => {
    const between: Node[] = [];
    for (
      let node = start.nextSibling;
      node !== null && node !== end;
      node = node.nextSibling
    ) {
      between.push(node);
    }
    return between;
  };
  // Preact may name a sibling beyond the end marker, since it skips comments: such nodes go to our end.
  const insert = (node: ContainerNode, before: ContainerNode | null) => {
    const anchor = nodes().find((own) => own === before) ?? end;
    return parent.insertBefore(node as Node, anchor);
  };
  return {
    nodeType: Node.ELEMENT_NODE,
    parentNode: parent,
    get firstChild() {
      return nodes()[0] ?? null;
    },
    get childNodes() {
      return nodes();
    },
    contains: (other: ContainerNode | null) => nodes().some((own) => own.contains(other as Node)),
    insertBefore: insert,
    appendChild: (node: ContainerNode) => insert(node, null),
    removeChild: (node: ContainerNode) => parent.removeChild(node as Node),
    // Preact creates HTML or SVG children after their parent's namespace.
    namespaceURI: parent.namespaceURI,
  } as ContainerNode;
}
