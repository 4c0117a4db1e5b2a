// The admin's menu: its fixed words, what cannot be used and why, and where each key leads.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { renderToString } from "preact-render-to-string";
import { AdminMenu, targetOfKey } from "../../lib/ui/AdminMenu.tsx";
import { allElements, descriptionOf, oneByRole, parseMarkup } from "./markup.ts";

const open = parseMarkup(renderToString(<AdminMenu onChoose={() => undefined} startOpen />));
const NAMES = [
  "Invite people",
  "Create new bench",
  "Make room public",
  "Pair with another bench",
  "Change the locks",
  "Delete this bench",
];

Deno.test("the menu has its six items, by exactly these names", () => {
  const items = allElements(open).filter((node) => node.attributes.get("role") === "menuitem");
  assertEquals(items.length, NAMES.length);
  for (const name of NAMES) oneByRole(open, "menuitem", name);
  oneByRole(open, "menu", "Admin");
  assertEquals(oneByRole(open, "button", "Admin").attributes.get("aria-expanded"), "true");
});

Deno.test("closed, there is the button alone", () => {
  const closed = parseMarkup(renderToString(<AdminMenu onChoose={() => undefined} />));
  assertEquals(allElements(closed).filter((n) => n.attributes.get("role") === "menuitem"), []);
  assertEquals(oneByRole(closed, "button", "Admin").attributes.get("aria-haspopup"), "menu");
});

Deno.test("what cannot be used yet is marked so, and says why in visible words", () => {
  for (const name of ["Make room public", "Pair with another bench", "Change the locks"]) {
    const item = oneByRole(open, "menuitem", name);
    assertEquals(item.attributes.get("aria-disabled"), "true", name);
    assertStringIncludes(descriptionOf(open, item), "not built yet");
  }
  for (const name of ["Invite people", "Create new bench", "Delete this bench"]) {
    assert(!oneByRole(open, "menuitem", name).attributes.has("aria-disabled"), name);
  }
});

Deno.test("where the menu says bench, its description says that a room is meant", () => {
  for (const name of ["Create new bench", "Delete this bench"]) {
    assertStringIncludes(descriptionOf(open, oneByRole(open, "menuitem", name)), "room");
  }
});

Deno.test("targetOfKey() follows arrows, Home, End and first letters, around the ends", () => {
  const to = (key: string, at: number) => targetOfKey(key, at, NAMES);
  assertEquals([to("ArrowDown", -1), to("ArrowDown", 0), to("ArrowDown", 5)], [0, 1, 0]);
  assertEquals([to("ArrowUp", -1), to("ArrowUp", 0), to("ArrowUp", 5)], [5, 5, 4]);
  assertEquals([to("Home", 3), to("End", 3)], [0, 5]);
  assertEquals([to("c", 0), to("c", 1), to("c", 4), to("D", 0)], [1, 4, 1, 5]);
  assertEquals([to("z", 0), to("Enter", 0), to(" ", 0), to("Tab", 0)], [null, null, null, null]);
  assertEquals(targetOfKey("ArrowDown", -1, []), null);
});
