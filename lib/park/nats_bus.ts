// The park's bus over NATS. Dials one server after the other for ever, one connection at a time, each with nothing of the one
// before: what was published while there was none is gone, what is subscribed to is asked for anew. Whoever answers is
// treated as hostile: every wait and every buffer has a bound. Says what an operator has to mend, once, without credentials.

import { assertNever, type Bytes, MIN_BUS_PAYLOAD_BYTES } from "../wire/mod.ts";
import type { Bus, BusRefusal, BusStatus, Stop } from "./bus.ts";
import { checkBusBytes, checkBusSubject } from "./bus_calls.ts";
import { NATS_CLIENT_PORT, type NatsAddress, showNatsAddress } from "./nats_addresses.ts";
import { dial, DialError, type DialFault, type Dialled, isNotLetIn } from "./nats_client.ts";
import { type NatsCreds, parseNatsCreds } from "./nats_secrets.ts";
import type { NatsAccess } from "./nats_settings.ts";

/** Where a bus says what an operator has to know. */
export interface NatsVoice {
  /** One line, for people. */
  readonly say: (line: string) => void;
}

/** Dialling, TLS and the server's first words; and again the login. */
const DIAL_MS = 5_000;

/** Between two rounds through all addresses, with jitter, so that benches do not come back all at once. */
const LEAST_PAUSE_MS = 500;
const MOST_PAUSE_MS = 5_000;

/** A server that refused is not asked more often; it logs every attempt. */
const REFUSED_PAUSE_MS = 10_000;

/** Published and not yet taken by the system: a picture in boxes. Beyond it the server does not read, and bytes are lost. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/** What was published just before a close has so long to reach the server. A bench that stops has 1 s for all its goodbyes. */
const LAST_WORDS_MS = 200;

/** How an attempt or a connection ended. */
type Fault = DialFault | BusRefusal | "ended";

interface Subscription {
  readonly subject: string;
  readonly onMessage: (bytes: Bytes) => void;
  /** At the connection that stands now. */
  leave: Stop;
}

/** Opens a bus that is away until a server answers; resolves at once. */
export function openNatsBus(access: NatsAccess, voice: NatsVoice): Bus {
  return new NatsBus(access, voice);
}

class NatsBus implements Bus {
  readonly #access: NatsAccess;
  readonly #creds: NatsCreds | null;
  readonly #voice: NatsVoice;
  readonly #addresses: NatsAddress[];
  readonly #subscriptions = new Set<Subscription>();
  /** Raised when the connection has to go. */
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  /** How the newest attempt at each address ended. */
  readonly #faults = new Map<number, Fault>();
  /** Addresses that let the bench in at least once. */
  readonly #proven = new Set<number>();
  /** The ports that were named where nothing was said; tried in turn with the client port. */
  readonly #mutePorts = new Map<number, number>();
  readonly #said = new Set<string>();
  #status: BusStatus = { tag: "away" };
  #connection: Dialled | null = null;
  #closing: Promise<void> | null = null;
  #onStatus: (status: BusStatus) => void = () => {};

  constructor(access: NatsAccess, voice: NatsVoice) {
    this.#access = access;
    this.#creds = access.creds === null ? null : parseNatsCreds(access.creds);
    this.#voice = voice;
    this.#addresses = [...access.addresses];
    this.#running = this.#run();
  }

  get status(): BusStatus {
    return this.#status;
  }

  onStatus(run: (status: BusStatus) => void): void {
    this.#onStatus = run;
  }

  publish(subject: string, bytes: Uint8Array): boolean {
    checkBusSubject(subject);
    checkBusBytes(bytes);
    if (this.#status.tag !== "up" || this.#connection === null) return false;
    const { client, waitingBytes, cut } = this.#connection;
    if (client.isClosed() || waitingBytes() + bytes.length > MAX_WAITING_BYTES) return false;
    try {
      client.publish(subject, bytes);
      return true;
    } catch {
      // A server may lower its bound while it runs. The next connection tells.
      cut();
      return false;
    }
  }

  subscribe(subject: string, onMessage: (bytes: Bytes) => void): Stop {
    checkBusSubject(subject);
    if (this.#closing !== null) return () => {};
    const subscription: Subscription = { subject, onMessage, leave: () => {} };
    this.#subscriptions.add(subscription);
    if (this.#connection !== null) this.#join(subscription, this.#connection);
    return () => {
      if (this.#subscriptions.delete(subscription)) subscription.leave();
    };
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    const isUp = this.#status.tag === "up";
    this.#subscriptions.clear();
    this.#onStatus = () => {};
    this.#status = { tag: "away" };
    // The package sends what is published in a microtask, and a cut throws away what the system has not sent: without a
    // wait the last word of a bench that stops reaches nobody.
    if (isUp && this.#connection !== null) await lastWords(this.#connection.client);
    this.#ending.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    let failedAttempts = 0;
    for (let at = 0; !signal.aborted; at = (at + 1) % this.#addresses.length) {
      const fault = await this.#attempt(at);
      if (this.#closing !== null) return;
      this.#note(at, fault);
      failedAttempts = fault === "ended" ? 0 : failedAttempts + 1;
      await pause(this.#pauseMs(fault, failedAttempts), signal);
    }
  }

  /** One address, from dialling to the end of the connection. Never rejects. */
  async #attempt(at: number): Promise<Fault> {
    let dialled: Dialled | null = null;
    const cut = () => dialled?.cut();
    this.#ending.signal.addEventListener("abort", cut);
    try {
      dialled = await dial(this.#addresses[at]!, {
        creds: this.#creds,
        nkeySeed: this.#access.nkey,
        ca: this.#access.ca,
        timeoutMs: DIAL_MS,
        signal: this.#ending.signal,
      });
      return await this.#stay(dialled, at);
    } catch (error) {
      if (error instanceof DialError) return error.fault;
      return isNotLetIn(error) ? "not-let-in" : "unreachable";
    } finally {
      this.#ending.signal.removeEventListener("abort", cut);
      this.#connection = null;
      cut();
    }
  }

  /** Stays until the connection ends; rejects when it ends before it is of use. */
  async #stay(dialled: Dialled, at: number): Promise<Fault> {
    const { client, cut } = dialled;
    let refusal: unknown;
    const watching = this.#watch(client, (error) => {
      refusal = error;
      cut();
    }, cut);
    try {
      if ((client.info?.max_payload ?? 0) < MIN_BUS_PAYLOAD_BYTES) return "payload-too-small";
      this.#connection = dialled;
      for (const subscription of this.#subscriptions) this.#join(subscription, dialled);
      const over = client.closed();
      // Answered after all that was asked for before: up means that what others publish now arrives. The answer is
      // never given up by itself when the connection ends.
      await Promise.race([client.flush(), over]);
      if (!client.isClosed()) {
        this.#proven.add(at);
        this.#become({ tag: "up" });
      }
      const error = await over ?? refusal;
      return isNotLetIn(error) ? "not-let-in" : "ended";
    } catch (error) {
      throw refusal ?? error;
    } finally {
      // Before anything is said or waited for: from here on nothing can be published.
      this.#connection = null;
      await client.close();
      await watching;
    }
  }

  /** Hears of what the server holds against the bench while it is in. */
  async #watch(
    client: Dialled["client"],
    onRefusal: (error: unknown) => void,
    onStale: () => void,
  ): Promise<void> {
    for await (const status of client.status()) {
      if (status.type === "error" && isNotLetIn(status.error)) onRefusal(status.error);
      // Said after two pings without an answer. The package would wait for the system to take what was written first.
      if (status.type === "staleConnection") onStale();
    }
  }

  #join(subscription: Subscription, { client, explain }: Dialled): void {
    if (client.isClosed()) return;
    const { subject, onMessage } = subscription;
    const joined = client.subscribe(subject, {
      callback: (error, message) => {
        if (error !== null || !this.#subscriptions.has(subscription)) return;
        explain();
        try {
          // A copy: a small message must not keep the large piece that it came in.
          onMessage(new Uint8Array(message.data));
        } catch {
          this.#sayOnce("fault", "A message from the park failed inside the bench.");
        }
      },
    });
    subscription.leave = () => joined.unsubscribe();
  }

  #note(at: number, fault: Fault): void {
    const address = this.#addresses[at]!;
    const isUnknown = !this.#proven.has(at);
    // Of a server that was joined before, silence means that it stands still.
    const line = fault === "mute" && !isUnknown ? null : wordsFor(fault, address);
    if (line !== null) this.#sayOnce(`${at} ${fault}`, line);
    if (fault === "not-for-clients") this.#addresses[at] = { ...address, port: NATS_CLIENT_PORT };
    if (isUnknown) this.#tryOtherPort(at, fault);
    this.#faults.set(at, fault);
    // One server that answers and refuses is worth more to know than others that are away.
    const refusal = [...this.#faults.values()].find((each): each is BusRefusal =>
      each === "not-let-in" || each === "payload-too-small"
    );
    this.#become(refusal === undefined ? { tag: "away" } : { tag: "refused", why: refusal });
  }

  /** Where servers meet each other over TLS nothing is said to a bench, and a server that stands still is as silent. */
  #tryOtherPort(at: number, fault: Fault): void {
    const address = this.#addresses[at]!;
    if (fault === "mute" && !this.#mutePorts.has(at) && mayBeRoutePort(address)) {
      this.#mutePorts.set(at, address.port);
    }
    const port = this.#mutePorts.get(at);
    if (port === undefined) return;
    const isOther = address.port === NATS_CLIENT_PORT;
    this.#addresses[at] = { ...address, port: isOther ? port : NATS_CLIENT_PORT };
  }

  #become(status: BusStatus): void {
    if (status.tag === "up") this.#faults.clear();
    const { tag } = status;
    const why = tag === "refused" ? status.why : null;
    const oldWhy = this.#status.tag === "refused" ? this.#status.why : null;
    if (this.#closing !== null || (tag === this.#status.tag && why === oldWhy)) return;
    this.#status = status;
    this.#onStatus(status);
  }

  #pauseMs(fault: Fault, failedAttempts: number): number {
    const count = this.#addresses.length;
    const rounds = Math.floor(Math.max(0, failedAttempts - 1) / count);
    const roundMs = fault === "not-let-in" || fault === "payload-too-small"
      ? REFUSED_PAUSE_MS
      : Math.min(MOST_PAUSE_MS, LEAST_PAUSE_MS * 2 ** Math.min(rounds, 16));
    return roundMs / count * (0.75 + Math.random() / 2);
  }

  #sayOnce(key: string, line: string): void {
    if (this.#said.has(key)) return;
    this.#said.add(key);
    this.#voice.say(line);
  }
}

function mayBeRoutePort({ scheme, port }: NatsAddress): boolean {
  return (scheme === "nats" || scheme === "tls") && port !== NATS_CLIENT_PORT;
}

/** What an operator can mend, or `null` where waiting is all there is to do. */
function wordsFor(fault: Fault, address: NatsAddress): string | null {
  const where = `The NATS server at ${showNatsAddress(address)}`;
  const other = showNatsAddress({ ...address, port: NATS_CLIENT_PORT });
  switch (fault) {
    case "ended":
    case "unreachable":
      return null;
    case "mute":
      return mayBeRoutePort(address)
        ? `${where} says nothing, as where servers meet each other over TLS; ${other} is tried as well.`
        : null;
    case "not-for-clients": {
      const what = `${where} takes other servers there, not benches`;
      return address.port === NATS_CLIENT_PORT ? `${what}.` : `${what}; ${other} is tried instead.`;
    }
    case "no-tls":
      return `${where} does not offer TLS, which NATS_PEERS or NATS_CA asks for.`;
    case "untrusted":
      return `${where} shows a certificate that this bench does not trust; NATS_CA takes its authority's.`;
    case "not-let-in":
      return `${where} does not let this bench in, or not to the subjects below bt1.`;
    case "payload-too-small":
      return `${where} takes too little in one message: max_payload must be at least ${MIN_BUS_PAYLOAD_BYTES}.`;
    default:
      return assertNever(fault);
  }
}

/** Waits until the server has all that was published, or will not have it any more. Never rejects. */
async function lastWords(client: Dialled["client"]): Promise<void> {
  const { promise: isLate, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, LAST_WORDS_MS);
  try {
    // The answer is never given up by itself when the connection ends.
    await Promise.race([client.flush(), client.closed(), isLate]);
  } catch {
    // It ended before it was asked.
  } finally {
    clearTimeout(timer);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
