// A real cluster, two real benches, real sessions, and somebody on the same cluster who records every byte of it: a private room leaves
// nothing there, a public one nothing that can be read, and all that was recorded, played back and changed, does nothing.
// Rules: lib/park/PAIRING.md, [K1] [K2] [K9] [T3] [T7].

import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { parseConfig } from "../../lib/bench/config.ts";
import { Bench } from "../../lib/bench/bench.ts";
import { deriveRoomKeys, newRoomSecret } from "../../lib/crypto/mod.ts";
import type { AdminSeed, RoomSecret } from "../../lib/crypto/mod.ts";
import { randomBytes } from "../../lib/nacl.ts";
import { newBenchIdentity } from "../../lib/park/mod.ts";
import { acceptInvitation, parseInvitation } from "../../lib/session/pairing_page.ts";
import { beginStay, type RoomStay } from "../../lib/session/session.ts";
import type { World } from "../../lib/session/world.ts";
import { encodeBase32, encodeBase64url, utf8 } from "../../lib/wire/mod.ts";
import { connectTo } from "../support/bench_in_process.ts";
import { makeNoisePng } from "../support/image_samples.ts";
import { openLink } from "../support/lying_bench.ts";
import { NatsAttacker } from "../support/nats_attacker.ts";
import { watchBus } from "../support/nats_place.ts";
import { startCluster } from "../support/nats_server.ts";
import { newRealWorld } from "../support/real_world.ts";
import { findSpelling } from "../support/spellings.ts";
import { until } from "../support/until.ts";

interface Tab {
  readonly stay: RoomStay;
  /** Entries that reached it. */
  readonly entries: () => number;
}

async function join(
  bench: Bench,
  origin: string,
  name: string,
  secret: RoomSecret,
  adminSeed: AdminSeed | null,
): Promise<Tab> {
  let entries = 0;
  const world: World = {
    ...newRealWorld(origin, null),
    connect: (events) =>
      connectTo(bench, origin, {
        ...events,
        onBinary: (bytes) => {
          entries++;
          events.onBinary(bytes);
        },
      }),
  };
  const own = { key: secret.key.slice() as RoomSecret["key"], adminFp: secret.adminFp };
  const stay = await beginStay({
    world,
    secret: own,
    keys: deriveRoomKeys(own),
    adminSeed: adminSeed === null ? null : adminSeed.slice() as AdminSeed,
    name,
  });
  await until(() => stay.view.phase.tag === "live", `${name} is in the room`);
  return { stay, entries: () => entries };
}

const texts = ({ stay }: Tab) =>
  stay.view.log.flatMap((item) => item.tag === "text" ? [item.text] : []);
const pictures = ({ stay }: Tab) =>
  stay.view.log.filter((item) => item.tag === "image" && item.transfer.tag === "complete").length;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("a private and a public room on a real cluster, with somebody on it who reads all, repeats all and changes all", async () => {
  await using servers = await startCluster(2);
  const [first, second] = servers;
  await using attacker = await NatsAttacker.at(second!);
  const names = ["zebra-keeps-the-room", "yaks-carry-the-room"];
  const origins = ["http://127.0.0.1:4101", "http://127.0.0.1:4102"];
  const seeds = [randomBytes(32), randomBytes(32)];
  const buses = [first!, second!].map((server) => watchBus(server.address));
  const benches = buses.map(({ bus }, i) => {
    const config = parseConfig({
      PUBLIC_URL: origins[i]!,
      BENCH_ID: names[i]!,
      BENCH_KEY: encodeBase64url(seeds[i]!),
    });
    if (!config.ok) throw new Error(config.problem);
    return new Bench(config.config, bus);
  });
  const [a, b] = benches as [Bench, Bench];
  const tabs: Tab[] = [];
  try {
    for (const watched of buses) await watched.is("up");
    const { secret, adminSeed } = newRoomSecret();
    const ada = await join(a, origins[0]!, "Adelheid-of-the-zebras", secret, adminSeed);
    tabs.push(ada);
    const ana = await join(a, origins[0]!, "Anastasia-beside-her", secret, null);
    tabs.push(ana);
    await until(
      () => ada.stay.view.people.length === 2 && ana.stay.view.people.length === 2,
      "they met",
    );

    // A private room, used in full: not a byte of anybody's.
    ada.stay.sendText("canary words in private");
    const png = makeNoisePng(400_000, 9);
    const image = await ana.stay.prepareImage(new Blob([png]));
    if (!image.ok) throw new Error(image.reason);
    ana.stay.sendImage(image.image);
    await until(() => texts(ana).length === 1 && pictures(ada) === 1, "they talk in private");
    await wait(300);
    attacker.publish("bt1.control", utf8("the attacker hears what passes"));
    await attacker.settle();
    assertEquals(attacker.messages.map(({ subject }) => subject), ["bt1.control"]);

    // Made public, paired and used.
    assert((await ada.stay.makePublic()).ok);
    const found = await ada.stay.findBench(names[1]!);
    if (!found.ok) throw new Error(`not found: ${found.reason}`);
    assert((await ada.stay.offerPairing(found.bench, false)).ok);
    const { link } = ada.stay.view.offers[0]!;
    const read = parseInvitation(link);
    if (read.tag !== "invitation") throw new Error("no link");
    const accept = () =>
      acceptInvitation(
        { invitation: read.invitation, operatorToken: "" },
        (events) => connectTo(b, origins[1]!, events),
      );
    assertEquals(await accept(), { ok: true, roomUrl: null });
    const ben = await join(b, origins[1]!, "Benedicta-of-the-yaks", secret, null);
    tabs.push(ben);
    await until(() => ben.stay.view.people.length === 3, "Ben met everybody");
    ada.stay.sendText("canary words across the link");
    ben.stay.sendText("canary words back again");
    const other = await ben.stay.prepareImage(new Blob([makeNoisePng(500_000, 10)]));
    if (!other.ok) throw new Error(other.reason);
    ben.stay.sendImage(other.image);
    await until(
      () => texts(ben).length === 2 && texts(ada).length === 3 && pictures(ana) === 2,
      "they talk across",
      20_000,
    );
    // Enough to play back: each word is a frame of its own.
    for (let words = 1; words <= 10; words++) {
      ada.stay.sendText(`word ${words}`);
      await until(() => texts(ben).length === 2 + words, "a word more");
    }
    await attacker.settle();

    // Nothing in it can be read, in any spelling.
    const { hub, secret: pairing, tokenHash } = openLink(link);
    const keys = deriveRoomKeys(secret);
    const ids = seeds.map((seed) => newBenchIdentity(seed));
    const secrets: Record<string, Uint8Array> = {
      "the pairing secret": pairing,
      "its hash": tokenHash,
      "the room's key": secret.key,
      "the join key": keys.join.publicKey,
      "the message key": keys.messageKey,
      "the room id": Uint8Array.fromBase64(keys.roomId, { alphabet: "base64url" }),
      "the admin's fingerprint": secret.adminFp,
      "the admin's seed": adminSeed,
      "the hub's keys": hub.sign,
      "the picture": png.slice(2_000, 2_032),
      ...Object.fromEntries(names.map((name) => [name, utf8(name)])),
      ...Object.fromEntries(origins.map((origin) => [origin, utf8(origin)])),
      ...Object.fromEntries(ids.map(({ fingerprint }, i) => [`fingerprint ${i}`, fingerprint])),
      ...Object.fromEntries(ids.map(({ box }, i) => [`box key ${i}`, box.publicKey])),
      ...Object.fromEntries(
        [
          "Adelheid-of-the-zebras",
          "Benedicta-of-the-yaks",
          "canary words in private",
          "canary words across",
          "canary words back",
        ]
          .map((text) => [text, utf8(text)]),
      ),
    };
    const record = Buffer.concat(attacker.record);
    const lower = record.toString("latin1").toLowerCase();
    for (const [name, bytes] of Object.entries(secrets)) {
      assertEquals(findSpelling(record, bytes), null, name);
      for (const skip of [0, 1, 2, 3, 4]) {
        const spelled = encodeBase32(new Uint8Array([...new Uint8Array(skip), ...bytes]));
        const inner = spelled.slice(
          Math.ceil((skip * 8) / 5),
          Math.floor(((bytes.length + skip) * 8) / 5),
        );
        assert(!lower.includes(inner), `${name} in base32`);
      }
    }
    assertEquals(findSpelling(record, utf8("the attacker hears what passes")), "raw");

    // All of it again, as it was, on every subject of its kind, and changed; at a pace that links take, so that keys refuse and no rate.
    const messages = attacker.messages.filter(({ subject }) =>
      /^bt1\.[a-z]+\b/.test(subject) && subject !== "bt1.control"
    );
    const links = [
      ...new Set(messages.map(({ subject }) => subject).filter((s) => s.startsWith("bt1.l."))),
    ];
    assertEquals(links.length, 2);
    assert(messages.length > 30, `${messages.length} messages were recorded`);
    // What a room itself says every ten seconds may come in between; what is delivered to tabs may not.
    const before = tabs.map((tab) => [texts(tab), pictures(tab)]);
    const counts = [a, b].map((bench) => bench.parkCounts()!.links);
    for (const [i, { subject, bytes }] of messages.entries()) {
      const changed = bytes.slice();
      changed[(i * 31) % changed.length]! ^= 1 << (i % 8);
      for (const to of subject.startsWith("bt1.l.") ? links : [subject]) {
        attacker.publish(to, bytes);
        attacker.publish(to, changed);
      }
      if (i % 20 === 19) await wait(100);
    }
    await attacker.settle();
    await wait(500);
    assertEquals(tabs.map((tab) => [texts(tab), pictures(tab)]), before);
    assertEquals([a, b].map((bench) => bench.parkCounts()!.links), counts);
    for (const { stay } of tabs) {
      const kinds = stay.view.log.flatMap((item) =>
        item.tag === "notice" ? [item.notice.kind] : []
      );
      for (const kind of ["forged", "repeated", "unreadable", "unproven", "gap"]) {
        assert(!kinds.includes(kind as typeof kinds[number]), `${kind} was shown`);
      }
      assertEquals(stay.view.benches.map(({ isUp }) => isUp), [true, true]);
    }
    assertEquals(await accept(), { ok: false, reason: "used" });

    // And the room goes on, until its admin's word ends it on both benches.
    ben.stay.sendText("still here");
    await until(() => texts(ana).includes("still here"), "they talk on");
    assert(tabs.every((tab) => tab.entries() > 0));
    await ada.stay.deleteRoom();
    await until(() => ben.stay.view.phase.tag === "ended", "the room is deleted over there");
    assertEquals(ben.stay.view.phase, { tag: "ended", reason: "deleted-by-admin" });
  } finally {
    for (const { stay } of tabs) await stay.leave();
    for (const bench of benches) await bench.stop();
    for (const watched of buses) await watched[Symbol.asyncDispose]();
  }
});
