// The repository as tests see it: its files, its tasks, its module graph.

import { fileURLToPath } from "node:url";
import manifest from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

/** The path of a file, given from the repository's root. */
export function fromRepository(path: string): string {
  return fileURLToPath(new URL(path, ROOT));
}

/** A task of deno.json, in its long form. */
export interface Task {
  readonly command: string;
  readonly dependencies: readonly string[];
}

/** deno.json's tasks by name. */
export function tasks(): Readonly<Record<string, Task>> {
  const written = manifest.tasks as Readonly<Record<string, string | Partial<Task>>>;
  return Object.fromEntries(
    Object.entries(written).map(([name, task]) => [
      name,
      typeof task === "string"
        ? { command: task, dependencies: [] }
        : { command: task.command ?? "", dependencies: task.dependencies ?? [] },
    ]),
  );
}

/** All files at or below a path of the repository, by their path from the root. */
export async function filesBelow(path: string): Promise<string[]> {
  const info = await Deno.stat(fromRepository(path));
  if (info.isFile) return [path];
  const found: string[] = [];
  for await (const { name } of Deno.readDir(fromRepository(path))) {
    found.push(...await filesBelow(`${path}/${name}`));
  }
  return found.toSorted();
}

/** The repository's own modules that an entry loads, itself included, by their path from the root. */
export async function moduleGraph(entry: string): Promise<string[]> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
    cwd: fromRepository("./"),
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`deno info could not read ${entry}`);
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    readonly modules: readonly { readonly specifier: string }[];
  };
  return modules.map(({ specifier }) => specifier)
    .filter((specifier) => specifier.startsWith(ROOT.href))
    .map((specifier) => specifier.slice(ROOT.href.length));
}
