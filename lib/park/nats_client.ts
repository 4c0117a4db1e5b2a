// NATS's own client and its own TCP and TLS, with an end to every wait: `@nats-io/transport-node`, and the one door to it. Two
// things are added to its transport, because whoever answers is a stranger: it can be cut at any moment, also while it dials
// (left alone, a server that says nothing keeps a socket of ours at every attempt), and it reads no line without an end.
// Over WebSocket it is the same transport on another wire: the package's own has no such bounds, and no place to add them.
// Never comes back by itself and never keeps anything for later: nats_bus.ts does the first, nobody the second.

import {
  type Authenticator,
  type ConnectionOptions,
  errors,
  jwtAuthenticator,
  type NatsConnection,
  NatsConnectionImpl,
  nkeyAuthenticator,
  type ServerInfo,
  setTransportFactory,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from "@nats-io/transport-node";
import { NodeTransport } from "@nats-io/transport-node/lib/node_transport.js";
import { utf8 } from "../wire/mod.ts";
import { type NatsAddress, showNatsAddress } from "./nats_addresses.ts";
import type { NatsCreds } from "./nats_secrets.ts";
import type { WebWire } from "./web_wire.ts";

/** A connection that was let in. */
export type NatsClient = NatsConnection;

/** Why no connection came to be, or why it ended. */
export type DialFault =
  /** Nobody there, or nobody who speaks NATS. */
  | "unreachable"
  /** It took the connection and said nothing until the end. */
  | "mute"
  /** A port where NATS servers meet each other. */
  | "not-for-clients"
  /** TLS was asked for and is not offered. */
  | "no-tls"
  /** Its certificate is not one that this bench trusts for that name. */
  | "untrusted"
  /** It does not want this bench. */
  | "not-let-in";

/** No connection came to be; the message is the fault alone. */
export class DialError extends Error {
  readonly fault: DialFault;

  constructor(fault: DialFault, options?: ErrorOptions) {
    super(fault, options);
    this.fault = fault;
  }
}

/** What a bench can show to be let in, and whom it trusts. */
export interface DialOptions {
  readonly creds: NatsCreds | null;
  readonly nkeySeed: string | null;
  /** PEM of an authority to trust; asks for TLS on `nats` addresses too. */
  readonly ca: string | null;
  readonly timeoutMs: number;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

/** A connection, and the wire below it. */
export interface Dialled {
  readonly client: NatsClient;
  /** Published and not yet taken by the system, in bytes. */
  waitingBytes(): number;
  /** Something that was asked for arrived whole: what came until now was not without sense. */
  explain(): void;
  /** Ends it at once, whatever stands in the way. */
  cut(): void;
}

/** Three unanswered and the connection is dead: within 24 s, below the 30 s after which a link counts as down. */
const PING_EVERY_MS = 8_000;
const MOST_PINGS_OUT = 2;

/** The longest INFO; a server in a cluster of hundreds says less than 64 KiB. */
const MAX_INFO_BYTES = 256 * 1024;

/** What each piece of it counts for at least: the package puts all pieces together anew whenever one comes. */
const LEAST_INFO_PIECE_BYTES = 1024;

/** More than this without one message that was asked for, and it is cut: the parser gathers a line without an end for ever. */
const MAX_UNEXPLAINED_BYTES = 8 * 1024 * 1024;

/** Whether an error of a connection means that the server does not want this bench. */
export function isNotLetIn(error: unknown): boolean {
  return error instanceof errors.AuthorizationError ||
    error instanceof errors.UserAuthenticationExpiredError ||
    error instanceof errors.PermissionViolationError;
}

function connectionOptions(address: NatsAddress, options: DialOptions): ConnectionOptions {
  return {
    authenticator: authenticatorsOf(address, options),
    reconnect: false,
    // An operator names the servers that the bench talks to. What a server says of others' addresses is not dialled.
    ignoreClusterUpdates: true,
    timeout: options.timeoutMs,
    pingInterval: PING_EVERY_MS,
    maxPingOut: MOST_PINGS_OUT,
  };
}

/** Dials one server and logs in. Rejects with `DialError`; nothing is left open then. */
export async function dial(address: NatsAddress, options: DialOptions): Promise<Dialled> {
  const { host, scheme } = address;
  const { ca, signal } = options;
  const isWeb = scheme === "ws" || scheme === "wss";
  // Over WebSocket, TLS is a matter of the wire below it.
  const needsTls = !isWeb && (scheme === "tls" || ca !== null);
  const transport = isWeb ? new WebTransport(address, ca) : new TcpTransport(needsTls);
  const cut = () => transport.cut();
  const connectionOfIt = () =>
    NatsConnectionImpl.connect({
      ...connectionOptions(address, options),
      servers: showNatsAddress(address),
      resolve: false,
      // Left out, TLS is spoken where the server offers it.
      ...(needsTls ? { tls: tlsOptions(host, ca) } : {}),
    } as ConnectionOptions);
  signal.addEventListener("abort", cut);
  try {
    const client = await unlessAborted(
      signal,
      inTurn((onBegun) => {
        transport.onBegun = onBegun;
        setTransportFactory({ factory: () => transport });
        return connectionOfIt();
      }),
    );
    return {
      client,
      waitingBytes: () => transport.waitingBytes,
      explain: () => transport.explain(),
      cut,
    };
  } catch (cause) {
    cut();
    throw cause instanceof DialError ? cause : new DialError(transport.faultOf(cause), { cause });
  } finally {
    signal.removeEventListener("abort", cut);
  }
}

/** The end of the row of those who connect. */
let row: Promise<void> = Promise.resolve();

/** Connects when nobody else is at the point where the package asks, for the whole process, which transport to take. */
async function inTurn(connect: (onBegun: () => void) => Promise<NatsClient>): Promise<NatsClient> {
  const before = row;
  const { promise, resolve } = Promise.withResolvers<void>();
  row = promise;
  await before;
  try {
    return await connect(resolve);
  } finally {
    resolve();
  }
}

/** A server's name may be sent, an address may not (RFC 6066, section 3); both are held against the certificate. */
function tlsOptions(host: string, ca: string | null): object {
  const isAddress = /^[0-9.]+$|:/.test(host);
  return { host, servername: isAddress ? "" : host, ...(ca === null ? {} : { ca }) };
}

/** What comes of `connecting`, unless `signal` is raised first: the package does not always end what was cut. */
async function unlessAborted(
  signal: AbortSignal,
  connecting: Promise<NatsClient>,
): Promise<NatsClient> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(new DialError("unreachable"));
  signal.addEventListener("abort", onAbort);
  try {
    if (signal.aborted) onAbort();
    return await Promise.race([connecting, aborted]);
  } catch (error) {
    connecting.then((client) => client.close(), () => undefined);
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function authenticatorsOf(
  { login }: NatsAddress,
  { creds, nkeySeed }: DialOptions,
): Authenticator[] {
  const all: Authenticator[] = [];
  if (login?.tag === "password") {
    all.push(usernamePasswordAuthenticator(login.user, login.password));
  }
  if (login?.tag === "token") all.push(tokenAuthenticator(login.token));
  if (creds !== null) all.push(jwtAuthenticator(creds.jwt, utf8(creds.seed)));
  if (nkeySeed !== null) all.push(nkeyAuthenticator(utf8(nkeySeed)));
  return all;
}

/** The package's own transport, with bounds. One connection. */
abstract class BoundTransport extends NodeTransport {
  /** Called when the package took this transport. */
  onBegun: () => void = () => undefined;
  #unexplainedBytes = 0;
  /** Whether the wire stood. */
  protected hasDialled = false;
  protected hasHeard = false;

  /** What an error of this connection means. */
  abstract faultOf(error: unknown): DialFault;

  /** Throws when a server with these first words is not one to talk to; returns what the package shall hold for them. */
  protected abstract judgeInfo(info: ServerInfo): ServerInfo;

  get waitingBytes(): number {
    return this.isClosed ? 0 : this.socket?.writableLength ?? 0;
  }

  explain(): void {
    this.#unexplainedBytes = 0;
  }

  cut(): void {
    // Seen by the package as soon as its dialling is through, if it still dials.
    this.done = true;
    this.socket?.destroy();
    // Whoever waits for the next piece waits no more.
    this.signal.resolve();
    this.closedNotification.resolve();
  }

  // The package would wait here for the system to take what was written, which a server that stands still never lets it.
  override close(error?: Error): Promise<void> {
    this.closeError ??= error;
    this.cut();
    return Promise.resolve();
  }

  override disconnect(): void {
    this.cut();
  }

  override discard(): void {
    this.cut();
  }

  override connect(...all: Parameters<NodeTransport["connect"]>): Promise<void> {
    this.onBegun();
    return this.isClosed ? Promise.reject(new DialError("unreachable")) : super.connect(...all);
  }

  /** The server's first words. */
  override async peekInfo(): Promise<ServerInfo> {
    this.hasDialled = true;
    let bytes = 0;
    this.socket.on("data", (piece: Uint8Array) => {
      this.hasHeard = true;
      bytes += Math.max(piece.length, LEAST_INFO_PIECE_BYTES);
      if (bytes > MAX_INFO_BYTES) this.cut();
    });
    const info: unknown = await super.peekInfo();
    if (typeof info !== "object" || info === null || Array.isArray(info)) {
      throw new DialError("unreachable");
    }
    return this.judgeInfo(info as ServerInfo);
  }

  override async *iterate(): AsyncIterableIterator<Uint8Array> {
    let isOver = false;
    try {
      for await (const piece of super.iterate()) {
        this.#unexplainedBytes += piece.length;
        if (this.#unexplainedBytes > MAX_UNEXPLAINED_BYTES) break;
        yield piece;
      }
      isOver = true;
    } finally {
      this.cut();
      // Left early: the package could not read what came, and would print that next. It never gets there.
      if (!isOver) await new Promise(() => undefined);
    }
  }
}

/** Over TCP, and over TLS where it is asked for or offered. */
class TcpTransport extends BoundTransport {
  readonly #needsTls: boolean;
  #fault: DialFault | null = null;

  constructor(needsTls: boolean) {
    super();
    this.#needsTls = needsTls;
  }

  override faultOf(error: unknown): DialFault {
    if (this.#fault !== null) return this.#fault;
    if (isNotLetIn(error)) return "not-let-in";
    if (isWrongPort(error)) return "not-for-clients";
    if (isAboutCertificate(error)) return "untrusted";
    return this.hasDialled && !this.hasHeard ? "mute" : "unreachable";
  }

  /** They tell a port for clients from one for servers. */
  protected override judgeInfo(info: ServerInfo): ServerInfo {
    const fields = info as unknown as Readonly<Record<string, unknown>>;
    // Clients are numbered; other servers are not, except at the port for leaf nodes, which says that it is one.
    if (typeof fields.client_id !== "number" || fields.info_on_connect !== undefined) {
      throw new DialError(this.#fault = "not-for-clients");
    }
    if (this.#needsTls && fields.tls_required !== true && fields.tls_available !== true) {
      throw new DialError(this.#fault = "no-tls");
    }
    return info;
  }
}

/** Over WebSocket. */
class WebTransport extends BoundTransport {
  readonly #url: string;
  readonly #ca: string | null;
  #wire: WebWire | null = null;

  constructor(address: NatsAddress, ca: string | null) {
    super();
    this.#url = `${address.scheme}://${showNatsAddress(address)}/`;
    this.#ca = ca;
  }

  override cut(): void {
    super.cut();
    this.#wire?.destroy();
  }

  override faultOf(error: unknown): DialFault {
    if (isAboutCertificate(this.#wire?.error)) return "untrusted";
    return isNotLetIn(error) ? "not-let-in" : "unreachable";
  }

  override async dial(): Promise<NodeTransport["socket"]> {
    // Only who reaches NATS over WebSocket loads what that takes, and needs the leave for it.
    const { WebWire } = await import("./web_wire.ts");
    if (this.isClosed) throw new DialError("unreachable");
    this.#wire = new WebWire(this.#url, this.#ca, MAX_INFO_BYTES);
    await this.#wire.opened;
    return this.#wire as unknown as NodeTransport["socket"];
  }

  /** Whatever it says of TLS is said of its port for TCP: here there is TLS already, or there is none. */
  protected override judgeInfo(info: ServerInfo): ServerInfo {
    return { ...info, tls_required: false, tls_available: false };
  }
}

/** A server that said so itself, where it had not given itself away before. */
function isWrongPort(error: unknown): boolean {
  return error instanceof errors.ProtocolError &&
    /attempted to connect to .* port/i.test(error.message);
}

/** OpenSSL's names for all the ways in which a certificate can be wrong, as node:tls passes them on. */
function isAboutCertificate(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    const code = (each as { readonly code?: unknown }).code;
    if (
      typeof code === "string" &&
      /CERT|SIGNATURE|CHAIN|CRL|INVALID_CA|ISSUER|PURPOSE/.test(code)
    ) return true;
  }
  return false;
}
