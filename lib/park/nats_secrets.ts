// What an operator may have been given to be let into a NATS server, as text: a creds file, the seed of an nkey, the
// certificates of an authority. Told apart and checked for slips here, purely, so that a start ends with one line instead
// of a server that never lets the bench in. None of it ever goes into words.

/** An nkey seed of a user: `S`, `U`, 32 bytes and their check sum in base32. */
const SEED_BYTES = 36;
const SEED_CHARACTERS = 58;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Whether this is the seed of a user's nkey, its check sum included. */
export function isNkeySeed(text: string): boolean {
  if (text.length !== SEED_CHARACTERS || !/^SU[A-Z2-7]+$/.test(text)) return false;
  const bytes = new Uint8Array(SEED_BYTES);
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  for (const letter of text) {
    bits = ((bits << 5) | BASE32.indexOf(letter)) & 0xfff;
    bitCount += 5;
    if (bitCount < 8) continue;
    bitCount -= 8;
    bytes[at++] = (bits >>> bitCount) & 0xff;
  }
  const end = SEED_BYTES - 2;
  return crc16(bytes.subarray(0, end)) === (bytes[end]! | (bytes[end + 1]! << 8));
}

/** What a creds file holds. */
export interface NatsCreds {
  readonly jwt: string;
  readonly seed: string;
}

/** A creds file: a user's JWT and a seed, each between its lines of dashes; or `null`. */
export function parseNatsCreds(text: string): NatsCreds | null {
  const blocks = text.matchAll(/^-{3,}[^\n]*-{3,}\s*\n\s*(\S+)\s*\n-{3,}[^\n]*-{3,}\s*$/gm);
  const [jwt, seed] = [...blocks].map(([, content]) => content!);
  if (jwt === undefined || seed === undefined) return null;
  return jwt.split(".").length === 3 && isNkeySeed(seed) ? { jwt, seed } : null;
}

/** Whether this holds certificates in PEM. */
export function isCertificates(text: string): boolean {
  return /-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]+-----END CERTIFICATE-----/.test(text);
}

/** CRC-16/XMODEM, as nkeys end with. */
function crc16(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) {
      sum = (sum & 0x8000) === 0 ? (sum << 1) & 0xffff : ((sum << 1) ^ 0x1021) & 0xffff;
    }
  }
  return sum;
}
