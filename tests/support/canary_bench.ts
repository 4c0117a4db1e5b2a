// A real bench whose every way out is watched: what it prints, from the first byte on, and each file that it could write.
// The process is the `start` task's own command (bench_process.ts); home and temporary folder are its own and empty.

import { ensureBuilt, serveArguments, spawnBench } from "./bench_process.ts";
import { type CanarySearch, type Found, sumOf } from "./canary.ts";
import { fromRepository } from "./repository.ts";

/** A bench under watch. */
export interface CanaryBench extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** TMPDIR of the process. */
  readonly temporaryFolder: string;
  /** What it printed so far. */
  readonly said: { readonly stdout: string; readonly stderr: string };
  /** Canaries in files that appeared or changed since its start, and in files that it has open for writing now. */
  searchFiles(search: CanarySearch): Promise<FileSearch>;
  /** Resolves when the process ended by itself. */
  readonly ended: Promise<Deno.CommandStatus>;
  stop(signal?: Deno.Signal): Promise<Deno.CommandStatus>;
}

/** What a search through files looked at and found. */
export interface FileSearch {
  /** Paths of files that were searched. */
  readonly searched: readonly string[];
  readonly found: readonly Found[];
}

/** Never written by a bench, and too large to list at every test. */
const NOT_LISTED = [".git", "node_modules"];

/** Starts a bench with further flags of Deno's and waits until it listens. */
export async function startCanaryBench(
  { env = {}, flags = [], isNative = false }: {
    readonly env?: Readonly<Record<string, string>>;
    readonly flags?: readonly string[];
    /** On the Deno-native listener, by `deno serve`, with the leave that `start` gives. */
    readonly isNative?: boolean;
  } = {},
): Promise<CanaryBench> {
  await ensureBuilt();
  const own = await Deno.makeTempDir();
  const [home, temporary] = [`${own}/home`, `${own}/tmp`];
  await Promise.all([Deno.mkdir(home), Deno.mkdir(temporary)]);
  const cache = await denoFolder();
  const folders = [fromRepository("./").replace(/\/$/, ""), own, cache];
  const before = await listFiles(folders);
  const [run, ...leave] = serveArguments().slice(0, -1);
  const child = spawnBench({
    args: isNative
      ? ["serve", ...flags, ...leave, "--host", "127.0.0.1", "--port", "0", "_fresh/server.js"]
      : [run!, ...flags, ...leave, serveArguments().at(-1)!],
    env: { HOME: home, TMPDIR: temporary, XDG_CACHE_HOME: home, DENO_DIR: cache, ...env },
  });
  const said = { stdout: "", stderr: "" };
  const { promise: listening, resolve: onAddress } = Promise.withResolvers<string | null>();
  const read = async (from: ReadableStream<Uint8Array<ArrayBuffer>>, name: keyof typeof said) => {
    for await (const text of from.pipeThrough(new TextDecoderStream())) {
      said[name] += text;
      const address = /(?:open at|Listening on) (http:\/\/[^/\s]+)\/?\s/.exec(said[name])?.[1];
      if (address !== undefined) onAddress(address);
    }
  };
  const ended = Promise.all([
    child.status,
    read(child.stdout, "stdout"),
    read(child.stderr, "stderr"),
  ])
    .then(([status]) => status);
  ended.then(() => onAddress(null));
  const url = await listening;
  if (url === null) throw new Error(`the bench did not start: ${said.stdout}${said.stderr}`);
  const stop = async (signal: Deno.Signal = "SIGTERM") => {
    try {
      child.kill(signal);
    } catch {
      // It ended by itself.
    }
    return await ended;
  };
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid,
    temporaryFolder: temporary,
    said,
    ended,
    stop,
    async searchFiles(search) {
      const changed = [...await listFiles(folders)].filter(([path, stamp]) =>
        before.get(path) !== stamp
      ).map(([path]) => path);
      const searched = [...changed, ...await openForWriting(child.pid)];
      const found: Found[] = [];
      for (const path of searched) {
        found.push(...search.findInText(path));
        found.push(...search.find(await Deno.readFile(path).catch(ifGone)));
      }
      return { searched, found: sumOf(found) };
    },
    async [Symbol.asyncDispose]() {
      await stop("SIGKILL");
      await Deno.remove(own, { recursive: true });
    },
  };
}

/** A file that went while we looked for it holds nothing any more. */
function ifGone(error: unknown): Uint8Array<ArrayBuffer> {
  if (error instanceof Deno.errors.NotFound) return new Uint8Array();
  throw error;
}

async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return (JSON.parse(new TextDecoder().decode(stdout)) as { readonly denoDir: string }).denoDir;
}

/** All files below folders, with what changes when they are written. */
async function listFiles(folders: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const walk = async (folder: string): Promise<void> => {
    for (const { name, isDirectory, isFile } of [...Deno.readDirSync(folder)]) {
      const path = `${folder}/${name}`;
      if (isDirectory && !NOT_LISTED.includes(name)) await walk(path);
      if (!isFile) continue;
      const info = await Deno.lstat(path).catch(() => null);
      if (info !== null) files.set(path, `${info.mtime?.getTime()} ${info.size}`);
    }
  };
  for (const folder of folders) await walk(folder);
  return files;
}

/** Files that a process holds open for writing, also nameless ones. Empty when it ended. */
async function openForWriting(pid: number): Promise<readonly string[]> {
  const paths: string[] = [];
  try {
    for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
      const path = `/proc/${pid}/fd/${name}`;
      const flags = /^flags:\s+([0-7]+)/m.exec(
        await Deno.readTextFile(`/proc/${pid}/fdinfo/${name}`),
      );
      const { isFile } = await Deno.stat(path).catch(() => ({ isFile: false }));
      // The two lowest bits: read only, write only, both.
      if (isFile && (parseInt(flags![1]!, 8) & 3) !== 0) paths.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return paths;
}
