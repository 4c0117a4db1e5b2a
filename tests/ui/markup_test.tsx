// Every screen as the bench would write it: the fixed names of controls, no style attribute, no inline handler, and
// strangers' words as text and nothing else. Long, because the one list of screens stands here with all that is asked of it.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import ChatRoom from "../../islands/ChatRoom.tsx";
import CreateRoom from "../../islands/CreateRoom.tsx";
import type { Phase } from "../../lib/session/view_state.ts";
import { awayWords } from "../../lib/ui/away_words.ts";
import { newChime } from "../../lib/ui/chime.ts";
import { Composer } from "../../lib/ui/Composer.tsx";
import { DeleteDialog } from "../../lib/ui/DeleteDialog.tsx";
import { EnterScreen } from "../../lib/ui/EnterScreen.tsx";
import { ErrorScreen } from "../../lib/ui/ErrorScreen.tsx";
import { ImageViewer } from "../../lib/ui/ImageViewer.tsx";
import { InviteDialog } from "../../lib/ui/InviteDialog.tsx";
import { LINES_DRAWN, MessageLog, startsGroup } from "../../lib/ui/MessageLog.tsx";
import { PeoplePanel } from "../../lib/ui/PeoplePanel.tsx";
import { phaseWords } from "../../lib/ui/phase_words.ts";
import { RoomScreen } from "../../lib/ui/RoomScreen.tsx";
import { SendImageDialog } from "../../lib/ui/SendImageDialog.tsx";
import { StartPage } from "../../lib/ui/StartPage.tsx";
import { HomeLink, StatusScreen } from "../../lib/ui/StatusScreen.tsx";
import { ANA, fullView, HOSTILE_NAME, pictured, said, stillSession } from "./fixtures.ts";
import { allElements, byRole, type Node, oneByRole, parseMarkup, textOf } from "./markup.ts";
import { assertAllowed, assertNamed } from "./screen_rules.ts";

const SOURCE = "https://example.org/source";
const nothing = () => undefined;
const actions = { retry: nothing, discard: nothing, cancelImage: nothing, openPicture: nothing };
const view = fullView();
const image = {
  mime: "image/png",
  widthPx: 640,
  heightPx: 480,
  bytes: new Uint8Array(1024),
  removed: ["exif"],
};

function room(phase: Phase = { tag: "live" }): ComponentChildren {
  return (
    <RoomScreen
      view={{ ...view, phase }}
      session={stillSession(view)}
      chime={newChime()}
      plainHttp
      sourceUrl={SOURCE}
      onLeave={nothing}
      onCreate={nothing}
    />
  );
}

function door(): ComponentChildren {
  return (
    <EnterScreen
      firstName={HOSTILE_NAME}
      isAdmin={false}
      plainHttp
      sourceUrl={SOURCE}
      suggestName={() => "Quiet Heron"}
      cleanName={(text) => text}
      onJoin={nothing}
    />
  );
}

function people(): ComponentChildren {
  return <PeoplePanel view={view} sourceUrl={SOURCE} onShare={nothing} onClose={nothing} />;
}

/** Every screen and dialog there is. */
const SCREENS: Readonly<Record<string, () => ComponentChildren>> = {
  "start page": () => (
    <StartPage sourceUrl={SOURCE}>
      <CreateRoom />
    </StartPage>
  ),
  "room island": () => <ChatRoom sourceUrl={SOURCE} />,
  "door": door,
  "room": () => room(),
  "room, refused on the way back": () => room({ tag: "waiting-for-tap", cause: "room-full" }),
  "people": people,
  "log": () => <MessageLog log={view.log} maxFileBytes={1024} actions={actions} />,
  "composer": () => <Composer send={() => true} onFiles={nothing} />,
  "invite dialog": () => (
    <InviteDialog
      memberLink="https://bench.example/room#m"
      adminLink="https://bench.example/room#m.a"
      onClose={nothing}
    />
  ),
  "delete dialog": () => (
    <DeleteDialog
      deleteRoom={() => Promise.resolve(true)}
      onClose={nothing}
    />
  ),
  "send dialog": () => (
    <SendImageDialog image={image} waiting={1} onSend={nothing} onClose={nothing} />
  ),
  "viewer": () => {
    const picture = pictured({ tag: "complete", url: "blob:https://bench.example/2" });
    return (
      <ImageViewer
        log={[...view.log, picture]}
        itemId={picture.id}
        onTurnTo={nothing}
        onClose={nothing}
      />
    );
  },
  "error 404": () => <ErrorScreen status={404} sourceUrl={SOURCE} />,
  "error 500": () => <ErrorScreen status={500} sourceUrl={SOURCE} />,
  "nobody here": () => {
    const words = phaseWords({ tag: "nobody-here" })!;
    return (
      <StatusScreen heading={words.heading} lines={words.lines} sourceUrl={SOURCE} busy>
        <HomeLink />
      </StatusScreen>
    );
  },
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

Deno.test("start page: its fixed names; the buttons wait for the code behind them", () => {
  const root = treeOf(SCREENS["start page"]!);
  assert(oneByRole(root, "button", "Create a room").attributes.has("disabled"));
  assert(oneByRole(root, "button", "Join").attributes.has("disabled"));
  oneByRole(root, "textbox", "Room link or code");
  assertEquals(oneByRole(root, "heading", "BenchTalks").tag, "h1");
  assert(textOf(root).includes("What this bench cannot see"));
});

Deno.test("every page outside a room offers its source", () => {
  for (const name of ["start page", "room island", "door", "error 404", "nobody here", "people"]) {
    const root = treeOf(SCREENS[name]!);
    const link = oneByRole(root, "link", "Source, AGPL-3.0");
    assertEquals(link.attributes.get("href"), SOURCE, name);
  }
});

Deno.test("door: its fixed names, the offered name, and the warning of plain http", () => {
  const root = treeOf(door);
  const field = oneByRole(root, "textbox", "Your name");
  assertEquals(field.attributes.get("value"), HOSTILE_NAME);
  oneByRole(root, "button", "Join the room");
  oneByRole(root, "button", "Another name");
  assertStringIncludes(textOf(root), "plain http");
});

Deno.test("room: its fixed names", () => {
  const root = treeOf(() => room());
  const log = oneByRole(root, "log", "Messages");
  assertEquals(log.attributes.get("aria-live"), "off");
  oneByRole(root, "textbox", "Message");
  oneByRole(root, "button", "Send");
  oneByRole(root, "button", "Attach image");
  oneByRole(root, "button", "Leave");
  oneByRole(root, "button", "Admin");
  oneByRole(root, "status", "4 people here");
  assert(oneByRole(root, "switch", "Sound").attributes.has("checked"));
  const pickers = allElements(root).filter((node) => node.attributes.get("type") === "file");
  assertEquals(
    pickers.map((node) => node.attributes.get("accept")),
    ["image/jpeg,image/png,image/webp,image/gif"],
  );
});

Deno.test("room: one live region speaks, everything else is silent", () => {
  const speaking = allElements(treeOf(() => room())).filter(({ attributes }) => {
    const role = attributes.get("role") ?? "";
    const live = attributes.get("aria-live") ??
      (["status", "alert", "log"].includes(role) ? "polite" : "off");
    return live !== "off";
  });
  assertEquals(speaking.length, 1);
  assertEquals(speaking[0]!.attributes.get("aria-live"), "polite");
});

Deno.test("room: refused on the way back, it says why and offers to try again; while it tries, it says so", () => {
  const buttons = (root: Node) => byRole(root, "button", "Try again").length;
  // A message that failed has one of that name, too.
  const before = buttons(treeOf(() => room()));
  const refused = treeOf(() => room({ tag: "waiting-for-tap", cause: "too-fast" }));
  assertEquals(buttons(refused), before + 1);
  assertStringIncludes(textOf(refused), awayWords("too-fast"));
  oneByRole(refused, "log", "Messages");
  oneByRole(refused, "textbox", "Message");
  const trying = treeOf(() => room({ tag: "connecting" }));
  assertEquals(buttons(trying), before);
  assertStringIncludes(textOf(trying), "Trying again; what you write now waits.");
});

Deno.test("room without the admin's key: no Admin button", () => {
  const member = { ...view, isAdmin: false };
  const root = treeOf(() => (
    <RoomScreen
      view={member}
      session={stillSession(member)}
      chime={newChime()}
      plainHttp={false}
      sourceUrl={SOURCE}
      onLeave={nothing}
      onCreate={nothing}
    />
  ));
  assertEquals(byRole(root, "button", "Admin"), []);
  assert(!textOf(root).includes("plain http"));
});

Deno.test("log: joins, leaves and losses stand in it by name", () => {
  const words = textOf(oneByRole(treeOf(() => room()), "log", "Messages"));
  for (const line of ["Ana joined", "Ana left", "2 messages from Ana did not arrive"]) {
    assertStringIncludes(words, line);
  }
});

Deno.test("a stranger's name and text are text, wherever they are drawn", () => {
  for (const draw of [room, people]) {
    const root = treeOf(draw);
    assertStringIncludes(textOf(root), HOSTILE_NAME);
    for (const node of allElements(root)) {
      assert(node.attributes.get("src") !== "x");
      assert(!node.attributes.has("onerror"));
    }
  }
  assertStringIncludes(textOf(treeOf(() => room())), '<script>alert("2")</script>');
  const isolated = allElements(treeOf(() => room())).filter((node) =>
    node.tag === "bdi" && textOf(node) === HOSTILE_NAME
  );
  assert(isolated.length > 0);
});

Deno.test("links in a text open elsewhere and tell nobody where they were clicked", () => {
  const link = oneByRole(treeOf(() => room()), "link", "https://example.org/a?b=c&d=");
  assertEquals(link.attributes.get("rel"), "noopener noreferrer nofollow");
  assertEquals(link.attributes.get("target"), "_blank");
});

Deno.test("own messages say what became of them", () => {
  const root = treeOf(() => room());
  const words = textOf(oneByRole(root, "log", "Messages"));
  for (const mark of ["sending", "sent", "not sent"]) assertStringIncludes(words, mark);
  oneByRole(root, "button", "Try again");
  oneByRole(root, "button", "Discard");
});

Deno.test("pictures: words for those who do not see them, progress and cancel on both sides", () => {
  const root = treeOf(() => room());
  oneByRole(root, "img", `Picture from ${HOSTILE_NAME}, 2.1 MiB`);
  const coming = oneByRole(root, "progressbar", "Picture from Ana, 2.1 MiB");
  assertEquals(coming.attributes.get("value"), "50");
  oneByRole(root, "progressbar", "Picture from you, 2.1 MiB");
  assertEquals(byRole(root, "button", "Cancel").length, 2);
  const download = oneByRole(root, "link", "Download").attributes.get("download");
  assert(/^picture-[0-9a-z]{6}\.jpg$/.test(download ?? ""));
  assertStringIncludes(textOf(root), "A piece of this picture did not arrive.");
});

Deno.test("people: the region, everybody in it, and who has not proved to be here", () => {
  const root = treeOf(people);
  const region = oneByRole(root, "region", "People here");
  for (const words of ["Quiet Heron", "Ana", "admin", "you", "away", "counts 1 more"]) {
    assertStringIncludes(textOf(region), words);
  }
});

Deno.test("invite dialog: the link, copy, the code, and what such a link means", () => {
  const root = treeOf(SCREENS["invite dialog"]!);
  oneByRole(root, "dialog", "Invite people");
  const field = oneByRole(root, "textbox", "Invite link");
  assert(field.attributes.has("readonly"));
  assertEquals(field.attributes.get("value"), "https://bench.example/room#m");
  oneByRole(root, "button", "Copy");
  oneByRole(root, "img", "QR code of the invite link");
  assertStringIncludes(textOf(root), "This link is the key");
  const [fold, ...others] = allElements(root).filter((node) => node.tag === "details");
  assertEquals(others, []);
  assert(!fold!.attributes.has("open"));
  assertStringIncludes(textOf(fold!), "Your own admin link");
});

Deno.test("invite dialog of a member: no admin link", () => {
  const root = treeOf(() => <InviteDialog memberLink="m" adminLink={null} onClose={nothing} />);
  assertEquals(allElements(root).filter((node) => node.tag === "details"), []);
});

Deno.test("what cannot be taken back is asked in an alertdialog, with the harmless answer first", () => {
  const root = treeOf(SCREENS["delete dialog"]!);
  oneByRole(root, "alertdialog", "Delete this room?");
  oneByRole(root, "button", "Delete");
  assert(oneByRole(root, "button", "Cancel").attributes.has("autofocus"));
});

Deno.test("send dialog: size, what was removed, and the fixed button", () => {
  const root = treeOf(SCREENS["send dialog"]!);
  oneByRole(root, "dialog", "Send this picture?");
  oneByRole(root, "button", "Send image");
  oneByRole(root, "button", "Cancel");
  assertStringIncludes(textOf(root), "1 KiB, 640 × 480 pixels. Removed before sending: place");
});

Deno.test("the log draws a bounded number of lines", () => {
  const log = Array.from({ length: LINES_DRAWN + 700 }, (_, index) => said(`line ${index}.`));
  const root = treeOf(() => <MessageLog log={log} maxFileBytes={1024} actions={actions} />);
  assertEquals(allElements(root).filter((node) => node.tag === "li").length, LINES_DRAWN);
  assert(textOf(root).includes(`line ${log.length - 1}.`));
  assert(!textOf(root).includes("line 0."));
  oneByRole(root, "button", "Show earlier messages");
});

Deno.test("startsGroup(): another person, another name, a notice or a long silence", () => {
  const first = said("a");
  const next = { ...said("b"), atMs: first.atMs + 1000 };
  assertEquals(startsGroup(undefined, first), true);
  assertEquals(startsGroup(first, next), false);
  assertEquals(startsGroup(first, { ...next, atMs: first.atMs + 10 * 60_000 }), true);
  assertEquals(startsGroup(first, { ...next, author: { ...ANA, name: "Eve" } }), true);
});
