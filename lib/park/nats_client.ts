// NATS's own client over a line of ours: it speaks the protocol and shows credentials, and does nothing else. It never
// dials, never comes back by itself and never keeps anything for later; nats_bus.ts does the first two, nobody the third.
// The one door to the package.

import {
  type Authenticator,
  type ConnectionOptions,
  errors,
  jwtAuthenticator,
  type NatsConnection,
  NatsConnectionImpl,
  nkeyAuthenticator,
  setTransportFactory,
  tokenAuthenticator,
  type Transport,
  usernamePasswordAuthenticator,
} from "@nats-io/nats-core/internal";
import { utf8 } from "../wire/mod.ts";
import type { NatsLogin } from "./nats_addresses.ts";
import type { Line } from "./nats_line.ts";
import type { NatsCreds } from "./nats_secrets.ts";

/** A connection that was let in. */
export type NatsClient = NatsConnection;

/** What a bench can show to be let in; whatever is there is shown. */
export interface NatsCredentials {
  readonly login: NatsLogin | null;
  readonly creds: NatsCreds | null;
  readonly nkeySeed: string | null;
}

/** Three unanswered and the connection is dead: within 24 s, below the 30 s after which a link counts as down. */
const PING_EVERY_MS = 8_000;
const MOST_PINGS_OUT = 2;

/** What nats-core hands through to the transport untouched. */
interface LineOptions extends ConnectionOptions {
  readonly line?: Line;
}

/**
 * Logs in over `line`; rejects when that is not done within `timeoutMs`, with an error that `isNotLetIn` can tell.
 * The line is cut when it rejects.
 */
export async function logIn(
  line: Line,
  credentials: NatsCredentials,
  timeoutMs: number,
): Promise<NatsClient> {
  // Of the whole process, and the same for every bus in it: which line it is stands in the options.
  setTransportFactory({ factory: () => new LineTransport() });
  const options: LineOptions = {
    line,
    authenticator: authenticatorsOf(credentials),
    reconnect: false,
    // An operator names the servers that the bench talks to. What a server says of others' addresses is not dialled.
    ignoreClusterUpdates: true,
    resolve: false,
    timeout: timeoutMs,
    pingInterval: PING_EVERY_MS,
    maxPingOut: MOST_PINGS_OUT,
  };
  try {
    return await NatsConnectionImpl.connect(options);
  } catch (error) {
    line.cut();
    throw error;
  }
}

/** Whether an error of `logIn` or of a connection's end means that the server does not want this bench. */
export function isNotLetIn(error: unknown): boolean {
  return error instanceof errors.AuthorizationError ||
    error instanceof errors.UserAuthenticationExpiredError ||
    error instanceof errors.PermissionViolationError;
}

/** Whether a server said that this is a port for servers, where it had not given itself away before. */
export function isWrongPort(error: unknown): boolean {
  return error instanceof errors.ProtocolError &&
    /attempted to connect to .* port/i.test(error.message);
}

function authenticatorsOf({ login, creds, nkeySeed }: NatsCredentials): Authenticator[] {
  const all: Authenticator[] = [];
  if (login?.tag === "password") {
    all.push(usernamePasswordAuthenticator(login.user, login.password));
  }
  if (login?.tag === "token") all.push(tokenAuthenticator(login.token));
  if (creds !== null) all.push(jwtAuthenticator(creds.jwt, utf8(creds.seed)));
  if (nkeySeed !== null) all.push(nkeyAuthenticator(utf8(nkeySeed)));
  return all;
}

/** A line as nats-core wants it. However nats-core would end it, it ends at once. */
class LineTransport implements Transport {
  readonly lang = "deno";
  readonly version = "1";
  closeError?: Error;
  readonly #closed = Promise.withResolvers<void | Error>();
  #line: Line | null = null;
  #isClosed = false;

  get isClosed(): boolean {
    return this.#isClosed;
  }

  connect(_server: unknown, options: ConnectionOptions): Promise<void> {
    this.#line = (options as LineOptions).line ?? null;
    return this.#line === null ? Promise.reject(new TypeError("no line")) : Promise.resolve();
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    const pieces = this.#line!.pieces();
    const iterator: AsyncIterableIterator<Uint8Array> = {
      [Symbol.asyncIterator]: () => iterator,
      next: async () => {
        const result = await pieces.next();
        if (result.done === true) this.#end();
        return result;
      },
      // nats-core calls this when it could not read what came, and would print that next: it never gets there.
      return: () => {
        this.#end();
        return new Promise(() => {});
      },
    };
    return iterator;
  }

  isEncrypted(): boolean {
    return this.#line?.isEncrypted ?? false;
  }

  send(frame: Uint8Array): void {
    this.#line?.write(frame);
  }

  close(error?: Error): Promise<void> {
    this.closeError ??= error;
    this.#end();
    return Promise.resolve();
  }

  disconnect(): void {
    this.#end();
  }

  discard(): void {
    this.#end();
  }

  closed(): Promise<void | Error> {
    return this.#closed.promise;
  }

  #end(): void {
    this.#isClosed = true;
    this.#line?.cut();
    this.#closed.resolve(this.closeError);
  }
}
