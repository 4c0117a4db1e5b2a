// Where the programs of Debian that tests drive are on this machine. Looks along PATH, and where PATH knows /usr/bin also
// in the folders of servers beside it; nowhere else, so that a test can take them all away.

/** A program that tests drive: the Debian package and the names it goes by. */
export interface DebianProgram {
  readonly debianPackage: string;
  readonly names: readonly string[];
}

export const CHROMIUM: DebianProgram = { debianPackage: "chromium", names: ["chromium"] };
export const FIREFOX: DebianProgram = { debianPackage: "firefox-esr", names: ["firefox-esr"] };
export const NATS_SERVER: DebianProgram = { debianPackage: "nats-server", names: ["nats-server"] };
export const OPENSSL: DebianProgram = { debianPackage: "openssl", names: ["openssl"] };

/** Debian puts servers where the PATH of an ordinary user does not look. */
const SERVER_FOLDERS = ["/usr/sbin", "/usr/local/sbin"];

/** The full path of a program on PATH, or `null`. */
export function findOnPath(name: string): string | null {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((each) => each !== "");
  if (folders.includes("/usr/bin")) folders.push(...SERVER_FOLDERS);
  for (const folder of folders) {
    const path = `${folder}/${name}`;
    try {
      const { isFile, mode } = Deno.statSync(path);
      if (isFile && ((mode ?? 0) & 0o111) !== 0) return path;
    } catch {
      // Not here; further along PATH.
    }
  }
  return null;
}

/** The program's path, or `null` when it is not installed. */
export function findProgram({ names }: DebianProgram): string | null {
  return names.map(findOnPath).find((path) => path !== null) ?? null;
}

/** The program's path; a test that needs one that is not there fails with the line that says what to install. */
export function programPath(program: DebianProgram): string {
  const path = findProgram(program);
  if (path === null) throw new Error(howToInstall([program]));
  return path;
}

/** One line: what is missing, and the command that brings it. */
export function howToInstall(missing: readonly DebianProgram[]): string {
  const names = missing.map(({ debianPackage }) => debianPackage).join(" ");
  return `The tests need ${names}, which is not installed: apt-get install ${names}`;
}
