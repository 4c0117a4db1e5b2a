// Reads rendered markup back into a small tree, so that a test asks for roles and names instead of matching text.
// Knows only what lib/ui writes: double-quoted attributes, void elements, the few entities that Preact writes.

/** An element; `text` is set for text nodes alone, which have no tag. */
export interface Node {
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Node[];
  readonly text: string;
}

const VOID = new Set(["br", "hr", "img", "input", "link", "meta"]);
const TOKEN =
  /<!--[^]*?-->|<(\/?)([a-zA-Z][\w-]*)((?:\s+[^\s=>"/]+(?:="[^"]*")?)*)\s*(\/?)>|[^<]+/g;

/** The tree under a made-up root. Throws when the markup holds anything the reader does not know. */
export function parseMarkup(markup: string): Node {
  const root = element("root", "");
  const stack = [root];
  let at = 0;
  for (const match of markup.matchAll(TOKEN)) {
    if (match.index !== at) throw new Error("markup that this reader does not know");
    at += match[0].length;
    const [whole, slash, tag, attributes = "", selfClosed] = match;
    const top = stack.at(-1)!;
    if (tag === undefined) {
      if (!whole.startsWith("<!--")) top.children.push(textNode(decode(whole)));
    } else if (slash === "/") {
      if (top.tag !== tag) throw new Error(`</${tag}> closes <${top.tag}>`);
      stack.pop();
    } else {
      const node = element(tag, attributes);
      top.children.push(node);
      if (!VOID.has(tag) && selfClosed !== "/") stack.push(node);
    }
  }
  if (at !== markup.length || stack.length !== 1) throw new Error("markup that does not close");
  return root;
}

/** Every element, in document order. */
export function allElements(node: Node): readonly Node[] {
  return node.children.flatMap((child) => child.tag === "" ? [] : [child, ...allElements(child)]);
}

/** Elements of this role and exactly this accessible name. */
export function byRole(root: Node, role: string, name: string): readonly Node[] {
  return allElements(root).filter((node) => roleOf(node) === role && nameOf(root, node) === name);
}

/** The one element of this role and name; throws when there is none, or more than one. */
export function oneByRole(root: Node, role: string, name: string): Node {
  const found = byRole(root, role, name);
  if (found.length !== 1) throw new Error(`${found.length} x ${role} "${name}"`);
  return found[0]!;
}

/** What a reader sees as text, hidden drawings left out. */
export function textOf(node: Node): string {
  if (node.tag === "") return node.text;
  if (node.attributes.get("aria-hidden") === "true") return "";
  if (node.tag === "img") return node.attributes.get("alt") ?? "";
  return node.children.map(textOf).join("");
}

/** What the element's aria-describedby points at, as text. */
export function descriptionOf(root: Node, node: Node): string {
  return byIds(root, node.attributes.get("aria-describedby"));
}

function roleOf(node: Node): string {
  const given = node.attributes.get("role");
  if (given !== undefined) return given;
  switch (node.tag) {
    case "button":
    case "dialog":
    case "img":
    case "main":
      return node.tag;
    case "a":
      return "link";
    case "h1":
    case "h2":
    case "h3":
      return "heading";
    case "textarea":
      return "textbox";
    case "progress":
      return "progressbar";
    case "input": {
      const type = node.attributes.get("type") ?? "text";
      return type === "text" ? "textbox" : type;
    }
    default:
      return "";
  }
}

function nameOf(root: Node, node: Node): string {
  const label = node.attributes.get("aria-label");
  if (label !== undefined) return label;
  if (node.attributes.has("aria-labelledby")) {
    return byIds(root, node.attributes.get("aria-labelledby"));
  }
  const id = node.attributes.get("id");
  if (node.tag === "input" || node.tag === "textarea") {
    const labels = allElements(root).filter((other) =>
      other.tag === "label" && other.attributes.get("for") === id && id !== undefined
    );
    return labels.map(textOf).join(" ").trim();
  }
  return textOf(node).trim();
}

function byIds(root: Node, ids: string | undefined): string {
  const wanted = (ids ?? "").split(" ").filter((id) => id !== "");
  return wanted.map((id) => {
    const found = allElements(root).filter((node) => node.attributes.get("id") === id);
    if (found.length !== 1) throw new Error(`${found.length} elements have the id ${id}`);
    return textOf(found[0]!).trim();
  }).join(" ");
}

function element(tag: string, attributes: string): Node {
  const map = new Map<string, string>();
  for (const [, name, value] of attributes.matchAll(/([^\s=>"/]+)(?:="([^"]*)")?/g)) {
    map.set(name!, decode(value ?? ""));
  }
  return { tag, attributes: map, children: [], text: "" };
}

function textNode(text: string): Node {
  return { tag: "", attributes: new Map(), children: [], text };
}

function decode(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}
