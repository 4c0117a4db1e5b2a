// The load generator's own process: thousands of members, real connections, everything that they receive checked. It takes orders
// as lines and answers each by a line; it ends when its input does.

import { LoadRoom } from "./room.ts";
import type { AnswerLine, Answers, Order, OrderLine, Said } from "./orders.ts";
import type { Plan, RunResult } from "./run.ts";

const rooms = new Map<number, LoadRoom>();
let lastRoom = 0;

/** Every room's members come from another address, as a bench behind one proxy sees it. */
const addressOf = (room: number): string =>
  `10.${(room >> 16) & 0xff}.${(room >> 8) & 0xff}.${room & 0xff}`;

const namedRooms = (names: readonly number[]): readonly LoadRoom[] =>
  names.map((name) => {
    const room = rooms.get(name);
    if (room === undefined) throw new RangeError("no such room");
    return room;
  });

async function open(order: Extract<Order, { tag: "open" }>): Promise<Answers["open"]> {
  const names: number[] = [];
  const enter: (() => Promise<void>)[] = [];
  for (let i = 0; i < order.rooms; i++) {
    const name = ++lastRoom;
    const room = new LoadRoom(order.target, addressOf(name));
    rooms.set(name, room);
    names.push(name);
    for (let k = 0; k < order.members; k++) enter.push(room.prepareMember());
  }
  const startedMs = performance.now();
  const todo = enter.values();
  await Promise.all(Array.from({ length: order.atOnce }, async () => {
    for (const one of todo) await one();
  }));
  return { rooms: names, tookMs: performance.now() - startedMs };
}

/** Rooms that talk calmly do not talk all at once. */
function planOf(plan: Plan, share: number): Plan {
  const { pace } = plan;
  if (pace.tag !== "calm") return plan;
  return { ...plan, pace: { ...pace, firstMs: pace.firstMs + share * pace.everyMs } };
}

async function say(order: Extract<Order, { tag: "say" }>): Promise<Said> {
  const all = namedRooms(order.rooms);
  const results = await Promise.all(
    all.map((room, index) => room.say(planOf(order.plan, index / all.length))),
  );
  const sum = (of: (result: RunResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const latenciesMs = new Float64Array(sum((result) => result.latenciesMs.length));
  let at = 0;
  for (const result of results) {
    latenciesMs.set(result.latenciesMs, at);
    at += result.latenciesMs.length;
  }
  latenciesMs.sort();
  const rank = (share: number) =>
    latenciesMs[Math.max(0, Math.ceil(share * latenciesMs.length) - 1)] ?? 0;
  return {
    sent: sum((result) => result.sent),
    deliveries: sum((result) => result.deliveries),
    tookMs: Math.max(...results.map((result) => result.tookMs)),
    p50Ms: rank(0.5),
    p99Ms: rank(0.99),
    samples: latenciesMs.length,
  };
}

async function leave(order: Extract<Order, { tag: "leave" }>): Promise<null> {
  const left = namedRooms(order.rooms);
  for (const name of order.rooms) rooms.delete(name);
  await Promise.all(left.map((room) => room.leave()));
  return null;
}

function carryOut(order: Order): Promise<Answers[keyof Answers]> {
  switch (order.tag) {
    case "open":
      return open(order);
    case "say":
      return say(order);
    case "leave":
      return leave(order);
  }
}

async function onLine(line: string): Promise<void> {
  const { id, order } = JSON.parse(line) as OrderLine;
  let answer: AnswerLine;
  try {
    answer = { id, tag: "done", answer: await carryOut(order) };
  } catch (why) {
    answer = { id, tag: "failed", why: why instanceof Error ? why.message : "not an error" };
  }
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(answer)}\n`));
}

let unread = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (unread + text).split("\n");
  unread = lines.pop()!;
  for (const line of lines) onLine(line);
}
Deno.exit(0);
