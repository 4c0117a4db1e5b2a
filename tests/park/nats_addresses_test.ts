// NATS_PEERS in every form that is taken, forgiven or refused, and nothing of a login in what is shown of a bad one.

import { assertEquals } from "@std/assert";
import {
  MAX_NATS_PEERS,
  NATS_PEERS_TAKES,
  type NatsAddress,
  parseNatsPeers,
  showNatsAddress,
} from "../../lib/park/nats_addresses.ts";

function taken(text: string): readonly NatsAddress[] {
  const peers = parseNatsPeers(text);
  if (!peers.ok) throw new Error(`not taken: ${peers.shown}`);
  return peers.addresses;
}

function shownOf(text: string): string {
  const peers = parseNatsPeers(text);
  if (peers.ok) throw new Error("taken");
  return peers.shown;
}

const plain = (scheme: NatsAddress["scheme"], host: string, port: number): NatsAddress => ({
  scheme,
  host,
  port,
  login: null,
});

Deno.test("what it says it takes names every scheme, by an address that is taken", () => {
  const named = NATS_PEERS_TAKES.match(/\w+:\/\/[\w.:]+/g) ?? [];
  assertEquals(named.map((text) => taken(text)[0]!.scheme), ["nats", "tls", "ws", "wss"]);
});

Deno.test("every scheme is taken, with the port it means when none is written", () => {
  assertEquals(taken("nats://a.example"), [plain("nats", "a.example", 4222)]);
  assertEquals(taken("tls://a.example"), [plain("tls", "a.example", 4222)]);
  assertEquals(taken("ws://a.example"), [plain("ws", "a.example", 80)]);
  assertEquals(taken("wss://a.example/"), [plain("wss", "a.example", 443)]);
  assertEquals(taken("NATS://a_b-c.example:1"), [plain("nats", "a_b-c.example", 1)]);
});

Deno.test("a bare host means nats", () => {
  assertEquals(taken("nats"), [plain("nats", "nats", 4222)]);
  assertEquals(taken("127.0.0.1:6222"), [plain("nats", "127.0.0.1", 6222)]);
  assertEquals(taken("[::1]:65535"), [plain("nats", "::1", 65_535)]);
});

Deno.test("spaces, line ends and commas too many are forgiven", () => {
  assertEquals(taken(" nats://a:1 ,\n tls://b:2,, "), [
    plain("nats", "a", 1),
    plain("tls", "b", 2),
  ]);
});

Deno.test("a login in the address is taken, with what was escaped in it", () => {
  assertEquals(taken("nats://me:p%40ss%2Cword@a:1")[0]?.login, {
    tag: "password",
    user: "me",
    password: "p@ss,word",
  });
  assertEquals(taken("me:a:b@a:1")[0]?.login, { tag: "password", user: "me", password: "a:b" });
  assertEquals(taken("ws://me:@a:1")[0]?.login, { tag: "password", user: "me", password: "" });
  assertEquals(taken("tls://s3cr3t@a:1")[0]?.login, { tag: "token", token: "s3cr3t" });
  // The last @ is the one before the host.
  assertEquals(taken("tls://a@b@c:1")[0]?.login, { tag: "token", token: "a@b" });
});

Deno.test("what is no address is refused", () => {
  const bad = [
    " ",
    ",",
    "http://a",
    "nats:/a",
    "nats://",
    "nats://a:0",
    "nats://a:65536",
    "nats://a:x",
    "nats://a/b",
    "nats://a?b",
    "nats://a b",
    "nats://[::1",
    "nats://[:::1]",
    "nats://[a]",
    "::1",
    "nats://@a",
    "nats://:word@a",
    "nats://%zz@a",
    "nats://ü.example",
    `nats://${"a".repeat(254)}`,
  ];
  for (const text of bad) assertEquals(parseNatsPeers(text).ok, false, text);
});

Deno.test("one bad address among good ones is the one that is shown", () => {
  assertEquals(shownOf("nats://a, http://b, tls://c"), "http://b");
  assertEquals(shownOf(" "), " ");
});

Deno.test("more addresses than the bound are refused", () => {
  assertEquals(taken(Array(MAX_NATS_PEERS).fill("a").join()).length, MAX_NATS_PEERS);
  assertEquals(shownOf(Array(MAX_NATS_PEERS + 1).fill("a").join()), "33 addresses");
});

Deno.test("nothing of a login is shown, also where a comma or an @ in it cuts it in pieces", () => {
  for (
    const text of [
      "http://me:hunter2@a",
      "me:hunter2@a:x",
      "nats://me:hunter2,hunter2@a:1",
      "nats://me:x,hunter2:y,z@a:1",
      "nats://hunter2@hunter2@a:x",
      "nats://me:hunter2@",
    ]
  ) {
    assertEquals(shownOf(text).includes("hunter2"), false, text);
  }
  assertEquals(shownOf("http://me:hunter2@a"), "http://...@a");
});

Deno.test("an address is shown without its login", () => {
  assertEquals(taken("me:x@a:1, [::1]").map(showNatsAddress), ["a:1", "[::1]:4222"]);
});
