// What the environment may say about a bench, as one table. Pure: it never reads the environment, ends the process or
// draws at random. A variable that is empty counts as unset, because container files like to pass empty ones.
// A bad value is answered with one line that names the variable, what it got and what it takes.

import { DEFAULT_MAX_FILE_BYTES } from "../wire/mod.ts";

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
  /** Origin of `PUBLIC_URL` without a path, or `null`. */
  readonly publicOrigin: string | null;
  /** How many proxies in front of the bench are trusted to name an address; kept for the limits that will need it. */
  readonly trustedProxyHops: number;
  readonly sourceUrl: string;
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
  "NATS_PEERS",
  "PUBLIC_URL",
  "TRUST_PROXY",
  "SOURCE_URL",
] as const;

type Variable = typeof VARIABLES[number];

/** Beyond a gigabyte no tab can hold a picture in memory. */
const MAX_CONFIGURED_FILE_BYTES = 2 ** 30;
const MAX_PROXY_HOPS = 10;
const SHOWN_CHARACTERS = 80;

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
    if (value === null) throw new Problem(`${name} is ${shown(text)}; it takes ${takes}`);
    return value;
  };
  const whole = (name: Variable, fallback: number, least: number, most: number, what: string) =>
    read(name, fallback, `${what}, a whole number from ${least} to ${most}`, (text) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
      return value >= least && value <= most ? value : null;
    });
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
      publicOrigin: read<string | null>(
        "PUBLIC_URL",
        null,
        "a bare http or https origin, such as https://bench.example",
        parseOrigin,
      ),
      trustedProxyHops: whole("TRUST_PROXY", 0, 0, MAX_PROXY_HOPS, "a number of proxies"),
      sourceUrl: read("SOURCE_URL", PROJECT_URL, "an http or https address", parseWebUrl),
    };
    // Ignoring it would leave somebody believing that benches are joined.
    if ((env.NATS_PEERS ?? "") !== "") {
      throw new Problem(
        `NATS_PEERS is ${
          shown(env.NATS_PEERS!)
        }; this version cannot join benches yet, it takes nothing`,
      );
    }
    return { ok: true, config };
  } catch (error) {
    if (error instanceof Problem) return { ok: false, problem: error.message };
    throw error;
  }
}

function shown(text: string): string {
  const short = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text;
  // Passwords hide in addresses; a start line ends up in a journal.
  return JSON.stringify(short.replace(/\/\/[^/@]*@/g, "//...@"));
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
