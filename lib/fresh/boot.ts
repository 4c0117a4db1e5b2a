// Islands in the tab: reads the page's data block and hydrates each island between its two comment markers.
// It must need neither eval nor innerHTML nor an inline script (Trusted Types 'none'), and no request of its own
// but the import() of the islands' scripts beside it.
// The bench's half is ./render.ts; ./dev.ts makes this file the page's one script.

import { type ContainerNode, h, hydrate } from "preact";
import { applyBuild, dataBlockId, type PageData } from "./build.ts";
import { parse } from "./serialise.ts";

const block = document.getElementById(dataBlockId)?.textContent ?? "";
const { buildId, islands } = parse(block) as PageData;
applyBuild({ buildId });

const comments = document.createNodeIterator(document.body, NodeFilter.SHOW_COMMENT);
const markers: Comment[] = [];
// Walked to the end before anything is hydrated, which changes the tree.
for (let node = comments.nextNode(); node !== null; node = comments.nextNode()) {
  if (/^island:\d+$/.test(node.nodeValue ?? "")) markers.push(node as Comment);
}
await Promise.all(markers.map(async (start) => {
  const island = islands[Number(start.data.slice("island:".length))];
  if (island === undefined) return;
  const module = await import(new URL(`island-${island.name}.js`, import.meta.url).href);
  hydrate(h(module.default, island.props), rootAfter(start));
}));

/** What Preact needs of a parent element, for the nodes between two markers among their siblings. */
function rootAfter(start: Comment): ContainerNode {
  const parent = start.parentElement ?? document.body;
  const childNodes: Node[] = [];
  const isEnd = (node: Node) => node instanceof Comment && node.data === `/${start.data}`;
  let end = start.nextSibling;
  for (; end !== null && !isEnd(end); end = end.nextSibling) childNodes.push(end);
  // Preact may name a sibling beyond the end marker, since it skips comments: such nodes go to our end.
  const isOurs = (node: Node) =>
    (end?.compareDocumentPosition(node) ?? 0) & Node.DOCUMENT_POSITION_PRECEDING;
  const insertBefore = (node: Node, before: Node | null) =>
    parent.insertBefore(node, before !== null && isOurs(before) ? before : end);
  const { namespaceURI } = parent;
  const root = { firstChild: childNodes[0] ?? null, childNodes, namespaceURI, insertBefore };
  return root as unknown as ContainerNode;
}
