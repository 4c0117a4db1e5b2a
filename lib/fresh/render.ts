// From a page, its layouts and the app wrapper to one HTML response, with its islands' data and script.
// It must never emit an inline script: island data is a data block, the code is one external module.
// The pieces: ./islands.ts (markers), ./serialise.ts (props), ./head.ts (head elements).

import { type ComponentChildren, type ComponentType, Fragment, h, type VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { currentBuildId } from "./asset.ts";
import type { Context } from "./context.ts";
import { collectHead, identityOf } from "./head.ts";
import { collectIslands, type UsedIsland } from "./islands.ts";
import { dataBlockId, type PageData } from "./page_data.ts";
import type { Frame, LayoutConfig, LayoutEntry, PageComponent, PageProps } from "./route.ts";
import { stringify } from "./serialise.ts";

/** Renders a page component with its data inside the frame; an async component may answer by itself. */
export async function renderPage<State>(
  ctx: Context<State>,
  frame: Frame<State>,
  component: PageComponent<unknown, State>,
  data: unknown,
  init: ResponseInit,
  config: LayoutConfig,
): Promise<Response> {
  const content = await evaluate(ctx, component, data, null);
  if (content instanceof Response) return content;
  return renderVNode(ctx, frame, content, init, config, data);
}

/** Renders what a handler wrote inside the frame. */
export async function renderVNode<State>(
  ctx: Context<State>,
  frame: Frame<State>,
  vnode: ComponentChildren,
  init: ResponseInit,
  config: LayoutConfig,
  data?: unknown,
): Promise<Response> {
  let content = vnode;
  for (const wrapper of wrappersOf(frame, config)) {
    const wrapped = await evaluate(ctx, wrapper, data, content);
    if (wrapped instanceof Response) return wrapped;
    content = wrapped;
  }
  const { result: rendered, head } = collectHead(() =>
    collectIslands(() => renderToString(h(Fragment, null, content)))
  );
  const headers = new Headers(init.headers);
  if (!headers.has("content-type")) {
    headers.set("content-type", "text/html; charset=utf-8");
  }
  const body = "<!DOCTYPE html>" +
    withIslands(withHead(rendered.result, head), rendered.islands);
  return new Response(body, { ...init, headers });
}

/** Layouts from the innermost out, then the app wrapper, less those that were opted out of. */
function wrappersOf<State>(
  frame: Frame<State>,
  config: LayoutConfig,
): readonly PageComponent<unknown, State>[] {
  const wrappers: PageComponent<unknown, State>[] = [];
  let skipApp = config.skipAppWrapper === true;
  const layouts: readonly LayoutEntry<State>[] = config.skipInheritedLayouts ? [] : frame.layouts;
  for (const layout of layouts.toReversed()) {
    wrappers.push(layout.component);
    skipApp ||= layout.config.skipAppWrapper === true;
    if (layout.config.skipInheritedLayouts) break;
  }
  if (frame.app !== null && !skipApp) wrappers.push(frame.app);
  return wrappers;
}

/** An element for a plain component; an async one is awaited here, as Preact renders in one go. */
async function evaluate<State>(
  ctx: Context<State>,
  component: PageComponent<unknown, State>,
  data: unknown,
  child: ComponentChildren,
): Promise<ComponentChildren | Response> {
  const { req, url, params, state, info, config, route, error, isPartial } = ctx;
  const Component = () => h(Fragment, null, child);
  const props: PageProps<unknown, State> = {
    ...{ req, url, params, state, info, config, route, error, isPartial, data },
    Component,
  };
  if (component.constructor.name === "AsyncFunction") {
    return await component(props);
  }
  return h(component as ComponentType<PageProps<unknown, State>>, props);
}

/** Puts collected elements into the head; one that says the same as an element of the wrapper replaces it. */
function withHead(html: string, head: readonly VNode[]): string {
  const end = html.indexOf("</head>");
  if (end < 0 || head.length === 0) return html;
  let before = html.slice(0, end);
  for (const element of head) {
    const text = renderToString(element);
    const existing = existingElement(
      before,
      identityOf(element as VNode<Record<string, unknown>>),
    );
    before = existing === null ? before + text : before.replace(existing, () => text);
  }
  return before + html.slice(end);
}

function existingElement(head: string, identity: string | null): string | null {
  if (identity === "title") {
    return /<title\b[^>]*>[^<]*<\/title>/.exec(head)?.[0] ?? null;
  }
  if (!identity?.startsWith("meta:")) return null;
  const name = `name="${identity.slice("meta:".length)}"`;
  return head.match(/<meta\b[^>]*>/g)?.find((tag) => tag.includes(name)) ??
    null;
}

/** Adds the data block and the one module script, if the page has islands at all. */
function withIslands(html: string, used: readonly UsedIsland[]): string {
  if (used.length === 0) return html;
  const buildId = currentBuildId();
  const data: PageData = {
    buildId,
    islands: used.map(({ spec, props }) => ({ name: spec.name, props })),
  };
  const base = `/_fresh/js/${buildId}/`;
  const scripts = new Set(used.flatMap(({ spec }) => spec.scripts));
  const preloads = [...scripts].map((name) => `<link rel="modulepreload" href="${base}${name}">`);
  const block = `<script type="application/json" id="${dataBlockId}">${stringify(data)}</script>`;
  const script = `<script type="module" src="${base}boot.js"></script>`;
  return insertBefore(
    insertBefore(html, "</body>", block + script),
    "</head>",
    preloads.join(""),
  );
}

function insertBefore(html: string, tag: string, text: string): string {
  // Text of a page is escaped, so a tag found in it is a tag of the wrapper.
  const at = tag === "</head>" ? html.indexOf(tag) : html.lastIndexOf(tag);
  if (at < 0) return tag === "</head>" ? html : html + text;
  return html.slice(0, at) + text + html.slice(at);
}
