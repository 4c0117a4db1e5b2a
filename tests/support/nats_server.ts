// Real nats-servers for tests: on loopback, on ports that the system chose, ended with the test. A server that is started
// again listens where it listened before. Ends no process but its own children; every wait has a bound.

import { NATS_SERVER, programPath } from "./debian_program.ts";
import type { CertFiles } from "./throwaway_certs.ts";
import { until } from "./until.ts";

/** What a server is to offer. Its client port is always there. */
export interface NatsSetup {
  /** The loopback address of all its listeners. */
  readonly host?: string;
  /** Only where the number itself is what is tested, and then on a host of the test's own. */
  readonly clientPort?: number;
  /** More of the configuration, in NATS's own words. */
  readonly config?: string;
  readonly maxPayloadBytes?: number;
  /** Clients must speak TLS. */
  readonly tls?: CertFiles;
  readonly hasWebSocket?: boolean;
  readonly webSocketTls?: CertFiles;
  /** Other servers' route ports on this machine; a list makes it part of a cluster, and an empty one too. */
  readonly routes?: readonly number[];
  readonly routeTls?: CertFiles;
  readonly hasLeafPort?: boolean;
}

/** A configuration that is started as it stands, with what it reads from the environment. */
export interface NatsFile {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** The listeners it opens. */
  readonly listeners: readonly ListenerName[];
}

export type ListenerName = "client" | "route" | "leaf" | "websocket";

/** How each listener says where it is. */
const LISTENING: Readonly<Record<ListenerName, RegExp>> = {
  client: /Listening for client connections on (\S+):(\d+)/,
  route: /Listening for route connections on (\S+):(\d+)/,
  leaf: /Listening for leafnode connections on (\S+):(\d+)/,
  websocket: /Listening for websocket clients on wss?:\/\/(\S+):(\d+)/,
};

/** One server, from its start to its disposal, with all the times it was killed between. */
export class NatsServer implements AsyncDisposable {
  /** Everything it wrote, over all its starts. */
  log = "";
  readonly #folder: string;
  readonly #configPath: string;
  /** `null`: the file is used as it stands. */
  #setup: NatsSetup | null;
  readonly #env: Readonly<Record<string, string>>;
  readonly #listeners: readonly ListenerName[];
  readonly #ports = new Map<ListenerName, number>();
  readonly #hosts = new Map<ListenerName, string>();
  #child: Deno.ChildProcess | null = null;
  #reading: Promise<void> = Promise.resolve();
  /** Where in the log the newest start begins. */
  #startedAt = 0;

  /** A server as `setup` says, once it listens. */
  static async start(setup: NatsSetup = {}): Promise<NatsServer> {
    const listeners: ListenerName[] = ["client"];
    if (setup.routes !== undefined) listeners.push("route");
    if (setup.hasWebSocket === true) listeners.push("websocket");
    if (setup.hasLeafPort === true) listeners.push("leaf");
    const folder = await Deno.makeTempDir();
    const configPath = `${folder}/server.conf`;
    return await new NatsServer({ folder, configPath, setup, env: {}, listeners }).#firstStart();
  }

  /** A server with a configuration as it stands in a file, once it listens. */
  static async startFile({ path, env, listeners }: NatsFile): Promise<NatsServer> {
    const folder = await Deno.makeTempDir();
    const parts = { folder, configPath: path, setup: null, env, listeners };
    return await new NatsServer(parts).#firstStart();
  }

  private constructor(parts: {
    readonly folder: string;
    readonly configPath: string;
    readonly setup: NatsSetup | null;
    readonly env: Readonly<Record<string, string>>;
    readonly listeners: readonly ListenerName[];
  }) {
    this.#folder = parts.folder;
    this.#configPath = parts.configPath;
    this.#setup = parts.setup;
    this.#env = parts.env;
    this.#listeners = parts.listeners;
  }

  /** Where it listens for `name`; throws when it does not. */
  port(name: ListenerName = "client"): number {
    const port = this.#ports.get(name);
    if (port === undefined) throw new Error(`it has no ${name} port`);
    return port;
  }

  /** The address that it bound for `name`. */
  host(name: ListenerName): string {
    return this.#hosts.get(name) ?? "";
  }

  /** What it wrote since its newest start. */
  get newestLog(): string {
    return this.log.slice(this.#startedAt);
  }

  /** NATS_PEERS for a bench beside it. */
  get address(): string {
    return `nats://${this.host("client")}:${this.port()}`;
  }

  /** Ends the process as `signal` does and waits until it is gone. */
  async kill(signal: Deno.Signal = "SIGKILL"): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    try {
      child.kill(signal);
    } catch {
      // It has ended by itself.
    }
    await Promise.all([child.status, this.#reading]);
  }

  /** Starts it again, where it listened before, with what is changed in its setup; listeners cannot be added. */
  async restart(changes: NatsSetup = {}): Promise<void> {
    await this.kill();
    if (this.#setup !== null) this.#setup = { ...this.#setup, ...changes };
    await this.#start();
  }

  /** The process stands still: it reads and writes nothing, its connections stay. */
  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  /** Ends `freeze`. */
  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #firstStart(): Promise<NatsServer> {
    try {
      await this.#start();
      return this;
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #start(): Promise<void> {
    if (this.#setup !== null) {
      const config = renderConfig(this.#setup, (name) => this.#ports.get(name) ?? -1);
      await Deno.writeTextFile(this.#configPath, config);
    }
    this.#startedAt = this.log.length;
    const child = new Deno.Command(programPath(NATS_SERVER), {
      args: ["-c", this.#configPath],
      env: { ...this.#env },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#child = child;
    let hasEnded = false;
    this.#reading = this.#read(child.stderr).then(() => {
      hasEnded = true;
    });
    await until(() => {
      if (hasEnded) throw new Error(`nats-server did not start:\n${this.newestLog}`);
      return this.#listeners.every((name) => LISTENING[name].test(this.newestLog));
    }, "nats-server listens");
    for (const name of this.#listeners) {
      const [, host, port] = LISTENING[name].exec(this.newestLog)!;
      this.#hosts.set(name, host!);
      this.#ports.set(name, Number(port));
    }
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) this.log += text;
  }
}

/** Servers in one cluster, each with routes to all before it; once every one knows every other. */
export async function startCluster(
  size: number,
  setup: Omit<NatsSetup, "routes"> = {},
): Promise<readonly NatsServer[] & AsyncDisposable> {
  const servers: NatsServer[] = [];
  const dispose = async () => {
    for (const server of servers) await server[Symbol.asyncDispose]();
  };
  try {
    for (let index = 0; index < size; index++) {
      const routes = servers.map((server) => server.port("route"));
      servers.push(await NatsServer.start({ ...setup, routes }));
    }
    for (const server of servers) await routesStand(server, size - 1);
  } catch (error) {
    await dispose();
    throw error;
  }
  return Object.assign(servers, { [Symbol.asyncDispose]: dispose });
}

/** Waits until `server` has said of so many routes since its newest start that they stand. */
export async function routesStand(server: NatsServer, count: number): Promise<void> {
  const made = () => server.newestLog.split(/Route connection created/).length - 1;
  await until(() => made() >= count, `${count} routes of a nats-server`);
}

function renderConfig(setup: NatsSetup, portOf: (name: ListenerName) => number): string {
  const { host = "127.0.0.1", clientPort, maxPayloadBytes, tls, routes, routeTls } = setup;
  const listen = (name: ListenerName, port = portOf(name)) => `listen: "${host}:${port}"`;
  const lines = [listen("client", clientPort)];
  if (maxPayloadBytes !== undefined) lines.push(`max_payload: ${maxPayloadBytes}`);
  if (tls !== undefined) lines.push(`tls { ${renderCerts(tls)} }`);
  if (setup.hasWebSocket === true) {
    const webTls = setup.webSocketTls === undefined
      ? "no_tls: true"
      : `tls { ${renderCerts(setup.webSocketTls)} }`;
    lines.push(`websocket { ${listen("websocket")}, ${webTls} }`);
  }
  if (setup.hasLeafPort === true) lines.push(`leafnodes { ${listen("leaf")} }`);
  if (routes !== undefined) {
    const addresses = routes.map((port) => `"nats://127.0.0.1:${port}"`).join(", ");
    // Clients are told no addresses: what a test cuts must not be gone round.
    lines.push(`cluster { name: "test", ${listen("route")}, no_advertise: true`);
    if (routeTls !== undefined) lines.push(`  tls { ${renderCerts(routeTls)}, verify: true }`);
    lines.push(`  routes: [${addresses}] }`);
  }
  return [...lines, setup.config ?? "", ""].join("\n");
}

function renderCerts({ ca, cert, key }: CertFiles): string {
  return `cert_file: "${cert}", key_file: "${key}", ca_file: "${ca}"`;
}
