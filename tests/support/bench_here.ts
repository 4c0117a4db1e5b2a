// A bench in the test's own process, behind a front that records everything on its way to and from the bench: each HTTP
// request and each WebSocket message. What the front records is what the bench sees; the bench's own counts are at hand.

import { Bench, parseConfig, useBench } from "../../lib/bench/mod.ts";
import { ensureBuilt } from "./bench_process.ts";
import { fromRepository } from "./repository.ts";

/** One thing that passed the front. */
export interface Recorded {
  readonly kind: "request" | "request-body" | "up" | "down";
  readonly bytes: Uint8Array;
}

/** A running bench and its record. */
export interface BenchHere extends AsyncDisposable {
  /** The front's address: what people open. */
  readonly url: string;
  readonly bench: Bench;
  readonly recorded: Recorded[];
}

/** Starts a bench behind a recording front. `env` are further settings. */
export async function startBenchHere(
  env: Readonly<Record<string, string>> = {},
): Promise<BenchHere> {
  await ensureBuilt();
  const recorded: Recorded[] = [];
  const utf8 = new TextEncoder();
  let inner = "";
  const front = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const headers = [...request.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
      recorded.push({
        kind: "request",
        bytes: utf8.encode(`${request.method} ${pathname}${search}\n${headers}`),
      });
      const target = `${inner}${pathname}${search}`;
      if (request.headers.get("upgrade")?.toLowerCase() === "websocket") {
        return passSocket(
          request,
          target,
        );
      }
      const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
      if (body !== null) recorded.push({ kind: "request-body", bytes: body });
      const answer = await fetch(target, {
        method: request.method,
        headers: request.headers,
        body,
        redirect: "manual",
      });
      const passed = new Headers(answer.headers);
      // fetch has unpacked it already.
      passed.delete("content-encoding");
      passed.delete("content-length");
      return new Response(answer.body, { status: answer.status, headers: passed });
    },
  );
  const url = `http://localhost:${(front.addr as Deno.NetAddr).port}`;

  function passSocket(request: Request, target: string): Response {
    const { socket: toTab, response } = Deno.upgradeWebSocket(request, { protocol: "bt1" });
    toTab.binaryType = "arraybuffer";
    const options = {
      protocols: ["bt1"],
      headers: { origin: request.headers.get("origin") ?? "" },
    };
    // Deno takes headers here; the DOM's types do not know that.
    const toBench = new WebSocket(target.replace(/^http/, "ws"), options as unknown as string[]);
    toBench.binaryType = "arraybuffer";
    const waiting: (string | ArrayBuffer)[] = [];
    const bytesOf = (data: string | ArrayBuffer) =>
      typeof data === "string" ? utf8.encode(data) : new Uint8Array(data);
    toTab.onmessage = ({ data }) => {
      recorded.push({ kind: "up", bytes: bytesOf(data) });
      if (toBench.readyState === WebSocket.OPEN) toBench.send(data);
      else waiting.push(data);
    };
    toBench.onopen = () => {
      for (const data of waiting.splice(0)) toBench.send(data);
    };
    toBench.onmessage = ({ data }) => {
      recorded.push({ kind: "down", bytes: bytesOf(data) });
      if (toTab.readyState === WebSocket.OPEN) toTab.send(data);
    };
    toTab.onclose = () => toBench.close();
    toBench.onclose = ({ code }) => {
      if (toTab.readyState === WebSocket.OPEN) toTab.close(code >= 3000 ? code : 1000);
    };
    toTab.onerror = toBench.onerror = () => {};
    return response;
  }

  const config = parseConfig({ PUBLIC_URL: url, ...env });
  if (!config.ok) throw new Error(config.problem);
  const bench = new Bench(config.config);
  useBench(bench);
  const { default: server } = await import(`file://${fromRepository("./_fresh/server.js")}`) as {
    readonly default: { readonly fetch: Deno.ServeHandler };
  };
  const back = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, server.fetch);
  inner = `http://127.0.0.1:${(back.addr as Deno.NetAddr).port}`;
  return {
    url,
    bench,
    recorded,
    async [Symbol.asyncDispose]() {
      await bench.stop();
      await Promise.all([front.shutdown(), back.shutdown()]);
    },
  };
}
