// The contract of lib/relay/socket_port.ts as tests that run on every listener: what a tab may do to one, and what the
// relay may count on. What Deno's own WebSocket cannot bear is a test there too: it holds what that one does instead, and
// prints it with the figure, so that nobody takes one listener for the other.

import { assert, assertEquals } from "@std/assert";
import { HeldBytes, Outgoing } from "../../lib/relay/outgoing.ts";
import type { Accept, SocketEvents, SocketPort } from "../../lib/relay/socket_port.ts";
import {
  type Bytes,
  CLOSE,
  concatBytes,
  MAX_FRAGMENTS,
  MAX_MESSAGE_BYTES,
  utf8,
} from "../../lib/wire/mod.ts";
import { encodeRawFrame, OP, type RawFrame, RawSocket } from "../support/raw_socket.ts";

/** An open listener. */
export interface OpenedListener {
  readonly port: number;
  close(): Promise<void>;
}

/** A listener to hold against the contract. */
export interface ListenerUnderTest {
  readonly name: string;
  /** Whether it refuses a message before it is whole, stops reading, and cuts. */
  readonly isBounded: boolean;
  open(accept: Accept, onFault: () => void): Promise<OpenedListener>;
}

const WAIT_MS = 10_000;
const MIB = 1024 * 1024;
/** How long the contract watches that something does not happen. */
const WATCH_MS = 300;
/** "Internal error" of RFC 6455. */
const INTERNAL = 1011;

/** The relay's end of one socket, which writes down what it is told. */
class Ear implements SocketEvents {
  readonly heard: (string | Uint8Array | null)[] = [];
  alive = 0;
  closes = 0;
  port: SocketPort | null = null;
  #wake: () => void = () => {};

  onText(text: string): void {
    this.#note(() => this.heard.push(text));
  }

  onBinary(bytes: Uint8Array): void {
    this.#note(() => this.heard.push(bytes));
  }

  onAlive(): void {
    this.#note(() => this.alive++);
  }

  onClose(): void {
    this.#note(() => this.closes++);
  }

  #note(run: () => void): void {
    // Written down as a stranger, which every test would find.
    if (this.closes > 0) this.heard.push(null);
    run();
    this.#wake();
  }

  /** Resolves as soon as it holds. */
  async until(holds: () => boolean, what: string): Promise<void> {
    const endsAtMs = performance.now() + WAIT_MS;
    while (!holds()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = setTimeout(resolve, 20);
      await promise;
      clearTimeout(timer);
      assert(performance.now() < endsAtMs, `waited in vain until ${what}`);
    }
  }
}

/** One socket at a listener, both ends. */
interface Meeting {
  readonly raw: RawSocket;
  readonly ear: Ear;
  readonly port: SocketPort;
  readonly texts: string[];
  readonly bytes: Uint8Array[];
  readonly faults: () => number;
  /** Another socket at the same listener. */
  another(): Promise<Omit<Meeting, "another">>;
}

/** Opens a listener, lets one socket meet it and ends both. `earOf` makes the relay's ends. */
async function meet(
  listener: ListenerUnderTest,
  run: (meeting: Meeting) => Promise<void>,
  earOf: (port: SocketPort) => Ear = () => new Ear(),
): Promise<void> {
  let faults = 0;
  const accepted: Ear[] = [];
  const opened = await listener.open((port) => {
    const ear = earOf(port);
    ear.port = port;
    accepted.push(ear);
    return ear;
  }, () => faults++);
  const raws: RawSocket[] = [];
  const another = async () => {
    const place = accepted.length;
    const raw = await openRaw(opened.port);
    raws.push(raw);
    const texts: string[] = [];
    const bytes: Uint8Array[] = [];
    raw.onText = (text) => texts.push(text);
    raw.onBinary = (each) => bytes.push(each);
    raw.listen();
    const endsAtMs = performance.now() + WAIT_MS;
    while (accepted.length <= place) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      assert(performance.now() < endsAtMs, "the relay was not handed the socket");
    }
    const ear = accepted[place]!;
    return { raw, ear, port: ear.port!, texts, bytes, faults: () => faults };
  };
  try {
    await run({ ...await another(), another });
  } finally {
    for (const raw of raws) raw.cut();
    for (const ear of accepted) await ear.until(() => ear.closes > 0, "a cut socket is closed");
    await opened.close();
  }
  for (const { heard, closes } of accepted) {
    assertEquals(closes, 1, "onClose comes once");
    assertEquals(heard.includes(null), false, "nothing comes after onClose");
  }
}

async function openRaw(port: number): Promise<RawSocket> {
  const opening = await RawSocket.open({ port, localAddress: "127.0.0.1" });
  if (opening.tag !== "open") throw new Error("the listener refused a socket");
  return opening.socket;
}

/** Says what a listener cannot bear, with the figure, in the test's output. */
function cannot(listener: ListenerUnderTest, words: string): void {
  Deno.stdout.writeSync(utf8(`  ${listener.name} cannot bear this: ${words}\n`));
}

/** Both ends of a socket hear each other. */
async function isWell({ raw, ear, port, texts, faults }: Omit<Meeting, "another">): Promise<void> {
  const before = faults();
  raw.send("still here");
  await ear.until(() => ear.heard.at(-1) === "still here", "the other is heard");
  port.send(out(new HeldBytes(), "so am I"));
  await waitFor(() => texts.at(-1) === "so am I", "the other hears");
  assertEquals(faults(), before);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function waitFor(holds: () => boolean, what: string): Promise<void> {
  const endsAtMs = performance.now() + WAIT_MS;
  while (!holds()) {
    await pause(5);
    assert(performance.now() < endsAtMs, `waited in vain until ${what}`);
  }
}

const out = (held: HeldBytes, message: string | Bytes) => new Outgoing(held, message);

/** Bytes that tell their place. */
function numbered(length: number, seed: number): Bytes {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + seed * 7 + (i >> 8)) & 0xff;
  return bytes;
}

const pieces = (op: number, parts: readonly Uint8Array[]): Bytes =>
  concatBytes(
    ...parts.map((payload, i) =>
      encodeRawFrame({ op: i === 0 ? op : OP.more, payload, fin: i === parts.length - 1 })
    ),
  );

/** Frames that no tab sends. */
const BROKEN: readonly (readonly [string, RawFrame])[] = [
  ["an unknown op code", { op: 5, payload: new Uint8Array(3) }],
  ["an unknown control op code", { op: 12 }],
  ["a reserved bit", { op: OP.binary, payload: new Uint8Array(3), reserved: 4 }],
  ["text that is no UTF-8", { op: OP.text, payload: new Uint8Array([0xc3, 0x28]) }],
  ["a ping in fragments", { op: OP.ping, fin: false }],
  ["a ping of 126 bytes", { op: OP.ping, payload: new Uint8Array(126) }],
  ["more of nothing", { op: OP.more, payload: new Uint8Array(3) }],
  ["a close of one byte", { op: OP.close, payload: new Uint8Array(1) }],
];

/** Registers the contract for one listener. */
export function testContract(listener: ListenerUnderTest): void {
  const test = (name: string, run: () => Promise<void>) =>
    Deno.test(`${listener.name}: ${name}`, run);

  test("texts and bytes come and go whole, empty ones too", () =>
    meet(listener, async ({ raw, ear, port, texts, bytes }) => {
      const held = new HeldBytes();
      for (const message of ["", "grüß dich 👋", new Uint8Array(0), numbered(70_000, 1)]) {
        raw.send(message);
      }
      await ear.until(() => ear.heard.length === 4, "four came");
      assertEquals(ear.heard.slice(0, 2), ["", "grüß dich 👋"]);
      assertEquals(
        ear.heard.slice(2).map((each) => new Uint8Array(each as Uint8Array)),
        [new Uint8Array(0), numbered(70_000, 1)],
      );
      for (const message of ["", "grüß dich 👋", new Uint8Array(0), numbered(70_000, 2)]) {
        port.send(out(held, message));
      }
      await waitFor(() => texts.length === 2 && bytes.length === 2, "four went");
      assertEquals(texts, ["", "grüß dich 👋"]);
      assertEquals(bytes.map((each) => new Uint8Array(each)), [
        new Uint8Array(0),
        numbered(70_000, 2),
      ]);
      await waitFor(() => held.total === 0, "nothing is held");
    }));

  test("the relay may send at once, and the subprotocol is bt1", async () => {
    const held = new HeldBytes();
    const ear = new Ear();
    const opened = await listener.open((port) => {
      port.send(out(held, "hi"));
      return ear;
    }, () => {});
    const socket = new WebSocket(`ws://127.0.0.1:${opened.port}/ws`, "bt1");
    const first = await new Promise((resolve) => socket.onmessage = ({ data }) => resolve(data));
    assertEquals([first, socket.protocol, socket.extensions], ["hi", "bt1", ""]);
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
    await ear.until(() => ear.closes === 1, "the relay heard of it");
    await opened.close();
  });

  test("[M1] the largest message passes, one byte more ends the socket with 1009 unread", () =>
    meet(listener, async ({ raw, ear }) => {
      raw.send(numbered(MAX_MESSAGE_BYTES, 3));
      await ear.until(() => ear.heard.length === 1, "it came");
      assertEquals(new Uint8Array(ear.heard[0] as Uint8Array), numbered(MAX_MESSAGE_BYTES, 3));
      raw.send(new Uint8Array(MAX_MESSAGE_BYTES + 1));
      assertEquals(await raw.closed, CLOSE.tooBig);
      await ear.until(() => ear.closes === 1, "the relay heard of it");
      assertEquals(ear.heard.length, 1);
    }));

  test("[M1] a text that is too long ends the socket with 1009 as well", () =>
    meet(listener, async ({ raw, ear }) => {
      raw.send("x".repeat(MAX_MESSAGE_BYTES + 1));
      assertEquals(await raw.closed, CLOSE.tooBig);
      assertEquals(ear.heard, []);
    }));

  test("[M1] a message of 64 MiB is refused by what its header says", () =>
    meet(listener, async ({ raw, ear }) => {
      raw.write(encodeRawFrame({ op: OP.binary, announcedBytes: 64 * MIB - 1 }));
      if (listener.isBounded) {
        assertEquals(await raw.closed, CLOSE.tooBig);
      } else {
        const chunk = new Uint8Array(MIB);
        for (let i = 0; i < 16; i++) {
          raw.write(chunk);
          await raw.drained();
        }
        assertEquals(raw.isOpen, true);
        cannot(listener, "16 MiB of a message announced as 64 MiB were gathered without a word");
      }
      assertEquals(ear.heard, []);
    }));

  test("a message in fragments arrives as one, also with a ping between them", () =>
    meet(listener, async ({ raw, ear }) => {
      const whole = numbered(100_000, 4);
      const parts = Array.from({ length: 12 }, (_, i) => whole.subarray(i * 8334, (i + 1) * 8334));
      raw.write(pieces(OP.binary, parts));
      raw.write(encodeRawFrame({ op: OP.text, payload: utf8("zwei "), fin: false }));
      raw.write(encodeRawFrame({ op: OP.ping, payload: utf8("?") }));
      raw.write(encodeRawFrame({ op: OP.more, payload: utf8("Hälften") }));
      raw.write(pieces(OP.binary, Array(MAX_FRAGMENTS).fill(new Uint8Array(1))));
      await ear.until(() => ear.heard.length === 3, "three came");
      assertEquals(new Uint8Array(ear.heard[0] as Uint8Array), whole);
      assertEquals(ear.heard[1], "zwei Hälften");
      assertEquals((ear.heard[2] as Uint8Array).length, MAX_FRAGMENTS);
    }));

  test("[M1] a message that never ends is refused within its bounds", () =>
    meet(listener, async ({ raw, ear, another }) => {
      const fragment = (bytes: number, isFirst: boolean) =>
        encodeRawFrame({
          op: isFirst ? OP.binary : OP.more,
          payload: new Uint8Array(bytes),
          fin: false,
        });
      if (listener.isBounded) {
        raw.write(fragment(1, true));
        for (let i = 0; i < MAX_FRAGMENTS; i++) raw.write(fragment(1, false));
        assertEquals(await raw.closed, CLOSE.tooBig);
        const large = await another();
        large.raw.write(fragment(60_000, true));
        for (let i = 0; i < 4; i++) large.raw.write(fragment(60_000, false));
        assertEquals(await large.raw.closed, CLOSE.tooBig);
      } else {
        raw.write(fragment(MIB, true));
        for (let i = 0; i < 15; i++) {
          raw.write(fragment(MIB, false));
          await raw.drained();
        }
        assertEquals(raw.isOpen, true);
        cannot(listener, "16 MiB of fragments without an end were gathered, and no handler ran");
      }
      assertEquals(ear.heard, []);
    }));

  for (const [what, frame] of BROKEN) {
    test(`${what} ends that socket alone`, () =>
      meet(listener, async ({ raw, another }) => {
        const beside = await another();
        raw.write(encodeRawFrame(frame));
        await raw.closed;
        await isWell(beside);
      }));
  }

  test("a frame without a mask ends that socket alone", () =>
    meet(listener, async ({ raw, ear, another }) => {
      const beside = await another();
      raw.write(encodeRawFrame({ op: OP.text, payload: utf8("plain"), isMasked: false }));
      if (listener.isBounded) {
        await raw.closed;
        assertEquals(ear.heard, []);
      } else {
        await ear.until(() => ear.heard.length === 1, "it came");
        cannot(listener, "a frame without a mask is taken as if it had one");
      }
      await isWell(beside);
    }));

  for (const [name, code] of Object.entries({ ...CLOSE, internal: INTERNAL })) {
    test(`close code ${code} (${name}) reaches the tab, behind what was sent before`, () =>
      meet(listener, async ({ raw, ear, port, texts }) => {
        port.send(out(new HeldBytes(), "last words"));
        port.close(code);
        assertEquals(await raw.closed, code);
        assertEquals(texts, ["last words"]);
        await ear.until(() => ear.closes === 1, "the relay heard of it");
      }));
  }

  for (const event of ["onText", "onBinary"] as const) {
    test(`a relay that throws in ${event} is reported once, and only its socket ends`, () =>
      meet(listener, async ({ raw, ear, another, faults }) => {
        const beside = await another();
        ear[event] = () => {
          throw new Error("a mistake of ours");
        };
        raw.send(event === "onText" ? "one" : new Uint8Array(1));
        assertEquals(await raw.closed, INTERNAL);
        await ear.until(() => ear.closes === 1, "the relay heard of it");
        assertEquals(faults(), 1);
        await isWell(beside);
      }));
  }

  test("a relay that throws as it accepts, or as it lets go, is reported, and the process goes on", async () => {
    let faults = 0;
    let isAccepting = false;
    const opened = await listener.open(() => {
      if (!isAccepting) throw new Error("a mistake of ours");
      return {
        ...new Ear(),
        onText() {},
        onBinary() {},
        onAlive() {},
        onClose() {
          throw new Error("a mistake of ours");
        },
      };
    }, () => faults++);
    const first = await openRaw(opened.port);
    first.listen();
    assertEquals(await first.closed, INTERNAL);
    assertEquals(faults, 1);
    isAccepting = true;
    const second = await openRaw(opened.port);
    second.listen();
    await second.close();
    await waitFor(() => faults === 2, "the second was reported");
    await opened.close();
  });

  test("everything is without effect once the socket is gone", () =>
    meet(listener, async ({ raw, ear, port }) => {
      await raw.close();
      await ear.until(() => ear.closes === 1, "the relay heard of it");
      const held = new HeldBytes();
      port.send(out(held, "too late"));
      port.send(out(held, new Uint8Array(5)));
      port.ping();
      port.pause();
      port.resume();
      port.close(CLOSE.tooFast);
      port.terminate();
      await pause(WATCH_MS);
      assertEquals([held.total, port.bufferedBytes, ear.closes], [0, 0, 1]);
    }));

  test("a tab that vanishes without a word is reported", () =>
    meet(listener, async ({ raw, ear }) => {
      raw.cut();
      await ear.until(() => ear.closes === 1, "the relay heard of it");
    }));

  test("what waits is counted while a reader stands still, and let go as it reads", () =>
    meet(listener, async ({ raw, port, bytes }) => {
      const held = new HeldBytes();
      const message = out(held, numbered(256 * 1024, 5));
      const COUNT = 64;
      raw.pauseReading();
      for (let i = 0; i < COUNT; i++) port.send(message);
      await pause(WATCH_MS);
      // The system takes a few MiB for itself.
      assert(port.bufferedBytes > 2 * MIB, `only ${port.bufferedBytes} wait`);
      assert(port.bufferedBytes <= COUNT * 256 * 1024 + COUNT * 16);
      assertEquals(held.total, port.copies ? 0 : message.bytes.length, "shared bytes count once");
      raw.resumeReading();
      await waitFor(() => bytes.length === COUNT, "all arrived");
      for (const each of bytes) assertEquals(each.length, message.bytes.length);
      assertEquals(new Uint8Array(bytes.at(-1)!), message.bytes);
      await waitFor(() => port.bufferedBytes === 0 && held.total === 0, "nothing waits");
    }));

  for (const how of ["terminate", "close", "cut by the tab"] as const) {
    test(`${how} with much waiting lets go of all of it`, () =>
      meet(listener, async ({ raw, ear, port }) => {
        const held = new HeldBytes();
        raw.pauseReading();
        for (let i = 0; i < 64; i++) port.send(out(held, new Uint8Array(256 * 1024)));
        await pause(WATCH_MS);
        const waiting = port.bufferedBytes;
        assert(waiting > 2 * MIB);
        const sinceMs = performance.now();
        if (how === "terminate") port.terminate();
        else if (how === "close") port.close(CLOSE.tooSlow);
        else raw.cut();
        if (listener.isBounded || how === "cut by the tab") {
          await ear.until(() => ear.closes === 1, "the relay heard of it");
          const tookMs = performance.now() - sinceMs;
          assert(tookMs < (how === "close" ? 3_000 : 1_000), `it took ${tookMs} ms`);
        } else {
          await pause(2_500);
          assertEquals(ear.closes, 0);
          cannot(
            listener,
            `a reader that stands still with ${
              (waiting / MIB).toFixed(1)
            } MiB waiting was not cut 2.5 s after ${how}`,
          );
          raw.cut();
          await ear.until(() => ear.closes === 1, "the relay heard of it");
        }
        await waitFor(() => held.total === 0, "nothing is held");
      }));
  }

  test("[M7] pause stops reading, resume goes on in order and loses nothing", () =>
    meet(listener, async ({ raw, ear, port }) => {
      const COUNT = 640;
      assertEquals(port.pause(), listener.isBounded);
      const sent = (async () => {
        for (let i = 0; i < COUNT; i++) {
          const message = new Uint8Array(64 * 1024);
          new DataView(message.buffer).setUint32(0, i);
          raw.send(message);
          await raw.drained();
        }
      })();
      if (listener.isBounded) {
        await pause(2 * WATCH_MS);
        assert(ear.heard.length <= 2, `${ear.heard.length} were read`);
        assert(raw.unsentBytes > 0, "the sender does not feel it");
        port.resume();
      } else {
        await ear.until(() => ear.heard.length === COUNT, "all came");
        cannot(listener, `${COUNT * 64 / 1024} MiB were read though reading was to stop`);
      }
      await ear.until(() => ear.heard.length === COUNT, "all came");
      await sent;
      ear.heard.forEach((each, i) => {
        const { buffer, byteOffset } = each as Uint8Array;
        assertEquals(new DataView(buffer, byteOffset).getUint32(0), i);
      });
    }));

  test("a paused socket that is closed still hears the tab's answer", () =>
    meet(listener, async ({ raw, ear, port }) => {
      port.pause();
      raw.send("unread");
      await pause(WATCH_MS);
      const sinceMs = performance.now();
      port.close(CLOSE.tooFast);
      assertEquals(await raw.closed, CLOSE.tooFast);
      await ear.until(() => ear.closes === 1, "the relay heard of it");
      assert(performance.now() - sinceMs < 1_500, "it was cut, not closed");
    }));

  test("nothing reaches the relay that came after it closed the socket", () =>
    meet(listener, async ({ raw, ear }) => {
      raw.write(concatBytes(
        ...Array.from(
          { length: 500 },
          (_, i) => encodeRawFrame({ op: OP.text, payload: utf8(`${i}`) }),
        ),
      ));
      const code = await raw.closed;
      if (listener.isBounded) assertEquals(code, CLOSE.malformed);
      else if (code !== CLOSE.malformed) {
        cannot(listener, `a tab that was still sending heard ${code} in place of the close code`);
      }
      await ear.until(() => ear.closes === 1, "the relay heard of it");
      assertEquals(ear.heard, ["0"]);
    }, (port) => {
      const ear = new Ear();
      const note = ear.onText.bind(ear);
      ear.onText = (text) => {
        note(text);
        port.close(CLOSE.malformed);
      };
      return ear;
    }));

  test("bytes that were handed over are not used again", () =>
    meet(listener, async ({ raw, ear }) => {
      const COUNT = 400;
      for (let i = 0; i < COUNT; i++) raw.send(numbered(1_000 + i * 13, i));
      await ear.until(() => ear.heard.length === COUNT, "all came");
      ear.heard.forEach((each, i) =>
        assertEquals(new Uint8Array(each as Uint8Array), numbered(1_000 + i * 13, i))
      );
    }));

  test("bytes are plain ones: a slice of them is a copy, and holds nothing of the piece that they came in", () =>
    meet(listener, async ({ raw, ear }) => {
      for (const length of [200, 70_000]) raw.send(numbered(length, 1));
      await ear.until(() => ear.heard.length === 2, "both came");
      for (const each of ear.heard as Uint8Array[]) {
        assertEquals(each.constructor, Uint8Array);
        assertEquals(each.slice(10, 110).buffer.byteLength, 100);
      }
    }));

  test("[M3] a tab that is asked for a sign of life gives one", () =>
    meet(listener, async ({ ear, port }) => {
      assertEquals(port.ping(), listener.isBounded, "or the platform asks by itself");
      if (listener.isBounded) await ear.until(() => ear.alive === 1, "a pong came");
      else cannot(listener, "its own pings tell the relay nothing; it gives up after 60 s");
    }));
}
