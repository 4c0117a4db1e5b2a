// Dialling a NATS server: TCP, TLS or WebSocket, up to what the server says first. That is read here because it tells a
// port for clients from one for servers. Every step ends at once when `signal` is raised, and leaves no socket behind.
// Never prints, never retries.

import { utf8 } from "../wire/mod.ts";
import { type NatsAddress, showNatsAddress } from "./nats_addresses.ts";
import { closeNow, piecesOf, type Pipe, TcpPipe } from "./nats_pipe.ts";
import { isAboutCertificate, openTlsPipe } from "./nats_tls.ts";
import { openWebSocketPipe } from "./nats_web_socket.ts";

/** Why no connection came to be. */
export type LineFault =
  /** Nobody there, or nobody who speaks NATS. */
  | "unreachable"
  /** It took the connection and said nothing until the end. */
  | "mute"
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
  /** PEM of the one authority to trust; asks for TLS on `nats` addresses too. */
  readonly ca: string | null;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

/** The longest INFO; a server in a cluster of hundreds says less than 64 KiB. */
const MAX_INFO_BYTES = 256 * 1024;

/**
 * More than this without one message that was asked for, and the line is cut: the parser gathers a line without an end for
 * ever, slowly. NATS advises against messages of more than 8 MiB.
 */
const MAX_UNEXPLAINED_BYTES = 8 * 1024 * 1024;

/** Dials and reads the server's INFO, which comes again as the first of the pieces. Rejects with `LineError`. */
export async function openLine(address: NatsAddress, options: DialOptions): Promise<Line> {
  try {
    const isWeb = address.scheme === "ws" || address.scheme === "wss";
    return await (isWeb ? openWebLine(address, options) : openTcpLine(address, options));
  } catch (cause) {
    if (cause instanceof LineError) throw cause;
    throw new LineError(isAboutCertificate(cause) ? "untrusted" : "unreachable", { cause });
  }
}

async function openWebLine(address: NatsAddress, { ca, signal }: DialOptions): Promise<Line> {
  const url = `${address.scheme}://${showNatsAddress(address)}/`;
  const pipe = await openWebSocketPipe(url, ca, signal);
  const pieces = pipe.pieces();
  return await cutWhenItFails(() => pipe.cut(), signal, async () => {
    const { first } = await readInfo(pieces);
    return lineOf(pipe, first, pieces, address.scheme === "wss");
  });
}

async function openTcpLine(address: NatsAddress, { ca, signal }: DialOptions): Promise<Line> {
  const connection = await Deno.connect({ hostname: address.host, port: address.port, signal });
  return await cutWhenItFails(() => closeNow(connection), signal, async () => {
    connection.setNoDelay();
    const { info, first, isAlone } = await readInfo(piecesOf(connection));
    if (!info.isForClients) throw new LineError("not-for-clients");
    const isTlsWanted = address.scheme === "tls" || ca !== null;
    if (!info.hasTls) {
      if (isTlsWanted) throw new LineError("no-tls");
      const pipe = new TcpPipe(connection);
      return lineOf(pipe, first, pipe.pieces(), false);
    }
    // What somebody on the way put behind it in the clear must not count as said under TLS.
    if (!isAlone) throw new LineError("unreachable");
    const pipe = await openTlsPipe(connection, address.host, ca, signal);
    return lineOf(pipe, first, pipe.pieces(), true);
  });
}

/** Runs `open`; cuts when it rejects, and as soon as `signal` is raised meanwhile. */
async function cutWhenItFails(
  cut: () => void,
  signal: AbortSignal,
  open: () => Promise<Line>,
): Promise<Line> {
  signal.addEventListener("abort", cut);
  try {
    if (signal.aborted) cut();
    return await open();
  } catch (error) {
    cut();
    throw error;
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
): Promise<{ readonly info: Info; readonly first: Uint8Array; readonly isAlone: boolean }> {
  let text = "";
  const decoder = new TextDecoder();
  while (!text.includes("\n")) {
    const { done, value } = await pieces.next();
    if (done === true && text === "") throw new LineError("mute");
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
    first: utf8(text),
    isAlone: text.endsWith("\n") && text.indexOf("\n") === text.length - 1,
  };
}
