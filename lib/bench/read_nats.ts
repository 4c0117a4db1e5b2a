// Reads the files that NATS settings name. The one place of a bench that reads a secret from disk, once, at the start.

import {
  isCertificates,
  isNkeySeed,
  type NatsAccess,
  type NatsSettings,
  parseNatsCreds,
  type TextOrFile,
} from "../park/mod.ts";

/** What a bus is opened with, or the one line that says which file is of no use. */
export type NatsAccessResult =
  | { readonly ok: true; readonly access: NatsAccess }
  | { readonly ok: false; readonly problem: string };

/** A file far longer than any of the three is none of them. */
const MAX_SECRET_BYTES = 256 * 1024;

/** Thrown inside this file only: the way out of the first bad file. */
class Problem extends Error {}

/** Reads what `settings` name. Never rejects. */
export async function readNatsAccess(settings: NatsSettings): Promise<NatsAccessResult> {
  const { addresses, creds, nkey, ca } = settings;
  try {
    return {
      ok: true,
      access: {
        addresses,
        creds: await read(
          "NATS_CREDS",
          creds,
          "a creds file",
          (text) => parseNatsCreds(text) !== null,
        ),
        nkey: await read("NATS_NKEY", nkey, "the seed of a user's nkey", isNkeySeed),
        ca: await read("NATS_CA", ca, "certificates in PEM", isCertificates),
      },
    };
  } catch (error) {
    if (error instanceof Problem) return { ok: false, problem: error.message };
    throw error;
  }
}

async function read(
  name: string,
  setting: TextOrFile | null,
  what: string,
  isWhat: (text: string) => boolean,
): Promise<string | null> {
  if (setting === null) return null;
  if (setting.tag === "text") return setting.text;
  const file = `${name} names the file ${setting.path}`;
  let text: string;
  try {
    const { size } = await Deno.stat(setting.path);
    text = size > MAX_SECRET_BYTES ? "" : (await Deno.readTextFile(setting.path)).trim();
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound;
    throw new Problem(`${file}, which ${isMissing ? "is not there" : "cannot be read"}`);
  }
  if (!isWhat(text)) throw new Problem(`${file}, which does not hold ${what}`);
  return text;
}
