// Buses on real NATS servers as the contract suite wants them, and what other tests need beside: one bus with the lines that
// it says and the changes it tells.

import type { Bus, BusStatus } from "../../lib/park/bus.ts";
import { parseNatsPeers } from "../../lib/park/nats_addresses.ts";
import { openNatsBus } from "../../lib/park/nats_bus.ts";
import type { NatsAccess } from "../../lib/park/nats_settings.ts";
import { utf8 } from "../../lib/wire/mod.ts";
import type { BusPlace } from "../park/bus_contract.ts";
import type { NatsServer } from "./nats_server.ts";
import { until } from "./until.ts";

/** A bus over NATS, closed at its disposal. */
export interface WatchedBus extends AsyncDisposable {
  readonly bus: Bus;
  /** What it said for its operator. */
  readonly said: readonly string[];
  /** Every status that it told. */
  readonly told: readonly BusStatus[];
  /** Resolves once the status is `tag`. */
  is(tag: BusStatus["tag"], withinMs?: number): Promise<void>;
}

/** What NATS_PEERS and its companions say, for a test. */
export function natsAccess(peers: string, more: Partial<NatsAccess> = {}): NatsAccess {
  const parsed = parseNatsPeers(peers);
  if (!parsed.ok) throw new Error(`no addresses: ${parsed.shown}`);
  return { addresses: parsed.addresses, creds: null, nkey: null, ca: null, ...more };
}

/** Opens a bus; does not wait for anything. */
export function watchBus(peers: string, more: Partial<NatsAccess> = {}): WatchedBus {
  const said: string[] = [];
  const told: BusStatus[] = [];
  const bus = openNatsBus(natsAccess(peers, more), { say: (line) => said.push(line) });
  bus.onStatus((status) => told.push(status));
  return {
    bus,
    said,
    told,
    is: (tag, withinMs) => until(() => bus.status.tag === tag, `a bus that is ${tag}`, withinMs),
    [Symbol.asyncDispose]: () => bus.close(),
  };
}

const MARK = "bt1.settled";

/** Resolves when everything that these buses published and subscribed to before has taken effect at all of them. */
export async function settleBuses(buses: readonly Bus[]): Promise<void> {
  // A bus hears marks in the order of what was published before them, and a subscription travels before a later mark.
  const heard = buses.map(() => new Set<string>());
  const round = crypto.randomUUID();
  const stops = buses.map((bus, index) =>
    bus.subscribe(MARK, (bytes) => heard[index]!.add(new TextDecoder().decode(bytes)))
  );
  const mark = (name: string) => {
    for (const [index, bus] of buses.entries()) {
      bus.publish(MARK, utf8(`${round} ${name} ${index}`));
    }
  };
  const hasAll = (name: string) =>
    heard.every((marks) => buses.every((_, index) => marks.has(`${round} ${name} ${index}`)));
  try {
    // Until every bus is known to listen for marks, they are repeated; the last ones then come in order.
    await until(() => {
      if (!hasAll("first")) mark("first");
      return hasAll("first");
    }, "every bus hears every other");
    mark("last");
    await until(() => hasAll("last"), "everything published before has arrived");
  } finally {
    for (const stop of stops) stop();
  }
}

/** Buses spread over `servers`, in turn; `peersOf` says how one is reached. The servers end with the place. */
export function natsPlace(
  servers: readonly NatsServer[] & Partial<AsyncDisposable>,
  peersOf: (server: NatsServer) => string = (server) => server.address,
): BusPlace {
  const open: WatchedBus[] = [];
  const closed = new Set<Bus>();
  const standing = () => open.map(({ bus }) => bus).filter((bus) => !closed.has(bus));
  return {
    bus: async () => {
      const watched = watchBus(peersOf(servers[open.length % servers.length]!));
      open.push(watched);
      await watched.is("up");
      const { bus } = watched;
      const close = bus.close.bind(bus);
      return Object.assign(bus, {
        close: () => {
          closed.add(bus);
          return close();
        },
      });
    },
    settle: () => settleBuses(standing()),
    breakDown: async () => {
      for (const server of servers) await server.kill();
      for (const { is } of open) await is("away");
    },
    comeBack: async () => {
      for (const server of servers) await server.restart();
      for (const { is } of open) await is("up");
    },
    [Symbol.asyncDispose]: async () => {
      for (const watched of open) await watched[Symbol.asyncDispose]();
      for (const server of servers) await server[Symbol.asyncDispose]();
    },
  };
}
