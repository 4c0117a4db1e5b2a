// Files that NATS settings name: read once, and one line that names the file and holds nothing of it where it is of no use.

import { assertEquals } from "@std/assert";
import { readNatsAccess } from "../../lib/bench/read_nats.ts";
import type { NatsSettings } from "../../lib/park/mod.ts";

const NKEY_SEED = "SUAHUTBMY3UTY7QUNZUSGDEE6CNISCWVSAWMTBLNK5OSYURY5CIH4AC3LU";
const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";

const NOTHING: NatsSettings = { addresses: [], creds: null, nkey: null, ca: null };

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function problemOf(settings: Partial<NatsSettings>): Promise<string> {
  const result = await readNatsAccess({ ...NOTHING, ...settings });
  if (result.ok) throw new Error("it was taken");
  return result.problem;
}

Deno.test("texts are passed on, files are read without what an editor leaves around the text", () =>
  inFolder(async (folder) => {
    const path = `${folder}/bench.nk`;
    await Deno.writeTextFile(path, `\n${NKEY_SEED}\n`);
    const result = await readNatsAccess({
      ...NOTHING,
      nkey: { tag: "file", path },
      ca: { tag: "text", text: PEM },
    });
    assertEquals(result, {
      ok: true,
      access: { addresses: [], creds: null, nkey: NKEY_SEED, ca: PEM },
    });
  }));

Deno.test("a file that is not there is named", async () => {
  assertEquals(
    await problemOf({ creds: { tag: "file", path: "secrets/never.creds" } }),
    "NATS_CREDS names the file secrets/never.creds, which is not there",
  );
});

Deno.test("what is no file is named", () =>
  inFolder(async (path) => {
    assertEquals(
      await problemOf({ ca: { tag: "file", path } }),
      `NATS_CA names the file ${path}, which cannot be read`,
    );
  }));

Deno.test("a file with something else is named, and nothing of it is said", () =>
  inFolder(async (folder) => {
    const path = `${folder}/x`;
    for (const text of ["", NKEY_SEED.slice(1), `${NKEY_SEED}\n`.repeat(10_000)]) {
      await Deno.writeTextFile(path, text);
      assertEquals(
        await problemOf({ nkey: { tag: "file", path } }),
        `NATS_NKEY names the file ${path}, which does not hold the seed of a user's nkey`,
      );
    }
  }));
