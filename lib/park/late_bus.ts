// A bus that is still being loaded: away until it is there, and then the very same. So a bench can be made at once, while the package
// that speaks to NATS comes in behind it.

import type { Bytes } from "../wire/mod.ts";
import type { Bus, BusStatus, Stop } from "./bus.ts";

/** What was asked for before the bus came. */
interface Wish {
  readonly subject: string;
  readonly onMessage: (bytes: Bytes) => void;
  stop: Stop | null;
}

/** Stands in for a bus to come. If it never comes, it stays away; whoever loads it says why. */
export class LateBus implements Bus {
  readonly #wishes = new Set<Wish>();
  readonly #coming: Promise<Bus | null>;
  #bus: Bus | null = null;
  #onStatus: (status: BusStatus) => void = () => undefined;
  #isClosed = false;

  /** `onFault` is told, once, when the bus could not be loaded. */
  constructor(coming: Promise<Bus>, onFault: () => void) {
    this.#coming = coming.then((bus) => this.#onCome(bus), () => {
      onFault();
      return null;
    });
  }

  get status(): BusStatus {
    return this.#bus?.status ?? { tag: "away" };
  }

  onStatus(run: (status: BusStatus) => void): void {
    this.#onStatus = run;
  }

  publish(subject: string, bytes: Uint8Array): boolean {
    return this.#bus?.publish(subject, bytes) ?? false;
  }

  subscribe(subject: string, onMessage: (bytes: Bytes) => void): Stop {
    if (this.#bus !== null) return this.#bus.subscribe(subject, onMessage);
    const wish: Wish = { subject, onMessage, stop: null };
    this.#wishes.add(wish);
    return () => {
      this.#wishes.delete(wish);
      wish.stop?.();
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const bus = await this.#coming;
    await bus?.close();
  }

  #onCome(bus: Bus): Bus {
    this.#bus = bus;
    bus.onStatus((status) => {
      if (!this.#isClosed) this.#onStatus(status);
    });
    for (const wish of this.#wishes) wish.stop = bus.subscribe(wish.subject, wish.onMessage);
    if (!this.#isClosed && bus.status.tag !== "away") this.#onStatus(bus.status);
    return bus;
  }
}
