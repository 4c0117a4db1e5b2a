// A bench's heap as V8's inspector shows it: collect, snapshot, and search, with the way from a root to whatever still holds
// a value. Contents of array buffers are in no snapshot, so they are searched in the process itself. The bench is started
// with --inspect for it; what it prints is another test's matter.

import { Buffer } from "node:buffer";
import { type Canary, CanarySearch, type Found, spellingsOf, sumOf } from "./canary.ts";

/** Strings up to this length stand in a snapshot whole. */
const STRING_LIMIT = 1_000_000;

/** Flags for a bench whose heap is to be looked at, with further flags of V8's. */
export function inspectableWith(...v8Flags: readonly string[]): readonly string[] {
  const flags = [`--heap-snapshot-string-limit=${STRING_LIMIT}`, ...v8Flags];
  return ["--inspect=127.0.0.1:0", `--v8-flags=${flags.join()}`];
}

/** Those flags, and no further ones. */
export const INSPECTABLE: readonly string[] = inspectableWith();

type Fields = Readonly<Record<string, unknown>>;

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Fields;
  readonly result?: Fields;
  readonly error?: Fields;
}

/** One conversation with a process's inspector. */
export class Inspector implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #chunks: string[] = [];
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      const answer = JSON.parse(data) as Answer;
      if (answer.method === "HeapProfiler.addHeapSnapshotChunk") {
        this.#chunks.push(answer.params!.chunk as string);
      }
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
    };
  }

  /** Speaks to the process that printed this on stderr. Throws when it did not say where its inspector listens. */
  static async of(stderr: string): Promise<Inspector> {
    const url = /ws:\/\/\S+/.exec(stderr)?.[0];
    if (url === undefined) throw new Error("the bench has no inspector");
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error("the inspector did not answer"));
    });
    return new Inspector(socket);
  }

  /** Calls a method of the protocol. Throws with its words when the inspector refuses. */
  async call(method: string, params: Fields = {}): Promise<Fields> {
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting.set(id, resolve);
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await promise;
    this.#waiting.delete(id);
    if (result === undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  }

  /** Runs an expression in the process; resolves to its value. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.call("Runtime.evaluate", {
      expression,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error("the expression threw");
    return (result as Fields).value;
  }

  /** Collects what can be collected, and takes a snapshot of the rest. */
  async snapshot(): Promise<HeapSnapshot> {
    // Twice: what finalizers and ephemerons let go of in the first falls in the second.
    await this.call("HeapProfiler.collectGarbage");
    await this.call("HeapProfiler.collectGarbage");
    this.#chunks = [];
    await this.call("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
    const text = this.#chunks.join("");
    this.#chunks = [];
    return new HeapSnapshot(JSON.parse(text) as RawSnapshot);
  }

  /** How often each canary is in the bytes of array buffers that are reachable. */
  async searchArrayBuffers(canaries: readonly Canary[]): Promise<readonly Found[]> {
    const needles = canaries.map(({ bytes }) =>
      spellingsOf(bytes).map(([, spelling]) => spelling.toString("hex"))
    );
    const found: Found[] = [];
    for (const kind of ["ArrayBuffer", "SharedArrayBuffer"]) {
      const { result: prototype } = await this.call("Runtime.evaluate", {
        expression: `${kind}.prototype`,
      });
      const { objects } = await this.call("Runtime.queryObjects", {
        prototypeObjectId: (prototype as Fields).objectId,
      });
      const { result } = await this.call("Runtime.callFunctionOn", {
        objectId: (objects as Fields).objectId,
        // In the bench: hex of each buffer, at even places only. The needles are hex, so that they match none of themselves.
        functionDeclaration: `function (needles) {
          const times = needles.map(() => 0);
          let bytes = 0;
          for (const buffer of this) {
            if (buffer.byteLength === 0) continue;
            const hex = new Uint8Array(buffer).toHex();
            bytes += buffer.byteLength;
            needles.forEach((spellings, i) => {
              for (const needle of spellings) {
                for (let at = hex.indexOf(needle); at >= 0; at = hex.indexOf(needle, at + 1)) {
                  if (at % 2 === 0) times[i]++;
                }
              }
            });
          }
          return { times, bytes };
        }`,
        arguments: [{ value: needles }],
        returnByValue: true,
      });
      const { times } = (result as { readonly value: { readonly times: readonly number[] } }).value;
      times.forEach((count, i) => {
        if (count > 0) found.push({ what: canaries[i]!.what, spelling: kind, times: count });
      });
    }
    return sumOf(found);
  }

  /** Ends the conversation. Harmless when the process is gone. */
  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => this.#socket.onclose = resolve);
    this.#socket.close();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

interface RawSnapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly (string | readonly string[])[];
      readonly edge_fields: readonly string[];
      readonly edge_types: readonly (string | readonly string[])[];
    };
  };
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly strings: readonly string[];
}

/** One string of the heap that holds a canary, and how it is reached. */
export interface Held {
  readonly what: string;
  readonly spelling: string;
  /** From a root to the string, property by property; of several ways a shortest. "unreachable" when there is none. */
  readonly path: string;
}

/** What V8 wrote down of a heap. */
export class HeapSnapshot {
  readonly #raw: RawSnapshot;

  constructor(raw: RawSnapshot) {
    this.#raw = raw;
  }

  get strings(): number {
    return this.#raw.strings.length;
  }

  /** Every node whose text holds a canary. */
  find(canaries: readonly Canary[]): readonly Held[] {
    const search = new CanarySearch(canaries);
    const { nodes, strings, snapshot: { meta } } = this.#raw;
    const finds = new Map<number, readonly Found[]>();
    strings.forEach((text, i) => {
      const found = search.find(Buffer.from(text));
      if (found.length > 0) finds.set(i, found);
    });
    if (finds.size === 0) return [];
    const nodeSize = meta.node_fields.length;
    const nameAt = meta.node_fields.indexOf("name");
    const paths = this.#pathsToNodes();
    const held: Held[] = [];
    const named = new Set<number>();
    for (let node = 0; node < nodes.length; node += nodeSize) {
      const found = finds.get(nodes[node + nameAt]!);
      if (found === undefined) continue;
      named.add(nodes[node + nameAt]!);
      for (const { what, spelling } of found) held.push({ what, spelling, path: paths(node) });
    }
    for (const [i, found] of finds) {
      // The name of an edge: a property is called so.
      if (named.has(i)) continue;
      for (const { what, spelling } of found) {
        held.push({ what, spelling, path: "a property's name" });
      }
    }
    return held;
  }

  /** Breadth first from the root over all edges but weak ones; answers with the way to a node. */
  #pathsToNodes(): (node: number) => string {
    const { nodes, edges, strings, snapshot: { meta } } = this.#raw;
    const nodeSize = meta.node_fields.length;
    const edgeSize = meta.edge_fields.length;
    const [nameAt, countAt] = [
      meta.node_fields.indexOf("name"),
      meta.node_fields.indexOf("edge_count"),
    ];
    const [typeAt, labelAt, toAt] = ["type", "name_or_index", "to_node"].map((field) =>
      meta.edge_fields.indexOf(field)
    ) as [number, number, number];
    const edgeTypes = meta.edge_types[typeAt] as readonly string[];
    const firstEdge = new Map<number, number>();
    let edge = 0;
    for (let node = 0; node < nodes.length; node += nodeSize) {
      firstEdge.set(node, edge);
      edge += nodes[node + countAt]! * edgeSize;
    }
    const cameBy = new Map<number, { readonly from: number; readonly edge: number }>();
    const reached = new Set<number>([0]);
    const queue = [0];
    for (const node of queue) {
      const first = firstEdge.get(node)!;
      for (let i = 0; i < nodes[node + countAt]!; i++) {
        const at = first + i * edgeSize;
        const to = edges[at + toAt]!;
        if (edgeTypes[edges[at + typeAt]!] === "weak" || reached.has(to)) continue;
        reached.add(to);
        cameBy.set(to, { from: node, edge: at });
        queue.push(to);
      }
    }
    const short = (text: string) => text.length > 40 ? `${text.slice(0, 12)}...` : text;
    return (target) => {
      if (!reached.has(target)) return "unreachable";
      const steps: string[] = [];
      for (let node = target; node !== 0;) {
        const { from, edge } = cameBy.get(node)!;
        const type = edgeTypes[edges[edge + typeAt]!]!;
        const label = edges[edge + labelAt]!;
        const isIndex = type === "element" || type === "hidden";
        const name = node === target ? "" : ` ${short(strings[nodes[node + nameAt]!]!)}`;
        steps.unshift(`.${isIndex ? `[${label}]` : short(strings[label]!)}${name}`);
        node = from;
      }
      return steps.join(" ");
    };
  }
}
