// One running bench: its settings, its identity, its relay. Everything that a route needs goes through it.
// It keeps nothing on disk and opens no listener; serve.ts does that.

import { clientAddress } from "../limits/mod.ts";
import { systemClock } from "../clock.ts";
import { type Bus, type BusRefusal, newBenchIdentity, Park, type ParkCounts } from "../park/mod.ts";
import {
  type Admission,
  asksForSocket,
  checkOrigin,
  offersSubprotocol,
  Relay,
  type RelayCounts,
  type SocketRequest,
  upgradeNative,
  verifyWithNode,
} from "../relay/mod.ts";
import {
  CLOSE,
  encodeBase64url,
  fullBenchId,
  LINK_FRAMES_SHARE,
  parseBenchUrl,
} from "../wire/mod.ts";
import manifest from "../../deno.json" with { type: "json" };
import type { Config } from "./config.ts";
import { newLabel } from "./label.ts";
import type { Totals } from "./metrics.ts";
import { complain, say } from "./say.ts";

const SEED_BYTES = 32;
const INSTANCE_BYTES = 16;

/** What a page is told to wait before it asks for a socket again. */
const RETRY_SECONDS = { 429: 2, 503: 10 } as const;
const REFUSED_WORDS = {
  429: "Too many new connections came from this network just now.",
  503: "This bench has as many connections as it takes.",
} as const;

/**
 * How a bench stands to the park: by itself; looking for it; meeting a bus that is of no use to it (its `max_payload` is too
 * small, or it asks for credentials); or in it.
 */
export type Federation = "standalone" | "away" | "refused" | "joined";

/** What `/health` answers. */
export interface Health {
  readonly status: "ok";
  readonly version: string;
  readonly uptime_seconds: number;
  readonly federation: Federation;
  /** Why a bus that answers is of no use; there only while `federation` is `refused`. */
  readonly federation_why?: BusRefusal;
}

/** A bench from its start to its `stop`. */
export class Bench {
  readonly config: Config;
  readonly label: string;
  /** The label with the fingerprint that proves it. */
  readonly fullId: string;
  readonly isPairingOn: boolean;
  /** Whether who accepts a pairing here must know OPERATOR_TOKEN. */
  readonly asksOperatorToken: boolean;
  /** Whether the id is the same after a restart. */
  readonly hasLastingId: boolean;
  readonly #relay: Relay;
  /** `null`: this bench is by itself. */
  readonly #park: Park | null;
  readonly #startedAtMs = performance.now();
  #openSockets = 0;
  #hasToldOfProxy = false;

  /** `bus` leads to the other benches, and is this bench's to close; `null`: it is by itself. */
  constructor(config: Config, bus: Bus | null = null) {
    this.config = config;
    this.label = config.label ?? newLabel();
    this.isPairingOn = config.isPairingOn && bus !== null;
    this.asksOperatorToken = config.operatorToken !== null;
    this.hasLastingId = config.benchSeed !== null;
    const identity = newBenchIdentity(
      config.benchSeed ?? crypto.getRandomValues(new Uint8Array(SEED_BYTES)),
    );
    this.fullId = fullBenchId(this.label, identity.fingerprint);
    this.#park = bus === null ? null : new Park({
      bus,
      identity,
      label: this.label,
      url: parseBenchUrl(config.publicOrigin),
      clock: systemClock,
      verify: verifyWithNode,
      isPairingOn: config.isPairingOn,
      operatorToken: config.operatorToken,
      linkRates: {
        framesPerSecond: LINK_FRAMES_SHARE * config.limits.maxFramesPerSecond,
        bytesPerSecond: config.limits.maxRoomBytesPerSecond,
      },
    });
    this.#relay = new Relay({
      card: {
        label: this.label,
        fp: identity.fingerprint,
        signPublicKey: identity.sign.publicKey,
        boxPublicKey: identity.box.publicKey,
        instance: encodeBase64url(crypto.getRandomValues(new Uint8Array(INSTANCE_BYTES))),
        maxFileBytes: config.maxFileBytes,
        framesPerSecond: config.limits.maxFramesPerSecond,
        park: this.isPairingOn,
      },
      limits: config.limits,
      verify: verifyWithNode,
      clock: systemClock,
      onFault: () => this.onFault(),
      park: this.#park,
    });
    this.#park?.begin(this.#relay.far);
  }

  /** How it stands to the park. */
  federation(): Federation {
    if (this.#park === null) return "standalone";
    const { tag } = this.#park.busStatus;
    return tag === "up" ? "joined" : tag;
  }

  /** What it holds of the park now; `null`: it is by itself. */
  parkCounts(): ParkCounts | null {
    return this.#park?.counts() ?? null;
  }

  /** How many sockets are open; nothing about any of them. */
  openSockets(): number {
    return this.#openSockets;
  }

  /** What it holds now: totals, which tell no room from another. */
  counts(): RelayCounts {
    return this.#relay.counts();
  }

  /** What it holds and has done, for `/metrics` [M14]. */
  totals(): Totals {
    const { tombstones: _, ...counts } = this.#relay.counts();
    const { framesIn, framesOut, bytesIn, bytesOut, joins, roomsOpened, pauses, closes, refusals } =
      this.#relay.totals;
    return {
      ...counts,
      framesIn,
      framesOut,
      bytesIn,
      bytesOut,
      joins,
      roomsOpened,
      pauses,
      closes,
      refusals,
      uptimeSeconds: this.#uptimeSeconds(),
      residentBytes: Deno.memoryUsage().rss,
    };
  }

  health(): Health {
    const status = this.#park?.busStatus;
    return {
      status: "ok",
      version: manifest.version,
      uptime_seconds: this.#uptimeSeconds(),
      federation: this.federation(),
      ...(status?.tag === "refused" ? { federation_why: status.why } : {}),
    };
  }

  /**
   * Whether this request may become a socket: the origin is looked at before anything else [C1], then whether it asks
   * rightly, then the limits [M4], of which a plain request is told but which it does not use up. Never throws.
   */
  readonly admit = (request: SocketRequest): Admission => {
    const { publicOrigin, trustedProxyHops } = this.config;
    const origin = checkOrigin({ ...request, publicOrigin });
    const isSocket = asksForSocket(request.upgrade);
    // A page's own question carries no Origin; it is told nothing but how full it is here.
    if (origin === null && (isSocket || request.origin !== null)) {
      return refusal(403, "This address takes connections from this bench's own pages only.");
    }
    const { address, isProxyForgotten } = clientAddress({ ...request, trustedProxyHops });
    if (isProxyForgotten) this.#tellOfProxy();
    if (!isSocket || origin === null) {
      const wouldBe = this.#relay.wouldRefuse(address);
      if (wouldBe !== null) return refused(wouldBe);
      return refusal(426, "This address speaks WebSocket.", { upgrade: "websocket" });
    }
    if (!offersSubprotocol(request.subprotocols)) return refusal(400, "The subprotocol is bt1.");
    const admitted = this.#relay.admit(address);
    if (admitted === 429 || admitted === 503) return refused(admitted);
    return {
      ok: true,
      accept: (port) => {
        const events = this.#relay.accept(port, origin, admitted.visitor);
        // The relay forgets a socket as it says goodbye, and the goodbye still has to leave.
        this.#openSockets++;
        return {
          ...events,
          onClose: () => {
            this.#openSockets--;
            events.onClose();
          },
        };
      },
    };
  };

  /** Answers a request for `/ws` that came through Fresh: upgrades it where Deno itself listens. Never throws. */
  handleUpgrade(request: Request, remote: Deno.Addr): Response {
    const { headers } = request;
    const admission = this.admit({
      origin: headers.get("origin"),
      host: headers.get("host"),
      upgrade: headers.get("upgrade"),
      subprotocols: headers.get("sec-websocket-protocol"),
      forwardedFor: headers.get("x-forwarded-for"),
      remoteAddress: "hostname" in remote ? remote.hostname : null,
    });
    if (!admission.ok) return answerOf(admission);
    try {
      return upgradeNative(request, admission.accept, () => this.onFault());
    } catch {
      return answerOf(refusal(400, "This is not a WebSocket handshake."));
    }
  }

  /** A mistake of ours met one socket: says so, and nothing about it. */
  onFault(): void {
    complain("A connection failed inside the bench.");
  }

  #uptimeSeconds(): number {
    return Math.floor((performance.now() - this.#startedAtMs) / 1000);
  }

  #tellOfProxy(): void {
    if (this.#hasToldOfProxy) return;
    this.#hasToldOfProxy = true;
    say(
      "A proxy stands in front of this bench. Set TRUST_PROXY=1, and limits for each address will hold again.",
    );
  }

  /**
   * Closes every socket with 1001: tabs come back by themselves to whatever listens here next. Other benches are told that this
   * one stops. Resolves when the bus let go.
   */
  async stop(): Promise<void> {
    // Before the rooms empty: else each would say that it is gone.
    const parted = this.#park?.stop();
    this.#relay.closeAll(CLOSE.shuttingDown);
    await parted;
  }
}

function refusal(
  status: number,
  words: string,
  headers: Readonly<Record<string, string>> = {},
): Admission & { readonly ok: false } {
  return { ok: false, status, words, headers };
}

function refused(status: 429 | 503): Admission & { readonly ok: false } {
  return refusal(status, REFUSED_WORDS[status], { "retry-after": `${RETRY_SECONDS[status]}` });
}

function answerOf({ status, words, headers }: Admission & { readonly ok: false }): Response {
  return new Response(`${words}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  });
}
