// What holds for every screen and dialog, asked of its markup: nothing that the policy forbids, nothing without a name.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { allElements, byRole, type Node } from "./markup.ts";

const FORBIDDEN = ["script", "style", "iframe", "object", "embed", "base", "form-action"];
const NAMED = [
  "button",
  "link",
  "textbox",
  "password",
  "checkbox",
  "switch",
  "progressbar",
  "dialog",
  "alertdialog",
  "region",
  "menuitem",
];

/** No inline script or style, no handler, nothing loaded from another host. */
export function assertAllowed(root: Node): void {
  for (const { tag, attributes } of allElements(root)) {
    assert(!FORBIDDEN.includes(tag), tag);
    for (const [key, value] of attributes) {
      assert(key !== "style" && key !== "srcdoc", `${tag} has ${key}`);
      assert(!/^on/i.test(key), `${tag} has ${key}`);
      assert(!/^\s*(javascript|data|vbscript):/i.test(value), `${tag} ${key}`);
      if (key === "src" || key === "srcset" || key === "poster") assert(/^blob:/.test(value));
    }
  }
}

/** Every control has a name, every id stands once and what points at it finds it, every picture has words. */
export function assertNamed(root: Node): void {
  const elements = allElements(root);
  const ids = elements.map((node) => node.attributes.get("id")).filter((id) => id !== undefined);
  assertEquals(new Set(ids).size, ids.length);
  for (const role of NAMED) assertEquals(byRole(root, role, "").length, 0, `a nameless ${role}`);
  for (const node of elements) {
    const { attributes } = node;
    if (node.tag === "img") assert((attributes.get("alt") ?? "") !== "");
    if (node.tag === "button") assert(attributes.has("type"), "a button without type");
    for (const id of (attributes.get("aria-describedby") ?? "").split(" ")) {
      assert(id === "" || ids.includes(id), `nothing has the id ${id}`);
    }
    if (attributes.get("target") === "_blank") {
      assertStringIncludes(attributes.get("rel") ?? "", "noopener");
    }
  }
}
