// A park under attack: two real NATS servers in one cluster, real benches in this process in turn beside them, sessions on them as pages
// have them, and an attacker on each server who is subscribed to everything and publishes what they like. Each bench's wire to its
// server is tapped, and can be cut. Everything listens on loopback, on ports that the system chose.

import { Bench } from "../../lib/bench/bench.ts";
import { parseConfig } from "../../lib/bench/config.ts";
import {
  type AdminSeed,
  deriveRoomKeys,
  newRoomSecret,
  type RoomSecret,
} from "../../lib/crypto/mod.ts";
import { randomBytes } from "../../lib/nacl.ts";
import { type BenchIdentity, newBenchIdentity } from "../../lib/park/mod.ts";
import { inboxSubject } from "../../lib/park/subjects.ts";
import {
  acceptInvitation,
  type AcceptResult,
  parseInvitation,
} from "../../lib/session/pairing_page.ts";
import { beginStay, type RoomStay } from "../../lib/session/session.ts";
import type { PairingOffer } from "../../lib/session/view_state.ts";
import type { TabSocket, TabSocketEvents, World } from "../../lib/session/world.ts";
import { type Bytes, encodeBase64url, fullBenchId } from "../../lib/wire/mod.ts";
import { connectTo } from "./bench_in_process.ts";
import { LyingBench } from "./lying_bench.ts";
import type { WireMessage } from "./memory_bus.ts";
import { NatsAttacker } from "./nats_attacker.ts";
import { watchBus, type WatchedBus } from "./nats_place.ts";
import { type NatsServer, startCluster } from "./nats_server.ts";
import { NatsTap } from "./nats_tap.ts";
import { newRealWorld } from "./real_world.ts";
import type { SessionRig } from "./session_rig.ts";
import { TcpValve } from "./tcp_valve.ts";
import { until } from "./until.ts";

/** What was published by one connection has reached the others after that, on a busy machine as well. */
const CROSSES_WITHIN_MS = 300;

/** A room's keys, as its admin has them. */
export type OwnRoom = ReturnType<typeof newRoomSecret>;

/** One bench, over all its starts; its id stays. */
export class AttackedBench implements AsyncDisposable {
  readonly label: string;
  readonly origin: string;
  readonly identity: BenchIdentity;
  /** What it publishes. */
  readonly tap: NatsTap;
  /** Its way to its server. */
  readonly wire: TcpValve;
  readonly #seed: Bytes;
  #bench: Bench | null = null;
  #bus: WatchedBus | null = null;

  constructor(label: string, origin: string, server: NatsServer) {
    this.label = label;
    this.origin = origin;
    this.#seed = randomBytes(32);
    this.identity = newBenchIdentity(this.#seed.slice());
    this.tap = NatsTap.to(server.port());
    this.wire = TcpValve.to({ port: this.tap.port });
  }

  get id(): string {
    return fullBenchId(this.label, this.identity.fingerprint);
  }

  /** Where it is spoken to. */
  get inbox(): string {
    return inboxSubject(this.identity.box.publicKey);
  }

  /** What it holds of the park: links that stand, those that are up, offers that are good, claims under way. */
  get holds(): readonly [links: number, up: number, offers: number, claims: number] {
    const { links, linksUp, offers, claims } = this.#bench!.parkCounts()!;
    return [links, linksUp, offers, claims];
  }

  /** Rooms that are open on it. */
  get rooms(): number {
    return this.#bench!.counts().rooms;
  }

  /** Starts it, and waits until it joined. */
  async start(): Promise<void> {
    const config = parseConfig({
      PUBLIC_URL: this.origin,
      BENCH_ID: this.label,
      BENCH_KEY: encodeBase64url(this.#seed),
    });
    if (!config.ok) throw new Error(config.problem);
    this.#bus = watchBus(`nats://127.0.0.1:${this.wire.port}`);
    this.#bench = new Bench(config.config, this.#bus.bus);
    await this.joined();
  }

  async joined(): Promise<void> {
    await this.#bus!.is("up", 20_000);
  }

  /** Nothing reaches it and nothing leaves it, until `wire` is opened. */
  async cutOff(): Promise<void> {
    this.wire.cut();
    await this.#bus!.is("away");
  }

  /** It is gone from one moment to the next: nobody in the park hears a last word. */
  async kill(): Promise<void> {
    await this.cutOff();
    await this.#stop();
    this.wire.open();
  }

  /** As its own page opens it. */
  connect(events: TabSocketEvents): TabSocket {
    return connectTo(this.#bench, this.origin, events);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    await this.wire[Symbol.asyncDispose]();
    await this.tap[Symbol.asyncDispose]();
  }

  async #stop(): Promise<void> {
    const [bench, bus] = [this.#bench, this.#bus];
    this.#bench = null;
    await bench?.stop();
    await bus?.[Symbol.asyncDispose]();
  }
}

/** Somebody in a room. */
export interface Person {
  readonly name: string;
  readonly stay: RoomStay;
  /** Binary messages of its bench, in order. */
  readonly received: Bytes[];
  /** Its own, in order. */
  readonly sent: Bytes[];
}

/** The park, from its start to its disposal. */
export class AttackedPark implements AsyncDisposable {
  readonly benches: AttackedBench[] = [];
  readonly people: Person[] = [];
  /** On the last server. */
  attacker!: NatsAttacker;
  readonly #closing: AsyncDisposable[] = [];
  #servers: readonly NatsServer[] = [];
  #first!: NatsAttacker;

  /** So many benches in turn beside two servers, all joined; the attacker was there before them. */
  static async open(benches: number): Promise<AttackedPark> {
    const park = new AttackedPark();
    try {
      await park.#open(benches);
    } catch (error) {
      await park[Symbol.asyncDispose]();
      throw error;
    }
    return park;
  }

  async #open(benches: number): Promise<void> {
    const keep = <Kept extends AsyncDisposable>(kept: Kept): Kept => {
      this.#closing.unshift(kept);
      return kept;
    };
    this.#servers = keep(await startCluster(2));
    this.#first = keep(await NatsAttacker.at(this.#servers[0]!));
    this.attacker = keep(await NatsAttacker.at(this.#servers[1]!));
    for (let index = 0; index < benches; index++) {
      // Nobody listens there: sockets to benches of this process are in memory.
      const origin = `http://127.0.0.1:${4_100 + index}`;
      const label = ["oak", "elm", "fir"][index]!;
      const bench = keep(new AttackedBench(label, origin, this.#servers[index % 2]!));
      this.benches.push(bench);
      await bench.start();
    }
    await this.settle();
    this.attacker.messages.length = 0;
  }

  /** Somebody opens a room on a bench; resolves once in it. */
  async enter(name: string, index: number, room: OwnRoom, isAdmin = false): Promise<Person> {
    const bench = this.benches[index]!;
    const received: Bytes[] = [];
    const sent: Bytes[] = [];
    const world: World = {
      ...newRealWorld(bench.origin, null),
      askWhyRefused: () => Promise.resolve(null),
      connect: (events) => {
        const socket = bench.connect({
          ...events,
          onBinary: (bytes) => {
            received.push(bytes.slice());
            events.onBinary(bytes);
          },
        });
        return {
          ...socket,
          send: (message) => {
            if (typeof message !== "string") sent.push(message.slice());
            socket.send(message);
          },
        };
      },
    };
    const { key, adminFp } = room.secret;
    const secret = { key: key.slice() as RoomSecret["key"], adminFp };
    const stay = await beginStay({
      world,
      secret,
      keys: deriveRoomKeys(secret),
      adminSeed: isAdmin ? room.adminSeed.slice() as AdminSeed : null,
      name,
    });
    const person = { name, stay, received, sent };
    this.people.push(person);
    // As the page does where nobody is here.
    await until(() => ["live", "nobody-here"].includes(stay.view.phase.tag), `${name} is answered`);
    if (stay.view.phase.tag === "nobody-here") stay.waitHere();
    await until(() => stay.view.phase.tag === "live", `${name} is in the room`);
    return person;
  }

  /** The admin makes a link for a bench by its full id; the room is public then. */
  async offer({ stay }: Person, benchId: string): Promise<PairingOffer> {
    if (stay.view.publicness === "private") mustBeTaken(await stay.makePublic());
    const partner = { id: benchId, label: benchId.split("~")[0]!, url: "", isHeard: false };
    mustBeTaken(await stay.offerPairing(partner, false));
    return stay.view.offers.at(-1)!;
  }

  /** Somebody opens a pairing link on a bench and taps. */
  accept(link: string, index: number): Promise<AcceptResult> {
    const read = parseInvitation(link);
    if (read.tag !== "invitation") throw new Error("no pairing link");
    return acceptInvitation(
      { invitation: read.invitation, operatorToken: "" },
      (events) => this.benches[index]!.connect(events),
    );
  }

  /** From a room on its first bench to a room on both; resolves to its link once both say so. */
  async pair(admin: Person, index: number): Promise<string> {
    const { link, key } = await this.offer(admin, this.benches[index]!.id);
    const accepted = await this.accept(link, index);
    if (!accepted.ok) throw new Error(`not paired: ${accepted.reason}`);
    const state = () => admin.stay.view.offers.find((each) => each.key === key)!.state;
    await until(() => state() === "paired", "the admin hears that it is paired");
    return link;
  }

  /** A bench that an attacker wrote, with a connection of its own to the cluster. */
  async liar(label: string, room: OwnRoom): Promise<{ liar: LyingBench; rig: SessionRig }> {
    const watched = watchBus(this.#servers[1]!.address);
    this.#closing.unshift(watched);
    await watched.is("up");
    // All that a lying bench asks of a rig: a bus, and whose room it is.
    const rig = { ...room, wires: { bus: () => watched.bus } } as unknown as SessionRig;
    const liar = new LyingBench(rig, label);
    await this.settle();
    return { liar, rig };
  }

  /** Everything that was published on either server before has reached the attacker. */
  async settle(): Promise<void> {
    await this.#first.settle();
    await new Promise((resolve) => setTimeout(resolve, CROSSES_WITHIN_MS));
    await this.attacker.settle();
  }

  /** What the attacker saw on links, in order. */
  get onLinks(): readonly WireMessage[] {
    return this.attacker.messages.filter(({ subject }) => subject.startsWith("bt1.l."));
  }

  /** Subjects that the attacker saw, and all that any bench ever listened on. */
  get subjects(): readonly string[] {
    return [
      ...new Set([
        ...this.attacker.messages.map(({ subject }) => subject),
        ...this.benches.flatMap(({ tap }) => [...tap.subscribed]),
      ]),
    ].filter((subject) => subject.startsWith("bt1."));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { stay } of this.people) stay.leave();
    for (const each of this.#closing) await each[Symbol.asyncDispose]();
  }
}

function mustBeTaken(acted: Awaited<ReturnType<RoomStay["makePublic"]>>): void {
  if (!acted.ok) throw new Error(`the bench did not take it: ${acted.reason}`);
}

/** Who said what, as somebody has it. */
export function textsOf({ stay }: Person): readonly string[] {
  return stay.view.log.flatMap((item) =>
    item.tag === "text" ? [`${item.author.name}: ${item.text}`] : []
  );
}

/** Pictures that somebody has whole. */
export function picturesOf({ stay }: Person): number {
  return stay.view.log.filter((item) => item.tag === "image" && item.transfer.tag === "complete")
    .length;
}

/** Who is shown to somebody as here, in the order of the alphabet. */
export function shownTo({ stay }: Person): readonly string[] {
  return stay.view.people.filter(({ away }) => !away).map(({ name }) => name).toSorted();
}

/** Lines that an attack would cause, or a loss. */
export function alarmsOf({ stay }: Person): readonly string[] {
  const alarms = ["forged", "repeated", "unreadable", "unproven", "gap"];
  return stay.view.log.flatMap((item) =>
    item.tag === "notice" && alarms.includes(item.notice.kind) ? [item.notice.kind] : []
  );
}

/** Everybody shows everybody. */
export async function haveMet(...people: readonly Person[]): Promise<void> {
  const names = people.map(({ name }) => name).toSorted().join();
  await until(() => people.every((person) => shownTo(person).join() === names), `${names} met`);
}

/** Everybody has these words. */
export async function haveRead(words: string, ...people: readonly Person[]): Promise<void> {
  await until(
    () => people.every((person) => textsOf(person).includes(words)),
    `"${words}" reached ${people.map(({ name }) => name).join()}`,
  );
}
