// A person in a room of a real bench: the very session and crypto of a browser's tab, running in the test's process, with
// everything of theirs that must not get out noted down as a canary: keys, seeds, words, picture, name, ids and address.

import {
  type AdminSeed,
  deriveRoomKeys,
  newRoomSecret,
  type RoomKeys,
  type RoomSecret,
} from "../../lib/crypto/mod.ts";
import { randomBytes, sha512 } from "../../lib/nacl.ts";
import { newEd25519 } from "../../lib/proof/mod.ts";
import type { SessionView } from "../../lib/session/view_state.ts";
import { beginStay, type RoomStay } from "../../lib/session/session.ts";
import type { TabSocket, TabSocketEvents, World } from "../../lib/session/world.ts";
import { type Bytes, idBytes } from "../../lib/wire/mod.ts";
import { type Canary, canaryText, textCanary } from "./canary.ts";
import { CanarySocket } from "./canary_socket.ts";

/** Where a bench is, for a person. */
export interface PersonsBench {
  readonly url: string;
}

/** A room as its creator has it. */
export interface CanaryRoom {
  readonly secret: RoomSecret;
  readonly adminSeed: AdminSeed;
  readonly keys: RoomKeys;
  /** Never on a bench, in any spelling, at any time. */
  readonly secrets: readonly Canary[];
  /** Known to the bench while the room stands. */
  readonly idCanaries: readonly Canary[];
}

/** One person's stay. */
export interface CanaryPerson {
  readonly stay: RoomStay;
  readonly name: string;
  /** Never on a bench. Grows by `say`. */
  readonly secrets: Canary[];
  /** Known to the bench while this socket is open: member id and address. */
  readonly idCanaries: readonly Canary[];
  /** Pieces of what was sent sealed. */
  readonly sealed: Canary[];
  /** Loses the socket without a word; the session comes back by itself. */
  loseSocket(): void;
  /** Says on this socket what no session says. */
  speak(frame: Uint8Array): void;
}

/** How long anything that a person waits for may take. */
const PATIENCE_MS = 15_000;
/** Boxes noted of each person; more would only make the search longer. */
const SEALED_NOTED = 4;

/** A new room. */
export function newCanaryRoom(what: string): CanaryRoom {
  const { secret, adminSeed } = newRoomSecret();
  const keys = deriveRoomKeys(secret);
  const note = (which: string, bytes: Uint8Array): Canary => ({
    what: `${which} of ${what}`,
    bytes: bytes.slice(),
  });
  return {
    secret,
    adminSeed,
    keys,
    secrets: [
      note("the room key", secret.key),
      note("the message key", keys.messageKey),
      note("the join seed", keys.join.secretKey.subarray(0, 32)),
      note("the admin seed", adminSeed),
    ],
    idCanaries: roomIdCanaries(what, keys),
  };
}

function roomIdCanaries(what: string, { roomId }: RoomKeys): readonly Canary[] {
  return [{ what: `the room id of ${what}`, bytes: idBytes(roomId) }];
}

/** An address, whole or as a network, in the ways of writing it. */
export function addressCanaries(whose: string, address: string): readonly Canary[] {
  const what = `the address of ${whose}`;
  if (!address.includes(":")) {
    const hex = address.split(".").map((part) => Number(part).toString(16).padStart(2, "0")).join(
      "",
    );
    return [textCanary(what, address), textCanary(what, hex)];
  }
  const network = address.split(":").slice(0, 4);
  const hex = network.map((part) => part.padStart(4, "0"));
  return [
    textCanary(what, network.join(":")),
    textCanary(what, hex.join(":")),
    { what, bytes: Uint8Array.fromHex(hex.join("")) },
  ];
}

/** What an entering person says about themselves. */
export interface EnterOptions {
  readonly what: string;
  /** Where the bench sees them come from. */
  readonly address: string;
  /** The address that the connection itself comes from; the same, but behind a proxy. */
  readonly from: string;
  readonly isAdmin?: boolean;
  /** Sent with the handshake: a user agent, what a proxy adds. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Enters a room and waits until there. */
export async function enterRoom(
  bench: PersonsBench,
  room: CanaryRoom,
  { what, address, from, isAdmin = false, headers = {} }: EnterOptions,
): Promise<CanaryPerson> {
  const name = canaryText("Zoë");
  const secrets: Canary[] = [textCanary(`the name of ${what}`, name)];
  const sealed: Canary[] = [];
  const { host, port } = new URL(bench.url);
  let socket: CanarySocket | null = null;
  const connect = (events: TabSocketEvents): TabSocket => {
    const opened = new CanarySocket(
      {
        port: Number(port),
        localAddress: from,
        headers: { host, origin: bench.url, ...headers },
      },
      events,
    );
    socket = opened;
    return {
      send: (message) => {
        if (typeof message !== "string" && sealed.length < SEALED_NOTED) {
          // Behind op, target and nonce of whatever frame it is: ciphertext.
          sealed.push({ what: `a box of ${what}`, bytes: message.slice(60, 100) });
        }
        opened.send(message);
      },
      close: () => opened.close(),
    };
  };
  const stay = await beginStay({
    world: await newWorld(bench.url, connect, (length) => {
      const bytes = randomBytes(length);
      // Session seed and X25519 secret; whatever else is drawn at this length leaves in no clear either.
      if (length === 32) secrets.push({ what: `a seed of ${what}`, bytes: bytes.slice() });
      return bytes;
    }),
    secret: { key: room.secret.key.slice() as RoomSecret["key"], adminFp: room.secret.adminFp },
    keys: deriveRoomKeys(room.secret),
    adminSeed: isAdmin ? room.adminSeed.slice() as AdminSeed : null,
    name,
  });
  const person = {
    stay,
    name,
    secrets,
    sealed,
    loseSocket: () => socket?.kill(),
    speak: (frame: Uint8Array) => socket?.send(frame),
  };
  await until(person, ({ phase }) => phase.tag === "live", "in the room");
  const memberId = stay.view.me?.memberId;
  if (memberId === undefined) throw new Error("a person without a member id");
  return {
    ...person,
    idCanaries: [
      { what: `the member id of ${what}`, bytes: idBytes(memberId) },
      ...addressCanaries(what, address),
    ],
  };
}

/** Says something unmistakable, noted as a secret. */
export function say(person: CanaryPerson, what: string): string {
  const text = `${canaryText("gesagt")} - ${canaryText("häßlich")}`;
  for (const part of text.split(" - ")) person.secrets.push(textCanary(`words of ${what}`, part));
  if (!person.stay.sendText(text)) throw new Error("a text was not taken");
  return text;
}

/** Waits until a person's page shows what it should. */
export async function until(
  { stay }: Pick<CanaryPerson, "stay">,
  isSo: (view: SessionView) => boolean,
  what: string,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = (view: SessionView) => isSo(view) && resolve();
  const stop = stay.subscribe(look);
  const timer = setTimeout(
    () => reject(new Error(`not ${what} in time: ${stay.view.phase.tag}`)),
    PATIENCE_MS,
  );
  look(stay.view);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    stop();
  }
}

/** Waits until a text stands in a person's log. */
export async function hears(person: CanaryPerson, text: string): Promise<void> {
  await until(
    person,
    ({ log }) => log.some((item) => item.tag === "text" && item.text === text),
    "heard",
  );
}

/** Leaves, and waits until the goodbye is out. */
export async function leaveRoom(person: CanaryPerson): Promise<void> {
  person.stay.leave();
  await until(person, ({ phase }) => phase.tag === "ended", "gone");
}

async function newWorld(
  origin: string,
  connect: World["connect"],
  draw: (length: number) => Bytes,
): Promise<World> {
  return {
    origin,
    ed25519: await newEd25519(crypto.subtle),
    connect,
    askWhyRefused: () => Promise.resolve(null),
    isOffline: () => false,
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
    every: (periodMs, run) => {
      const timer = setInterval(run, periodMs);
      return () => clearInterval(timer);
    },
    nextTask: () => new Promise((resolve) => setTimeout(resolve, 0)),
    randomBytes: draw,
    chance: Math.random,
    sha512: (bytes) => Promise.resolve(sha512(bytes)),
    isHidden: () => false,
    newObjectUrl: () => "blob:none",
    revokeObjectUrl: () => {},
  };
}
