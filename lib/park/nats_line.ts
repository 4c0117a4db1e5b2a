// Dialling a NATS server: TCP, TLS or WebSocket, up to what the server says first. That is read here because it tells a
// port for clients from one for servers. Every step ends at once when `signal` is raised, and leaves no socket behind.
// Never prints, never retries.

import { type NatsAddress, showNatsAddress } from "./nats_addresses.ts";
import { type Pipe, TcpPipe } from "./nats_pipe.ts";
import { openWebSocketPipe } from "./nats_web_socket.ts";

/** Why no connection came to be. */
export type LineFault =
  /** Nobody there, or nobody who speaks NATS. */
  | "unreachable"
  /** A port where NATS servers meet each other. */
  | "not-for-clients"
  /** TLS was asked for and is not offered. */
  | "no-tls"
  /** Its certificate is not one that this bench trusts for that name. */
  | "untrusted";

/** No connection came to be; the message is the fault alone. */
export class LineError extends Error {
  readonly fault: LineFault;

  constructor(fault: LineFault, options?: ErrorOptions) {
    super(fault, options);
    this.fault = fault;
  }
}

/** A pipe to a server that has said who it is. */
export interface Line extends Pipe {
  readonly isEncrypted: boolean;
  /** Something that was asked for arrived whole: what came until now was not without sense. */
  explain(): void;
}

/** How to dial. */
export interface DialOptions {
  /** PEM of an authority to trust beside those that Deno trusts; asks for TLS on `nats` addresses too. */
  readonly ca: string | null;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

/** The longest INFO; a server in a cluster of hundreds says less than 64 KiB. */
const MAX_INFO_BYTES = 256 * 1024;

/**
 * More than this without one message that was asked for, and the line is cut: the parser gathers whatever length a server
 * claims. 64 MiB is the longest that NATS itself can be set to send.
 */
const MAX_UNEXPLAINED_BYTES = 64 * 1024 * 1024;

/** Dials and reads the server's INFO, which comes again as the first of the pieces. Rejects with `LineError`. */
export async function openLine(address: NatsAddress, { ca, signal }: DialOptions): Promise<Line> {
  const isWeb = address.scheme === "ws" || address.scheme === "wss";
  const opened: Pipe[] = [];
  const cut = () => opened.at(-1)?.cut();
  signal.addEventListener("abort", cut);
  try {
    let pipe: Pipe;
    if (isWeb) {
      pipe = await openWebSocketPipe(
        `${address.scheme}://${showNatsAddress(address)}/`,
        ca,
        signal,
      );
    } else {
      pipe = new TcpPipe(
        await Deno.connect({ hostname: address.host, port: address.port, signal }),
      );
    }
    opened.push(pipe);
    const pieces = pipe.pieces();
    const { info, first } = await readInfo(pieces);
    if (!info.isForClients) throw new LineError("not-for-clients");
    if (isWeb) return lineOf(pipe, first, pieces, address.scheme === "wss");
    const isTlsWanted = address.scheme === "tls" || ca !== null;
    if (!isTlsWanted && !info.hasTls) return lineOf(pipe, first, pieces, false);
    if (!info.hasTls) throw new LineError("no-tls");
    const secured = await secure(pipe as TcpPipe, address.host, ca, (early) => opened.push(early));
    return lineOf(secured, first, secured.pieces(), true);
  } catch (cause) {
    cut();
    throw cause instanceof LineError ? cause : new LineError("unreachable", { cause });
  } finally {
    signal.removeEventListener("abort", cut);
  }
}

interface Info {
  readonly isForClients: boolean;
  readonly hasTls: boolean;
}

function lineOf(
  pipe: Pipe,
  first: Uint8Array,
  rest: AsyncIterableIterator<Uint8Array>,
  isEncrypted: boolean,
): Line {
  let unexplainedBytes = 0;
  return {
    isEncrypted,
    explain: () => {
      unexplainedBytes = 0;
    },
    get waitingBytes() {
      return pipe.waitingBytes;
    },
    write: (bytes) => pipe.write(bytes),
    cut: () => pipe.cut(),
    async *pieces() {
      yield first;
      for await (const piece of rest) {
        unexplainedBytes += piece.length;
        if (unexplainedBytes > MAX_UNEXPLAINED_BYTES) return pipe.cut();
        yield piece;
      }
    },
  };
}

async function readInfo(
  pieces: AsyncIterator<Uint8Array>,
): Promise<{ readonly info: Info; readonly first: Uint8Array }> {
  let text = "";
  const decoder = new TextDecoder();
  while (!text.includes("\n")) {
    const { done, value } = await pieces.next();
    if (done === true || text.length > MAX_INFO_BYTES) throw new LineError("unreachable");
    text += decoder.decode(value, { stream: true });
  }
  const json = /^INFO\s+(\{.*\})\s*\r?\n/.exec(text)?.[1];
  if (json === undefined) throw new LineError("unreachable");
  const fields = JSON.parse(json) as Readonly<Record<string, unknown>>;
  return {
    info: {
      // Clients are numbered; other servers are not, except at the port for leaf nodes, which says that it is one.
      isForClients: typeof fields.client_id === "number" && fields.info_on_connect === undefined,
      hasTls: fields.tls_required === true || fields.tls_available === true,
    },
    first: new TextEncoder().encode(text),
  };
}

async function secure(
  pipe: TcpPipe,
  hostname: string,
  ca: string | null,
  onEarly: (pipe: TcpPipe) => void,
): Promise<TcpPipe> {
  const connection = await Deno.startTls(pipe.connection as Deno.TcpConn, {
    hostname,
    caCerts: ca === null ? [] : [ca],
  });
  const secured = new TcpPipe(connection);
  onEarly(secured);
  try {
    await connection.handshake();
  } catch (cause) {
    const isCertificate = cause instanceof Error && /certificate/i.test(cause.message);
    throw new LineError(isCertificate ? "untrusted" : "unreachable", { cause });
  }
  return secured;
}
