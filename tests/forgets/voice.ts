// A member without a session: it proves itself and hears everything, and says only what a test says. For counting what a bench
// does, where a session's own doings would count along.

import { joinTranscript } from "../../lib/proof/mod.ts";
import {
  type BenchControl,
  BOX_BYTES,
  encodeJoin,
  encodeToAll,
  parseBenchControl,
  parseBenchFrame,
} from "../../lib/wire/mod.ts";
import type { CanaryRoom } from "../support/canary_person.ts";
import { CanarySocket } from "../support/canary_socket.ts";
import { nodeSigner } from "../support/node_signer.ts";

const PATIENCE_MS = 10_000;

/** One member's voice, from the moment it is made. */
export class Voice {
  readonly #socket: CanarySocket;
  readonly #heard: BenchControl[] = [];
  #boxes = 0;
  #isOver = false;
  #look = () => {};

  constructor(url: string, room: CanaryRoom, localAddress: string) {
    const { host, port } = new URL(url);
    const headers = { host, origin: url };
    this.#socket = new CanarySocket({ port: Number(port), localAddress, headers }, {
      onText: (text) => {
        const control = parseBenchControl(text)!;
        if (control.t === "hi") this.#join(room, url, control.connNonce);
        this.#heard.push(control);
        this.#look();
      },
      onBinary: (bytes) => {
        const frame = parseBenchFrame(bytes);
        if (frame?.tag === "batch") this.#boxes += frame.entries.length;
        this.#look();
      },
      onClose: () => {
        this.#isOver = true;
        this.#look();
      },
    });
  }

  #join({ keys, secret }: CanaryRoom, origin: string, connNonce: Uint8Array): void {
    const session = nodeSigner(crypto.getRandomValues(new Uint8Array(32)));
    const join = nodeSigner(keys.join.secretKey.subarray(0, 32));
    const transcript = joinTranscript(connNonce, keys.roomId, session.publicKey, origin);
    this.#socket.send(encodeJoin({
      roomId: keys.roomId,
      joinPublicKey: join.publicKey,
      adminFp: secret.adminFp,
      signPublicKey: session.publicKey,
      joinSignature: join.signSync(transcript),
      sessionSignature: session.signSync(transcript),
      create: true,
    }));
  }

  /** Waits until the bench said that so many are in the room. */
  async hearsCount(count: number): Promise<void> {
    await this.#until(() =>
      this.#heard.some((control) => control.t === "cnt" && control.count === count)
    );
  }

  /** Waits until so many boxes came in all. */
  async hearsBoxes(count: number): Promise<void> {
    await this.#until(() => this.#boxes >= count);
  }

  /** Says noise of one of the six lengths, the smallest first. */
  say(which = 0): void {
    const box = new Uint8Array(BOX_BYTES[which]!);
    crypto.getRandomValues(box.subarray(0, 256));
    this.#socket.send(encodeToAll(box));
  }

  /** Goes without a word. */
  kill(): void {
    this.#socket.kill();
  }

  /** Says goodbye and waits until the bench did too. */
  async close(): Promise<void> {
    this.#socket.close();
    await this.#until(() => this.#isOver);
  }

  async #until(isSo: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(
      () => reject(new Error("the bench did not say it in time")),
      PATIENCE_MS,
    );
    this.#look = () => isSo() && resolve();
    this.#look();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Enters and waits until everybody in the room was told. */
export async function enterQuietly(
  url: string,
  room: CanaryRoom,
  inIt: Voice[],
  localAddress: string,
): Promise<void> {
  inIt.push(new Voice(url, room, localAddress));
  for (const voice of inIt) await voice.hearsCount(inIt.length);
}
