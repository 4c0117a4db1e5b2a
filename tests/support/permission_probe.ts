// Started by a test under the very flags of a bench: tries what a bench must not be able to do, and says what came of
// each as JSON. Knows nothing of benches.

const tries: Readonly<Record<string, () => unknown>> = {
  write: () => Deno.writeTextFileSync(new URL("../../_fresh/probe.txt", import.meta.url), "x"),
  makeFolder: () => Deno.mkdirSync("/tmp/benchtalks-probe"),
  remove: () => Deno.removeSync(new URL("../../_fresh/server.js", import.meta.url)),
  run: () => new Deno.Command(Deno.execPath(), { args: ["--version"] }).outputSync(),
  load: () => Deno.dlopen("/usr/lib/x86_64-linux-gnu/libc.so.6", {}),
  readElsewhere: () => Deno.readTextFileSync("/etc/passwd"),
  readOtherVariable: () => Deno.env.get("HOME"),
  readAllVariables: () => Deno.env.toObject(),
  systemInfo: () => Deno.hostname(),
  // The one that must work, or nothing above would prove anything.
  readOwnBuild: () => Deno.readTextFileSync(new URL("../../_fresh/server.js", import.meta.url)),
};

const outcomes: Record<string, string> = {};
for (const [name, attempt] of Object.entries(tries)) {
  try {
    attempt();
    outcomes[name] = "done";
  } catch (error) {
    outcomes[name] = error instanceof Error ? error.name : "thrown";
  }
}
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(outcomes)));
