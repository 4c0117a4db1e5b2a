// The fixture app, really built and really served by `deno serve` with no more permissions than a bench has.
// For the tests that need a subprocess; it must leave nothing behind.

import { Builder } from "fresh/dev";

const project = new URL("../../", import.meta.url).pathname;
export const fixtureDir = new URL("./fixture", import.meta.url).pathname;

/** Builds the fixture into a folder of its own, which is removed when it is disposed of. */
export async function buildFixture(): Promise<AsyncDisposable & { readonly outDir: string }> {
  const outDir = await Deno.makeTempDir();
  await new Builder({ root: fixtureDir, outDir }).build();
  return {
    outDir,
    [Symbol.asyncDispose]: () => Deno.remove(outDir, { recursive: true }),
  };
}

/** Serves a build on a free port of this machine until it is disposed of. */
export async function serveBuild(
  outDir: string,
): Promise<AsyncDisposable & { readonly origin: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["serve", "--no-check", "--host", "127.0.0.1", "--port", "0"],
      ...["--config", `${project}deno.json`, "--allow-net", "--allow-env"],
      `--allow-read=${project},${outDir}`,
      `${outDir}/server.js`,
    ],
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const [forPort, forRest] = child.stderr.tee();
  // Read to the end, or the child would block on a full pipe.
  const drained = forRest.pipeTo(new WritableStream());
  let said = "";
  for await (const text of forPort.pipeThrough(new TextDecoderStream())) {
    said += text;
    const port = /127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    if (port === undefined) continue;
    return {
      origin: `http://127.0.0.1:${port}`,
      async [Symbol.asyncDispose]() {
        child.kill("SIGTERM");
        await child.status;
        await drained;
      },
    };
  }
  await child.status;
  throw new Error(`deno serve ended before it listened: ${said}`);
}
