// Somebody on the cluster with a plain connection and a subscription to everything: reads every byte, publishes what they like. Speaks
// NATS's own words over TCP, so that no client stands between them and the wire. Loopback only.

import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { type Bytes, concatBytes, utf8 } from "../../lib/wire/mod.ts";
import type { WireMessage } from "./memory_bus.ts";
import type { NatsServer } from "./nats_server.ts";
import { until } from "./until.ts";

const MARK = "attacker.mark";

/** One such connection. */
export class NatsAttacker implements AsyncDisposable {
  /** Every message that passed, its own marks left out. */
  readonly messages: WireMessage[] = [];
  /** Every byte that came, heads and all. */
  readonly record: Buffer[] = [];
  readonly #socket: Socket;
  #rest = Buffer.alloc(0);
  #marks = 0;
  #ownMark = 0;
  #pongs = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (data: Buffer) => this.#onData(data));
    socket.on("error", () => undefined);
  }

  /** Connects and subscribes to `>`; resolves once the server has taken that. */
  static async at(server: NatsServer): Promise<NatsAttacker> {
    const socket = connect(server.port(), "127.0.0.1");
    const attacker = new NatsAttacker(socket);
    attacker.#write(
      'CONNECT {"verbose":false,"pedantic":false,"lang":"raw","version":"1","protocol":1}\r\n',
    );
    attacker.#write("SUB > 1\r\nPING\r\n");
    await until(() => attacker.#pongs > 0, "the server takes the attacker's subscription");
    return attacker;
  }

  publish(subject: string, bytes: Uint8Array): void {
    this.#write(concatBytes(utf8(`PUB ${subject} ${bytes.length}\r\n`), bytes, utf8("\r\n")));
  }

  /** Resolves once everything that it published before has come back to it. */
  async settle(): Promise<void> {
    const mark = ++this.#ownMark;
    this.publish(MARK, utf8(`${mark}`));
    await until(() => this.#marks >= mark, "what the attacker published comes back", 20_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.closed) return;
    await new Promise<void>((resolve) => {
      this.#socket.once("close", () => resolve());
      this.#socket.destroy();
    });
  }

  #write(data: string | Bytes): void {
    this.#socket.write(data);
  }

  #onData(data: Buffer): void {
    this.record.push(data);
    this.#rest = Buffer.concat([this.#rest, data]);
    while (true) {
      const end = this.#rest.indexOf("\r\n");
      if (end < 0) return;
      const line = this.#rest.subarray(0, end).toString("latin1");
      const message = /^MSG (\S+) \S+ (?:\S+ )?(\d+)$/.exec(line);
      if (message === null) {
        this.#rest = this.#rest.subarray(end + 2);
        if (line === "PING") this.#write("PONG\r\n");
        if (line === "PONG") this.#pongs++;
        continue;
      }
      const from = end + 2;
      const length = Number(message[2]);
      if (this.#rest.length < from + length + 2) return;
      const bytes = new Uint8Array(this.#rest.subarray(from, from + length));
      this.#rest = this.#rest.subarray(from + length + 2);
      if (message[1] === MARK) this.#marks++;
      else this.messages.push({ subject: message[1]!, bytes });
    }
  }
}
