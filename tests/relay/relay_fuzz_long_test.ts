// [R9] Seeded junk against the relay: nothing throws, nothing is accepted, nothing grows, and a quiet room beside it hears
// nothing. A seed that failed once fails again.

import { assert, assertEquals } from "@std/assert";
import {
  CLOSE,
  encodeAdminCommand,
  encodeJoin,
  encodeToAll,
  encodeToOne,
  MAX_MESSAGE_BYTES,
} from "../../lib/wire/mod.ts";
import {
  adminMessage,
  RelayRig,
  rigAdminCommand,
  rigRoom,
  rigSession,
  type RigTab,
  roomNonceOf,
} from "../support/relay_rig.ts";
import { Seeded } from "../support/seeded.ts";

const ROOM = rigRoom(1);
const QUIET_ROOM = rigRoom(2);
const SESSION = rigSession(99);

/** Bytes changed somewhere, cut, or made longer. */
function mutated(random: Seeded, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes);
  switch (random.below(4)) {
    case 0:
      out[random.below(out.length)]! ^= 1 << random.below(8);
      return out;
    case 1:
      return out.slice(0, random.below(out.length));
    case 2: {
      const longer = new Uint8Array(out.length + 1 + random.below(9));
      longer.set(out);
      return longer;
    }
    default:
      out.set(random.bytes(Math.min(8, out.length)), random.below(Math.max(1, out.length - 8)));
      return out;
  }
}

const isOurJunk = (code: number | null): boolean =>
  code === null || code === CLOSE.malformed || code === CLOSE.proofFailed || code === CLOSE.tooBig;

Deno.test("[R9] 12,000 junk messages of strangers: no throw, nobody gets in, nothing stays", () => {
  const random = new Seeded(2026);
  const rig = new RelayRig();
  const quiet = rig.members(QUIET_ROOM, 2);
  const idle = rig.counts;
  const timers = rig.clock.timers;
  const template = rig.tab(SESSION);
  const join = encodeJoin(template.newJoin(ROOM, true));
  template.events.onClose();

  for (let i = 0; i < 12_000; i++) {
    const tab = rig.tab(SESSION);
    switch (i % 6) {
      case 0: // an honest join of another connection, word for word or with a character changed
        tab.events.onText(
          i % 12 === 0 ? join : join.slice(0, random.below(join.length)) +
            random.text('AZaz09-_"{}:,', 1) + join.slice(random.below(join.length)),
        );
        break;
      case 1:
        tab.events.onText(random.text('{}[]":,tbeajoin0123456789 \\u', random.below(200)));
        break;
      case 2: {
        const fields = JSON.parse(join);
        fields[random.pick(Object.keys(fields))] = random.pick<unknown>([null, 1, "", [], {}, "A"]);
        tab.events.onText(JSON.stringify(fields));
        break;
      }
      case 3:
        tab.events.onBinary(random.bytes(random.below(400)));
        break;
      case 4:
        tab.events.onBinary(encodeToAll(new Uint8Array(296)));
        break;
      default:
        if (i % 600 === 5) tab.events.onBinary(new Uint8Array(MAX_MESSAGE_BYTES + 1));
        else tab.events.onBinary(mutated(random, encodeAdminCommand(random.bytes(153))));
    }
    assert(isOurJunk(tab.closedWith));
    assertEquals(tab.socket.controlsOf("ok"), []);
    if (tab.closedWith === null) tab.events.onClose();
  }
  assertEquals(rig.counts, idle);
  assertEquals(rig.clock.timers, timers);
  assertEquals(rig.clock.endTurn(), 0);
  for (const tab of quiet) assertEquals(tab.socket.sent, []);
});

Deno.test("[R9] 12,000 junk messages of a member: no throw, no command taken, nothing stays, the next room hears nothing", () => {
  const random = new Seeded(4049);
  const rig = new RelayRig();
  const quiet = rig.members(QUIET_ROOM, 2);
  const [ana] = rig.members(ROOM, 1) as [RigTab];
  const nonce = roomNonceOf(rig, ROOM);
  const command = adminMessage(rigAdminCommand(ROOM.admin, ROOM.roomId, nonce, 7));
  const idle = rig.counts;
  const timers = rig.clock.timers;
  let eve: RigTab | null = null;

  for (let i = 0; i < 12_000; i++) {
    if (eve === null || eve.closedWith !== null) {
      eve = rig.tab(SESSION).join(ROOM, false);
      assertEquals(eve.closedWith, null);
    }
    switch (i % 5) {
      case 0:
        // A changed command is refused; an unchanged one never gets here.
        eve.events.onBinary(mutatedCommand(random, command));
        break;
      case 1:
        eve.events.onBinary(mutated(random, encodeToAll(new Uint8Array(296))));
        break;
      case 2:
        eve.events.onBinary(mutated(random, encodeToOne(ana.memberId, new Uint8Array(296))));
        break;
      case 3:
        eve.events.onBinary(random.bytes(random.below(300)));
        break;
      default:
        eve.events.onText(random.text('{}[]":,tbeajoin0123456789 \\u', random.below(100)));
    }
    if (i % 50 === 0) {
      rig.clock.endTurn();
      ana.socket.take();
      assertEquals(ana.closedWith, null);
    }
    assert(isOurJunk(eve.closedWith));
    eve.socket.take();
  }
  eve!.events.onClose();
  rig.clock.endTurn();
  assertEquals(rig.counts, idle);
  assertEquals(rig.clock.timers, timers);
  for (const tab of quiet) assertEquals(tab.socket.sent, []);
  // And the room works on as if nothing had been.
  ana.socket.take();
  ana.sayAll(new Uint8Array(296));
  rig.clock.endTurn();
  assertEquals(ana.socket.entries.length, 1);

  function mutatedCommand(from: Seeded, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const changed = mutated(from, bytes);
    const isSame = changed.length === bytes.length && changed.every((byte, i) => byte === bytes[i]);
    return isSame ? changed.slice(1) : changed;
  }
});
