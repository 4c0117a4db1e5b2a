// A park with people in it who talk all the while: two NATS servers in one cluster, their route through a valve, a bench process beside
// each with a valve of its own to its server, one room on both, and two people on each bench who say numbered messages at a steady
// rate through real sockets. It notices how long words take on one bench, before a fault and from it on, and how the benches' memory
// grows; Talk accounts for every message. Everything listens on loopback, on ports that the system chose.

import { assert, assertEquals } from "@std/assert";
import {
  type AdminSeed,
  deriveRoomKeys,
  newRoomSecret,
  type RoomSecret,
} from "../../lib/crypto/mod.ts";
import { acceptInvitation, parseInvitation } from "../../lib/session/pairing_page.ts";
import { beginStay, type RoomStay } from "../../lib/session/session.ts";
import type { Notice } from "../../lib/session/view_state.ts";
import type { TabSocketEvents } from "../../lib/session/world.ts";
import { type BenchProcess, startBench } from "./bench_process.ts";
import { residentBytes } from "./load_scene.ts";
import { NatsServer, routesStand } from "./nats_server.ts";
import { newRealWorld } from "./real_world.ts";
import { Talk, type Talker } from "./talk.ts";
import { TcpValve } from "./tcp_valve.ts";
import { until } from "./until.ts";

/** What a room shows is true so long after a change (the promise), with a second for a busy machine to show it. */
export const TRUE_WITHIN_MS = 46_000;

/** What waits for processes to start and people to meet, on a busy machine. */
const READY_WITHIN_MS = 30_000;

/** Each of four says two messages a second. */
const SAYS_EVERY_MS = 500;

/** How long people talk before anything breaks: the control. */
const CONTROL_MS = 4_000;

/** The repeated presence [F9] and as much as it may wait. */
const SHOWN_WITHIN_MS = 35_000;

/**
 * A word on one bench may take ten times as long as the slowest did before the fault, and in any case what a tab holds back for people
 * whom it has not met [F12], with as much again for a busy machine.
 */
const SLOWED_TIMES = 10;
const HELD_BACK_MS = 2 * 1_500;

/** V8's own comings and goings, and twice what may wait at one link (8 MiB) and at its socket (8 MiB). */
const GROWS_AT_MOST_BYTES = 96 * 1024 * 1024;
const LOOK_EVERY_MS = 500;

/** One bench, over all its starts at one address. */
export class TalkingBench {
  readonly label: string;
  /** The way to its NATS server. */
  readonly wire: TcpValve;
  readonly #key: string | null;
  #port = 0;
  #process: BenchProcess | null = null;
  #firstBytes = 0;
  #mostBytes = 0;

  constructor(label: string, wire: TcpValve, key: string | null) {
    this.label = label;
    this.wire = wire;
    this.#key = key;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts it, again at the same address; without a key its id is another then. */
  async start(): Promise<void> {
    this.#process = await startBench({
      env: {
        HOST: "127.0.0.1",
        PORT: `${this.#port}`,
        BENCH_ID: this.label,
        NATS_PEERS: `nats://127.0.0.1:${this.wire.port}`,
        ...(this.#key === null ? {} : { BENCH_KEY: this.#key }),
      },
    });
    this.#port = Number(new URL(this.#process.url).port);
    this.#firstBytes = 0;
  }

  /** Ends it as `signal` does; resolves to what it printed. */
  async stop(signal: Deno.Signal): Promise<string> {
    const process = this.#process;
    this.#process = null;
    const ending = await process?.stop(signal);
    return ending === undefined ? "" : ending.stdout + ending.stderr;
  }

  async federation(): Promise<string> {
    return (await (await fetch(`${this.url}/health`)).json()).federation;
  }

  async joins(): Promise<void> {
    const endMs = performance.now() + READY_WITHIN_MS;
    while (await this.federation() !== "joined") {
      if (performance.now() > endMs) {
        throw new Error(`bench ${this.label} did not join: ${await this.stop("SIGTERM")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Looks at its memory; the first look after each start is what growth is measured from. */
  async look(): Promise<void> {
    const process = this.#process;
    if (process === null) return;
    const bytes = await residentBytes(process.pid).catch(() => 0);
    if (process !== this.#process || bytes === 0) return;
    if (this.#firstBytes === 0) this.#firstBytes = bytes;
    this.#mostBytes = Math.max(this.#mostBytes, bytes - this.#firstBytes);
  }

  get grewByBytes(): number {
    return this.#mostBytes;
  }
}

/** Somebody in the room. */
export interface Person extends Talker {
  readonly stay: RoomStay;
  /** The highest number that this person got of each other, by name. */
  readonly last: ReadonlyMap<string, number>;
}

/** How a park is to be. */
export interface TalkingParkSetup {
  /** Whether benches keep their ids over restarts. */
  readonly hasKeys?: boolean;
  /** Servers that take less than a bench needs: the benches are not in the park, and each has a room of its own. */
  readonly maxPayloadBytes?: number;
}

/** The park, from its start to its disposal. */
export class TalkingPark implements AsyncDisposable {
  readonly talk = new Talk();
  readonly people: Person[] = [];
  /** Server 1 connects to server 0 through this. */
  route!: TcpValve;
  readonly servers: NatsServer[] = [];
  readonly benches: TalkingBench[] = [];
  /** Of words on one bench, by the number of the bench. */
  readonly #delays = { control: [[], []] as number[][], fault: [[], []] as number[][] };
  #phase: "control" | "fault" = "control";
  readonly #saidMs = new Map<string, number>();
  readonly #wrongs: string[] = [];
  readonly #secret: RoomSecret;
  readonly #adminSeed: AdminSeed;
  readonly #closing: AsyncDisposable[] = [];
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  #openSockets = 0;
  #isSilent = false;

  /** Starts all of it, pairs the benches, and lets the people meet and talk for a while. */
  static async open(setup: TalkingParkSetup = {}): Promise<TalkingPark> {
    const park = new TalkingPark();
    try {
      await park.#open(setup);
    } catch (error) {
      await park[Symbol.asyncDispose]();
      throw error;
    }
    return park;
  }

  private constructor() {
    const { secret, adminSeed } = newRoomSecret();
    this.#secret = secret;
    this.#adminSeed = adminSeed;
  }

  async #open({ hasKeys = false, maxPayloadBytes }: TalkingParkSetup): Promise<void> {
    const keep = <Kept extends AsyncDisposable>(kept: Kept): Kept => {
      this.#closing.unshift(kept);
      return kept;
    };
    const payload = maxPayloadBytes === undefined ? {} : { maxPayloadBytes };
    this.servers.push(keep(await NatsServer.start({ ...payload, routes: [] })));
    this.route = keep(TcpValve.to({ port: this.servers[0]!.port("route") }));
    this.servers.push(keep(await NatsServer.start({ ...payload, routes: [this.route.port] })));
    for (const server of this.servers) await routesStand(server, 1);
    for (const [index, server] of this.servers.entries()) {
      const key = hasKeys
        ? crypto.getRandomValues(new Uint8Array(32))
          .toBase64({ alphabet: "base64url", omitPadding: true })
        : null;
      const wire = keep(TcpValve.to({ port: server.port() }));
      this.benches.push(new TalkingBench(["oak", "elm"][index]!, wire, key));
    }
    await Promise.all(this.benches.map((bench) => bench.start()));
    if (maxPayloadBytes === undefined) {
      await Promise.all(this.benches.map((bench) => bench.joins()));
      await this.enter("Ada", 0, true);
      await this.enter("Ana", 0);
      assertEquals(await this.people[0]!.stay.makePublic(), { ok: true });
      await this.pair();
      await this.enter("Ben", 1);
      await this.enter("Bea", 1);
      await this.allAreShown("all have met");
    } else {
      for (const [name, bench] of [["Ada", 0], ["Ana", 0], ["Ben", 1], ["Bea", 1]] as const) {
        await this.enter(name, bench, name === "Ada" || name === "Ben");
      }
      await until(
        () => this.people.every((person) => shownTo(person).length === 2),
        "two have met on each bench",
      );
    }
    for (const bench of this.benches) await bench.look();
    this.#every(LOOK_EVERY_MS, () => {
      for (const bench of this.benches) void bench.look();
    });
    let turn = 0;
    this.#every(SAYS_EVERY_MS / this.people.length, () => {
      const person = this.people[turn++ % this.people.length]!;
      if (person.stay.view.phase.tag !== "ended") this.#say(person);
    });
    await new Promise((resolve) => setTimeout(resolve, CONTROL_MS));
  }

  /** Somebody opens the room on a bench; resolves once in it. */
  async enter(name: string, bench: number, isAdmin = false): Promise<Person> {
    const world = newRealWorld(this.benches[bench]!.url, null);
    const connect = world.connect.bind(world);
    world.connect = (events) => this.#counted(connect, events);
    const { key, adminFp } = this.#secret;
    const secret = { key: key.slice() as RoomSecret["key"], adminFp };
    const stay = await beginStay({
      world,
      secret,
      keys: deriveRoomKeys(secret),
      adminSeed: isAdmin ? this.#adminSeed.slice() as AdminSeed : null,
      name,
    });
    const last = new Map<string, number>();
    const person: Person = { name, bench, stay, last };
    const seen = new Set<string>();
    stay.subscribe(({ log }) => {
      for (let at = log.length - 1; at >= 0; at--) {
        const item = log[at]!;
        if (item.tag !== "text") continue;
        if (seen.has(item.id)) break;
        seen.add(item.id);
        if (item.author.memberId === stay.view.me!.memberId) continue;
        last.set(item.author.name, Number(item.text.split(" ")[1]));
        const speaker = this.people.find((each) => each.name === item.author.name);
        const saidMs = this.#saidMs.get(item.text);
        if (speaker?.bench !== bench || saidMs === undefined) continue;
        this.#delays[this.#phase][bench]!.push(performance.now() - saidMs);
      }
    });
    this.people.push(person);
    await until(() => stay.view.phase.tag === "live", `${name} is in the room`, READY_WITHIN_MS);
    return person;
  }

  /** The admin makes a link for bench 1, and it is opened there; resolves once words may cross. */
  async pair(): Promise<void> {
    const [{ stay }] = this.people as [Person];
    const found = await stay.findBench(this.benches[1]!.label);
    if (!found.ok) throw new Error(`not found: ${found.reason}`);
    assertEquals(await stay.offerPairing(found.bench, false), { ok: true });
    const offer = stay.view.offers.at(-1)!;
    const read = parseInvitation(offer.link);
    if (read.tag !== "invitation") throw new Error("no pairing link");
    const world = newRealWorld(this.benches[1]!.url, null);
    const accepted = await acceptInvitation(
      { invitation: read.invitation, operatorToken: "" },
      (events) => this.#counted(world.connect, events),
    );
    assertEquals(accepted, { ok: true, roomUrl: null });
    await until(() => stay.view.offers.at(-1)?.state === "paired", "the admin hears of it");
  }

  /** What breaks, breaks from now on. */
  faultBegins(): void {
    this.#phase = "fault";
  }

  on(bench: number): readonly Person[] {
    return this.people.filter((person) => person.bench === bench);
  }

  /** Resolves once everybody who stayed shows everybody else, and the bench counts as many. */
  async allAreShown(what: string, withinMs = READY_WITHIN_MS): Promise<void> {
    const people = this.people.filter(({ stay }) => stay.view.phase.tag !== "ended");
    await until(
      () => people.every((person) => shownTo(person).length === people.length),
      `everybody is shown: ${what}`,
      withinMs,
    );
    await until(
      () => people.every(({ stay }) => stay.view.count === people.length),
      `everybody is counted: ${what}`,
      withinMs,
    );
  }

  /** Resolves once everybody on `bench` shows this of the other bench, and nobody who sits there where it is not up. */
  async isShown(bench: number, wanted: "up" | "away" | "none"): Promise<void> {
    const here = this.on(bench).filter(({ stay }) => stay.view.phase.tag !== "ended");
    const count = wanted === "up"
      ? this.people.filter(({ stay }) => stay.view.phase.tag !== "ended").length
      : here.length;
    await until(
      () =>
        here.every((person) =>
          linkTo(person) === wanted && shownTo(person).length === count &&
          person.stay.view.count === count
        ),
      `on bench ${bench} the other is shown as ${wanted}, with ${count} people`,
      TRUE_WITHIN_MS,
    );
  }

  /** Resolves once every word that is said from now on crosses, both ways. */
  async crosses(withinMs = TRUE_WITHIN_MS): Promise<void> {
    const people = this.people.filter(({ stay }) => stay.view.phase.tag !== "ended");
    const marks = people.map((person) => this.talk.saidBy(person));
    await until(
      () =>
        people.every(({ last }) =>
          people.every(({ name }, at) =>
            people[at]!.last === last || (last.get(name) ?? 0) > marks[at]!
          )
        ),
      "talk crosses",
      withinMs,
    );
  }

  /**
   * Everybody falls silent. Throws unless every word is accounted for, memory was bounded, and on every bench that was not `killed`
   * all words arrived, none of them late.
   */
  async account(
    { people = this.people, killed = null }: {
      readonly people?: readonly Person[];
      readonly killed?: number | null;
    } = {},
  ): Promise<void> {
    this.#isSilent = true;
    const stood = [0, 1].filter((bench) => bench !== killed);
    const wrongs = () => [
      ...this.#wrongs,
      ...this.talk.wrongs(people, killed === null),
      ...stood.flatMap((bench) =>
        this.talk.wrongs(people.filter((person) => person.bench === bench))
      ),
    ];
    const endMs = performance.now() + SHOWN_WITHIN_MS;
    while (wrongs().length > 0 && performance.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assertEquals(wrongs(), []);
    for (const bench of this.benches) {
      const grew = bench.grewByBytes;
      assert(grew <= GROWS_AT_MOST_BYTES, `bench ${bench.label} grew by ${grew} bytes`);
    }
    const { mostMs } = this.delays("control", [0, 1]);
    const allowedMs = Math.max(HELD_BACK_MS, SLOWED_TIMES * mostMs);
    const fault = this.delays("fault", stood);
    assert(fault.words > 0, "nobody talked while it was broken");
    assert(
      fault.mostMs <= allowedMs,
      `a word on one bench took ${fault.mostMs} of ${allowedMs} ms`,
    );
  }

  /** How long words took on these benches. */
  delays(
    phase: "control" | "fault",
    benches: readonly number[],
  ): { readonly words: number; readonly p99Ms: number; readonly mostMs: number } {
    const sorted = benches.flatMap((bench) => this.#delays[phase][bench]!).toSorted((a, b) =>
      a - b
    );
    const at = (share: number) => Math.ceil(sorted[Math.ceil(sorted.length * share) - 1] ?? 0);
    return { words: sorted.length, p99Ms: at(0.99), mostMs: at(1) };
  }

  /** One line of figures; `benches` are those that stood. */
  figures(what: string, benches: readonly number[] = [0, 1]): string {
    const control = this.delays("control", benches);
    const fault = this.delays("fault", benches);
    const grew = this.benches.map(({ grewByBytes }) => Math.round(grewByBytes / 1024 / 1024));
    return `${what}: a word on one bench, slowest of ${control.words} before ${control.mostMs} ms, ` +
      `of ${fault.words} from the fault on ${fault.mostMs} ms (p99 ${fault.p99Ms} ms); ` +
      `benches grew by ${grew.join(" and ")} MiB`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isSilent = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const { stay } of this.people) stay.leave();
    for (const valve of [this.route, ...this.benches.map(({ wire }) => wire)]) valve?.open();
    const isQuiet = () => this.#openSockets === 0;
    await until(isQuiet, "all sockets are closed").catch(() => undefined);
    await Promise.all(this.benches.map((bench) => bench.stop("SIGTERM")));
    for (const each of this.#closing) await each[Symbol.asyncDispose]();
    await until(isQuiet, "all sockets are closed");
  }

  #say(person: Person): void {
    try {
      this.#saidMs.set(`${person.name} ${this.talk.saidBy(person) + 1}`, performance.now());
      this.talk.say(person);
    } catch (error) {
      this.#wrongs.push(`${person.name}: ${error}`);
    }
  }

  #every(periodMs: number, run: () => void): void {
    this.#timers.push(setInterval(() => {
      if (!this.#isSilent) run();
    }, periodMs));
  }

  #counted(
    connect: (events: TabSocketEvents) => ReturnType<ReturnType<typeof newRealWorld>["connect"]>,
    events: TabSocketEvents,
  ): ReturnType<typeof connect> {
    this.#openSockets++;
    return connect({
      ...events,
      onClose: (code) => {
        this.#openSockets--;
        events.onClose(code);
      },
    });
  }
}

/** Names of those whom a person is shown as here, themselves included. */
export function shownTo({ stay }: Person): readonly string[] {
  return stay.view.people.filter(({ away }) => !away).map(({ name }) => name);
}

/** How the other bench is shown to somebody; one that began anew stands beside what it was, until that link is over. */
export function linkTo({ stay }: Person): "up" | "away" | "none" {
  const others = stay.view.benches.filter(({ isThis }) => !isThis);
  return others.length === 0 ? "none" : others.some(({ isUp }) => isUp) ? "up" : "away";
}

/** What a person was told, in order. */
export function told({ stay }: Person): readonly Notice["kind"][] {
  return stay.view.log.flatMap((item) => item.tag === "notice" ? [item.notice.kind] : []);
}
