// Every way in which pairing can fail, as people meet it in real Chromium: each is said, with what to do, and where trying again
// may help the button is still there. And what a bench does whose NATS is away or whose settings are wrong.

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { deriveRoomKeys, newRoomSecret } from "../../lib/crypto/mod.ts";
import { beginStay, type RoomStay } from "../../lib/session/session.ts";
import { parseTypedBenchId } from "../../lib/wire/mod.ts";
import { ensureBuilt, spawnBench, startBench } from "../support/bench_process.ts";
import { startChromium, type WatchedBrowser } from "../support/chromium.ts";
import { NatsServer, routesStand } from "../support/nats_server.ts";
import { federationOf, ParkBench, shownId, startParkBenches } from "../support/park_benches.ts";
import {
  acceptPairing,
  bar,
  button,
  closeDialog,
  counts,
  createRoom,
  enter,
  makePairingLink,
  makePublic,
  offerSays,
  outcome,
  pairDialog,
  pressAccept,
  say,
  seat,
  sees,
  textbox,
  whyDisabled,
} from "../support/park_pages.ts";
import { newRealWorld } from "../support/real_world.ts";
import { fromRepository, tasks } from "../support/repository.ts";

// Chromium's own connections outlive a test.
const options = { sanitizeOps: false, sanitizeResources: false } as const;

const OPERATOR_TOKEN = "the-keeper-alone-knows";

/** What the browser itself says of a bench that was killed under it is no trouble of ours. */
function troublesOf({ troubles }: WatchedBrowser): readonly string[] {
  return troubles.filter((line) => !/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET/.test(line));
}

Deno.test({
  ...options,
  name:
    "[W2] a label alone: found where one bench answers, refused with what to do where several or none do; and the operator's token",
  fn: async () => {
    await using park = await startParkBenches([
      { label: "home" },
      { label: "lone", env: { OPERATOR_TOKEN } },
      { label: "twin" },
      { label: "twin" },
    ]);
    const [home, lone, twin, other] = park.benches as [ParkBench, ParkBench, ParkBench, ParkBench];
    await using watched = await startChromium(park.origins);
    const { page: ana } = await watched.newPerson();
    const { page: keeper } = await watched.newPerson();
    await createRoom(ana, home.url, "Ana");
    await makePublic(ana);
    const dialog = await pairDialog(ana);
    const press = async (label: string, word: string) => {
      await textbox(dialog, "Bench ID").fill(label);
      await button(dialog, "Create pairing link").click();
      await dialog.getByRole("status").filter({ hasText: word }).waitFor();
    };

    assertNotEquals(twin.id, other.id);
    await press("twin", "Several benches go by this label. Paste the full Bench ID");
    await press("nobody", "No bench answered to this label. Check it, or paste the full Bench ID");
    assertEquals(await textbox(dialog, "Pairing link").count(), 0);

    // Behind a label anybody may stand: who answered is shown first, and the second press makes the link.
    await press("lone", "lone answered. Compare what stands behind the ~ with its page /bench");
    assertStringIncludes(await dialog.innerText(), `~${lone.id.split("~")[1]}`);
    assertStringIncludes(await dialog.innerText(), `at ${new URL(lone.url).host}`);
    assertEquals(await textbox(dialog, "Pairing link").count(), 0);
    await button(dialog, "Create pairing link").click();
    const link = await textbox(dialog, "Pairing link").inputValue();
    assert(link.startsWith(`${lone.url}/pair#`));

    // [T12]
    await keeper.goto(`${lone.url}/bench`);
    await keeper.getByText("takes the operator token as well").waitFor();
    await acceptPairing(keeper, link, "This bench asks for its operator token as well.");
    await textbox(keeper, "Operator token").fill(`${OPERATOR_TOKEN}!`);
    await pressAccept(keeper, "The operator token is missing, or not the right one.");
    await offerSays(ana, "Waiting for lone to accept.");
    await textbox(keeper, "Operator token").fill(OPERATOR_TOKEN);
    await pressAccept(keeper, "Paired with home.");
    await offerSays(ana, "Paired with lone.");
    await closeDialog(ana);
    await seat(ana, lone.id).getByText("linked", { exact: true }).waitFor();
    assertEquals(watched.troubles, []);
  },
});

Deno.test({
  ...options,
  name:
    "the park is away, and then the bench that asks is: each is said, and trying again helps where it can",
  fn: async (t) => {
    await using park = await startParkBenches([{ label: "north" }, { label: "south" }]);
    const [north, south] = park.benches as [ParkBench, ParkBench];
    const [northNats, southNats] = park.servers as [NatsServer, NatsServer];
    await using watched = await startChromium(park.origins);
    const { page: ana } = await watched.newPerson();
    const { page: cem } = await watched.newPerson();
    const { page: keeper } = await watched.newPerson();
    let link = "";

    await t.step(
      "the admin's bench has lost its NATS: talk goes on, a link cannot be made",
      async () => {
        const roomLink = await createRoom(ana, north.url, "Ana");
        await cem.goto(roomLink);
        await enter(cem, "Cem");
        await makePublic(ana);
        await northNats.kill();
        await north.federationIs("away");
        for (const page of [ana, cem]) {
          await bar(page).getByText("The way to other benches is broken just now.").waitFor();
        }
        const dialog = await pairDialog(ana);
        await textbox(dialog, "Bench ID").fill(south.id);
        await button(dialog, "Create pairing link").click();
        await dialog.getByRole("status")
          .filter({ hasText: "There is no way to other benches just now." }).waitFor();
        await closeDialog(ana);
        await say(ana, "said meanwhile");
        await sees(cem, "said meanwhile");
        await northNats.restart();
        await routesStand(northNats, 1);
        await north.federationIs("joined");
        for (const page of [ana, cem]) {
          await bar(page).getByText("The way to other benches").waitFor({ state: "detached" });
        }
      },
    );

    await t.step(
      "the other bench has lost its NATS: said on its page, and no attempt is lost",
      async () => {
        link = await makePairingLink(ana, south.id);
        await southNats.kill();
        await south.federationIs("away");
        await acceptPairing(keeper, link, "This bench has no way to others just now.");
        await keeper.getByRole("heading", { name: "Pair this bench?" }).waitFor();
        await southNats.restart();
        await routesStand(southNats, 1);
        await south.federationIs("joined");
        await offerSays(ana, "Waiting for south to accept.");
      },
    );

    await t.step("the bench that asks was killed: it did not answer", async () => {
      await north.kill();
      await pressAccept(keeper, "The bench that asks did not answer.");
      await keeper.getByRole("heading", { name: "Pair this bench?" }).waitFor();
      await button(keeper, "Accept pairing").waitFor();
    });

    await t.step(
      "[T6] back again, it is another bench, and what it offered is gone with it",
      async () => {
        const before = north.id;
        await north.restart();
        await north.federationIs("joined");
        assertNotEquals(north.id, before);
        await pressAccept(keeper, "The bench that asks did not answer.");
      },
    );

    await t.step("the bench of the page itself was killed: said as that", async () => {
      await south.kill();
      await pressAccept(keeper, "This bench did not answer: it may be down");
      assertEquals(troublesOf(watched), []);
    });
  },
});

Deno.test({
  ...options,
  name: "PAIRING=off, a bench by itself, a link that was cut off: said before and after the tap",
  fn: async (t) => {
    await using park = await startParkBenches([
      { label: "north" },
      { label: "shut", env: { PAIRING: "off" } },
    ]);
    const [north, shut] = park.benches as [ParkBench, ParkBench];
    await using alone = await ParkBench.start("alone", {});
    await using watched = await startChromium([...park.origins, alone.url]);
    const { page: ana } = await watched.newPerson();
    const { page: keeper } = await watched.newPerson();
    let link = "";

    await t.step(
      "a bench that does not pair is not heard of, and says so on its pages",
      async () => {
        await createRoom(ana, north.url, "Ana");
        await makePublic(ana);
        link = await makePairingLink(ana, shut.id);
        const dialog = await pairDialog(ana);
        await dialog.getByText("It was not heard just now.").waitFor();
        // No address was heard, so the link leads to the admin's own bench, which takes it along.
        assert(link.startsWith(`${north.url}/pair#`));
        await keeper.goto(`${shut.url}/bench`);
        await keeper.getByText("Off: its keeper switched it off.").waitFor();
        await keeper.goto(link.replace(north.url, shut.url));
        await keeper.getByText("The keeper of this bench switched pairing off.").waitFor();
        await pressAccept(keeper, "or its keeper switched pairing off.");
        assertEquals(await button(keeper, "Accept pairing").count(), 0);
        await offerSays(ana, "Waiting for shut to accept.");
      },
    );

    await t.step("the menu on such a bench says why its rooms stay private", async () => {
      for (const bench of [shut, alone]) {
        const { page, context } = await watched.newPerson();
        await createRoom(page, bench.url, "Eva");
        for (const item of ["Make room public", "Pair with another bench"]) {
          assertMatch(
            await whyDisabled(page, item) ?? "",
            /^This bench is by itself, or its keeper/,
          );
        }
        await context.close();
      }
    });

    await t.step("a bench by itself", async () => {
      assertEquals(await federationOf(alone.url), "standalone");
      await keeper.goto(`${alone.url}/bench`);
      await keeper.getByText("This bench is by itself: its rooms never leave it.").waitFor();
      await keeper.goto(link.replace(north.url, alone.url));
      await keeper.getByText("This bench is by itself: it has no way to others.").waitFor();
      await pressAccept(keeper, "This bench takes no part: it is by itself");
    });

    await t.step("a link that was cut off, or is none, is not tried", async () => {
      let sockets = 0;
      keeper.on("websocket", () => sockets++);
      await keeper.goto("about:blank");
      await keeper.goto(link.replace(north.url, shut.url).slice(0, -40));
      await keeper.getByRole("heading", { name: "This pairing link is cut off" }).waitFor();
      await keeper.goto(`${shut.url}/pair`);
      const field = textbox(keeper, "Pairing link or code");
      for (
        const [pasted, word] of [
          ["", "Paste a pairing link here"],
          [link.slice(0, -40), "This link is cut off"],
          [north.id, "This is not a pairing link"],
        ] as const
      ) {
        await field.fill(pasted);
        await button(keeper, "Go on").click();
        await outcome(keeper, word);
      }
      await field.fill(link.split("#")[1]!);
      await button(keeper, "Go on").click();
      await keeper.getByRole("heading", { name: "Pair this bench?" }).waitFor();
      assertEquals(sockets, 0);
    });

    assertEquals(watched.troubles, []);
  },
});

/** Enters a room that is not there yet, as its admin. */
async function openRoom(url: string): Promise<RoomStay> {
  const { secret, adminSeed } = newRoomSecret();
  const world = newRealWorld(url, null);
  const stay = await beginStay({
    world,
    secret,
    keys: deriveRoomKeys(secret),
    adminSeed,
    name: "Ana",
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => stay.view.phase.tag === "live" && resolve();
  stay.subscribe(look);
  look();
  await promise;
  return stay;
}

Deno.test("[T2] [U5] a private room's pairing is refused by the bench itself, whatever a page lets through", async () => {
  await using park = await startParkBenches([{ label: "north" }, { label: "south" }]);
  const [north, south] = park.benches as [ParkBench, ParkBench];
  const stay = await openRoom(north.url);
  try {
    const { label } = parseTypedBenchId(south.id)!;
    const partner = { id: south.id, label, url: south.url, isHeard: true };
    assertEquals(await stay.offerPairing(partner, false), { ok: false, reason: "not-public" });
    assertEquals(await stay.makePublic(), { ok: true });
    // A control: what refused it was that and nothing else.
    assertEquals(await stay.offerPairing(partner, false), { ok: true });
    assertEquals(stay.view.offers.length, 1);
    const itself = { ...partner, id: north.id, url: north.url };
    assertEquals(await stay.offerPairing(itself, false), { ok: false, reason: "wrong-bench" });
  } finally {
    stay.leave();
  }
});

Deno.test("a bad address in NATS_PEERS ends the start with one line that says what it takes", async () => {
  await ensureBuilt();
  for (const bad of ["http://nats.example:4222", "nats://nats.example:0", "nats://a b", ","]) {
    const env = { NATS_PEERS: `nats://127.0.0.1:4222, ${bad}` };
    const started = await spawnBench({ env: bad === "," ? { NATS_PEERS: bad } : env }).output();
    const [stdout, stderr] = [started.stdout, started.stderr].map((bytes) =>
      new TextDecoder().decode(bytes)
    );
    assertEquals([started.code, stdout], [1, ""], bad);
    assertMatch(stderr!, /^NATS_PEERS is "[^\n]*"; it takes [^\n]*\n$/);
  }
});

Deno.test({
  ...options,
  name:
    "[N1] a server that is away at the start ends nothing: rooms work, /health says so, and the bench joins when it comes",
  fn: async () => {
    const nats = await NatsServer.start();
    await using _nats = nats;
    await nats.kill();
    await using bench = await ParkBench.start("early", { NATS_PEERS: nats.address });
    assertEquals(await federationOf(bench.url), "away");
    await using watched = await startChromium(bench.url);
    const { page: ana } = await watched.newPerson();
    const { page: ben } = await watched.newPerson();
    const roomLink = await createRoom(ana, bench.url, "Ana");
    await ben.goto(roomLink);
    await enter(ben, "Ben");
    await counts(ana, 2);
    await say(ana, "no park, no matter");
    await sees(ben, "no park, no matter");
    await ben.goto(`${bench.url}/bench`);
    await ben.getByText("has no way to it just now").waitFor();
    assertEquals(await federationOf(bench.url), "away");
    await nats.restart();
    await bench.federationIs("joined");
    await ben.reload();
    await ben.getByText("It has joined a park.").waitFor();
    assertEquals(watched.troubles, []);
  },
});

Deno.test("[B1] BENCH_KEY keeps the whole id over a restart; without one it changes, and the start says so", async () => {
  const made = await new Deno.Command(Deno.execPath(), {
    args: tasks()["bench-key"]!.command.split(" ").slice(1),
    cwd: fromRepository("./"),
    stderr: "null",
  }).output();
  const BENCH_KEY = new TextDecoder().decode(made.stdout).trim();
  assertMatch(BENCH_KEY, /^[A-Za-z0-9_-]{43}$/);
  const idOf = async (env: Readonly<Record<string, string>>) => {
    const bench = await startBench({ env });
    const shown = await shownId(bench.url);
    const { stdout } = await bench.stop();
    assertStringIncludes(stdout, `Bench ID: ${shown}\n`);
    return { id: shown, stdout };
  };
  const kept = [await idOf({ BENCH_KEY, BENCH_ID: "a" }), await idOf({ BENCH_KEY, BENCH_ID: "a" })];
  assertEquals(kept[0]!.id, kept[1]!.id);
  assert(!kept[0]!.stdout.includes("changes at every start"));
  assert(!kept[0]!.stdout.includes(BENCH_KEY));
  const drawn = [await idOf({ BENCH_ID: "a" }), await idOf({ BENCH_ID: "a" }), await idOf({})];
  assertEquals(new Set(drawn.map(({ id }) => id)).size, 3);
  assertEquals(drawn.map(({ id }) => id.startsWith("a~")), [true, true, false]);
  for (const { stdout } of drawn) assertStringIncludes(stdout, "It changes at every start");
});
