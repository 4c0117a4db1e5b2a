// The screens and dialogs of rooms across benches as the bench would write them: the fixed names of controls, what is
// said before anything is done, and strangers' ids and addresses as text and nothing else.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import BenchId from "../../islands/BenchId.tsx";
import PairBench from "../../islands/PairBench.tsx";
import type { SessionView } from "../../lib/session/view_state.ts";
import { pairFailureWords } from "../../lib/ui/accept_words.ts";
import {
  type BenchFacts,
  BenchPage,
  type Federation,
  federationWords,
  pairingWords,
} from "../../lib/ui/BenchPage.tsx";
import { BenchesBar } from "../../lib/ui/BenchesBar.tsx";
import { newChime } from "../../lib/ui/chime.ts";
import { MakePublicDialog } from "../../lib/ui/MakePublicDialog.tsx";
import { PairDialog } from "../../lib/ui/PairDialog.tsx";
import type { PairFormStep } from "../../lib/ui/pair_flow.ts";
import { PairScreen, type PairStep } from "../../lib/ui/PairScreen.tsx";
import { PasteScreen } from "../../lib/ui/PasteScreen.tsx";
import { RoomScreen } from "../../lib/ui/RoomScreen.tsx";
import { UnpairDialog } from "../../lib/ui/UnpairDialog.tsx";
import {
  fullView,
  HERE_ID,
  HOSTILE_ID,
  HOSTILE_NAME,
  OAK,
  OAK_ID,
  offered,
  otherSeat,
  seat,
  stillSession,
} from "./fixtures.ts";
import {
  allElements,
  byRole,
  descriptionOf,
  type Node,
  oneByRole,
  parseMarkup,
  textOf,
} from "./markup.ts";
import { assertAllowed, assertNamed } from "./screen_rules.ts";

const SOURCE = "https://example.org/source";
const nothing = () => undefined;
const taken = () => Promise.resolve({ ok: true } as const);
const view = fullView();

const FACTS: BenchFacts = {
  fullId: HERE_ID,
  federation: "joined",
  isPairingOn: true,
  asksOperatorToken: false,
  hasLastingId: false,
};

function bar(given: Partial<SessionView> = {}): ComponentChildren {
  return <BenchesBar view={{ ...view, ...given }} onUnpair={nothing} onOffers={nothing} />;
}

function pairDialog(given: Partial<SessionView> = {}, firstStep?: PairFormStep): ComponentChildren {
  const shown = { ...view, ...given };
  return (
    <PairDialog
      view={shown}
      wishes={stillSession(shown)}
      onClose={nothing}
      {...(firstStep === undefined ? {} : { firstStep })}
    />
  );
}

function accepting(
  step: PairStep = { tag: "asking", word: "" },
  given: Partial<Parameters<typeof PairScreen>[0]> = {},
): ComponentChildren {
  return (
    <PairScreen
      hubId={OAK_ID}
      benchId={HERE_ID}
      hasRoomKey={false}
      federation="joined"
      isPairingOn
      asksOperatorToken={false}
      plainHttp={false}
      sourceUrl={SOURCE}
      step={step}
      onAccept={nothing}
      onTakeAlong={() => ""}
      {...given}
    />
  );
}

function benchPage(given: Partial<BenchFacts> = {}): ComponentChildren {
  const facts = { ...FACTS, ...given };
  return (
    <BenchPage facts={facts} sourceUrl={SOURCE}>
      <BenchId fullId={facts.fullId} />
    </BenchPage>
  );
}

/** Every screen and dialog there is. */
const SCREENS: Readonly<Record<string, () => ComponentChildren>> = {
  "bar": () => bar({ park: "away", offers: [offered({ hasLeaked: true })] }),
  "bar, paired with nobody": () => bar({ benches: [] }),
  "make public": () => <MakePublicDialog makePublic={taken} onClose={nothing} />,
  "unpair": () => <UnpairDialog benchId={HOSTILE_ID} unpair={taken} onClose={nothing} />,
  "pair, empty": () => pairDialog(),
  "pair, found by its label": () => pairDialog({}, { tag: "found", bench: OAK }),
  "pair, with links": () => pairDialog({ offers: [offered({ key: "a" }), offered({ key: "b" })] }),
  "pair, paired": () =>
    pairDialog({ offers: [offered({ state: "paired", roomLink: "https://oak.example/room#m" })] }),
  "paste": () => <PasteScreen word="no" benchId={HERE_ID} sourceUrl={SOURCE} onPaste={nothing} />,
  "accept": () =>
    accepting({ tag: "asking", word: "" }, { asksOperatorToken: true, plainHttp: true }),
  "accept, hostile": () => accepting(undefined, { hubId: HOSTILE_ID }),
  "accept, own link": () => accepting(undefined, { hubId: HERE_ID }),
  "accept, wrong bench": () =>
    accepting({ tag: "over", result: { ok: false, reason: "wrong-bench" } }),
  "accept, done": () =>
    accepting({ tag: "over", result: { ok: true, roomUrl: "https://bench.example/room#m" } }),
  "pair island": () => (
    <PairBench
      sourceUrl={SOURCE}
      benchId={HERE_ID}
      federation="joined"
      isPairingOn
      asksOperatorToken={false}
    />
  ),
  "bench page": () => benchPage(),
};

function treeOf(draw: () => ComponentChildren): Node {
  return parseMarkup(renderToString(<>{draw()}</>));
}

for (const [name, draw] of Object.entries(SCREENS)) {
  Deno.test(`${name}: nothing that the policy forbids, and nothing from another host`, () => {
    assertAllowed(treeOf(draw));
  });
  Deno.test(`${name}: every control has a name, ids are unique, pictures have words`, () => {
    assertNamed(treeOf(draw));
  });
}

/** What the status regions of a screen say, those that are empty left out. */
function statusesOf(root: Node): readonly string[] {
  return allElements(root).filter((node) => node.attributes.get("role") === "status")
    .map(textOf).filter((words) => words !== "");
}

Deno.test("make public: what benches see and never see, that it is one way, and the harmless answer first", () => {
  const root = treeOf(SCREENS["make public"]!);
  const dialog = oneByRole(root, "alertdialog", "Make this room public?");
  oneByRole(root, "button", "Make public");
  assert(oneByRole(root, "button", "Cancel").attributes.has("autofocus"));
  const why = descriptionOf(root, dialog);
  for (
    const words of [
      "only those that you pair it with",
      "There is no way back",
      "the room's number, how many sit there, and when a message passes, in which of six sizes",
      "what is said, names, pictures, or who you are",
      "NATS",
      "You sign this as the admin",
      "everybody here is told",
    ]
  ) assertStringIncludes(why, words);
});

Deno.test("unpair: asked in an alertdialog with the bench's full id, the harmless answer first", () => {
  const root = treeOf(() => <UnpairDialog benchId={OAK_ID} unpair={taken} onClose={nothing} />);
  const dialog = oneByRole(root, "alertdialog", "Unpair from quiet-oak-42?");
  assertStringIncludes(descriptionOf(root, dialog), "Both sides are told");
  assertStringIncludes(textOf(root), "~k3vq7mzh2c5xw4npd6tyb2jr6e");
  oneByRole(root, "button", "Unpair");
  assert(oneByRole(root, "button", "Cancel").attributes.has("autofocus"));
});

Deno.test("pair: the fixed names; the room's key stays out unless it is asked in", () => {
  const root = treeOf(SCREENS["pair, empty"]!);
  oneByRole(root, "dialog", "Pair with another bench");
  const field = oneByRole(root, "textbox", "Bench ID");
  assert(field.attributes.has("autofocus"));
  assertStringIncludes(descriptionOf(root, field), "The label alone does where only one bench");
  oneByRole(root, "button", "Create pairing link");
  const key = oneByRole(root, "checkbox", "Put the room's key into the link");
  assert(!key.attributes.has("checked"));
  assertStringIncludes(descriptionOf(root, key), "come in and read along");
  assertEquals(byRole(root, "textbox", "Pairing link"), []);
});

Deno.test("pair: who answered to a label is shown in full, and the button keeps its name", () => {
  const root = treeOf(SCREENS["pair, found by its label"]!);
  assertStringIncludes(textOf(root), "~k3vq7mzh2c5xw4npd6tyb2jr6e");
  assertStringIncludes(textOf(root), "at oak.example");
  assertStringIncludes(statusesOf(root).join(" "), "quiet-oak-42 answered. Compare");
  oneByRole(root, "button", "Create pairing link");
  assertEquals(byRole(root, "textbox", "Pairing link"), []);
});

Deno.test("pair: while it looks, the field holds still and the button is marked busy", () => {
  const root = treeOf(() => pairDialog({}, { tag: "looking" }));
  assert(oneByRole(root, "textbox", "Bench ID").attributes.has("readonly"));
  const button = oneByRole(root, "button", "Create pairing link");
  assertEquals(button.attributes.get("aria-disabled"), "true");
  assertStringIncludes(statusesOf(root).join(" "), "Looking for that bench");
});

Deno.test("pair: an open link, its count-down that nobody has to listen to, and how to hand it over", () => {
  const root = treeOf(() => pairDialog({ offers: [offered()] }));
  const field = oneByRole(root, "textbox", "Pairing link");
  assert(field.attributes.has("readonly"));
  assertEquals(field.attributes.get("value"), offered().link);
  oneByRole(root, "button", "Copy pairing link");
  oneByRole(root, "button", "Take it back");
  const [timer, ...others] = allElements(root).filter((n) => n.attributes.get("role") === "timer");
  assertEquals(others, []);
  assertEquals(timer!.attributes.get("aria-live"), "off");
  assert(/^[34]:\d\d$/.test(textOf(timer!)), textOf(timer!));
  for (
    const words of ["Valid once", "not through BenchTalks itself", "The room's key is not in it."]
  ) assertStringIncludes(textOf(root), words);
  assertEquals(statusesOf(root), ["Waiting for quiet-oak-42 to accept."]);
  oneByRole(root, "textbox", "Bench ID");
});

Deno.test("pair: a link with the room's key in it says so; a bench that was not heard, too", () => {
  const link = `${offered().link}.AQIDBA`;
  const withKey = treeOf(() => pairDialog({ offers: [offered({ link })] }));
  assertStringIncludes(textOf(withKey), "The room's key is in it");
  const labelled = `${offered().link}~lime.tree`;
  const withoutKey = treeOf(() => pairDialog({ offers: [offered({ link: labelled })] }));
  assertStringIncludes(textOf(withoutKey), "The room's key is not in it.");
  const unheard = treeOf(() =>
    pairDialog({ offers: [offered({ bench: { ...OAK, isHeard: false } })] })
  );
  assertStringIncludes(textOf(unheard), "It was not heard just now.");
  assert(!textOf(unheard).includes("oak.example"));
});

Deno.test("pair: the newest link is shown, the others in a line each", () => {
  const bench = { ...OAK, label: "larch-7", id: `larch-7~${"a".repeat(26)}` };
  const root = treeOf(() =>
    pairDialog({ offers: [offered({ key: "a", bench }), offered({ key: "b" })] })
  );
  oneByRole(root, "textbox", "Pairing link");
  oneByRole(root, "heading", "Pairing link for quiet-oak-42");
  oneByRole(root, "button", "Show the link for larch-7");
});

Deno.test("pair: what became of a link stands in a status region, and a link that is over is not shown", () => {
  const over: Parameters<typeof offered>[0][] = [
    { state: "paired" },
    { state: "unconfirmed" },
    { state: "expired" },
    { state: "refused" },
    { state: "taken-back" },
  ];
  const words = [/^Paired with quiet-oak-42\.$/, /already used/, /expired/, /could not/, /back/];
  for (const [at, given] of over.entries()) {
    const root = treeOf(() => pairDialog({ offers: [offered(given)] }));
    assertEquals(statusesOf(root).length, 1);
    assert(words[at]!.test(statusesOf(root)[0]!), statusesOf(root)[0]);
    assertEquals(byRole(root, "textbox", "Pairing link"), []);
    assertEquals(allElements(root).filter((n) => n.attributes.get("role") === "timer"), []);
    oneByRole(root, "button", "Put away");
  }
  const leaked = treeOf(() => pairDialog({ offers: [offered({ hasLeaked: true })] }));
  assertStringIncludes(statusesOf(leaked).join(" "), "wrong bench");
  oneByRole(leaked, "textbox", "Pairing link");
});

Deno.test("pair: refused by a full bench of the admin's own, the link stays in the dialog with a warning, and in the bar", () => {
  const offers = [offered({ wasFull: true })];
  const root = treeOf(() => pairDialog({ offers }));
  assertStringIncludes(statusesOf(root).join(" "), "this bench has as many links as it takes");
  assert(renderToString(<>{pairDialog({ offers })}</>).includes("offer-word-warn"));
  oneByRole(root, "textbox", "Pairing link");
  const over = treeOf(() => bar({ offers }));
  assertStringIncludes(textOf(over), "this bench has as many links as it takes");
  oneByRole(over, "button", "Show the link");
});

Deno.test("pair: paired, and the link tried again: a success with one sentence more, no warning", () => {
  const offers = [offered({ state: "paired", wasUsedAgain: true, roomLink: "https://o/room#m" })];
  const root = treeOf(() => pairDialog({ offers }));
  const [words = ""] = statusesOf(root);
  assert(words.startsWith("Paired with quiet-oak-42. "), words);
  assertStringIncludes(words, "that was refused");
  assert(!renderToString(<>{pairDialog({ offers })}</>).includes("offer-word-warn"));
  oneByRole(root, "textbox", "Room link on the other bench");
});

Deno.test("pair: paired, the admin gets the room's link there, and what handing it out means", () => {
  const root = treeOf(SCREENS["pair, paired"]!);
  const field = oneByRole(root, "textbox", "Room link on the other bench");
  assertEquals(field.attributes.get("value"), "https://oak.example/room#m");
  oneByRole(root, "button", "Copy room link");
  assertStringIncludes(textOf(root), "a bench that serves the page could read the room");
  const unknown = treeOf(() => pairDialog({ offers: [offered({ state: "paired" })] }));
  assertEquals(byRole(unknown, "textbox", "Room link on the other bench"), []);
  assertStringIncludes(textOf(unknown), "Ask its keeper");
});

Deno.test("bar: each bench with its count and link, the home and this one marked, silent for screen readers", () => {
  const root = treeOf(() => bar());
  const region = allElements(root).find((node) =>
    node.attributes.get("aria-label") === "Benches of this room"
  )!;
  assertEquals(region.tag, "section");
  const seats = allElements(root).filter((node) => node.tag === "li").map(textOf);
  assertEquals(seats.length, 3);
  for (const words of ["lime-tree", "abcdef", "home", "this bench", "3 people"]) {
    assertStringIncludes(seats[0]!, words);
  }
  for (const words of ["quiet-oak-42", "k3vq7m", "1 person", "linked"]) {
    assertStringIncludes(seats[1]!, words);
  }
  assertStringIncludes(seats[2]!, "silent: words do not reach it just now");
  assert(!seats[0]!.includes("linked"));
  for (const { attributes } of allElements(root)) {
    assert(!attributes.has("aria-live") && attributes.get("role") !== "status");
  }
});

Deno.test("bar: on a phone one line says it all, and a button opens the rest", () => {
  const root = treeOf(() => bar());
  const button = oneByRole(root, "button", "Which benches");
  assertEquals(button.attributes.get("aria-expanded"), "false");
  assertEquals(button.attributes.get("aria-controls"), "benches-list");
  assertStringIncludes(textOf(root), "3 benches, 1 silent");
});

Deno.test("bar: links are ended by the admin, at the room's home alone", () => {
  const unpairs = (given: Partial<SessionView>) =>
    allElements(treeOf(() => bar(given))).filter((node) =>
      /^Unpair /.test(node.attributes.get("aria-label") ?? "")
    ).map((node) => node.attributes.get("aria-label"));
  assertEquals(unpairs({ benches: [seat(), otherSeat()] }), ["Unpair quiet-oak-42 k3vq7m"]);
  assertEquals(unpairs({ benches: [seat(), otherSeat()], isAdmin: false }), []);
  assertEquals(unpairs({ benches: [otherSeat({ isHub: true }), seat({ isHub: false })] }), []);
});

Deno.test("bar: none in a private room; public and paired with nobody, it says so; a broken way, too", () => {
  assertEquals(textOf(treeOf(() => bar({ publicness: "private" }))), "");
  assertStringIncludes(
    textOf(treeOf(() => bar({ benches: [] }))),
    "This room is public. It is paired with no bench yet.",
  );
  const away = "The way to other benches is broken just now. Talk on this bench goes on.";
  assertStringIncludes(textOf(treeOf(() => bar({ park: "away" }))), away);
  assert(!textOf(treeOf(() => bar())).includes(away));
});

Deno.test("bar: the admin sees there what becomes of a pairing link; nobody else does", () => {
  const offers = [offered({ hasLeaked: true })];
  const root = treeOf(() => bar({ offers }));
  assertStringIncludes(textOf(root), "was opened at the wrong bench");
  oneByRole(root, "button", "Show the link");
  assert(!textOf(treeOf(() => bar({ offers, isAdmin: false }))).includes("wrong bench"));
});

Deno.test("room: a public one carries its mark and the bar, a private one neither", () => {
  const room = (publicness: SessionView["publicness"]) => {
    const shown = { ...view, publicness };
    return treeOf(() => (
      <RoomScreen
        view={shown}
        session={stillSession(shown)}
        chime={newChime()}
        plainHttp={false}
        sourceUrl={SOURCE}
        onLeave={nothing}
        onCreate={nothing}
      />
    ));
  };
  const marks = (root: Node) =>
    allElements(root).filter((node) => node.attributes.get("class") === "public-mark").map(textOf);
  assertEquals(marks(room("private")), []);
  assertEquals(marks(room("by-admin")), ["Public"]);
  assertEquals(marks(room("by-bench")), ["Public, unsigned"]);
  assertStringIncludes(textOf(room("by-bench")), "This bench says public");
  oneByRole(room("by-admin"), "button", "Which benches");
  assertEquals(byRole(room("private"), "button", "Which benches"), []);
});

Deno.test("paste: the fixed names, and the way to this bench's own id", () => {
  const root = treeOf(SCREENS["paste"]!);
  const field = oneByRole(root, "textbox", "Pairing link or code");
  assertEquals(descriptionOf(root, field), "no");
  assertEquals(statusesOf(root), ["no"]);
  oneByRole(root, "button", "Go on");
  assertEquals(byRole(root, "link", "This bench").map((n) => n.attributes.get("href")), [
    "./bench",
    "./bench",
  ]);
});

Deno.test("accept: who asks, who this is, what it means, and one button", () => {
  const root = treeOf(() => accepting());
  for (
    const words of [
      "quiet-oak-42",
      "~k3vq7mzh2c5xw4npd6tyb2jr6e",
      "lime-tree",
      "~abcdefghijklmnopqrstuvwxyz",
      "this bench carries one room of the other",
      "never what is said",
      "Nothing has connected yet.",
    ]
  ) assertStringIncludes(textOf(root), words);
  const button = oneByRole(root, "button", "Accept pairing");
  assertEquals(button.attributes.get("type"), "submit");
  assert(!button.attributes.has("aria-disabled"));
  assertEquals(byRole(root, "password", "Operator token"), []);
  assertEquals(statusesOf(root), []);
  const [fold] = allElements(root).filter((node) => node.tag === "details");
  assert(!fold!.attributes.has("open"));
  oneByRole(fold!, "button", "Take it there");
});

Deno.test("accept: where this bench asks for its operator's token, there is a field for it", () => {
  const root = treeOf(SCREENS["accept"]!);
  const field = oneByRole(root, "password", "Operator token");
  assertEquals(field.attributes.get("autocomplete"), "off");
  assertStringIncludes(textOf(root), "plain http");
});

Deno.test("accept: while it works, the button is marked busy", () => {
  const root = treeOf(() => accepting({ tag: "working" }));
  const button = oneByRole(root, "button", "Accept pairing");
  assertEquals(button.attributes.get("aria-disabled"), "true");
  assertStringIncludes(statusesOf(root)[0]!, "Asking the other bench");
});

Deno.test("accept: every failure stands in the status region; what may pass keeps the button", () => {
  const draw = (reason: Parameters<typeof pairFailureWords>[0]) =>
    treeOf(() => accepting({ tag: "over", result: { ok: false, reason } }));
  for (const reason of ["unreachable", "operator", "no-connection"] as const) {
    assertEquals(statusesOf(draw(reason)), [pairFailureWords(reason)]);
    oneByRole(draw(reason), "button", "Accept pairing");
  }
  for (const reason of ["used", "expired"] as const) {
    assertEquals(statusesOf(draw(reason)), [pairFailureWords(reason)]);
    oneByRole(draw(reason), "heading", "This link does not work here");
    assertEquals(byRole(draw(reason), "button", "Accept pairing"), []);
    assertEquals(byRole(draw(reason), "button", "Take it there"), []);
  }
  assertStringIncludes(statusesOf(draw("wrong-bench"))[0]!, "wrong bench");
  oneByRole(draw("wrong-bench"), "textbox", "Address of your bench");
});

Deno.test("accept: paired, there is a way into the room where the link held its key, and a word where not", () => {
  const root = treeOf(SCREENS["accept, done"]!);
  assertStringIncludes(statusesOf(root)[0]!, "Paired with quiet-oak-42.");
  oneByRole(root, "heading", "It worked");
  assertEquals(
    oneByRole(root, "link", "Go into the room").attributes.get("href"),
    "https://bench.example/room#m",
  );
  assertEquals(byRole(root, "button", "Accept pairing"), []);
  const without = treeOf(() => accepting({ tag: "over", result: { ok: true, roomUrl: null } }));
  assertEquals(byRole(without, "link", "Go into the room"), []);
  assertStringIncludes(textOf(without), "The room's admin hands out the room's link");
});

Deno.test("accept: a link of this very bench is for the other one, whatever label it says", () => {
  for (const hubId of [HERE_ID, HERE_ID.replace("lime-tree", "somebody-else")]) {
    const root = treeOf(() => accepting(undefined, { hubId }));
    oneByRole(root, "heading", "This link is for the other bench");
    oneByRole(root, "textbox", "Address of your bench");
    oneByRole(root, "button", "Take it there");
    assertEquals(byRole(root, "button", "Accept pairing"), []);
  }
});

Deno.test("accept: a bench that cannot pair says so before the tap, and shows the way to another", () => {
  const cases: readonly (readonly [Partial<BenchFacts>, string])[] = [
    [{ federation: "standalone" }, "This bench is by itself"],
    [{ federation: "refused" }, "This bench is by itself"],
    [{ isPairingOn: false }, "switched pairing off"],
  ];
  for (const [given, words] of cases) {
    const root = treeOf(() => accepting(undefined, given));
    assertStringIncludes(textOf(root), words);
    const [fold] = allElements(root).filter((node) => node.tag === "details");
    assert(fold!.attributes.has("open"), words);
  }
});

Deno.test("bench page: the full id with its button, whether it lasts, and the way to pairing", () => {
  const root = treeOf(() => benchPage());
  const field = oneByRole(root, "textbox", "Bench ID");
  assert(field.attributes.has("readonly"));
  assertEquals(field.attributes.get("value"), HERE_ID);
  // It waits for the code behind it.
  assert(oneByRole(root, "button", "Copy Bench ID").attributes.has("disabled"));
  assertStringIncludes(textOf(root), "The id changes when this bench restarts");
  assertStringIncludes(textOf(treeOf(() => benchPage({ hasLastingId: true }))), "stays the same");
  const link = allElements(root).find((node) => node.attributes.get("href") === "./pair");
  assertStringIncludes(textOf(link!), "Pairing");
});

Deno.test("bench page: every way of belonging to a park has its words, and so has pairing", () => {
  const all: { readonly [Each in Federation]: true } = {
    "standalone": true,
    "away": true,
    "refused": true,
    "joined": true,
  };
  const words = (Object.keys(all) as Federation[]).map((federation) => {
    assertStringIncludes(
      textOf(treeOf(() => benchPage({ federation }))),
      federationWords(federation),
    );
    return federationWords(federation);
  });
  assertEquals(new Set(words).size, words.length);
  assertStringIncludes(pairingWords({ ...FACTS, isPairingOn: false }), "Off");
  assertStringIncludes(pairingWords({ ...FACTS, asksOperatorToken: true }), "operator token");
  assert(pairingWords(FACTS) !== pairingWords({ ...FACTS, federation: "standalone" }));
});

Deno.test("a stranger's id is text, wherever it is drawn", () => {
  const hostile = { ...OAK, id: HOSTILE_ID, label: HOSTILE_NAME, url: "javascript:alert(1)" };
  const draws: readonly (() => ComponentChildren)[] = [
    () => bar(),
    () => accepting(undefined, { hubId: HOSTILE_ID }),
    () => pairDialog({ offers: [offered({ bench: hostile })] }),
    () => pairDialog({}, { tag: "found", bench: hostile }),
    () => <UnpairDialog benchId={HOSTILE_ID} unpair={taken} onClose={nothing} />,
  ];
  for (const draw of draws) {
    const root = treeOf(draw);
    assertAllowed(root);
    assertStringIncludes(textOf(root), HOSTILE_NAME);
    const names = allElements(root).filter((node) =>
      node.tag === "bdi" && textOf(node) === HOSTILE_NAME
    );
    assert(names.length > 0, "a label outside an isolate");
    assert(!textOf(root).includes("javascript:"));
  }
});
