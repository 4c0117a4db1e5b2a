// The documents and the code name each other rightly: every numbered rule is carried by a test's name, every number that
// the code names is a rule, and every test that SECURITY.md points to is there.

import { assert, assertEquals } from "@std/assert";
import { filesBelow, fromRepository } from "./support/repository.ts";

const read = (path: string): Promise<string> => Deno.readTextFile(fromRepository(path));
const RULE_BOOKS = ["lib/wire/PROTOCOL.md", "lib/park/PAIRING.md"];
const NUMBER = /\[([A-Z]\d{1,2})\]/g;

async function rules(): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const path of RULE_BOOKS) {
    for (const [, rule] of (await read(path)).matchAll(/\*\*\[([A-Z]\d{1,2})\]\*\*/g)) {
      found.add(rule!);
    }
  }
  return found;
}

async function sources(folder: string): Promise<readonly string[]> {
  return (await filesBelow(folder)).filter((path) => /\.tsx?$/.test(path));
}

Deno.test("every numbered rule is carried by the name of a test", async () => {
  const carried = new Set<string>();
  for (const path of await sources("tests")) {
    for (const line of (await read(path)).split("\n")) {
      if (!/Deno\.test\(|name:|^\s*["`]/.test(line)) continue;
      for (const [, rule] of line.matchAll(NUMBER)) carried.add(rule!);
    }
  }
  const all = await rules();
  assert(all.size > 60, `only ${all.size} rules were found`);
  assertEquals([...all].filter((rule) => !carried.has(rule)), []);
});

Deno.test("every number that the code names is a rule", async () => {
  const all = await rules();
  const unknown: string[] = [];
  for (
    const path of [...await sources("lib"), ...await sources("routes"), ...await sources("islands")]
  ) {
    for (const [, rule] of (await read(path)).matchAll(NUMBER)) {
      if (!all.has(rule!)) unknown.push(`${path} names [${rule}]`);
    }
  }
  assertEquals(unknown, []);
});

Deno.test("every test that SECURITY.md points to is there", async () => {
  const files = await filesBelow("tests");
  const named = [...(await read(".github/SECURITY.md")).matchAll(/`(tests\/[\w/.]+)\*?`/g)].map((
    [, path],
  ) => path!);
  assert(named.length > 10);
  assertEquals(named.filter((path) => !files.some((file) => file.startsWith(path))), []);
});
