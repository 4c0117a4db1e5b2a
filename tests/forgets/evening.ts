// One evening on a real bench, everything in it unmistakable: rooms in which people talk, lose their sockets, show a
// picture and delete; strangers who send what nobody should; and what each left behind that must be found nowhere. Above 300
// lines because the list of what strangers send is one list.

import { Buffer } from "node:buffer";
import { concatBytes, encodeBase64url, idBytes, utf8 } from "../../lib/wire/mod.ts";
import { type Canary, canaryText, piecesOf, textCanary } from "../support/canary.ts";
import type { CanaryBench } from "../support/canary_bench.ts";
import {
  addressCanaries,
  type CanaryPerson,
  type CanaryRoom,
  enterRoom,
  hears,
  leaveRoom,
  newCanaryRoom,
  say,
  until,
} from "../support/canary_person.ts";
import { CanarySocket, sayRaw } from "../support/canary_socket.ts";
import { makeNoisePng } from "../support/image_samples.ts";

/** Three chunks and a little. */
const PICTURE_BYTES = 700_000;
const PATIENCE_MS = 15_000;

/** What an evening leaves behind, by how secret it is. */
export interface Evening {
  /** Keys, seeds, words, names, pixels: on a bench never, anywhere. */
  readonly secrets: readonly Canary[];
  /** Ids, addresses and boxes: in the bench's memory while it needs them, in no output and no file. */
  readonly passing: readonly Canary[];
  /** What strangers said: in no output and no file. */
  readonly strange: readonly Canary[];
  /** Room ids and member ids of the rooms that are gone, but not deleted. */
  readonly goneIds: readonly Canary[];
  /** The id of the room that its admin deleted: refused for ten minutes, and so known [R7]. */
  readonly deletedId: readonly Canary[];
  /** The id of the room that still stands. */
  readonly standingId: readonly Canary[];
  readonly standing: readonly CanaryPerson[];
}

/** How an evening goes. */
export interface EveningOptions {
  /** People come through a proxy that says where from. Otherwise from addresses of the loopback network. */
  readonly isProxied?: boolean;
  /** Called while everybody is still there and has just talked. */
  readonly inTheMiddle?: (soFar: Evening) => Promise<void> | void;
}

/** Spends an evening. One room of two people still stands at its end. */
export async function spendEvening(
  bench: CanaryBench,
  { isProxied = false, inTheMiddle }: EveningOptions = {},
): Promise<Evening> {
  const addresses = new Addresses(isProxied);
  const [deleted, left, standing] = ["a deleted room", "a left room", "a standing room"].map(
    newCanaryRoom,
  ) as [CanaryRoom, CanaryRoom, CanaryRoom];
  const enter = (room: CanaryRoom, what: string, isAdmin = false) =>
    enterRoom(bench, room, { what, isAdmin, ...addresses.next() });

  const [ana, ben, cem] = [
    await enter(deleted, "Ana", true),
    await enter(deleted, "Ben"),
    await enter(deleted, "Cem"),
  ];
  const [dia, eli, hal] = [
    await enter(left, "Dia", true),
    await enter(left, "Eli"),
    await enter(left, "Hal"),
  ];
  const [fay, gus] = [await enter(standing, "Fay", true), await enter(standing, "Gus")];
  const people = { ana, ben, cem, dia, eli, hal, fay, gus };
  for (const [from, to] of [[ana, ben], [ben, ana], [dia, eli], [eli, dia], [fay, gus]] as const) {
    await hears(to, say(from, from.name));
  }
  const picture = makeNoisePng(PICTURE_BYTES, 11);
  ben.secrets.push(...piecesOf("the picture", picture, 6));
  await showPicture(ben, cem, picture);

  const strange = await meetStrangers(bench, addresses, [left, standing], hal);
  const soFar: Evening = {
    secrets: [
      ...[deleted, left, standing].flatMap(({ secrets }) => secrets),
      ...Object.values(people).flatMap(({ secrets }) => secrets),
    ],
    passing: [
      ...[deleted, left, standing].flatMap(({ idCanaries }) => idCanaries),
      ...Object.values(people).flatMap(({ idCanaries, sealed }) => [...idCanaries, ...sealed]),
    ],
    strange,
    goneIds: [
      ...left.idCanaries,
      ...[ana, ben, cem, dia, eli, hal].map(({ idCanaries }) => idCanaries[0]!),
    ],
    deletedId: deleted.idCanaries,
    standingId: standing.idCanaries,
    standing: [fay, gus],
  };
  await inTheMiddle?.(soFar);

  eli.loseSocket();
  await until(eli, ({ phase }) => phase.tag !== "live", "cut off");
  await until(eli, ({ phase }) => phase.tag === "live", "back");
  await hears(dia, say(eli, "Eli"));
  if (!await ana.stay.deleteRoom()) throw new Error("the room was not deleted");
  for (const person of [ana, ben, cem]) {
    await until(person, ({ phase }) => phase.tag === "ended", "told of the end");
  }
  for (const person of [dia, eli]) await leaveRoom(person);
  const nowSecret = Object.values(people).flatMap(({ secrets }) => secrets);
  return { ...soFar, secrets: [...new Set([...soFar.secrets, ...nowSecret])] };
}

/** Addresses that nobody else has, one a visitor. */
class Addresses {
  readonly #isProxied: boolean;
  #last = 0;

  constructor(isProxied: boolean) {
    this.#isProxied = isProxied;
  }

  next(): {
    readonly address: string;
    readonly from: string;
    readonly headers: Record<string, string>;
  } {
    const host = 101 + this.#last++;
    if (!this.#isProxied) {
      const address = `127.177.213.${host}`;
      return { address, from: address, headers: {} };
    }
    // Every second one is a new kind of address, of which the bench looks at a half.
    const address = host % 2 === 0 ? `203.0.113.${host}` : `2001:db8:77a1:${host}::c0de:${host}`;
    return {
      address,
      from: "127.0.0.1",
      headers: { "x-forwarded-for": `198.51.100.77, ${address}` },
    };
  }
}

async function showPicture(
  from: CanaryPerson,
  to: CanaryPerson,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const prepared = await from.stay.prepareImage(new Blob([bytes], { type: "image/png" }));
  if (!prepared.ok) throw new Error(`the picture was not taken: ${prepared.reason}`);
  from.stay.sendImage(prepared.image);
  await until(
    to,
    ({ log }) => log.some((item) => item.tag === "image" && item.transfer.tag === "complete"),
    "shown the picture",
  );
}

/** Everything that nobody should send, each with marks of its own. */
async function meetStrangers(
  bench: CanaryBench,
  addresses: Addresses,
  rooms: readonly CanaryRoom[],
  member: CanaryPerson,
): Promise<readonly Canary[]> {
  const marks: Canary[] = [];
  const mark = (what: string): string => {
    const text = canaryText("fremd");
    marks.push(textCanary(what, text));
    return text;
  };
  const key = crypto.getRandomValues(new Uint8Array(32));
  marks.push({ what: "a token that somebody put into a path", bytes: key });
  const token = encodeBase64url(key);
  const { host } = new URL(bench.url);
  const stranger = () => {
    const { address, from, headers } = addresses.next();
    marks.push(...addressCanaries("a stranger", address));
    return { port: bench.port, localAddress: from, headers };
  };

  const requests: string[] = [];
  const request = (line: string, headers: readonly string[] = [], body = "") =>
    requests.push(
      `${line}\r\nhost: ${host}\r\n${headers.map((each) => `${each}\r\n`).join("")}\r\n${body}`,
    );
  for (
    const method of ["GET", "POST", "DELETE", "OPTIONS", "TRACE", mark("a method")]
  ) {
    request(`${method} /${mark("a path")}?k=${mark("a query")} HTTP/1.1`);
  }
  request(`GET /room/${token}?r=${encodeBase64url(idBytes(rooms[0]!.keys.roomId))} HTTP/1.1`);
  request(`GET /health?t=${token} HTTP/1.1`, [
    `user-agent: ${mark("a user agent")}`,
    `referer: http://${host}/${mark("a referrer")}`,
    `cookie: ${mark("a cookie")}=${token}`,
    `authorization: Bearer ${mark("an authorization")}`,
    `x-forwarded-for: ${mark("a false proxy")}`,
    `forwarded: for=${mark("a false forward")}`,
    `accept-encoding: ${mark("an encoding")}`,
    `if-none-match: ${mark("an etag")}`,
  ]);
  request(`GET /%zz%ff${mark("a broken path")}%00 HTTP/1.1`);
  request(`GET /../../${mark("a climbing path")} HTTP/1.1`);
  request(`GET http://${mark("another host")}.example/ HTTP/1.1`);
  request(`POST /ws HTTP/1.1`, ["content-length: 32"], mark("a body").padEnd(32));
  request(`GET / HTTP/1.1`, [`broken header ${mark("a broken header")}`]);
  request(`GET / HTTP/9.${mark("a version")}`);
  request(`GET / HTTP/1.1`, [`x-long: ${mark("a long header").repeat(4000)}`]);
  requests.push(
    `${mark("no HTTP at all")}\r\n\r\n`,
    `\x16\x03\x01${mark("TLS of a sort")}\r\n\r\n`,
  );
  const upgrade = ["connection: Upgrade", "upgrade: websocket", "sec-websocket-version: 13"];
  const wsKey = "sec-websocket-key: c2l4dGVlbiBieXRlcyBvaw==";
  request("GET /ws HTTP/1.1", [
    ...upgrade,
    wsKey,
    "sec-websocket-protocol: bt1",
    `origin: https://${mark("a foreign origin")}.example`,
  ]);
  const own = `origin: ${bench.url}`;
  request("GET /ws HTTP/1.1", [
    ...upgrade,
    wsKey,
    own,
    `sec-websocket-protocol: ${mark("a protocol")}`,
  ]);
  request("GET /ws HTTP/1.1", [
    ...upgrade,
    own,
    "sec-websocket-protocol: bt1",
    `sec-websocket-key: ${mark("a key of the wrong length")}`,
  ]);
  await inTime(
    "the strangers' requests",
    Promise.all(requests.map((bytes) => {
      const { headers, ...from } = stranger();
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join(
        "",
      );
      return sayRaw(from, bytes.replace("\r\nhost:", `\r\n${lines}host:`));
    })),
  );

  const wrongJoin = (fields: object) =>
    JSON.stringify({
      t: "join",
      r: rooms[0]!.keys.roomId,
      jp: encodeBase64url(rooms[0]!.keys.join.publicKey),
      af: encodeBase64url(rooms[0]!.secret.adminFp),
      sp: encodeBase64url(crypto.getRandomValues(new Uint8Array(32))),
      sj: encodeBase64url(crypto.getRandomValues(new Uint8Array(64))),
      ss: encodeBase64url(crypto.getRandomValues(new Uint8Array(64))),
      c: 1,
      ...fields,
    });
  const texts = [
    wrongJoin({}),
    wrongJoin({ c: 0, r: rooms[1]!.keys.roomId }),
    wrongJoin({ r: mark("a room id of the wrong form") }),
    wrongJoin({ __proto__: null, [mark("an unknown field")]: mark("its value") }),
    `{"t":"${mark("an unknown kind")}"}`,
    `{${mark("broken JSON")}`,
    JSON.stringify(mark("JSON of the wrong shape")),
    "[".repeat(3_000) + mark("deep JSON"),
    mark("a long text").repeat(400),
    mark("a very long text").repeat(20_000),
  ];
  const binaries = [
    Buffer.from(mark("binary nonsense")),
    Buffer.concat([Buffer.of(0x01), Buffer.from(mark("a box of no length"))]),
    Buffer.concat([Buffer.of(0x02), Buffer.from(mark("an admin command").repeat(8))]),
    Buffer.alloc(300_000, mark("a very long message")),
  ];
  const mask = [0, 0, 0, 0];
  const framing = (first: number, text: string) =>
    Buffer.concat([Buffer.of(first, 0x80 | text.length, ...mask), Buffer.from(text, "latin1")]);
  const unmasked = mark("a frame without a mask");
  const raw = [
    framing(0x83, mark("a frame of an unknown kind")),
    framing(0xc1, mark("a compressed frame")),
    framing(0xf1, mark("a frame with reserved bits")),
    Buffer.concat([Buffer.of(0x81, unmasked.length), Buffer.from(unmasked)]),
    framing(0x80, mark("a fragment of nothing")),
    framing(0x88, `\x03\xe7${mark("words at a close")}`),
    Buffer.concat([
      Buffer.of(0x81, 0x80 | 8, ...mask),
      Buffer.from([0xff, 0xfe, 0xfd, 1, 2, 3, 4, 5]),
    ]),
  ];
  const meet = (speak: (socket: CanarySocket) => void) => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const { headers, ...from } = stranger();
    const socket = new CanarySocket({ ...from, headers: { host, origin: bench.url, ...headers } }, {
      onText: () => {},
      onBinary: () => {},
      onClose: resolve,
    });
    speak(socket);
    return promise;
  };
  const closed = await inTime(
    "the strangers' sockets",
    Promise.all([
      ...[...texts, ...binaries].map((message) => meet((socket) => socket.send(message))),
      ...raw.map((bytes) => meet((socket) => socket.sendRaw(bytes))),
      // Half a message, and gone.
      ...[0x01, 0x02].map((op) =>
        meet((socket) => {
          socket.sendRaw(framing(op, mark("the half of a message")));
          setTimeout(() => socket.kill(), 50);
        })
      ),
    ]),
  );
  if (closed.length !== texts.length + binaries.length + raw.length + 2) {
    throw new Error("a stranger was not answered");
  }
  // A member who turns bad.
  member.speak(concatBytes(Uint8Array.of(0x02), utf8(mark("a forged admin command").repeat(8))));
  member.speak(concatBytes(Uint8Array.of(0x01), utf8(mark("a member's box of no length"))));
  await until(member, ({ phase }) => phase.tag === "ended", "thrown out");
  return marks;
}

async function inTime<T>(what: string, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what} were not answered`)), PATIENCE_MS);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
