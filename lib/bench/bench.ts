// One running bench: its settings, its identity, its relay. Everything that a route needs goes through it.
// It keeps nothing on disk and opens no listener; serve.ts does that.

import { fullBenchId, newBenchIdentity } from "../park/mod.ts";
import {
  type Accept,
  asksForSocket,
  checkOrigin,
  offersSubprotocol,
  Relay,
  systemClock,
  upgradeNative,
  verifyWithNode,
} from "../relay/mod.ts";
import { CLOSE, encodeBase64url } from "../wire/mod.ts";
import manifest from "../../deno.json" with { type: "json" };
import type { Config } from "./config.ts";
import { newLabel } from "./label.ts";
import { complain } from "./say.ts";

const SEED_BYTES = 32;
const INSTANCE_BYTES = 16;

/** What `/health` answers. */
export interface Health {
  readonly status: "ok";
  readonly version: string;
  readonly uptime_seconds: number;
  readonly federation: "standalone";
}

/** A bench from its start to its `stop`. */
export class Bench {
  readonly config: Config;
  readonly label: string;
  /** The label with the fingerprint that proves it. */
  readonly fullId: string;
  readonly #relay: Relay;
  readonly #startedAtMs = performance.now();
  #openSockets = 0;

  constructor(config: Config) {
    this.config = config;
    this.label = config.label ?? newLabel();
    const identity = newBenchIdentity(crypto.getRandomValues(new Uint8Array(SEED_BYTES)));
    this.fullId = fullBenchId(this.label, identity.fingerprint);
    this.#relay = new Relay({
      card: {
        label: this.label,
        fp: identity.fingerprint,
        signPublicKey: identity.sign.publicKey,
        boxPublicKey: identity.box.publicKey,
        instance: encodeBase64url(crypto.getRandomValues(new Uint8Array(INSTANCE_BYTES))),
        maxFileBytes: config.maxFileBytes,
        park: false,
      },
      verify: verifyWithNode,
      clock: systemClock,
    });
  }

  /** How many sockets are open; nothing about any of them. */
  openSockets(): number {
    return this.#openSockets;
  }

  /** Totals, which tell no room from another. */
  counts(): ReturnType<Relay["counts"]> {
    return this.#relay.counts();
  }

  health(): Health {
    return {
      status: "ok",
      version: manifest.version,
      uptime_seconds: Math.floor((performance.now() - this.#startedAtMs) / 1000),
      federation: "standalone",
    };
  }

  /** Answers a request for `/ws`: the origin is looked at before anything else [C1]. Never throws. */
  handleUpgrade(request: Request): Response {
    const origin = checkOrigin({
      origin: request.headers.get("origin"),
      host: request.headers.get("host"),
      publicOrigin: this.config.publicOrigin,
    });
    if (origin === null) {
      return refusal(403, "This address takes connections from this bench's own pages only.");
    }
    if (!asksForSocket(request)) {
      return refusal(426, "This address speaks WebSocket.", { upgrade: "websocket" });
    }
    if (!offersSubprotocol(request)) return refusal(400, "The subprotocol is bt1.");
    try {
      const onFault = () => complain("A connection failed inside the bench.");
      return upgradeNative(request, origin, this.#accept, onFault);
    } catch {
      return refusal(400, "This is not a WebSocket handshake.");
    }
  }

  /** The relay's, counted: the relay forgets a socket as it says goodbye, and the goodbye still has to leave. */
  readonly #accept: Accept = (port, origin) => {
    const events = this.#relay.accept(port, origin);
    this.#openSockets++;
    return {
      ...events,
      onClose: () => {
        this.#openSockets--;
        events.onClose();
      },
    };
  };

  /** Closes every socket with 1001: tabs come back by themselves to whatever listens here next. */
  stop(): void {
    this.#relay.closeAll(CLOSE.shuttingDown);
  }
}

function refusal(status: number, words: string, headers: HeadersInit = {}): Response {
  return new Response(`${words}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  });
}
