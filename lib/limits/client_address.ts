// Which address a connection counts for [M13]: the socket's own, or the one that trusted proxies name in X-Forwarded-For;
// one text for all spellings, IPv6 by /64. Strangers write that header: nothing in it may throw, cost more than its last
// few entries, or make two addresses out of one. Must never be logged; only its keyed hash is kept.

/** Where a connection comes from, as the listener knows it. */
export interface ConnectionSource {
  /** Of the socket; null where the listener cannot tell. */
  readonly remoteAddress: string | null;
  /** All lines of the header, joined by commas; null where there is none. */
  readonly forwardedFor: string | null;
  /** TRUST_PROXY. */
  readonly trustedProxyHops: number;
}

/** Whom a connection counts for. */
export interface ClientAddress {
  /** Null: nobody can tell, so no limit by address holds. */
  readonly address: string | null;
  /** A proxy stands in front that TRUST_PROXY does not know of. */
  readonly isProxyForgotten: boolean;
}

/** Four bytes of IPv4, or the eight words of IPv6 that is not IPv4 in disguise. */
type Ip =
  | { readonly tag: "v4"; readonly bytes: readonly number[] }
  | { readonly tag: "v6"; readonly words: readonly number[] };

/** `[` + 39 of IPv6 + a zone of 32 + `]:65535` + spaces; what is longer is no address. */
const MAX_ENTRY_CHARACTERS = 96;

/** Whom a connection counts for. Never throws. */
export function clientAddress(source: ConnectionSource): ClientAddress {
  const { remoteAddress, forwardedFor, trustedProxyHops } = source;
  const own = remoteAddress === null ? null : parseIp(remoteAddress);
  const isProxyForgotten = trustedProxyHops === 0 && forwardedFor !== null && own !== null &&
    isPrivate(own);
  if (isProxyForgotten) return { address: null, isProxyForgotten };
  const named = trustedProxyHops > 0 && forwardedFor !== null
    ? parseIp(entryFromRight(forwardedFor, trustedProxyHops) ?? "")
    : null;
  const counted = named ?? own;
  return { address: counted === null ? null : spell(counted), isProxyForgotten };
}

/** The entry that is `place` from the right (1 is the last), or null where there is none of a length that can be meant. */
function entryFromRight(list: string, place: number): string | null {
  const tail = list.slice(-(place * MAX_ENTRY_CHARACTERS));
  const entries = tail.split(",");
  // The leftmost part of a tail may be the rest of an entry, and half an address is another address.
  const isCut = entries.length === place && tail.length < list.length;
  return isCut ? null : entries.at(-place) ?? null;
}

function parseIp(text: string): Ip | null {
  if (text.length > MAX_ENTRY_CHARACTERS) return null;
  const trimmed = text.trim();
  const v4 = /^([\d.]+)(?::\d{1,5})?$/.exec(trimmed);
  if (v4 !== null) {
    const bytes = parseV4(v4[1]!);
    return bytes && { tag: "v4", bytes };
  }
  const v6 = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(trimmed)?.[1] ?? trimmed;
  // A zone says on which wire of this machine the address is, not whose it is.
  const words = parseV6(/^([^%]+)%[\w.~-]{1,32}$/.exec(v6)?.[1] ?? v6);
  if (words === null) return null;
  const isMapped = words[5] === 0xffff && words.slice(0, 5).every((word) => word === 0);
  if (!isMapped) return { tag: "v6", words };
  return { tag: "v4", bytes: words.slice(6).flatMap((word) => [word >> 8, word & 0xff]) };
}

/** Four numbers, or null; a leading zero is octal to some, so it is none of ours. */
function parseV4(text: string): number[] | null {
  const parts = text.split(".");
  const isFine = parts.length === 4 &&
    parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
  return isFine ? parts.map(Number) : null;
}

function parseV6(text: string): number[] | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const left = parseWords(halves[0]!, halves.length === 1);
  const right = halves.length === 1 ? [] : parseWords(halves[1]!, true);
  if (left === null || right === null) return null;
  const missing = 8 - left.length - right.length;
  // `::` stands for one word of zeros at least (RFC 4291, 2.2).
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  return [...left, ...new Array<number>(missing).fill(0), ...right];
}

/** The words between colons; the last two may be written as IPv4 where the address ends there. */
function parseWords(text: string, isEnd: boolean): number[] | null {
  if (text === "") return [];
  const words: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(part)) {
      words.push(parseInt(part, 16));
      continue;
    }
    const bytes = isEnd && index === parts.length - 1 ? parseV4(part) : null;
    if (bytes === null) return null;
    words.push(bytes[0]! << 8 | bytes[1]!, bytes[2]! << 8 | bytes[3]!);
  }
  return words;
}

/** The one spelling; of IPv6 the network's half, because a household has all of the other. */
function spell(ip: Ip): string {
  if (ip.tag === "v4") return ip.bytes.join(".");
  return `${ip.words.slice(0, 4).map((word) => word.toString(16)).join(":")}::/64`;
}

/** Loopback, RFC 1918, link-local, unique local: where a proxy of the same house stands. */
function isPrivate(ip: Ip): boolean {
  if (ip.tag === "v4") {
    const [first, second] = ip.bytes as [number, number];
    return first === 127 || first === 10 || (first === 172 && second >> 4 === 1) ||
      (first === 192 && second === 168) || (first === 169 && second === 254);
  }
  const first = ip.words[0]!;
  const isLoopback = ip.words[7] === 1 && ip.words.slice(0, 7).every((word) => word === 0);
  return isLoopback || (first & 0xffc0) === 0xfe80 || (first & 0xfe00) === 0xfc00;
}
