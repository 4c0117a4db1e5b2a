// A bus without a network: the benches of one test share subjects through one MemoryPark, which stands where NATS stands
// and may do all that NATS may: read, forge, hold back, repeat, change. Nothing moves by itself unless `isAutomatic` is
// set: a publish waits until `deliver()`, so that a test decides what crosses before what.
//
//   const park = new MemoryPark();
//   const a = park.bus(), b = park.bus();             // both up
//   b.subscribe("bt1.x", (bytes) => got.push(bytes));
//   a.publish("bt1.x", bytes);                        // true; park.wire shows it already
//   park.deliver();                                   // now b has it
//   park.tamper = (message) => [message, message];    // from now on everything comes twice; [] loses it
//   park.inject("bt1.x", forged);                     // the attacker's own; never tampered with
//   a.goAway(); a.comeBack(); b.refuse("not-let-in");

import type { Bus, BusRefusal, BusStatus, Stop } from "../../lib/park/bus.ts";
import { checkBusBytes, checkBusSubject } from "../../lib/park/bus_calls.ts";
import type { Bytes } from "../../lib/wire/mod.ts";

/** What NATS sees of one message. */
export interface WireMessage {
  readonly subject: string;
  readonly bytes: Bytes;
}

/** Two benches that answer each other without end are a mistake; a test says so instead of hanging. */
const MOST_IN_ONE_DELIVERY = 100_000;

/** Stands where NATS stands. */
export class MemoryPark {
  /** Everything that was ever published or injected, as it was handed in, in order. */
  readonly wire: WireMessage[] = [];
  /** What becomes of a published message on its way; runs at the publish. */
  tamper: (message: WireMessage) => readonly WireMessage[] = (message) => [message];
  readonly #ends: MemoryBus[] = [];
  #waiting: (WireMessage & { readonly sequence: number })[] = [];
  /** Rises with everything that happens here, so that nobody gets what was sent before they were there. */
  #sequence = 0;
  #isDelivering = false;
  #isAutomatic = false;

  /** A new end, up. */
  bus(): MemoryBus {
    const end = new MemoryBus(this);
    this.#ends.push(end);
    return end;
  }

  /** Whether everything is delivered in a microtask after its publish, without `deliver()`. */
  get isAutomatic(): boolean {
    return this.#isAutomatic;
  }

  set isAutomatic(isAutomatic: boolean) {
    this.#isAutomatic = isAutomatic;
    if (isAutomatic) queueMicrotask(() => this.deliver());
  }

  /** How many messages wait to be delivered. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Publishes as an attacker does: any subject, any bytes, to whoever listens. */
  inject(subject: string, bytes: Uint8Array): void {
    const message = { subject, bytes: new Uint8Array(bytes) };
    this.wire.push(message);
    this.#send([message]);
  }

  /**
   * Delivers what waits, and what is published because of it, in order; at most `most` messages. Returns how many
   * it were. What throws in a listener throws here.
   */
  deliver(most = Infinity): number {
    // A listener that delivers: what it waits for comes after it, as on a real connection.
    if (this.#isDelivering) return 0;
    this.#isDelivering = true;
    let delivered = 0;
    try {
      while (delivered < most) {
        const message = this.#waiting.shift();
        if (message === undefined) break;
        if (delivered++ === MOST_IN_ONE_DELIVERY) throw new Error("the buses answer without end");
        for (const end of this.#ends) end.take(message);
      }
    } finally {
      this.#isDelivering = false;
    }
    return delivered;
  }

  /** For the ends: one of them publishes. */
  send(message: WireMessage): void {
    this.wire.push(message);
    this.#send(this.tamper(message));
  }

  /** For the ends: the moment, as a number that only rises. */
  next(): number {
    return ++this.#sequence;
  }

  #send(messages: readonly WireMessage[]): void {
    for (const { subject, bytes } of messages) {
      // Its own bytes: what a test does to the array later is not on the wire.
      this.#waiting.push({ subject, bytes: new Uint8Array(bytes), sequence: this.next() });
    }
    if (this.#isAutomatic) queueMicrotask(() => this.deliver());
  }
}

/** One bench's end; also in the hand of the test, which says when it is away. */
export class MemoryBus implements Bus {
  readonly #park: MemoryPark;
  readonly #listeners = new Set<Listener>();
  #status: BusStatus = { tag: "up" };
  #upSince: number;
  #isClosed = false;
  #onStatus: (status: BusStatus) => void = () => {};

  constructor(park: MemoryPark) {
    this.#park = park;
    this.#upSince = park.next();
  }

  get status(): BusStatus {
    return this.#status;
  }

  onStatus(run: (status: BusStatus) => void): void {
    this.#onStatus = run;
  }

  publish(subject: string, bytes: Uint8Array): boolean {
    checkBusSubject(subject);
    checkBusBytes(bytes);
    if (this.#status.tag !== "up") return false;
    this.#park.send({ subject, bytes: new Uint8Array(bytes) });
    return true;
  }

  subscribe(subject: string, onMessage: (bytes: Bytes) => void): Stop {
    checkBusSubject(subject);
    if (this.#isClosed) return () => {};
    const listener = { subject, onMessage, since: this.#park.next() };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#listeners.clear();
    this.#status = { tag: "away" };
    return Promise.resolve();
  }

  /** How many subscriptions stand. */
  get subscriptions(): number {
    return this.#listeners.size;
  }

  /** The connection breaks: what is under way to this end is lost. */
  goAway(): void {
    this.#become({ tag: "away" });
  }

  /** The connection is there again, with what was subscribed to. */
  comeBack(): void {
    if (this.#status.tag === "up") return;
    this.#upSince = this.#park.next();
    this.#become({ tag: "up" });
  }

  /** There is a connection, of no use. */
  refuse(why: BusRefusal): void {
    this.#become({ tag: "refused", why });
  }

  /** For the park: one message passes. */
  take({ subject, bytes, sequence }: WireMessage & { readonly sequence: number }): void {
    for (const listener of [...this.#listeners]) {
      if (this.#status.tag !== "up" || this.#upSince > sequence) return;
      if (listener.subject !== subject || listener.since > sequence) continue;
      // An earlier listener may have stopped this one.
      if (this.#listeners.has(listener)) listener.onMessage(new Uint8Array(bytes));
    }
  }

  #become(status: BusStatus): void {
    if (this.#isClosed) return;
    const isSame = status.tag === this.#status.tag &&
      (status.tag !== "refused" ||
        (this.#status.tag === "refused" && status.why === this.#status.why));
    if (isSame) return;
    this.#status = status;
    this.#onStatus(status);
  }
}

interface Listener {
  readonly subject: string;
  readonly onMessage: (bytes: Bytes) => void;
  readonly since: number;
}
