// Certificates for one test, made by the script that operators are told to use (deploy/park/certs.sh), and thrown away.

import { fromRepository } from "./repository.ts";

/** Files in PEM. */
export interface CertFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** An authority, and a certificate that it gave to 127.0.0.1; all gone at the disposal. */
export class ThrowawayCerts implements AsyncDisposable {
  readonly folder: string;
  readonly files: CertFiles;

  private constructor(folder: string) {
    this.folder = folder;
    this.files = {
      ca: `${folder}/ca.pem`,
      cert: `${folder}/127.0.0.1.pem`,
      key: `${folder}/127.0.0.1.key`,
    };
  }

  static async make(): Promise<ThrowawayCerts> {
    const folder = await Deno.makeTempDir();
    const { success, stderr } = await new Deno.Command("sh", {
      args: [fromRepository("deploy/park/certs.sh"), folder, "127.0.0.1"],
      stdin: "null",
    }).output();
    if (!success) throw new Error(`no certificates: ${new TextDecoder().decode(stderr)}`);
    return new ThrowawayCerts(folder);
  }

  /** The authority's certificate as text. */
  caText(): Promise<string> {
    return Deno.readTextFile(this.files.ca);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
