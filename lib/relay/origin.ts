// Which pages may open a room's socket: those that this bench served. Pure; looks at three texts and nothing else.
// Must run before any upgrade (the answer to `null` is 403). Rules: lib/wire/PROTOCOL.md section 3, [C1].

/** What a request said and what the bench was told; `publicOrigin` is `null` without PUBLIC_URL. */
export interface OriginCheck {
  readonly origin: string | null;
  readonly host: string | null;
  readonly publicOrigin: string | null;
}

const ORIGIN = /^(https?):\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$/;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: ":80", https: ":443" };

/**
 * The Origin, word for word, when it is the bench's own; otherwise `null`. Browsers write an origin in one way
 * (lower case, no default port), so anything else in that header is not a browser's. Behind a proxy that ends TLS
 * the scheme may be https while the bench itself hears http: the host decides.
 */
export function checkOrigin({ origin, host, publicOrigin }: OriginCheck): string | null {
  if (origin === null) return null;
  const parts = ORIGIN.exec(origin);
  if (parts === null || URL.parse(origin)?.origin !== origin) return null;
  if (publicOrigin !== null) return origin === publicOrigin ? origin : null;
  const [, scheme, name, port = ""] = parts;
  const defaultPort = DEFAULT_PORTS[scheme!]!;
  const asked = host?.toLowerCase();
  return asked === name + port || (port === "" && asked === name + defaultPort) ? origin : null;
}
