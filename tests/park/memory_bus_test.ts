// The bus in memory keeps the contract, and gives a test the powers that NATS has.

import { assertEquals, assertThrows } from "@std/assert";
import type { BusStatus } from "../../lib/park/bus.ts";
import { utf8 } from "../../lib/wire/mod.ts";
import { type MemoryBus, MemoryPark } from "../support/memory_bus.ts";
import { testBus } from "./bus_contract.ts";

testBus("memory", () => {
  const park = new MemoryPark();
  const buses: MemoryBus[] = [];
  return Promise.resolve({
    bus: () => {
      buses.push(park.bus());
      return Promise.resolve(buses.at(-1)!);
    },
    settle: () => {
      park.deliver();
      return Promise.resolve();
    },
    breakDown: () => {
      for (const bus of buses) bus.goAway();
      return Promise.resolve();
    },
    comeBack: () => {
      for (const bus of buses) bus.comeBack();
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});

function pair() {
  const park = new MemoryPark();
  const [a, b] = [park.bus(), park.bus()];
  const heard: string[] = [];
  b.subscribe("bt1.x", (bytes) => heard.push(new TextDecoder().decode(bytes)));
  return { park, a, b, heard };
}

Deno.test("nothing arrives before it is delivered, and then as many as are asked for", () => {
  const { park, a, heard } = pair();
  for (const text of ["1", "2", "3"]) a.publish("bt1.x", utf8(text));
  assertEquals([heard.length, park.waiting], [0, 3]);
  assertEquals([park.deliver(2), park.waiting], [2, 1]);
  assertEquals(heard, ["1", "2"]);
});

Deno.test("automatic delivery comes in a microtask, never inside the publish", async () => {
  const { park, a, heard } = pair();
  park.isAutomatic = true;
  a.publish("bt1.x", utf8("1"));
  assertEquals(heard, []);
  await Promise.resolve();
  assertEquals(heard, ["1"]);
});

Deno.test("the wire shows what was published as it was handed in, whatever became of it", () => {
  const { park, a, heard } = pair();
  park.tamper = () => [];
  const bytes = utf8("1");
  a.publish("bt1.x", bytes);
  bytes.fill(0);
  park.deliver();
  assertEquals(park.wire, [{ subject: "bt1.x", bytes: utf8("1") }]);
  assertEquals(heard, []);
});

Deno.test("a message is copied, changed and turned aside on its way", () => {
  const { park, a, heard } = pair();
  park.tamper = (message) => [message, { ...message, bytes: utf8("forged") }, message];
  a.publish("bt1.x", utf8("1"));
  park.tamper = (message) => [{ ...message, subject: "bt1.x" }];
  a.publish("bt1.y", utf8("2"));
  park.deliver();
  assertEquals(heard, ["1", "forged", "1", "2"]);
});

Deno.test("an attacker publishes what no bus would, and is on the wire too", () => {
  const { park, heard } = pair();
  park.tamper = () => [];
  park.inject("bt1.x", new Uint8Array(1_000_000));
  park.inject("any subject >", utf8("x"));
  assertEquals(park.deliver(), 2);
  assertEquals([heard.length, park.wire.length], [1, 2]);
});

Deno.test("what is under way when an end goes away is lost to it, also when it is back at once", () => {
  const { park, a, b, heard } = pair();
  a.publish("bt1.x", utf8("lost"));
  b.goAway();
  b.comeBack();
  a.publish("bt1.x", utf8("heard"));
  park.deliver();
  assertEquals(heard, ["heard"]);
});

Deno.test("a subscription hears nothing that was published before it", () => {
  const { park, a, b } = pair();
  a.publish("bt1.y", utf8("early"));
  const heard: number[] = [];
  b.subscribe("bt1.y", (bytes) => heard.push(bytes.length));
  assertEquals(b.subscriptions, 2);
  park.deliver();
  assertEquals(heard, []);
});

Deno.test("a refused end takes nothing and says why, each change once", () => {
  const { park, a, b, heard } = pair();
  const told: BusStatus[] = [];
  b.onStatus((status) => told.push(status));
  b.comeBack();
  b.refuse("not-let-in");
  b.refuse("not-let-in");
  b.refuse("payload-too-small");
  a.publish("bt1.x", utf8("1"));
  park.deliver();
  assertEquals(told.map((status) => status.tag === "refused" ? status.why : status.tag), [
    "not-let-in",
    "payload-too-small",
  ]);
  assertEquals([heard.length, b.publish("bt1.x", utf8("2"))], [0, false]);
});

Deno.test("buses that answer each other without end are a failure, not a hang", () => {
  const { park, a, b } = pair();
  b.subscribe("bt1.ping", (bytes) => b.publish("bt1.pong", bytes));
  a.subscribe("bt1.pong", (bytes) => a.publish("bt1.ping", bytes));
  a.publish("bt1.ping", utf8("x"));
  assertThrows(() => park.deliver(), Error, "without end");
});
