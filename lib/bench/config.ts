// What the environment may say about a bench, as one table. Pure: it never reads the environment, ends the process or
// draws at random. A variable that is empty counts as unset, because container files like to pass empty ones.
// A bad value is answered with one line that names the variable, what it got and what it takes; of a secret it never
// says what it got.

import {
  isCertificates,
  isNkeySeed,
  NATS_PEERS_TAKES,
  type NatsSettings,
  parseNatsCreds,
  parseNatsPeers,
  type TextOrFile,
} from "../park/mod.ts";
import {
  type Bytes,
  DEFAULT_MAX_FILE_BYTES,
  LIMITS,
  type Limits,
  MOST_MEMBERS,
  parseBase64url,
} from "../wire/mod.ts";

/** Where this program's source is offered when `SOURCE_URL` says nothing else (AGPL, section 13). */
export const PROJECT_URL = "https://github.com/benchtalks/benchtalks";

/** One bench's settings, checked. */
export interface Config {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly host: string;
  /** The largest picture that tabs of this bench send and take. */
  readonly maxFileBytes: number;
  /** `BENCH_ID`; `null` lets the bench draw a label of its own. */
  readonly label: string | null;
  /** Where the park's NATS is and how to be let in there; `null` is a bench on its own. */
  readonly nats: NatsSettings | null;
  /** `BENCH_KEY`: 32 bytes that the bench's identity comes from; `null` lets it draw them at every start. */
  readonly benchSeed: Bytes | null;
  /** What an operator shows to accept a pairing; `null` asks for nothing. */
  readonly operatorToken: string | null;
  /** Whether rooms of this bench can be paired at all. */
  readonly isPairingOn: boolean;
  /** Origin of `PUBLIC_URL` without a path, or `null`. */
  readonly publicOrigin: string | null;
  /** How many proxies in front of the bench are trusted to name an address [M13]. */
  readonly trustedProxyHops: number;
  readonly sourceUrl: string;
  /** What is held against strangers; Infinity where it is switched off. */
  readonly limits: Limits;
  /** Names of the limits that are switched off, in the order of `VARIABLES`. */
  readonly switchedOff: readonly string[];
  /** Whether `/metrics` answers [M14]. */
  readonly hasMetrics: boolean;
}

/** The settings, or the one line that says what is wrong. */
export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problem: string };

/** Every variable that a bench reads, in the order in which they are checked. */
export const VARIABLES = [
  "PORT",
  "HOST",
  "MAX_FILE_SIZE",
  "BENCH_ID",
  "BENCH_KEY",
  "NATS_PEERS",
  "NATS_CREDS",
  "NATS_NKEY",
  "NATS_CA",
  "PAIRING",
  "OPERATOR_TOKEN",
  "PUBLIC_URL",
  "TRUST_PROXY",
  "SOURCE_URL",
  "MAX_PER_ADDRESS",
  "MAX_UNJOINED_PER_ADDRESS",
  "MAX_JOINS_PER_MINUTE",
  "MAX_FRAMES_PER_SECOND",
  "MAX_BYTES_PER_SECOND",
  "MAX_ROOM_BYTES_PER_SECOND",
  "MAX_MEMBERS",
  "MAX_ROOMS",
  "MAX_CONNECTIONS",
  "METRICS",
] as const;

type Variable = typeof VARIABLES[number];

/** What one limit may be set to, apart from 0. */
interface Range {
  readonly name: Variable;
  readonly most: number;
  readonly what: string;
}

/** Far above what one process bears; the bound only keeps a slip of the hand out. */
const MOST = 1_000_000;
const MOST_BYTES_PER_SECOND = 2 ** 32;

/** In the order of `VARIABLES`. */
const LIMIT_RANGES: Readonly<Record<keyof Limits, Range>> = {
  maxPerAddress: { name: "MAX_PER_ADDRESS", most: MOST, what: "sockets" },
  maxUnjoinedPerAddress: {
    name: "MAX_UNJOINED_PER_ADDRESS",
    most: MOST,
    what: "sockets",
  },
  maxJoinsPerMinute: { name: "MAX_JOINS_PER_MINUTE", most: MOST, what: "sockets" },
  maxFramesPerSecond: { name: "MAX_FRAMES_PER_SECOND", most: MOST, what: "messages" },
  maxBytesPerSecond: {
    name: "MAX_BYTES_PER_SECOND",
    most: MOST_BYTES_PER_SECOND,
    what: "bytes",
  },
  maxRoomBytesPerSecond: {
    name: "MAX_ROOM_BYTES_PER_SECOND",
    most: MOST_BYTES_PER_SECOND,
    what: "bytes",
  },
  maxMembers: { name: "MAX_MEMBERS", most: MOST_MEMBERS, what: "members" },
  maxRooms: { name: "MAX_ROOMS", most: MOST, what: "rooms" },
  maxConnections: { name: "MAX_CONNECTIONS", most: MOST, what: "sockets" },
};

/** Beyond a gigabyte no tab can hold a picture in memory. */
const MAX_CONFIGURED_FILE_BYTES = 2 ** 30;
const MAX_PROXY_HOPS = 10;
const SHOWN_CHARACTERS = 80;
const SEED_BYTES = 32;

/** Whose values are never repeated, not even a bad one: it may be a slip away from the good one. */
const SECRETS: readonly Variable[] = ["BENCH_KEY", "NATS_CREDS", "NATS_NKEY", "OPERATOR_TOKEN"];

/** The one folder that a bench may read secrets from; the same as in the `start` task's --allow-read. */
const SECRETS_FOLDER = "secrets/";

/** Thrown inside this file only: the way out of the first bad value. */
class Problem extends Error {}

/** Checks an environment. Never throws. */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): ConfigResult {
  const read = <T>(
    name: Variable,
    fallback: T,
    takes: string,
    parse: (text: string) => T | null,
  ) => {
    const text = env[name] ?? "";
    if (text === "") return fallback;
    const value = parse(text);
    if (value === null) throw new Problem(`${name} is ${shown(name, text)}; it takes ${takes}`);
    return value;
  };
  const whole = (name: Variable, fallback: number, least: number, most: number, what: string) =>
    read(name, fallback, `${what}, a whole number from ${least} to ${most}`, (text) => {
      const value = parseWhole(text);
      return value !== null && value >= least && value <= most ? value : null;
    });
  const switchedOff: Variable[] = [];
  const limit = (key: keyof Limits) => {
    const { name, most, what } = LIMIT_RANGES[key];
    const takes = `0 for no limit, or ${what}, a whole number from 1 to ${most}`;
    return read<number>(name, LIMITS[key], takes, (text) => {
      const value = parseWhole(text);
      if (value === 0) switchedOff.push(name);
      if (value === 0) return Infinity;
      return value !== null && value <= most ? value : null;
    });
  };
  try {
    const config: Config = {
      port: whole("PORT", 3000, 0, 65_535, "a port"),
      host: read("HOST", "0.0.0.0", "an address or a host name to listen on", parseHost),
      maxFileBytes: whole(
        "MAX_FILE_SIZE",
        DEFAULT_MAX_FILE_BYTES,
        1,
        MAX_CONFIGURED_FILE_BYTES,
        "bytes",
      ),
      label: read<string | null>(
        "BENCH_ID",
        null,
        "1 to 63 letters, digits, dots, underscores or hyphens",
        (text) => /^[A-Za-z0-9._-]{1,63}$/.test(text) ? text : null,
      ),
      nats: readNatsSettings(env, read),
      benchSeed: read<Bytes | null>(
        "BENCH_KEY",
        null,
        "what `deno task bench-key` prints: 32 bytes as 43 characters of base64url",
        (text) => parseBase64url(text, SEED_BYTES),
      ),
      operatorToken: read<string | null>(
        "OPERATOR_TOKEN",
        null,
        "8 to 256 printable characters without spaces",
        (text) => /^[\x21-\x7e]{8,256}$/.test(text) ? text : null,
      ),
      isPairingOn: read("PAIRING", true, "on or off", (text) => {
        return text === "on" || text === "off" ? text === "on" : null;
      }),
      publicOrigin: read<string | null>(
        "PUBLIC_URL",
        null,
        "a bare http or https origin, such as https://bench.example",
        parseOrigin,
      ),
      trustedProxyHops: whole("TRUST_PROXY", 0, 0, MAX_PROXY_HOPS, "a number of proxies"),
      sourceUrl: read("SOURCE_URL", PROJECT_URL, "an http or https address", parseWebUrl),
      limits: {
        maxPerAddress: limit("maxPerAddress"),
        maxUnjoinedPerAddress: limit("maxUnjoinedPerAddress"),
        maxJoinsPerMinute: limit("maxJoinsPerMinute"),
        maxFramesPerSecond: limit("maxFramesPerSecond"),
        maxBytesPerSecond: limit("maxBytesPerSecond"),
        maxRoomBytesPerSecond: limit("maxRoomBytesPerSecond"),
        maxMembers: limit("maxMembers"),
        maxRooms: limit("maxRooms"),
        maxConnections: limit("maxConnections"),
      },
      switchedOff,
      hasMetrics: read("METRICS", false, "0 or 1", (text) => {
        return text === "0" || text === "1" ? text === "1" : null;
      }),
    };
    return { ok: true, config };
  } catch (error) {
    if (error instanceof Problem) return { ok: false, problem: error.message };
    throw error;
  }
}

type Read = <T>(
  name: Variable,
  fallback: T,
  takes: string,
  parse: (text: string) => T | null,
) => T;

function readNatsSettings(
  env: Readonly<Record<string, string | undefined>>,
  read: Read,
): NatsSettings | null {
  const peers = env.NATS_PEERS ?? "";
  const textOrFile = (name: Variable, what: string, isText: (text: string) => boolean) => {
    const takes = `${what}, or the path of a file with it below ${SECRETS_FOLDER}`;
    return read<TextOrFile | null>(name, null, takes, (text) => parseTextOrFile(text, isText));
  };
  const settings = {
    creds: textOrFile("NATS_CREDS", "the text of a creds file", isCreds),
    nkey: textOrFile("NATS_NKEY", "the seed of a user's nkey (SU...)", isNkeySeed),
    ca: textOrFile("NATS_CA", "certificates in PEM", isCertificates),
  };
  const given = Object.entries(settings).filter(([, value]) => value !== null);
  if (peers === "" && given.length > 0) {
    const names = given.map(([name]) => `NATS_${name.toUpperCase()}`).join(", ");
    throw new Problem(
      `NATS_PEERS is empty, but ${names} is set; it takes ${NATS_PEERS_TAKES}`,
    );
  }
  if (settings.creds !== null && settings.nkey !== null) {
    throw new Problem("NATS_NKEY is set beside NATS_CREDS; a bench takes one of the two");
  }
  if (peers === "") return null;
  const parsed = parseNatsPeers(peers);
  if (parsed.ok) return { addresses: parsed.addresses, ...settings };
  throw new Problem(
    `NATS_PEERS is ${shown("NATS_PEERS", parsed.shown)}; it takes ${NATS_PEERS_TAKES}`,
  );
}

function isCreds(text: string): boolean {
  return parseNatsCreds(text) !== null;
}

function parseTextOrFile(text: string, isText: (text: string) => boolean): TextOrFile | null {
  if (isText(text)) return { tag: "text", text };
  const path = text.replace(/^\.\//, "");
  const isPath = path.startsWith(SECRETS_FOLDER) && /^[0-9A-Za-z._/-]{1,255}$/.test(path) &&
    path.split("/").every((part) => part !== "" && part !== "..");
  return isPath ? { tag: "file", path } : null;
}

function shown(name: Variable, text: string): string {
  if (SECRETS.includes(name)) return "not what it should be";
  // Passwords hide in addresses; a start line ends up in a journal. Before it is cut, so that no cut hides the @.
  const safe = text.replace(/\/\/[^/@]*@/g, "//...@");
  const short = safe.length > SHOWN_CHARACTERS ? `${safe.slice(0, SHOWN_CHARACTERS)}...` : safe;
  return JSON.stringify(short);
}

function parseWhole(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function parseHost(text: string): string | null {
  const address = /^\[([0-9A-Fa-f:.]+)\]$/.exec(text)?.[1] ?? text;
  return /^[0-9A-Za-z_.:%-]{1,255}$/.test(address) ? address : null;
}

function parseHttp(text: string): URL | null {
  const url = URL.parse(text);
  const isWeb = url !== null && (url.protocol === "http:" || url.protocol === "https:");
  return isWeb && url.username === "" && url.password === "" && !/\s/.test(text) ? url : null;
}

function parseOrigin(text: string): string | null {
  const url = parseHttp(text);
  return url !== null && /^https?:\/\/[^/?#]+\/?$/i.test(text) ? url.origin : null;
}

function parseWebUrl(text: string): string | null {
  return parseHttp(text)?.href ?? null;
}
