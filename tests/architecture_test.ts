// Who may import whom. When an arrow breaks, the failure names the file and the rule; the second half shows that it
// would.

import { assertEquals } from "@std/assert";
import { breaches, importsOf } from "./support/import_rules.ts";
import { filesBelow, fromRepository } from "./support/repository.ts";

const ROOTS = ["lib", "islands", "routes", "tools", "main.ts", "serve.ts", "dev.ts"];

Deno.test("every import follows the arrows", async () => {
  const paths = (await Promise.all(ROOTS.map(filesBelow))).flat()
    .filter((path) => /\.[jt]sx?$/.test(path));
  assertEquals(paths.length > 50, true);
  const files = await Promise.all(
    paths.map(async (path) => ({ path, text: await Deno.readTextFile(fromRepository(path)) })),
  );
  assertEquals(breaches(files).map(({ path, rule }) => `${path}: ${rule}`), []);
});

/** The rules that one file with this one line breaks. */
function rulesBrokenBy(path: string, line: string): string[] {
  return breaches([{ path, text: `// A sample.\n${line}\n` }]).map(({ rule }) => rule);
}

const BAD: readonly (readonly [string, string, string])[] = [
  [
    "lib/wire/a.ts",
    'import { h16 } from "../proof/mod.ts";',
    "lib/wire must not import lib/proof/mod.ts",
  ],
  [
    "lib/relay/a.ts",
    'import { x } from "../park/mod.ts";',
    "lib/relay must not import lib/park/mod.ts",
  ],
  [
    "lib/park/a.ts",
    'export * from "../relay/mod.ts";',
    "lib/park must not import lib/relay/mod.ts",
  ],
  ["lib/room/a.ts", 'import "../relay/mod.ts";', "lib/room must not import lib/relay/mod.ts"],
  [
    "lib/ui/A.tsx",
    'import { newSession } from "../session/mod.ts";',
    "lib/ui must not import lib/session/mod.ts",
  ],
  [
    "routes/a.tsx",
    'import { x } from "../lib/crypto/mod.ts";',
    "routes must not import lib/crypto/mod.ts",
  ],
  [
    "islands/A.tsx",
    'import { x } from "../lib/session/mod.ts";',
    "islands must not import lib/session/mod.ts",
  ],
  [
    "islands/A.tsx",
    'await import("../lib/relay/mod.ts");',
    "islands must not import lib/relay/mod.ts, not even later",
  ],
  [
    "lib/crypto/a.ts",
    'import type { X } from "../session/mod.ts";',
    "lib/crypto must not import lib/session/mod.ts, not even as a type",
  ],
  [
    "lib/bench/a.ts",
    'import {\n  x,\n} from "../relay/origin.ts";',
    "outside lib/relay only its mod.ts is imported, not lib/relay/origin.ts",
  ],
  ["lib/proof/a.ts", 'import nacl from "tweetnacl";', "tweetnacl enters through lib/nacl.ts only"],
  [
    "lib/ui/A.tsx",
    'const { encode } = await import("uqr");',
    "uqr enters through lib/ui/qr.tsx only",
  ],
  [
    "lib/crypto/a.ts",
    'import { x } from "node:fs";',
    "node:fs enters through lib/fresh, lib/relay/node_ed25519.ts, lib/clock.ts, lib/limits/keyed_hash.ts, lib/self_hosted only",
  ],
  [
    "lib/bench/a.ts",
    'import { openListener } from "../self_hosted/mod.ts";',
    "lib/bench must not import lib/self_hosted/mod.ts",
  ],
  [
    "lib/relay/a.ts",
    'import { WebSocket } from "ws";',
    "ws enters through lib/self_hosted, lib/park/web_wire.ts only",
  ],
  ["serve.ts", 'import { x } from "left-pad";', "left-pad has no door in this project"],
  [
    "lib/bench/a.ts",
    'import { Builder } from "fresh/dev";',
    "fresh/dev enters through dev.ts only",
  ],
  ["lib/session/a.ts", "const at = Deno.cwd();", "Deno is not there in a tab"],
  ["lib/room/utils.ts", "", "a file is not named utils"],
  ["lib/elsewhere/a.ts", "", "lib/elsewhere/a.ts belongs to no part of the table"],
];

for (const [path, line, rule] of BAD) {
  Deno.test(`a breach is named: ${rule}`, () => assertEquals(rulesBrokenBy(path, line), [rule]));
}

Deno.test("what the arrows allow passes", () => {
  const good: readonly (readonly [string, string])[] = [
    ["lib/ui/A.tsx", 'import type { SessionView } from "../session/view_state.ts";'],
    ["lib/ui/A.tsx", 'import { type Session } from "../session/contract.ts";'],
    ["islands/A.tsx", 'const { open } = await import("../lib/session/mod.ts");'],
    ["routes/a.tsx", 'import { StartPage } from "../lib/ui/StartPage.tsx";'],
    ["lib/nacl.ts", 'import nacl from "tweetnacl";\nimport type { Bytes } from "./wire/bytes.ts";'],
    ["lib/wire/a.ts", '// import { x } from "../room/mod.ts";'],
  ];
  for (const [path, line] of good) assertEquals(rulesBrokenBy(path, line), [], line);
});

Deno.test("a file without its opening lines is named", () => {
  assertEquals(breaches([{ path: "lib/wire/a.ts", text: "export const a = 1;\n" }]), [
    { path: "lib/wire/a.ts", rule: "a file opens with what it is" },
  ]);
});

Deno.test("imports of every spelling are seen", () => {
  const text = [
    'import a from "./a.ts";',
    'import "./b.ts";',
    'import * as c from "./c.ts";',
    'import {\n  type d,\n  e,\n} from "./d.ts";',
    'export * from "./f.ts";',
    'export { g } from "./g.ts";',
    'import type { H } from "./h.ts";',
    'export type { I } from "./i.ts";',
    'import data from "./j.json" with { type: "json" };',
    'const k = await import(\n  "./k.ts"\n);',
  ].join("\n");
  assertEquals(importsOf(text).map(({ specifier, kind }) => `${specifier} ${kind}`), [
    "./a.ts value",
    "./b.ts value",
    "./c.ts value",
    "./d.ts value",
    "./f.ts value",
    "./g.ts value",
    "./h.ts type",
    "./i.ts type",
    "./j.json value",
    "./k.ts later",
  ]);
});
