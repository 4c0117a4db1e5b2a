// Crowds that send what no tab sends: messages without end, too long, in too many pieces, and bytes that are nothing.
// Rules: lib/wire/PROTOCOL.md, [D1] [D2] [M1].

import {
  type Bytes,
  concatBytes,
  encodeToAll,
  isBoxLength,
  parseBenchControl,
} from "../../lib/wire/mod.ts";
import { hiOf, joinText, SMALL_BOX_BYTES } from "../support/load_tab.ts";
import { encodeRawFrame, OP, type RawTarget } from "../support/raw_socket.ts";
import { adminMessage, rigAdminCommand, rigRoom, rigSession } from "../support/relay_rig.ts";
import { Seeded } from "../support/seeded.ts";
import { Crowd, inParallel, pause, type Report } from "./crowd_tools.ts";
import { mutatedBytes, mutatedText } from "./mutations.ts";

/** Sockets that do the same again and again: half of them strangers, half of them members of rooms of their own. */
interface Pouring {
  readonly sockets: number;
  readonly forMs: number;
}

/** How long one waits at a closed door before it knocks again. */
const KNOCK_AGAIN_MS = 200;

async function pourAgain(
  port: number,
  { sockets, forMs }: Pouring,
  next: (nth: number) => Uint8Array,
): Promise<Report> {
  const crowd = new Crowd(port, forMs);
  await Promise.all(Array.from({ length: sockets }, async (_, nth) => {
    while (!crowd.isTimeUp) {
      const socket = nth % 2 === 0
        ? await crowd.open(crowd.from(0))
        : (await crowd.enter(crowd.from(1), rigRoom(8_100 + nth), rigSession(8_200 + nth)))?.socket;
      if (socket === null || socket === undefined) {
        await pause(KNOCK_AGAIN_MS);
        continue;
      }
      if (nth % 2 === 0) await hiOf(socket);
      await crowd.pour(socket, next);
      if (!crowd.isTimeUp) await socket.closed;
      else if (socket.isOpen) crowd.add("open at the end");
    }
  }));
  return crowd.report();
}

/** A message that never ends, in fragments of a size that browsers would choose. */
export function endlessFragments(port: number, options: Pouring): Promise<Report> {
  const payload = new Uint8Array(4_096);
  const first = encodeRawFrame({ op: OP.binary, payload, fin: false });
  const more = encodeRawFrame({ op: OP.more, payload, fin: false });
  return pourAgain(port, options, (nth) => nth === 0 ? first : more);
}

/** One message of 64 MiB, announced as such. */
export function hugeMessage(port: number, options: Pouring): Promise<Report> {
  const payload = new Uint8Array(65_536);
  const head = encodeRawFrame({ op: OP.binary, payload, announcedBytes: 64 * 1024 * 1024 });
  return pourAgain(port, options, (nth) => nth === 0 ? head : payload);
}

/** A message of 300,000 fragments of one byte each. */
export function oneByteFragments(port: number, options: Pouring): Promise<Report> {
  const FRAGMENTS = 300_000;
  const AT_ONCE = 6_000;
  const payload = new Uint8Array(1);
  const first = encodeRawFrame({ op: OP.binary, payload, fin: false });
  const more = encodeRawFrame({ op: OP.more, payload, fin: false });
  const many = concatBytes(...Array.from({ length: AT_ONCE }, () => more));
  const start = concatBytes(first, many.subarray(more.length));
  const last = concatBytes(
    many.subarray(more.length),
    encodeRawFrame({ op: OP.more, payload, fin: true }),
  );
  const pieces = FRAGMENTS / AT_ONCE;
  return pourAgain(
    port,
    options,
    (nth) => nth % pieces === 0 ? start : nth % pieces === pieces - 1 ? last : many,
  );
}

/** Fuzzing of a real bench. */
interface Fuzzing {
  readonly seed: number;
  readonly inputs: number;
  readonly forMs: number;
}

/** Sockets an address may open at once are 20; so many inputs come from one, each on a socket of its own. */
const INPUTS_OF_ONE_ADDRESS = 15;
const FUZZERS = 8;

/** An honest ear in the fuzzers' own room, and one who fuzzes from outside and inside it. */
export async function junkFrames(port: number, { seed, inputs, forMs }: Fuzzing): Promise<Report> {
  const crowd = new Crowd(port, forMs);
  const room = rigRoom(8_300);
  const ear = await crowd.enter(crowd.from(0), room, rigSession(8_301));
  if (ear === null) throw new Error("the fuzzers' own room could not be opened");
  ear.onEntry = (_, box) =>
    crowd.add(isBoxLength(box.length) ? "relayed" : "relayed at another length");
  ear.onControl = ({ t }) => {
    if (t === "adm") crowd.add("told of an admin command");
  };
  await inParallel(inputs, FUZZERS, async (nth) => {
    const random = new Seeded(seed + nth);
    const target = crowd.from(1 + Math.floor(nth / INPUTS_OF_ONE_ADDRESS));
    const isMember = nth % 3 === 0;
    const socket = isMember
      ? (await crowd.enter(target, room, rigSession(8_400 + nth), { create: false }))?.socket ??
        null
      : await crowd.open(target);
    if (socket === null) return;
    const connNonce = isMember ? new Uint8Array(32) : await hiOf(socket);
    if (connNonce === null) return;
    socket.onText = (text) => {
      const control = parseBenchControl(text);
      if (control?.t === "ok") crowd.add("a join was accepted");
      if (control?.t === "adm" && control.refusal === null) crowd.add("a command was accepted");
    };
    crowd.add("inputs");
    const bytes = junk(random, target, connNonce, ear.roomNonce);
    crowd.sentBytes += bytes.length;
    socket.write(bytes);
    // What was no mistake, or only half a message, leaves the socket open; a close from here ends that.
    await Promise.race([socket.closed, pause(50)]);
    if (socket.isOpen) {
      crowd.add("left open");
      socket.cut();
    }
    await socket.closed;
  }, () => crowd.isTimeUp);
  if (!ear.socket.isOpen) crowd.add("the ear was cut");
  return crowd.report();

  function junk(
    random: Seeded,
    target: RawTarget,
    connNonce: Uint8Array,
    roomNonce: Uint8Array,
  ): Bytes {
    const frame = encodeToAll(random.bytes(SMALL_BOX_BYTES));
    const command = adminMessage(
      rigAdminCommand(room.admin, room.roomId, roomNonce, 1 + random.below(9)),
    );
    switch (random.below(10)) {
      case 0:
        return random.bytes(1 + random.below(400));
      case 1:
        return encodeRawFrame({ op: OP.binary, payload: frame, isMasked: false });
      case 2:
        return encodeRawFrame({ op: OP.binary, payload: frame, reserved: 1 + random.below(7) });
      case 3:
        return encodeRawFrame({ op: random.pick([3, 4, 7, 11, 15]), payload: frame });
      case 4:
        return encodeRawFrame({
          op: random.pick([OP.ping, OP.pong, OP.close]),
          payload: random.bytes(126 + random.below(9)),
          fin: random.below(2) === 0,
        });
      case 5:
        return encodeRawFrame({
          op: random.pick([OP.text, OP.binary, OP.more, OP.ping]),
          payload: frame,
          announcedBytes: random.pick([266_241, 2 ** 31, 2 ** 32, 2 ** 53]),
        });
      case 6:
        return encodeRawFrame({ op: OP.text, payload: random.bytes(1 + random.below(99)) });
      case 7: {
        const text = joinText(target, room, rigSession(8_399), connNonce, { isFalse: true });
        const payload = new TextEncoder().encode(mutatedText(random, text));
        return encodeRawFrame({ op: OP.text, payload });
      }
      case 8:
        return encodeRawFrame({ op: OP.binary, payload: mutatedBytes(random, command) });
      default:
        return encodeRawFrame({ op: OP.binary, payload: mutatedBytes(random, frame) });
    }
  }
}
