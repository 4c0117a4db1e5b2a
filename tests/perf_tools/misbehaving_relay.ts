// Tiny relays, of both dialects, that do one thing wrong, or nothing: the load generator's checks must see it. A relay here hands a box
// on at once, each member its own copy, through a fault that may change, drop, double or keep it.

import { deriveMemberId } from "../../lib/proof/mod.ts";
import {
  encodeAck,
  encodeBatch,
  encodeHi,
  encodeOk,
  idBytes,
  MAX_ECHOED_BOX_BYTES,
  parseTabControl,
} from "../../lib/wire/mod.ts";
import type { Target } from "../perf/load/target.ts";

/** A box on its way to one member, as numbers from 0: who said it, who gets it, how many went that way before. */
export interface Passing {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly box: Uint8Array<ArrayBuffer>;
}

/** What of it really goes on. */
export type Fault = (passing: Passing) => readonly Uint8Array<ArrayBuffer>[];

/** Hands on what comes. */
export const HONEST: Fault = ({ box }) => [box];

/** What is wrong beyond what happens to single boxes. */
export interface Oddities {
  /** Says that every box is from the member that gets it. */
  readonly namesWrongSender?: boolean;
  /** Sends a plain member its own boxes. */
  readonly echoes?: boolean;
  /** How long each message waits. */
  readonly delayMs?: number;
  /** Acknowledgements of large boxes: as they should be, none, or two for one. */
  readonly acks?: 0 | 1 | 2;
}

interface Tab {
  readonly socket: WebSocket;
  /** Empty until it joined. */
  memberId: Uint8Array;
  acked: number;
}

/** A relay that runs on the loopback until it is disposed of. */
export class MisbehavingRelay implements AsyncDisposable {
  readonly target: Target;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #fault: Fault;
  readonly #oddities: Oddities;
  readonly #tabs: Tab[] = [];
  readonly #counts = new Map<string, number>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(dialect: Target["dialect"], fault: Fault, oddities: Oddities = {}) {
    this.#fault = fault;
    this.#oddities = oddities;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#upgrade(request, dialect),
    );
    const { port } = this.#server.addr;
    this.target = { dialect, hostname: "127.0.0.1", port, origin: `http://127.0.0.1:${port}` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const { socket } of this.#tabs) socket.close();
    await this.#server.shutdown();
  }

  #upgrade(request: Request, dialect: Target["dialect"]): Response {
    const isBench = dialect === "bench";
    const { socket, response } = Deno.upgradeWebSocket(
      request,
      isBench ? { protocol: "bt1" } : {},
    );
    socket.binaryType = "arraybuffer";
    const tab: Tab = { socket, memberId: new Uint8Array(16), acked: 0 };
    socket.onopen = () => {
      if (isBench) socket.send(HI);
      else this.#tabs.push(tab);
    };
    socket.onerror = () => {};
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === "string") return this.#onText(tab, data);
      this.#onBinary(tab, new Uint8Array(data), isBench);
    };
    return response;
  }

  #onText(tab: Tab, text: string): void {
    const join = parseTabControl(text);
    if (join?.t !== "join") throw new Error("the generator sent what no tab sends");
    const memberId = deriveMemberId(join.signPublicKey);
    tab.memberId = idBytes(memberId);
    this.#tabs.push(tab);
    tab.socket.send(encodeOk({
      memberId,
      roomNonce: new Uint8Array(32),
      lastAdminCtr: 0,
      count: this.#tabs.length,
      created: this.#tabs.length === 1,
      isPublic: false,
      publicFrame: null,
    }));
  }

  #onBinary(tab: Tab, message: Uint8Array<ArrayBuffer>, isBench: boolean): void {
    const { namesWrongSender, echoes, delayMs, acks = 1 } = this.#oddities;
    const box = message.slice(1);
    const isEchoed = isBench ? box.length <= MAX_ECHOED_BOX_BYTES : echoes === true;
    const from = this.#tabs.indexOf(tab);
    this.#tabs.forEach((member, to) => {
      if (member === tab && !isEchoed) return;
      const way = `${from} ${to}`;
      const count = this.#counts.get(way) ?? 0;
      this.#counts.set(way, count + 1);
      for (const each of this.#fault({ from, to, count, box: box.slice() })) {
        const named = namesWrongSender ? member.memberId : tab.memberId;
        const bytes = isBench
          ? encodeBatch([{ from: named, box: each }])
          : new Uint8Array([message[0]!, ...each]);
        if (delayMs === undefined) send(member, bytes);
        else this.#timers.add(setTimeout(() => send(member, bytes), delayMs));
      }
    });
    if (isBench && !isEchoed) {
      for (let i = 0; i < acks; i++) tab.socket.send(encodeAck(++tab.acked));
    }
  }
}

function send({ socket }: Tab, bytes: Uint8Array<ArrayBuffer>): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(bytes);
}

const HI = encodeHi({
  label: "odd",
  fp: new Uint8Array(16),
  signPublicKey: new Uint8Array(32),
  boxPublicKey: new Uint8Array(32),
  instance: "first",
  maxFileBytes: 1,
  framesPerSecond: Infinity,
  park: false,
}, new Uint8Array(32));
