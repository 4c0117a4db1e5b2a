// SIGKILL and restart under load: five rooms of eight real sessions, everybody talking all the while. Everybody comes back
// without a tap, each room has the admin that it had and no other, what was not acknowledged arrives afterwards once and in
// order, and whoever may have missed something is told.

import { assert, assertEquals } from "@std/assert";
import {
  type AdminSeed,
  deriveRoomKeys,
  newRoomSecret,
  type RoomSecret,
} from "../../lib/crypto/mod.ts";
import { randomBytes } from "../../lib/nacl.ts";
import { naclSigner, newAdminCommand } from "../../lib/proof/mod.ts";
import { beginStay, type RoomStay } from "../../lib/session/session.ts";
import type { Notice, SessionView } from "../../lib/session/view_state.ts";
import { encodeAdminCommand, parseBase64url } from "../../lib/wire/mod.ts";
import { type BenchProcess, startBench } from "../support/bench_process.ts";
import { newRealWorld, type RealWorld } from "../support/real_world.ts";

const ROOMS = 5;
const MEMBERS = 8;
const TALK_EVERY_MS = 300;
const AWAY_MS = 1_500;
/** Each person sits in a network of its own, as behind a proxy, so that the limits by address stand at their defaults. */
const ENV = { TRUST_PROXY: "1" };
const ADMIN_OP_DELETE = 2;

interface Tab {
  readonly name: string;
  readonly world: RealWorld;
  readonly stay: RoomStay;
  said: number;
}

interface Room {
  readonly secret: RoomSecret;
  readonly adminSeed: AdminSeed;
  readonly tabs: Tab[];
}

async function enter(room: Room, url: string, roomNumber: number): Promise<Tab> {
  const number = room.tabs.length;
  const world = newRealWorld(url, `10.1.${roomNumber}.${number}`);
  const stay = await beginStay({
    world,
    secret: { key: room.secret.key.slice() as RoomSecret["key"], adminFp: room.secret.adminFp },
    keys: deriveRoomKeys(room.secret),
    adminSeed: number === 0 ? room.adminSeed.slice() as AdminSeed : null,
    name: `R${roomNumber}P${number}`,
  });
  const tab = { name: `R${roomNumber}P${number}`, world, stay, said: 0 };
  room.tabs.push(tab);
  return tab;
}

/** Resolves once `holds` does, looked at after every change of the view; throws with `what` after `withinMs`. */
function until(
  { stay, name }: Tab,
  holds: (view: SessionView) => boolean,
  what: string,
  withinMs: number,
): Promise<void> {
  if (holds(stay.view)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const finish = () => {
      clearTimeout(timer);
      unsubscribe();
    };
    const timer = setTimeout(() => {
      finish();
      reject(new Error(`${name}: not ${what} in ${withinMs} ms, but ${stay.view.phase.tag}`));
    }, withinMs);
    const unsubscribe = stay.subscribe((view) => {
      if (!holds(view)) return;
      finish();
      resolve();
    });
  });
}

const sleep = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

const isWhole = ({ phase, people }: SessionView) =>
  phase.tag === "live" && people.filter(({ away }) => !away).length === MEMBERS;

function say(tab: Tab): void {
  if (tab.stay.sendText(`${tab.name} ${tab.said}`)) tab.said++;
}

/** Numbers of what `by` said, as they stand in this tab's log, in their order. */
function heard(tab: Tab, by: Tab): readonly number[] {
  return tab.stay.view.log.flatMap((item) =>
    item.tag === "text" && item.author.name === by.name ? [Number(item.text.split(" ")[1])] : []
  );
}

function unacknowledged(tab: Tab): readonly number[] {
  return tab.stay.view.log.flatMap((item) =>
    item.tag === "text" && item.delivery !== null && item.delivery !== "sent"
      ? [Number(item.text.split(" ")[1])]
      : []
  );
}

const noticesOf = (tab: Tab): readonly Notice[] =>
  tab.stay.view.log.flatMap((item) => item.tag === "notice" ? [item.notice] : []);

Deno.test("SIGKILL and restart under load: all come back, with the admin they had, and are told what may be missing", async () => {
  const rooms: Room[] = [];
  const talk = new Set<ReturnType<typeof setInterval>>();
  const first = await startBench({ env: ENV });
  const { url } = first;
  let second: BenchProcess | null = null;
  try {
    for (let number = 0; number < ROOMS; number++) {
      const room: Room = { ...newRoomSecret(), tabs: [] };
      rooms.push(room);
      await until(await enter(room, url, number), ({ phase }) => phase.tag === "live", "in", 5_000);
      for (let i = 1; i < MEMBERS; i++) await enter(room, url, number);
    }
    const all = rooms.flatMap(({ tabs }) => tabs);
    await Promise.all(all.map((tab) => until(tab, isWhole, "with everybody", 10_000)));
    all.forEach((tab, at) => {
      const startMs = at * TALK_EVERY_MS / all.length;
      talk.add(setTimeout(() => {
        say(tab);
        talk.add(setInterval(() => say(tab), TALK_EVERY_MS));
      }, startMs));
    });
    await sleep(2_000);

    const killing = first.stop("SIGKILL");
    // In this very turn, before any socket tells of its end.
    const underWay = new Map(all.map((tab) => [tab, unacknowledged(tab)]));
    // In the first room a member is back before the creator, and opens it.
    const [early] = rooms;
    const creator = early!.tabs[0]!;
    creator.world.isCutOff = true;
    await killing;
    await Promise.all(
      all.map((tab) => until(tab, ({ phase }) => phase.tag === "reconnecting", "away", 5_000)),
    );
    await sleep(AWAY_MS);
    const saidWhileAway = new Map(all.map((tab) => [tab, unacknowledged(tab)]));
    second = await startBench({ env: { ...ENV, PORT: new URL(url).port } });
    assertEquals(second.url, url);
    const others = early!.tabs.slice(1);
    await Promise.all(
      others.map((tab) => until(tab, ({ phase }) => phase.tag === "live", "back", 15_000)),
    );
    assertEquals(creator.stay.view.phase.tag, "reconnecting");
    creator.world.isCutOff = false;
    await Promise.all(all.map((tab) => until(tab, isWhole, "back with everybody", 20_000)));

    await sleep(1_000);
    for (const timer of talk) clearInterval(timer);
    await Promise.all(
      all.map((tab) =>
        until(tab, () => unacknowledged(tab).length === 0, "rid of all it said", 15_000)
      ),
    );
    // The last echo reached its sender in the batch that brings it to the others; they may still be opening it.
    await sleep(500);

    for (const { tabs } of rooms) {
      const [admin] = tabs;
      for (const tab of tabs) {
        assertEquals(
          noticesOf(tab).filter(({ kind }) => kind === "room-began-anew"),
          [{ kind: "room-began-anew", benchRestarted: true }],
          `${tab.name} is told what may be missing`,
        );
        assertEquals(
          tab.stay.view.people.filter(({ isAdmin }) => isAdmin).map(({ name }) => name),
          [admin!.name],
          `${tab.name} sees the admin there was, by its badge`,
        );
        const strange = noticesOf(tab).filter(({ kind }) =>
          kind === "forged" || kind === "unreadable" || kind === "unproven" || kind === "repeated"
        );
        assertEquals(strange, [], tab.name);
        for (const by of tabs) {
          if (by === tab) continue;
          const numbers = heard(tab, by);
          const what = `${tab.name} of ${by.name}`;
          assertEquals(numbers, [...new Set(numbers)].sort((a, b) => a - b), `${what}: in order`);
          const missing = by.said - numbers.length;
          const told = noticesOf(tab).reduce(
            (sum, notice) =>
              notice.kind === "gap" && notice.who.name === by.name ? sum + notice.count : sum,
            0,
          );
          assertEquals(missing, told, `${what}: what is missing is told`);
          const arrived = new Set(numbers);
          const owed = [...underWay.get(by)!, ...saidWhileAway.get(by)!];
          assert(owed.length > 0, "it said something while the bench was away");
          assertEquals(owed.filter((number) => !arrived.has(number)), [], `${what}: nothing owed`);
        }
      }
    }

    // Who opened the room first is nobody's admin: neither its page nor a command under a key of its own does anything.
    const usurper = others.find(({ world }) => world.lastControl("ok")?.created === true)!;
    assertEquals(await usurper.stay.deleteRoom(), false);
    const { roomId } = deriveRoomKeys(early!.secret);
    const roomNonce = parseBase64url(`${usurper.world.lastControl("ok")?.in}`, 32)!;
    const signer = naclSigner(randomBytes(32));
    usurper.world.sendRaw(encodeAdminCommand(
      await newAdminCommand(signer, { roomId, roomNonce }, Date.now(), ADMIN_OP_DELETE),
    ));
    say(usurper);
    await until(usurper, () => unacknowledged(usurper).length === 0, "still heard", 5_000);
    assertEquals(usurper.world.lastControl("adm")?.why, "not-admin");
    for (const { stay } of early!.tabs) assertEquals(stay.view.phase, { tag: "live" });

    // And the creator's own is taken, by the bench and by everybody.
    assertEquals(await creator.stay.deleteRoom(), true);
    await Promise.all(early!.tabs.map((tab) =>
      until(
        tab,
        ({ phase }) => phase.tag === "ended" && phase.reason === "deleted-by-admin",
        "told by the admin that it is over",
        5_000,
      )
    ));
  } finally {
    for (const timer of talk) clearInterval(timer);
    for (const { tabs } of rooms) for (const { stay } of tabs) stay.leave();
    await first.stop("SIGKILL");
    await second?.stop();
  }
});
