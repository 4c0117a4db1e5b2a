// Everything at the self-hosted listener that is no open socket: pages and sockets on one port, requests that are cut in
// time, refused handshakes, and garbage. Attackers come from 127.0.0.2 and up.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import type { Admission, SocketRequest } from "../../lib/relay/socket_port.ts";
import { HEADERS_MS, LOOK_EVERY_MS, MAX_PAGE_CONNECTIONS } from "../../lib/self_hosted/bounds.ts";
import { type Handler, ListenError, openListener } from "../../lib/self_hosted/mod.ts";
import { encodeRawFrame, OP, RawSocket } from "../support/raw_socket.ts";
import { Seeded } from "../support/seeded.ts";

const HONEST = "127.0.0.1";
const STRANGER = "127.0.0.2";
const WAIT_MS = 20_000;

/** A relay's end that hears nothing. */
const silent = { onText() {}, onBinary() {}, onAlive() {}, onClose() {} };
const admitAll = (): Admission => ({ ok: true, accept: () => silent });

interface Rig {
  readonly port: number;
  readonly faults: () => number;
  /** Writes to a connection of its own; resolves to all that came once it ended. */
  ask(text: string | Uint8Array, from?: string): Promise<string>;
  /** A connection that is held, and what becomes of it. */
  hold(text: string, from?: string): Promise<Held>;
}

interface Held {
  readonly socket: Socket;
  readonly ended: Promise<string>;
  isEnded(): boolean;
}

async function withListener(
  options: {
    readonly handler?: Handler;
    readonly admit?: (request: SocketRequest) => Admission;
    readonly maxConnections?: number;
  },
  run: (rig: Rig) => Promise<void>,
): Promise<void> {
  let faults = 0;
  const listener = await openListener({
    hostname: "127.0.0.1",
    port: 0,
    maxConnections: options.maxConnections ?? 100,
    admit: options.admit ?? admitAll,
    handler: options.handler ??
      ((request) => new Response(`page ${new URL(request.url).pathname}`)),
    onFault: () => faults++,
  });
  const open = new Set<Socket>();
  const hold = (text: string | Uint8Array, from = STRANGER): Promise<Held> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: "127.0.0.1", port: listener.port, localAddress: from });
      open.add(socket);
      let said = "";
      let isEnded = false;
      const { promise: ended, resolve: onEnded } = Promise.withResolvers<string>();
      socket.on("data", (bytes: Buffer) => said += bytes.toString("latin1"));
      socket.on("error", () => {});
      socket.once("error", reject);
      socket.on("end", () => socket.end());
      socket.on("close", () => {
        open.delete(socket);
        isEnded = true;
        onEnded(said);
      });
      socket.on("connect", () => {
        socket.write(text);
        resolve({ socket, ended, isEnded: () => isEnded });
      });
    });
  try {
    await run({
      port: listener.port,
      faults: () => faults,
      ask: async (text, from) => within((await hold(text, from)).ended, "an answer"),
      hold,
    });
  } finally {
    for (const socket of open) socket.destroy();
    await within(listener.close(), "the listener's end");
  }
}

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain for ${what}`)), WAIT_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
const get = (path: string, more = "") =>
  `GET ${path} HTTP/1.1\r\nhost: bench.example\r\nconnection: close\r\n${more}\r\n`;
const upgrade = (path: string, more = "") =>
  `GET ${path} HTTP/1.1\r\nhost: bench.example\r\nconnection: Upgrade\r\nupgrade: websocket\r\n` +
  `sec-websocket-version: 13\r\nsec-websocket-protocol: bt1\r\n${more}\r\n`;
const KEY = "sec-websocket-key: c2l4dGVlbiBieXRlcyBvaw==\r\n";

Deno.test("pages and sockets live on one port, and the handler is told where a request is from", () => {
  const seen: string[] = [];
  const asked: SocketRequest[] = [];
  return withListener({
    handler: (request, info) => {
      seen.push(`${request.method} ${request.url} ${JSON.stringify(info.remoteAddr)}`);
      return new Response("a page", { headers: { "x-mark": "1" } });
    },
    admit: (request) => {
      asked.push(request);
      return admitAll();
    },
  }, async ({ port, ask }) => {
    const opening = await RawSocket.open({
      port,
      localAddress: STRANGER,
      origin: "http://own.example",
      headers: { "x-forwarded-for": "192.0.2.7" },
    });
    if (opening.tag !== "open") throw new Error("no socket");
    const answer = await ask(get("/room?a=b"));
    assertEquals(statusOf(answer), 200);
    assertMatch(answer, /x-mark: 1/i);
    assertMatch(answer, /a page/);
    assertMatch(
      seen[0]!,
      /^GET http:\/\/bench\.example\/room\?a=b \{"transport":"tcp","hostname":"127\.0\.0\.2","port":\d+\}$/,
    );
    assertEquals(asked, [{
      origin: "http://own.example",
      host: `127.0.0.1:${port}`,
      upgrade: "websocket",
      subprotocols: "bt1",
      forwardedFor: "192.0.2.7",
      remoteAddress: STRANGER,
    }]);
    opening.socket.cut();
  });
});

Deno.test("a head without a body, an answer without one, and a long one that is read to its end", () =>
  withListener({
    handler: (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/same") return new Response(null, { status: 304, headers: { etag: "x" } });
      return new Response("x".repeat(1_000_000));
    },
  }, async ({ port, ask, faults }) => {
    const head = await fetch(`http://127.0.0.1:${port}/`, { method: "HEAD" });
    assertEquals([head.status, await head.text()], [200, ""]);
    const same = await ask(get("/same"));
    assertEquals(statusOf(same), 304);
    assertEquals(same.endsWith("\r\n\r\n"), true);
    const long = await fetch(`http://127.0.0.1:${port}/long`);
    assertEquals((await long.text()).length, 1_000_000);
    assertEquals(faults(), 0);
  }));

Deno.test("a browser that goes away in the middle cancels the answer and harms nothing", async () => {
  const { promise: cancelled, resolve } = Promise.withResolvers<void>();
  await withListener({
    handler: (request) =>
      new URL(request.url).pathname === "/endless"
        ? new Response(
          new ReadableStream({
            pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
            cancel: () => resolve(),
          }),
        )
        : new Response("here"),
  }, async ({ hold, ask, faults }) => {
    const { socket } = await hold(get("/endless"));
    await new Promise((resolve) => socket.once("data", resolve));
    socket.destroy();
    await within(cancelled, "the cancellation");
    assertEquals(statusOf(await ask(get("/"))), 200);
    assertEquals(faults(), 0);
  });
});

Deno.test("a handler that fails is a 500 without a word of why, and is reported", () =>
  withListener({
    handler: () => Promise.reject(new Error("marked-secret")),
  }, async ({ ask, faults }) => {
    const answer = await ask(get("/"));
    assertEquals([statusOf(answer), answer.includes("marked-secret")], [500, false]);
    assertEquals(faults(), 1);
  }));

Deno.test("[M4] a refused socket is told its status and words, and its connection ends", () =>
  withListener({
    admit: () => ({
      ok: false,
      status: 429,
      words: "Too many at once.",
      headers: { "retry-after": "2" },
    }),
  }, async ({ ask, faults }) => {
    const answer = await ask(upgrade("/ws", KEY));
    assertEquals(statusOf(answer), 429);
    assertMatch(answer, /connection: close\r\n/i);
    assertMatch(answer, /retry-after: 2\r\n/i);
    assertMatch(answer, /\r\n\r\nToo many at once\.\n$/);
    assertEquals(faults(), 0);
  }));

Deno.test("a socket elsewhere is 404, and nobody is asked", () => {
  let asked = 0;
  return withListener({ admit: () => (asked++, admitAll()) }, async ({ ask }) => {
    for (const path of ["/", "/ws/", "/wss", "//ws", "/WS", "http://bench.example/ws"]) {
      assertEquals(statusOf(await ask(upgrade(path, KEY))), 404, path);
    }
    assertEquals(asked, 0);
  });
});

Deno.test("a handshake that is none is 400 and leaves nothing behind", () => {
  let accepted = 0;
  return withListener({
    admit: () => ({ ok: true, accept: () => (accepted++, silent) }),
  }, async ({ ask, faults }) => {
    for (
      const text of [
        upgrade("/ws"),
        upgrade("/ws", "sec-websocket-key: short\r\n"),
        upgrade("/ws", KEY).replace("version: 13", "version: 7"),
        upgrade("/ws", KEY).replace("protocol: bt1", "protocol: bt1,,(x"),
        upgrade("/ws", KEY).replace("GET", "POST"),
      ]
    ) assertEquals(statusOf(await ask(text)), 400, text);
    assertEquals([accepted, faults()], [0, 0]);
  });
});

Deno.test("an admission that throws is a 500 and is reported", () =>
  withListener({
    admit: () => {
      throw new Error("a mistake of ours");
    },
  }, async ({ ask, faults }) => {
    assertEquals(statusOf(await ask(upgrade("/ws", KEY))), 500);
    assertEquals(faults(), 1);
  }));

Deno.test("half a header, held, is cut in time and told 408", () =>
  withListener({}, async ({ hold }) => {
    const sinceMs = performance.now();
    const half = await hold("GET / HTTP/1.1\r\nhost: bench.exa");
    const nothing = await hold("");
    assertEquals(statusOf(await within(half.ended, "the cut")), 408);
    await within(nothing.ended, "the cut");
    const tookMs = performance.now() - sinceMs;
    assert(tookMs < HEADERS_MS + 3 * LOOK_EVERY_MS, `it took ${tookMs} ms`);
    assert(tookMs > HEADERS_MS - LOOK_EVERY_MS, `it took ${tookMs} ms only`);
  }));

Deno.test("who opens and holds cuts itself; others' pages and idle connections stay", () =>
  withListener({}, async ({ hold, ask }) => {
    const idle = await hold("GET / HTTP/1.1\r\nhost: bench.example\r\n\r\n", HONEST);
    const EXTRA = 60;
    const held: Held[] = [];
    for (let i = 0; i < MAX_PAGE_CONNECTIONS + EXTRA; i++) {
      held.push(await hold("GET / HTTP/1.1\r\nhost: bench.exa", STRANGER));
    }
    assertEquals(statusOf(await ask(get("/"), HONEST)), 200);
    await within(
      Promise.all(held.slice(0, EXTRA).map(({ ended }) => ended)),
      "the first to be cut",
    );
    assertEquals(held.at(-1)!.isEnded(), false);
    assertEquals(idle.isEnded(), false);
  }));

Deno.test("a head that is too long is 431", () =>
  withListener({}, async ({ ask }) => {
    assertEquals(statusOf(await ask(get("/", `x: ${"y".repeat(20_000)}\r\n`))), 431);
  }));

Deno.test("a body that comes slowly is not waited for, and a large one not read to its end", () =>
  withListener({
    handler: () => new Response("no", { status: 405 }),
  }, async ({ hold, faults }) => {
    const post = (length: number) =>
      `POST / HTTP/1.1\r\nhost: bench.example\r\ncontent-length: ${length}\r\n\r\nabc`;
    const slow = await hold(post(100));
    assertEquals(statusOf(await within(slow.ended, "the end")), 405);
    const large = await hold(post(1e9));
    const chunk = Buffer.alloc(65_536);
    let sent = 0;
    while (!large.isEnded() && sent < 1e9) {
      sent += chunk.length;
      if (!large.socket.write(chunk)) {
        await Promise.race([
          new Promise((resolve) => large.socket.once("drain", resolve)),
          large.ended,
        ]);
      }
    }
    assert(sent < 64e6, `${sent} bytes were taken`);
    assertEquals(faults(), 0);
  }));

Deno.test("a connection with many requests under way at once is cut, and others go on", () => {
  const waiting: (() => void)[] = [];
  return withListener({
    handler: (request) =>
      new URL(request.url).pathname === "/slow"
        ? new Promise((resolve) => waiting.push(() => resolve(new Response("late"))))
        : new Response("at once"),
  }, async ({ hold, ask }) => {
    const line = "GET /slow HTTP/1.1\r\nhost: bench.example\r\n\r\n";
    const flood = await hold(line.repeat(2_000));
    await within(flood.ended, "the cut");
    assert(waiting.length < 10, `${waiting.length} were begun`);
    for (const answer of waiting) answer();
    assertEquals(statusOf(await ask(get("/"))), 200);
  });
});

Deno.test("[M4] beside a full bench there is room for pages", () =>
  withListener({ maxConnections: 3 }, async ({ port, ask }) => {
    const sockets = await Promise.all(
      Array.from({ length: 3 }, () => RawSocket.open({ port, localAddress: HONEST })),
    );
    assertEquals(sockets.map(({ tag }) => tag), Array(3).fill("open"));
    assertEquals(statusOf(await ask(get("/"))), 200);
    for (const each of sockets) if (each.tag === "open") each.socket.cut();
  }));

Deno.test("a flood of pings ends that socket alone", () =>
  withListener({}, async ({ port }) => {
    const opening = await RawSocket.open({ port, localAddress: STRANGER });
    const beside = await RawSocket.open({ port, localAddress: HONEST });
    if (opening.tag !== "open" || beside.tag !== "open") throw new Error("no socket");
    for (let i = 0; i < 100; i++) opening.socket.write(encodeRawFrame({ op: OP.ping }));
    await within(opening.socket.closed, "the cut");
    assertEquals(beside.socket.isOpen, true);
    beside.socket.cut();
  }));

Deno.test("strange requests are answered or cut; none ends the process, prints or counts as our mistake", () =>
  withListener({}, async ({ ask, faults }) => {
    const strange: readonly (readonly [string, number])[] = [
      [
        "GET http://bench.example/room HTTP/1.1\r\nhost: bench.example\r\nconnection: close\r\n\r\n",
        200,
      ],
      [
        "GET http://bench.example HTTP/1.1\r\nhost: bench.example\r\nconnection: close\r\n\r\n",
        400,
      ],
      ["GET ftp://x/ HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 400],
      ["OPTIONS * HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 400],
      ["GET / HTTP/1.1\r\nhost: a/b?c#d@e\r\nconnection: close\r\n\r\n", 400],
      ["GET / HTTP/1.1\r\nhost: [::1\r\nconnection: close\r\n\r\n", 400],
      ["GET / HTTP/1.1\r\nhost: a:99999\r\nconnection: close\r\n\r\n", 400],
      ["GET / HTTP/1.1\r\nhost:\r\nconnection: close\r\n\r\n", 400],
      ["GET / HTTP/1.1\r\nhost: \xe4\xf6\r\nconnection: close\r\n\r\n", 400],
      ["GET / HTTP/1.1\r\nconnection: close\r\n\r\n", 400],
      ["GET / HTTP/1.0\r\n\r\n", 200],
      ["GET //evil.example/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 200],
      ["GET /%zz%00 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 200],
      ["TRACE / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 405],
      ["PROPFIND / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 200],
      ["BREW / HTTP/1.1\r\nhost: a\r\n\r\n", 400],
      ["CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n", 0],
      ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
      ["GET / HTTP/1.1\r\nhost: a\r\nx: \x01\r\n\r\n", 400],
      ["GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 3\r\n\r\nabc", 200],
      ["POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", 0],
      [
        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n",
        400,
      ],
      ["GET / HTTP/1.1\r\nhost: a\r\nexpect: a-miracle\r\nconnection: close\r\n\r\n", 417],
      ["GET / HTTP/1.1\r\nhost: a\r\nconnection: Upgrade, close\r\nupgrade: h2c\r\n\r\n", 200],
      [`${get("/")}${upgrade("/ws", KEY)}`, 0],
      ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400],
    ];
    for (const [text, status] of strange) {
      const answer = await ask(Buffer.from(text, "latin1"));
      assertEquals(statusOf(answer), status, JSON.stringify(text));
    }
    assertEquals(faults(), 0);
  }));

Deno.test("2000 mutated requests and handshakes leave the listener as it was", () =>
  withListener({}, async ({ hold, ask, faults }) => {
    const random = new Seeded(0x5e1f);
    const whole = [
      get("/room?x=1", "cookie: a=b\r\naccept-encoding: gzip\r\n"),
      upgrade("/ws", KEY),
      "POST /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    ];
    for (let round = 0; round < 40; round++) {
      await Promise.all(Array.from({ length: 50 }, async () => {
        const bytes = Buffer.from(random.pick(whole), "latin1");
        for (let i = random.below(4); i >= 0; i--) {
          bytes[random.below(bytes.length)] = random.below(256);
        }
        const { socket, ended } = await hold(bytes.toString("latin1"));
        setTimeout(() => socket.destroy(), 20);
        await within(ended, "the end");
      }));
    }
    assertEquals(statusOf(await ask(get("/"))), 200);
    assertEquals(faults(), 0);
  }));

Deno.test("a port that is taken or not ours is said by its kind", () =>
  withListener({}, async ({ port }) => {
    const problem = async (hostname: string, port: number) => {
      try {
        await openListener({
          hostname,
          port,
          maxConnections: 1,
          admit: admitAll,
          handler: () => new Response(),
          onFault() {},
        });
      } catch (error) {
        return error instanceof ListenError ? error.problem : "another error";
      }
    };
    assertEquals(await problem("127.0.0.1", port), "taken");
    assertEquals(await problem("192.0.2.1", 0), "foreign");
    assertEquals(await problem("no.such.host.invalid", 0), "foreign");
  }));
