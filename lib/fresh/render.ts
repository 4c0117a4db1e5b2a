// From a page and its layouts to one HTML response, with its head elements, its islands' props and their script.
// It must never emit an inline script: props are a data block, the code is one external module.
// The tab's half is ./boot.ts; what props may hold: ./serialise.ts.

import { type ComponentChildren, Fragment, type FunctionComponent, h, options } from "preact";
import { useContext } from "preact/hooks";
import { jsxTemplate } from "preact/jsx-runtime";
import { renderToString } from "preact-render-to-string";
import { build, dataBlockId, type IslandSpec, type PageData, PageParts } from "./build.ts";
import type { Context, PageComponent, PageProps } from "./context.ts";
import { stringify } from "./serialise.ts";

/** Renders `content` inside these components, outermost first; an async one may answer by itself. */
export async function renderPage<State>(
  ctx: Context<State>,
  components: readonly PageComponent<unknown, State>[],
  content: ComponentChildren,
  data: unknown,
  init: ResponseInit,
): Promise<Response> {
  for (const component of components.toReversed()) {
    const child = content;
    const props = { ...ctx, data, Component: () => h(Fragment, null, child) };
    // Preact renders in one go, so an async component is awaited here.
    const result = component.constructor.name === "AsyncFunction"
      ? await component(props)
      : h(component as FunctionComponent<PageProps<unknown, State>>, props);
    if (result instanceof Response) return result;
    content = result;
  }
  const parts = { head: [], islands: [] };
  let html = renderToString(h(PageParts.Provider, { value: parts }, content));
  for (const element of parts.head) html = withHead(html, renderToString(element));
  const headers = new Headers(init.headers);
  if (!headers.has("content-type")) headers.set("content-type", "text/html; charset=utf-8");
  return new Response(`<!DOCTYPE html>${withIslands(html, parts.islands)}`, { ...init, headers });
}

/** Puts an element into the head; a title, or a meta of the same name, takes the place of the one before. */
function withHead(html: string, element: string): string {
  const head = html.slice(0, Math.max(0, html.indexOf("</head>")));
  const same = /^<title\b/.exec(element)?.[0] ?? /^<meta\b.*?( name="[^"]*")/.exec(element)?.[1];
  const before = head.match(/<title\b[^>]*>[^<]*<\/title>|<meta\b[^>]*>/g)
    ?.find((tag) => same !== undefined && tag.includes(same));
  if (before !== undefined) return html.replace(before, () => element);
  return html.replace("</head>", (end) => element + end);
}

/** Adds the data block and the one module script, if the page has islands at all. */
function withIslands(html: string, islands: PageData["islands"]): string {
  if (islands.length === 0) return html;
  const base = `/_fresh/js/${build.buildId}/`;
  const used = islands.map(({ name }) => build.islands.find((island) => island.name === name));
  const scripts = new Set(used.flatMap((island) => island?.scripts ?? []));
  const links = Array.from(scripts, (name) => `<link rel="modulepreload" href="${base}${name}">`);
  const block = `<script type="application/json" id="${dataBlockId}">` +
    `${stringify({ buildId: build.buildId, islands })}</script>` +
    `<script type="module" src="${base}boot.js"></script>`;
  // Text of a page is escaped, so a tag found in it is a tag of the wrapper.
  const whole = html.replace("</head>", (end) => links.join("") + end);
  const at = whole.lastIndexOf("</body>");
  return at < 0 ? whole + block : whole.slice(0, at) + block + whole.slice(at);
}

function Island(
  { spec, props }: { readonly spec: IslandSpec; readonly props: Record<string, unknown> },
) {
  const parts = useContext(PageParts);
  // Made from another element, as the hook below would make an island of it again.
  const content = Object.assign(h(Fragment, null), { type: spec.component, props });
  if (!parts?.islands) return content;
  const at = parts.islands.push({ name: spec.name, props }) - 1;
  // The template of precompiled JSX is the one public way to write a comment.
  const marked = jsxTemplate([`<!--island:${at}-->`, `<!--/island:${at}-->`], content);
  return h(PageParts.Provider, { value: { ...parts, islands: null } }, marked);
}

const outerHook = options.vnode;
options.vnode = (vnode) => {
  const spec = typeof vnode.type === "function" &&
    build.islands.find(({ component }) => component === vnode.type);
  if (spec) Object.assign(vnode, { type: Island, props: { spec, props: vnode.props } });
  outerHook?.(vnode);
};
