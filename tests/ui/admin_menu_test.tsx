// The admin's menu: its fixed words, what cannot be used and why, and where each key leads.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { renderToString } from "preact-render-to-string";
import { AdminMenu, targetOfKey } from "../../lib/ui/AdminMenu.tsx";
import { type ParkSide, whyNotPair, whyNotPublic } from "../../lib/ui/park_reasons.ts";
import { fullView, OAK_ID, otherSeat, seat } from "./fixtures.ts";
import { allElements, descriptionOf, type Node, oneByRole, parseMarkup } from "./markup.ts";

/** A private room on a bench that belongs to a park. */
const PRIVATE: ParkSide = { ...fullView(), publicness: "private", benches: [] };
const PUBLIC: ParkSide = { ...PRIVATE, publicness: "by-admin" };

function menuOf(park: ParkSide): Node {
  return parseMarkup(
    renderToString(<AdminMenu park={park} onChoose={() => undefined} startOpen />),
  );
}

const open = menuOf(PRIVATE);
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
  const closed = parseMarkup(
    renderToString(<AdminMenu park={PRIVATE} onChoose={() => undefined} />),
  );
  assertEquals(allElements(closed).filter((n) => n.attributes.get("role") === "menuitem"), []);
  assertEquals(oneByRole(closed, "button", "Admin").attributes.get("aria-haspopup"), "menu");
});

Deno.test("what cannot be used is marked so, and says why in visible words", () => {
  const alone = menuOf({ ...PRIVATE, park: "none" });
  const reasons: readonly (readonly [Node, string, string])[] = [
    [open, "Change the locks", "not built yet"],
    [open, "Pair with another bench", "Make the room public first."],
    [menuOf(PUBLIC), "Make room public", "It is public already; there is no way back."],
    [alone, "Make room public", "This bench is by itself, or its keeper switched pairing off."],
    [
      alone,
      "Pair with another bench",
      "This bench is by itself, or its keeper switched pairing off.",
    ],
  ];
  for (const [menu, name, reason] of reasons) {
    const item = oneByRole(menu, "menuitem", name);
    assertEquals(item.attributes.get("aria-disabled"), "true", name);
    assertStringIncludes(descriptionOf(menu, item), reason);
  }
});

Deno.test("what can be used is not marked", () => {
  const usable: readonly (readonly [Node, string])[] = [
    [open, "Invite people"],
    [open, "Create new bench"],
    [open, "Make room public"],
    [open, "Delete this bench"],
    [menuOf(PUBLIC), "Pair with another bench"],
  ];
  for (const [menu, name] of usable) {
    assert(!oneByRole(menu, "menuitem", name).attributes.has("aria-disabled"), name);
  }
});

Deno.test("a room pairs from its home, whoever the admin sits with", () => {
  const home = otherSeat({ isHub: true });
  const here = seat({ isHub: false });
  assertEquals(
    whyNotPair({ ...PUBLIC, benches: [home, here] }),
    "This room's home is the bench quiet-oak-42: pair from there.",
  );
  assertEquals(whyNotPair({ ...PUBLIC, benches: [seat(), otherSeat({ id: OAK_ID })] }), null);
  assertEquals(whyNotPair({ ...PUBLIC, park: "away" }), null);
});

Deno.test("public by this bench's word alone is worded as its word", () => {
  assertStringIncludes(whyNotPublic({ ...PUBLIC, publicness: "by-bench" })!, "This bench says");
  assertEquals(whyNotPublic({ ...PRIVATE, park: "away" }), null);
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
