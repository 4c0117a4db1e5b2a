// A bench, or several in a park, and any number of tabs in one process: a clock moved by hand, sockets in memory, and a place between bench and
// tab where a lying bench can stand. Real relay, real sessions, real crypto (node's Ed25519, which is fast).

import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { Buffer } from "node:buffer";
import { setImmediate } from "node:timers";
import {
  deriveRoomKeys,
  newRoomSecret,
  type RoomKeys,
  type RoomSecret,
} from "../../lib/crypto/mod.ts";
import type { AdminSeed } from "../../lib/crypto/mod.ts";
import { randomBytes } from "../../lib/nacl.ts";
import { type BenchIdentity, newBenchIdentity, Park } from "../../lib/park/mod.ts";
import type { Ed25519 } from "../../lib/proof/mod.ts";
import { Relay, type SocketEvents, type SocketPort, verifyWithNode } from "../../lib/relay/mod.ts";
import { type MemoryBus, MemoryPark } from "./memory_bus.ts";
import type { PreparedImage } from "../../lib/session/contract.ts";
import {
  acceptInvitation,
  type AcceptResult,
  parseInvitation,
} from "../../lib/session/pairing_page.ts";
import { beginStay, type RoomStay } from "../../lib/session/session.ts";
import type { LogItem, Notice } from "../../lib/session/view_state.ts";
import type { TabSocketEvents, UpgradeRefusal, World } from "../../lib/session/world.ts";
import {
  type Bytes,
  concatBytes,
  DEFAULT_MAX_FILE_BYTES,
  LIMITS,
  type Limits,
  parseBase64url,
} from "../../lib/wire/mod.ts";

export const ORIGIN = "https://bench.example";

/** Where the `number`th bench of a rig is. */
export function originOf(number: number): string {
  return number === 0 ? ORIGIN : `https://bench-${number}.example`;
}
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

/** Ed25519 by node:crypto, behind promises as in a browser. */
export const nodeEd25519: Ed25519 = {
  backEnd: "webcrypto",
  verify: (publicKey, message, signature) =>
    Promise.resolve(verifyWithNode(publicKey, message, signature)),
  newSigner: (seed) => {
    const key = createPrivateKey({
      key: Buffer.from(concatBytes(PKCS8_HEAD, seed)),
      format: "der",
      type: "pkcs8",
    });
    return Promise.resolve({
      publicKey: parseBase64url(createPublicKey(key).export({ format: "jwk" }).x, 32)!,
      sign: (message) => Promise.resolve(new Uint8Array(sign(null, message, key))),
    });
  },
};

type Message = string | Bytes;
interface Timer {
  readonly atMs: number;
  readonly run: () => void;
  readonly periodMs: number | null;
}

/** A bench of the rig, from its start to its killing. */
export interface RigBench {
  readonly relay: Relay;
  /** `null` in a rig of one bench. */
  readonly park: Park | null;
  readonly bus: MemoryBus | null;
  readonly identity: BenchIdentity;
  readonly label: string;
}

/** One end-to-end wire between a tab and whatever bench stands now. */
interface Wire {
  readonly tab: RigTab;
  readonly toTab: TabSocketEvents;
  toBench: SocketEvents | null;
  readonly upward: Message[];
  readonly downward: (Message | { readonly closeCode: number })[];
  isOpen: boolean;
  /** The bench has stopped reading from this tab. */
  isPaused: boolean;
}

/** A tab of the rig. */
export interface RigTab {
  readonly name: string;
  /** Number of the bench it is on. */
  readonly bench: number;
  readonly stay: RoomStay;
  /** What a lying bench makes of one message to this tab. */
  tamper: ((message: Message) => readonly Message[]) | null;
  /** Every message that reached this tab, after tampering. */
  readonly received: Message[];
  readonly sent: Message[];
  isHidden: boolean;
  isOffline: boolean;
  /** How often it asked over http why it got no socket. */
  asked: number;
  readonly urls: Set<string>;
}

/** A port that hands on at once what the relay sends, and holds nothing. */
export function portTo(
  onMessage: (message: Message) => void,
  onClose: (code: number) => void,
): SocketPort {
  return {
    send: ({ isText, bytes }) => {
      onMessage(isText ? new TextDecoder().decode(bytes) : bytes);
      return true;
    },
    close: onClose,
    terminate: () => onClose(1006),
    ping: () => false,
    pause: () => false,
    resume: () => {},
    bufferedBytes: 0,
    heldShare: 0,
    copies: false,
  };
}

/** The rig. Nothing in it waits for real time. */
export class SessionRig {
  #nowMs = 1_000_000;
  readonly #timers = new Map<number, Timer>();
  #nextTimer = 1;
  #turnEnds: (() => void)[] = [];
  /** By number; `null` while killed. */
  readonly benches: (RigBench | null)[] = [];
  /** What stands between the benches. */
  readonly wires = new MemoryPark();
  /** The first bench's. */
  relay!: Relay;
  /** What a bench that takes no sockets says when it is asked why; `null` while it takes them. */
  refusal: UpgradeRefusal | null = null;
  /** The code that whoever connects is closed with; `null` while the relay decides. */
  answer: number | null = null;
  /** Sockets that tabs asked for so far. */
  attempts = 0;
  readonly tabs: RigTab[] = [];
  readonly #wires = new Set<Wire>();
  readonly secret: RoomSecret;
  readonly #keys: RoomKeys;
  readonly adminSeed: AdminSeed;
  #seed: number;
  /** Connections are neither taken nor refused: whatever a tab sends meets silence. */
  isHole = false;
  /** Nothing that this tab sends arrives for now; it is not lost. */
  stuckUpward: RigTab | null = null;
  /** What a bench that drops things does with messages of tabs. */
  dropUpward: ((tab: RigTab, message: Message) => boolean) | null = null;

  readonly limits: Limits;
  readonly #labels: readonly string[];
  readonly #isPark: boolean;
  /** What every bench of the rig lets be paired. */
  isPairingOn = true;

  constructor(
    readonly maxFileBytes = DEFAULT_MAX_FILE_BYTES,
    seed = 1,
    limits: Partial<Limits> = {},
    benches = 1,
    labels: readonly string[] = [],
  ) {
    this.#seed = seed;
    this.limits = { ...LIMITS, ...limits };
    const { secret, adminSeed } = newRoomSecret();
    this.secret = secret;
    this.adminSeed = adminSeed;
    this.#keys = deriveRoomKeys(secret);
    this.#labels = labels;
    this.#isPark = benches > 1;
    for (let number = 0; number < benches; number++) this.startBench(number);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get timerCount(): number {
    return this.#timers.size;
  }

  /** A new bench process: nothing of the former is left. */
  startBench(number = 0, operatorToken: string | null = null): RigBench {
    const identity = newBenchIdentity(randomBytes(32));
    const label = this.#labels[number] ?? (number === 0 ? "rig" : `rig-${number}`);
    const clock = {
      nowMs: () => this.#nowMs,
      atEndOfTurn: (run: () => void) => void this.#turnEnds.push(run),
      after: (delayMs: number, run: () => void) => this.#after(delayMs, run, null),
      every: (periodMs: number, run: () => void) => this.#after(periodMs, run, periodMs),
      randomBytes,
    };
    const bus = this.#isPark ? this.wires.bus() : null;
    const park = bus === null ? null : new Park({
      bus,
      identity,
      label,
      url: originOf(number),
      clock,
      verify: verifyWithNode,
      isPairingOn: this.isPairingOn,
      operatorToken,
    });
    const relay = new Relay({
      card: {
        label,
        fp: identity.fingerprint,
        signPublicKey: identity.sign.publicKey,
        boxPublicKey: identity.box.publicKey,
        instance: String(this.#nextTimer),
        maxFileBytes: this.maxFileBytes,
        framesPerSecond: this.limits.maxFramesPerSecond,
        park: park !== null && this.isPairingOn,
      },
      limits: this.limits,
      onFault: () => {
        throw new Error("the relay failed");
      },
      verify: verifyWithNode,
      clock,
      park,
    });
    park?.begin(relay.far);
    const bench = { relay, park, bus, identity, label };
    this.benches[number] = bench;
    if (number === 0) this.relay = relay;
    return bench;
  }

  /** A bench that stands. */
  bench(number: number): RigBench & { readonly park: Park; readonly bus: MemoryBus } {
    const bench = this.benches[number];
    if (!bench || bench.park === null || bench.bus === null) {
      throw new TypeError("no such bench stands in a park");
    }
    return { ...bench, park: bench.park, bus: bench.bus };
  }

  /** What the relay holds of rooms and sockets. */
  get counts(): { readonly rooms: number; readonly sockets: number; readonly tombstones: number } {
    const { rooms, sockets, tombstones } = this.relay.counts();
    return { rooms, sockets, tombstones };
  }

  /** Kills a bench: every socket is lost, and nothing answers until `startBench`. It says nothing to anybody. */
  killBench(number = 0): void {
    this.benches[number]?.bus?.goAway();
    this.benches[number] = null;
    for (const wire of [...this.#wires]) if (wire.tab.bench === number) this.#lose(wire, 1006);
  }

  /** Cuts one tab's socket without a word. */
  cut(tab: RigTab): void {
    this.closeTab(tab, 1006);
  }

  /** Closes one tab's socket as the bench would. */
  closeTab(tab: RigTab, code: number): void {
    for (const wire of [...this.#wires]) {
      if (wire.tab !== tab) continue;
      wire.toBench?.onClose();
      this.#lose(wire, code);
    }
  }

  #lose(wire: Wire, code: number): void {
    if (!wire.isOpen) return;
    wire.isOpen = false;
    this.#wires.delete(wire);
    wire.toTab.onClose(code);
  }

  #after(delayMs: number, run: () => void, periodMs: number | null): () => void {
    const id = this.#nextTimer++;
    this.#timers.set(id, { atMs: this.#nowMs + delayMs, run, periodMs });
    return () => this.#timers.delete(id);
  }

  #chance(): number {
    this.#seed = (this.#seed * 48271) % 2147483647;
    return this.#seed / 2147483647;
  }

  /** The room's keys, derived once; every tab wipes a copy of its own. */
  #roomKeys(): RoomKeys {
    const { join, messageKey, ...rest } = this.#keys;
    return {
      ...rest,
      join: { ...join, secretKey: join.secretKey.slice() },
      messageKey: messageKey.slice(),
    };
  }

  /** Opens a tab that enters the room. */
  async join(
    name: string,
    options: {
      readonly admin?: boolean;
      readonly tap?: boolean;
      /** Number of the bench; the first unless it is said. */
      readonly bench?: number;
    } = {},
  ): Promise<RigTab> {
    const bench = options.bench ?? 0;
    const tab: { -readonly [Key in keyof RigTab]: RigTab[Key] } = {
      name,
      bench,
      // There from the end of this method on; until then only the socket's fate is asked for.
      stay: null!,
      tamper: null,
      received: [],
      sent: [],
      isHidden: false,
      isOffline: false,
      asked: 0,
      urls: new Set(),
    };
    const world: World = {
      origin: originOf(bench),
      ed25519: nodeEd25519,
      connect: (events) => this.#connect(tab, events),
      askWhyRefused: () => {
        tab.asked++;
        return Promise.resolve(this.benches[bench] ? this.refusal : null);
      },
      isOffline: () => tab.isOffline,
      nowMs: () => this.#nowMs,
      wallMs: () => 1_700_000_000_000 + this.#nowMs,
      after: (delayMs, run) => this.#after(delayMs, run, null),
      every: (periodMs, run) => this.#after(periodMs, run, periodMs),
      nextTask: () => Promise.resolve(),
      randomBytes,
      chance: () => this.#chance(),
      sha512: (bytes) =>
        Promise.resolve(new Uint8Array(createHash("sha512").update(bytes).digest())),
      isHidden: () => tab.isHidden,
      newObjectUrl: (bytes) => {
        const url = `blob:${createHash("sha256").update(bytes).digest("hex")}`;
        tab.urls.add(url);
        return url;
      },
      revokeObjectUrl: (url) => void tab.urls.delete(url),
    };
    const secret = {
      key: this.secret.key.slice() as RoomSecret["key"],
      adminFp: this.secret.adminFp,
    };
    tab.stay = await beginStay({
      world,
      secret,
      keys: this.#roomKeys(),
      adminSeed: options.admin === true ? this.adminSeed.slice() as AdminSeed : null,
      name,
    });
    this.tabs.push(tab);
    if (options.tap === true) {
      await this.settle();
      tab.stay.waitHere();
    }
    return tab;
  }

  #connect(
    tab: RigTab,
    events: TabSocketEvents,
  ): { send(m: Message): void; close(): void } {
    const wire: Wire = {
      tab,
      toTab: events,
      toBench: null,
      upward: [],
      downward: [],
      isOpen: true,
      isPaused: false,
    };
    this.attempts++;
    queueMicrotask(() => {
      if (!wire.isOpen || this.isHole) return;
      if (this.answer !== null) {
        wire.isOpen = false;
        return events.onClose(this.answer);
      }
      const bench = this.benches[tab.bench];
      if (!bench || this.refusal !== null || tab.isOffline) {
        wire.isOpen = false;
        return events.onClose(1006);
      }
      this.#wires.add(wire);
      wire.toBench = bench.relay.accept(this.#portOf(wire), originOf(tab.bench));
    });
    return {
      send: (message) => {
        if (!wire.isOpen) return;
        tab.sent.push(message);
        wire.upward.push(message);
      },
      close: () => {
        if (!wire.isOpen) return;
        // What was sent before still arrives.
        this.#deliverUp(wire);
        wire.isOpen = false;
        this.#wires.delete(wire);
        wire.toBench?.onClose();
      },
    };
  }

  /** The bench's end of a wire. */
  #portOf(wire: Wire): SocketPort {
    const down = (message: Wire["downward"][number]) => {
      if (wire.isOpen) wire.downward.push(message);
    };
    return {
      ...portTo(down, (closeCode) => down({ closeCode })),
      ping: () => {
        if (wire.isOpen) wire.toBench?.onAlive();
        return true;
      },
      pause: () => wire.isPaused = true,
      resume: () => void (wire.isPaused = false),
    };
  }

  #isHeldUp({ isPaused, tab }: Wire): boolean {
    return isPaused || tab === this.stuckUpward;
  }

  #deliverUp(wire: Wire): boolean {
    let moved = false;
    let message: Message | undefined;
    while (!this.#isHeldUp(wire) && (message = wire.upward.shift()) !== undefined) {
      moved = true;
      if (this.dropUpward?.(wire.tab, message) === true) continue;
      if (typeof message === "string") wire.toBench?.onText(message);
      else wire.toBench?.onBinary(message.slice());
    }
    return moved;
  }

  #deliverDown(wire: Wire): boolean {
    const messages = wire.downward.splice(0);
    for (const message of messages) {
      if (!wire.isOpen) break;
      if (typeof message === "object" && "closeCode" in message) {
        this.#lose(wire, message.closeCode);
        continue;
      }
      this.inject(wire.tab, wire.tab.tamper === null ? [message] : wire.tab.tamper(message));
    }
    return messages.length > 0;
  }

  /** Opens a pairing link on a bench's own page and taps "Accept pairing". Settle or advance until it resolves. */
  accept(link: string, bench: number, operatorToken = ""): Promise<AcceptResult> {
    const read = parseInvitation(link);
    if (read.tag !== "invitation") throw new TypeError(`no pairing link: ${read.tag}`);
    const page: { -readonly [Key in keyof RigTab]: RigTab[Key] } = {
      name: "",
      bench,
      stay: null!,
      tamper: null,
      received: [],
      sent: [],
      isHidden: false,
      isOffline: false,
      asked: 0,
      urls: new Set(),
    };
    return acceptInvitation(
      { invitation: read.invitation, operatorToken },
      (events) => this.#connect(page, events),
    );
  }

  /** Sends from a tab's socket what its session never would. */
  sendRaw(tab: RigTab, message: Message): void {
    const wire = [...this.#wires].find((one) => one.tab === tab && one.isOpen);
    if (wire === undefined) throw new Error("its socket is not open");
    wire.upward.push(message);
  }

  /** Hands messages to a tab as if the bench had sent them. */
  inject(tab: RigTab, messages: readonly Message[]): void {
    const wire = [...this.#wires].find((one) => one.tab === tab && one.isOpen);
    if (wire === undefined) return;
    for (const message of messages) {
      tab.received.push(message);
      if (typeof message === "string") wire.toTab.onText(message);
      else wire.toTab.onBinary(message.slice());
    }
  }

  /** Delivers everything that is under way, until nothing moves. Time stands still. */
  async settle(): Promise<void> {
    let isIdle = false;
    while (!isIdle) {
      let moved = false;
      for (const wire of [...this.#wires]) if (wire.isOpen) moved = this.#deliverUp(wire) || moved;
      const ends = this.#turnEnds.splice(0);
      for (const end of ends) end();
      moved = this.wires.deliver() > 0 || moved;
      for (const wire of [...this.#wires]) moved = this.#deliverDown(wire) || moved;
      // One turn of the event loop runs every promise that has an answer; nothing here waits for real time.
      await new Promise<void>((resolve) => setImmediate(resolve));
      isIdle = !moved && ends.length === 0 && this.#turnEnds.length === 0 &&
        [...this.#wires].every((wire) =>
          wire.downward.length === 0 && (wire.upward.length === 0 || this.#isHeldUp(wire))
        );
    }
  }

  /** Moves the clock, running what falls due in its order. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await this.settle();
    while (true) {
      let due: readonly [number, Timer] | null = null;
      for (const entry of this.#timers) {
        if (entry[1].atMs <= untilMs && (due === null || entry[1].atMs < due[1].atMs)) due = entry;
      }
      if (due === null) break;
      const [id, timer] = due;
      this.#nowMs = Math.max(this.#nowMs, timer.atMs);
      this.#timers.delete(id);
      if (timer.periodMs !== null) {
        this.#timers.set(id, { ...timer, atMs: this.#nowMs + timer.periodMs });
      }
      timer.run();
      // Timers of the same instant run together; then everything under way arrives.
      const hasMoreNow = [...this.#timers.values()].some(({ atMs }) => atMs <= this.#nowMs);
      if (!hasMoreNow) await this.settle();
    }
    this.#nowMs = untilMs;
    await this.settle();
  }
}

/** Texts a tab shows, in order, as "name: text". */
export function texts(tab: RigTab): readonly string[] {
  return tab.stay.view.log.flatMap((item) =>
    item.tag === "text" ? [`${item.author.name}: ${item.text}`] : []
  );
}

/** Notices a tab shows, in order. */
export function notices(tab: RigTab): readonly Notice[] {
  return tab.stay.view.log.flatMap((item) => item.tag === "notice" ? [item.notice] : []);
}

/** Notices of one kind, shortly: "left Ana", "gap Ana 2", "repeated 1". */
export function said(tab: RigTab): readonly string[] {
  return notices(tab).map((notice) =>
    [notice.kind, "who" in notice ? notice.who.name : "", "count" in notice ? notice.count : ""]
      .join(" ")
      .replace(/\s+/g, " ").trim()
  );
}

/** The pictures a tab shows. */
export function images(tab: RigTab): readonly Extract<LogItem, { tag: "image" }>[] {
  return tab.stay.view.log.flatMap((item) => item.tag === "image" ? [item] : []);
}

/** A picture as the tab would send it. Throws when the tab refuses it. */
export async function prepared(tab: RigTab, file: Bytes): Promise<PreparedImage> {
  const result = await tab.stay.prepareImage(new Blob([file]));
  if (!result.ok) throw new TypeError(`the tab refused the picture: ${result.reason}`);
  return result.image;
}

/** The object URL of a finished picture. Throws when it is not finished. */
export function urlOf(picture: Extract<LogItem, { tag: "image" }> | undefined): string {
  if (picture?.transfer.tag !== "complete") throw new TypeError("the picture is not complete");
  return picture.transfer.url;
}

/** Names of who is proved to be here, this tab first. */
export function peopleOf(tab: RigTab): readonly string[] {
  return tab.stay.view.people.filter(({ away }) => !away).map(({ name }) => name);
}
