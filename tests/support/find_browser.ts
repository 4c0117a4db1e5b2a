// Where Debian's browsers are on this machine. Looks along PATH and nowhere else, so that a test can take them away.

/** A browser that tests drive: the Debian package and the names its program goes by. */
export interface Browser {
  readonly debianPackage: string;
  readonly programs: readonly string[];
}

export const CHROMIUM: Browser = { debianPackage: "chromium", programs: ["chromium"] };
export const FIREFOX: Browser = { debianPackage: "firefox-esr", programs: ["firefox-esr"] };

/** The full path of a program on PATH, or `null`. */
export function findProgram(name: string): string | null {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":").filter((each) => each !== "")) {
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

/** The browser's path, or `null` when it is not installed. */
export function findBrowser({ programs }: Browser): string | null {
  return programs.map(findProgram).find((path) => path !== null) ?? null;
}

/** The browser's path; a test that needs one that is not there fails with the line that says what to install. */
export function browserPath(browser: Browser): string {
  const path = findBrowser(browser);
  if (path === null) throw new Error(howToInstall([browser]));
  return path;
}

/** One line: what is missing, and the command that brings it. */
export function howToInstall(missing: readonly Browser[]): string {
  const names = missing.map(({ debianPackage }) => debianPackage).join(" ");
  return `The tests need ${names}, which is not installed: apt-get install ${names}`;
}
