// A bus that is still being loaded: away until it is there, then the very same; and nothing after its end.

import { assertEquals } from "@std/assert";
import type { Bus, BusStatus } from "../../lib/park/bus.ts";
import { LateBus } from "../../lib/park/late_bus.ts";
import { type MemoryBus, MemoryPark } from "../support/memory_bus.ts";

function rig() {
  const park = new MemoryPark();
  const coming = Promise.withResolvers<Bus>();
  let faults = 0;
  const bus = new LateBus(coming.promise, () => faults++);
  const statuses: BusStatus["tag"][] = [];
  bus.onStatus(({ tag }) => statuses.push(tag));
  const come = async (real: MemoryBus = park.bus()) => {
    coming.resolve(real);
    await coming.promise;
    await Promise.resolve();
    return real;
  };
  return { park, bus, statuses, come, coming, faults: () => faults };
}

Deno.test("until it comes it is away, and nothing is kept for later", async () => {
  const { park, bus, statuses, come } = rig();
  assertEquals(bus.status, { tag: "away" });
  assertEquals(bus.publish("bt1.x", new Uint8Array(1)), false);
  await come();
  assertEquals([park.wire.length, bus.status.tag, statuses], [0, "up", ["up"]]);
  assertEquals(bus.publish("bt1.x", new Uint8Array(1)), true);
  assertEquals(park.wire.length, 1);
});

Deno.test("who subscribed before hears, who stopped before does not, and a later stop stops", async () => {
  const { park, bus, come } = rig();
  const heard: string[] = [];
  const stopFirst = bus.subscribe("bt1.x", () => heard.push("first"));
  const stopSecond = bus.subscribe("bt1.x", () => heard.push("second"));
  stopSecond();
  await come();
  const stopThird = bus.subscribe("bt1.x", () => heard.push("third"));
  const say = () => {
    park.inject("bt1.x", new Uint8Array(1));
    park.deliver();
  };
  say();
  stopFirst();
  say();
  stopThird();
  say();
  assertEquals(heard, ["first", "third", "third"]);
});

Deno.test("a bus that comes while it is away says nothing until it is up; one that is refused says so at once", async () => {
  for (const [status, told] of [["away", []], ["refused", ["refused"]]] as const) {
    const { park, bus, statuses, come } = rig();
    const real = park.bus();
    if (status === "away") real.goAway();
    else real.refuse("payload-too-small");
    await come(real);
    assertEquals([bus.status.tag, statuses], [status, [...told]]);
    real.comeBack();
    assertEquals(statuses.at(-1), "up");
  }
});

Deno.test("a bus that cannot be loaded is told of once, stays away, and can be closed", async () => {
  const { bus, coming, statuses, faults } = rig();
  coming.reject(new Error("no such package"));
  await bus.close();
  assertEquals([faults(), bus.status.tag, statuses], [1, "away", []]);
});

Deno.test("closed before it came: it is closed when it comes, and nobody hears of it", async () => {
  const { park, bus, statuses, come } = rig();
  let heard = 0;
  bus.subscribe("bt1.x", () => heard++);
  const closed = bus.close();
  const real = await come();
  await closed;
  park.inject("bt1.x", new Uint8Array(1));
  park.deliver();
  assertEquals([heard, real.status.tag, real.subscriptions, statuses], [0, "away", 0, []]);
});
