// A leaf node that is no NATS server but somebody with its password and certificate: says to a hub what a real server, which
// minds its permissions by itself, would not.

import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import type { CertFiles } from "./throwaway_certs.ts";
import { until } from "./until.ts";

/** One connection to a hub's port for leaf nodes. */
export class RawLeaf implements Disposable {
  /** Everything that the hub said since TLS. */
  heard = "";
  readonly #plain: Socket;
  readonly #socket: TLSSocket;

  static async connect(
    port: number,
    certs: CertFiles,
    login: { readonly user: string; readonly pass: string },
  ): Promise<RawLeaf> {
    const plain = createConnection(port, "127.0.0.1");
    try {
      await once(plain, "data"); // INFO
      plain.removeAllListeners("data");
      const socket = connect({
        socket: plain,
        host: "127.0.0.1",
        ca: await Deno.readTextFile(certs.ca),
        cert: await Deno.readTextFile(certs.cert),
        key: await Deno.readTextFile(certs.key),
      });
      await once(socket, "secureConnect");
      const leaf = new RawLeaf(plain, socket);
      // A hub takes one connection of each name.
      const name = crypto.randomUUID();
      const hello = { ...login, name, server_id: name, headers: true };
      socket.write(`CONNECT ${JSON.stringify(hello)}\r\n`);
      return leaf;
    } catch (error) {
      plain.destroy();
      throw error;
    }
  }

  private constructor(plain: Socket, socket: TLSSocket) {
    this.#plain = plain;
    this.#socket = socket;
    socket.on("data", (data: Uint8Array) => this.heard += new TextDecoder().decode(data));
    socket.on("error", () => {});
  }

  /** The hub's complaint about `command`, or "taken". */
  async say(command: string): Promise<string> {
    const before = this.heard.length;
    this.#socket.write(`${command}\r\nPING\r\n`);
    const answer = () => this.heard.slice(before);
    await until(() => /PONG|-ERR [^\r]*\r/.test(answer()), "the hub answers");
    return /-ERR '([^\r]*)'/.exec(answer())?.[1] ?? "taken";
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
    this.#plain.destroy();
  }
}
