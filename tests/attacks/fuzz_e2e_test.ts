// [R9] 200,000 inputs against one relay in memory, of strangers and of members: nothing throws, nobody gets in, no command is
// taken, nothing grows, and what is relayed has one of the six lengths. And five times 5,000 people who come and go: no map
// and no timer remembers them. A seed that failed once fails again. A shorter one is in tests/relay/relay_fuzz_long_test.ts.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { assert, assertEquals } from "@std/assert";
import { deriveMemberId } from "../../lib/proof/mod.ts";
import {
  ADDRESS_KEY_MS,
  BOX_BYTES,
  CLOSE,
  encodeJoin,
  encodeToAll,
  encodeToOne,
  isBoxLength,
} from "../../lib/wire/mod.ts";
import {
  adminMessage,
  RelayRig,
  rigAdminCommand,
  rigRoom,
  rigSession,
  RigTab,
  roomNonceOf,
} from "../support/relay_rig.ts";
import { Seeded } from "../support/seeded.ts";
import { mutatedBytes, mutatedText } from "./mutations.ts";

const INPUTS = 200_000;
/** Turns end, and time goes on by so much, after so many sockets. */
const TURN_SOCKETS = 20;
const TURN_MS = 1_000;
/** What stays after a collection: six bytes for each of the later inputs, fifty for each join after the first cycle. */
const HEAP_GROWTH_BYTES = 1024 * 1024;

/** Bytes that are reachable now. */
function reachableBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  return Deno.memoryUsage().heapUsed;
}

const ROOM = rigRoom(11_001);
const QUIET_ROOM = rigRoom(11_002);
const OUR_CODES: readonly (number | null)[] = [
  null,
  CLOSE.tooBig,
  CLOSE.malformed,
  CLOSE.proofFailed,
  CLOSE.tooFast,
];

Deno.test(`[R9] [D2] [A2] ${INPUTS} random and mutated inputs: no throw, no growth, no join, no command`, () => {
  const random = new Seeded(20_260);
  const rig = new RelayRig();
  const quiet = rig.members(QUIET_ROOM, 2);
  const [ear] = rig.members(ROOM, 1) as [RigTab];
  const strangers = rigSession(11_003);
  const member = rigSession(11_004);
  const memberId = deriveMemberId(member.publicKey);
  const template = rig.tab(strangers);
  const join = encodeJoin(template.newJoin(ROOM, true));
  template.events.onClose();
  const honest: readonly Uint8Array[] = [
    ...BOX_BYTES.slice(0, 3).flatMap((length) => [
      encodeToAll(random.bytes(length)),
      encodeToOne(ear.memberId, random.bytes(length)),
    ]),
  ];
  const nonce = roomNonceOf(rig, ROOM);
  const commands = Array.from(
    { length: 8 },
    (_, i) => adminMessage(rigAdminCommand(ROOM.admin, ROOM.roomId, nonce, 7 + i)),
  );
  const signatures = ["sj", "ss"];
  rig.clock.endTurn();
  ear.socket.take();
  const idle = rig.relay.counts();
  const timers = rig.clock.timers;
  let heapBefore = 0;
  let relayed = 0;
  let offered = 0;

  for (let socket = 0; offered < INPUTS; socket++) {
    const tab = socket % 4 === 0 ? rig.tab(member).join(ROOM, false) : rig.tab(strangers);
    assertEquals(tab.closedWith, null);
    tab.socket.take();
    // What is compiled and cached once is there by then.
    if (heapBefore === 0 && offered >= INPUTS / 10) heapBefore = reachableBytes();
    const most = offered + 1 + random.below(8);
    while (offered < most && tab.closedWith === null) {
      offer(tab);
      offered++;
    }
    assert(OUR_CODES.includes(tab.closedWith), `closed with ${tab.closedWith}`);
    assertEquals(tab.socket.controlsOf("ok"), []);
    assertEquals(tab.socket.controlsOf("adm").filter(({ refusal }) => refusal === null), []);
    if (tab.closedWith === null) tab.events.onClose();
    if (socket % TURN_SOCKETS === 0) endTurn();
  }
  endTurn();
  assertEquals(ear.closedWith, null);
  assertEquals(rig.relay.counts(), idle);
  assertEquals(rig.clock.timers, timers);
  assert(relayed > 0, "not even a box with other bytes was relayed");
  const grewBytes = reachableBytes() - heapBefore;
  assert(grewBytes <= HEAP_GROWTH_BYTES, `the heap grew by ${grewBytes}`);
  for (const each of quiet) {
    assertEquals(each.socket.frames, []);
    assertEquals(each.closedWith, null);
  }

  function offer({ events }: RigTab): void {
    switch (random.below(8)) {
      case 0:
        return events.onBinary(random.bytes(random.below(64)));
      case 1:
        return events.onText(random.text('{}[]":,tbeajoin0123456789 \\u', random.below(200)));
      case 2:
        return events.onText(mutatedText(random, join));
      case 3: {
        // Well formed, and signed by somebody; not over what this connection was asked.
        const fields = JSON.parse(join);
        fields[random.pick(signatures)] = random.bytes(64).toBase64({
          alphabet: "base64url",
          omitPadding: true,
        });
        return events.onText(JSON.stringify(fields));
      }
      case 4: {
        const fields = JSON.parse(join);
        const name = random.pick(Object.keys(fields));
        fields[name] = random.pick<unknown>([null, 1, "", [], {}, "A", 1e999, { t: "join" }]);
        return events.onText(JSON.stringify(fields));
      }
      case 5:
        return events.onBinary(mutatedBytes(random, random.pick(commands)));
      case 6:
        return events.onBinary(encodeToAll(new Uint8Array(random.below(70_000))));
      default:
        return events.onBinary(mutatedBytes(random, random.pick(honest)));
    }
  }

  function endTurn(): void {
    rig.clock.endTurn();
    for (const { from, box } of ear.socket.entries) {
      relayed++;
      assertEquals(from, memberId);
      assert(isBoxLength(box.length), `${box.length} bytes were relayed`);
    }
    ear.socket.take();
    ear.events.onAlive();
    for (const each of quiet) {
      each.events.onAlive();
      assertEquals(each.socket.frames, []);
      each.socket.take();
    }
    rig.clock.advance(TURN_MS);
  }
});

const CYCLES = 5;
const PEOPLE = 5_000;
const ROOMS = Array.from({ length: 100 }, (_, i) => rigRoom(12_000 + i));
/** Their keys are made once: a page that comes again has the same. */
const SESSIONS = PEOPLE / ROOMS.length;

Deno.test("[R6] [M12] five times 5,000 people come and go: the maps are empty and no timer is left", () => {
  const rig = new RelayRig({
    maxJoinsPerMinute: Infinity,
    maxPerAddress: Infinity,
    maxUnjoinedPerAddress: Infinity,
    maxConnections: Infinity,
  });
  const sessions = Array.from({ length: SESSIONS }, (_, i) => rigSession(13_000 + i));
  let heldAfterFirst = 0;
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    const here: RigTab[] = [];
    for (const [place, room] of ROOMS.entries()) {
      for (const session of sessions) {
        const tab = rig.tabFrom(`192.0.2.${place}`, session);
        if (typeof tab === "number") throw new Error(`refused with ${tab}`);
        here.push(tab.join(room));
        assertEquals(tab.closedWith, null);
      }
      rig.clock.endTurn();
    }
    assertEquals(rig.relay.counts().members, PEOPLE);
    for (const tab of here) tab.events.onClose();
    rig.clock.endTurn();
    const { rooms, sockets, heldBytes } = rig.relay.counts();
    assertEquals([rooms, sockets, heldBytes], [0, 0, 0]);
    // An address may open ten rooms in ten minutes.
    rig.clock.advance(2 * ADDRESS_KEY_MS);
    assertEquals(rig.clock.timers, 0);
    for (const count of Object.values(rig.relay.counts())) assertEquals(count, 0);
    here.length = 0;
    if (cycle === 0) heldAfterFirst = reachableBytes();
  }
  const grewBytes = reachableBytes() - heldAfterFirst;
  assert(grewBytes <= HEAP_GROWTH_BYTES, `${grewBytes} bytes stayed`);
});
