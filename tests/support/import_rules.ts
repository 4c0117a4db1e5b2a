// The arrows of this project as data: which folder may import which, through which file, and which third-party package
// enters where. Judges texts; reads no disk, so that tests can show it bad samples.

/** One file, by its path from the repository's root. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A rule that a file broke. */
export interface Breach {
  readonly path: string;
  readonly rule: string;
}

/** What a part may import. A part is a folder or a file; `types` may be imported as types alone. */
interface Arrows {
  readonly may: readonly string[];
  /** Only by `import()`, so that it is not there when the page is drawn on the bench; as types always. */
  readonly later?: readonly string[];
  readonly types?: readonly string[];
}

/**
 * Part -> what it may import of ours. lib/nacl.ts is open to whoever draws random bytes or holds keys. main.ts knows
 * lib/ui for the one page that it draws itself: the error page. lib/self_hosted is known to serve.ts alone, so that the
 * Deno-native way in loads none of it.
 */
const ARROWS: Readonly<Record<string, Arrows>> = {
  "lib/wire": { may: [] },
  "lib/nacl.ts": { may: ["lib/wire"] },
  "lib/sha256.ts": { may: ["lib/wire"] },
  "lib/clock.ts": { may: ["lib/wire", "lib/nacl.ts"] },
  "lib/proof": { may: ["lib/wire", "lib/nacl.ts", "lib/sha256.ts"] },
  "lib/crypto": { may: ["lib/wire", "lib/proof", "lib/nacl.ts"] },
  "lib/session": { may: ["lib/wire", "lib/proof", "lib/crypto", "lib/nacl.ts"] },
  "lib/ui": { may: ["lib/wire"], types: ["lib/session"] },
  "islands": { may: ["lib/wire", "lib/ui"], later: ["lib/session", "lib/crypto"] },
  "lib/room": { may: ["lib/wire", "lib/proof"] },
  "lib/park": { may: ["lib/wire", "lib/proof", "lib/limits", "lib/clock.ts", "lib/nacl.ts"] },
  "lib/limits": { may: ["lib/wire"] },
  "lib/relay": {
    may: ["lib/wire", "lib/proof", "lib/room", "lib/limits", "lib/clock.ts", "lib/nacl.ts"],
  },
  "lib/self_hosted": { may: ["lib/wire", "lib/limits", "lib/relay"] },
  "lib/bench": {
    may: [
      "lib/wire",
      "lib/proof",
      "lib/limits",
      "lib/relay",
      "lib/park",
      "lib/clock.ts",
      "deno.json",
    ],
  },
  "lib/fresh": { may: [] },
  "routes": { may: ["lib/wire", "lib/bench", "lib/ui", "islands"] },
  "main.ts": { may: ["lib/bench", "lib/ui"] },
  "serve.ts": { may: ["lib/wire", "lib/bench", "lib/self_hosted"] },
  "dev.ts": { may: [], later: ["main.ts"] },
  "tools": { may: [] },
};

/** Folders without a `mod.ts`, whose files are imported one by one. */
const OPEN_FOLDERS = ["lib/ui", "islands"];

/** Files that others may import past a `mod.ts`: shapes without code, and what a leaf below it needs. */
const OPEN_FILES = [
  "lib/session/view_state.ts",
  "lib/session/contract.ts",
  "lib/wire/bytes.ts",
];

/** Third-party package -> the files or folders through which it enters. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  "tweetnacl": ["lib/nacl.ts"],
  "@noble/hashes": ["lib/sha256.ts"],
  "uqr": ["lib/ui/qr.tsx"],
  "esbuild": ["lib/fresh"],
  "preact-render-to-string": ["lib/fresh"],
  "node:": [
    "lib/fresh",
    "lib/relay/node_ed25519.ts",
    "lib/clock.ts",
    "lib/limits/keyed_hash.ts",
    "lib/self_hosted",
  ],
  "ws": ["lib/self_hosted", "lib/park/web_wire.ts"],
  "@nats-io/transport-node": ["lib/park/nats_client.ts"],
  "@remix-run/node-fetch-server": ["lib/self_hosted/pages.ts"],
  "fresh/dev": ["dev.ts"],
  "fresh/runtime": ["routes", "islands", "lib/ui"],
  "fresh": ["main.ts", "routes", "lib/bench"],
  "preact": ["main.ts", "routes", "islands", "lib/ui", "lib/fresh"],
  "@preact/signals": ["islands", "lib/ui", "lib/fresh"],
};

const BANNED_NAMES = ["utils", "util", "helpers", "helper", "common", "types", "manager", "misc"];

/** Runs in a tab as it is, where none of these exist. */
const BROWSER_PARTS = [
  "lib/wire",
  "lib/nacl.ts",
  "lib/proof",
  "lib/crypto",
  "lib/session",
  "lib/ui",
  "islands",
];

interface Import {
  readonly specifier: string;
  readonly kind: "value" | "type" | "later";
}

/** Every import of a module; comments are not code. */
export function importsOf(text: string): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const found: Import[] = [];
  const named = /^\s*(import|export)\s+(type\s+)?(?:[\w*{}\s,$]*?\bfrom\s+)?"([^"]+)"/gm;
  for (const [whole, , type, specifier] of code.matchAll(named)) {
    // `import { type A, type B }` brings no code either.
    const names = /\{([^}]*)\}/.exec(whole)?.[1]?.split(",").map((name) => name.trim())
      .filter((name) => name !== "") ?? [];
    const typesOnly = type !== undefined ||
      (names.length > 0 && names.every((name) => name.startsWith("type ")));
    found.push({ specifier: specifier!, kind: typesOnly ? "type" : "value" });
  }
  for (const [, specifier] of code.matchAll(/\bimport\(\s*"([^"]+)"\s*,?\s*\)/g)) {
    found.push({ specifier: specifier!, kind: "later" });
  }
  return found;
}

function isWithin(path: string, part: string): boolean {
  return path === part || path.startsWith(`${part}/`);
}

function partOf(path: string): string | null {
  return Object.keys(ARROWS).find((part) => isWithin(path, part)) ?? null;
}

/** Path from the root of what `specifier` means in `path`. */
function resolve(path: string, specifier: string): string {
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

function arrowBreach(from: string, { specifier, kind }: Import): string | null {
  const target = resolve(from, specifier);
  const part = partOf(from)!;
  if (isWithin(target, part)) return null;
  const { may, later = [], types = [] } = ARROWS[part]!;
  const allowed = kind === "type"
    ? [...may, ...later, ...types]
    : kind === "later"
    ? [...may, ...later]
    : may;
  const targetPart = allowed.find((each) => isWithin(target, each));
  if (targetPart === undefined) {
    const how = { value: "", type: ", not even as a type", later: ", not even later" }[kind];
    return `${part} must not import ${target}${how}`;
  }
  const isDoor = target === targetPart || target === `${targetPart}/mod.ts`;
  if (isDoor || OPEN_FOLDERS.includes(targetPart) || OPEN_FILES.includes(target)) return null;
  return `outside ${targetPart} only its mod.ts is imported, not ${target}`;
}

function doorBreach(path: string, { specifier }: Import): string | null {
  const door = Object.keys(DOORS).find((name) =>
    specifier === name || specifier.startsWith(name.endsWith(":") ? name : `${name}/`)
  );
  if (door === undefined) return `${specifier} has no door in this project`;
  const places = DOORS[door]!;
  if (places.some((place) => isWithin(path, place))) return null;
  return `${specifier} enters through ${places.join(", ")} only`;
}

function breachesOf({ path, text }: SourceFile): string[] {
  const rules: (string | null)[] = [];
  const name = path.split("/").at(-1)!.replace(/\.\w+$/, "");
  if (BANNED_NAMES.includes(name.toLowerCase())) rules.push(`a file is not named ${name}`);
  if (partOf(path) === null) return [`${path} belongs to no part of the table`];
  if (!/^(?:\/\/|\/\*)/.test(text)) rules.push("a file opens with what it is");
  for (const each of importsOf(text)) {
    rules.push(each.specifier.startsWith(".") ? arrowBreach(path, each) : doorBreach(path, each));
  }
  if (BROWSER_PARTS.some((part) => isWithin(path, part))) {
    const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");
    const global = /(?<![\w.$"'`-])(Deno|Buffer|process)\s*[.[]/.exec(code)?.[1];
    if (global !== undefined) rules.push(`${global} is not there in a tab`);
  }
  return rules.filter((rule) => rule !== null);
}

/** Every rule that these files break. */
export function breaches(files: readonly SourceFile[]): Breach[] {
  return files.flatMap((file) => breachesOf(file).map((rule) => ({ path: file.path, rule })));
}
