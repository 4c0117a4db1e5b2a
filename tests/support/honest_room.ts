// Ten people who talk all the while, from one address and through sockets as their tabs would open them, and who notice
// everything: a message lost, doubled, out of order or from somebody else, and how long each took. Nothing is sealed; a
// bench cannot tell. Runs in a process that does nothing heavy, so that what it measures is the bench.

import { assertEquals } from "@std/assert";
import { type Bytes, type MemberId } from "../../lib/wire/mod.ts";
import { type Entered, LoadTab, SMALL_BOX_BYTES } from "./load_tab.ts";
import { rigRoom, rigSession } from "./relay_rig.ts";
import type { RawTarget } from "./raw_socket.ts";
import { Seeded } from "./seeded.ts";

export const HONEST_ADDRESS = "127.0.0.1";
const PEOPLE = 10;

/** Four messages a second each: ten who all type at once, far below the 20/s of a socket. */
const SAYS_EVERY_MS = 250;

/** What was said must have arrived everywhere this long after the last word, whatever happened before. */
const ARRIVES_WITHIN_MS = 10_000;

/** An attack may make the room this slow, or five times as slow as it was when calm. */
const SLOWED_P99_MS = 250;
const SLOWED_TIMES = 5;

const HEAD_BYTES = 16;

/** Everybody's room in these tests. The crowd knows it too, for attacks from inside. */
export const HONEST_ROOM = rigRoom(7_001);

/** One message that was said. */
interface Said {
  readonly by: number;
  readonly atMs: number;
}

/** One person's own view. */
interface Person {
  readonly tab: LoadTab;
  /** Messages in the order of their arrival: the sender's place and the number. */
  readonly heard: string[];
  /** Highest number heard of each. */
  readonly last: number[];
  said: number;
}

/** The room, from its opening to its end. */
export class HonestRoom {
  /** What went wrong, in words; each is a failure. */
  readonly wrongs: string[] = [];
  readonly #target: RawTarget;
  readonly #people: Person[] = [];
  readonly #placeOf = new Map<MemberId, number>();
  readonly #filling = new Seeded(7_002).bytes(SMALL_BOX_BYTES);
  /** Milliseconds from saying to hearing, by phase. */
  readonly #latencies = { calm: [] as number[], attacked: [] as number[], after: [] as number[] };
  #attackFromMs = Infinity;
  #attackToMs = Infinity;
  #talk: ReturnType<typeof setInterval> | null = null;
  #turn = 0;
  #isOver = false;
  #newcomers = 0;

  private constructor(port: number) {
    this.#target = { port, localAddress: HONEST_ADDRESS };
  }

  /** Ten people join, then begin to talk. */
  static async open(port: number): Promise<HonestRoom> {
    const room = new HonestRoom(port);
    for (let place = 0; place < PEOPLE; place++) {
      const entered = await room.#enter(place);
      if (entered.tag !== "in") {
        throw new Error(`an honest person was kept out: ${JSON.stringify(entered)}`);
      }
      room.#seat(place, entered.tab);
    }
    // One after the other, so that a quarter of a second holds ten messages and not one burst.
    room.#talk = setInterval(() => room.#say(room.#turn++ % PEOPLE), SAYS_EVERY_MS / PEOPLE);
    return room;
  }

  #enter(place: number): Promise<Entered> {
    return LoadTab.enter(this.#target, HONEST_ROOM, rigSession(7_100 + place));
  }

  #seat(place: number, tab: LoadTab): void {
    const person: Person = { tab, heard: [], last: Array(PEOPLE).fill(0), said: 0 };
    this.#people[place] = person;
    this.#placeOf.set(tab.memberId, place);
    tab.onEntry = (from, box) => this.#onEntry(place, person, from, box);
    tab.socket.closed.then((code) => {
      if (!this.#isOver) this.wrongs.push(`person ${place} was cut with ${code}`);
    });
  }

  #say(place: number): void {
    const person = this.#people[place]!;
    person.tab.sayAll(this.#box(place, ++person.said));
  }

  /** `place u32 || number u32 || moment f64 || filling` */
  #box(place: number, number: number): Bytes {
    const box = this.#filling.slice();
    const view = new DataView(box.buffer);
    view.setUint32(0, place);
    view.setUint32(4, number);
    view.setFloat64(8, performance.now());
    return box;
  }

  #onEntry(place: number, person: Person, from: MemberId, box: Uint8Array): void {
    const sender = this.#placeOf.get(from);
    // Strangers with the key may say what they like.
    if (sender === undefined) return;
    const view = new DataView(box.buffer, box.byteOffset);
    const said: Said = { by: view.getUint32(0), atMs: view.getFloat64(8) };
    const number = view.getUint32(4);
    if (said.by !== sender) {
      this.wrongs.push(`${place} heard ${said.by} under the name of ${sender}`);
    }
    if (number !== person.last[sender]! + 1) {
      this.wrongs.push(`${place} heard ${number} of ${sender} after ${person.last[sender]}`);
    }
    if (box.length !== SMALL_BOX_BYTES || !sameFilling(box, this.#filling)) {
      this.wrongs.push(`${place} heard other bytes than ${sender} said`);
    }
    person.last[sender] = number;
    person.heard.push(`${sender}:${number}`);
    this.#latencies[this.#phaseAt(said.atMs)].push(performance.now() - said.atMs);
  }

  #phaseAt(atMs: number): "calm" | "attacked" | "after" {
    return atMs < this.#attackFromMs ? "calm" : atMs < this.#attackToMs ? "attacked" : "after";
  }

  /** What is said from now on is said under attack. */
  attackBegins(): void {
    this.#attackFromMs = performance.now();
  }

  attackEnds(): void {
    this.#attackToMs = performance.now();
  }

  /** One more person joins and hears the others; resolves to what went wrong, or `null`. */
  async newcomer(): Promise<string | null> {
    const entered = await LoadTab.enter(
      this.#target,
      HONEST_ROOM,
      rigSession(7_200 + ++this.#newcomers),
      { create: false },
    );
    if (entered.tag !== "in") return `a newcomer was kept out: ${JSON.stringify(entered)}`;
    const { tab } = entered;
    const heard = new Promise<true>((resolve) => tab.onEntry = () => resolve(true));
    const heardAny = await Promise.race([heard, tab.socket.closed.then(() => false)]);
    await tab.socket.close();
    return heardAny ? null : "a newcomer was cut";
  }

  /** Everybody falls silent, hears the last words and leaves. Throws when anything was not as it must be. */
  async close(): Promise<void> {
    if (this.#talk !== null) clearInterval(this.#talk);
    const untilMs = performance.now() + ARRIVES_WITHIN_MS;
    const isComplete = () =>
      this.#people.every(({ last }) =>
        this.#people.every(({ said }, place) => last[place] === said)
      );
    while (!isComplete() && performance.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const missing = this.#people.flatMap(({ last }, place) =>
      this.#people.flatMap(({ said }, by) =>
        last[by] === said ? [] : [`${place} heard ${last[by]} of ${said} by ${by}`]
      )
    );
    this.#isOver = true;
    await Promise.all(this.#people.map(({ tab }) => tab.socket.close()));
    assertEquals([...this.wrongs, ...missing].slice(0, 20), []);
    // [D7] One and the same order for all.
    for (const { heard } of this.#people) assertEquals(heard, this.#people[0]!.heard);
  }

  /** The 99th of 100 waits, calm and under attack, in milliseconds. */
  p99s(): { readonly calmMs: number; readonly attackedMs: number; readonly heard: number } {
    const { calm, attacked } = this.#latencies;
    return { calmMs: p99(calm), attackedMs: p99(attacked), heard: attacked.length };
  }

  /** How slow this run's attack may make the room, in milliseconds. */
  allowedP99Ms(): number {
    return Math.max(SLOWED_P99_MS, SLOWED_TIMES * p99(this.#latencies.calm));
  }
}

function sameFilling(box: Uint8Array, filling: Uint8Array): boolean {
  for (let i = HEAD_BYTES; i < box.length; i++) if (box[i] !== filling[i]) return false;
  return true;
}

function p99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * 0.99) - 1)] ?? Infinity;
}
