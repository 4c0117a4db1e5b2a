// The two gates. `ok`: format, lint, types, browser types, unit tests; no network, under 30 s. `test`: everything,
// having first installed the programs that are missing where apt may. Nothing is skipped: an ignored test counts as
// failed, and so does a step that broke. The last line is the sum of all test runs.

import { fileURLToPath } from "node:url";
import {
  CHROMIUM,
  type DebianProgram,
  findOnPath,
  findProgram,
  FIREFOX,
  howToInstall,
  NATS_SERVER,
  OPENSSL,
} from "./support/debian_program.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** What runs in a tab, and so may use nothing of Deno's. */
const IN_THE_BROWSER = ["islands", "lib/ui", "lib/session", "lib/crypto"];

/** What `test` drives beside Deno. */
const NEEDED = [CHROMIUM, FIREFOX, NATS_SERVER, OPENSSL];

let passed = 0;
let failed = 0;

/** Runs a command in the repository, its output passed on as it comes; resolves to it and to how it ended. */
async function run(
  program: string,
  args: readonly string[],
): Promise<{ readonly ok: boolean; readonly text: string }> {
  const child = new Deno.Command(program, {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", DEBIAN_FRONTEND: "noninteractive" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of child.stdout) {
    Deno.stdout.writeSync(bytes);
    text += decoder.decode(bytes, { stream: true });
  }
  return { ok: (await child.status).success, text };
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** One step that either holds or counts as one failure. */
async function step(name: string, args: readonly string[]): Promise<boolean> {
  print(`\n# ${name}`);
  const { ok } = await run(Deno.execPath(), args);
  if (!ok) {
    print(`failed: ${name}`);
    failed++;
  }
  return ok;
}

/** One `deno test`, added to the sum. Types were checked by a step before. */
async function tests(name: string, args: readonly string[]): Promise<void> {
  print(`\n# ${name}`);
  const { ok, text } = await run(Deno.execPath(), ["test", "--no-check", "--no-prompt", ...args]);
  // ok | 24 passed (3 steps) | 0 failed | 1 ignored (476ms)
  const line = text.split("\n").findLast((each) => /^(ok|FAILED) \| \d+ passed/.test(each)) ?? "";
  const count = (what: string) => Number(new RegExp(`(\\d+) ${what}`).exec(line)?.[1] ?? 0);
  const broken = count("failed") + count("ignored");
  passed += count("passed");
  // A run that ended badly without counting a failure did not get as far as its tests.
  failed += ok || broken > 0 ? broken : 1;
  if (!ok || broken > 0) print(`failed: ${name}`);
}

/** Checks what runs in a tab against a browser's types alone: a use of `Deno` there is an error. */
async function checkBrowserTypes(): Promise<void> {
  const { imports, compilerOptions } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const folder = await Deno.makeTempDir();
  try {
    const config = {
      imports,
      links: [`${ROOT}lib/fresh`],
      compilerOptions: {
        ...compilerOptions,
        lib: ["dom", "dom.iterable", "dom.asynciterable", "esnext"],
      },
    };
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
    const flags = ["--quiet", "--no-lock", "--config", `${folder}/deno.json`];
    await step("browser types", ["check", ...flags, ...IN_THE_BROWSER]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function fastGate(): Promise<void> {
  await step("format", ["fmt", "--check", "--quiet"]);
  await step("lint", ["lint", "--quiet"]);
  await step("types", ["check", "--quiet", "."]);
  await checkBrowserTypes();
  await tests("unit tests", [
    "--allow-all",
    "--deny-net",
    "--parallel",
    "--ignore=tests/e2e,tests/perf,**/*_e2e_test.*,**/*_long_test.*",
    "tests",
  ]);
}

/** Installs what is missing where apt may; resolves to what is missing all the same. */
async function installPrograms(): Promise<readonly DebianProgram[]> {
  const missing = () => NEEDED.filter((each) => findProgram(each) === null);
  const apt = findOnPath("apt-get");
  if (missing().length === 0 || apt === null) return missing();
  const sudo = findOnPath("sudo");
  const asRoot = async (...args: readonly string[]) => {
    if (Deno.uid() === 0) return await run(apt, args);
    // -n: never asks for a password; where it would have to, it fails.
    return sudo === null ? { ok: false } : await run(sudo, ["-n", apt, ...args]);
  };
  print("# installing programs");
  const packages = missing().map(({ debianPackage }) => debianPackage);
  if ((await asRoot("update")).ok) {
    await asRoot("install", "-y", "--no-install-recommends", ...packages);
  }
  return missing();
}

async function everything(): Promise<void> {
  await fastGate();
  if (!await step("build", ["run", "--no-prompt", "--allow-all", "tools/build_if_needed.ts"])) {
    return;
  }
  const files = await slowFiles("tests");
  const take = (isOne: (path: string) => boolean) => files.filter(isOne);
  // What only computes, and what mostly waits for the time-outs of a real NATS server, goes side by side. What measures or drives
  // a browser goes alone.
  const isLong = (path: string) => path.includes("_long_test.");
  const isOfNats = (path: string) => !isLong(path) && /^tests\/(?:park|deploy)\//.test(path);
  const isAlone = (path: string) => !isLong(path) && !isOfNats(path);
  await tests("long tests", ["--allow-all", "--parallel", ...take(isLong)]);
  await tests("tests with real NATS servers", ["--allow-all", "--parallel", ...take(isOfNats)]);
  await tests("end-to-end tests", ["--allow-all", ...take(isAlone)]);
}

/** Every test file that the fast gate leaves out, by its path; what measures speed is none of them. */
async function slowFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}${folder}`)) {
    const path = `${folder}/${name}`;
    if (isDirectory && path !== "tests/perf") found.push(...await slowFiles(path));
    if (/_(?:e2e|long)_test\.tsx?$/.test(name) || /^tests\/e2e\/.*_test\.tsx?$/.test(path)) {
      found.push(path);
    }
  }
  return found.toSorted();
}

if (Deno.args[0] === "test") {
  const missing = await installPrograms();
  if (missing.length > 0) {
    print(howToInstall(missing));
    Deno.exit(1);
  }
  await everything();
} else {
  await fastGate();
}
print(`\n${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
