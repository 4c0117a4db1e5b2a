// One NATS server and a few benches beside it, each a process of its own, with one room that all of them carry; and the same server spoken to
// without any bench. What the benches allow is raised as in relay_pair.ts.

import { connect, type NatsConnection } from "@nats-io/transport-node";
import {
  type AdminSeed,
  deriveRoomKeys,
  newRoomSecret,
  type RoomSecret,
} from "../../lib/crypto/mod.ts";
import { type BenchProcess, startBench } from "../support/bench_process.ts";
import { HandAdmin } from "../support/hand_pairing.ts";
import { NatsServer } from "../support/nats_server.ts";
import { nodeSigner } from "../support/node_signer.ts";
import { LoadRoom } from "./load/room.ts";
import type { RoomKeys, Target } from "./load/target.ts";
import { RAISED } from "./relay_pair.ts";

/** A park of `benches.length` benches. The first is the hub of every room. */
export class ParkScene implements AsyncDisposable {
  readonly nats: NatsServer;
  readonly benches: readonly BenchProcess[];
  readonly targets: readonly Target[];

  private constructor(nats: NatsServer, benches: readonly BenchProcess[]) {
    this.nats = nats;
    this.benches = benches;
    this.targets = benches.map(({ url }) => ({
      dialect: "bench",
      hostname: "127.0.0.1",
      port: Number(new URL(url).port),
      origin: url,
    }));
  }

  static async start(count: number): Promise<ParkScene> {
    const nats = await NatsServer.start();
    const benches: BenchProcess[] = [];
    for (let number = 0; number < count; number++) {
      benches.push(
        await startBench({
          env: { ...RAISED, BENCH_ID: `bench-${number}`, NATS_PEERS: nats.address },
        }),
      );
    }
    return new ParkScene(nats, benches);
  }

  /** A room on the hub alone, with its members. */
  async localRoom(members: number): Promise<LoadRoom> {
    const room = new LoadRoom(this.targets[0]!, "198.51.100.1");
    for (let index = 0; index < members; index++) await room.prepareMember()();
    return room;
  }

  /** A room with one member on the hub and one on each of the first `spokes` other benches. */
  async pairedRoom(spokes: number): Promise<LoadRoom> {
    const { secret, adminSeed } = newRoomSecret();
    const keys = roomKeysOf(secret);
    const admin = await HandAdmin.enter(
      this.benches[0]!.url,
      secret,
      adminSeed as AdminSeed,
    );
    for (const { url } of this.benches.slice(1, 1 + spokes)) await admin.pairWith(url);
    const room = new LoadRoom(this.targets[0]!, keys.address, keys);
    for (const target of this.targets.slice(0, 1 + spokes)) await room.prepareMember(target)();
    await admin.leave();
    return room;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.benches.map((bench) => bench.stop()));
    await this.nats[Symbol.asyncDispose]();
  }
}

function roomKeysOf(secret: RoomSecret): RoomKeys {
  const { roomId, adminFp, join } = deriveRoomKeys(secret);
  const signer = nodeSigner(join.secretKey.slice(0, 32));
  return { roomId, adminFp, join: signer, address: "198.51.100.2" };
}

/** Publishes and subscribes without a bench: what NATS itself takes for frames as long as a link's. */
export class RawBus implements AsyncDisposable {
  readonly #publisher: NatsConnection;
  readonly #subscriber: NatsConnection;

  private constructor(publisher: NatsConnection, subscriber: NatsConnection) {
    this.#publisher = publisher;
    this.#subscriber = subscriber;
  }

  static async open({ address }: NatsServer): Promise<RawBus> {
    return new RawBus(await connect({ servers: address }), await connect({ servers: address }));
  }

  /** `count` frames, so many under way at once; resolves to how long it took, in milliseconds. */
  async pass(frameBytes: number, count: number, underWay: number): Promise<number> {
    const frame = crypto.getRandomValues(new Uint8Array(Math.min(frameBytes, 65_536)));
    const bytes = new Uint8Array(frameBytes);
    bytes.set(frame);
    const { promise, resolve } = Promise.withResolvers<void>();
    let sent = 0;
    let came = 0;
    const publish = (): void => {
      sent++;
      this.#publisher.publish("bt1.perf", bytes);
    };
    const subscription = this.#subscriber.subscribe("bt1.perf", {
      callback: () => {
        if (++came === count) resolve();
        else if (sent < count) publish();
      },
    });
    await this.#subscriber.flush();
    const startedMs = performance.now();
    while (sent < Math.min(underWay, count)) publish();
    await promise;
    const tookMs = performance.now() - startedMs;
    subscription.unsubscribe();
    await this.#subscriber.flush();
    return tookMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#publisher.close(), this.#subscriber.close()]);
  }
}
