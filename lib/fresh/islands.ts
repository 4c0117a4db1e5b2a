// Islands on the bench: finds them while a page renders, puts comment markers around them and keeps their props.
// It must leave an island inside another island alone (the outer one renders it in the tab too).
// The tab's half is ./boot.ts; what props may hold: ./serialise.ts.

import {
  type ComponentChild,
  type ComponentType,
  createContext,
  h,
  options,
  type VNode,
} from "preact";
import { useContext } from "preact/hooks";
import { jsxTemplate } from "preact/jsx-runtime";
import { asset } from "./asset.ts";

type Props = Readonly<Record<string, unknown>>;

export interface IslandSpec {
  readonly name: string;
  readonly component: ComponentType<Props>;
  /** The scripts its code needs, as file names beside boot.js: fetched early. */
  readonly scripts: readonly string[];
}

/** One island met during a render, in the order of the markers. */
export interface UsedIsland {
  readonly spec: IslandSpec;
  readonly props: Props;
}

const known = new Map<unknown, IslandSpec>();
const InsideIsland = createContext(false);
let used: UsedIsland[] | null = null;
let bypass = false;

/** Makes the components of these islands be treated as islands wherever they are rendered from now on. */
export function registerIslands(specs: readonly IslandSpec[]): void {
  for (const spec of specs) known.set(spec.component, spec);
}

/** Runs one synchronous render and returns its result with the islands it met. */
export function collectIslands<T>(
  render: () => T,
): { readonly result: T; readonly islands: readonly UsedIsland[] } {
  const mine: UsedIsland[] = [];
  used = mine;
  try {
    return { result: render(), islands: mine };
  } finally {
    used = null;
  }
}

function plain(spec: IslandSpec, props: Props): VNode<Props> {
  bypass = true;
  try {
    return h(spec.component, props);
  } finally {
    bypass = false;
  }
}

function IslandRoot(
  { spec, props }: { readonly spec: IslandSpec; readonly props: Props },
): ComponentChild {
  const inside = useContext(InsideIsland);
  const content = plain(spec, props);
  if (inside || used === null) return content;
  const index = used.push({ spec, props }) - 1;
  // The template of precompiled JSX is the one public way to write a comment.
  const marked = jsxTemplate([`<!--island:${index}-->`, `<!--/island:${index}-->`], content);
  return h(InsideIsland.Provider, { value: true }, marked);
}

const outerHook = options.vnode;
options.vnode = (vnode: VNode) => {
  const spec = bypass || typeof vnode.type !== "function" ? undefined : known.get(vnode.type);
  if (spec !== undefined) {
    Object.assign(vnode, { type: IslandRoot, props: { spec, props: vnode.props } });
  } else if (vnode.type === "img" || vnode.type === "source") {
    lockSource(vnode.props as Record<string, unknown>);
  }
  outerHook?.(vnode);
};

/** Gives the file of an <img> or <source> its long-lived name, unless the element declines. */
function lockSource(props: Record<string, unknown>): void {
  if (typeof props.src !== "string" || "data-fresh-disable-lock" in props) return;
  props.src = asset(props.src);
}
