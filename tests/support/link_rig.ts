// Both ends of one link over a bus in memory, under one clock: what each end reported stands in a list, and time and delivery are
// moved by hand. `beat` does what a park does every second.

import {
  Link,
  LINK_RATES,
  type LinkEvents,
  type LinkRates,
  newOpening,
  type PendingBytes,
} from "../../lib/park/link.ts";
import {
  linkKeys,
  type LinkMessage,
  LinkOpener,
  parseLinkMessage,
} from "../../lib/park/link_frame.ts";
import type { TokenBucket } from "../../lib/limits/mod.ts";
import { linkSubjects } from "../../lib/park/subjects.ts";
import type { Bytes } from "../../lib/wire/mod.ts";
import { ManualClock } from "./manual_clock.ts";
import { type MemoryBus, MemoryPark, type WireMessage } from "./memory_bus.ts";

/** One end. */
export interface LinkEnd {
  readonly link: Link;
  readonly bus: MemoryBus;
  readonly pending: PendingBytes;
  /** "up", "down", "end unpaired", "data 2", "to", "left", "admin", "refused", "count", "benches", in order. */
  readonly heard: string[];
  /** Boxes that came, by their first byte. */
  readonly boxes: number[];
  /** What STATE says of this end from now on. */
  state: { local: number; total: number; isPublic: boolean };
}

/** A large box, and whether somebody still holds it. */
export class HeldBox {
  holders = 0;
  holds = 0;
  releases = 0;
  hold(): void {
    this.holders++;
    this.holds++;
  }
  release(): void {
    this.holders--;
    this.releases++;
  }
}

/** A link between two benches. */
export class LinkRig {
  readonly clock = new ManualClock();
  readonly park = new MemoryPark();
  readonly root: Bytes;
  readonly hub: LinkEnd;
  readonly spoke: LinkEnd;
  readonly subjects: { readonly hubToSpoke: string; readonly spokeToHub: string };

  readonly #rates: LinkRates | null;
  readonly #sharedOpening: TokenBucket | null;

  /** `rates`: what a keeper set; the defaults without. */
  constructor(
    rootByte = 1,
    pending: PendingBytes = { total: 0 },
    rates: LinkRates | null = null,
    sharedOpening: TokenBucket | null = null,
  ) {
    this.#sharedOpening = sharedOpening;
    this.root = new Uint8Array(32).fill(rootByte);
    this.#rates = rates;
    this.subjects = linkSubjects(this.root);
    this.hub = this.#end("hub", pending);
    this.spoke = this.#end("spoke", { total: 0 });
  }

  /** The hub's is shared where a test says so. */
  #opening(side: "hub" | "spoke"): TokenBucket {
    if (side === "hub" && this.#sharedOpening !== null) return this.#sharedOpening;
    return newOpening(this.#rates ?? LINK_RATES, this.clock.nowMs());
  }

  #end(side: "hub" | "spoke", pending: PendingBytes): LinkEnd {
    const bus = this.park.bus();
    const heard: string[] = [];
    const boxes: number[] = [];
    const events: LinkEvents = {
      state: () => end.state,
      onUp: () => void heard.push("up"),
      onDown: () => void heard.push("down"),
      onEnd: (why) => void heard.push(`end ${why}`),
      onData: (entries) => {
        heard.push(`data ${entries.length}`);
        for (const { box } of entries) boxes.push(box[0]!);
      },
      onTo: (_from, _to, box) => {
        heard.push("to");
        boxes.push(box[0]!);
      },
      onLeft: () => void heard.push("left"),
      onAdmin: () => void heard.push("admin"),
      onRefused: (ctr, lastCtr, why) => void heard.push(`refused ${ctr} ${lastCtr} ${why}`),
      onCount: () => void heard.push(`count ${end.link.count} ${end.link.beyond}`),
      onBenches: (benches) => void heard.push(`benches ${benches.length}`),
    };
    const link = new Link({
      side,
      peer: { fp: new Uint8Array(16), label: "", url: "" },
      root: this.root.slice(),
      bus,
      clock: this.clock,
      pending,
      opening: this.#opening(side),
      events,
      ...(this.#rates === null ? {} : { rates: this.#rates }),
    });
    bus.onStatus(({ tag }) => link.onBus(tag === "up"));
    const end: LinkEnd = {
      link,
      bus,
      pending,
      heard,
      boxes,
      state: { local: 1, total: 1, isPublic: true },
    };
    return end;
  }

  /** Both ends up, and nothing under way. */
  up(): this {
    this.spoke.link.confirm();
    this.settle();
    return this;
  }

  /** Ends the turn and delivers, until nothing moves. */
  settle(): void {
    do this.clock.endTurn(); while (this.park.deliver() > 0);
  }

  /** So much time, a second at a time, with both ends looking at it; `isDelivering`: whether the bus brings anything. */
  beat(ms: number, isDelivering = true): void {
    for (let passedMs = 0; passedMs < ms; passedMs += 1_000) {
      this.clock.advance(Math.min(1_000, ms - passedMs));
      for (const { link } of [this.hub, this.spoke]) link.tick();
      if (isDelivering) this.settle();
    }
  }

  /** What the wire carried since `from`, opened with the keys of this link; "?" for what does not open. */
  words(from = 0): readonly (LinkMessage["tag"] | "?")[] {
    return this.messages(from).map((message) => message?.tag ?? "?");
  }

  /** The same, whole. */
  messages(from = 0): readonly (LinkMessage | null)[] {
    return this.park.wire.slice(from).map((message) => this.open(message));
  }

  /** One message of the wire, opened. */
  open({ subject, bytes }: WireMessage): LinkMessage | null {
    const keys = linkKeys(this.root);
    const key = subject === this.subjects.hubToSpoke ? keys.hubToSpoke : keys.spokeToHub;
    const inner = new LinkOpener(key).open(bytes);
    return inner === null ? null : parseLinkMessage(inner);
  }
}
