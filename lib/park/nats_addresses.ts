// NATS_PEERS: where the park's NATS is. Pure: it dials nothing and resolves nothing. Spaces and a comma too many are
// forgiven, a bad address is not: somebody would believe that benches are joined. What stands before an @ is a secret
// and comes back in `login` alone, never in words.

/** What to say to whoever listens there. `tls` and `wss` are never spoken in the clear. */
export type NatsScheme = "nats" | "tls" | "ws" | "wss";

/** What an address brings of its own to be let in. */
export type NatsLogin =
  | { readonly tag: "password"; readonly user: string; readonly password: string }
  | { readonly tag: "token"; readonly token: string };

/** One server that the bench may dial. */
export interface NatsAddress {
  readonly scheme: NatsScheme;
  /** A name or a literal address, without brackets. */
  readonly host: string;
  readonly port: number;
  readonly login: NatsLogin | null;
}

/** The addresses, or the one that is none, as far as it may be shown. */
export type NatsPeers =
  | { readonly ok: true; readonly addresses: readonly NatsAddress[] }
  | { readonly ok: false; readonly shown: string };

/** Where NATS listens for clients unless told otherwise. */
export const NATS_CLIENT_PORT = 4222;

/** Far above any park; the bound only keeps a slip of the hand out. */
export const MAX_NATS_PEERS = 32;

/** What NATS_PEERS takes, for the line that says so. */
export const NATS_PEERS_TAKES =
  `up to ${MAX_NATS_PEERS} addresses such as nats://nats.example:4222, tls://nats.example:4222, ` +
  "ws://nats.example:8080 or wss://nats.example:443, separated by commas";

const DEFAULT_PORTS: Readonly<Record<NatsScheme, number>> = {
  nats: NATS_CLIENT_PORT,
  tls: NATS_CLIENT_PORT,
  ws: 80,
  wss: 443,
};

/** Reads NATS_PEERS. Never throws. */
export function parseNatsPeers(text: string): NatsPeers {
  const parts = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
  const addresses: NatsAddress[] = [];
  for (const part of parts) {
    const address = parseNatsAddress(part);
    if (address === null) return { ok: false, shown: hideLogin(part, text) };
    addresses.push(address);
  }
  if (addresses.length === 0) return { ok: false, shown: hideLogin(text, text) };
  if (addresses.length > MAX_NATS_PEERS) return { ok: false, shown: `${parts.length} addresses` };
  return { ok: true, addresses };
}

/** Host and port as people write them; no login. */
export function showNatsAddress({ host, port }: NatsAddress): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function parseNatsAddress(text: string): NatsAddress | null {
  const form = /^(?:(nats|tls|wss?):\/\/)?(?:([^/]*)@)?(\[[^\]]*\]|[^:@/[\]]+)(?::(\d{1,5}))?\/?$/i;
  const [, schemeText = "nats", loginText, hostText, portText] = form.exec(text) ?? [];
  if (hostText === undefined) return null;
  const scheme = schemeText.toLowerCase() as NatsScheme;
  const host = parseHost(hostText);
  const port = portText === undefined ? DEFAULT_PORTS[scheme] : Number(portText);
  const login = loginText === undefined ? null : parseLogin(loginText);
  if (host === null || port < 1 || port > 65_535) return null;
  if (loginText !== undefined && login === null) return null;
  return { scheme, host, port, login };
}

function parseHost(text: string): string | null {
  if (!text.startsWith("[")) return /^[0-9A-Za-z_.-]{1,253}$/.test(text) ? text : null;
  // The URL parser knows what an IPv6 address is.
  return URL.canParse(`http://${text}/`) ? text.slice(1, -1) : null;
}

function parseLogin(text: string): NatsLogin | null {
  const colon = text.indexOf(":");
  try {
    if (colon < 0) {
      const token = decodeURIComponent(text);
      return token === "" ? null : { tag: "token", token };
    }
    const user = decodeURIComponent(text.slice(0, colon));
    const password = decodeURIComponent(text.slice(colon + 1));
    return user === "" ? null : { tag: "password", user, password };
  } catch {
    return null; // % without two digits
  }
}

/** A comma in a password cuts an address in two: beside any @ nothing before one is shown, nor a half without one. */
function hideLogin(part: string, text: string): string {
  if (!text.includes("@")) return part;
  const scheme = /^[a-z]{1,8}:\/\//i.exec(part)?.[0] ?? "";
  return part.includes("@") ? `${scheme}...${part.slice(part.lastIndexOf("@"))}` : "...";
}
