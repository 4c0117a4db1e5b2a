// Who has this label? The question to the park and its answers, and this bench's own answers to others.
// Rules: PAIRING.md, [W1] to [W4] and [Q2] [Q3].

import { TokenBucket } from "../limits/mod.ts";
import { boxKeyPair } from "../nacl.ts";
import {
  type Bytes,
  encodeBase64url,
  encodeParkControl,
  toHex,
  WHO_ANSWERS_PER_SECOND,
  WHO_MS,
} from "../wire/mod.ts";
import type { ParkPlace } from "./park_place.ts";
import type { ParkAsker } from "./park_ports.ts";
import { answerSubject, WHO_SUBJECT } from "./subjects.ts";
import {
  type AnsweringBench,
  asksFor,
  encodeQuestion,
  openWhoAnswer,
  parseQuestion,
  sealWhoAnswer,
} from "./who.ts";

/** Questions under way at once, and answers that are opened for one. */
const MAX_QUESTIONS = 16;
const MAX_ANSWERS = 32;
/** Who heard nothing asks once more, in time for an answer. */
const ASK_AGAIN_AFTER_MS = 700;
/** Benches that are told of: more than one is refused anyhow. */
const MAX_FOUND = 4;

/** The questions of one bench, and its answers. */
export class Asking {
  readonly #options: ParkPlace;
  readonly #answerRate: TokenBucket;
  /** Keys of the questions under way, by which this bench knows its own; each with the way to end it. */
  readonly #underWay = new Map<string, () => void>();

  constructor(options: ParkPlace) {
    this.#options = options;
    const nowMs = options.clock.nowMs();
    this.#answerRate = new TokenBucket(WHO_ANSWERS_PER_SECOND, WHO_ANSWERS_PER_SECOND, nowMs);
  }

  /** Asks, waits the full two seconds, and says who answered [W2]. */
  ask(asker: ParkAsker, label: string): void {
    const { bus, clock, verify } = this.#options;
    if (this.#underWay.size >= MAX_QUESTIONS) {
      return asker.say(encodeParkControl({ t: "whois", label, found: "busy" }));
    }
    const ephemeral = boxKeyPair(clock.randomBytes(32));
    const nonce = clock.randomBytes(16);
    const found = new Map<string, AnsweringBench>();
    let looks = 0;
    const stopListening = bus.subscribe(answerSubject(ephemeral.publicKey), (envelope) => {
      if (looks++ >= MAX_ANSWERS || found.size >= MAX_FOUND) return;
      const bench = openWhoAnswer(envelope, { label, ephemeral, nonce }, verify);
      if (bench !== null) found.set(toHex(bench.fp), bench);
    });
    const key = encodeBase64url(ephemeral.publicKey);
    const question = encodeQuestion(label, ephemeral.publicKey, nonce);
    const end = (): void => {
      cancel();
      cancelAgain();
      stopListening();
      ephemeral.secretKey.fill(0);
      this.#underWay.delete(key);
    };
    const cancel = clock.after(WHO_MS, () => {
      end();
      asker.say(encodeParkControl({ t: "whois", label, found: [...found.values()] }));
    });
    // A server that comes back is there before its routes are: what is asked in that moment reaches nobody [W2].
    const cancelAgain = clock.after(ASK_AGAIN_AFTER_MS, () => {
      if (found.size === 0) bus.publish(WHO_SUBJECT, question);
    });
    this.#underWay.set(key, end);
    bus.publish(WHO_SUBJECT, question);
  }

  /** Somebody asks. The caller has counted it [Q2]. */
  onQuestion(bytes: Bytes): void {
    const { bus, clock, label } = this.#options;
    const question = parseQuestion(bytes);
    if (question === null || !asksFor(question, label)) return;
    if (this.#underWay.has(encodeBase64url(question.ephemeralPublicKey))) return;
    if (!this.#answerRate.take(1, clock.nowMs())) return;
    const ephemeral = boxKeyPair(clock.randomBytes(32));
    const answer = sealWhoAnswer(question, this.#options, ephemeral, clock.randomBytes(24));
    ephemeral.secretKey.fill(0);
    if (answer !== null) bus.publish(answerSubject(question.ephemeralPublicKey), answer);
  }

  stop(): void {
    for (const end of [...this.#underWay.values()]) end();
  }
}
