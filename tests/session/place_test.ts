// Which room a tab is for. The browser's address bar, history and storage are stood in for by objects that record.

import { assert, assertEquals } from "@std/assert";
import { encodeAdminToken, encodeMemberToken, newRoomSecret } from "../../lib/crypto/mod.ts";
import {
  clearStay,
  goToCode,
  newRoomUrl,
  parsePasted,
  readPlace,
} from "../../lib/session/place.ts";
import { unstash } from "../../lib/session/stash.ts";
import { encodeBase64url } from "../../lib/wire/mod.ts";

const ORIGIN = "https://bench.example";
const { secret, adminSeed } = newRoomSecret();
const MEMBER = encodeMemberToken(secret);
const ADMIN = encodeAdminToken(secret, adminSeed);
const SEED = encodeBase64url(adminSeed);

/** A tab at an address, with an empty storage; records where it is sent and what its address bar shows. */
function tabAt(path: string, hash = ""): { readonly bar: string[]; readonly sent: string[] } {
  for (const key of ["admin", "code", "name"] as const) unstash(key);
  const bar: string[] = [];
  const sent: string[] = [];
  const location = {
    origin: ORIGIN,
    pathname: path,
    hash,
    assign: (to: string) => void sent.push(to),
  };
  const history = {
    replaceState: (_state: unknown, _title: string, to: string) => {
      bar.push(to);
      location.hash = to.includes("#") ? to.slice(to.indexOf("#")) : "";
    },
  };
  Object.defineProperty(globalThis, "location", { value: location, configurable: true });
  Object.defineProperty(globalThis, "history", { value: history, configurable: true });
  return { bar, sent };
}

Deno.test("[L7] an admin link's seed leaves the address bar at once, and a reload is still the admin's", () => {
  const { bar } = tabAt("/room", `#${ADMIN}`);
  const first = readPlace();
  assert(first.tag === "room" && first.place.isAdmin);
  assertEquals(bar, [`/room#${MEMBER}`]);
  assert(!bar.join().includes(SEED));
  const again = readPlace();
  assert(again.tag === "room" && again.place.isAdmin);
  assertEquals(bar.length, 1);
});

Deno.test("[L7] a new room's seed never stands in the address bar of the tab that makes it", () => {
  const { sent } = tabAt("/");
  const made = newRoomUrl(ORIGIN);
  made.go();
  assertEquals(sent, [made.memberUrl]);
  assertEquals(new URL(made.memberUrl).hash.length, 65);
  assert(made.adminUrl.startsWith(`${made.memberUrl}.`));
});

Deno.test("a stashed seed of another room makes nobody an admin here", () => {
  tabAt("/room", `#${ADMIN}`);
  readPlace();
  const other = newRoomSecret();
  location.hash = `#${encodeMemberToken(other.secret)}`;
  const found = readPlace();
  assert(found.tag === "room" && !found.place.isAdmin);
});

Deno.test("[L8] a pasted code reaches the room page by the stash alone", () => {
  const { sent, bar } = tabAt("/");
  assertEquals(goToCode(`  ${ORIGIN}/room#${MEMBER} \n`), { ok: true });
  assertEquals(sent, ["/room"]);
  location.hash = "";
  const found = readPlace();
  assert(found.tag === "room" && !found.place.isAdmin);
  assertEquals(bar, []);
});

Deno.test("leaving wipes the stash, the fragment and the key", () => {
  const { bar } = tabAt("/room", `#${ADMIN}`);
  const found = readPlace();
  if (found.tag !== "room") throw new TypeError("an admin link is a room");
  clearStay(found.place);
  assert(found.place.secret.key.every((byte) => byte === 0));
  assert(found.place.adminSeed?.every((byte) => byte === 0));
  assertEquals(bar.at(-1), "/room");
  assertEquals(readPlace(), { tag: "none" });
});

Deno.test("[L4] what is pasted: a code, a link with or without its scheme, another bench's link, or no link", () => {
  const token = { tag: "token", token: MEMBER };
  for (
    const text of [
      MEMBER,
      ` ${MEMBER}\n`,
      `#${MEMBER}`,
      `${ORIGIN}/room#${MEMBER}`,
      `bench.example/room#${MEMBER}`,
    ]
  ) {
    assertEquals(parsePasted(text, ORIGIN), token, text);
  }
  assertEquals(parsePasted(ADMIN, ORIGIN), { tag: "token", token: ADMIN });
  assertEquals(parsePasted(`https://other.example/room#${MEMBER}`, ORIGIN), {
    ok: false,
    reason: "other-bench",
    url: `https://other.example/room#${MEMBER}`,
  });
  // The same host by plain http is another origin: it is not entered silently.
  assertEquals(
    (parsePasted(`http://bench.example/room#${MEMBER}`, ORIGIN) as { reason?: string }).reason,
    "other-bench",
  );
  for (const text of [MEMBER.slice(0, 40), `${ORIGIN}/room#${MEMBER.slice(0, 63)}`]) {
    assertEquals(parsePasted(text, ORIGIN), { ok: false, reason: "cut-off" }, text);
  }
  for (
    const text of [
      "",
      "hello",
      "what is this?",
      ORIGIN,
      `javascript:alert(1)#${MEMBER}`,
      `ftp://x/#${MEMBER}`,
    ]
  ) {
    assertEquals(parsePasted(text, ORIGIN), { ok: false, reason: "not-a-link" }, text);
  }
});
